//! From the numbers of a network to the quantiles of each step.

use burn::tensor::Device;
use hob_data::config::Transform;
use hob_data::features::{Features, Matrix};
use hob_data::forecast::{ForecastHead, WindowBatch, Windows};
use hob_model::Network;
use rayon::prelude::*;

use super::conformal::Conformal;
use super::sampled::{self, Sampled};
use crate::raw_outputs;

/// Windows forecast at a time.
const BATCH_WINDOWS: usize = 1024;
/// The same of a network that draws futures.
const BATCH_SAMPLED: usize = 64;
/// Where a mean is undone through the transform, it is taken over so many quantiles.
const MEAN_LEVELS: usize = 40;

/// Levels of [`Decoder::dense`].
const NUM_LEVELS: usize = 200;

/// What is forecast for one window, in the units of the target.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowForecast {
    /// Per step.
    pub mean: Vec<f64>,
    /// Per step.
    pub median: Vec<f64>,
    /// A row per step, a column per level.
    pub quantiles: Matrix<f64>,
}

/// What the numbers of the network mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoder {
    /// The distribution of a step.
    pub head: ForecastHead,
    /// Probabilities of the quantiles that are given, ascending.
    pub levels: Vec<f64>,
    /// What is added to the quantiles.
    pub conformal: Option<Conformal>,
    /// No forecast is below it.
    pub floor: f64,
}

impl Decoder {
    /// The same forecast at so many levels that futures can be drawn from it. Corrections are known at the levels of the
    /// recipe alone, so there are none.
    #[must_use]
    pub fn dense(&self) -> Self {
        let level = |place: usize| (place as f64 + 0.5) / NUM_LEVELS as f64;
        Self {
            levels: (0..NUM_LEVELS).map(level).collect(),
            conformal: None,
            ..self.clone()
        }
    }

    /// Without corrections. Where no value is below 0, no forecast is.
    pub fn new(head: ForecastHead, levels: Vec<f64>, is_non_negative: bool) -> Self {
        Self {
            head,
            levels,
            conformal: None,
            floor: match is_non_negative {
                true => 0.0,
                false => f64::NEG_INFINITY,
            },
        }
    }

    /// Forecasts every window.
    pub fn forecasts(
        &self,
        network: &Network,
        windows: &Windows,
        device: &Device,
    ) -> Vec<WindowForecast> {
        let rows: Vec<usize> = (0..windows.len()).collect();
        let mut forecasts = Vec::with_capacity(rows.len());
        let size = match network.deepar() {
            Some(_) => BATCH_SAMPLED,
            None => BATCH_WINDOWS,
        };
        for rows in rows.chunks(size) {
            let places = rows.iter().map(|&row| windows.places[row]);
            let windows = windows.with_places(places.collect());
            if let Some(deepar) = network.deepar() {
                let all: Vec<usize> = (0..windows.len()).collect();
                let batch = windows.batch(&all);
                let sampled = sampled::sample(deepar, &windows, &self.head, device);
                forecasts.extend(
                    (0..windows.len()).map(|row| self.of_samples(&windows, &batch, &sampled, row)),
                );
                continue;
            }
            let features = Features::of_windows(windows.clone());
            let raw = raw_outputs(network, &features, device);
            let raw = raw.into_iter().next().unwrap_or_default();
            forecasts.extend(self.of_outputs(&windows, &raw));
        }
        forecasts
    }

    /// The same from what the network gave, a row per window.
    pub fn of_outputs(&self, windows: &Windows, raw: &Matrix<f32>) -> Vec<WindowForecast> {
        let rows: Vec<usize> = (0..windows.len()).collect();
        let batch = windows.batch(&rows);
        rows.into_par_iter()
            .map(|row| self.of_raw(windows, &batch, raw.row(row), row))
            .collect()
    }

    fn of_raw(
        &self,
        windows: &Windows,
        batch: &WindowBatch,
        raw: &[f32],
        row: usize,
    ) -> WindowForecast {
        let (loc, scale) = (f64::from(batch.loc[row]), f64::from(batch.scale[row]));
        let transform = windows.preprocessor().transform;
        let steps = raw.chunks_exact(self.head.params());
        let last = self.levels.len() - 1;
        let mut forecast = WindowForecast::with_capacity(windows.horizon(), self.levels.len());
        for (step, raw) in steps.enumerate() {
            let quantiles = self.head.quantiles(raw, loc, scale, &self.levels);
            let median = self.head.quantiles(raw, loc, scale, &[0.5])[0];
            let mean = match transform {
                Transform::None => self.head.mean(raw, loc, scale),
                // The mean of a curved function is not the function of the mean. Where a tail is only guessed, it would
                // decide everything, so it ends with the outermost level.
                transform => {
                    let levels: Vec<f64> = (0..MEAN_LEVELS)
                        .map(|place| (place as f64 + 0.5) / MEAN_LEVELS as f64)
                        .map(|level| level.clamp(self.levels[0], self.levels[last]))
                        .collect();
                    let values = self.head.quantiles(raw, loc, scale, &levels);
                    values
                        .iter()
                        .map(|&value| transform.invert(value))
                        .sum::<f64>()
                        / MEAN_LEVELS as f64
                }
            };
            let median = transform.invert(median);
            let quantiles = self.corrected(step, quantiles, (loc, scale));
            let quantiles = quantiles.into_iter().map(|value| transform.invert(value));
            forecast.push(self.floor, mean, median, quantiles);
        }
        forecast
    }

    fn of_samples(
        &self,
        windows: &Windows,
        batch: &WindowBatch,
        sampled: &Sampled,
        row: usize,
    ) -> WindowForecast {
        let (loc, scale) = (f64::from(batch.loc[row]), f64::from(batch.scale[row]));
        let transform = windows.preprocessor().transform;
        let mut forecast = WindowForecast::with_capacity(windows.horizon(), self.levels.len());
        for step in 0..windows.horizon() {
            let values = sampled.sorted(row, step);
            let of_level = |level: f64| quantile(&values, level);
            let mean = values
                .iter()
                .map(|&value| transform.invert(value))
                .sum::<f64>()
                / values.len().max(1) as f64;
            let quantiles = self.levels.iter().map(|&level| of_level(level)).collect();
            let quantiles = self.corrected(step, quantiles, (loc, scale));
            let quantiles = quantiles.into_iter().map(|value| transform.invert(value));
            forecast.push(self.floor, mean, transform.invert(of_level(0.5)), quantiles);
        }
        forecast
    }

    /// Calibrated, in transformed units as before.
    fn corrected(&self, step: usize, quantiles: Vec<f64>, (loc, scale): (f64, f64)) -> Vec<f64> {
        let Some(conformal) = &self.conformal else {
            return quantiles;
        };
        let scaled = quantiles.into_iter().map(|value| (value - loc) / scale);
        let mut scaled: Vec<f64> = scaled.collect();
        conformal.apply(step, &mut scaled);
        scaled
            .into_iter()
            .map(|value| value * scale + loc)
            .collect()
    }
}

impl WindowForecast {
    fn with_capacity(horizon: usize, levels: usize) -> Self {
        Self {
            mean: Vec::with_capacity(horizon),
            median: Vec::with_capacity(horizon),
            quantiles: Matrix {
                width: levels,
                values: Vec::with_capacity(horizon * levels),
            },
        }
    }

    fn push(&mut self, floor: f64, mean: f64, median: f64, quantiles: impl Iterator<Item = f64>) {
        self.mean.push(mean.max(floor));
        self.median.push(median.max(floor));
        self.quantiles
            .values
            .extend(quantiles.map(|value| value.max(floor)));
    }

    /// The value below which a step lies with a probability: linear between the quantiles given at `levels`, and the
    /// outermost of them beyond.
    pub fn at(&self, step: usize, levels: &[f64], level: f64) -> f64 {
        let values = self.quantiles.row(step);
        let above = levels.partition_point(|&known| known < level);
        match (above.checked_sub(1), levels.get(above)) {
            (Some(below), Some(&right)) => {
                let share = (level - levels[below]) / (right - levels[below]);
                values[below] + share * (values[above] - values[below])
            }
            (None, _) => values[0],
            (_, None) => values[values.len() - 1],
        }
    }
}

/// Of sorted values, linear between them.
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = (level * sorted.len() as f64 - 0.5).clamp(0.0, last as f64);
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
