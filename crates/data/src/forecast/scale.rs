//! The unit of one window, from the values before its origin alone.

use crate::config::{Transform, WindowScaling};

/// Interquartile range of a normal distribution of deviation 1.
const NORMAL_RANGE: f64 = 1.349;
/// A deviation below this share of the mean is rounding.
const CONSTANT: f64 = 1e-6;

impl Transform {
    /// The value in the unit that is scaled.
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Self::None => value,
            Self::Log1p => value.ln_1p(),
        }
    }

    /// The value in its original unit.
    pub fn invert(self, value: f64) -> f64 {
        match self {
            Self::None => value,
            Self::Log1p => value.exp_m1(),
        }
    }
}

impl WindowScaling {
    /// `loc` and `scale` of `scaled = (value - loc) / scale`, from transformed values. The scale is never 0: constant
    /// values are their own scale, and zeros have the scale 1.
    pub fn fit(self, values: &mut [f64]) -> (f64, f64) {
        if values.is_empty() {
            return (0.0, 1.0);
        }
        let mean_of = |sum: f64| sum / values.len() as f64;
        let mean = mean_of(values.iter().sum());
        match self {
            Self::None => (0.0, 1.0),
            Self::Mean => {
                let size = mean_of(values.iter().map(|value| value.abs()).sum());
                (0.0, if size > 0.0 { size } else { 1.0 })
            }
            Self::Standard => (mean, deviation_or_level(deviation(values, mean), mean)),
            Self::Robust => {
                values.sort_unstable_by(f64::total_cmp);
                let median = quantile(values, 0.5);
                let range = quantile(values, 0.75) - quantile(values, 0.25);
                // Intermittent series have an interquartile range of 0 although they vary.
                let spread = match range > CONSTANT * median.abs() {
                    true => range / NORMAL_RANGE,
                    false => deviation(values, mean),
                };
                (median, deviation_or_level(spread, median))
            }
        }
    }
}

fn deviation(values: &[f64], mean: f64) -> f64 {
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / values.len() as f64).sqrt()
}

fn deviation_or_level(deviation: f64, level: f64) -> f64 {
    if deviation > CONSTANT * level.abs() {
        deviation
    } else if level != 0.0 {
        level.abs()
    } else {
        1.0
    }
}

/// Of sorted values, linear between them.
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scaling_has_its_location_and_scale() {
        let fit = |scaling: WindowScaling| scaling.fit(&mut [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(fit(WindowScaling::None), (0.0, 1.0));
        assert_eq!(fit(WindowScaling::Mean), (0.0, 3.0));
        assert_eq!(fit(WindowScaling::Standard), (3.0, 2f64.sqrt()));
        assert_eq!(fit(WindowScaling::Robust), (3.0, 2.0 / 1.349));
        assert_eq!(WindowScaling::Mean.fit(&mut [-1.0, 3.0]), (0.0, 2.0));
    }

    #[test]
    fn the_scale_is_never_zero() {
        for scaling in [
            WindowScaling::Mean,
            WindowScaling::Standard,
            WindowScaling::Robust,
        ] {
            assert_eq!(scaling.fit(&mut [0.0, 0.0]), (0.0, 1.0));
            assert_eq!(scaling.fit(&mut [-7.0; 3]).1, 7.0);
            assert_eq!(scaling.fit(&mut []), (0.0, 1.0));
        }
        let (loc, scale) = WindowScaling::Robust.fit(&mut [0.0, 0.0, 0.0, 0.0, 5.0]);
        assert_eq!((loc, scale), (0.0, 2.0));
    }

    #[test]
    fn the_logarithm_is_undone() {
        assert!((Transform::Log1p.invert(Transform::Log1p.apply(123.0)) - 123.0).abs() < 1e-9);
        assert_eq!(Transform::Log1p.apply(0.0), 0.0);
    }
}
