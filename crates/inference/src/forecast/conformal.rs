//! Intervals that cover what they say: predicted quantiles moved by what the validation windows teach.
//!
//! Split conformal calibration of quantiles with a tail on each side (Romano, Patterson & Candès 2019, theorem 2). For
//! level `τ` over the median the scores are `y - q(τ)` on the `n` calibration cells, and the correction is their
//! `⌈(n + 1) τ⌉`-th smallest; below the median the mirror image. Where past and future are exchangeable,
//! `y <= q(τ) + correction` then holds with probability at least `τ`, whatever the network has learned. A forecast is not
//! quite exchangeable with its past, so the guarantee is as good as the future resembles the validation windows.
//!
//! Scores are in scaled units of the window, so that series of all sizes can be pooled.

use hob_data::features::Matrix;
use serde::{Deserialize, Serialize};

/// Cells that a correction is taken from at least; where a step has fewer, the steps beside it help out.
const MIN_SCORES: usize = 50;

/// A calibration window, in scaled units.
#[derive(Debug, Clone, Copy)]
pub struct CalibrationWindow<'a> {
    /// What happened, per step; NaN where unknown.
    pub actual: &'a [f64],
    /// A row per step, a column per level.
    pub quantiles: &'a Matrix<f64>,
}

/// What is added to the quantiles of each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conformal {
    /// Levels of the quantiles, ascending.
    pub levels: Vec<f64>,
    /// `corrections[step][level]`, in scaled units.
    pub corrections: Vec<Vec<f64>>,
    /// Cells that the corrections of each step are taken from.
    pub scores: Vec<usize>,
}

/// Why quantiles cannot be calibrated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConformalError {
    /// The outermost levels cannot be told from the extremes.
    #[error(
        "the validation windows have {found} known steps; to calibrate level {level}, {needed} are needed"
    )]
    Few {
        /// Known cells.
        found: usize,
        /// Cells needed.
        needed: usize,
        /// The outermost level.
        level: f64,
    },
    /// Another number of levels or steps.
    #[error("a calibration window has {found} quantiles, {expected} are expected")]
    Shape {
        /// Steps times levels.
        expected: usize,
        /// Quantiles of the window.
        found: usize,
    },
}

impl Conformal {
    /// Learns the corrections of `horizon` steps from windows that no weight was fitted on.
    ///
    /// # Errors
    /// Too few known values for the outermost levels, or windows of another shape.
    pub fn fit(
        levels: &[f64],
        horizon: usize,
        windows: &[CalibrationWindow],
    ) -> Result<Self, ConformalError> {
        let expected = horizon * levels.len();
        for window in windows {
            let found = window.quantiles.values.len();
            if found != expected || window.actual.len() != horizon {
                return Err(ConformalError::Shape { expected, found });
            }
        }
        // `errors[step]` has a row per known cell and a column per level.
        let errors: Vec<Vec<Vec<f64>>> = (0..horizon).map(|step| errors(windows, step)).collect();
        let found = errors.iter().map(Vec::len).sum();
        for &level in levels {
            let needed = fewest(level);
            if found < needed {
                return Err(ConformalError::Few {
                    found,
                    needed,
                    level,
                });
            }
        }
        let enough = levels.iter().map(|&level| fewest(level));
        let enough = enough.fold(MIN_SCORES, usize::max);
        let mut corrections = Vec::with_capacity(horizon);
        let mut scores = Vec::with_capacity(horizon);
        for step in 0..horizon {
            let near = neighbours(&errors, step, enough);
            scores.push(near.len());
            corrections.push(
                (levels.iter().enumerate())
                    .map(|(place, &level)| {
                        correction(near.iter().map(|cell| cell[place]).collect(), level)
                    })
                    .collect(),
            );
        }
        Ok(Self {
            levels: levels.to_vec(),
            corrections,
            scores,
        })
    }

    /// Corrects the quantiles of a step (from 0) in scaled units, and sorts them, as corrections of single levels can make
    /// neighbours cross (Chernozhukov, Fernández-Val & Galichon 2010). Steps beyond the horizon stay as they are.
    pub fn apply(&self, step: usize, quantiles: &mut [f64]) {
        let Some(corrections) = self.corrections.get(step) else {
            return;
        };
        for (quantile, correction) in quantiles.iter_mut().zip(corrections) {
            *quantile += correction;
        }
        quantiles.sort_by(f64::total_cmp);
    }
}

/// `y - q` of every known cell of a step.
fn errors(windows: &[CalibrationWindow], step: usize) -> Vec<Vec<f64>> {
    let known = windows
        .iter()
        .filter(|window| window.actual[step].is_finite());
    let errors = known.map(|window| {
        let quantiles = window.quantiles.row(step).iter();
        quantiles
            .map(|quantile| window.actual[step] - quantile)
            .collect()
    });
    errors.collect()
}

/// Scores from which the quantile of a level is one of them rather than infinite.
fn fewest(level: f64) -> usize {
    let tail = level.min(1.0 - level).max(f64::MIN_POSITIVE);
    ((1.0 - tail) / tail - 1e-9).ceil() as usize
}

/// The cells of a step, and of those beside it until there are enough.
fn neighbours(errors: &[Vec<Vec<f64>>], step: usize, enough: usize) -> Vec<&Vec<f64>> {
    let mut reach = 0;
    loop {
        let first = step.saturating_sub(reach);
        let last = (step + reach).min(errors.len() - 1);
        let found: usize = errors[first..=last].iter().map(Vec::len).sum();
        if found >= enough || (first == 0 && last == errors.len() - 1) {
            return errors[first..=last].iter().flatten().collect();
        }
        reach += 1;
    }
}

/// The finite-sample quantile of the scores; at the median that of the sample, which favours neither side.
fn correction(mut scores: Vec<f64>, level: f64) -> f64 {
    scores.sort_by(f64::total_cmp);
    let count = scores.len();
    // The k-th smallest, k = ⌈(n + 1) τ⌉; a rounding error must not raise a whole number by one.
    let upper = |level: f64| {
        let rank = ((count + 1) as f64 * level - 1e-9).ceil() as usize;
        rank.clamp(1, count) - 1
    };
    if (level - 0.5).abs() < 1e-9 {
        0.5 * (scores[(count - 1) / 2] + scores[count / 2])
    } else if level > 0.5 {
        scores[upper(level)]
    } else {
        scores[count - 1 - upper(1.0 - level)]
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

    fn matrix(values: Vec<f64>) -> Matrix<f64> {
        Matrix {
            width: LEVELS.len(),
            values,
        }
    }

    /// `horizon` skewed values per window whose size grows with the step, and quantiles that know nothing of it.
    fn windows(
        random: &mut ChaCha8Rng,
        count: usize,
        horizon: usize,
    ) -> Vec<(Vec<f64>, Matrix<f64>)> {
        let mut uniform = || (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        (0..count)
            .map(|_| {
                let actual = (1..=horizon).map(|step| step as f64 * -(1.0 - uniform()).ln());
                let actual = actual.collect();
                (actual, matrix([-0.1, 0.0, 0.1].repeat(horizon)))
            })
            .collect()
    }

    fn fit(
        windows: &[(Vec<f64>, Matrix<f64>)],
        horizon: usize,
    ) -> Result<Conformal, ConformalError> {
        let windows: Vec<CalibrationWindow> = windows
            .iter()
            .map(|(actual, quantiles)| CalibrationWindow { actual, quantiles })
            .collect();
        Conformal::fit(&LEVELS, horizon, &windows)
    }

    #[test]
    fn intervals_of_a_bad_model_cover_the_future_step_by_step() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let horizon = 3;
        let conformal = fit(&windows(&mut random, 2000, horizon), horizon).unwrap();
        let future = windows(&mut random, 20_000, horizon);
        for step in 0..horizon {
            let share = |holds: fn(f64, &[f64]) -> bool| {
                let hits = future.iter().filter(|(actual, quantiles)| {
                    let mut row = quantiles.row(step).to_vec();
                    conformal.apply(step, &mut row);
                    holds(actual[step], &row)
                });
                hits.count() as f64 / future.len() as f64
            };
            let inside = share(|actual, row| row[0] <= actual && actual <= row[2]);
            let below = share(|actual, row| actual <= row[1]);
            // Three deviations of a share of 2000: 0.03.
            assert!((inside - 0.8).abs() < 0.03, "step {step}: {inside}");
            assert!((below - 0.5).abs() < 0.035, "step {step}: {below}");
            assert_eq!(conformal.scores[step], 2000);
        }
    }

    #[test]
    fn small_samples_cover_at_least_what_was_asked_on_average() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut covered = 0.0;
        let rounds = 2000;
        for _ in 0..rounds {
            // One step of 12 windows: ⌈13 · 0.9⌉ = 12, the largest.
            let conformal = fit(&windows(&mut random, 12, 1), 1).unwrap();
            let (actual, quantiles) = windows(&mut random, 1, 1).remove(0);
            let mut row = quantiles.row(0).to_vec();
            conformal.apply(0, &mut row);
            covered += f64::from(u8::from(row[0] <= actual[0] && actual[0] <= row[2]));
        }
        let share = covered / f64::from(rounds);
        assert!((0.8..0.88).contains(&share), "{share}");
    }

    #[test]
    fn corrections_are_order_statistics() {
        let scores: Vec<f64> = (1..=19).rev().map(f64::from).collect();
        assert_eq!(correction(scores.clone(), 0.9), 18.0);
        assert_eq!(correction(scores.clone(), 0.95), 19.0);
        assert_eq!(correction(scores.clone(), 0.1), 2.0);
        assert_eq!(correction(scores.clone(), 0.05), 1.0);
        assert_eq!(correction(scores, 0.5), 10.0);
        assert_eq!([fewest(0.9), fewest(0.05), fewest(0.5)], [9, 19, 1]);
    }

    #[test]
    fn steps_with_few_windows_borrow_from_their_neighbours() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let conformal = fit(&windows(&mut random, 10, 12), 12).unwrap();
        assert_eq!(conformal.scores[0], 50);
        assert_eq!(conformal.scores[6], 50);
        // Errors grow with the step, and so do the corrections.
        assert!(conformal.corrections[11][2] > conformal.corrections[0][2]);
        let two = &windows(&mut random, 2, 2);
        let few = ConformalError::Few {
            found: 4,
            needed: 9,
            level: 0.1,
        };
        assert_eq!(fit(two, 2), Err(few));
    }

    #[test]
    fn unknown_values_teach_nothing_and_quantiles_never_cross() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut some = windows(&mut random, 60, 1);
        let expected = fit(&some, 1).unwrap();
        some.push((vec![f64::NAN], matrix(vec![0.0; 3])));
        assert_eq!(fit(&some, 1).unwrap(), expected);
        let crossing = Conformal {
            levels: LEVELS.to_vec(),
            corrections: vec![vec![2.0, 0.0, -2.0]],
            scores: vec![60],
        };
        let mut row = [0.0, 1.0, 2.0];
        crossing.apply(0, &mut row);
        assert_eq!(row, [0.0, 1.0, 2.0]);
        let mut beyond = [0.0, 1.0, 2.0];
        crossing.apply(1, &mut beyond);
        assert_eq!(beyond, [0.0, 1.0, 2.0]);
        assert!(fit(&windows(&mut random, 60, 2), 1).is_err());
    }
}
