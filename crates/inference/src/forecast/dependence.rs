//! How the steps of a forecast go together.
//!
//! The quantiles of each step say nothing of two steps at once, but the demand of a week depends on whether a strong day is
//! followed by another. That is learned from windows that no weight was fitted on: of each, where every step came to lie
//! within its forecast. A future is drawn by taking the places of one such window for all of its steps, an empirical
//! copula (Clark et al. 2004, "The Schaake shuffle"; Schefzik et al. 2013).

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::window_forecast::WindowForecast;

/// Windows kept.
const MAX_WINDOWS: usize = 1000;
/// Fewer windows tell more of themselves than of the future.
const MIN_WINDOWS: usize = 20;

/// The places of what happened within forecasts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// Per window and step, the rank of the place among those of all windows at that step.
    ranks: Vec<Vec<u32>>,
}

impl Dependence {
    /// From the place of what happened within each forecast: per window and step, the probability that the forecast gave
    /// to less. Windows of which a step is unknown (NaN) say nothing. Equal places are ordered by `generator`.
    pub fn fit(places: &[Vec<f64>], generator: &mut impl Rng) -> Self {
        let known = places
            .iter()
            .filter(|window| window.iter().all(|place| place.is_finite()));
        let mut known: Vec<&Vec<f64>> = known.collect();
        if known.len() < MIN_WINDOWS {
            return Self::default();
        }
        let stride = known.len().div_ceil(MAX_WINDOWS);
        known = known.into_iter().step_by(stride).collect();
        let horizon = known.iter().map(|window| window.len()).min().unwrap_or(0);
        let mut ranks = vec![vec![0; horizon]; known.len()];
        for step in 0..horizon {
            let mut order: Vec<(f64, u64, usize)> = known
                .iter()
                .enumerate()
                .map(|(window, places)| (places[step], generator.random(), window))
                .collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (rank, (_, _, window)) in order.into_iter().enumerate() {
                ranks[window][step] = rank as u32;
            }
        }
        Self { ranks }
    }

    /// Windows it was learned from; without any, steps are drawn independently.
    pub fn num_windows(&self) -> usize {
        self.ranks.len()
    }

    /// One future: for each step a probability, uniform between 0 and 1 by itself.
    pub fn draw(&self, horizon: usize, generator: &mut impl Rng) -> Vec<f64> {
        if self.ranks.is_empty() {
            return (0..horizon).map(|_| generator.random()).collect();
        }
        let count = self.ranks.len();
        let window = &self.ranks[generator.random_range(0..count)];
        let within = |step: usize, generator: &mut dyn FnMut() -> f64| match window.get(step) {
            Some(&rank) => (f64::from(rank) + generator()) / count as f64,
            None => generator(),
        };
        (0..horizon)
            .map(|step| within(step, &mut || generator.random()))
            .collect()
    }
}

/// Futures of each forecast, `[paths, horizon]`, drawn from the quantiles of its steps at `levels`.
pub fn paths(
    forecasts: &[WindowForecast],
    levels: &[f64],
    dependence: &Dependence,
    num_paths: usize,
    seed: u64,
) -> Vec<Vec<f32>> {
    let draw = |(window, forecast): (usize, &WindowForecast)| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(window as u64);
        let horizon = forecast.median.len();
        let mut paths = Vec::with_capacity(num_paths * horizon);
        for _ in 0..num_paths {
            let draw = dependence.draw(horizon, &mut generator);
            let values = draw.iter().enumerate();
            paths.extend(values.map(|(step, &place)| forecast.at(step, levels, place) as f32));
        }
        paths
    };
    forecasts.par_iter().enumerate().map(draw).collect()
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
        let places: Vec<Vec<f64>> = (0..200)
            .map(|_| {
                let first: f64 = generator.random();
                vec![
                    first,
                    (first + 0.1 * generator.random::<f64>()).min(1.0),
                    generator.random(),
                ]
            })
            .collect();
        let dependence = Dependence::fit(&places, &mut generator);
        let draws: Vec<Vec<f64>> = (0..4000)
            .map(|_| dependence.draw(3, &mut generator))
            .collect();
        let pairs = |step: usize| {
            draws
                .iter()
                .map(|draw| (draw[0], draw[step]))
                .collect::<Vec<_>>()
        };
        assert!(correlation(&pairs(1)) > 0.9);
        assert!(correlation(&pairs(2)).abs() < 0.15);
        for step in 0..3 {
            let below = draws.iter().filter(|draw| draw[step] < 0.3).count();
            assert!((below as f64 / 4000.0 - 0.3).abs() < 0.03, "{below}");
        }
    }

    #[test]
    fn a_few_windows_say_nothing() {
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let dependence = Dependence::fit(&vec![vec![0.5; 4]; 3], &mut generator);
        assert_eq!(dependence.num_windows(), 0);
        assert_eq!(dependence.draw(5, &mut generator).len(), 5);
    }
}
