//! The metrics of any set of cells.

use crate::metrics::{CalibrationBin, Metrics, symmetric_pairs};

use super::scale::{SeriesScale, mean};
use super::{SeriesLine, Window, groups};

/// One step of one window.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    pub(super) series: usize,
    pub(super) step: usize,
    pub(super) actual: f64,
    median: f64,
    mean: f64,
    quantiles: &'a [f64],
    scale: SeriesScale,
}

/// All cells, window after window.
pub(super) fn cells<'a>(windows: &'a [Window], scales: &[SeriesScale]) -> Vec<Cell<'a>> {
    let cell = |window: &'a Window, step: usize| Cell {
        series: window.series,
        step,
        actual: window.actual[step],
        median: window.median[step],
        mean: window.mean[step],
        quantiles: if window.quantiles.width == 0 {
            &[]
        } else {
            window.quantiles.row(step)
        },
        scale: scales[window.series],
    };
    windows
        .iter()
        .flat_map(|window| (0..window.actual.len()).map(move |step| cell(window, step)))
        .collect()
}

impl Cell<'_> {
    fn absolute(&self) -> f64 {
        (self.actual - self.median).abs()
    }

    fn squared(&self) -> f64 {
        (self.actual - self.mean).powi(2)
    }

    fn symmetric(&self) -> f64 {
        let sizes = self.actual.abs() + self.median.abs();
        if sizes == 0.0 {
            0.0
        } else {
            2.0 * self.absolute() / sizes
        }
    }

    fn pinball(&self, level: f64, place: usize) -> f64 {
        let short = self.actual - self.quantiles[place];
        (level * short).max((level - 1.0) * short)
    }
}

/// The metrics of these cells, which are all known. What is not defined is left out.
pub(super) fn table(cells: &[&Cell], levels: &[f64]) -> Metrics {
    let all = || cells.iter();
    let value: f64 = all().map(|cell| cell.actual.abs()).sum();
    let over_value = |sum: f64| (value > 0.0).then(|| sum / value);
    let nonzero = all().filter(|cell| cell.actual != 0.0);

    let mut metrics = Metrics::default();
    metrics.push("mae", mean(all().map(|cell| cell.absolute())));
    let squared = mean(all().map(|cell| cell.squared()));
    metrics.push("rmse", squared.map(f64::sqrt));
    metrics.push(
        "mape",
        mean(nonzero.map(|cell| cell.absolute() / cell.actual.abs())),
    );
    metrics.push("smape", mean(all().map(|cell| cell.symmetric())));
    metrics.push("wape", over_value(all().map(|cell| cell.absolute()).sum()));
    let series = groups(cells, |cell| cell.series);
    let scaled = |error: fn(&[&Cell]) -> Option<f64>| {
        mean(series.iter().filter_map(|(_, cells)| error(cells)))
    };
    metrics.push("mase", scaled(mase));
    metrics.push("rmsse", scaled(rmsse));
    if levels.is_empty() {
        metrics.push("bias", mean(all().map(|cell| cell.mean - cell.actual)));
        return metrics;
    }
    let losses = levels.iter().enumerate().map(|(place, &level)| {
        let losses = all().map(|cell| 2.0 * cell.pinball(level, place));
        losses.sum::<f64>()
    });
    let loss = mean(losses);
    metrics.push("wql", loss.and_then(over_value));
    let count = cells.len().max(1) as f64;
    metrics.push("crps", loss.map(|loss| loss / count));
    for (low, high) in symmetric_pairs(levels) {
        let percent = ((levels[high] - levels[low]) * 100.0).round();
        let inside = all().map(|cell| {
            let [low, high] = [cell.quantiles[low], cell.quantiles[high]];
            f64::from(u8::from(low <= cell.actual && cell.actual <= high))
        });
        metrics.push(format!("coverage_{percent}"), mean(inside));
        let widths = all().map(|cell| cell.quantiles[high] - cell.quantiles[low]);
        metrics.push(format!("width_{percent}"), mean(widths));
    }
    metrics.push("bias", mean(all().map(|cell| cell.mean - cell.actual)));
    metrics
}

/// Of cells of one series.
fn mase(cells: &[&Cell]) -> Option<f64> {
    let scale = cells.first()?.scale.absolute?;
    Some(mean(cells.iter().map(|cell| cell.absolute()))? / scale)
}

/// Of cells of one series.
fn rmsse(cells: &[&Cell]) -> Option<f64> {
    let scale = cells.first()?.scale.squared?;
    Some(mean(cells.iter().map(|cell| cell.squared()))?.sqrt() / scale)
}

/// Means over series by their weight, of the metrics that have no unit.
pub(super) fn weighted(lines: &[SeriesLine]) -> Metrics {
    let mut metrics = Metrics::default();
    for name in ["mape", "smape", "mase", "rmsse"] {
        let defined = || {
            lines
                .iter()
                .filter_map(|line| Some((line.weight, line.metrics.get(name)?)))
        };
        let weights: f64 = defined().map(|(weight, _)| weight).sum();
        let sum: f64 = defined().map(|(weight, value)| weight * value).sum();
        metrics.push(name, (weights > 0.0).then(|| sum / weights));
    }
    metrics
}

/// The share of values at or below each quantile.
pub(super) fn calibration(cells: &[&Cell], levels: &[f64]) -> Vec<CalibrationBin> {
    let bin = |(place, &level): (usize, &f64)| {
        let below = |cell: &&&Cell| cell.actual <= cell.quantiles[place];
        CalibrationBin {
            lower: level,
            upper: level,
            count: cells.len(),
            predicted: level,
            observed: cells.iter().filter(below).count() as f64 / cells.len().max(1) as f64,
        }
    };
    levels.iter().enumerate().map(bin).collect()
}
