//! What several networks for forecasts need.

use burn::{
    nn::{Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor, TensorData},
};

use super::SeriesInput;
use crate::{
    Input,
    config::{InputsConfig, NumberEncoder, SeriesConfig},
    encoder::FlatEncoder,
};

/// What belongs to the series as one vector; `None` where nothing does.
pub(super) fn statics(config: &SeriesConfig, device: &Device) -> Option<FlatEncoder> {
    let inputs = InputsConfig {
        numbers: vec![NumberEncoder::Plain; config.static_numbers],
        codes: config.static_codes.clone(),
        ..Default::default()
    };
    let encoder = FlatEncoder::new(&inputs, device);
    (encoder.width() > 0).then_some(encoder)
}

/// `[batch, width of the encoder]`
pub(super) fn encode(statics: &FlatEncoder, input: &SeriesInput) -> Tensor<2> {
    statics.forward(Input {
        numbers: input.static_numbers.clone(),
        codes: input.static_codes.clone(),
        ..Default::default()
    })
}

/// Starts as a part of a PyTorch `Linear` with `all` inputs.
pub(super) fn part_of_linear(
    (inputs, outputs): (usize, usize),
    all: usize,
    bias: bool,
    device: &Device,
) -> Linear {
    let bound = 1.0 / (all.max(1) as f64).sqrt();
    LinearConfig::new(inputs, outputs)
        .with_bias(bias)
        .with_initializer(Initializer::Uniform {
            min: -bound,
            max: bound,
        })
        .init(device)
}

/// On missing steps. Starts at 0: where training has no missing step, later ones count for nothing.
pub(super) fn zero_linear(inputs: usize, outputs: usize, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs)
        .with_bias(false)
        .with_initializer(Initializer::Zeros)
        .init(device)
}

pub(super) fn constant<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// `[batch, 1]`: the last observed value of each window, 0 if there is none.
pub(super) fn last_observed(values: Tensor<2>, observed: Tensor<2>) -> Tensor<2> {
    let context = observed.dims()[1];
    let places = (1..=context).map(|place| place as f32).collect();
    let places = constant(places, [1, context], &observed.device());
    values.gather(1, (observed * places).argmax(1))
}

/// Adds a level, `[batch, 1]`, to the first of the `params` numbers of each step, `[batch, horizon * params]`.
pub(super) fn add_level(steps: Tensor<2>, level: Tensor<2>, params: usize) -> Tensor<2> {
    if params == 1 {
        return steps + level;
    }
    let width = steps.dims()[1];
    let is_first = |place: usize| f32::from(place.is_multiple_of(params));
    let first = constant(
        (0..width).map(is_first).collect(),
        [1, width],
        &steps.device(),
    );
    steps + level * first
}
