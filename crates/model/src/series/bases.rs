//! Curves that a block adds up: what it learns is how much of each.

use std::f32::consts::TAU;

use burn::tensor::{Device, Tensor};

use super::parts::constant;

/// Powers 0 to `degree` of time, which runs from 0 to just under 1: `[degree + 1, steps]`.
pub(super) fn polynomials(degree: usize, steps: usize, device: &Device) -> Tensor<2> {
    let power = |power: usize, step: usize| (step as f32 / steps as f32).powi(power as i32);
    table(degree + 1, steps, power, device)
}

/// Cosines, then sines, at the steps from `start` to `end`, where the first step of the horizon is 0:
/// `[waves, end - start]`. Their lowest frequencies are 0 and 1 per horizon.
pub(super) fn waves(
    harmonics: usize,
    horizon: usize,
    (start, end): (isize, isize),
    device: &Device,
) -> Tensor<2> {
    let frequencies = frequencies(harmonics, horizon);
    let count = frequencies.len();
    let wave = |row: usize, step: usize| {
        let time = (start + step as isize) as f32 / horizon as f32;
        let angle = TAU * frequencies[row % count] * time;
        if row < count {
            angle.cos()
        } else {
            angle.sin()
        }
    };
    table(2 * count, (end - start) as usize, wave, device)
}

/// 0, then from 1 up to half a period per step.
fn frequencies(harmonics: usize, horizon: usize) -> Vec<f32> {
    let above = (harmonics..).map(|step| step as f32 / harmonics as f32);
    let above = above.take_while(|&frequency| frequency < horizon as f32 / 2.0);
    std::iter::once(0.0).chain(above).collect()
}

/// Straight lines between `knots` values that are spread over `steps` steps: `[knots, steps]`.
pub(super) fn lines(knots: usize, steps: usize, device: &Device) -> Tensor<2> {
    let weight = |knot: usize, step: usize| {
        let place = (step as f32 + 0.5) * knots as f32 / steps as f32 - 0.5;
        let place = place.clamp(0.0, (knots - 1) as f32);
        (1.0 - (place - knot as f32).abs()).max(0.0)
    };
    table(knots, steps, weight, device)
}

fn table(
    rows: usize,
    columns: usize,
    value: impl Fn(usize, usize) -> f32,
    device: &Device,
) -> Tensor<2> {
    let places = (0..rows * columns).map(|place| value(place / columns, place % columns));
    constant(places.collect(), [rows, columns], device)
}
