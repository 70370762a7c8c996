//! A network that forecasts a step from the one before it (DeepAR, Salinas et al. 2020) is asked by drawing futures: each
//! drawn value is what the next step is forecast from.

use burn::tensor::{Device, Tensor, TensorData};
use hob_data::forecast::{ForecastHead, Windows};
use hob_model::series::deepar::Deepar;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::tensors;

/// Futures drawn per window, as in the paper's experiments.
const NUM_PATHS: usize = 200;
/// Of the draws, so that a model answers the same every time.
const SEED: u64 = 0x0b0b_1e55_ed5e_ed00;

/// Futures of windows, in transformed units.
pub(super) struct Sampled {
    horizon: usize,
    /// `[windows, paths, horizon]`
    values: Vec<f64>,
}

impl Sampled {
    /// What was drawn for a step of a window, ascending.
    pub(super) fn sorted(&self, row: usize, step: usize) -> Vec<f64> {
        let paths = &self.values[row * NUM_PATHS * self.horizon..][..NUM_PATHS * self.horizon];
        let mut values: Vec<f64> = paths
            .iter()
            .skip(step)
            .step_by(self.horizon)
            .copied()
            .collect();
        values.sort_by(f64::total_cmp);
        values
    }
}

/// Draws futures of every window.
pub(super) fn sample(
    network: &Deepar,
    windows: &Windows,
    head: &ForecastHead,
    device: &Device,
) -> Sampled {
    let (count, horizon) = (windows.len(), windows.horizon());
    let rows: Vec<usize> = (0..count).collect();
    let batch = windows.batch(&rows);
    let input = tensors::series(windows, &rows, device);
    let future = input.future.clone();
    let mut state = network.start(&input).repeat(NUM_PATHS);
    let mut last = state.last();
    let mut generators: Vec<ChaCha8Rng> = (0..count)
        .map(|row| {
            let place = windows.places[row];
            let stream = (u64::from(place.series) << 32) | u64::from(place.origin);
            ChaCha8Rng::seed_from_u64(SEED ^ stream)
        })
        .collect();
    let mut values = vec![0.0; count * NUM_PATHS * horizon];
    for step in 0..horizon {
        let covariates = future.clone().map(|future| {
            let [count, _, width] = future.dims();
            let of_step = future.slice([0..count, step..step + 1]);
            // Each window's row as many times as it has paths.
            of_step
                .repeat_dim(1, NUM_PATHS)
                .reshape([count * NUM_PATHS, width])
        });
        let (raw, next) = network.step(&state, last, covariates);
        state = next;
        let params = head.params();
        let raw: Vec<f32> = raw.into_data().iter::<f32>().collect();
        let mut drawn = Vec::with_capacity(count * NUM_PATHS);
        for (place, raw) in raw.chunks_exact(params).enumerate() {
            let (row, path) = (place / NUM_PATHS, place % NUM_PATHS);
            let (loc, scale) = (f64::from(batch.loc[row]), f64::from(batch.scale[row]));
            let uniform: f64 = generators[row].random_range(1e-6..1.0 - 1e-6);
            let value = head.sample(raw, loc, scale, uniform);
            values[(row * NUM_PATHS + path) * horizon + step] = value;
            drawn.push(((value - loc) / scale) as f32);
        }
        last = Tensor::from_data(TensorData::new(drawn, [count * NUM_PATHS]), device);
    }
    Sampled { horizon, values }
}
