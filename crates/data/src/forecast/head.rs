//! What the numbers that a network gives per step say about that step.
//!
//! Results are in transformed units, `scaled * scale + loc`; the caller undoes the transform. A quantile may be undone
//! as it is, a mean only where the transform is `none`.

mod negative_binomial;
mod quantiles;

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::erf::erf_inv;

use self::negative_binomial::NegativeBinomial;
use self::quantiles::QuantileFunction;
use crate::config::ForecastHeadConfig;

/// Smallest deviation of `Normal` and `StudentT`, in scaled units.
pub const MIN_DEVIATION: f64 = 1e-3;
/// Smallest mean of counts, in original units.
pub const MIN_MEAN: f64 = 1e-6;
/// Smallest overdispersion of counts.
pub const MIN_ALPHA: f64 = 1e-4;
/// Degrees of freedom are above it, so that there is a variance.
pub const MIN_FREEDOM: f64 = 2.0;
/// Distance of neighbouring quantiles, in scaled units per unit of `softplus`.
pub const QUANTILE_STEP: f64 = 0.25;

/// The distribution of a step by the numbers that a network gives for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastHead {
    /// `raw[0]` is the level nearest 0.5, the first of such. Then the levels above in ascending order, each the one
    /// before plus `0.25 * softplus(raw)`, then the levels below in descending order, each the one before minus that.
    Quantiles {
        /// Ascending.
        levels: Vec<f64>,
    },
    /// Mean `raw[0]`, deviation `softplus(raw[1]) + 1e-3`, scaled.
    Normal,
    /// Location `raw[0]`, scale `softplus(raw[1]) + 1e-3`, both scaled, `2 + softplus(raw[2])` degrees of freedom.
    StudentT,
    /// Mean `scale * softplus(raw[0]) + 1e-6` in original units, overdispersion `alpha = softplus(raw[1]) + 1e-4`:
    /// the variance is `mean + alpha * mean^2`.
    NegativeBinomial,
    /// The same, and 0 instead with the probability `sigmoid(raw[2])`.
    ZeroInflatedNegativeBinomial,
}

impl From<&ForecastHeadConfig> for ForecastHead {
    fn from(config: &ForecastHeadConfig) -> Self {
        match config {
            ForecastHeadConfig::Quantiles(head) => Self::Quantiles {
                levels: head.levels.clone(),
            },
            ForecastHeadConfig::Normal(_) => Self::Normal,
            ForecastHeadConfig::StudentT(_) => Self::StudentT,
            ForecastHeadConfig::NegativeBinomial(_) => Self::NegativeBinomial,
            ForecastHeadConfig::ZeroInflated(_) => Self::ZeroInflatedNegativeBinomial,
        }
    }
}

impl ForecastHead {
    /// Numbers that a network gives per step.
    pub fn params(&self) -> usize {
        match self {
            Self::Quantiles { levels } => levels.len(),
            Self::Normal | Self::NegativeBinomial => 2,
            Self::StudentT | Self::ZeroInflatedNegativeBinomial => 3,
        }
    }

    /// For each place in `levels`, the place in `raw`: the level nearest 0.5, those above, those below.
    pub fn raw_order(levels: &[f64]) -> Vec<usize> {
        let distance = |level: &f64| (level - 0.5).abs();
        let nearest = levels.iter().map(distance).enumerate();
        // Of 0.4 and 0.6, whose distances differ by rounding, the first counts.
        let center = nearest.fold((0, f64::INFINITY), |best, next| {
            if next.1 < best.1 - 1e-9 { next } else { best }
        });
        let (center, _) = center;
        let place = |level: usize| match level.checked_sub(center) {
            Some(above) => above,
            None => levels.len() - center + (center - 1 - level),
        };
        (0..levels.len()).map(place).collect()
    }

    /// The values below which the step lies with the given probabilities between 0 and 1. `raw` is what the network
    /// gives for one step. A quantile head is linear between its levels and has exponential tails. Many levels of a head
    /// for counts cost little more than one.
    pub fn quantiles(&self, raw: &[f32], loc: f64, scale: f64, levels: &[f64]) -> Vec<f64> {
        match self.distribution(raw, loc, scale) {
            Distribution::Quantiles(function) => {
                levels.iter().map(|level| function.at(*level)).collect()
            }
            Distribution::Normal { mean, deviation } => levels
                .iter()
                .map(|level| mean + deviation * normal_quantile(*level))
                .collect(),
            Distribution::StudentT {
                location,
                scale,
                freedom,
            } => levels
                .iter()
                .map(|level| location + scale * t_quantile(freedom, *level))
                .collect(),
            Distribution::Counts { zero, counts } => {
                // The levels within the part of the distribution that is not the extra zero.
                let rest = |level: &f64| (level - zero) / (1.0 - zero);
                counts.quantiles(&levels.iter().map(rest).collect::<Vec<f64>>())
            }
        }
    }

    /// The expected value.
    pub fn mean(&self, raw: &[f32], loc: f64, scale: f64) -> f64 {
        match self.distribution(raw, loc, scale) {
            Distribution::Quantiles(function) => function.mean(),
            Distribution::Normal { mean, .. } => mean,
            Distribution::StudentT { location, .. } => location,
            Distribution::Counts { zero, counts } => (1.0 - zero) * counts.mean,
        }
    }

    /// The value for a number `u` that is uniform between 0 and 1. Steps drawn with dependent `u` (a copula) are joint
    /// samples.
    pub fn sample(&self, raw: &[f32], loc: f64, scale: f64, u: f64) -> f64 {
        self.quantiles(raw, loc, scale, &[u])[0]
    }

    fn distribution<'a>(&'a self, raw: &[f32], loc: f64, scale: f64) -> Distribution<'a> {
        let raw = |place: usize| f64::from(raw[place]);
        let counts = || NegativeBinomial {
            mean: softplus(raw(0)) * scale + MIN_MEAN,
            alpha: softplus(raw(1)) + MIN_ALPHA,
        };
        match self {
            Self::Quantiles { levels } => {
                let scaled = scaled_quantiles(levels, raw);
                let values = scaled
                    .into_iter()
                    .map(|value| value * scale + loc)
                    .collect();
                Distribution::Quantiles(QuantileFunction { levels, values })
            }
            Self::Normal => Distribution::Normal {
                mean: raw(0) * scale + loc,
                deviation: (softplus(raw(1)) + MIN_DEVIATION) * scale,
            },
            Self::StudentT => Distribution::StudentT {
                location: raw(0) * scale + loc,
                scale: (softplus(raw(1)) + MIN_DEVIATION) * scale,
                freedom: MIN_FREEDOM + softplus(raw(2)),
            },
            Self::NegativeBinomial => Distribution::Counts {
                zero: 0.0,
                counts: counts(),
            },
            Self::ZeroInflatedNegativeBinomial => Distribution::Counts {
                // Below 1, so that the rest can be told.
                zero: (1.0 / (1.0 + (-raw(2)).exp())).min(1.0 - 1e-12),
                counts: counts(),
            },
        }
    }
}

enum Distribution<'a> {
    Quantiles(QuantileFunction<'a>),
    Normal {
        mean: f64,
        deviation: f64,
    },
    StudentT {
        location: f64,
        scale: f64,
        freedom: f64,
    },
    Counts {
        zero: f64,
        counts: NegativeBinomial,
    },
}

/// By level, in scaled units.
fn scaled_quantiles(levels: &[f64], raw: impl Fn(usize) -> f64) -> Vec<f64> {
    let order = ForecastHead::raw_order(levels);
    let center = order.iter().position(|place| *place == 0).unwrap_or(0);
    let mut values = vec![raw(0); levels.len()];
    for level in center + 1..levels.len() {
        values[level] = values[level - 1] + softplus(raw(order[level])) * QUANTILE_STEP;
    }
    for level in (0..center).rev() {
        values[level] = values[level + 1] - softplus(raw(order[level])) * QUANTILE_STEP;
    }
    values
}

/// `ln(1 + exp(x))`, without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn normal_quantile(level: f64) -> f64 {
    std::f64::consts::SQRT_2 * erf_inv(2.0 * level - 1.0)
}

fn t_quantile(freedom: f64, level: f64) -> f64 {
    // Beyond, the two differ by less than the network's own precision; the series of the beta function no longer ends.
    if freedom > 1e4 {
        return normal_quantile(level);
    }
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(t) => t.inverse_cdf(level),
        Err(_) => f64::NAN,
    }
}

#[cfg(test)]
mod tests;
