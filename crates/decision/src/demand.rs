//! Demand of one item as equally likely futures.
//!
//! A future is a whole path over the periods, not a quantile per period: the demand of a week is the sum along a path,
//! and its quantiles are those of the sums. Adding quantiles of single days would overstate it whenever days do not
//! move together.

use crate::error::Problem;

/// Equally likely futures of one item's demand.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandSamples {
    /// The item, as named in the stock table or the factory file.
    pub item: String,
    /// Units per period, `[num_paths, periods]`, row-major. Below zero (a forecast of returns) counts as no demand.
    pub paths: Vec<f32>,
    /// Futures.
    pub num_paths: usize,
    /// Periods of each future; period 0 is the one that begins now.
    pub periods: usize,
}

impl DemandSamples {
    /// One future that is certain, as for firm orders or perfect foresight.
    pub fn certain(item: impl Into<String>, demand: Vec<f32>) -> Self {
        Self {
            item: item.into(),
            num_paths: 1,
            periods: demand.len(),
            paths: demand,
        }
    }

    /// What is wrong with the shape or the numbers.
    pub(crate) fn check(&self) -> Option<Problem> {
        let expected = self.num_paths.checked_mul(self.periods);
        if self.num_paths == 0 || self.periods == 0 || expected != Some(self.paths.len()) {
            return Some(Problem::SampleShape {
                item: self.item.clone(),
                num_paths: self.num_paths,
                periods: self.periods,
                found: self.paths.len(),
            });
        }
        let bad = self.paths.iter().position(|units| !units.is_finite())?;
        Some(Problem::SampleNotFinite {
            item: self.item.clone(),
            path: bad / self.periods,
            period: bad % self.periods,
        })
    }

    /// Units of one period of one future.
    pub(crate) fn units(&self, path: usize, period: usize) -> f64 {
        f64::from(self.paths[path * self.periods + period]).max(0.0)
    }

    /// Units of one future in the periods before `end`.
    pub(crate) fn sum(&self, path: usize, end: usize) -> f64 {
        (0..end).map(|period| self.units(path, period)).sum()
    }

    /// Mean units of one period.
    pub(crate) fn mean(&self, period: usize) -> f64 {
        let sum: f64 = (0..self.num_paths)
            .map(|path| self.units(path, period))
            .sum();
        sum / self.num_paths as f64
    }

    /// Mean units per period over all periods.
    pub(crate) fn mean_rate(&self) -> f64 {
        (0..self.periods)
            .map(|period| self.mean(period))
            .sum::<f64>()
            / self.periods as f64
    }
}

/// The smallest of the `sorted` values that at least the part `probability` of them does not exceed.
///
/// This is the inverse of the empirical distribution, without interpolation: "95 % of the futures need at most this" is
/// then true to the letter.
pub(crate) fn quantile(sorted: &[f64], probability: f64) -> f64 {
    // The small allowance keeps 0.95 of 1,000 at the 950th value although 0.95 * 1000 is a little above 950 as a float.
    let rank = (probability * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted
        .get(rank.min(sorted.len()).saturating_sub(1))
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_is_a_value_that_enough_futures_do_not_exceed() {
        let sorted: Vec<f64> = (1..=1000).map(f64::from).collect();
        assert_eq!(quantile(&sorted, 0.95), 950.0);
        assert_eq!(quantile(&sorted, 0.9501), 951.0);
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 1.0), 1000.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn sums_leave_returns_out() {
        let samples = DemandSamples {
            item: "cup".into(),
            paths: vec![1.0, -2.0, 3.0, 4.0, 5.0, 6.0],
            num_paths: 2,
            periods: 3,
        };
        assert_eq!(samples.check(), None);
        assert_eq!(samples.sum(0, 3), 4.0);
        assert_eq!(samples.mean(2), 4.5);
    }

    #[test]
    fn wrong_shapes_and_numbers_are_named() {
        let mut samples = DemandSamples::certain("cup", vec![1.0, f32::NAN]);
        assert_eq!(
            samples.check().unwrap().to_string(),
            "forecast of `cup`: the demand of future 0, period 1 is not a number"
        );
        samples.periods = 3;
        assert_eq!(
            samples.check().unwrap().to_string(),
            "forecast of `cup`: 1 futures of 3 periods need 3 numbers, but there are 2"
        );
    }
}
