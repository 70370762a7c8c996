//! `[training]`: how long, in which portions and on what device a network is trained.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `[training]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Passes over the training part.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub epochs: usize,
    /// Rows per step, or `"full"` for the whole training part. A last batch of a single row is merged into the one
    /// before it.
    pub batch_size: BatchSize,
    /// Device by name, such as `flex` or `wgpu`; `--device` overrides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// A model of hob to begin with, as a bundle or a run folder, relative to the recipe. Every weight is taken whose name
    /// and shape fits, in text encoders, body and heads; a body is new where a column that it reads is, a head where its
    /// classes, its scaling or its body are. Columns are matched by name, the only text of one model with that of the
    /// other. A column with the same settings in both is read as that model reads it: its scaling, its known categories,
    /// its trained tokenizer; what that does not know is unknown here too. A text that is cut into tokens otherwise gets a
    /// new encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_start: Option<String>,
    /// Draw a new order of the training rows for every epoch.
    pub shuffle: bool,
    /// Batches whose gradients are averaged into one step, as if they were one batch.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub gradient_accumulation: usize,
    /// Gradients whose norm over all weights is larger are scaled down to this norm.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub clip_norm: Option<f64>,
    /// Penalty on the absolute values of the weight matrices: this factor times their sum is added to the loss.
    #[schemars(range(min = 0.0))]
    pub l1: f64,
    /// Stop when the loss has not fallen for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStoppingConfig>,
    /// Keep the weights of the epoch with the lowest validation loss (of lists: with the highest NDCG), in place of the last ones. By default when
    /// `early_stopping` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_best: Option<bool>,
    /// Stop after that many seconds of training. Time before an interruption counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub time_limit_seconds: Option<f64>,
    /// Keep a moving average of the weights, which is used for validation and is the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ema: Option<EmaConfig>,
    /// Seconds between two checkpoints from which an interrupted run can resume.
    #[schemars(range(min = 0.0))]
    pub checkpoint_seconds: f64,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch_size: BatchSize::Rows(32),
            device: None,
            warm_start: None,
            shuffle: true,
            gradient_accumulation: 1,
            clip_norm: None,
            l1: 0.0,
            early_stopping: None,
            keep_best: None,
            time_limit_seconds: None,
            ema: None,
            checkpoint_seconds: 10.0,
        }
    }
}

impl TrainingConfig {
    /// Whether the weights of the best epoch are the result.
    pub fn keeps_best(&self) -> bool {
        self.keep_best.unwrap_or(self.early_stopping.is_some())
    }
}

/// `[training.early_stopping]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EarlyStoppingConfig {
    /// Epochs without a fall that are waited for.
    #[schemars(range(min = 1))]
    pub patience: usize,
    /// A loss counts as lower when it is lower by more than this.
    #[schemars(range(min = 0.0))]
    pub min_delta: f64,
    /// What is watched.
    pub metric: StoppingMetric,
}

impl Default for EarlyStoppingConfig {
    fn default() -> Self {
        Self {
            patience: 10,
            min_delta: 0.0,
            metric: StoppingMetric::Loss,
        }
    }
}

/// What early stopping watches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoppingMetric {
    /// The validation loss, or the training loss where there is no validation part; of lists their NDCG, which should rise.
    #[default]
    Loss,
}

/// `[training.ema]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EmaConfig {
    /// Share of the old average kept in each step. In the first steps it is `(1 + step) / (10 + step)` where that is
    /// less, so that the average does not remember the random start.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub decay: f64,
}

impl Default for EmaConfig {
    fn default() -> Self {
        Self { decay: 0.999 }
    }
}

/// Rows per step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// That many rows, at least 1.
    Rows(usize),
    /// The whole training part.
    Full,
}

impl BatchSize {
    /// Rows per step of a part with `num_rows` rows.
    pub fn rows(self, num_rows: usize) -> usize {
        match self {
            Self::Rows(rows) => rows.min(num_rows).max(1),
            Self::Full => num_rows.max(1),
        }
    }
}

impl fmt::Display for BatchSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "{rows}"),
            Self::Full => f.write_str("full"),
        }
    }
}

impl Serialize for BatchSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rows(rows) => serializer.serialize_u64(*rows as u64),
            Self::Full => serializer.serialize_str("full"),
        }
    }
}

impl<'de> Deserialize<'de> for BatchSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BatchSizeVisitor)
    }
}

struct BatchSizeVisitor;

impl Visitor<'_> for BatchSizeVisitor {
    type Value = BatchSize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of rows from 1 or \"full\"")
    }

    fn visit_u64<E: Error>(self, rows: u64) -> Result<BatchSize, E> {
        match usize::try_from(rows) {
            Ok(rows) if rows > 0 => Ok(BatchSize::Rows(rows)),
            _ => Err(E::invalid_value(Unexpected::Unsigned(rows), &self)),
        }
    }

    fn visit_i64<E: Error>(self, rows: i64) -> Result<BatchSize, E> {
        match u64::try_from(rows) {
            Ok(rows) => self.visit_u64(rows),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(rows), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<BatchSize, E> {
        match text {
            "full" => Ok(BatchSize::Full),
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
    }
}

impl JsonSchema for BatchSize {
    fn schema_name() -> Cow<'static, str> {
        "BatchSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1 }, { "const": "full" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_size_reads_a_number_and_the_word_full() {
        let config: TrainingConfig = toml::from_str("batch_size = 8").unwrap();
        assert_eq!(config.batch_size, BatchSize::Rows(8));
        let config: TrainingConfig = toml::from_str("batch_size = \"full\"").unwrap();
        assert_eq!(config.batch_size, BatchSize::Full);
        assert_eq!(
            toml::from_str::<TrainingConfig>(&toml::to_string(&config).unwrap()).unwrap(),
            config
        );
    }

    #[test]
    fn batch_size_refuses_zero_and_other_words() {
        for text in [
            "batch_size = 0",
            "batch_size = -3",
            "batch_size = \"half\"",
            "batch_size = 1.5",
        ] {
            let error = toml::from_str::<TrainingConfig>(text)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("a number of rows from 1 or \"full\""),
                "{error}"
            );
        }
    }

    #[test]
    fn the_best_weights_are_kept_by_default_only_with_early_stopping() {
        let config: TrainingConfig = toml::from_str("[early_stopping]").unwrap();
        assert!(config.keeps_best());
        assert!(!TrainingConfig::default().keeps_best());
        assert!(
            TrainingConfig {
                keep_best: Some(true),
                ..TrainingConfig::default()
            }
            .keeps_best()
        );
    }
}
