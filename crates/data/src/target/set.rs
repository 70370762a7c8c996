//! `[outputs.set]`: any number of labels per row.

use serde::{Deserialize, Serialize};

use super::TargetError;
use crate::{
    config::SetOutput,
    features::{Matrix, Targets},
    preprocess::{Vocabulary, cells::set_row, count_sets},
    table::Sets,
};

/// Fitted labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetTarget {
    /// The text between labels in a cell.
    pub separator: String,
    /// By index: in the order of their numbers when all are whole numbers, else alphabetically.
    pub labels: Vec<String>,
}

impl SetTarget {
    pub(super) fn fit(
        column: &str,
        config: &SetOutput,
        cells: &Sets,
        rows: &[usize],
    ) -> Result<Self, TargetError> {
        let labels = Vocabulary::in_order(
            &count_sets(cells, rows),
            &cells.dictionary,
            config.min_count,
        )
        .values;
        if labels.is_empty() {
            return Err(TargetError::NoLabels {
                column: column.to_owned(),
                min_count: config.min_count.max(1),
            });
        }
        Ok(Self {
            separator: config.separator.clone(),
            labels,
        })
    }

    pub(super) fn encode(&self, cells: &Sets, rows: &[usize]) -> Targets {
        let width = self.labels.len();
        let places = Vocabulary {
            values: self.labels.clone(),
        }
        .places(&cells.dictionary);
        let mut values = vec![0.0; rows.len() * width];
        for (&row, values) in rows.iter().zip(values.chunks_exact_mut(width.max(1))) {
            for &code in set_row(cells, row) {
                if let Some(place) = places[code as usize] {
                    values[place] = 1.0;
                }
            }
        }
        Targets::Labels(Matrix { width, values })
    }
}
