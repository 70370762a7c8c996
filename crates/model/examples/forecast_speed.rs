//! Training steps per second of networks for forecasts: forward, sum of squares, backward.
//!
//!     cargo run --release -p hob-model --example forecast_speed -- [nbeats|deepar] [steps]
//!
//! `forecast_speed.py` beside this file measures the same networks in PyTorch.

#![allow(clippy::print_stdout, reason = "an example talks")]

use std::{error::Error, time::Instant};

use burn::tensor::{Device, Distribution, Tensor};
use hob_model::{
    Input, Network, NetworkConfig, SeriesInput,
    config::{BodyConfig, DeeparConfig, InputsConfig, NbeatsConfig, SeriesConfig},
};

/// The allocator of hob.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONTEXT: usize = 56;
const HORIZON: usize = 28;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "nbeats".to_owned());
    let steps = arguments.next().map_or(Ok(50_usize), |text| text.parse())?;
    // Quantiles, and mean and deviation; no covariates, and four of each step.
    let (body, batch, params, covariates) = match name.as_str() {
        "nbeats" => {
            let config = NbeatsConfig {
                width: 512,
                layers: 3,
                ..Default::default()
            };
            (BodyConfig::Nbeats(config), 256, 9, 0)
        }
        "deepar" => {
            let config = DeeparConfig {
                dropout: 0.0,
                ..Default::default()
            };
            (BodyConfig::Deepar(config), 64, 2, 4)
        }
        other => return Err(format!("`{other}` is neither nbeats nor deepar").into()),
    };
    let config = NetworkConfig {
        inputs: InputsConfig {
            series: Some(SeriesConfig {
                context: CONTEXT,
                horizon: HORIZON,
                past: covariates,
                future: covariates,
                params,
                ..Default::default()
            }),
            ..Default::default()
        },
        body,
        heads: Vec::new(),
    };
    config.check()?;
    let device = Device::flex().autodiff();
    let network = Network::new(&config, &device);
    let input = window(batch, covariates, &device);

    let mut times = Vec::new();
    for _ in 0..steps.max(2) {
        let before = Instant::now();
        let output = network.forward(Input {
            series: Some(input.clone()),
            ..Default::default()
        });
        let loss = output
            .into_iter()
            .map(|output| (output.clone() * output).mean());
        let loss = loss.reduce(|all, one| all + one).ok_or("no output")?;
        let _gradients = loss.backward();
        times.push(before.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{name}: {:.1} windows/s (median of {} steps of {batch}: {:.2} ms; best {:.2} ms)",
        batch as f64 / times[times.len() / 2],
        times.len(),
        times[times.len() / 2] * 1e3,
        times[0] * 1e3,
    );
    Ok(())
}

fn window(batch: usize, covariates: usize, device: &Device) -> SeriesInput {
    let random = |shape| Tensor::random(shape, Distribution::Normal(0.0, 1.0), device);
    let steps = |count| {
        let shape = [batch, count, covariates];
        (covariates > 0).then(|| Tensor::random(shape, Distribution::Normal(0.0, 1.0), device))
    };
    SeriesInput {
        past_target: random([batch, CONTEXT]),
        observed: Tensor::ones([batch, CONTEXT], device),
        past: steps(CONTEXT),
        future: steps(HORIZON),
        static_numbers: None,
        static_codes: None,
        target: Some(random([batch, HORIZON])),
    }
}
