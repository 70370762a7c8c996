//! Values that no output of the network stands for.

use std::collections::HashSet;

use crate::{
    preprocess::cells,
    table::{Categories, MISSING_CODE, Sets},
};

/// A class or label without an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownValue {
    /// Its text.
    pub value: String,
    /// The first row with it, as an index into the table.
    pub row: usize,
    /// Number of cells with it.
    pub count: usize,
}

pub(super) fn in_categories(
    classes: &[&str],
    cells: &Categories,
    rows: &[usize],
) -> Vec<UnknownValue> {
    let occurrences = rows
        .iter()
        .map(|&row| (row, cells.codes[row]))
        .filter(|&(_, code)| code != MISSING_CODE);
    collect(classes, &cells.dictionary, occurrences)
}

pub(super) fn in_sets(labels: &[&str], sets: &Sets, rows: &[usize]) -> Vec<UnknownValue> {
    let occurrences = rows.iter().flat_map(|&row| {
        cells::set_row(sets, row)
            .iter()
            .map(move |&code| (row, code))
    });
    collect(labels, &sets.dictionary, occurrences)
}

fn collect(
    known: &[&str],
    dictionary: &[String],
    occurrences: impl Iterator<Item = (usize, u32)>,
) -> Vec<UnknownValue> {
    let known: HashSet<&str> = known.iter().copied().collect();
    let is_unknown: Vec<bool> = dictionary
        .iter()
        .map(|value| !known.contains(value.as_str()))
        .collect();
    let mut places: Vec<Option<usize>> = vec![None; dictionary.len()];
    let mut found: Vec<UnknownValue> = Vec::new();
    for (row, code) in occurrences {
        let code = code as usize;
        if !is_unknown[code] {
            continue;
        }
        let place = *places[code].get_or_insert_with(|| {
            found.push(UnknownValue {
                value: dictionary[code].clone(),
                row,
                count: 0,
            });
            found.len() - 1
        });
        found[place].count += 1;
        found[place].row = found[place].row.min(row);
    }
    found.sort_by(|a, b| a.row.cmp(&b.row).then_with(|| a.value.cmp(&b.value)));
    found
}
