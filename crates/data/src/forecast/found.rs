//! Problems found while series are built, collected so that all are reported at once.

use super::error::ForecastError;
use super::grid::Grid;
use super::places::{Gap, MAX_LISTED, RowAt, RowsAt, StepAt};
use super::rows::SortedRows;
use crate::preprocess::Problems;

/// A series of fewer steps is never called too sparse.
const ALWAYS_ALLOWED: i64 = 10_000;
/// Steps per row that are still plausible: a spare part sold every three months, by day.
const STEPS_PER_ROW: i64 = 100;

#[derive(Default)]
pub(super) struct Found {
    pub(super) problems: Vec<ForecastError>,
    off_grid: (Vec<RowAt>, usize),
    duplicates: (Vec<RowsAt>, usize),
    gaps: (Vec<Gap>, usize),
    gap_steps: usize,
    gap_series: usize,
    /// By column.
    missing_known: Vec<(Vec<StepAt>, usize)>,
}

fn push<T>((shown, count): &mut (Vec<T>, usize), item: impl FnOnce() -> T) {
    *count += 1;
    if shown.len() < MAX_LISTED {
        shown.push(item());
    }
}

impl Found {
    pub(super) fn off_grid(&mut self, rows: &SortedRows<'_>, row: usize) {
        push(&mut self.off_grid, || rows.at(row));
    }

    pub(super) fn duplicates(&mut self, rows: impl FnOnce() -> RowsAt) {
        push(&mut self.duplicates, rows);
    }

    pub(super) fn missing_known(&mut self, rows: &SortedRows<'_>, column: usize, row: usize) {
        let columns = rows.columns.known.len();
        self.missing_known.resize_with(columns, Default::default);
        push(&mut self.missing_known[column], || {
            let RowAt { row, series, time } = rows.at(row);
            StepAt {
                row: Some(row),
                series,
                time,
            }
        });
    }

    /// Steps without a value, ascending.
    pub(super) fn gaps(
        &mut self,
        steps: &[usize],
        series: impl Fn() -> String,
        time: impl Fn(usize) -> String,
    ) {
        for run in steps.chunk_by(|a, b| a + 1 == *b) {
            push(&mut self.gaps, || Gap {
                series: series(),
                first: time(run[0]),
                last: time(run[run.len() - 1]),
                steps: run.len(),
            });
        }
        self.gap_steps += steps.len();
        self.gap_series += usize::from(!steps.is_empty());
    }

    /// A wrong year would make a series so long that memory ends before any other message.
    pub(super) fn check_width(
        &mut self,
        rows: &SortedRows<'_>,
        of_series: &[u32],
        grid: &Grid,
        steps: i64,
        widest_gap: i64,
    ) {
        let is_sparse =
            steps / STEPS_PER_ROW > of_series.len() as i64 || widest_gap > steps / 10 * 9;
        if steps <= ALWAYS_ALLOWED || !is_sparse {
            return;
        }
        let (Some(&first), Some(&last)) = (of_series.first(), of_series.last()) else {
            return;
        };
        let [first, last] = [first, last].map(|row| rows.at(row as usize));
        self.problems.push(ForecastError::TooSparse {
            series: match first.series.as_str() {
                "" => "the series".into(),
                series => series.into(),
            },
            steps,
            frequency: grid.frequency,
            first: first.time,
            first_row: first.row,
            last: last.time,
            last_row: last.row,
            rows: of_series.len(),
        });
    }

    /// What must be right before steps mean anything.
    pub(super) fn check_times(
        &mut self,
        rows: &SortedRows<'_>,
        grid: &Grid,
    ) -> Result<(), Problems<ForecastError>> {
        if self.off_grid.1 > 0 {
            let example = [0, 1].map(|step| rows.columns.time_text(grid.time(step)));
            let (rows, count) = std::mem::take(&mut self.off_grid);
            self.problems.push(ForecastError::OffGrid {
                frequency: grid.frequency,
                example: example.to_vec(),
                rows,
                count,
            });
        }
        match self.problems.is_empty() {
            true => Ok(()),
            false => Err(Problems(std::mem::take(&mut self.problems))),
        }
    }

    pub(super) fn into_problems(self, rows: &SortedRows<'_>) -> Vec<ForecastError> {
        let mut problems = Vec::new();
        let (steps, count) = self.duplicates;
        if count > 0 {
            problems.push(ForecastError::Duplicates { steps, count });
        }
        let (gaps, num_gaps) = self.gaps;
        if num_gaps > 0 {
            problems.push(ForecastError::Gaps {
                gaps,
                num_gaps,
                count: self.gap_steps,
                series: self.gap_series,
            });
        }
        let known = rows.columns.known.iter().zip(self.missing_known);
        for (column, (places, count)) in known.filter(|(_, (_, count))| *count > 0) {
            let column = column.clone();
            problems.push(ForecastError::MissingKnown {
                column,
                places,
                count,
            });
        }
        problems.extend(self.problems);
        problems
    }
}
