//! From an output column to what a loss compares with, and from a network's answer back.
//!
//! A [`TargetEncoder`] is fitted on the training part and stored in the bundle. Rows without a target cannot be trained
//! on or scored: take [`missing_rows`] out first. A class that the training part lacks cannot be learned: it is an
//! error, and [`TargetEncoder::unknown_values`] lists all of them with their rows.

use serde::{Deserialize, Serialize};

use crate::{
    config::OutputConfig,
    features::Targets,
    preprocess::{Problems, cells},
    source::ColumnKind,
    table::{MISSING_CODE, MISSING_DATE, Table, Values},
};

mod classes;
mod error;
mod number;
mod set;
mod tags;
mod unknown;

pub use self::{
    classes::{BinaryTarget, CategoryTarget},
    error::{TagFault, TargetError},
    number::{NumberTarget, softplus},
    set::SetTarget,
    tags::{TagsTarget, words},
    unknown::UnknownValue,
};

/// A fitted output column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetEncoder {
    /// Column of the table.
    pub column: String,
    /// What was learned about it.
    pub kind: TargetKind,
}

/// What was learned about an output column, by its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// One of several classes.
    Category(CategoryTarget),
    /// Yes or no.
    Binary(BinaryTarget),
    /// A quantity.
    Number(NumberTarget),
    /// Any number of labels.
    Set(SetTarget),
    /// A tag per word of a text.
    Tags(TagsTarget),
}

impl TargetKind {
    /// The word in a recipe.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Category(_) => "category",
            Self::Binary(_) => "binary",
            Self::Number(_) => "number",
            Self::Set(_) => "set",
            Self::Tags(_) => "tags",
        }
    }
}

impl TargetEncoder {
    /// Fitted on the training rows that have a value. The output must have exactly one type.
    pub fn fit(
        output: &OutputConfig,
        table: &Table,
        train_rows: &[usize],
    ) -> Result<Self, TargetError> {
        let column = output.column.as_str();
        let kind = match (
            &output.category,
            &output.binary,
            &output.number,
            &output.set,
            &output.tags,
        ) {
            (Some(config), None, None, None, None) => {
                let cells = cells::categories(table, column)?;
                TargetKind::Category(CategoryTarget::fit(column, config, cells, train_rows)?)
            }
            (None, Some(config), None, None, None) => {
                let cells = cells::categories(table, column)?;
                TargetKind::Binary(BinaryTarget::fit(column, config, cells, train_rows)?)
            }
            (None, None, Some(config), None, None) => {
                let cells = cells::numbers(table, column)?;
                TargetKind::Number(NumberTarget::fit(column, config, cells, train_rows)?)
            }
            (None, None, None, Some(config), None) => {
                let cells = cells::sets(table, column)?;
                TargetKind::Set(SetTarget::fit(column, config, cells, train_rows)?)
            }
            (None, None, None, None, Some(config)) => {
                TargetKind::Tags(TagsTarget::fit(column, config, table, train_rows)?)
            }
            _ => {
                return Err(TargetError::NotOneType {
                    column: column.to_owned(),
                });
            }
        };
        Ok(Self {
            column: column.to_owned(),
            kind,
        })
    }

    /// Encodes the named rows, in their order. Missing targets and classes that the training part lacks are problems;
    /// labels of a set that have no output are left out, tags that have none are marked (see
    /// [`Self::unknown_values`]).
    pub fn encode(&self, table: &Table, rows: &[usize]) -> Result<Targets, Problems<TargetError>> {
        let mut problems = Vec::new();
        let missing = rows
            .iter()
            .copied()
            .filter(|&row| is_missing(&self.column, table, row));
        let (count, first) = missing.fold((0, None), |(count, first), row| {
            (count + 1, first.or(Some(row)))
        });
        if let Some(row) = first {
            problems.push(TargetError::Missing {
                column: self.column.clone(),
                row,
                count,
            });
        }
        if !matches!(self.kind, TargetKind::Set(_) | TargetKind::Tags(_)) {
            let unknown = self.unknown_values(table, rows)?;
            problems.extend(
                unknown
                    .into_iter()
                    .map(
                        |UnknownValue { value, row, count }| TargetError::UnknownClass {
                            column: self.column.clone(),
                            value,
                            row,
                            count,
                        },
                    ),
            );
        }
        if problems.is_empty() {
            Ok(self.encode_complete(table, rows)?)
        } else {
            Err(Problems(problems))
        }
    }

    fn encode_complete(&self, table: &Table, rows: &[usize]) -> Result<Targets, TargetError> {
        Ok(match &self.kind {
            TargetKind::Category(category) => {
                category.encode(cells::categories(table, &self.column)?, rows)
            }
            TargetKind::Binary(binary) => {
                binary.encode(cells::categories(table, &self.column)?, rows)
            }
            TargetKind::Number(number) => number.encode(cells::numbers(table, &self.column)?, rows),
            TargetKind::Set(set) => set.encode(cells::sets(table, &self.column)?, rows),
            TargetKind::Tags(tags) => tags.encode(&self.column, table, rows)?,
        })
    }

    /// Values in the rows that no output of the network stands for, in order of their first row: classes that the
    /// training part lacks, labels that it lacks or that are rarer there than `min_count`, tags that it lacks. None for
    /// a number.
    pub fn unknown_values(
        &self,
        table: &Table,
        rows: &[usize],
    ) -> Result<Vec<UnknownValue>, TargetError> {
        Ok(match &self.kind {
            TargetKind::Category(_) | TargetKind::Binary(_) => unknown::in_categories(
                &self.classes(),
                cells::categories(table, &self.column)?,
                rows,
            ),
            TargetKind::Set(_) => {
                unknown::in_sets(&self.classes(), cells::sets(table, &self.column)?, rows)
            }
            TargetKind::Tags(tags) => {
                tags.unknown_values(cells::categories(table, &self.column)?, rows)
            }
            TargetKind::Number(_) => Vec::new(),
        })
    }

    /// Outputs of the network for this target: one per class, label, tag or quantile, else one.
    pub fn width(&self) -> usize {
        match &self.kind {
            TargetKind::Category(category) => category.classes.len(),
            TargetKind::Binary(_) => 1,
            TargetKind::Number(number) => number.width(),
            TargetKind::Set(set) => set.labels.len(),
            TargetKind::Tags(tags) => tags.tags.len(),
        }
    }

    /// Classes, labels or tags by index; no and yes of a binary target; none for a number.
    pub fn classes(&self) -> Vec<&str> {
        match &self.kind {
            TargetKind::Category(category) => category.classes.iter().map(String::as_str).collect(),
            TargetKind::Binary(binary) => vec![&binary.negative, &binary.positive],
            TargetKind::Number(_) => Vec::new(),
            TargetKind::Set(set) => set.labels.iter().map(String::as_str).collect(),
            TargetKind::Tags(tags) => tags.tags.iter().map(String::as_str).collect(),
        }
    }

    /// Weights in the loss by class, of a binary target of no and yes; `None` when all rows count alike.
    pub fn class_weights(&self) -> Option<Vec<f32>> {
        let weights: &[f64] = match &self.kind {
            TargetKind::Category(category) => category.class_weights.as_deref()?,
            TargetKind::Binary(binary) => binary.class_weights.as_ref()?,
            TargetKind::Number(_) | TargetKind::Set(_) | TargetKind::Tags(_) => return None,
        };
        Some(weights.iter().map(|&weight| weight as f32).collect())
    }

    /// How the column is read from a file.
    pub fn column_kind(&self) -> ColumnKind {
        match &self.kind {
            TargetKind::Category(_) | TargetKind::Binary(_) | TargetKind::Tags(_) => {
                ColumnKind::Category
            }
            TargetKind::Number(_) => ColumnKind::Number,
            TargetKind::Set(set) => ColumnKind::Set {
                separator: set.separator.clone(),
            },
        }
    }
}

/// How the column of an output is read from a file; `None` when no type is given.
pub fn output_column_kind(output: &OutputConfig) -> Option<ColumnKind> {
    if output.category.is_some() || output.binary.is_some() || output.tags.is_some() {
        Some(ColumnKind::Category)
    } else if output.number.is_some() {
        Some(ColumnKind::Number)
    } else {
        output.set.as_ref().map(|set| ColumnKind::Set {
            separator: set.separator.clone(),
        })
    }
}

/// Rows without a target, ascending; to be taken out before the split, and counted. All rows when the column is absent.
/// A set is never missing: an empty cell means that no label applies.
pub fn missing_rows(column: &str, table: &Table) -> Vec<usize> {
    (0..table.num_rows)
        .filter(|&row| is_missing(column, table, row))
        .collect()
}

fn is_missing(column: &str, table: &Table, row: usize) -> bool {
    match table.column(column).map(|column| &column.values) {
        Some(Values::Number(cells)) => !cells[row].is_finite(),
        Some(Values::Category(cells)) => cells.codes[row] == MISSING_CODE,
        Some(Values::Date(cells)) => cells[row] == MISSING_DATE,
        Some(Values::Set(_)) => false,
        Some(Values::Vector { width, values }) => values[row * width..(row + 1) * width]
            .iter()
            .any(|value| !value.is_finite()),
        None => true,
    }
}

#[cfg(test)]
mod tests;
