//! Metrics of a quantity.

use hob_data::features::Matrix;

use super::report::{CalibrationBin, Histogram, Metrics, OutputReport, Residuals};
use super::statistics::{mean, quantile, sorted};

/// Pairs kept for a plot of predictions over targets.
const MAX_SAMPLE: usize = 1000;

/// Bins of the residual histogram.
const NUM_BINS: usize = 40;

/// Mean of squared errors.
pub(super) fn mean_squared_error(targets: &[f64], predictions: &[f64]) -> f64 {
    mean(
        targets
            .iter()
            .zip(predictions)
            .map(|(target, prediction)| (target - prediction).powi(2)),
    )
}

/// Everything about a predicted quantity.
pub(super) fn report(targets: &[f64], predictions: &[f64]) -> OutputReport {
    let mut metrics = Metrics::default();
    push_metrics(&mut metrics, targets, predictions);
    OutputReport {
        rows: targets.len(),
        metrics,
        residuals: Some(residuals(targets, predictions)),
        ..OutputReport::default()
    }
}

/// Everything about predicted quantiles: their mean pinball loss, the coverage of each symmetric pair of them, and
/// the metrics of a quantity for the quantile nearest the median. Calibration bins hold, for each quantile, the share
/// of targets at or below the prediction.
pub(super) fn quantile_report(
    targets: &[f64],
    quantiles: &[f64],
    predictions: &Matrix<f64>,
) -> OutputReport {
    let column = |place: usize| -> Vec<f64> {
        (0..targets.len())
            .map(|row| predictions.row(row)[place])
            .collect()
    };
    let mut metrics = Metrics::default();
    metrics.push("pinball", mean_pinball(targets, quantiles, predictions));
    for (low, high) in symmetric_pairs(quantiles) {
        let percent = (quantiles[high] - quantiles[low]) * 100.0;
        let inside = targets.iter().enumerate().map(|(row, &target)| {
            let bounds = predictions.row(row);
            f64::from(u8::from(bounds[low] <= target && target <= bounds[high]))
        });
        metrics.push(format!("coverage_{}", percent.round()), mean(inside));
    }
    let middle = nearest_to_median(quantiles);
    let predicted = column(middle);
    push_metrics(&mut metrics, targets, &predicted);
    let calibration = quantiles.iter().enumerate().map(|(place, &quantile)| {
        let below = targets
            .iter()
            .zip(column(place))
            .filter(|(target, prediction)| *target <= prediction)
            .count();
        CalibrationBin {
            lower: quantile,
            upper: quantile,
            count: targets.len(),
            predicted: quantile,
            observed: below as f64 / targets.len() as f64,
        }
    });
    OutputReport {
        rows: targets.len(),
        metrics,
        calibration: calibration.collect(),
        residuals: Some(residuals(targets, &predicted)),
        ..OutputReport::default()
    }
}

/// Places of a quantile and the one as far above the median, widest pair first.
pub(crate) fn symmetric_pairs(quantiles: &[f64]) -> Vec<(usize, usize)> {
    let mirror = |low: usize| {
        quantiles
            .iter()
            .position(|high| (quantiles[low] + high - 1.0).abs() < 1e-9)
    };
    (0..quantiles.len())
        .filter(|&low| quantiles[low] < 0.5)
        .filter_map(|low| mirror(low).map(|high| (low, high)))
        .collect()
}

fn nearest_to_median(quantiles: &[f64]) -> usize {
    let distance = |place: &usize| (quantiles[*place] - 0.5).abs();
    (0..quantiles.len())
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .unwrap_or(0)
}

/// Pinball loss per row, the mean over quantiles.
pub(super) fn pinball_losses(
    targets: &[f64],
    quantiles: &[f64],
    predictions: &Matrix<f64>,
) -> impl Iterator<Item = f64> {
    targets.iter().enumerate().map(|(row, target)| {
        mean(
            quantiles
                .iter()
                .zip(predictions.row(row))
                .map(|(quantile, prediction)| {
                    let short = target - prediction;
                    if short >= 0.0 {
                        quantile * short
                    } else {
                        (quantile - 1.0) * short
                    }
                }),
        )
    })
}

/// Mean pinball loss over rows and quantiles.
pub(super) fn mean_pinball(targets: &[f64], quantiles: &[f64], predictions: &Matrix<f64>) -> f64 {
    mean(pinball_losses(targets, quantiles, predictions))
}

/// MAPE is a fraction and leaves out rows with target 0 (counted in [`Residuals::zero_targets`]). R2 is absent when
/// all targets are equal.
fn push_metrics(metrics: &mut Metrics, targets: &[f64], predictions: &[f64]) {
    let errors = || {
        targets
            .iter()
            .zip(predictions)
            .map(|(target, prediction)| prediction - target)
    };
    let mean_target = mean(targets.iter().copied());
    let spread: f64 = targets
        .iter()
        .map(|target| (target - mean_target).powi(2))
        .sum();
    let squared: f64 = errors().map(|error| error.powi(2)).sum();
    let not_zero = || errors().zip(targets).filter(|(_, target)| **target != 0.0);

    metrics.push("rmse", mean_squared_error(targets, predictions).sqrt());
    metrics.push("mae", mean(errors().map(f64::abs)));
    metrics.push("r2", (spread > 0.0).then(|| 1.0 - squared / spread));
    let relative = || not_zero().map(|(error, target)| (error / target).abs());
    metrics.push("mape", not_zero().next().map(|_| mean(relative())));
    metrics.push(
        "median_absolute_error",
        quantile(&sorted(errors().map(f64::abs)), 0.5),
    );
    metrics.push("mse", mean_squared_error(targets, predictions));
}

/// Distribution of the errors and a sample for a plot.
fn residuals(targets: &[f64], predictions: &[f64]) -> Residuals {
    let errors = sorted(
        targets
            .iter()
            .zip(predictions)
            .map(|(target, prediction)| prediction - target),
    );
    let average = mean(errors.iter().copied());
    let kept = targets.len().min(MAX_SAMPLE);
    Residuals {
        mean: average,
        median: quantile(&errors, 0.5),
        deviation: mean(errors.iter().map(|error| (error - average).powi(2))).sqrt(),
        zero_targets: targets.iter().filter(|target| **target == 0.0).count(),
        histogram: histogram(&errors),
        sample: (0..kept)
            .map(|place| place * targets.len() / kept)
            .map(|row| [targets[row], predictions[row]])
            .collect(),
    }
}

/// Bins between the 0.5 % and 99.5 % quantile, so that a single outlier does not squeeze all errors into one bin.
fn histogram(errors: &[f64]) -> Histogram {
    let (mut low, mut high) = (quantile(errors, 0.005), quantile(errors, 0.995));
    if high - low <= f64::EPSILON * low.abs().max(high.abs()) || !(high - low).is_normal() {
        let margin = low.abs().max(1.0) * 0.5;
        (low, high) = (low - margin, high + margin);
    }
    let width = (high - low) / NUM_BINS as f64;
    let mut histogram = Histogram {
        edges: (0..=NUM_BINS)
            .map(|edge| low + width * edge as f64)
            .collect(),
        counts: vec![0; NUM_BINS],
        below: 0,
        above: 0,
    };
    for &error in errors {
        if error < low {
            histogram.below += 1;
        } else if error > high {
            histogram.above += 1;
        } else {
            histogram.counts[(((error - low) / width) as usize).min(NUM_BINS - 1)] += 1;
        }
    }
    histogram
}
