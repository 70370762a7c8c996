//! All series on one time axis, held once; windows are cut from it.
//!
//! Every value is an `f32` in its original unit, and a step costs 4 bytes per target and covariate: times follow from
//! the grid, the calendar is one table for all series, and keys are written once per series. 1,000 series of 2,000 steps
//! with 3 covariates take 32 MB, about half of the table they come from.

use serde::{Deserialize, Serialize};

use super::{grid::Grid, nan::nan_as_null, rows::ForecastColumns};
use crate::features::Matrix;

/// Steps of a panel from a file, at most: 38 years of minutes. The calendar has some numbers for each.
const MAX_STEPS: usize = 20_000_000;

/// Series over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Where the steps of the grid are in time.
    pub grid: Grid,
    /// The grid's step of [`Series::start`] 0.
    pub first: i64,
    /// The names of what a series holds.
    pub columns: ForecastColumns,
    /// In the order of their keys.
    pub series: Vec<Series>,
}

/// One series. The steps of `known` go on after the target where rows for the future were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Values of the key columns; empty where the table is one series.
    pub key: Vec<String>,
    /// Step of the panel at its first value.
    pub start: usize,
    /// From the first value to the last step without a future; NaN where there is none.
    #[serde(with = "nan_as_null")]
    pub target: Vec<f32>,
    /// Steps and future steps by [`ForecastColumns::known`].
    #[serde(with = "nan_as_null::matrix")]
    pub known: Matrix<f32>,
    /// Steps by [`ForecastColumns::past`].
    #[serde(with = "nan_as_null::matrix")]
    pub past: Matrix<f32>,
    /// One per [`ForecastColumns::static_numbers`]; NaN where missing.
    #[serde(with = "nan_as_null")]
    pub static_numbers: Vec<f32>,
    /// One per [`ForecastColumns::static_texts`].
    pub static_texts: Vec<Option<String>>,
}

impl Panel {
    /// The time of a step of a series, in seconds since 1970. Steps go on into the future.
    pub fn time(&self, series: usize, step: usize) -> i64 {
        let start = self.series[series].start;
        self.grid.time(self.first + (start + step) as i64)
    }

    /// The same as the user writes times.
    pub fn time_text(&self, series: usize, step: usize) -> String {
        self.columns.time_text(self.time(series, step))
    }

    /// `item=12, shop=a`; empty where the table is one series.
    pub fn series_text(&self, series: usize) -> String {
        self.columns.series_text(&self.series[series].key)
    }

    /// Steps of the panel up to the last with a target.
    pub fn num_steps(&self) -> usize {
        let ends = self.series.iter().map(Series::end);
        ends.max().unwrap_or(0)
    }

    /// Steps of the panel up to the last with a target or known values.
    pub fn num_steps_with_future(&self) -> usize {
        let ends = self
            .series
            .iter()
            .map(|series| series.end() + series.future());
        ends.max().unwrap_or(0)
    }

    /// The last steps of each series, from which a forecast goes on; rows of the future are left out.
    pub fn tail(&self, steps: usize) -> Self {
        let series: Vec<Series> = self
            .series
            .iter()
            .map(|series| series.tail(steps))
            .collect();
        let first = series.iter().map(|series| series.start).min().unwrap_or(0);
        let moved = |mut series: Series| {
            series.start -= first;
            series
        };
        Self {
            grid: self.grid,
            first: self.first + first as i64,
            columns: self.columns.clone(),
            series: series.into_iter().map(moved).collect(),
        }
    }

    /// Whether every series holds what the columns say, and few enough steps to be held. A panel that was built has;
    /// one from a file may not.
    pub(super) fn is_consistent(&self, columns: &ForecastColumns) -> bool {
        let (known, past) = (columns.known.len(), columns.past.len());
        let fits = |series: &Series| {
            let steps = series.target.len();
            let is_matrix = |matrix: &Matrix<f32>, width: usize| {
                matrix.width == width && matrix.values.len().is_multiple_of(width.max(1))
            };
            series.key.len() == columns.series.len()
                && is_matrix(&series.known, known)
                && series.known.values.len() >= steps * known
                && is_matrix(&series.past, past)
                && series.past.values.len() == steps * past
                && series.static_numbers.len() == columns.static_numbers.len()
                && series.static_texts.len() == columns.static_texts.len()
                && series.start.saturating_add(steps) <= MAX_STEPS
        };
        self.columns == *columns
            && self.first.unsigned_abs() <= u64::from(u32::MAX)
            && self.series.iter().all(fits)
    }

    /// The series of a key.
    pub fn find(&self, key: &[String]) -> Option<usize> {
        self.series
            .binary_search_by(|series| series.key.as_slice().cmp(key))
            .ok()
    }
}

impl Series {
    /// The panel's step after the last of the target.
    pub fn end(&self) -> usize {
        self.start + self.target.len()
    }

    /// Steps after the target for which known values are given.
    pub fn future(&self) -> usize {
        match self.known.width {
            0 => 0,
            width => (self.known.values.len() / width).saturating_sub(self.target.len()),
        }
    }

    fn tail(&self, steps: usize) -> Self {
        let len = self.target.len();
        let from = len.saturating_sub(steps);
        let rows = |matrix: &Matrix<f32>| Matrix {
            width: matrix.width,
            values: matrix.values[from * matrix.width..len * matrix.width].to_vec(),
        };
        Self {
            key: self.key.clone(),
            start: self.start + from,
            target: self.target[from..].to_vec(),
            known: rows(&self.known),
            past: rows(&self.past),
            static_numbers: self.static_numbers.clone(),
            static_texts: self.static_texts.clone(),
        }
    }
}
