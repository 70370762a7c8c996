//! Series over time: from a long table to windows, and from what a network says to quantiles.
//!
//! 1. [`ForecastConfig`](crate::config::ForecastConfig) names the columns; the table may have its rows in any order.
//! 2. The times of all rows lie on one [`Grid`] of a [`Frequency`], inferred or given.
//! 3. Rows become a [`Panel`]: one array per series, gaps by rule, rows of one step by rule, everything counted in a
//!    [`PanelReport`] or refused by a [`ForecastError`] with rows, series and times.
//! 4. [`backtest()`] divides windows by time: training, then validation, then test.
//! 5. [`ForecastPreprocessor::fit`] does 2 to 4 and fits scalings and vocabularies on the training steps.
//! 6. A training row is a [`Place`]: a series and an origin. [`Windows::batch`] cuts the values around it when a batch is
//!    made, scales the target by what lies before the origin, and adds the calendar.
//! 7. The network gives some numbers per step, and a [`ForecastHead`] makes quantiles, means and
//!    samples of them.
//! 8. A bundle keeps the preprocessor and [`Panel::tail`]; new rows become a panel by [`ForecastPreprocessor::panel`],
//!    or go on where the tail ends by [`ForecastPreprocessor::continued`].
//!
//! Invariant: what a window shows depends on nothing at or after its origin but the calendar and `known` columns.

mod backtest;
mod build;
mod calendar;
mod cells;
mod covariates;
mod error;
mod found;
mod frequency;
mod grid;
pub mod head;
mod infer;
mod nan;
mod panel;
pub(crate) mod places;
mod preprocessor;
mod report;
mod rows;
mod scale;
mod settings;
#[cfg(test)]
mod tests;
mod windows;

pub use self::{
    backtest::{BacktestParts, Place, backtest},
    covariates::{StandardScaling, StaticCodes},
    error::ForecastError,
    frequency::{BadFrequency, Frequency},
    grid::Grid,
    head::ForecastHead,
    panel::{Panel, Series},
    places::{Change, Gap, Length, RowAt, RowsAt, StepAt},
    preprocessor::{FittedForecast, ForecastPreprocessor, SeriesLayout},
    report::PanelReport,
    rows::ForecastColumns,
    windows::{WindowBatch, Windows},
};
