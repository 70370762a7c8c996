//! The shape of networks for forecasts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Activation, CodeEncoder};

/// Windows of series, as a [`SeriesInput`](crate::SeriesInput) holds them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesConfig {
    /// Steps that are seen.
    pub context: usize,
    /// Steps that are forecast.
    pub horizon: usize,
    /// Covariates of each step of the context. The first `future` of them are those that are known ahead.
    pub past: usize,
    /// Covariates of each step of the horizon.
    pub future: usize,
    /// Numbers that belong to the series.
    pub static_numbers: usize,
    /// Codes that belong to the series.
    pub static_codes: Vec<CodeEncoder>,
    /// Numbers that the network gives for each step of the horizon.
    pub params: usize,
}

impl SeriesConfig {
    /// Numbers that the network gives for a window.
    pub fn width(&self) -> usize {
        self.horizon.saturating_mul(self.params)
    }
}

/// `[model.dlinear]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DlinearConfig {
    /// Steps of the moving average that splits the context into trend and remainder; odd.
    #[schemars(range(min = 1, max = 100_000))]
    pub kernel: usize,
}

impl Default for DlinearConfig {
    fn default() -> Self {
        Self { kernel: 25 }
    }
}

/// `[model.nlinear]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NlinearConfig {}

/// What the blocks of a stack of N-BEATS can express.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NbeatsStack {
    /// Anything.
    Generic,
    /// Polynomials of time.
    Trend,
    /// Waves.
    Seasonality,
}

/// `[model.nbeats]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NbeatsConfig {
    /// One after the other; each sees what those before it left unexplained. `["trend", "seasonality"]` is the
    /// interpretable network of the paper.
    #[schemars(length(min = 1))]
    pub stacks: Vec<NbeatsStack>,
    /// Blocks of each stack.
    #[schemars(range(min = 1, max = 1000))]
    pub blocks: usize,
    /// Fully connected layers of each block.
    #[schemars(range(min = 1, max = 1000))]
    pub layers: usize,
    /// Width of these layers.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Highest power of time in a `trend` stack.
    #[schemars(range(min = 0, max = 20))]
    pub degree: usize,
    /// Frequencies of a `seasonality` stack per wave that fits into the horizon: 1 gives waves of 1, 2, 3 ... periods per
    /// horizon, 2 also those of 1.5, 2.5 ...
    #[schemars(range(min = 1, max = 100))]
    pub harmonics: usize,
    /// After each layer.
    pub activation: Activation,
    /// Share of values set to zero in training, after each activation.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Forecast the change since the last observed value instead of the value, as neuralforecast does.
    pub from_last: bool,
}

impl Default for NbeatsConfig {
    fn default() -> Self {
        Self {
            stacks: vec![NbeatsStack::Generic; 3],
            blocks: 1,
            layers: 2,
            width: 256,
            degree: 2,
            harmonics: 2,
            activation: Activation::Relu,
            dropout: 0.0,
            from_last: false,
        }
    }
}

/// `[model.nhits]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NhitsConfig {
    /// For each stack: of so many steps it sees the largest value only.
    #[schemars(length(min = 1), inner(range(min = 1, max = 100_000)))]
    pub pool: Vec<usize>,
    /// For each stack: it gives one value for so many steps of the horizon, with straight lines between them.
    #[schemars(length(min = 1), inner(range(min = 1, max = 100_000)))]
    pub downsample: Vec<usize>,
    /// Blocks of each stack.
    #[schemars(range(min = 1, max = 1000))]
    pub blocks: usize,
    /// Fully connected layers of each block.
    #[schemars(range(min = 1, max = 1000))]
    pub layers: usize,
    /// Width of these layers.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// After each layer.
    pub activation: Activation,
    /// Share of values set to zero in training, after each activation.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Forecast the change since the last observed value instead of the value, as neuralforecast does.
    pub from_last: bool,
}

impl Default for NhitsConfig {
    fn default() -> Self {
        Self {
            pool: vec![2, 2, 1],
            downsample: vec![4, 2, 1],
            blocks: 1,
            layers: 2,
            width: 256,
            activation: Activation::Relu,
            dropout: 0.0,
            from_last: false,
        }
    }
}

/// `[model.tcn]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TcnConfig {
    /// Numbers per step of the context.
    #[schemars(range(min = 1, max = 100_000))]
    pub channels: usize,
    /// Steps that a convolution looks at.
    #[schemars(range(min = 1, max = 1000))]
    pub kernel: usize,
    /// For each block: how many steps apart they are.
    #[schemars(length(min = 1), inner(range(min = 1, max = 100_000)))]
    pub dilations: Vec<usize>,
    /// Width of the hidden layer of the decoder, which sees one step of the horizon at a time.
    #[schemars(range(min = 1, max = 100_000))]
    pub decoder: usize,
    /// Share of values set to zero in training, after each convolution.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for TcnConfig {
    fn default() -> Self {
        Self {
            channels: 32,
            kernel: 3,
            dilations: vec![1, 2, 4, 8],
            decoder: 64,
            dropout: 0.1,
        }
    }
}

/// `[model.deepar]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeeparConfig {
    /// LSTM layers.
    #[schemars(range(min = 1, max = 1000))]
    pub layers: usize,
    /// Numbers of the state of each layer.
    #[schemars(range(min = 1, max = 100_000))]
    pub hidden: usize,
    /// Share of values set to zero in training, between the layers and before the last linear layer.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for DeeparConfig {
    fn default() -> Self {
        Self {
            layers: 2,
            hidden: 40,
            dropout: 0.1,
        }
    }
}

/// `[model.patchtst]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PatchtstConfig {
    /// Steps of a patch, which is a token of the transformer.
    #[schemars(range(min = 1, max = 100_000))]
    pub patch: usize,
    /// Steps from one patch to the next.
    #[schemars(range(min = 1, max = 100_000))]
    pub stride: usize,
    /// Layers of the transformer.
    #[schemars(range(min = 1, max = 1000))]
    pub layers: usize,
    /// Numbers per patch; a multiple of `heads`.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Attention heads.
    #[schemars(range(min = 1, max = 1000))]
    pub heads: usize,
    /// Width inside the feed-forward part.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub feed_forward: usize,
    /// Inside the feed-forward part.
    pub activation: Activation,
    /// Share of values set to zero in training: of the patches, of the attention weights and of the outputs of both parts of
    /// a layer.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for PatchtstConfig {
    fn default() -> Self {
        Self {
            patch: 16,
            stride: 8,
            layers: 3,
            width: 64,
            heads: 4,
            feed_forward: 128,
            activation: Activation::Gelu,
            dropout: 0.2,
        }
    }
}
