//! What was done to rows while the series were built: counted, because silence would hide a broken source.

use serde::{Deserialize, Serialize};

use super::panel::Panel;
use crate::count::count;

/// Counts for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PanelReport {
    /// Rows of the table.
    pub rows: usize,
    /// Series that are used.
    pub series: usize,
    /// Steps of all of them, without the future.
    pub steps: usize,
    /// `daily`, `every 30 minutes`.
    pub frequency: String,
    /// Whether it was inferred from the times.
    pub inferred: bool,
    /// Time of the first step of all.
    pub first: String,
    /// Time of the last step of all that has a value.
    pub last: String,
    /// Steps of the shortest series used.
    pub shortest: usize,
    /// Steps of the longest series.
    pub longest: usize,
    /// Steps without a row between the first and last value of a series, with `fill = "zero"` also after the last.
    pub gaps: usize,
    /// Rows with an empty target between the first and last value of a series.
    pub empty_targets: usize,
    /// Rows with an empty target before the first value of a series, or of a series without any value; they are left
    /// out.
    pub leading_empty: usize,
    /// Rows that were put together with others of their step.
    pub put_together: usize,
    /// Rows after the last value of their series.
    pub future_rows: usize,
    /// Series left out, because they have too few steps.
    pub short_series: usize,
    /// The first of them, as in the table.
    pub short_examples: Vec<String>,
    /// Steps whose known and past columns repeat the step before, because they have no row, or no value in `past`.
    pub carried: usize,
}

impl PanelReport {
    pub(super) fn describe(&mut self, panel: &Panel) {
        let lengths = panel.series.iter().map(|series| series.target.len());
        self.series = panel.series.len();
        self.steps = lengths.clone().sum();
        self.shortest = lengths.clone().min().unwrap_or(0);
        self.longest = lengths.max().unwrap_or(0);
        self.frequency = panel.grid.frequency.to_string();
        let time = |step: usize| {
            panel
                .columns
                .time_text(panel.grid.time(panel.first + step as i64))
        };
        self.first = time(0);
        self.last = time(panel.num_steps().saturating_sub(1));
    }

    /// What was done to the rows, a line each.
    pub fn notes(&self) -> Vec<String> {
        let counts = [
            (self.gaps, "steps have no row and were filled"),
            (
                self.empty_targets,
                "rows have an empty target and were filled",
            ),
            (
                self.leading_empty,
                "rows have an empty target before the first value of their series and were left out",
            ),
            (
                self.put_together,
                "rows were put together with others of their step",
            ),
            (self.short_series, "series are too short and were left out"),
            (self.carried, "steps have the covariates of the step before"),
        ];
        let counts = counts.into_iter().filter(|(number, _)| *number > 0);
        counts
            .map(|(number, what)| format!("{} {what}", count(number)))
            .collect()
    }
}
