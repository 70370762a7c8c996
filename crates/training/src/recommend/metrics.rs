//! How good lists are, by full ranking: every item that a user does not have competes.
//!
//! With the first k items of a user's list, R items that were held back, and hit(j) = 1 where place j holds one of them:
//!
//! | metric | of a user |
//! |---|---|
//! | recall | hits / R |
//! | precision | hits / k |
//! | hit | 1 when there is one |
//! | mrr | 1 / place of the first hit, 0 without one |
//! | ndcg | sum of hit(j) / log2(j + 1), over the same sum of a perfect list (Järvelin and Kekäläinen 2002) |
//! | map | sum of hit(j) (hits up to j) / j, over min(k, R) |
//!
//! Each is the mean over users with something held back. The definitions are those of RecBole 1.2.1.

use crate::metrics::Metrics;

/// The list of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedList {
    /// Number of the user.
    pub user: u32,
    /// Items, best first; at least as many as the longest list that is judged, if there are so many.
    pub recommended: Vec<u32>,
    /// What was held back.
    pub relevant: Vec<u32>,
}

/// Sums over users.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums {
    recall: f64,
    precision: f64,
    hit: f64,
    mrr: f64,
    ndcg: f64,
    map: f64,
}

impl Sums {
    fn add(&mut self, list: &RankedList, k: usize) {
        let (mut hits, mut first) = (0.0, None);
        let (mut gain, mut precisions) = (0.0, 0.0);
        for (place, item) in list.recommended.iter().take(k).enumerate() {
            if !list.relevant.contains(item) {
                continue;
            }
            let rank = (place + 1) as f64;
            hits += 1.0;
            first.get_or_insert(rank);
            gain += 1.0 / (rank + 1.0).log2();
            precisions += hits / rank;
        }
        let best = k.min(list.relevant.len());
        let ideal: f64 = (1..=best)
            .map(|rank| 1.0 / (rank as f64 + 1.0).log2())
            .sum();
        self.recall += hits / list.relevant.len() as f64;
        self.precision += hits / k as f64;
        self.hit += if hits > 0.0 { 1.0 } else { 0.0 };
        self.mrr += first.map_or(0.0, |rank| 1.0 / rank);
        self.ndcg += gain / ideal;
        self.map += precisions / best as f64;
    }
}

/// NDCG of the first `k` items, the mean over users.
pub fn ndcg(lists: &[RankedList], k: usize) -> f64 {
    let mut sums = Sums::default();
    let judged = lists.iter().filter(|list| !list.relevant.is_empty());
    judged.clone().for_each(|list| sums.add(list, k));
    sums.ndcg / judged.count().max(1) as f64
}

/// Metrics of the lists at each length, the most telling first. Users without anything held back do not count.
pub fn ranking(lists: &[RankedList], lengths: &[usize]) -> Metrics {
    let mut metrics = Metrics::default();
    let judged: Vec<&RankedList> = lists
        .iter()
        .filter(|list| !list.relevant.is_empty())
        .collect();
    if judged.is_empty() {
        return metrics;
    }
    for &k in lengths {
        let mut sums = Sums::default();
        judged.iter().for_each(|list| sums.add(list, k));
        let users = judged.len() as f64;
        for (name, sum) in [
            ("ndcg", sums.ndcg),
            ("recall", sums.recall),
            ("precision", sums.precision),
            ("hit", sums.hit),
            ("mrr", sums.mrr),
            ("map", sums.map),
        ] {
            metrics.push(format!("{name}_at_{k}"), sum / users);
        }
    }
    metrics
}

/// What is recommended at all: the share of items that are in some list, how unequally often they are (Gini coefficient,
/// 0 for equally), and how little known they are (mean of `-log2` of an item's share of the events of the training part;
/// items without any count as if they had one).
pub fn variety(lists: &[RankedList], popularity: &[usize], k: usize) -> Metrics {
    let mut counts = vec![0_usize; popularity.len()];
    let mut novelty = 0.0;
    let events: usize = popularity.iter().sum();
    for &item in lists
        .iter()
        .flat_map(|list| list.recommended.iter().take(k))
    {
        counts[item as usize] += 1;
        let share = popularity[item as usize].max(1) as f64 / events.max(1) as f64;
        novelty -= share.log2();
    }
    let total: usize = counts.iter().sum();
    counts.sort_unstable();
    let items = counts.len() as f64;
    let ranked = counts.iter().enumerate();
    let gini =
        ranked.map(|(place, &count)| (2.0 * (place + 1) as f64 - items - 1.0) * count as f64);
    let mut metrics = Metrics::default();
    let covered = counts.iter().filter(|count| **count > 0).count() as f64;
    metrics.push(format!("coverage_at_{k}"), covered / items);
    metrics.push(
        format!("gini_at_{k}"),
        gini.sum::<f64>() / (items * total as f64),
    );
    metrics.push(format!("novelty_at_{k}"), novelty / total as f64);
    metrics
}

/// RMSE and MAE of ratings.
pub fn ratings(predicted: &[f32], known: &[f32]) -> Metrics {
    let pairs = predicted.iter().zip(known);
    let errors: Vec<f64> = pairs.map(|(a, b)| f64::from(*a) - f64::from(*b)).collect();
    let count = errors.len() as f64;
    let mut metrics = Metrics::default();
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    metrics.push("rmse", (squares / count).sqrt());
    metrics.push(
        "mae",
        errors.iter().map(|error| error.abs()).sum::<f64>() / count,
    );
    metrics
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn golden() -> (Value, Vec<RankedList>, Vec<usize>) {
        let text = include_str!("../../tests/golden/recommend.json");
        let golden: Value = serde_json::from_str(text).unwrap();
        let numbers =
            |value: &Value| -> Vec<u32> { serde_json::from_value(value.clone()).unwrap() };
        let users = golden["users"].as_array().unwrap();
        let lists = users.iter().enumerate().map(|(user, list)| RankedList {
            user: user as u32,
            recommended: numbers(&list["recommended"]),
            relevant: numbers(&list["relevant"]),
        });
        let lists = lists.collect();
        let popularity = serde_json::from_value(golden["popularity"].clone()).unwrap();
        (golden, lists, popularity)
    }

    fn compare(metrics: &Metrics, expected: &Value, count: usize) {
        assert_eq!(metrics.iter().count(), count);
        for (name, value) in metrics.iter() {
            let expected = expected[name].as_f64().unwrap();
            assert!(
                (value - expected).abs() < 1e-12,
                "{name}: {value}, {expected}"
            );
        }
    }

    #[test]
    fn lists_are_judged_as_ranx_and_recbole_do() {
        let (golden, lists, popularity) = golden();
        compare(&ranking(&lists, &[1, 5, 10, 20]), &golden["expected"], 24);
        for k in [1, 5, 10, 20] {
            compare(&variety(&lists, &popularity, k), &golden["lists"], 3);
        }
    }

    #[test]
    fn without_anything_held_back_nothing_is_judged() {
        let list = RankedList {
            user: 0,
            recommended: vec![1],
            relevant: Vec::new(),
        };
        assert!(ranking(&[list], &[1]).is_empty());
        assert!(ranking(&[], &[1]).is_empty());
        assert!(ratings(&[], &[]).is_empty());
    }

    #[test]
    fn ratings_are_judged_by_their_errors() {
        let metrics = ratings(&[1.0, 2.0], &[4.0, 6.0]);
        assert_eq!(metrics.get("rmse"), Some(12.5_f64.sqrt()));
        assert_eq!(metrics.get("mae"), Some(3.5));
    }
}
