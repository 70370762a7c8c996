//! `result.json` of a run folder: what came out, in the detail that tables, plots and comparisons need.

use hob_inference::manifest::{Parent, SourceFile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::forecast::ForecastDetail;
use crate::importance::Importance;
use crate::metrics::{Metrics, OutputReport, WorstRow};
use crate::mistakes::{Mistakes, ScoreHistogram};
use crate::plan::{ColumnSummary, Contradictions, LeftOut, PartRows};
use crate::recommend::RecommendDetail;

/// Everything measured at the end of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The recipe's file name without its ending.
    pub name: String,
    /// Version of hob.
    pub hob: String,
    /// Version of Burn.
    pub burn: String,
    /// Where it was trained.
    pub device: String,
    /// Seed of all randomness.
    pub seed: u64,
    /// Numbers of the network.
    pub parameters: usize,
    /// Those of them that were trained; the others are of a frozen encoder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_parameters: Option<usize>,
    /// The model whose weights training began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_start: Option<Parent>,
    /// Seconds of training, interruptions not counted.
    pub training_seconds: f64,
    /// Epochs trained.
    pub epochs: usize,
    /// The epoch whose weights were kept.
    pub best_epoch: Option<usize>,
    /// Why training ended, such as `finished` or `early_stopping`.
    pub stop: String,
    /// Rows of each part.
    pub rows: PartRows,
    /// Rows in no part, by reason.
    pub left_out: Vec<LeftOut>,
    /// Rows that could not be read.
    pub rejected: usize,
    /// The data files.
    pub sources: Vec<SourceFile>,
    /// What is in the columns.
    pub columns: Vec<ColumnSummary>,
    /// What looks like a mistake.
    pub warnings: Vec<String>,
    /// What was filled, clipped or unknown in the test part.
    pub notes: Vec<String>,
    /// One entry per output.
    pub outputs: Vec<OutputResult>,
    /// Permutation importance, when it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<OutputImportance>,
}

/// How well one output is predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputResult {
    /// The column.
    pub column: String,
    /// `category`, `binary`, `number` or `set`.
    pub kind: String,
    /// On the test part, or on the validation part where there is no test part; see `part`.
    pub test: OutputReport,
    /// The part that `test` and `baseline` are about: `test`, `validation` or `training`.
    pub part: String,
    /// On the validation part.
    pub validation: Option<OutputReport>,
    /// The trivial baseline on the rows of `test`.
    pub baseline: OutputReport,
    /// A linear model on the words of the same texts (TF-IDF and logistic regression), on the rows of `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_baseline: Option<OutputReport>,
    /// Windows in detail, where series are continued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastDetail>,
    /// Lists in detail, where items are recommended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommend: Option<RecommendDetail>,
    /// Fitted on the validation part; 1 without calibration.
    pub temperature: f64,
    /// The rows of `test` with the largest loss.
    pub worst: Vec<WorstRow>,
    /// What was wrong in the texts of `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistakes: Option<Mistakes>,
    /// How familiar the rows of `test` looked, beside examples that are out of scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScoreHistogram>,
    /// Texts of any part that have several labels.
    #[serde(default, skip_serializing_if = "Contradictions::is_empty")]
    pub contradictions: Contradictions,
}

/// What an output loses without each input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputImportance {
    /// The output column.
    pub column: String,
    /// The metric that falls or rises.
    pub metric: String,
    /// The largest loss first.
    pub inputs: Vec<Importance>,
}

impl RunResult {
    /// Metrics on the test part by output, as `--json` prints them.
    pub fn test(&self) -> Map<String, Value> {
        by_output(&self.outputs, |output| &output.test.metrics)
    }

    /// Metrics of the trivial baseline by output.
    pub fn baseline(&self) -> Map<String, Value> {
        by_output(&self.outputs, |output| &output.baseline.metrics)
    }
}

fn by_output(
    outputs: &[OutputResult],
    metrics: impl Fn(&OutputResult) -> &Metrics,
) -> Map<String, Value> {
    let values = outputs.iter().map(|output| {
        let named = metrics(output)
            .iter()
            .map(|(name, value)| (name.to_string(), Value::from(value)));
        (output.column.clone(), Value::Object(named.collect()))
    });
    values.collect()
}
