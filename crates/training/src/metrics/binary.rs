//! Metrics of a yes/no output.

use super::calibration;
use super::curve::Ranking;
use super::report::{ClassReport, Confusion, Metrics, OutputReport};
use super::statistics::{mean, ratio};

/// Rows by target and answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) true_positive: usize,
    pub(super) false_positive: usize,
    pub(super) false_negative: usize,
    pub(super) true_negative: usize,
}

impl Counts {
    /// Counts rows; the answer is yes from `threshold`.
    pub(super) fn new(threshold: f64, targets: &[f32], probabilities: &[f32]) -> Self {
        let mut counts = Self::default();
        for (&target, &probability) in targets.iter().zip(probabilities) {
            match (target > 0.5, f64::from(probability) >= threshold) {
                (true, true) => counts.true_positive += 1,
                (false, true) => counts.false_positive += 1,
                (true, false) => counts.false_negative += 1,
                (false, false) => counts.true_negative += 1,
            }
        }
        counts
    }

    /// The counts of no in place of yes.
    fn flipped(self) -> Self {
        Self {
            true_positive: self.true_negative,
            false_positive: self.false_negative,
            false_negative: self.false_positive,
            true_negative: self.true_positive,
        }
    }

    /// Rows that have it.
    pub(super) fn support(self) -> usize {
        self.true_positive + self.false_negative
    }

    pub(super) fn accuracy(self) -> f64 {
        let right = self.true_positive + self.true_negative;
        ratio(
            right as f64,
            (right + self.false_positive + self.false_negative) as f64,
        )
    }

    pub(super) fn precision(self) -> f64 {
        ratio(
            self.true_positive as f64,
            (self.true_positive + self.false_positive) as f64,
        )
    }

    pub(super) fn recall(self) -> f64 {
        ratio(self.true_positive as f64, self.support() as f64)
    }

    pub(super) fn f1(self) -> f64 {
        let twice = 2 * self.true_positive;
        ratio(
            twice as f64,
            (twice + self.false_positive + self.false_negative) as f64,
        )
    }

    /// Whether it occurs in targets or answers.
    pub(super) fn occurs(self) -> bool {
        self.support() + self.false_positive > 0
    }

    /// A line of the table of classes.
    pub(super) fn class_report(self, label: &str, ranking: &Ranking) -> ClassReport {
        ClassReport {
            label: label.to_owned(),
            support: self.support(),
            precision: self.precision(),
            recall: self.recall(),
            f1: self.f1(),
            roc_auc: ranking.roc_auc(),
            pr_auc: ranking.average_precision(),
        }
    }
}

/// Rows by probability of yes.
pub(super) fn ranking(targets: &[f32], probabilities: &[f32]) -> Ranking {
    Ranking::new(
        probabilities
            .iter()
            .zip(targets)
            .map(|(&probability, &target)| (probability, target > 0.5)),
    )
}

/// Log loss per row. Probabilities are clipped by the epsilon of f32, as scikit-learn does for f32 input.
pub(super) fn log_losses(targets: &[f32], probabilities: &[f32]) -> impl Iterator<Item = f64> {
    targets
        .iter()
        .zip(probabilities)
        .map(|(&target, &probability)| {
            let yes = f64::from(probability);
            clipped_log_loss(if target > 0.5 { yes } else { 1.0 - yes })
        })
}

/// The log loss of a row whose true class has this probability.
pub(super) fn clipped_log_loss(probability: f64) -> f64 {
    const EPSILON: f64 = f32::EPSILON as f64;
    -probability.clamp(EPSILON, 1.0 - EPSILON).ln()
}

/// Everything about a yes/no output. Precision, recall and F1 are those of yes. Calibration bins and ECE compare the
/// probability of yes with the share of yes.
pub(super) fn report(
    labels: [&str; 2],
    threshold: f64,
    targets: &[f32],
    probabilities: &[f32],
) -> OutputReport {
    let counts = Counts::new(threshold, targets, probabilities);
    let no_counts = counts.flipped();
    let ranking = ranking(targets, probabilities);
    let no_ranking = Ranking::new(
        probabilities
            .iter()
            .zip(targets)
            .map(|(&probability, &target)| ((1.0 - probability).max(0.0), target < 0.5)),
    );
    let calibration = calibration::bins(
        targets
            .iter()
            .zip(probabilities)
            .map(|(&target, &probability)| (f64::from(probability), target > 0.5)),
    );
    let (recalls, f1s) = (
        [no_counts, counts].map(Counts::recall),
        [no_counts, counts].map(Counts::f1),
    );
    let present = [no_counts.support(), counts.support()]
        .iter()
        .filter(|&&support| support > 0)
        .count();
    let occurring = [no_counts, counts]
        .iter()
        .filter(|counts| counts.occurs())
        .count();

    let mut metrics = Metrics::default();
    metrics.push("accuracy", counts.accuracy());
    metrics.push("roc_auc", ranking.roc_auc());
    metrics.push("pr_auc", ranking.average_precision());
    metrics.push("log_loss", mean(log_losses(targets, probabilities)));
    metrics.push(
        "balanced_accuracy",
        recalls.iter().sum::<f64>() / present as f64,
    );
    metrics.push("precision", counts.precision());
    metrics.push("recall", counts.recall());
    metrics.push("f1", counts.f1());
    metrics.push("f1_macro", f1s.iter().sum::<f64>() / occurring as f64);
    metrics.push("brier", brier(targets, probabilities));
    metrics.push("ece", calibration::expected_error(&calibration));
    OutputReport {
        rows: targets.len(),
        metrics,
        confusion: Some(Confusion {
            labels: labels.map(str::to_owned).to_vec(),
            counts: vec![
                vec![counts.true_negative, counts.false_positive],
                vec![counts.false_negative, counts.true_positive],
            ],
        }),
        per_class: vec![
            no_counts.class_report(labels[0], &no_ranking),
            counts.class_report(labels[1], &ranking),
        ],
        curves: ranking.curves(labels[1]),
        calibration,
        residuals: None,
    }
}

/// Mean squared distance of probability and 0 or 1.
fn brier(targets: &[f32], probabilities: &[f32]) -> f64 {
    mean(
        targets
            .iter()
            .zip(probabilities)
            .map(|(&target, &probability)| (f64::from(probability) - f64::from(target)).powi(2)),
    )
}
