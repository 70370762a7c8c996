//! `[inputs.text.encoder.bert]`: what of a pretrained encoder is trained, and from when on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The part of a pretrained encoder that is not trained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freeze {
    /// The whole encoder.
    #[default]
    All,
    /// The embeddings.
    Embeddings,
    /// The embeddings and the first layers, as many as said.
    Layers(#[schemars(range(min = 1, max = 200))] usize),
    /// Nothing.
    None,
}

/// `[inputs.text.encoder.bert.lora]`
///
/// Low-rank adapters (Hu et al. 2021): all weights of the encoder stay as they are, as with `freeze = "all"`, and beside
/// some of its linear layers a product of two small matrices is trained. At the end it is added to the weights, so the
/// model file holds a plain encoder and predictions cost nothing more. Names and defaults are those of PEFT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LoraConfig {
    /// Numbers between the two matrices.
    #[schemars(range(min = 1, max = 4096))]
    pub rank: usize,
    /// What an adapter gives is multiplied by `alpha / rank`.
    #[schemars(range(min = 0.001, max = 100_000.0))]
    pub alpha: f64,
    /// Share of the values that an adapter reads which are set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// The linear layers that have an adapter, in every layer of the encoder.
    #[schemars(length(min = 1))]
    pub targets: Vec<LoraTarget>,
}

impl Default for LoraConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 8.0,
            dropout: 0.0,
            targets: vec![LoraTarget::Query, LoraTarget::Value],
        }
    }
}

/// A linear layer within a layer of a transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoraTarget {
    /// Of the attention: what a token looks for.
    Query,
    /// Of the attention: what a token is found by.
    Key,
    /// Of the attention: what a token gives.
    Value,
    /// Of the attention: what becomes of all heads.
    Output,
    /// The first one of the feed-forward part.
    Linear1,
    /// The second one of the feed-forward part.
    Linear2,
}

/// `[inputs.text.encoder.bert.gradual_unfreezing]`
///
/// Gradual unfreezing (Howard and Ruder 2018): at first only what stands behind the encoder is trained, then one layer
/// more from the top, at last the embeddings. What `freeze` names is never trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GradualUnfreezing {
    /// Epochs until the next layer joins.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub epochs_per_layer: usize,
}

impl Default for GradualUnfreezing {
    fn default() -> Self {
        Self {
            epochs_per_layer: 1,
        }
    }
}
