//! How good forecasts are, over all windows of a backtest.
//!
//! A cell is one step of one window. With `y` what happened, `m` the median, `f` the mean, and `q(τ)` the quantile of
//! the forecast, over the cells whose `y` is known:
//!
//! | name | is | source |
//! |---|---|---|
//! | `mae` | mean of `\|y - m\|` | |
//! | `rmse` | root of the mean of `(y - f)²` | |
//! | `mape` | mean of `\|y - m\| / \|y\|`, over `y ≠ 0` | |
//! | `smape` | mean of `2 \|y - m\| / (\|y\| + \|m\|)`, between 0 and 2; 0 where both are 0 | Makridakis & Hibon 2000 |
//! | `wape` | sum of `\|y - m\|` over sum of `\|y\|` | |
//! | `mase` | mean over series of `mae` over the mean of `\|y(t) - y(t - season)\|` in its history | Hyndman & Koehler 2006 |
//! | `rmsse` | mean over series of `rmse` over the root of the mean of `(y(t) - y(t - season))²` in its history | Makridakis et al. 2022 (M5) |
//! | `wql` | mean over levels of the sum of `2 pinball(τ)` over the sum of `\|y\|` | GluonTS `mean_weighted_sum_quantile_loss` |
//! | `crps` | mean over cells and levels of `2 pinball(τ)`, which nears the CRPS as levels become dense | Gneiting & Raftery 2007 |
//! | `coverage_80` | share of `q(0.1) <= y <= q(0.9)`, so for every pair of levels that is symmetric | |
//! | `width_80` | mean of `q(0.9) - q(0.1)` | |
//! | `bias` | mean of `f - y`: above 0 the forecast is too high | |
//!
//! `pinball(τ)` is `τ (y - q)` above the quantile and `(1 - τ) (q - y)` below. The median minimises absolute errors and
//! the mean squared ones, so each is judged by what it is the best answer to (Kolassa 2020).
//!
//! MAPE punishes a forecast that is too high more than one too low, leaves out zeros (they are counted) and explodes
//! near them: for intermittent demand read `mase`, `wape` and `wql`.

mod scale;
mod table;

#[cfg(test)]
mod tests;

use hob_data::features::Matrix;
use serde::{Deserialize, Serialize};

use crate::metrics::{CalibrationBin, Metrics, MetricsError};

use table::{Cell, calibration, cells, table, weighted};

pub use scale::SeriesScale;

/// The forecast of one series from one origin, and what happened. All in original units.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Position of the series among the [scales](SeriesScale).
    pub series: usize,
    /// Step of the series that is the first to be forecast.
    pub origin: usize,
    /// What happened, per step; NaN where unknown.
    pub actual: Vec<f64>,
    /// Median of the forecast, per step.
    pub median: Vec<f64>,
    /// Mean of the forecast, per step.
    pub mean: Vec<f64>,
    /// A row per step, a column per level.
    pub quantiles: Matrix<f64>,
}

/// All windows of a part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ForecastReport {
    /// Windows judged.
    pub windows: usize,
    /// Cells with a known value, which are judged.
    pub cells: usize,
    /// Cells left out because their value is unknown.
    pub missing: usize,
    /// Cells left out of `mape` because their value is 0.
    pub zeros: usize,
    /// Series left out of `mase` and `rmsse` because their history is too short or repeats itself exactly.
    pub unscaled_series: usize,
    /// Over all cells.
    pub metrics: Metrics,
    /// `mape`, `smape`, `mase` and `rmsse` as means over series weighted by [`SeriesScale::weight`]. The other metrics
    /// weigh by value as they are (`wape`, `wql`) or keep the unit.
    pub weighted: Metrics,
    /// A line per series that has windows.
    pub per_series: Vec<SeriesLine>,
    /// A line per step ahead.
    pub per_step: Vec<StepLine>,
    /// For each level, the share of values at or below its quantile.
    pub calibration: Vec<CalibrationBin>,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesLine {
    /// Its position.
    pub series: usize,
    /// Cells judged.
    pub cells: usize,
    /// Its weight among the series.
    pub weight: f64,
    /// Its metrics.
    pub metrics: Metrics,
}

/// One step ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepLine {
    /// 1 for the step after the origin.
    pub step: usize,
    /// Cells judged.
    pub cells: usize,
    /// Their metrics.
    pub metrics: Metrics,
}

/// Judges the windows. `levels` are those of the columns of [`Window::quantiles`], ascending; none for forecasts
/// without quantiles. `scales` has an entry per series.
///
/// # Errors
/// No windows, windows of uneven length or width, a series without a scale, or a forecast that is not finite. Rows in the
/// error are windows.
pub fn evaluate(
    windows: &[Window],
    levels: &[f64],
    scales: &[SeriesScale],
) -> Result<ForecastReport, MetricsError> {
    check(windows, levels, scales)?;
    let cells: Vec<Cell> = cells(windows, scales);
    let known: Vec<&Cell> = cells
        .iter()
        .filter(|cell| cell.actual.is_finite())
        .collect();

    let per_series: Vec<SeriesLine> = groups(&known, |cell| cell.series)
        .into_iter()
        .map(|(series, cells)| SeriesLine {
            series,
            cells: cells.len(),
            weight: scales[series].weight,
            metrics: table(&cells, levels),
        })
        .collect();
    let per_step = groups(&known, |cell| cell.step)
        .into_iter()
        .map(|(step, cells)| StepLine {
            step: step + 1,
            cells: cells.len(),
            metrics: table(&cells, levels),
        })
        .collect();
    let unscaled = |line: &&SeriesLine| scales[line.series].absolute.is_none();
    Ok(ForecastReport {
        windows: windows.len(),
        cells: known.len(),
        missing: cells.len() - known.len(),
        zeros: known.iter().filter(|cell| cell.actual == 0.0).count(),
        unscaled_series: per_series.iter().filter(unscaled).count(),
        metrics: table(&known, levels),
        weighted: weighted(&per_series),
        calibration: calibration(&known, levels),
        per_series,
        per_step,
    })
}

/// Cells by a number they have, ascending, in their own order within.
fn groups<'a>(
    cells: &[&'a Cell<'a>],
    key: impl Fn(&Cell) -> usize,
) -> Vec<(usize, Vec<&'a Cell<'a>>)> {
    let count = cells.iter().map(|cell| key(cell) + 1).max().unwrap_or(0);
    let mut groups: Vec<(usize, Vec<&Cell>)> = (0..count).map(|key| (key, Vec::new())).collect();
    for &cell in cells {
        groups[key(cell)].1.push(cell);
    }
    groups.retain(|(_, cells)| !cells.is_empty());
    groups
}

fn check(windows: &[Window], levels: &[f64], scales: &[SeriesScale]) -> Result<(), MetricsError> {
    if windows.is_empty() {
        return Err(MetricsError::Empty);
    }
    for (row, window) in windows.iter().enumerate() {
        let targets = window.actual.len();
        let quantiles = if levels.is_empty() {
            targets
        } else if window.quantiles.width != levels.len() {
            return Err(MetricsError::Width {
                expected: levels.len(),
                found: window.quantiles.width,
            });
        } else {
            window.quantiles.values.len() / levels.len()
        };
        for predictions in [window.median.len(), window.mean.len(), quantiles] {
            if predictions != targets {
                return Err(MetricsError::Length {
                    targets,
                    predictions,
                });
            }
        }
        if window.series >= scales.len() {
            return Err(MetricsError::Length {
                targets: window.series + 1,
                predictions: scales.len(),
            });
        }
        let mut values = (window.median.iter())
            .chain(&window.mean)
            .chain(&window.quantiles.values);
        if let Some(&value) = values.find(|value| !value.is_finite()) {
            return Err(MetricsError::Prediction { row, value });
        }
        if let Some(&value) = window.actual.iter().find(|value| value.is_infinite()) {
            return Err(MetricsError::Target { row, value });
        }
    }
    Ok(())
}
