//! What the errors of one series are divided by, so that series of any size can be averaged.

/// The scale of one series, from its training history alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesScale {
    /// Mean absolute error of the seasonal naive forecast within the history, for MASE. `None` where no two values lie a
    /// season apart, or all of these are equal.
    pub absolute: Option<f64>,
    /// Root of its mean squared error, for RMSSE.
    pub squared: Option<f64>,
    /// How much the series counts in weighted means.
    pub weight: f64,
}

impl SeriesScale {
    /// Of a history that ends before the first window that is judged, NaN where unknown. The weight is the mean absolute
    /// value; a caller that knows prices may set it to the turnover.
    ///
    /// `season` is the number of steps after which the series repeats itself, 1 for none.
    pub fn new(history: &[f32], season: usize) -> Self {
        let season = season.max(1);
        let later = history.get(season..).unwrap_or_default();
        let steps = || {
            (history.iter().zip(later))
                .map(|(&before, &after)| f64::from(after) - f64::from(before))
                .filter(|step| step.is_finite())
        };
        let known = || history.iter().filter(|value| value.is_finite());
        let positive = |value: Option<f64>| value.filter(|&value| value > 0.0);
        Self {
            absolute: positive(mean(steps().map(f64::abs))),
            squared: positive(mean(steps().map(|step| step * step)).map(f64::sqrt)),
            weight: mean(known().map(|&value| f64::from(value).abs())).unwrap_or(0.0),
        }
    }
}

/// The mean, `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| {
        (sum + value, count + 1)
    });
    (count > 0).then(|| sum / count as f64)
}
