//! Rows with the same value stay together. The shares count groups, as scikit-learn's `GroupShuffleSplit`.

use super::keys::complete_keys;
use super::random::{generator, shuffle};
use super::shares::counts;
use super::{Parts, SplitError};
use crate::config::GroupSplit;
use crate::table::Table;

pub(super) fn split(
    config: &GroupSplit,
    table: &Table,
    rows: &[usize],
    seed: u64,
) -> Result<Parts, SplitError> {
    let (codes, names) = complete_keys(table, &config.column, rows)?;
    let counts = counts(names.len(), config.validation, config.test, "group")?;
    let mut groups: Vec<usize> = (0..names.len()).collect();
    shuffle(&mut groups, &mut generator(seed));
    let mut rank = vec![0; groups.len()];
    for (place, &group) in groups.iter().enumerate() {
        rank[group] = place;
    }
    let mut parts = Parts::default();
    for (&row, &code) in rows.iter().zip(&codes) {
        let part = match rank[code] {
            rank if rank < counts.test => &mut parts.test,
            rank if rank < counts.test + counts.validation => &mut parts.validation,
            _ => &mut parts.train,
        };
        part.push(row);
    }
    Ok(parts)
}
