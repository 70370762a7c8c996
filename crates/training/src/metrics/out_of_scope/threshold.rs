//! The score below which the answer is "I don't know".

use serde::{Deserialize, Serialize};

use super::super::MetricsError;
use super::super::statistics::ratio;
use super::ScopeScores;

/// How a threshold is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ThresholdRule {
    /// The largest mean of in-scope accuracy and out-of-scope recall, so that the answer does not depend on how many
    /// out-of-scope examples there happen to be. Needs such examples.
    Balanced,
    /// The highest threshold that accepts at least this share of the in-scope rows, such as 0.95. Needs no out-of-scope
    /// examples.
    AcceptInScope(f64),
}

/// A threshold and what it achieves on the rows it was chosen on. A row is answered if its score is not below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScopeThreshold {
    /// The score.
    pub threshold: f64,
    /// Share of in-scope rows that are accepted and given the right class.
    pub in_scope_accuracy: f64,
    /// Share of in-scope rows that are accepted.
    pub in_scope_acceptance: f64,
    /// Share of out-of-scope rows that are refused; absent without such rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_scope_recall: Option<f64>,
}

impl ScopeThreshold {
    /// What a threshold achieves.
    pub(super) fn at(threshold: f64, scores: ScopeScores) -> Self {
        let accepted_right = scores
            .in_scope
            .iter()
            .zip(scores.right)
            .filter(|&(&score, &right)| right && f64::from(score) >= threshold)
            .count();
        let share = |count: usize, of: usize| ratio(count as f64, of as f64);
        let (num_in, num_out) = (scores.in_scope.len(), scores.out_of_scope.len());
        let refused = num_out - ScopeScores::accepted(scores.out_of_scope, threshold);
        Self {
            threshold,
            in_scope_accuracy: share(accepted_right, num_in),
            in_scope_acceptance: share(ScopeScores::accepted(scores.in_scope, threshold), num_in),
            out_of_scope_recall: (num_out > 0).then(|| share(refused, num_out)),
        }
    }
}

/// Chooses a threshold on validation rows. It always accepts some of them: a bot that refuses everything is none.
///
/// # Errors
/// No in-scope rows, a flag too few or too many, a score that is not finite, a share outside 0 to 1, or
/// [`ThresholdRule::Balanced`] without out-of-scope rows.
pub fn choose_threshold(
    scores: ScopeScores,
    rule: ThresholdRule,
) -> Result<ScopeThreshold, MetricsError> {
    scores.check()?;
    let threshold = match rule {
        ThresholdRule::Balanced if scores.out_of_scope.is_empty() => {
            return Err(MetricsError::NoOutOfScope);
        }
        ThresholdRule::AcceptInScope(share) if !(0.0..=1.0).contains(&share) => {
            return Err(MetricsError::Share { value: share });
        }
        ThresholdRule::Balanced => balanced(scores),
        ThresholdRule::AcceptInScope(share) => accepting(scores.in_scope, share),
    };
    Ok(ScopeThreshold::at(threshold, scores))
}

/// The score of the row that fills the share, counted from the highest.
fn accepting(in_scope: &[f32], share: f64) -> f64 {
    let mut scores = in_scope.to_vec();
    scores.sort_unstable_by(|a, b| b.total_cmp(a));
    // A product such as 0.55 * 100 lies above 55 by rounding.
    let wanted = (share * scores.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    f64::from(scores[wanted.min(scores.len()) - 1])
}

/// A row as the search for a balanced threshold sees it.
#[derive(Clone, Copy)]
enum Row {
    Right,
    Wrong,
    OutOfScope,
}

/// Lowers the threshold from the highest score, one distinct score after the other. Of equally good thresholds the
/// lowest is taken, which refuses the fewest customers; it lies halfway to the next score below, because rows to come
/// will not have exactly the scores of these.
fn balanced(scores: ScopeScores) -> f64 {
    let in_scope = scores.in_scope.iter().zip(scores.right);
    let mut rows: Vec<(f32, Row)> = in_scope
        .map(|(&score, &right)| (score, if right { Row::Right } else { Row::Wrong }))
        .chain(
            scores
                .out_of_scope
                .iter()
                .map(|&score| (score, Row::OutOfScope)),
        )
        .collect();
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (num_in, num_out) = (scores.in_scope.len(), scores.out_of_scope.len());
    // Whole numbers, so that equally good thresholds compare equal: accuracy and recall times both counts.
    let (mut right, mut passed) = (0, 0);
    let (mut best, mut threshold) = (0, f64::INFINITY);
    for (place, &(score, row)) in rows.iter().enumerate() {
        match row {
            Row::Right => right += 1,
            Row::Wrong => {}
            Row::OutOfScope => passed += 1,
        }
        let next = rows.get(place + 1).map(|row| row.0);
        let quality = right * num_out + (num_out - passed) * num_in;
        if next != Some(score) && (quality >= best || threshold.is_infinite()) {
            best = quality;
            let score = f64::from(score);
            threshold = next.map_or(score, |next| (score + f64::from(next)) / 2.0);
        }
    }
    threshold
}
