//! The linear model on words that stands beside every result from texts.

use hob_data::features::Matrix;
use hob_data::table::{Table, Values};

use crate::error::RunError;
use crate::evaluate::Known;
use crate::metrics::{self, MetricsError, OutputReport, Predicted};
use crate::plan::Plan;
use crate::text_baseline::{TextBaseline, TextBaselineOptions};

/// Values of scikit-learn's `C` that are tried: few examples need a large one, and a baseline that is kept small by its
/// penalty would flatter the model beside it.
const INVERSE_PENALTIES: [f64; 3] = [1.0, 10.0, 100.0];
/// The one that is taken without a validation part to choose by.
const WITHOUT_VALIDATION: f64 = 10.0;

/// What was to be predicted in each part.
pub(super) struct KnownParts<'a> {
    pub(super) train: &'a Known,
    /// `None` without validation part.
    pub(super) validation: Option<&'a Known>,
    pub(super) judged: &'a Known,
}

/// Fits TF-IDF and logistic regression on the texts of the training part and judges it on `rows`. `None` when the plan
/// has no texts, or the output no classes.
pub(super) fn report(
    plan: &Plan,
    output: usize,
    known: &KnownParts<'_>,
    rows: &[usize],
) -> Result<Option<OutputReport>, RunError> {
    let train = known.train;
    let (Some((targets, num_classes)), false) = (classes(train), plan.text_encoders.is_empty())
    else {
        return Ok(None);
    };
    let columns = plan
        .text_encoders
        .iter()
        .flat_map(|encoder| &encoder.columns);
    let columns: Vec<&String> = columns.collect();
    let texts = |rows: &[usize]| -> Vec<Vec<&str>> {
        let column = |name: &&String| texts(&plan.table, name, rows);
        columns.iter().map(column).collect()
    };
    let failed = |source| RunError::Metrics {
        output: plan.outputs[output].config.column.clone(),
        part: "test",
        source,
    };
    let train_texts = texts(&plan.parts.train);
    let options = TextBaselineOptions::default();
    let baseline = match known.validation {
        None => TextBaseline::fit(
            &train_texts,
            &targets,
            num_classes,
            WITHOUT_VALIDATION,
            &options,
        )?,
        Some(validation) => TextBaseline::fit_best(
            &train_texts,
            &targets,
            num_classes,
            &INVERSE_PENALTIES,
            &options,
            &texts(&plan.parts.validation),
            |probabilities| -> Result<f64, RunError> {
                let report = evaluate(validation, probabilities).map_err(failed)?;
                Ok(report.metrics.get("log_loss").unwrap_or(f64::INFINITY))
            },
        )?,
    };
    evaluate(known.judged, &baseline.probabilities(&texts(rows))?)
        .map(Some)
        .map_err(failed)
}

fn evaluate(known: &Known, probabilities: &Matrix<f32>) -> Result<OutputReport, MetricsError> {
    match known {
        Known::Binary { .. } => {
            let yes: Vec<f32> = probabilities
                .values
                .chunks_exact(2)
                .map(|row| row[1])
                .collect();
            metrics::evaluate(known.truth(), Predicted::Binary(&yes))
        }
        _ => metrics::evaluate(known.truth(), Predicted::Categories(probabilities)),
    }
}

fn classes(known: &Known) -> Option<(Vec<i32>, usize)> {
    match known {
        Known::Category { classes, targets } => Some((targets.clone(), classes.len())),
        Known::Binary { targets, .. } => {
            let targets = targets.iter().map(|&value| i32::from(value > 0.5));
            Some((targets.collect(), 2))
        }
        _ => None,
    }
}

fn texts<'a>(table: &'a Table, column: &str, rows: &[usize]) -> Vec<&'a str> {
    match table.column(column).map(|column| &column.values) {
        Some(Values::Category(cells)) => {
            let text = |&row: &usize| cells.get(row).unwrap_or_default();
            rows.iter().map(text).collect()
        }
        _ => unreachable!("a text input is read as text"),
    }
}
