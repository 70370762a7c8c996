//! How scores of several kinds of rows spread.

use serde::{Deserialize, Serialize};

/// Equal steps from the lowest score to the highest.
const NUM_STEPS: usize = 20;
/// Scores beyond these shares of all count as at the end, so that one far away does not squeeze the others.
const INNER: [f64; 2] = [0.01, 0.99];

/// How often the scores of several kinds of rows lie between the same edges. The first and the last step hold what lies
/// beyond, too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreHistogram {
    /// What the score is.
    pub score: String,
    /// One more than counts, ascending.
    pub edges: Vec<f64>,
    /// The kinds of rows.
    pub groups: Vec<ScoreGroup>,
    /// The score from which an answer is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
}

/// Rows of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreGroup {
    /// What they have in common.
    pub name: String,
    /// Rows from an edge to the next.
    pub counts: Vec<usize>,
}

impl ScoreHistogram {
    /// From 0 to 1.
    pub(crate) fn of_probabilities(score: &str, groups: &[(&str, Vec<f64>)]) -> Self {
        Self::between([0.0, 1.0], score, groups, None)
    }

    /// Wherever the scores and the threshold are. `None` without a score.
    pub(crate) fn of_scores(
        score: &str,
        groups: &[(&str, Vec<f64>)],
        threshold: Option<f64>,
    ) -> Option<Self> {
        let scores = groups.iter().flat_map(|(_, scores)| scores).copied();
        let mut sorted: Vec<f64> = scores.filter(|score| score.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let at = |share: f64| sorted[(last as f64 * share).round() as usize];
        let threshold = threshold.filter(|threshold| threshold.is_finite());
        let low = threshold.unwrap_or(f64::INFINITY).min(at(INNER[0]));
        let high = threshold.unwrap_or(f64::NEG_INFINITY).max(at(INNER[1]));
        let high = if high > low { high } else { low + 1.0 };
        Some(Self::between([low, high], score, groups, threshold))
    }

    fn between(
        [low, high]: [f64; 2],
        score: &str,
        groups: &[(&str, Vec<f64>)],
        threshold: Option<f64>,
    ) -> Self {
        let step = (high - low) / NUM_STEPS as f64;
        let count = |scores: &[f64]| {
            let mut counts = vec![0; NUM_STEPS];
            for score in scores.iter().filter(|score| score.is_finite()) {
                let place = ((score - low) / step).clamp(0.0, (NUM_STEPS - 1) as f64);
                counts[place as usize] += 1;
            }
            counts
        };
        let groups = groups.iter().map(|(name, scores)| ScoreGroup {
            name: (*name).to_string(),
            counts: count(scores),
        });
        Self {
            score: score.to_string(),
            edges: (0..=NUM_STEPS)
                .map(|edge| low + step * edge as f64)
                .collect(),
            groups: groups.collect(),
            threshold,
        }
    }
}
