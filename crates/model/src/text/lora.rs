//! Low-rank adapters of Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021).
//!
//! A frozen matrix `W` is used as `W + (alpha / rank) A B`, of which only `A` and `B` are trained. `B` begins at 0, so the
//! first step sees the pretrained network; at the end the product is added to `W` and the adapters are gone.
//!
//! Burn's own `apply_lora` composes the whole matrix before it is used: the backward pass then computes a gradient of the
//! size of `W`, and dropout on what `A` reads cannot be had. Here `x` goes through `A` and `B` beside `W`.

use burn::{
    module::{Module, Param},
    nn::{Dropout, DropoutConfig, Linear},
    tensor::{Device, Distribution, Tensor},
};

use crate::config::{LoraConfig, LoraTarget};

/// What is added to a frozen linear layer.
#[derive(Module, Debug)]
pub struct Adapter {
    /// `[inputs, rank]`
    pub a_weight: Param<Tensor<2>>,
    /// `[rank, outputs]`
    pub b_weight: Param<Tensor<2>>,
    dropout: Dropout,
    scale: f64,
}

impl Adapter {
    /// `A` is drawn as PEFT draws it, from the generator of `drawn_on`.
    fn new(layer: &Linear, config: &LoraConfig, drawn_on: &Device) -> Self {
        let [inputs, outputs] = layer.weight.lazy_shape().dims();
        let device = layer.weight.lazy_device();
        let bound = 1.0 / (inputs as f64).sqrt();
        let range = Distribution::Uniform(-bound, bound);
        let a = Tensor::<2>::random([inputs, config.rank], range, drawn_on).into_data();
        Self {
            a_weight: Param::from_tensor(Tensor::from_data(a, &device)),
            b_weight: Param::from_tensor(Tensor::zeros([config.rank, outputs], &device)),
            dropout: DropoutConfig::new(config.dropout).init(),
            scale: config.alpha / config.rank as f64,
        }
    }

    /// `[rows, inputs]` to `[rows, outputs]`, to be added to what the layer gives.
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let inner = self.dropout.forward(x).matmul(self.a_weight.val());
        inner.matmul(self.b_weight.val()).mul_scalar(self.scale)
    }

    /// What is added to the matrix, `[inputs, outputs]`.
    fn delta(&self) -> Tensor<2> {
        let product = self.a_weight.val().matmul(self.b_weight.val());
        product.mul_scalar(self.scale)
    }
}

/// The adapters of one layer of a transformer, named as its linear layers.
#[derive(Module, Debug, Default)]
pub struct Adapters {
    /// Beside `attention.query`.
    pub query: Option<Adapter>,
    /// Beside `attention.key`.
    pub key: Option<Adapter>,
    /// Beside `attention.value`.
    pub value: Option<Adapter>,
    /// Beside `attention.output`.
    pub output: Option<Adapter>,
    /// Beside `linear1`.
    pub linear1: Option<Adapter>,
    /// Beside `linear2`.
    pub linear2: Option<Adapter>,
}

impl Adapters {
    /// Of the linear layers that `layer` gives for each target.
    pub(super) fn new<'a>(
        layer: impl Fn(LoraTarget) -> &'a Linear,
        config: &LoraConfig,
        drawn_on: &Device,
    ) -> Self {
        let new = |target: LoraTarget| {
            let is_target = config.targets.contains(&target);
            is_target.then(|| Adapter::new(layer(target), config, drawn_on))
        };
        Self {
            query: new(LoraTarget::Query),
            key: new(LoraTarget::Key),
            value: new(LoraTarget::Value),
            output: new(LoraTarget::Output),
            linear1: new(LoraTarget::Linear1),
            linear2: new(LoraTarget::Linear2),
        }
    }
}

/// A linear layer and its adapter, if it has one.
pub(super) fn adapted(layer: &Linear, adapter: Option<&Adapter>, x: Tensor<2>) -> Tensor<2> {
    match adapter {
        Some(adapter) => layer.forward(x.clone()) + adapter.forward(x),
        None => layer.forward(x),
    }
}

/// The linear layer that gives alone what both gave.
pub(super) fn merged(mut layer: Linear, adapter: Option<Adapter>) -> Linear {
    if let Some(adapter) = adapter {
        layer.weight = layer.weight.map(|weight| weight + adapter.delta());
    }
    layer
}

impl LoraConfig {
    /// Numbers of the adapters beside one layer of a transformer.
    pub fn parameters_per_layer(&self, width: usize, feed_forward: usize) -> usize {
        let sides = |target: &LoraTarget| match target {
            LoraTarget::Linear1 | LoraTarget::Linear2 => width + feed_forward,
            _ => 2 * width,
        };
        self.rank * self.targets.iter().map(sides).sum::<usize>()
    }
}
