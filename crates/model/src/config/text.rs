//! The shape of text encoders.

use serde::{Deserialize, Serialize};

use super::Activation;

/// Reads the tokens of a text and gives a vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextEncoderConfig {
    /// Token ids are below it.
    pub vocabulary: usize,
    /// What is done to them.
    pub network: TextNetwork,
}

/// The kinds of text encoders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextNetwork {
    /// The mean of the vectors of n-grams (Joulin et al. 2017). The only one that takes [`Text::Bag`](crate::Text).
    Bag {
        /// Numbers per n-gram.
        dim: usize,
        /// On the mean.
        dropout: f64,
    },
    /// Convolutions of several widths, ReLU, maximum over the text (Kim 2014).
    Cnn {
        /// Numbers per token.
        dim: usize,
        /// Filters of each width.
        filters: usize,
        /// Widths in tokens.
        widths: Vec<usize>,
        /// On the maxima.
        dropout: f64,
    },
    /// LSTM or GRU.
    Rnn {
        /// Which.
        cell: RnnCell,
        /// Numbers per token.
        dim: usize,
        /// Numbers of the state in each direction.
        hidden: usize,
        /// Both directions.
        bidirectional: bool,
        /// From states to the vector.
        pooling: Pooling,
        /// On the vector.
        dropout: f64,
    },
    /// BERT (Devlin et al. 2019), pretrained or not.
    Bert(BertConfig),
}

/// The cell of a recurrent encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RnnCell {
    /// Hochreiter and Schmidhuber 1997.
    Lstm,
    /// Cho et al. 2014.
    Gru,
}

/// How the vectors of the tokens become the vector of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// The largest value of each place.
    Max,
    /// The first token's.
    Cls,
}

/// The architecture of BERT and its relatives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Numbers per token.
    pub width: usize,
    /// Number of layers.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Inside the feed-forward part.
    pub activation: Activation,
    /// Longest text in tokens.
    pub max_tokens: usize,
    /// The position of a text's first token: 0, but 2 in RoBERTa.
    pub first_position: usize,
    /// Kinds of segments; 0 where there is no such embedding (DistilBERT).
    pub segments: usize,
    /// Added to the variance in layer normalisation.
    pub epsilon: f64,
    /// On embeddings, attention weights and the outputs of both parts of a layer.
    pub dropout: f64,
    /// From the last layer to the vector.
    pub pooling: Pooling,
    /// Whether the vector is scaled to length 1.
    pub normalize: bool,
}

/// Low-rank adapters beside the linear layers of a BERT. They are there in training only, so no bundle has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoraConfig {
    /// Numbers between the two matrices of an adapter.
    pub rank: usize,
    /// What an adapter gives is multiplied by this over the rank.
    pub alpha: f64,
    /// On what an adapter reads.
    pub dropout: f64,
    /// Which linear layers have one.
    pub targets: Vec<LoraTarget>,
}

/// A linear layer of a transformer layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoraTarget {
    /// What a token looks for.
    Query,
    /// What a token is found by.
    Key,
    /// What a token gives.
    Value,
    /// What becomes of all heads.
    Output,
    /// Into the feed-forward part.
    Linear1,
    /// Out of it.
    Linear2,
}
