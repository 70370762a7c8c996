//! Permutation importance: how much worse a metric gets when one input column is shuffled (Breiman 2001).

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// What a model loses without one input column.
///
/// Columns that say the same cover for each other, so a low value does not mean that a column carries nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The input column.
    pub column: String,
    /// Mean loss of the metric over the repeats; below 0 the metric got better.
    pub mean: f64,
    /// Population standard deviation over the repeats.
    pub deviation: f64,
    /// The loss of each repeat.
    pub drops: Vec<f64>,
}

/// How the importance is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportanceOptions {
    /// Shuffles per column.
    pub repeats: usize,
    /// Decides the shuffles. Each column and repeat draws its own, so the order of columns does not matter to them.
    pub seed: u64,
    /// Whether a larger metric is better; see [`crate::metrics::greater_is_better`].
    pub greater_is_better: bool,
}

/// Importance of each column, the largest first.
///
/// `metric` is given the column's place and, for every row, the row from which it takes that column's value; it
/// returns the metric of the predictions made so. `unshuffled` is the metric without any shuffling.
pub fn permutation_importance<E>(
    columns: &[String],
    num_rows: usize,
    unshuffled: f64,
    options: &ImportanceOptions,
    mut metric: impl FnMut(usize, &[usize]) -> Result<f64, E>,
) -> Result<Vec<Importance>, E> {
    let mut result = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        let mut drops = Vec::with_capacity(options.repeats);
        for repeat in 0..options.repeats {
            let mut random = ChaCha8Rng::seed_from_u64(options.seed);
            random.set_stream(((place as u64) << 32) | repeat as u64);
            let mut rows: Vec<usize> = (0..num_rows).collect();
            rows.shuffle(&mut random);
            let drop = unshuffled - metric(place, &rows)?;
            drops.push(if options.greater_is_better {
                drop
            } else {
                -drop
            });
        }
        result.push(summary(column.clone(), drops));
    }
    result.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    Ok(result)
}

fn summary(column: String, drops: Vec<f64>) -> Importance {
    let count = drops.len().max(1) as f64;
    let mean = drops.iter().sum::<f64>() / count;
    let variance = drops.iter().map(|drop| (drop - mean).powi(2)).sum::<f64>() / count;
    Importance {
        column,
        mean,
        deviation: variance.sqrt(),
        drops,
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const OPTIONS: ImportanceOptions = ImportanceOptions {
        repeats: 5,
        seed: 7,
        greater_is_better: true,
    };

    fn columns() -> Vec<String> {
        ["noise", "signal"].map(String::from).to_vec()
    }

    /// Share of rows that keep their value when only column 1 is looked at.
    fn kept(column: usize, rows: &[usize]) -> Result<f64, Infallible> {
        let right = rows
            .iter()
            .enumerate()
            .filter(|(row, from)| column != 1 || row % 2 == *from % 2)
            .count();
        Ok(right as f64 / rows.len() as f64)
    }

    #[test]
    fn the_column_that_is_looked_at_comes_first() {
        let result = permutation_importance(&columns(), 100, 1.0, &OPTIONS, kept).unwrap();
        assert_eq!(result[0].column, "signal");
        assert!(result[0].mean > 0.3 && result[0].deviation > 0.0);
        assert_eq!((result[1].mean, result[1].deviation), (0.0, 0.0));
    }

    #[test]
    fn the_same_seed_gives_the_same_importance() {
        let first = permutation_importance(&columns(), 50, 1.0, &OPTIONS, kept).unwrap();
        let again = permutation_importance(&columns(), 50, 1.0, &OPTIONS, kept).unwrap();
        let other = ImportanceOptions { seed: 8, ..OPTIONS };
        assert_eq!(first, again);
        assert_ne!(
            first,
            permutation_importance(&columns(), 50, 1.0, &other, kept).unwrap()
        );
    }

    #[test]
    fn every_row_gives_its_value_to_exactly_one_row() {
        permutation_importance(&columns(), 30, 1.0, &OPTIONS, |_, rows| {
            let mut seen = rows.to_vec();
            seen.sort_unstable();
            assert_eq!(seen, (0..30).collect::<Vec<_>>());
            Ok::<_, Infallible>(0.0)
        })
        .unwrap();
    }

    #[test]
    fn a_loss_that_grows_is_a_positive_importance() {
        let options = ImportanceOptions {
            greater_is_better: false,
            ..OPTIONS
        };
        let result = permutation_importance(&columns()[..1], 3, 1.0, &options, |_, _| {
            Ok::<_, Infallible>(1.5)
        })
        .unwrap();
        assert!((result[0].mean - 0.5).abs() < 1e-12);
    }

    #[test]
    fn an_error_of_the_metric_ends_it() {
        let result = permutation_importance(&columns(), 3, 1.0, &OPTIONS, |_, _| Err("no"));
        assert_eq!(result, Err("no"));
    }

    #[test]
    fn no_repeats_or_no_rows_do_no_harm() {
        let options = ImportanceOptions {
            repeats: 0,
            ..OPTIONS
        };
        assert_eq!(
            permutation_importance(&columns(), 3, 1.0, &options, kept).unwrap()[0].mean,
            0.0
        );
        let nothing = permutation_importance(&columns(), 0, 1.0, &OPTIONS, |_, _| {
            Ok::<_, Infallible>(1.0)
        });
        assert_eq!(nothing.unwrap()[0].mean, 0.0);
    }
}
