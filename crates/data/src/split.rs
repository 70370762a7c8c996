//! Which rows train, which validate, which test.
//!
//! Shares follow scikit-learn's `train_test_split`: the test part has `ceil(rows * test)` rows, the validation part
//! `ceil(remaining rows * validation)`. The same rows, settings and seed give the same parts on every machine.
//!
//! Invariant: every candidate row is in exactly one part, and the rows of a part ascend.

mod columns;
mod error;
mod files;
mod group;
mod hash;
mod keys;
mod random;
mod shares;
mod stratified;
#[cfg(test)]
mod tests;
mod time;

pub use error::SplitError;
pub use files::{FileRows, split_files};
pub(crate) use random::{generator, shuffle};

use crate::config::SplitConfig;
use crate::error::DataError;
use crate::table::Table;

/// Rows of a table by their use, each list ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Rows the network learns from.
    pub train: Vec<usize>,
    /// Rows that steer the training, such as early stopping.
    pub validation: Vec<usize>,
    /// Rows for the final result.
    pub test: Vec<usize>,
}

/// A column that a split needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitColumn {
    /// Its name.
    pub name: String,
    /// What it is needed for.
    pub usage: SplitUsage,
}

/// How a split uses a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitUsage {
    /// Its values are compared for equality. Any single-valued kind will do, [`Category`] is best.
    ///
    /// [`Category`]: crate::source::ColumnKind::Category
    Value,
    /// Its values order the rows: a date or a number.
    Order,
}

/// The columns that a split needs, for the reader.
pub fn split_columns(config: &SplitConfig) -> Vec<SplitColumn> {
    let value = |name: &String| SplitColumn {
        name: name.clone(),
        usage: SplitUsage::Value,
    };
    match config {
        SplitConfig::Random(random) => random.stratify.iter().map(value).collect(),
        SplitConfig::Column(column) => std::iter::once(&column.column)
            .chain(&column.stratify)
            .map(value)
            .collect(),
        SplitConfig::Group(group) => vec![value(&group.column)],
        SplitConfig::Hash(hash) => vec![value(&hash.column)],
        SplitConfig::Time(time) => {
            vec![SplitColumn {
                name: time.column.clone(),
                usage: SplitUsage::Order,
            }]
        }
    }
}

/// Divides the candidate rows; rows that are not candidates (left out for a missing value) are in no part.
pub fn split(
    config: &SplitConfig,
    table: &Table,
    candidates: &[usize],
    seed: u64,
) -> Result<Parts, DataError> {
    if candidates.is_empty() {
        return Err(SplitError::NoRows.into());
    }
    let mut rows = candidates.to_vec();
    rows.sort_unstable();
    rows.dedup();
    let mut parts = match config {
        SplitConfig::Random(config) => match &config.stratify {
            None => random::split(config.validation, config.test, &rows, seed)?,
            Some(column) => stratified::split(config, column, table, &rows, seed)?,
        },
        SplitConfig::Column(config) => columns::split(config, table, &rows, seed)?,
        SplitConfig::Time(config) => time::split(config, table, &rows)?,
        SplitConfig::Group(config) => group::split(config, table, &rows, seed)?,
        SplitConfig::Hash(config) => hash::split(config, table, &rows)?,
    };
    for part in [&mut parts.train, &mut parts.validation, &mut parts.test] {
        part.sort_unstable();
    }
    Ok(parts)
}
