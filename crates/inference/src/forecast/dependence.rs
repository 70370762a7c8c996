//! How the steps of a forecast go together.
//!
//! The quantiles of each step say nothing of two steps at once, but the demand of a week depends on whether a strong day is
//! followed by another. That is learned from windows that no weight was fitted on: of each, where every step came to lie
//! within its forecast. Places become normal scores, and their correlation at each lag is that of all windows, as few
//! windows cannot tell a correlation for every pair of steps. A future is a draw of correlated normal scores, made places
//! again: a Gaussian copula (Nelsen 2006, section 2.8; Salinas et al. 2019). It has no dependence in the tails, so that one
//! window in which everything went up does not make all futures wide.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::window_forecast::WindowForecast;

/// Fewer windows tell more of themselves than of the future.
const MIN_WINDOWS: usize = 20;
/// Of a step with an earlier one, given those between them.
const MAX_CORRELATION: f64 = 0.999;

/// Correlations of what happened within forecasts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependence {
    /// Correlation of two steps by the number of steps between them, the first being 1. Empty: steps are independent.
    correlations: Vec<f64>,
}

impl Dependence {
    /// From the place of what happened within each forecast: per window and step, the probability that the forecast gave
    /// to less. Windows of which a step is unknown (NaN) say nothing.
    pub fn fit(places: &[Vec<f64>]) -> Self {
        let known = places
            .iter()
            .filter(|window| window.iter().all(|place| place.is_finite()));
        let known: Vec<&Vec<f64>> = known.collect();
        if known.len() < MIN_WINDOWS {
            return Self::default();
        }
        let horizon = known.iter().map(|window| window.len()).min().unwrap_or(0);
        let scores = normal_scores(&known, horizon);
        let lags = 0..horizon;
        let covariance = |lag: usize| -> f64 {
            let products = scores.iter().map(|window| {
                let pairs = window.iter().zip(&window[lag..]);
                pairs.map(|(early, late)| early * late).sum::<f64>()
            });
            products.sum::<f64>() / (horizon - lag) as f64
        };
        let covariances: Vec<f64> = lags.map(covariance).collect();
        let variance = covariances.first().copied().unwrap_or(0.0);
        let correlations = match variance > 0.0 {
            true => covariances.iter().map(|value| value / variance).collect(),
            false => Vec::new(),
        };
        Self { correlations }
    }

    /// How each step of a future follows from those before it.
    fn steps(&self, horizon: usize) -> Vec<Step> {
        let correlation = |lag: usize| self.correlations.get(lag).copied().unwrap_or(0.0);
        let mut steps: Vec<Step> = Vec::with_capacity(horizon);
        let mut variance = 1.0;
        let mut weights: Vec<f64> = Vec::new();
        for step in 0..horizon {
            if step > 0 {
                // Levinson 1946, Durbin 1960.
                let known: f64 = (weights.iter().enumerate())
                    .map(|(lag, weight)| weight * correlation(step - 1 - lag))
                    .sum();
                // Estimates at different lags need not fit together; within these bounds they always do.
                let last = ((correlation(step) - known) / variance)
                    .clamp(-MAX_CORRELATION, MAX_CORRELATION);
                let mirrored: Vec<f64> = weights.iter().rev().copied().collect();
                for (weight, other) in weights.iter_mut().zip(mirrored) {
                    *weight -= last * other;
                }
                weights.push(last);
                variance *= 1.0 - last * last;
            }
            steps.push(Step {
                weights: weights.clone(),
                deviation: variance.sqrt(),
            });
        }
        steps
    }
}

/// A step of correlated normal scores.
struct Step {
    /// By how many steps back, the first being 1.
    weights: Vec<f64>,
    /// Of what is new.
    deviation: f64,
}

/// One future: for each step a probability, uniform between 0 and 1 by itself.
fn draw(steps: &[Step], generator: &mut impl Rng) -> Vec<f64> {
    let normal = Normal::standard();
    let mut scores: Vec<f64> = Vec::with_capacity(steps.len());
    for step in steps {
        let past = scores.iter().rev().zip(&step.weights);
        let expected: f64 = past.map(|(score, weight)| score * weight).sum();
        // The middle of one of 2^52 equal parts, so never 0 or 1.
        let uniform = ((generator.random::<u64>() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
        scores.push(expected + step.deviation * normal.inverse_cdf(uniform));
    }
    scores.into_iter().map(|score| normal.cdf(score)).collect()
}

/// Per window and step, the normal quantile of the rank of the place among those of all windows at that step.
fn normal_scores(places: &[&Vec<f64>], horizon: usize) -> Vec<Vec<f64>> {
    let normal = Normal::standard();
    let mut scores = vec![vec![0.0; horizon]; places.len()];
    for step in 0..horizon {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by(|&a, &b| places[a][step].total_cmp(&places[b][step]));
        for (rank, window) in order.into_iter().enumerate() {
            scores[window][step] = normal.inverse_cdf((rank as f64 + 0.5) / places.len() as f64);
        }
    }
    scores
}

/// Futures of each forecast, `[paths, horizon]`, drawn from the quantiles of its steps at `levels`.
pub fn paths(
    forecasts: &[WindowForecast],
    levels: &[f64],
    dependence: &Dependence,
    num_paths: usize,
    seed: u64,
) -> Vec<Vec<f32>> {
    let longest = forecasts.iter().map(|forecast| forecast.median.len()).max();
    let steps = dependence.steps(longest.unwrap_or(0));
    let future = |(window, forecast): (usize, &WindowForecast)| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(window as u64);
        let horizon = forecast.median.len();
        let mut paths = Vec::with_capacity(num_paths * horizon);
        for _ in 0..num_paths {
            let draw = draw(&steps[..horizon], &mut generator);
            let values = draw.iter().enumerate();
            paths.extend(values.map(|(step, &place)| forecast.at(step, levels, place) as f32));
        }
        paths
    };
    forecasts.par_iter().enumerate().map(future).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlation(pairs: &[(f64, f64)]) -> f64 {
        let count = pairs.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
        let (a, b) = (mean(|pair| pair.0), mean(|pair| pair.1));
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        let ab = sum(&|pair| (pair.0 - a) * (pair.1 - b));
        let (aa, bb) = (
            sum(&|pair| (pair.0 - a).powi(2)),
            sum(&|pair| (pair.1 - b).powi(2)),
        );
        ab / (aa * bb).sqrt()
    }

    #[test]
    fn steps_that_went_together_are_drawn_together() {
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let mut place = || -> f64 { generator.random() };
        let places: Vec<Vec<f64>> = (0..300)
            .map(|_| {
                let (whole, alone) = (place(), place());
                vec![
                    whole,
                    (whole + 0.1 * place()).min(1.0),
                    (whole + alone) / 2.0,
                ]
            })
            .collect();
        let steps = Dependence::fit(&places).steps(3);
        let draws: Vec<Vec<f64>> = (0..4000).map(|_| draw(&steps, &mut generator)).collect();
        let pairs = |a: usize, b: usize| {
            let pairs = draws.iter().map(|draw| (draw[a], draw[b]));
            correlation(&pairs.collect::<Vec<_>>())
        };
        // By lag: steps one apart are as much alike as those of the windows are on average.
        let (early, late, far) = (pairs(0, 1), pairs(1, 2), pairs(0, 2));
        assert!(
            early > 0.4 && (early - late).abs() < 0.05,
            "{early}, {late}"
        );
        assert!(far > 0.1, "{far}");
        for step in 0..3 {
            let below = draws.iter().filter(|draw| draw[step] < 0.3).count();
            assert!((below as f64 / 4000.0 - 0.3).abs() < 0.03, "{below}");
        }
    }

    /// Windows of which each is one place: every step goes with every other, however far.
    #[test]
    fn what_goes_together_at_all_distances_stays_together() {
        let mut generator = ChaCha8Rng::seed_from_u64(3);
        let places: Vec<Vec<f64>> = (0..100)
            .map(|_| {
                let whole: f64 = generator.random();
                (0..12)
                    .map(|_| (whole + 0.3 * generator.random::<f64>()).min(1.0))
                    .collect()
            })
            .collect();
        let known: Vec<&Vec<f64>> = places.iter().collect();
        let scores = normal_scores(&known, 12);
        let dependence = Dependence::fit(&places);
        let steps = dependence.steps(12);
        let normal = Normal::standard();
        let futures: Vec<Vec<f64>> = (0..20_000)
            .map(|_| draw(&steps, &mut generator))
            .map(|future| {
                future
                    .into_iter()
                    .map(|place| normal.inverse_cdf(place))
                    .collect()
            })
            .collect();
        for lag in [1, 5, 11] {
            let of = |series: &[Vec<f64>]| {
                let pairs = series
                    .iter()
                    .flat_map(|one| one.iter().copied().zip(one[lag..].iter().copied()));
                correlation(&pairs.collect::<Vec<_>>())
            };
            let (expected, found) = (of(&scores), of(&futures));
            assert!(
                expected > 0.8 && (found - expected).abs() < 0.04,
                "{lag}: {found}, {expected}"
            );
        }
    }

    /// Estimates that fit no series: the draws stay finite, and each is uniform by itself.
    #[test]
    fn correlations_that_contradict_each_other_are_survived() {
        let dependence = Dependence {
            correlations: vec![1.0, 0.9, -0.9, 7.0],
        };
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let steps = dependence.steps(6);
        let draws: Vec<Vec<f64>> = (0..4000).map(|_| draw(&steps, &mut generator)).collect();
        for step in 0..6 {
            let below = draws.iter().filter(|draw| draw[step] < 0.3).count();
            assert!(
                (below as f64 / 4000.0 - 0.3).abs() < 0.04,
                "{step}: {below}"
            );
        }
    }

    #[test]
    fn a_few_windows_say_nothing() {
        let dependence = Dependence::fit(&vec![vec![0.5; 4]; 3]);
        assert_eq!(dependence, Dependence::default());
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(draw(&dependence.steps(5), &mut generator).len(), 5);
    }
}
