//! Metrics of search: where the relevant items stand in the ranking of each query.
//!
//! Ties are broken against the model: among items of equal score the relevant ones count as last. A model that gives
//! all items one score then gets the worst rank and not the best, and no order of the file can flatter it.

use super::MetricsError;
use super::report::Metrics;
use super::statistics::{mean, ratio};

#[cfg(test)]
mod tests;

/// Where the relevant items of one query stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryRanks {
    /// Ranks of the relevant items that were found, from 1, ascending.
    found: Vec<usize>,
    /// Relevant items, found or not; at least 1.
    relevant: usize,
}

impl QueryRanks {
    /// From items with their scores, in any order; the larger, the better. Relevant items that are not among them were
    /// not found. A query without a relevant item has no place in these metrics.
    ///
    /// # Errors
    /// A score is NaN, or no item is relevant. `query` is the position that the error names.
    pub fn from_scores(
        query: usize,
        scored: impl IntoIterator<Item = (usize, f32)>,
        relevant: &[usize],
    ) -> Result<Self, MetricsError> {
        let relevant = distinct(query, relevant)?;
        let mut items = Vec::new();
        for (item, score) in scored {
            if score.is_nan() {
                return Err(MetricsError::Prediction {
                    row: query,
                    value: f64::from(score),
                });
            }
            // Adding 0 makes -0 equal to 0.
            items.push((score + 0.0, relevant.binary_search(&item).is_ok()));
        }
        items.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        Ok(Self::new(items.iter().map(|item| item.1), relevant.len()))
    }

    /// From the best items in order, without ties. Relevant items that are not among them were not found.
    ///
    /// # Errors
    /// No item is relevant.
    pub fn from_ranking(
        query: usize,
        ranking: &[usize],
        relevant: &[usize],
    ) -> Result<Self, MetricsError> {
        let relevant = distinct(query, relevant)?;
        let hits = ranking
            .iter()
            .map(|item| relevant.binary_search(item).is_ok());
        Ok(Self::new(hits, relevant.len()))
    }

    fn new(hits: impl Iterator<Item = bool>, relevant: usize) -> Self {
        let ranks = (1..)
            .zip(hits)
            .filter_map(|(rank, hit)| hit.then_some(rank));
        Self {
            found: ranks.collect(),
            relevant,
        }
    }

    /// Rank of the best relevant item, from 1.
    pub fn first(&self) -> Option<usize> {
        self.found.first().copied()
    }

    fn found_within(&self, most: usize) -> usize {
        self.found.partition_point(|&rank| rank <= most)
    }

    /// Share of the relevant items among the first.
    fn recall(&self, most: usize) -> f64 {
        ratio(self.found_within(most) as f64, self.relevant as f64)
    }

    /// 1 over the rank of the best relevant item if it is among the first, else 0.
    fn reciprocal_rank(&self, most: usize) -> f64 {
        self.first()
            .filter(|&rank| rank <= most)
            .map_or(0.0, |rank| 1.0 / rank as f64)
    }

    /// Discounted gain over that of the best possible order (Järvelin & Kekäläinen 2002), each relevant item of gain 1.
    fn normalized_gain(&self, most: usize) -> f64 {
        let discount = |rank: usize| 1.0 / ((rank + 1) as f64).log2();
        let gain: f64 = self.found[..self.found_within(most)]
            .iter()
            .map(|&rank| discount(rank))
            .sum();
        let best: f64 = (1..=self.relevant.min(most)).map(discount).sum();
        gain / best
    }
}

/// The mean over queries of recall within 1, 5 and 10, reciprocal rank (`mrr` over the whole ranking, `mrr_at_10`), and
/// normalised discounted gain within 10. Where some query has several relevant items, `hit_at_1`, `_5`, `_10` are the
/// share of queries with at least one of them in front; with one each, they would equal recall.
///
/// # Errors
/// No queries.
pub fn evaluate_retrieval(queries: &[QueryRanks]) -> Result<Metrics, MetricsError> {
    if queries.is_empty() {
        return Err(MetricsError::Empty);
    }
    let over = |value: &dyn Fn(&QueryRanks) -> f64| mean(queries.iter().map(value));
    let mut metrics = Metrics::default();
    metrics.push("mrr", over(&|query| query.reciprocal_rank(usize::MAX)));
    metrics.push("mrr_at_10", over(&|query| query.reciprocal_rank(10)));
    for most in [1, 5, 10] {
        let recall = over(&|query| query.recall(most));
        metrics.push(format!("recall_at_{most}"), recall);
    }
    metrics.push("ndcg_at_10", over(&|query| query.normalized_gain(10)));
    if queries.iter().any(|query| query.relevant > 1) {
        for most in [1, 5, 10] {
            let hit = over(&|query| f64::from(u8::from(query.found_within(most) > 0)));
            metrics.push(format!("hit_at_{most}"), hit);
        }
    }
    Ok(metrics)
}

/// Ascending, each once.
fn distinct(query: usize, relevant: &[usize]) -> Result<Vec<usize>, MetricsError> {
    let mut relevant = relevant.to_vec();
    relevant.sort_unstable();
    relevant.dedup();
    match relevant.is_empty() {
        true => Err(MetricsError::NoRelevant { row: query }),
        false => Ok(relevant),
    }
}
