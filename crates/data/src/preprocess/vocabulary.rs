//! A list of known values with a place for each.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::cells::set_row;
use crate::table::{Categories, MISSING_CODE, Sets};

/// Known values in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Vocabulary {
    /// By place.
    pub values: Vec<String>,
}

impl Vocabulary {
    /// Values seen at least `min_count` times (and at least once), the most frequent first, equals in alphabetical
    /// order. The order of the dictionary, which rows outside the training part also shape, has no influence.
    pub(crate) fn by_frequency(counts: &[usize], dictionary: &[String], min_count: usize) -> Self {
        let min_count = min_count.max(1);
        let mut kept: Vec<usize> = (0..dictionary.len())
            .filter(|&code| counts[code] >= min_count)
            .collect();
        kept.sort_by(|&a, &b| {
            counts[b]
                .cmp(&counts[a])
                .then_with(|| dictionary[a].cmp(&dictionary[b]))
        });
        Self {
            values: kept
                .into_iter()
                .map(|code| dictionary[code].clone())
                .collect(),
        }
    }

    /// As [`Self::by_frequency`], but in the order in which people list classes: by number when all are whole numbers,
    /// else alphabetically.
    pub(crate) fn in_order(counts: &[usize], dictionary: &[String], min_count: usize) -> Self {
        let mut values = Self::by_frequency(counts, dictionary, min_count).values;
        values.sort();
        if values.iter().all(|value| value.parse::<i64>().is_ok()) {
            // Stable, so that `01` and `1` keep their alphabetical order.
            values.sort_by_key(|value| value.parse::<i64>().unwrap_or_default());
        }
        Self { values }
    }

    /// Number of known values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no value is known.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The place of each entry of a dictionary, `None` when unknown.
    pub(crate) fn places(&self, dictionary: &[String]) -> Vec<Option<usize>> {
        let places: HashMap<&str, usize> = self
            .values
            .iter()
            .enumerate()
            .map(|(place, value)| (value.as_str(), place))
            .collect();
        dictionary
            .iter()
            .map(|value| places.get(value.as_str()).copied())
            .collect()
    }
}

/// How often each dictionary entry occurs in the rows.
pub(crate) fn count_categories(categories: &Categories, rows: &[usize]) -> Vec<usize> {
    let mut counts = vec![0; categories.dictionary.len()];
    for &row in rows {
        let code = categories.codes[row];
        if code != MISSING_CODE {
            counts[code as usize] += 1;
        }
    }
    counts
}

/// In how many of the rows each dictionary entry occurs.
pub(crate) fn count_sets(sets: &Sets, rows: &[usize]) -> Vec<usize> {
    let mut counts = vec![0; sets.dictionary.len()];
    // A value written twice in a cell is one value.
    let mut last_row = vec![None; sets.dictionary.len()];
    for (index, &row) in rows.iter().enumerate() {
        for &code in set_row(sets, row) {
            if last_row[code as usize].replace(index) != Some(index) {
                counts[code as usize] += 1;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    #[test]
    fn frequent_values_come_first_and_equals_alphabetically() {
        let vocabulary =
            Vocabulary::by_frequency(&[1, 3, 3, 0], &texts(&["rare", "b", "a", "never"]), 1);
        assert_eq!(vocabulary.values, ["a", "b", "rare"]);
    }

    #[test]
    fn values_below_the_minimum_count_are_left_out() {
        let vocabulary = Vocabulary::by_frequency(&[1, 2], &texts(&["once", "twice"]), 2);
        assert_eq!(vocabulary.values, ["twice"]);
    }

    #[test]
    fn whole_numbers_are_ordered_by_value_and_other_texts_alphabetically() {
        let numbers = Vocabulary::in_order(&[1, 1, 1], &texts(&["10", "9", "-1"]), 1);
        assert_eq!(numbers.values, ["-1", "9", "10"]);
        let mixed = Vocabulary::in_order(&[1, 1, 1], &texts(&["9", "10", "x"]), 1);
        assert_eq!(mixed.values, ["10", "9", "x"]);
    }

    #[test]
    fn a_value_written_twice_in_a_set_counts_once() {
        let sets = Sets {
            offsets: vec![0, 3],
            codes: vec![0, 1, 0],
            dictionary: texts(&["a", "b"]),
        };
        assert_eq!(count_sets(&sets, &[0]), [1, 1]);
    }
}
