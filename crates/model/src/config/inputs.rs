//! What a network reads of a row.

use serde::{Deserialize, Serialize};

use super::{InteractionsConfig, SeriesConfig, TextEncoderConfig};

/// The lanes of an [`Input`](crate::Input).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InputsConfig {
    /// One entry per column of the number lane.
    pub numbers: Vec<NumberEncoder>,
    /// Widths of the blocks of the dense lane.
    pub dense: Vec<usize>,
    /// One entry per column of the code lane.
    pub codes: Vec<CodeEncoder>,
    /// What reads texts. Columns that share an encoder share its weights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub text_encoders: Vec<TextEncoderConfig>,
    /// One entry per text column: which of `text_encoders` reads it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<usize>,
    /// Windows of series, for a body that forecasts. There is then nothing else, and no head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesConfig>,
    /// Users and items, for a body that recommends. There is then nothing else, and no head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interactions: Option<InteractionsConfig>,
}

impl InputsConfig {
    /// What a body sees: the vector of each text column as one more dense block.
    ///
    /// # Panics
    /// When a text column names an encoder that is not there, which [`NetworkConfig::check`](super::NetworkConfig::check) refuses.
    pub fn without_texts(&self) -> Self {
        self.behind(self.text_encoders.len())
    }

    /// What is left to read when the texts of the first `encoders` text encoders have become vectors: their columns are
    /// dense blocks.
    ///
    /// # Panics
    /// When a text column names an encoder that is not there, which [`NetworkConfig::check`](super::NetworkConfig::check) refuses.
    pub fn behind(&self, encoders: usize) -> Self {
        let columns = columns_by_encoder(&self.texts).into_iter();
        let vectors = columns
            .map(|column| self.texts[column])
            .filter(|&encoder| encoder < encoders)
            .map(|encoder| self.text_encoders[encoder].width());
        let texts = self.texts.iter();
        Self {
            numbers: self.numbers.clone(),
            dense: self.dense.iter().copied().chain(vectors).collect(),
            codes: self.codes.clone(),
            text_encoders: self.text_encoders[encoders..].to_vec(),
            texts: texts
                .filter_map(|&reader| reader.checked_sub(encoders))
                .collect(),
            series: self.series.clone(),
            interactions: self.interactions.clone(),
        }
    }
}

/// Text columns in the order in which their vectors stand in the dense lane: by encoder, those of one encoder as they come.
/// `readers` is [`InputsConfig::texts`].
pub fn columns_by_encoder(readers: &[usize]) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..readers.len()).collect();
    columns.sort_by_key(|&column| readers[column]);
    columns
}

/// How one number of the number lane is seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberEncoder {
    /// As it is.
    Plain,
    /// Trained frequencies, linear layer, ReLU. Columns with equal settings share one tensor per role.
    Periodic {
        /// Numbers of the embedding.
        dim: usize,
        /// Trained frequencies.
        frequencies: usize,
        /// Standard deviation of the frequencies at the start.
        sigma: f64,
        /// One linear layer for all columns (PLR-lite).
        lite: bool,
    },
    /// Piecewise linear encoding, linear layer.
    PiecewiseLinear {
        /// Numbers of the embedding.
        dim: usize,
        /// Ascending bin edges, at least 2.
        edges: Vec<f32>,
    },
}

/// An embedding table for one column of the code lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeEncoder {
    /// Number of codes.
    pub cardinality: usize,
    /// Numbers per embedding (the FT-transformer uses its own token width instead).
    pub dim: usize,
}
