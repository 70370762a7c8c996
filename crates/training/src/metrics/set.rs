//! Metrics of an output with any number of labels per row.

use hob_data::features::Matrix;

use super::binary::{self, Counts, log_losses};
use super::calibration;
use super::curve::Ranking;
use super::report::{ClassReport, Curve, Metrics, OutputReport};
use super::statistics::{mean, rows};

/// Labels with a curve of their own in the report.
const MAX_CURVE_LABELS: usize = 10;

/// F1 over all cells of all labels.
pub(super) fn f1_micro(threshold: f64, targets: &Matrix<f32>, probabilities: &Matrix<f32>) -> f64 {
    Counts::new(threshold, &targets.values, &probabilities.values).f1()
}

/// Everything about a set output.
///
/// Macro averages are over the labels that occur among targets or answers; areas under curves over those that some
/// but not all rows have. The Jaccard index of a row with an empty target and an empty answer is 1: it is right
/// (scikit-learn's `zero_division` decides, its default is 0). Log loss and calibration are over all cells.
pub(super) fn report(
    labels: &[String],
    threshold: f64,
    targets: &Matrix<f32>,
    probabilities: &Matrix<f32>,
) -> OutputReport {
    let (per_class, curves, occurring) = label_reports(labels, threshold, targets, probabilities);
    let per_row = || {
        (0..rows(targets))
            .map(|row| Counts::new(threshold, targets.row(row), probabilities.row(row)))
    };
    let calibration = calibration::bins(
        targets
            .values
            .iter()
            .zip(&probabilities.values)
            .map(|(&target, &probability)| (f64::from(probability), target > 0.5)),
    );
    let defined = |area: fn(&ClassReport) -> Option<f64>| {
        let areas: Vec<f64> = per_class.iter().filter_map(area).collect();
        (!areas.is_empty()).then(|| mean(areas.into_iter()))
    };

    let mut metrics = Metrics::default();
    metrics.push("f1_micro", f1_micro(threshold, targets, probabilities));
    let f1_macro = mean(
        per_class
            .iter()
            .zip(&occurring)
            .filter(|(_, occurs)| **occurs)
            .map(|(label, _)| label.f1),
    );
    metrics.push("f1_macro", f1_macro);
    metrics.push("jaccard", mean(per_row().map(jaccard)));
    metrics.push(
        "subset_accuracy",
        mean(per_row().map(|row| f64::from(u8::from(row.accuracy() == 1.0)))),
    );
    metrics.push(
        "hamming_loss",
        mean(per_row().map(|row| wrong(row) as f64 / labels.len() as f64)),
    );
    metrics.push("roc_auc", defined(|label| label.roc_auc));
    metrics.push("pr_auc", defined(|label| label.pr_auc));
    metrics.push(
        "log_loss",
        mean(log_losses(&targets.values, &probabilities.values)),
    );
    metrics.push("ece", calibration::expected_error(&calibration));
    OutputReport {
        rows: rows(targets),
        metrics,
        confusion: None,
        per_class,
        curves,
        calibration,
        residuals: None,
    }
}

/// The table of labels, the curves of the most frequent, and which labels occur among targets or answers.
fn label_reports(
    labels: &[String],
    threshold: f64,
    targets: &Matrix<f32>,
    probabilities: &Matrix<f32>,
) -> (Vec<ClassReport>, Vec<Curve>, Vec<bool>) {
    let column = |matrix: &Matrix<f32>, label: usize| -> Vec<f32> {
        (0..rows(matrix))
            .map(|row| matrix.row(row)[label])
            .collect()
    };
    let mut per_class = Vec::with_capacity(labels.len());
    let mut occurring = Vec::with_capacity(labels.len());
    let mut rankings: Vec<Ranking> = Vec::with_capacity(labels.len());
    for (place, label) in labels.iter().enumerate() {
        let (target, probability) = (column(targets, place), column(probabilities, place));
        let counts = Counts::new(threshold, &target, &probability);
        let ranking = binary::ranking(&target, &probability);
        per_class.push(counts.class_report(label, &ranking));
        occurring.push(counts.occurs());
        rankings.push(ranking);
    }
    let mut drawn: Vec<usize> = (0..labels.len()).collect();
    drawn.sort_by_key(|&label| std::cmp::Reverse(per_class[label].support));
    drawn.truncate(MAX_CURVE_LABELS);
    drawn.sort_unstable();
    let curves = drawn
        .iter()
        .flat_map(|&label| rankings[label].curves(&labels[label]))
        .collect();
    (per_class, curves, occurring)
}

/// Labels in both target and answer among those in either.
fn jaccard(row: Counts) -> f64 {
    let either = row.true_positive + row.false_positive + row.false_negative;
    if either == 0 {
        1.0
    } else {
        row.true_positive as f64 / either as f64
    }
}

fn wrong(row: Counts) -> usize {
    row.false_positive + row.false_negative
}
