//! `[outputs.category]` and `[outputs.binary]`: classes and their weights.

use serde::{Deserialize, Serialize};

use super::TargetError;
use crate::{
    config::{BinaryOutput, CategoryOutput, ClassWeights},
    features::Targets,
    preprocess::{Vocabulary, YesNo, YesNoError, count_categories},
    table::{Categories, MISSING_CODE},
};

/// Several classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryTarget {
    /// By index: in the order of their numbers when all are whole numbers, else alphabetically.
    pub classes: Vec<String>,
    /// By class; `None` when all rows count alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<Vec<f64>>,
}

/// Two classes, one of which means yes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinaryTarget {
    /// The value that is 0.
    pub negative: String,
    /// The value that is 1.
    pub positive: String,
    /// Of no and yes; `None` when all rows count alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<[f64; 2]>,
}

impl CategoryTarget {
    pub(super) fn fit(
        column: &str,
        config: &CategoryOutput,
        cells: &Categories,
        rows: &[usize],
    ) -> Result<Self, TargetError> {
        let counts = count_categories(cells, rows);
        let classes = Vocabulary::in_order(&counts, &cells.dictionary, 1);
        match &classes.values[..] {
            [] => {
                return Err(TargetError::AllMissing {
                    column: column.to_owned(),
                });
            }
            [class] => {
                return Err(TargetError::OneClass {
                    column: column.to_owned(),
                    class: class.clone(),
                });
            }
            _ => {}
        }
        let class_counts = by_class(&classes.values, cells, &counts);
        let class_weights = weights(
            column,
            &config.class_weights,
            &classes.values,
            &class_counts,
        )?;
        Ok(Self {
            classes: classes.values,
            class_weights,
        })
    }

    /// Only for rows whose class is known.
    pub(super) fn encode(&self, cells: &Categories, rows: &[usize]) -> Targets {
        let places = Vocabulary {
            values: self.classes.clone(),
        }
        .places(&cells.dictionary);
        let class = |&row: &usize| match cells.codes[row] {
            MISSING_CODE => 0,
            code => places[code as usize].unwrap_or_default() as i32,
        };
        Targets::Classes(rows.iter().map(class).collect())
    }
}

impl BinaryTarget {
    pub(super) fn fit(
        column: &str,
        config: &BinaryOutput,
        cells: &Categories,
        rows: &[usize],
    ) -> Result<Self, TargetError> {
        let column_name = column.to_owned();
        let counts = count_categories(cells, rows);
        let seen = Vocabulary::in_order(&counts, &cells.dictionary, 1).values;
        if let [class] = &seen[..] {
            return Err(TargetError::OneClass {
                column: column_name,
                class: class.clone(),
            });
        }
        let YesNo { negative, positive } = match YesNo::fit(config.positive.as_deref(), cells, rows)
        {
            Ok(values) => values,
            Err(YesNoError::NoValue) => {
                return Err(TargetError::AllMissing {
                    column: column_name,
                });
            }
            Err(YesNoError::TooManyValues { values, num_values }) => {
                return Err(TargetError::NotBinary {
                    column: column_name,
                    values,
                    num_values,
                });
            }
            Err(YesNoError::UnknownPositive { values }) => {
                let positive = config.positive.clone().unwrap_or_default();
                return Err(TargetError::UnknownPositive {
                    column: column_name,
                    positive,
                    values,
                });
            }
        };
        let classes = [negative.unwrap_or_default(), positive];
        let class_counts = by_class(&classes, cells, &counts);
        let class_weights = weights(column, &config.class_weights, &classes, &class_counts)?
            .map(|weights| [weights[0], weights[1]]);
        let [negative, positive] = classes;
        Ok(Self {
            negative,
            positive,
            class_weights,
        })
    }

    /// Only for rows whose value is known.
    pub(super) fn encode(&self, cells: &Categories, rows: &[usize]) -> Targets {
        let is_yes: Vec<bool> = cells
            .dictionary
            .iter()
            .map(|value| *value == self.positive)
            .collect();
        let answer = |&row: &usize| match cells.codes[row] {
            MISSING_CODE => 0.0,
            code => f32::from(u8::from(is_yes[code as usize])),
        };
        Targets::Binary(rows.iter().map(answer).collect())
    }
}

/// The counts of dictionary entries in the order of the classes.
fn by_class(classes: &[String], cells: &Categories, counts: &[usize]) -> Vec<usize> {
    let mut class_counts = vec![0; classes.len()];
    let places = Vocabulary {
        values: classes.to_vec(),
    }
    .places(&cells.dictionary);
    for (place, count) in places.into_iter().zip(counts) {
        if let Some(place) = place {
            class_counts[place] += count;
        }
    }
    class_counts
}

fn weights(
    column: &str,
    config: &ClassWeights,
    classes: &[String],
    counts: &[usize],
) -> Result<Option<Vec<f64>>, TargetError> {
    let column = column.to_owned();
    let given = match config {
        ClassWeights::Equal => return Ok(None),
        ClassWeights::Balanced => {
            let total: usize = counts.iter().sum();
            let balanced = counts
                .iter()
                .map(|&count| total as f64 / (classes.len() * count.max(1)) as f64);
            return Ok(Some(balanced.collect()));
        }
        ClassWeights::Given(given) => given,
    };
    let names: Vec<String> = given
        .keys()
        .filter(|name| !classes.contains(name))
        .cloned()
        .collect();
    if !names.is_empty() {
        return Err(TargetError::UnknownWeights {
            column,
            names,
            classes: classes.to_vec(),
        });
    }
    if let Some((class, &weight)) = given
        .iter()
        .find(|&(_, &weight)| !(weight.is_finite() && weight >= 0.0))
    {
        return Err(TargetError::BadWeight {
            column,
            class: class.clone(),
            weight,
        });
    }
    let weights: Vec<f64> = classes
        .iter()
        .map(|class| given.get(class).copied().unwrap_or(1.0))
        .collect();
    if weights.iter().all(|&weight| weight == 0.0) {
        return Err(TargetError::NoWeight { column });
    }
    Ok(Some(weights))
}
