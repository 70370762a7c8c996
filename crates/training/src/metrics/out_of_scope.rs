//! Telling the inputs a classifier was made for from those it was not: scores, how well they part the two, and the
//! threshold below which the answer is "I don't know".
//!
//! Every score is larger for an input that looks in scope. In-scope rows are the positives of the ROC curve, as in the
//! literature (Hendrycks & Gimpel 2017).

mod class_centers;
mod threshold;

#[cfg(test)]
mod tests;

use super::MetricsError;
use super::curve::Ranking;
use super::report::Metrics;
use super::statistics::ratio;

pub use class_centers::{CenterDistance, class_centers};
pub use threshold::{ScopeThreshold, ThresholdRule, choose_threshold};

/// Scores of rows of both kinds.
#[derive(Debug, Clone, Copy)]
pub struct ScopeScores<'a> {
    /// Scores of in-scope rows.
    pub in_scope: &'a [f32],
    /// Whether the class given to each of them is right.
    pub right: &'a [bool],
    /// Scores of out-of-scope rows; may be empty.
    pub out_of_scope: &'a [f32],
}

impl ScopeScores<'_> {
    fn check(&self) -> Result<(), MetricsError> {
        super::check::check_length(self.right.len(), self.in_scope.len())?;
        let scores = self.in_scope.iter().chain(self.out_of_scope);
        match scores.enumerate().find(|(_, score)| !score.is_finite()) {
            Some((row, &score)) => Err(MetricsError::Prediction {
                row,
                value: f64::from(score),
            }),
            None => Ok(()),
        }
    }

    fn ranking(&self) -> Ranking {
        let labelled = |scores: &[f32], positive| {
            scores
                .iter()
                .map(|&score| (score, positive))
                .collect::<Vec<_>>()
        };
        let mut rows = labelled(self.in_scope, true);
        rows.extend(labelled(self.out_of_scope, false));
        Ranking::new(rows.into_iter())
    }

    fn accepted(scores: &[f32], threshold: f64) -> usize {
        scores
            .iter()
            .filter(|&&score| f64::from(score) >= threshold)
            .count()
    }
}

/// How well scores part the two kinds of rows at any threshold (`out_of_scope_roc_auc`, `fpr_at_95_tpr`: the share of
/// out-of-scope rows that pass when 95 % of the in-scope rows do) and at the given one:
///
/// - `in_scope_accuracy`: share of in-scope rows that are accepted and given the right class,
/// - `in_scope_acceptance`: share of in-scope rows that are accepted,
/// - `out_of_scope_recall`: share of out-of-scope rows that are refused,
/// - `out_of_scope_precision`: share of refused rows that are out of scope; absent if none is refused.
///
/// Without out-of-scope rows only the two in-scope shares are there.
///
/// # Errors
/// No in-scope rows, a flag too few or too many, or a score that is not finite (its position counts the in-scope rows
/// first).
pub fn evaluate_out_of_scope(scores: ScopeScores, threshold: f64) -> Result<Metrics, MetricsError> {
    scores.check()?;
    let at = ScopeThreshold::at(threshold, scores);
    let accepted = ScopeScores::accepted(scores.in_scope, threshold);
    let mut metrics = Metrics::default();
    metrics.push("in_scope_accuracy", at.in_scope_accuracy);
    metrics.push("out_of_scope_recall", at.out_of_scope_recall);
    metrics.push("in_scope_acceptance", at.in_scope_acceptance);
    if !scores.out_of_scope.is_empty() {
        let refused =
            scores.out_of_scope.len() - ScopeScores::accepted(scores.out_of_scope, threshold);
        let all = refused + scores.in_scope.len() - accepted;
        let precision = (all > 0).then(|| ratio(refused as f64, all as f64));
        metrics.push("out_of_scope_precision", precision);
        let ranking = scores.ranking();
        metrics.push("out_of_scope_roc_auc", ranking.roc_auc());
        metrics.push("fpr_at_95_tpr", ranking.false_positive_rate_at(0.95));
    }
    Ok(metrics)
}
