//! `[outputs.tags]`: a tag per word of a text.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{TagFault, TargetError, UnknownValue};
use crate::{
    config::TagsOutput,
    features::{TagLists, Targets, UNKNOWN_TAG},
    preprocess::cells,
    table::{Categories, MISSING_CODE, Table},
    tags::{OUTSIDE, is_tag},
};

/// Rows named in an error.
const MAX_FAULTS: usize = 5;

/// Fitted tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TagsTarget {
    /// The text column whose words are tagged.
    pub text: String,
    /// By index: `O`, then the others of the training part alphabetically.
    pub tags: Vec<String>,
}

impl TagsTarget {
    /// The tags of the training rows. The cells of all rows are checked, because those that are not fitted on are
    /// encoded later.
    pub(super) fn fit(
        column: &str,
        config: &TagsOutput,
        table: &Table,
        rows: &[usize],
    ) -> Result<Self, TargetError> {
        let all: Vec<usize> = (0..table.num_rows).collect();
        check(column, &config.text, table, &all)?;
        let cells = cells::categories(table, column)?;
        let seen: BTreeSet<&str> = rows
            .iter()
            .flat_map(|&row| words(cells, row))
            .filter(|tag| *tag != OUTSIDE)
            .collect();
        if rows.iter().all(|&row| cells.codes[row] == MISSING_CODE) {
            return Err(TargetError::AllMissing {
                column: column.to_owned(),
            });
        }
        if seen.is_empty() {
            return Err(TargetError::NoEntities {
                column: column.to_owned(),
            });
        }
        let tags = std::iter::once(OUTSIDE).chain(seen);
        Ok(Self {
            text: config.text.clone(),
            tags: tags.map(String::from).collect(),
        })
    }

    /// The indexes of the tags of the named rows, [`UNKNOWN_TAG`] where the training part has no such tag.
    pub(super) fn encode(
        &self,
        column: &str,
        table: &Table,
        rows: &[usize],
    ) -> Result<Targets, TargetError> {
        check(column, &self.text, table, rows)?;
        let cells = cells::categories(table, column)?;
        let places: BTreeMap<&str, i32> = (self.tags.iter().map(String::as_str)).zip(0..).collect();
        let mut lists = TagLists {
            offsets: vec![0],
            tags: Vec::new(),
        };
        for &row in rows {
            let tags = words(cells, row);
            lists
                .tags
                .extend(tags.map(|tag| places.get(tag).copied().unwrap_or(UNKNOWN_TAG)));
            lists.offsets.push(lists.tags.len());
        }
        Ok(Targets::Tags(lists))
    }

    /// Tags in the rows that the training part lacks.
    pub(super) fn unknown_values(&self, cells: &Categories, rows: &[usize]) -> Vec<UnknownValue> {
        let mut found: Vec<UnknownValue> = Vec::new();
        for &row in rows {
            for tag in words(cells, row).filter(|tag| !self.tags.iter().any(|known| known == tag)) {
                match found.iter_mut().find(|unknown| unknown.value == tag) {
                    Some(unknown) => unknown.count += 1,
                    None => found.push(UnknownValue {
                        value: tag.to_owned(),
                        row,
                        count: 1,
                    }),
                }
            }
        }
        found
    }
}

/// The words of a cell, which stand between blanks; none when it is missing.
pub fn words(cells: &Categories, row: usize) -> impl Iterator<Item = &str> {
    cells.get(row).unwrap_or_default().split_whitespace()
}

/// Whether every row with tags has one for each word of its text.
fn check(column: &str, text: &str, table: &Table, rows: &[usize]) -> Result<(), TargetError> {
    let (cells, texts) = (
        cells::categories(table, column)?,
        cells::categories(table, text)?,
    );
    let mut faults = Vec::new();
    let mut count = 0;
    for &row in rows.iter().filter(|&&row| cells.codes[row] != MISSING_CODE) {
        if let Some(fault) = fault(cells, texts, row) {
            count += 1;
            if faults.len() < MAX_FAULTS {
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(TargetError::Tags {
        column: column.to_owned(),
        text: text.to_owned(),
        faults,
        count,
    })
}

fn fault(cells: &Categories, texts: &Categories, row: usize) -> Option<TagFault> {
    let (tags, words_of_text) = (words(cells, row).count(), words(texts, row).count());
    if tags != words_of_text {
        return Some(TagFault::Count {
            row,
            tags,
            words: words_of_text,
        });
    }
    let (place, tag) = words(cells, row)
        .enumerate()
        .find(|(_, tag)| !is_tag(tag))?;
    Some(TagFault::Tag {
        row,
        place,
        tag: tag.to_owned(),
    })
}
