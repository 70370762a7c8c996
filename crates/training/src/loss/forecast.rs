//! Losses of forecasts: what the raw numbers of a step say about its value, as a negative log-likelihood or, for quantiles,
//! as the pinball loss.
//!
//! Formulas are arranged so that nothing large is subtracted, and every floor of a parameter is that of
//! [`ForecastHead`]: losses and gradients are finite for raw numbers of any size that a diverging network gives, for
//! series without variance and for large counts.

use std::f64::consts::PI;

use burn::tensor::activation::{log_sigmoid, relu, softplus};
use burn::tensor::{Device, Tensor, TensorData};

use super::TargetBatch;
use super::stirling::{half_step, stirling_error, stirling_error_of};
use hob_data::forecast::ForecastHead;
use hob_data::forecast::head::{MIN_ALPHA, MIN_DEVIATION, MIN_FREEDOM, MIN_MEAN, QUANTILE_STEP};

impl TargetBatch {
    /// Targets of windows: `target` has `horizon` scaled values per window, NaN where unknown, `scale` one entry per
    /// window. Unknown steps count for nothing.
    ///
    /// Of a head for counts, a target has three numbers: the count in original units, the scale of its window, and what of
    /// its likelihood does not depend on the network.
    pub fn forecast(head: &ForecastHead, target: &[f32], scale: &[f32], device: &Device) -> Self {
        let horizon = target.len() / scale.len().max(1);
        let counts = is_count(head);
        let width = if counts { 3 } else { 1 };
        let mut values = Vec::with_capacity(target.len() * width);
        for (place, &value) in target.iter().enumerate() {
            let value = if value.is_nan() { 0.0 } else { value };
            if counts {
                let scale = scale[place / horizon];
                // Whole before it was scaled.
                let count = (f64::from(value) * f64::from(scale)).round().max(0.0);
                values.extend([count as f32, scale, count_constant(count) as f32]);
            } else {
                values.push(value);
            }
        }
        let known = |value: &f32| f32::from(u8::from(!value.is_nan()));
        let weights: Vec<f32> = target.iter().map(known).collect();
        let known = weights.iter().filter(|weight| **weight > 0.0).count();
        let tensor = |values: Vec<f32>, width: usize| {
            Tensor::from_data(TensorData::new(values, [target.len(), width]), device)
        };
        Self {
            targets: tensor(values, width),
            weights: Some(tensor(weights, 1)),
            weight: weight(head, known),
        }
    }
}

/// What a sum over so many known steps is divided by.
pub(super) fn weight(head: &ForecastHead, known: usize) -> f64 {
    match head {
        ForecastHead::Quantiles { levels } => (known * levels.len()) as f64,
        _ => known as f64,
    }
}

fn is_count(head: &ForecastHead) -> bool {
    matches!(
        head,
        ForecastHead::NegativeBinomial | ForecastHead::ZeroInflatedNegativeBinomial
    )
}

/// `ln Γ(y + 1) - y ln y + y`: what [`negative_binomial`] leaves to the host.
fn count_constant(count: f64) -> f64 {
    if count == 0.0 {
        0.0
    } else {
        0.5 * (2.0 * PI * count).ln() + stirling_error_of(count)
    }
}

/// The sum over all known steps. `raw` is `[batch, horizon * params]`, step after step.
pub(super) fn sum(head: &ForecastHead, raw: Tensor<2>, batch: &TargetBatch) -> Tensor<1> {
    let targets = batch.targets.clone();
    let [rows, _] = targets.dims();
    let raw = raw.reshape([rows, head.params()]);
    let losses = match head {
        ForecastHead::Quantiles { levels } => pinball(raw, targets, levels),
        ForecastHead::Normal => normal(raw, targets),
        ForecastHead::StudentT => student_t(raw, targets),
        ForecastHead::NegativeBinomial => negative_binomial(raw, targets),
        ForecastHead::ZeroInflatedNegativeBinomial => zero_inflated(raw, targets),
    };
    match &batch.weights {
        Some(weights) => (losses * weights.clone()).sum(),
        None => losses.sum(),
    }
}

/// The numbers of all rows at one place.
fn column(raw: &Tensor<2>, place: usize) -> Tensor<2> {
    raw.clone().narrow(1, place, 1)
}

/// `level * error` above the quantile, `(level - 1) * error` below; a column per level.
fn pinball(raw: Tensor<2>, targets: Tensor<2>, levels: &[f64]) -> Tensor<2> {
    let device = raw.device();
    let order = ForecastHead::raw_order(levels);
    let mut in_raw_order = vec![0.0f32; levels.len()];
    for (level, &place) in levels.iter().zip(&order) {
        in_raw_order[place] = *level as f32;
    }
    let width = levels.len();
    let errors = targets - quantiles(raw, order[width - 1]);
    let levels = Tensor::<2>::from_data(TensorData::new(in_raw_order, [1, width]), &device);
    errors.clone() * levels + relu(errors.neg())
}

/// The quantiles in the order of the raw numbers. `above` of them lie above the first.
fn quantiles(raw: Tensor<2>, above: usize) -> Tensor<2> {
    let [_, width] = raw.dims();
    if width == 1 {
        return raw;
    }
    let first = column(&raw, 0);
    let steps = softplus(raw.narrow(1, 1, width - 1), 1.0);
    // Running sums up and down from the first, as a product.
    let step = QUANTILE_STEP as f32;
    let factor = |place: usize| match (place / width, place % width) {
        (0, _) => 1.0,
        (from, to) if from <= to && to <= above => step,
        (from, to) if from <= to && from > above => -step,
        _ => 0.0,
    };
    let factors: Vec<f32> = (0..width * width).map(factor).collect();
    let device = first.device();
    let factors = Tensor::from_data(TensorData::new(factors, [width, width]), &device);
    Tensor::cat(vec![first, steps], 1).matmul(factors)
}

fn deviation(raw: &Tensor<2>) -> Tensor<2> {
    softplus(column(raw, 1), 1.0).add_scalar(MIN_DEVIATION)
}

/// `z² / 2 + ln σ + ln(2π) / 2` with `z = (y - μ) / σ`.
fn normal(raw: Tensor<2>, targets: Tensor<2>) -> Tensor<2> {
    let deviation = deviation(&raw);
    let z = (targets - column(&raw, 0)) / deviation.clone();
    z.square().mul_scalar(0.5) + deviation.log().add_scalar(0.5 * (2.0 * PI).ln())
}

/// `(ν + 1) / 2 ln(1 + z² / ν) + ln σ + ln(πν) / 2 - ln Γ((ν + 1) / 2) + ln Γ(ν / 2)`.
fn student_t(raw: Tensor<2>, targets: Tensor<2>) -> Tensor<2> {
    let deviation = deviation(&raw);
    let freedom = softplus(column(&raw, 2), 1.0).add_scalar(MIN_FREEDOM);
    let z = (targets - column(&raw, 0)) / deviation.clone();
    let tails = (z.square() / freedom.clone()).log1p();
    let shape = freedom.clone().mul_scalar(PI).log().mul_scalar(0.5)
        - half_step(freedom.clone().mul_scalar(0.5));
    tails * freedom.add_scalar(1.0).mul_scalar(0.5) + deviation.log() + shape
}

/// With mean `μ`, overdispersion `α`, `r = 1/α`, and `s` the error of Stirling's formula:
///
/// `(r + y) ln((1 + αμ) / (1 + αy)) + y ln(y / μ) + ln(1 + αy) / 2 + s(r) - s(r + y)` and the constant of the count.
///
/// It is the deviance of the count with small terms, as Loader 2000 writes it: zero but for these where `μ = y`.
fn negative_binomial(raw: Tensor<2>, targets: Tensor<2>) -> Tensor<2> {
    let [rows, _] = targets.dims();
    let (count, scale, constant) = (
        column(&targets, 0),
        column(&targets, 1),
        column(&targets, 2),
    );
    let mean = (softplus(column(&raw, 0), 1.0) * scale).add_scalar(MIN_MEAN);
    let alpha = softplus(column(&raw, 1), 1.0).add_scalar(MIN_ALPHA);
    let r = alpha.clone().recip();

    // Each logarithm of a ratio is taken from the side on which it is above 1, where it does not cancel.
    let above = relu(mean.clone() - count.clone());
    let below = relu(count.clone() - mean.clone());
    let spread = (alpha.clone() * count.clone()).add_scalar(1.0);
    let spread_of_mean = (alpha.clone() * mean.clone()).add_scalar(1.0);
    let spreads = (above.clone() * alpha.clone() / spread.clone()).log1p()
        - (below.clone() * alpha / spread_of_mean).log1p();
    // A count of 0 takes this 0 times.
    let ratio = (below / mean).log1p() - (above / count.clone().clamp_min(1.0)).log1p();

    let sum = r.clone() + count.clone();
    let errors = stirling_error(Tensor::cat(vec![r, sum.clone()], 0));
    let errors = errors.clone().narrow(0, 0, rows) - errors.narrow(0, rows, rows);
    sum * spreads + count * ratio + spread.log().mul_scalar(0.5) + errors + constant
}

/// `p + (1 - p) NB(0)` of a zero, `(1 - p) NB(y)` of the others, with `p = sigmoid(raw[2])`.
fn zero_inflated(raw: Tensor<2>, targets: Tensor<2>) -> Tensor<2> {
    let is_zero = column(&targets, 0).equal_elem(0.0);
    let logit = column(&raw, 2);
    let loss = negative_binomial(raw, targets);
    // ln(p + (1 - p) e^-loss) = ln p + ln(1 + e^(-logit - loss)).
    let zero = log_sigmoid(logit.clone()) + softplus((logit.clone() + loss.clone()).neg(), 1.0);
    let other = loss - log_sigmoid(logit.neg());
    other.mask_where(is_zero, zero.neg())
}

#[cfg(test)]
mod tests;
