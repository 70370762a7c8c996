//! The known part of a series before an origin.

/// From the first known value to the last.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct History {
    /// NaN where unknown; the first and the last are known.
    pub(super) observed: Vec<f64>,
    /// The same, interpolated linearly.
    pub(super) filled: Vec<f64>,
    /// Steps between the last known value and the first to be forecast.
    pub(super) gap: usize,
}

impl History {
    /// `None` where no value is known.
    pub(super) fn new(values: &[f32]) -> Option<Self> {
        let first = values.iter().position(|value| value.is_finite())?;
        let last = values.iter().rposition(|value| value.is_finite())?;
        let known = |&value: &f32| {
            if value.is_finite() {
                f64::from(value)
            } else {
                f64::NAN
            }
        };
        let observed: Vec<f64> = values[first..=last].iter().map(known).collect();
        Some(Self {
            filled: interpolate(&observed),
            observed,
            gap: values.len() - 1 - last,
        })
    }

    /// Steps from the first to the last value.
    pub(super) fn len(&self) -> usize {
        self.observed.len()
    }

    pub(super) fn is_non_negative(&self) -> bool {
        self.filled.iter().all(|&value| value >= 0.0)
    }

    pub(super) fn is_constant(&self) -> bool {
        self.filled.iter().all(|&value| value == self.filled[0])
    }

    /// `y(t) - y(t - lag)` where both are known.
    pub(super) fn differences(&self, lag: usize) -> impl Iterator<Item = f64> {
        let later = self.observed.iter().skip(lag);
        later
            .zip(&self.observed)
            .map(|(after, before)| after - before)
            .filter(|difference| difference.is_finite())
    }
}

/// Both ends are known.
fn interpolate(observed: &[f64]) -> Vec<f64> {
    let mut filled = observed.to_vec();
    let mut before = 0;
    for place in 1..observed.len() {
        if observed[place].is_nan() {
            continue;
        }
        let step = (observed[place] - observed[before]) / (place - before) as f64;
        for (ahead, value) in filled[before..place].iter_mut().enumerate() {
            *value = observed[before] + step * ahead as f64;
        }
        before = place;
    }
    filled
}
