//! The logarithm of the gamma function on tensors, as far as likelihoods need it. Burn has no such operation.
//!
//! Likelihoods take differences of its values, which cancel: at 10,000 a value is 82,100, and the last place of a float
//! there is 0.008. So what is computed is the error of Stirling's formula, which stays small,
//!
//! `s(x) = ln Γ(x) - (x - 1/2) ln x + x - ln(2π) / 2`,
//!
//! and the caller puts the rest together so that nothing large is subtracted (Loader 2000, "Fast and accurate computation of
//! binomial probabilities", where it is called `stirlerr`).

use burn::tensor::Tensor;

/// Steps up before the series, which is good to 5e-8 from 3 on.
const SHIFT: usize = 3;

/// Coefficients of `1/x`, `1/x³`, `1/x⁵`, `1/x⁷`.
const SERIES: [f64; 4] = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0];

/// `s(x)` for `x > 0`, within 1e-6 in f32, and differentiable.
///
/// `s(x) = s(x + 1) + (x + 1/2) ln(1 + 1/x) - 1`, and far up the series of Stirling.
pub(super) fn stirling_error(x: Tensor<2>) -> Tensor<2> {
    let mut sum = x.zeros_like();
    let mut x = x;
    for _ in 0..SHIFT {
        let step = x.clone().add_scalar(0.5) * x.clone().recip().log1p();
        sum = sum + step.sub_scalar(1.0);
        x = x.add_scalar(1.0);
    }
    let inverse = x.recip();
    let square = inverse.clone().square();
    let [first, second, third, fourth] = SERIES;
    let series = square.clone().mul_scalar(fourth).add_scalar(third);
    let series = (series * square.clone()).add_scalar(second);
    let series = (series * square).add_scalar(first);
    sum + series * inverse
}

/// `ln Γ(x + 1/2) - ln Γ(x)` for `x > 0`.
pub(super) fn half_step(x: Tensor<2>) -> Tensor<2> {
    let [rows, _] = x.dims();
    let errors = stirling_error(Tensor::cat(vec![x.clone().add_scalar(0.5), x.clone()], 0));
    let difference = errors.clone().narrow(0, 0, rows) - errors.narrow(0, rows, rows);
    let half = x.clone().mul_scalar(2.0).recip().log1p() * x.clone();
    half.sub_scalar(0.5) + x.log().mul_scalar(0.5) + difference
}

/// `s(x)` for `x > 0` on the host.
pub(super) fn stirling_error_of(x: f64) -> f64 {
    // Further up than on tensors, for f64.
    let steps = if x < 15.0 { 15 } else { 0 };
    let shifted = (0..steps).map(|step| {
        let x = x + f64::from(step);
        (x + 0.5) * x.recip().ln_1p() - 1.0
    });
    let inverse = (x + f64::from(steps)).recip();
    let square = inverse * inverse;
    let series = SERIES
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum * square + term);
    shifted.sum::<f64>() + series * inverse
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use burn::tensor::{Device, TensorData};
    use serde_json::Value;

    use super::*;

    fn golden() -> Vec<[f64; 4]> {
        let all: Value =
            serde_json::from_str(include_str!("../../tests/golden/forecast_losses.json")).unwrap();
        let rows = all["gamma"].as_array().unwrap().iter();
        let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
        let names = ["x", "log_gamma", "digamma", "half_step"];
        rows.map(|row| names.map(|name| number(row, name)))
            .collect()
    }

    /// Values and derivatives.
    fn compute(x: &[f64], function: fn(Tensor<2>) -> Tensor<2>) -> (Vec<f32>, Vec<f32>) {
        let values: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let data = TensorData::new(values, [x.len(), 1]);
        let x = Tensor::<2>::from_data(data, &Device::flex().autodiff()).require_grad();
        let found = function(x.clone());
        let gradients = found.clone().sum().backward();
        let gradient = x.grad(&gradients).unwrap();
        (
            found.into_data().try_to_vec().unwrap(),
            gradient.into_data().try_to_vec().unwrap(),
        )
    }

    #[test]
    fn the_gamma_function_and_its_derivative_are_those_of_mpmath() {
        let x: Vec<f64> = golden().iter().map(|row| row[0]).collect();
        let (found, slopes) = compute(&x, stirling_error);
        for (place, [x, log_gamma, digamma, _]) in golden().into_iter().enumerate() {
            // What Stirling's formula makes of the error is the logarithm, and its derivative digamma.
            let x = f64::from(x as f32);
            let formula = (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln();
            let value = formula + f64::from(found[place]);
            let close = (value - log_gamma).abs() < 1e-6 * (1.0 + log_gamma.abs());
            assert!(close, "{x}: {value} is not {log_gamma}");
            let slope = x.ln() - 0.5 / x + f64::from(slopes[place]);
            let close = (slope - digamma).abs() < 1e-6 * (1.0 + digamma.abs());
            assert!(close, "{x}: slope {slope} is not {digamma}");
            let host = formula + stirling_error_of(x);
            let close = (host - log_gamma).abs() < 1e-7 * (1.0 + log_gamma.abs());
            assert!(close, "{x}: {host} is not {log_gamma} on the host");
        }
    }

    #[test]
    fn half_a_step_loses_nothing_far_up() {
        let x: Vec<f64> = golden().iter().map(|row| row[0]).collect();
        let (found, slopes) = compute(&x, half_step);
        for (place, [x, _, _, expected]) in golden().into_iter().enumerate() {
            let found = f64::from(found[place]);
            let close = (found - expected).abs() < 2e-6 * (1.0 + expected.abs());
            assert!(close, "{x}: {found} is not {expected}");
            assert!(slopes[place] > 0.0, "{x}");
        }
    }
}
