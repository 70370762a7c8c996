//! The trivial baseline: what a model must beat to be worth anything.

use std::collections::BTreeMap;

use hob_data::features::Matrix;
use hob_data::tags::OUTSIDE;
use serde::{Deserialize, Serialize};

use super::report::OutputReport;
use super::statistics::{mean, quantile, rows, sorted};
use super::{Center, MetricsError, Predicted, Truth};

/// A constant prediction fitted on the training part; for tags, a constant one per word. With frequencies as probabilities the most frequent class is
/// also the most probable one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// Frequency of each class.
    Category(Vec<f32>),
    /// Frequency of yes.
    Binary(f32),
    /// Mean or median.
    Number(f64),
    /// Quantiles.
    Quantiles(Vec<f64>),
    /// Frequency of each label.
    Set(Vec<f32>),
    /// The most frequent tag of each word in lower case, where that is not `O`. Other words are `O`.
    Tags(BTreeMap<String, String>),
}

impl Baseline {
    /// Fits on the targets of the training part.
    pub fn fit(train: Truth) -> Result<Self, MetricsError> {
        let share = |hits: f64, rows: usize| (hits / rows as f64) as f32;
        match train {
            Truth::Category { classes, targets } => {
                not_empty(targets.len())?;
                let mut counts = vec![0usize; classes.len()];
                for (row, &target) in targets.iter().enumerate() {
                    let count = usize::try_from(target)
                        .ok()
                        .and_then(|class| counts.get_mut(class));
                    *count.ok_or(MetricsError::Target {
                        row,
                        value: f64::from(target),
                    })? += 1;
                }
                Ok(Self::Category(
                    counts
                        .iter()
                        .map(|&count| share(count as f64, targets.len()))
                        .collect(),
                ))
            }
            Truth::Binary { targets, .. } => {
                not_empty(targets.len())?;
                Ok(Self::Binary(share(
                    targets.iter().map(|&target| f64::from(target)).sum(),
                    targets.len(),
                )))
            }
            Truth::Number { targets, center } => {
                not_empty(targets.len())?;
                Ok(Self::Number(match center {
                    Center::Mean => mean(targets.iter().copied()),
                    Center::Median => quantile(&sorted(targets.iter().copied()), 0.5),
                }))
            }
            Truth::Quantiles { targets, quantiles } => {
                not_empty(targets.len())?;
                let targets = sorted(targets.iter().copied());
                Ok(Self::Quantiles(
                    quantiles
                        .iter()
                        .map(|&place| quantile(&targets, place))
                        .collect(),
                ))
            }
            Truth::Set {
                targets, labels, ..
            } => {
                not_empty(rows(targets))?;
                let hits = |label| {
                    (0..rows(targets))
                        .map(|row| f64::from(targets.row(row)[label]))
                        .sum()
                };
                Ok(Self::Set(
                    (0..labels.len())
                        .map(|label| share(hits(label), rows(targets)))
                        .collect(),
                ))
            }
            Truth::Tags { words, tags } => {
                not_empty(tags.len())?;
                Ok(Self::Tags(most_frequent_tags(words, tags)))
            }
        }
    }

    /// Evaluates the constant prediction on another part, by the same functions as a model.
    pub fn report(&self, truth: Truth) -> Result<OutputReport, MetricsError> {
        match (self, truth) {
            (Self::Category(frequencies), Truth::Category { targets, .. }) => super::evaluate(
                truth,
                Predicted::Categories(&repeat(frequencies, targets.len())),
            ),
            (Self::Binary(frequency), Truth::Binary { targets, .. }) => {
                super::evaluate(truth, Predicted::Binary(&vec![*frequency; targets.len()]))
            }
            (Self::Number(value), Truth::Number { targets, .. }) => {
                super::evaluate(truth, Predicted::Numbers(&vec![*value; targets.len()]))
            }
            (Self::Quantiles(values), Truth::Quantiles { targets, .. }) => {
                super::evaluate(truth, Predicted::Quantiles(&repeat(values, targets.len())))
            }
            (Self::Set(frequencies), Truth::Set { targets, .. }) => {
                super::evaluate(truth, Predicted::Sets(&repeat(frequencies, rows(targets))))
            }
            (Self::Tags(known), Truth::Tags { words, .. }) => {
                let tag = |word: &String| {
                    let tag = known.get(&word.to_lowercase());
                    tag.map_or(OUTSIDE, String::as_str).to_owned()
                };
                let tags: Vec<Vec<String>> = words
                    .iter()
                    .map(|words| words.iter().map(tag).collect())
                    .collect();
                super::evaluate(
                    truth,
                    Predicted::Tags {
                        tags: &tags,
                        probabilities: &[],
                    },
                )
            }
            _ => Err(MetricsError::Type),
        }
    }
}

/// Of tags that are equally frequent the first in alphabetical order counts.
fn most_frequent_tags(words: &[Vec<String>], tags: &[Vec<String>]) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    let pairs = words.iter().flatten().zip(tags.iter().flatten());
    for (word, tag) in pairs {
        *counts
            .entry(word.to_lowercase())
            .or_default()
            .entry(tag)
            .or_default() += 1;
    }
    let most_frequent = |(word, tags): (String, BTreeMap<&str, usize>)| {
        let (tag, _) = tags
            .into_iter()
            .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))?;
        (tag != OUTSIDE).then(|| (word, tag.to_owned()))
    };
    counts.into_iter().filter_map(most_frequent).collect()
}

fn not_empty(rows: usize) -> Result<(), MetricsError> {
    if rows == 0 {
        Err(MetricsError::Empty)
    } else {
        Ok(())
    }
}

fn repeat<T: Copy>(row: &[T], rows: usize) -> Matrix<T> {
    Matrix {
        width: row.len(),
        values: row.repeat(rows),
    }
}
