//! The rows a model gets most wrong: often the quickest way to a mislabelled cell or a missing input.

use serde::{Deserialize, Serialize};

/// A row with a large loss, as text for a reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorstRow {
    /// Row of the data, from 1 as in `parts.csv`.
    pub row: usize,
    /// Its loss.
    pub loss: f64,
    /// Input columns and their values as they were read.
    pub inputs: Vec<(String, String)>,
    /// What it is.
    pub target: String,
    /// What the model said.
    pub prediction: String,
}

/// Places of the `count` largest losses with their loss, worst first, ties in row order.
pub fn worst_rows(losses: &[f64], count: usize) -> Vec<(usize, f64)> {
    let mut rows: Vec<(usize, f64)> = losses.iter().copied().enumerate().collect();
    let worst_first = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if count < rows.len() {
        rows.select_nth_unstable_by(count, worst_first);
        rows.truncate(count);
    }
    rows.sort_unstable_by(worst_first);
    rows
}
