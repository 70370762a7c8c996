//! Counts with a variance above their mean.

use statrs::distribution::{ContinuousCDF, Gamma};
use statrs::function::beta::checked_beta_reg;

/// Mean, and overdispersion `alpha`: the variance is `mean + alpha * mean^2`.
pub(super) struct NegativeBinomial {
    pub(super) mean: f64,
    pub(super) alpha: f64,
}

/// Counts up to here are summed one by one, which is exact and quicker than the beta function.
const SUMMED: usize = 4096;
/// From this mean on the counts are taken for continuous: the series of the beta function no longer converges, and the
/// difference is below a thousandth.
const LARGE_MEAN: f64 = 3000.0;
/// Above this, the probability of 0 is no number any more.
const LOWEST_LOGARITHM: f64 = -600.0;

impl NegativeBinomial {
    /// Gamma-Poisson with this shape.
    fn shape(&self) -> f64 {
        1.0 / self.alpha
    }

    /// Probability of a success, which ends the counting.
    fn success(&self) -> f64 {
        1.0 / (1.0 + self.alpha * self.mean)
    }

    /// The smallest counts whose cumulated probabilities reach the levels; 0 for levels of 0 and less.
    pub(super) fn quantiles(&self, levels: &[f64]) -> Vec<f64> {
        let mut quantiles = vec![0.0; levels.len()];
        let mut order: Vec<usize> = (0..levels.len())
            .filter(|&place| levels[place] > 0.0)
            .collect();
        order.sort_by(|&a, &b| levels[a].total_cmp(&levels[b]));
        let mut open = order.as_slice();
        if self.log_zero() > LOWEST_LOGARITHM {
            open = self.summed(levels, open, &mut quantiles);
        }
        for &place in open {
            quantiles[place] = self.searched(levels[place]);
        }
        quantiles
    }

    fn log_zero(&self) -> f64 {
        -self.shape() * (self.alpha * self.mean).ln_1p()
    }

    /// Goes through the counts once for all levels, and gives those back that were not reached.
    fn summed<'a>(&self, levels: &[f64], order: &'a [usize], out: &mut [f64]) -> &'a [usize] {
        let (shape, failure) = (self.shape(), 1.0 - self.success());
        let mut probability = self.log_zero().exp();
        let mut reached = probability;
        let mut open = order;
        for count in 0..SUMMED {
            // The sum may end a rounding below 1.
            while let Some((&place, rest)) = open.split_first() {
                if levels[place] > reached + 1e-15 {
                    break;
                }
                out[place] = count as f64;
                open = rest;
            }
            if open.is_empty() {
                break;
            }
            let count = count as f64;
            probability *= (count + shape) / (count + 1.0) * failure;
            reached += probability;
        }
        open
    }

    fn searched(&self, level: f64) -> f64 {
        let continuous = self.continuous(level);
        if self.mean > LARGE_MEAN {
            return continuous;
        }
        let reaches = |count: f64| self.cumulated(count).is_none_or(|reached| reached >= level);
        let (mut below, mut above) = (-1.0, continuous.max(1.0));
        while !reaches(above) && above < 1e15 {
            below = above;
            above *= 2.0;
        }
        while above - below > 1.0 {
            let middle = ((below + above) / 2.0_f64).floor();
            if reaches(middle) {
                above = middle;
            } else {
                below = middle;
            }
        }
        above
    }

    /// Probability of at most that count.
    pub(super) fn cumulated(&self, count: f64) -> Option<f64> {
        checked_beta_reg(self.shape(), count + 1.0, self.success()).ok()
    }

    /// The quantile of the gamma distribution with the same mean and variance, as a whole number.
    fn continuous(&self, level: f64) -> f64 {
        let dispersion = self.alpha + 1.0 / self.mean;
        let quantile = Gamma::new(1.0 / dispersion, 1.0 / (dispersion * self.mean))
            .map(|gamma| gamma.inverse_cdf(level));
        // Half a count on either side of a whole number belongs to it.
        quantile.map_or(f64::NAN, |quantile| quantile.round())
    }
}
