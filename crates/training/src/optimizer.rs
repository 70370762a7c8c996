//! `[optimizer.*]`: the rule that turns gradients into new weights.
//!
//! Every optimizer that Burn applies step by step can be named. L-BFGS is left out: it calls the loss several times per
//! step through a closure, which fits neither batches nor resuming. Values not given are PyTorch's, where PyTorch has
//! the optimizer, because recipes are copied from there; Burn's own differ (Adam's epsilon is 1e-5 there).
//!
//! `weight_decay` reaches weight matrices only. Biases, the parameters of norms and tokens keep their freedom: pulling
//! them to zero limits the network without making it simpler.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod build;
pub mod weights;

/// `[optimizer.*]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerConfig {
    /// Plain gradient descent, with momentum if wanted.
    Sgd(SgdOptimizer),
    /// Adam (Kingma and Ba 2014).
    Adam(AdamOptimizer),
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2017).
    Adamw(AdamWOptimizer),
    /// AdaGrad (Duchi et al. 2011).
    Adagrad(AdaGradOptimizer),
    /// RMSProp (Hinton 2012).
    Rmsprop(RmsPropOptimizer),
    /// Lion (Chen et al. 2023).
    Lion(LionOptimizer),
    /// LAMB (You et al. 2019), for very large batches.
    Lamb(LambOptimizer),
    /// Adan (Xie et al. 2022).
    Adan(AdanOptimizer),
    /// Muon (Jordan et al. 2024) for the matrices of hidden layers, AdamW for everything else.
    Muon(MuonOptimizer),
    /// Adafactor (Shazeer and Stern 2018), which needs little memory.
    Adafactor(AdafactorOptimizer),
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self::Adam(AdamOptimizer::default())
    }
}

/// `[optimizer.sgd]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SgdOptimizer {
    /// Size of a step; 0.01 as Keras.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Share of the previous steps' direction that is kept.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub momentum: f64,
    /// Share of the gradient left out of the momentum.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub dampening: f64,
    /// Look ahead along the momentum (Nesterov).
    pub nesterov: bool,
    /// L2 penalty on weight matrices, added to the gradient.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for SgdOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 0.01,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.adam]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdamOptimizer {
    /// Size of a step; 0.001 as PyTorch and Keras.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_2: f64,
    /// Added to the divisor; 1e-8 as PyTorch (Keras: 1e-7, Burn: 1e-5).
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Divide by the largest mean of squares seen (Reddi et al. 2018).
    pub amsgrad: bool,
    /// L2 penalty on weight matrices, added to the gradient.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for AdamOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            amsgrad: false,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.adamw]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdamWOptimizer {
    /// Size of a step; 0.001 as PyTorch and Keras.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_2: f64,
    /// Added to the divisor; 1e-8 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Divide by the largest mean of squares seen.
    pub amsgrad: bool,
    /// Share of a weight taken away per step, times the learning rate; 0.01 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
    /// Decay only where the step goes the same way (Chen et al. 2025).
    pub cautious: bool,
}

impl Default for AdamWOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            amsgrad: false,
            weight_decay: 0.01,
            cautious: false,
        }
    }
}

/// `[optimizer.adagrad]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdaGradOptimizer {
    /// Size of a step; 0.01 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// The learning rate is divided by `1 + step * learning_rate_decay`.
    #[schemars(range(min = 0.0))]
    pub learning_rate_decay: f64,
    /// Added to the divisor; 1e-10 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// L2 penalty on weight matrices, added to the gradient.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for AdaGradOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 0.01,
            learning_rate_decay: 0.0,
            epsilon: 1e-10,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.rmsprop]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RmsPropOptimizer {
    /// Size of a step; 0.001 as Keras (PyTorch: 0.01).
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Decay of the mean of squared gradients; 0.99 as PyTorch.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub alpha: f64,
    /// Share of the previous steps' direction that is kept; 0 as PyTorch.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub momentum: f64,
    /// Added to the divisor; 1e-8 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Divide by the variance of gradients, not by their mean square.
    pub centered: bool,
    /// L2 penalty on weight matrices, added to the gradient.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for RmsPropOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            alpha: 0.99,
            momentum: 0.0,
            epsilon: 1e-8,
            centered: false,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.lion]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LionOptimizer {
    /// Size of a step, 3 to 10 times smaller than for AdamW; 0.0001 as its authors.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Share of the momentum in the direction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_1: f64,
    /// Decay of the momentum.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_2: f64,
    /// Share of a weight taken away per step, times the learning rate.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for LionOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-4,
            beta_1: 0.9,
            beta_2: 0.99,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.lamb]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LambOptimizer {
    /// Size of a step relative to a layer's weights; 0.001 as Keras.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_2: f64,
    /// Added to the divisor; 1e-6 as its authors.
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Share of a weight added to the step before it is scaled by layer.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for LambOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-6,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.adan]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdanOptimizer {
    /// Size of a step; 0.001 as its authors.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_1: f64,
    /// Decay of the mean of gradient differences.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_2: f64,
    /// Decay of the mean of squares.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta_3: f64,
    /// Added to the divisor; 1e-8 as its authors.
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Share of a weight taken away per step, times the learning rate.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for AdanOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta_1: 0.98,
            beta_2: 0.92,
            beta_3: 0.99,
            epsilon: 1e-8,
            weight_decay: 0.0,
        }
    }
}

/// `[optimizer.muon]`
///
/// A matrix's step is scaled by `0.2 * sqrt(longer side)` (Liu et al. 2025, "Muon is Scalable for LLM Training"), so
/// that one learning rate serves the matrices and the AdamW that trains the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MuonOptimizer {
    /// Size of a step; 0.001 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Share of the previous steps' direction that is kept; 0.95 as PyTorch.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub momentum: f64,
    /// Look ahead along the momentum.
    pub nesterov: bool,
    /// Newton-Schulz iterations that make a step orthogonal.
    #[schemars(range(min = 1, max = 100))]
    pub iterations: usize,
    /// Share of a weight taken away per step, times the learning rate; 0.1 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for MuonOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            momentum: 0.95,
            nesterov: true,
            iterations: 5,
            weight_decay: 0.1,
        }
    }
}

/// `[optimizer.adafactor]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdafactorOptimizer {
    /// Largest size of a step; 0.01 as PyTorch.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// The mean of squares decays by `1 - step^decay_rate`; -0.8 as PyTorch.
    #[schemars(range(min = -1.0, max = 0.0))]
    pub decay_rate: f64,
    /// Steps whose root mean square is larger are scaled down to it; 1 as PyTorch.
    #[schemars(range(min = 0.000001))]
    pub clip_threshold: f64,
    /// The learning rate is at most `1 / sqrt(step)`.
    pub relative_step: bool,
    /// A step is relative to the size of the weights it changes.
    pub scale_parameter: bool,
    /// Share of a weight taken away per step, times the learning rate.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for AdafactorOptimizer {
    fn default() -> Self {
        Self {
            learning_rate: 0.01,
            decay_rate: -0.8,
            clip_threshold: 1.0,
            relative_step: true,
            scale_parameter: true,
            weight_decay: 0.0,
        }
    }
}
