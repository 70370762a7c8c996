//! How good predictions are: metrics of one output over a whole part, computed once from all its rows.
//!
//! A mean over batches is wrong for most metrics (AUC, F1, R2), and a framework's metric classes see batches only, so
//! everything here works on plain slices with f64 sums. Where a definition is open, it is scikit-learn's; deviations
//! are documented at the function. A metric that is not defined (the AUC of a part with one class) is absent, never
//! NaN.

mod baseline;
mod binary;
mod calibration;
mod check;
mod classification;
mod curve;
pub mod entities;
pub mod out_of_scope;
mod regression;
mod report;
pub mod retrieval;
mod set;
mod statistics;
mod temperature;
mod worst;

#[cfg(test)]
mod tests;

use hob_data::features::Matrix;

use check::check;
use statistics::{mean, rows};

pub use baseline::Baseline;
pub(crate) use regression::symmetric_pairs;
pub use report::{
    CalibrationBin, ClassReport, Confusion, Curve, CurveKind, Histogram, Metrics, OutputReport,
    Residuals,
};
pub use temperature::{fit_temperature_binary, fit_temperature_categories};
pub use worst::{WorstRow, worst_rows};

/// What was to be predicted for the rows of a part.
#[derive(Debug, Clone, Copy)]
pub enum Truth<'a> {
    /// One class per row.
    Category {
        /// Names of the classes.
        classes: &'a [String],
        /// Index into `classes` per row.
        targets: &'a [i32],
    },
    /// Yes or no per row.
    Binary {
        /// Names of no and yes.
        labels: [&'a str; 2],
        /// Probability from which the answer is yes.
        threshold: f64,
        /// 0 or 1 per row.
        targets: &'a [f32],
    },
    /// A quantity per row, in its original units.
    Number {
        /// The quantity.
        targets: &'a [f64],
        /// What a constant prediction would be.
        center: Center,
    },
    /// A quantity per row of which quantiles are predicted, in its original units.
    Quantiles {
        /// The quantity.
        targets: &'a [f64],
        /// The quantiles, ascending, each between 0 and 1.
        quantiles: &'a [f64],
    },
    /// Any number of labels per row.
    Set {
        /// Names of the labels.
        labels: &'a [String],
        /// Probability from which a label belongs to the answer.
        threshold: f64,
        /// 0 or 1 per row and label.
        targets: &'a Matrix<f32>,
    },
    /// A tag per word.
    Tags {
        /// The words of each row.
        words: &'a [Vec<String>],
        /// Their tags.
        tags: &'a [Vec<String>],
    },
}

/// The constant that minimises a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Center {
    /// Of squared errors.
    Mean,
    /// Of absolute errors.
    Median,
}

/// What was predicted for the same rows.
#[derive(Debug, Clone, Copy)]
pub enum Predicted<'a> {
    /// Probability per row and class; rows sum to 1.
    Categories(&'a Matrix<f32>),
    /// Probability of yes per row.
    Binary(&'a [f32]),
    /// A quantity per row, in original units.
    Numbers(&'a [f64]),
    /// A quantity per row and quantile, in original units.
    Quantiles(&'a Matrix<f64>),
    /// Probability per row and label.
    Sets(&'a Matrix<f32>),
    /// A tag per word.
    Tags {
        /// The tags of each row.
        tags: &'a [Vec<String>],
        /// Their probabilities, as far as there are any.
        probabilities: &'a [Vec<f32>],
    },
}

/// Why a part cannot be evaluated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricsError {
    /// No rows.
    #[error("there are no rows to evaluate")]
    Empty,
    /// Targets and predictions of different length.
    #[error("{targets} targets stand beside {predictions} predictions")]
    Length {
        /// Rows with a target.
        targets: usize,
        /// Rows with a prediction.
        predictions: usize,
    },
    /// Predictions of another width than classes, labels or quantiles.
    #[error(
        "a prediction has {found} values per row, but there are {expected} classes, labels or quantiles"
    )]
    Width {
        /// Classes, labels or quantiles.
        expected: usize,
        /// Values per row.
        found: usize,
    },
    /// NaN, infinity, or a probability outside 0 to 1.
    #[error("the prediction of row {row} is {value}")]
    Prediction {
        /// Position in the part.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A target that is no class, no 0 or 1, or not finite.
    #[error("the target of row {row} is {value}")]
    Target {
        /// Position in the part.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Targets of one type beside predictions of another.
    #[error("targets and predictions are of different types")]
    Type,
    /// Tags of different length.
    #[error("row {row} has {targets} tags, {predictions} were predicted")]
    Tokens {
        /// Position in the part.
        row: usize,
        /// Tags it has.
        targets: usize,
        /// Tags predicted.
        predictions: usize,
    },
    /// A tag that is none.
    #[error("tag {place} of row {row} is `{tag}`\nhint: a tag is `O`, or `B-` or `I-` and a type")]
    Tag {
        /// Position in the part.
        row: usize,
        /// Position in the row.
        place: usize,
        /// The tag.
        tag: String,
    },
    /// A query to which nothing is an answer.
    #[error("query {row} has no relevant item")]
    NoRelevant {
        /// Position in the part.
        row: usize,
    },
    /// A threshold was to be chosen by out-of-scope rows.
    #[error(
        "there are no out-of-scope rows to choose a threshold by\nhint: give some, or the share of in-scope rows to accept"
    )]
    NoOutOfScope,
    /// A share that is none.
    #[error("the share of in-scope rows to accept is {value}, not between 0 and 1")]
    Share {
        /// The value.
        value: f64,
    },
}

/// Everything about one output over one part.
pub fn evaluate(truth: Truth, predicted: Predicted) -> Result<OutputReport, MetricsError> {
    check(truth, predicted)?;
    match (truth, predicted) {
        (Truth::Category { classes, targets }, Predicted::Categories(probabilities)) => {
            Ok(classification::report(classes, targets, probabilities))
        }
        (
            Truth::Binary {
                labels,
                threshold,
                targets,
            },
            Predicted::Binary(probabilities),
        ) => Ok(binary::report(labels, threshold, targets, probabilities)),
        (Truth::Number { targets, .. }, Predicted::Numbers(predictions)) => {
            Ok(regression::report(targets, predictions))
        }
        (Truth::Quantiles { targets, quantiles }, Predicted::Quantiles(predictions)) => {
            Ok(regression::quantile_report(targets, quantiles, predictions))
        }
        (
            Truth::Set {
                labels,
                threshold,
                targets,
            },
            Predicted::Sets(probabilities),
        ) => Ok(set::report(labels, threshold, targets, probabilities)),
        (Truth::Tags { tags, .. }, Predicted::Tags { tags: found, .. }) => {
            entities::evaluate_entities(&borrowed(tags), &borrowed(found))
        }
        _ => Err(MetricsError::Type),
    }
}

/// The few metrics shown with every epoch, first the one that stands for the output: `accuracy`, `roc_auc` and
/// `accuracy`, `rmse`, `pinball`, `f1_micro`, or `entity_f1` and `token_accuracy`.
pub fn headline(truth: Truth, predicted: Predicted) -> Result<Metrics, MetricsError> {
    check(truth, predicted)?;
    let mut metrics = Metrics::default();
    match (truth, predicted) {
        (Truth::Category { targets, .. }, Predicted::Categories(probabilities)) => {
            metrics.push("accuracy", classification::accuracy(targets, probabilities));
        }
        (
            Truth::Binary {
                threshold, targets, ..
            },
            Predicted::Binary(probabilities),
        ) => {
            metrics.push("roc_auc", binary::ranking(targets, probabilities).roc_auc());
            metrics.push(
                "accuracy",
                binary::Counts::new(threshold, targets, probabilities).accuracy(),
            );
        }
        (Truth::Number { targets, .. }, Predicted::Numbers(predictions)) => {
            metrics.push(
                "rmse",
                regression::mean_squared_error(targets, predictions).sqrt(),
            );
        }
        (Truth::Quantiles { targets, quantiles }, Predicted::Quantiles(predictions)) => {
            metrics.push(
                "pinball",
                regression::mean_pinball(targets, quantiles, predictions),
            );
        }
        (
            Truth::Set {
                threshold, targets, ..
            },
            Predicted::Sets(probabilities),
        ) => {
            metrics.push("f1_micro", set::f1_micro(threshold, targets, probabilities));
        }
        (Truth::Tags { .. }, Predicted::Tags { .. }) => {
            let all = evaluate(truth, predicted)?.metrics;
            for name in ["entity_f1", "token_accuracy"] {
                if let Some(value) = all.get(name) {
                    metrics.push(name, value);
                }
            }
        }
        _ => return Err(MetricsError::Type),
    }
    Ok(metrics)
}

/// The loss of every row, to find the worst: log loss, absolute error, mean pinball loss, mean log loss over labels, or
/// number of wrong tags.
pub fn row_losses(truth: Truth, predicted: Predicted) -> Result<Vec<f64>, MetricsError> {
    check(truth, predicted)?;
    match (truth, predicted) {
        (Truth::Category { targets, .. }, Predicted::Categories(probabilities)) => {
            Ok(classification::log_losses(targets, probabilities).collect())
        }
        (Truth::Binary { targets, .. }, Predicted::Binary(probabilities)) => {
            Ok(binary::log_losses(targets, probabilities).collect())
        }
        (Truth::Number { targets, .. }, Predicted::Numbers(predictions)) => Ok(targets
            .iter()
            .zip(predictions)
            .map(|(target, prediction)| (target - prediction).abs())
            .collect()),
        (Truth::Quantiles { targets, quantiles }, Predicted::Quantiles(predictions)) => {
            Ok(regression::pinball_losses(targets, quantiles, predictions).collect())
        }
        (Truth::Set { targets, .. }, Predicted::Sets(probabilities)) => Ok((0..rows(targets))
            .map(|row| mean(binary::log_losses(targets.row(row), probabilities.row(row))))
            .collect()),
        (Truth::Tags { tags, .. }, Predicted::Tags { tags: found, .. }) => {
            let wrong = |(tags, found): (&Vec<String>, &Vec<String>)| {
                tags.iter().zip(found).filter(|(a, b)| a != b).count() as f64
            };
            Ok(tags.iter().zip(found).map(wrong).collect())
        }
        _ => Err(MetricsError::Type),
    }
}

fn borrowed(rows: &[Vec<String>]) -> Vec<Vec<&str>> {
    rows.iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect()
}

/// Whether a larger value of the named metric is a better model. Coverage has no direction and counts as larger.
pub fn greater_is_better(metric: &str) -> bool {
    const LOSSES: [&str; 20] = [
        "loss",
        "log_loss",
        "hamming_loss",
        "brier",
        "ece",
        "mse",
        "rmse",
        "mae",
        "mape",
        "smape",
        "median_absolute_error",
        "pinball",
        "fpr_at_95_tpr",
        "wape",
        "mase",
        "rmsse",
        "wql",
        "crps",
        "width_80",
        "bias",
    ];
    // An even spread over the items is better.
    !LOSSES.contains(&metric) && !metric.starts_with("gini_at_")
}
