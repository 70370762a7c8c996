//! The shape of a network: what comes in, the body that mixes it, and how many numbers go out.
//!
//! A [`NetworkConfig`] is stored in the bundle and suffices, with the weights, to rebuild the network.

mod inputs;
mod recommend;
mod series;
mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use inputs::{CodeEncoder, InputsConfig, NumberEncoder, columns_by_encoder};
pub use recommend::{InteractionsConfig, MfConfig, SasrecConfig, SlimConfig, TwoTowerConfig};
pub use series::{
    DeeparConfig, DlinearConfig, NbeatsConfig, NbeatsStack, NhitsConfig, NlinearConfig,
    PatchtstConfig, SeriesConfig, TcnConfig,
};
pub use text::{
    BertConfig, LoraConfig, LoraTarget, Pooling, RnnCell, TextEncoderConfig, TextNetwork,
};

/// Everything needed to build a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkConfig {
    /// What comes in.
    pub inputs: InputsConfig,
    /// The part in the middle, `[model.*]` of the recipe.
    pub body: BodyConfig,
    /// Numbers per output head: classes, 1 for binary and number, quantiles, labels. Without heads, the body's last
    /// hidden layer is what the network gives.
    pub heads: Vec<HeadConfig>,
}

impl NetworkConfig {
    /// Tensors that the network gives for a batch.
    pub fn num_outputs(&self) -> usize {
        self.heads.len().max(1)
    }

    /// The rest of this network, when the texts of the first `encoders` text encoders have become vectors.
    ///
    /// # Panics
    /// When a head labels the words of such a text, which a vector per text does not tell apart.
    pub fn behind(&self, encoders: usize) -> Self {
        let texts = &self.inputs.texts;
        let place = |column: usize| {
            assert!(
                texts[column] >= encoders,
                "words are read by an encoder of the rest"
            );
            texts[..column]
                .iter()
                .filter(|&&reader| reader >= encoders)
                .count()
        };
        let heads = self.heads.iter().map(|head| HeadConfig {
            words_of: head.words_of.map(place),
            ..head.clone()
        });
        Self {
            inputs: self.inputs.behind(encoders),
            heads: heads.collect(),
            ..self.clone()
        }
    }
}

/// One output head: a linear layer on the body's last hidden layer, or on each word of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadConfig {
    /// Output column.
    pub name: String,
    /// Numbers it produces.
    pub width: usize,
    /// For a label per word: which of [`InputsConfig::texts`] has the words. The head then reads what the text's encoder
    /// knows of the first token of each word, and not the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words_of: Option<usize>,
}

/// `[model.*]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyConfig {
    /// No hidden layer: linear or logistic regression.
    Linear(LinearConfig),
    /// Fully connected layers.
    Mlp(MlpConfig),
    /// ResNet for tables, after Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data" (2021).
    Resnet(ResnetConfig),
    /// FT-Transformer of the same paper: every feature is a token.
    FtTransformer(FtTransformerConfig),
    /// Forecasts by one linear map of trend and remainder (Zeng et al. 2023).
    Dlinear(DlinearConfig),
    /// Forecasts by one linear map of the change since the last value (Zeng et al. 2023).
    Nlinear(NlinearConfig),
    /// N-BEATS: forecasts by blocks that each explain what others left (Oreshkin et al. 2020, Olivares et al. 2023).
    Nbeats(NbeatsConfig),
    /// N-HiTS: the same, each block at a time scale of its own (Challu et al. 2023).
    Nhits(NhitsConfig),
    /// Forecasts by dilated convolutions that look back only (Bai et al. 2018).
    Tcn(TcnConfig),
    /// DeepAR: forecasts step by step with an LSTM that sees the step before (Salinas et al. 2020).
    Deepar(DeeparConfig),
    /// PatchTST: forecasts by a transformer over patches of the window (Nie et al. 2023).
    Patchtst(PatchtstConfig),
    /// SLIM: recommends by weights of items for each other, which are solved for at once (Ning and Karypis 2011).
    Slim(SlimConfig),
    /// Matrix factorisation with biases: recommends by the product of a vector of the user and one of the item (Koren et al.
    /// 2009).
    Mf(MfConfig),
    /// Two towers: recommends by the product of what history and features say of a user and of an item (Covington et al.
    /// 2016).
    TwoTower(TwoTowerConfig),
    /// SASRec: recommends the next item by a transformer over those before it (Kang and McAuley 2018).
    Sasrec(SasrecConfig),
}

impl BodyConfig {
    /// The key below `[model]`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear(_) => "linear",
            Self::Mlp(_) => "mlp",
            Self::Resnet(_) => "resnet",
            Self::FtTransformer(_) => "ft_transformer",
            Self::Dlinear(_) => "dlinear",
            Self::Nlinear(_) => "nlinear",
            Self::Nbeats(_) => "nbeats",
            Self::Nhits(_) => "nhits",
            Self::Tcn(_) => "tcn",
            Self::Deepar(_) => "deepar",
            Self::Patchtst(_) => "patchtst",
            Self::Slim(_) => "slim",
            Self::Mf(_) => "mf",
            Self::TwoTower(_) => "two_tower",
            Self::Sasrec(_) => "sasrec",
        }
    }

    /// Whether it forecasts: it reads [`InputsConfig::series`] and nothing else.
    pub fn is_series(&self) -> bool {
        match self {
            Self::Linear(_)
            | Self::Mlp(_)
            | Self::Resnet(_)
            | Self::FtTransformer(_)
            | Self::Slim(_)
            | Self::Mf(_)
            | Self::TwoTower(_)
            | Self::Sasrec(_) => false,
            Self::Dlinear(_)
            | Self::Nlinear(_)
            | Self::Nbeats(_)
            | Self::Nhits(_)
            | Self::Tcn(_)
            | Self::Deepar(_)
            | Self::Patchtst(_) => true,
        }
    }

    /// Whether it recommends: it reads [`InputsConfig::interactions`] and nothing else.
    pub fn is_recommender(&self) -> bool {
        matches!(
            self,
            Self::Slim(_) | Self::Mf(_) | Self::TwoTower(_) | Self::Sasrec(_)
        )
    }
}

impl Default for BodyConfig {
    fn default() -> Self {
        Self::Linear(LinearConfig {})
    }
}

/// `[model.linear]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinearConfig {}

/// Activation function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(0, x)`
    #[default]
    Relu,
    /// `x` or `0.01 x` when negative
    LeakyRelu,
    /// `x * Phi(x)`
    Gelu,
    /// `x * sigmoid(x)`
    Silu,
    /// `max(0, x) + min(0, e^x - 1)`
    Elu,
    /// scaled ELU (Klambauer et al. 2017)
    Selu,
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// hyperbolic tangent
    Tanh,
}

/// Normalisation between layers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// None.
    #[default]
    None,
    /// Over the batch (Ioffe and Szegedy 2015).
    Batch,
    /// Over the features of a row (Ba et al. 2016).
    Layer,
}

/// `[model.mlp]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// Width of each hidden layer.
    #[schemars(length(min = 1), inner(range(min = 1, max = 1_000_000)))]
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    #[serde(default)]
    pub activation: Activation,
    /// Share of hidden values set to zero in training, after each activation.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Between linear layer and activation.
    #[serde(default)]
    pub norm: Norm,
    /// Add a layer's input to its output where their widths are equal.
    #[serde(default)]
    pub residual: bool,
}

/// `[model.resnet]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResnetConfig {
    /// Number of residual blocks.
    #[schemars(range(min = 1, max = 1000))]
    pub blocks: usize,
    /// Width between blocks.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// Width inside a block.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub hidden: usize,
    /// After the first linear layer of a block.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub hidden_dropout: f64,
    /// Before a block's output is added.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub residual_dropout: f64,
    /// Inside blocks.
    pub activation: Activation,
    /// At the start of each block.
    pub norm: Norm,
}

impl Default for ResnetConfig {
    fn default() -> Self {
        Self {
            blocks: 3,
            width: 128,
            hidden: 256,
            hidden_dropout: 0.2,
            residual_dropout: 0.0,
            activation: Activation::Relu,
            norm: Norm::Batch,
        }
    }
}

/// `[model.ft_transformer]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FtTransformerConfig {
    /// Number of transformer blocks.
    #[schemars(range(min = 1, max = 1000))]
    pub blocks: usize,
    /// Numbers per token; a multiple of `heads`.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Attention heads.
    #[schemars(range(min = 1, max = 1000))]
    pub heads: usize,
    /// Width inside the feed-forward part (ReGLU) as a multiple of `width`.
    #[schemars(range(min = 0.01, max = 64.0))]
    pub feed_forward: f64,
    /// On attention weights.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub attention_dropout: f64,
    /// Inside the feed-forward part.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub feed_forward_dropout: f64,
    /// Before a sub-layer's output is added.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub residual_dropout: f64,
}

impl Default for FtTransformerConfig {
    fn default() -> Self {
        Self {
            blocks: 3,
            width: 192,
            heads: 8,
            feed_forward: 4.0 / 3.0,
            attention_dropout: 0.2,
            feed_forward_dropout: 0.1,
            residual_dropout: 0.0,
        }
    }
}
