//! From a column's units to numbers of about size 1, and back.
//!
//! Fitted, stored and applied in `f64`. A column with one value scales to 0, never to NaN.

use serde::{Deserialize, Serialize};

use self::normal::normal_quantile;
use crate::config::Normalize;

mod normal;

/// Scaled inputs farther from zero than this are moved here: a value so far from the training part is most likely in
/// another unit, and must not turn the whole network's answer into NaN.
pub const FARTHEST: f64 = 1e6;

/// Quantiles kept by [`Normalize::Quantile`], as scikit-learn's default.
const MAX_QUANTILES: usize = 1000;

/// A fitted scaling of an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// The value as it is.
    Identity,
    /// A shift and a factor.
    Affine(Affine),
    /// Normal scores of ranks.
    Quantile(Quantiles),
}

/// `(f(x) - center) / scale`, where `f` is the identity or the signed logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Affine {
    /// Take `sign(x) * ln(1 + |x|)` first.
    pub log1p: bool,
    /// What becomes 0.
    pub center: f64,
    /// What becomes 1 above the center. 0 stands for a column with one value: everything scales to 0.
    pub scale: f64,
}

/// Ascending quantiles of the training part at equal steps of probability, from the minimum to the maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Quantiles {
    values: Vec<f64>,
}

impl From<Quantiles> for Vec<f64> {
    fn from(quantiles: Quantiles) -> Self {
        quantiles.values
    }
}

impl TryFrom<Vec<f64>> for Quantiles {
    type Error = &'static str;

    fn try_from(values: Vec<f64>) -> Result<Self, Self::Error> {
        // Scores are looked up by halving, which needs the order; a stored file may have been changed.
        if values.len() >= 2 && values.is_sorted() && values.iter().all(|value| value.is_finite()) {
            Ok(Self { values })
        } else {
            Err("quantiles must be two or more finite numbers in ascending order")
        }
    }
}

impl Scaling {
    /// Fitted on finite values, of which there must be one.
    pub fn fit(normalize: Normalize, values: &[f64]) -> Self {
        match (normalize, Affine::fit(normalize, values)) {
            (Normalize::None, _) => Self::Identity,
            (_, Some(affine)) => Self::Affine(affine),
            (_, None) => Self::Quantile(Quantiles::fit(values)),
        }
    }

    /// The value as the network sees it: always finite, and never beyond [`FARTHEST`] when it is scaled at all.
    pub fn scale(&self, value: f64) -> f32 {
        match self {
            Self::Identity => finite(value),
            Self::Affine(affine) => affine.scale(value).clamp(-FARTHEST, FARTHEST) as f32,
            Self::Quantile(quantiles) => quantiles.score(value) as f32,
        }
    }
}

impl Affine {
    /// No change.
    pub const IDENTITY: Self = Self {
        log1p: false,
        center: 0.0,
        scale: 1.0,
    };

    /// Fitted on finite values, of which there must be one; `None` for `quantile` of a column with several values,
    /// which no straight line does.
    pub fn fit(normalize: Normalize, values: &[f64]) -> Option<Self> {
        let (min, max) = min_max(values);
        if normalize == Normalize::None {
            return Some(Self::IDENTITY);
        }
        if min == max {
            let log1p = normalize == Normalize::Log1p;
            return Some(Self {
                log1p,
                center: if log1p { signed_log1p(min) } else { min },
                scale: 0.0,
            });
        }
        let affine = match normalize {
            Normalize::Standard => Self::standard(values),
            Normalize::Log1p => {
                let logarithms: Vec<f64> = values.iter().copied().map(signed_log1p).collect();
                Self {
                    log1p: true,
                    ..Self::standard(&logarithms)
                }
            }
            Normalize::MinMax => Self {
                log1p: false,
                center: min,
                scale: difference(max, min),
            },
            Normalize::Robust => Self::robust(values),
            Normalize::Quantile | Normalize::None => return None,
        };
        Some(affine)
    }

    fn standard(values: &[f64]) -> Self {
        let (center, scale) = mean_and_deviation(values);
        Self {
            log1p: false,
            center,
            scale,
        }
    }

    fn robust(values: &[f64]) -> Self {
        let sorted = sorted(values);
        let spread = difference(quantile(&sorted, 0.75), quantile(&sorted, 0.25));
        // As scikit-learn: a column whose middle half is one value keeps its unit.
        let scale = if spread == 0.0 { 1.0 } else { spread };
        Self {
            log1p: false,
            center: quantile(&sorted, 0.5),
            scale,
        }
    }

    /// From the column's units. Finite for finite values.
    pub fn scale(&self, value: f64) -> f64 {
        if self.scale == 0.0 {
            return 0.0;
        }
        let value = if self.log1p {
            signed_log1p(value)
        } else {
            value
        };
        (difference(value, self.center) / self.scale).clamp(f64::MIN, f64::MAX)
    }

    /// Back to the column's units. Finite for finite values; never falls as `scaled` rises.
    pub fn unscale(&self, scaled: f64) -> f64 {
        let value = (self.center + scaled * self.scale).clamp(f64::MIN, f64::MAX);
        if self.log1p {
            value.abs().exp_m1().min(f64::MAX).copysign(value)
        } else {
            value
        }
    }
}

impl Quantiles {
    fn fit(values: &[f64]) -> Self {
        let sorted = sorted(values);
        let num_quantiles = sorted.len().clamp(2, MAX_QUANTILES);
        let mut values: Vec<f64> = (0..num_quantiles)
            .map(|index| quantile(&sorted, index as f64 / (num_quantiles - 1) as f64))
            .collect();
        // Rounding may turn equal neighbours round.
        for index in 1..values.len() {
            values[index] = values[index].max(values[index - 1]);
        }
        Self { values }
    }

    /// The normal score of the value's rank. A value that spans several quantiles gets the middle of its ranks.
    ///
    /// scikit-learn moves everything within 1e-7 of the minimum and maximum to the ends; here only what reaches them,
    /// so that columns in very small units work too.
    fn score(&self, value: f64) -> f64 {
        let (Some(&min), Some(&max)) = (self.values.first(), self.values.last()) else {
            return 0.0;
        };
        if value <= min {
            return normal_quantile(0.0);
        }
        if value >= max {
            return normal_quantile(1.0);
        }
        let steps = (self.values.len() - 1) as f64;
        let below = self.values.partition_point(|&quantile| quantile < value);
        let not_above = self.values.partition_point(|&quantile| quantile <= value);
        let rank = if below < not_above {
            0.5 * (below + not_above - 1) as f64
        } else {
            let (low, high) = (self.values[below - 1], self.values[below]);
            (below - 1) as f64 + difference(value, low) / difference(high, low)
        };
        normal_quantile(rank / steps)
    }
}

/// `sign(x) * ln(1 + |x|)`
fn signed_log1p(value: f64) -> f64 {
    value.abs().ln_1p().copysign(value)
}

/// `a - b`, kept finite.
fn difference(a: f64, b: f64) -> f64 {
    (a - b).clamp(f64::MIN, f64::MAX)
}

/// The nearest finite `f32`.
pub(crate) fn finite(value: f64) -> f32 {
    value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

/// Smallest and largest value.
pub(crate) fn min_max(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), &value| {
            (min.min(value), max.max(value))
        })
}

/// Mean and population standard deviation.
pub(crate) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let (min, max) = min_max(values);
    let largest = min.abs().max(max.abs());
    // Squares of larger numbers would overflow; all others keep every digit.
    let unit = if largest > 1e100 { largest } else { 1.0 };
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value / unit).sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|value| (value / unit - mean).powi(2))
        .sum::<f64>()
        / count;
    // Rounding must not carry the mean out of the values.
    (
        (mean * unit).clamp(min, max),
        (variance.sqrt() * unit).min(f64::MAX),
    )
}

/// The middle value, or the mean of the two middle ones. Needs one value; changes their order.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if is_odd {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    0.5 * lower + 0.5 * upper
}

pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The value at a probability from 0 to 1, interpolated as NumPy does by default.
pub(crate) fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let position = probability * (sorted.len() - 1) as f64;
    let below = (position.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let (low, high) = (sorted[below], sorted[above]);
    low + difference(high, low) * (position - below as f64)
}

#[cfg(test)]
mod tests;
