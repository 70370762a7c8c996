//! Classical decomposition (fpp3 3.4): what is left when the repeating part is taken out.

/// How the seasonal part enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is added.
    Additive,
    /// It is a factor.
    Multiplicative,
}

/// The part that repeats itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Season {
    pub(super) kind: Kind,
    /// Index of step `t` is at `t % season`. Their mean is 0 or 1.
    pub(super) indices: Vec<f64>,
}

impl Season {
    /// `None` without two whole seasons, and for a factor unless all values, trends and indices are above 0.
    pub(super) fn new(kind: Kind, values: &[f64], season: usize) -> Option<Self> {
        if season < 2 || values.len() < 2 * season {
            return None;
        }
        if kind == Kind::Multiplicative && values.iter().any(|&value| value <= 0.0) {
            return None;
        }
        let trend = moving_average(values, season);
        let start = season / 2;
        let mut sums = vec![(0.0, 0usize); season];
        for (place, trend) in trend.iter().enumerate() {
            let (sum, count) = &mut sums[(start + place) % season];
            *sum += match kind {
                Kind::Additive => values[start + place] - trend,
                Kind::Multiplicative => values[start + place] / trend,
            };
            *count += 1;
        }
        let raw: Vec<f64> = sums
            .iter()
            .map(|&(sum, count)| sum / count.max(1) as f64)
            .collect();
        let mean = raw.iter().sum::<f64>() / season as f64;
        let indices: Vec<f64> = match kind {
            Kind::Additive => raw.iter().map(|index| index - mean).collect(),
            Kind::Multiplicative => raw.iter().map(|index| index / mean).collect(),
        };
        let good = |index: &f64| index.is_finite() && (kind == Kind::Additive || *index > 1e-6);
        indices.iter().all(good).then_some(Self { kind, indices })
    }

    /// Values without it.
    pub(super) fn adjust(&self, values: &[f64]) -> Vec<f64> {
        let indices = self.indices.iter().cycle();
        let pairs = values.iter().zip(indices);
        match self.kind {
            Kind::Additive => pairs.map(|(value, index)| value - index).collect(),
            Kind::Multiplicative => pairs.map(|(value, index)| value / index).collect(),
        }
    }

    /// The forecast with it, whose first step is step `start`.
    pub(super) fn restore(&self, start: usize, mean: &mut [f64], deviation: &mut [f64]) {
        let steps = mean.iter_mut().zip(deviation).enumerate();
        for (step, (mean, deviation)) in steps {
            let index = self.indices[(start + step) % self.indices.len()];
            match self.kind {
                Kind::Additive => *mean += index,
                Kind::Multiplicative => {
                    *mean *= index;
                    *deviation *= index;
                }
            }
        }
    }
}

/// Centred on step `season / 2` and later; of an even season the mean of the two nearest to being centred.
fn moving_average(values: &[f64], season: usize) -> Vec<f64> {
    let means: Vec<f64> = values
        .windows(season)
        .map(|window| window.iter().sum::<f64>() / season as f64)
        .collect();
    if season % 2 == 1 {
        return means;
    }
    means
        .windows(2)
        .map(|pair| 0.5 * (pair[0] + pair[1]))
        .collect()
}
