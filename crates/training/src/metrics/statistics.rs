//! The few sums that several metrics share.

use hob_data::features::Matrix;

/// Rows of a matrix; one of width 0 has none.
pub(super) fn rows<T>(matrix: &Matrix<T>) -> usize {
    matrix.values.len().checked_div(matrix.width).unwrap_or(0)
}

/// The mean, 0 for nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| {
        (sum + value, count + 1)
    });
    if count == 0 { 0.0 } else { sum / count as f64 }
}

/// `numerator / denominator`, 0 where the denominator is 0, which is scikit-learn's `zero_division`.
pub(super) fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        0.0
    } else {
        numerator / denominator
    }
}

/// The quantile by linear interpolation between neighbours, as NumPy's default. `sorted` is ascending and not empty.
pub(super) fn quantile(sorted: &[f64], quantile: f64) -> f64 {
    let place = quantile * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = place.ceil() as usize;
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// Ascending copy.
pub(super) fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}
