//! A linear layer and its activation, in one go where that is faster.
//!
//! Burn's GELU on Flex calls a scalar error function for one number after the other, on one thread: a quarter of the
//! processor time of a BERT, and more of the waiting. Here the bias is added and the function computed in the memory of
//! the product, on all threads, by a formula that the compiler turns into vector instructions. Under autodiff everything
//! is left to Burn.

use burn::{
    nn::Linear,
    tensor::{DType, Tensor},
};
use rayon::{iter::ParallelIterator, slice::ParallelSliceMut};

use super::parts::is_flex;
use crate::config::Activation;

/// Rows of a part of the work: enough to be worth a thread's attention.
const ROWS: usize = 32;

/// `activation(x W + b)`
pub(super) fn linear(layer: &Linear, x: Tensor<2>, activation: Activation) -> Tensor<2> {
    let device = x.device();
    let in_place = activation == Activation::Gelu && is_flex(&device) && x.dtype() == DType::F32;
    let (true, Some(bias)) = (in_place, &layer.bias) else {
        return activation.apply(layer.forward(x));
    };
    let bias = bias.val().into_data();
    let mut product = x.matmul(layer.weight.val()).into_data();
    let bias = bias.as_slice::<f32>().expect("parameters are f32");
    let values = product.as_mut_slice::<f32>().expect("f32 times f32 is f32");
    values.par_chunks_mut(ROWS * bias.len()).for_each(|part| {
        for row in part.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value = gelu(*value + bias);
            }
        }
    });
    Tensor::from_data(product, &device)
}

/// `x Phi(x)`
fn gelu(x: f32) -> f32 {
    let y = 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
    // The rounding error of `1 + erf` times a large number would not be small.
    if x < -6.0 { 0.0 } else { y }
}

/// The error function to 5e-7: the rational approximation of Eigen (`generic_fast_erf_float`), without branches.
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let horner = |coefficients: &[f32]| {
        let (first, rest) = (coefficients[0], &coefficients[1..]);
        rest.iter().fold(first, |sum, next| sum * square + next)
    };
    x * horner(&NUMERATOR) / horner(&DENOMINATOR)
}

/// From the highest power of the square to the lowest.
const NUMERATOR: [f32; 7] = [
    -2.726_142_3e-10,
    2.770_681_4e-8,
    -2.101_024_1e-6,
    -5.692_506_5e-5,
    -7.349_906_4e-4,
    -2.954_6e-3,
    -1.609_603_3e-2,
];
const DENOMINATOR: [f32; 5] = [
    -1.456_607_2e-5,
    -2.133_740_6e-4,
    -1.682_827e-3,
    -7.373_329_2e-3,
    -1.426_473_9e-2,
];

#[cfg(test)]
mod tests {
    use burn::{
        nn::{Initializer, LinearConfig},
        tensor::{Device, TensorData, activation},
    };

    use super::*;

    #[test]
    fn the_fast_path_equals_burns_gelu() {
        let device = Device::flex();
        assert!(is_flex(&device), "the fast path is never taken: {device:?}");
        assert!(!is_flex(&device.clone().autodiff()));
        let values: Vec<f32> = (-2000..2000).map(|i| i as f32 * 0.01).collect();
        let x = Tensor::<2>::from_data(TensorData::new(values, [1000, 4]), &device);
        // Without random weights: what rounding does to sums must not decide.
        let layer = LinearConfig::new(4, 70)
            .with_initializer(Initializer::Constant { value: 0.25 })
            .init(&device);
        let expected = activation::gelu(layer.forward(x.clone()));
        let found = linear(&layer, x, Activation::Gelu);
        let scale = expected.clone().abs().clamp_min(1.0);
        let difference = ((found - expected) / scale).abs().max();
        assert!(difference.into_scalar::<f32>() < 1e-6);
    }

    #[test]
    fn gelu_is_right_where_it_is_0_or_straight() {
        for (x, expected) in [
            (-100.0, 0.0),
            (-6.5, 0.0),
            (0.0, 0.0),
            (1.0, 0.841_344_8),
            (50.0, 50.0),
        ] {
            assert!((gelu(x) - expected).abs() < 1e-6, "{x}: {}", gelu(x));
        }
        assert!(gelu(f32::NAN).is_nan());
    }
}
