//! Losses of quantities beyond squared and absolute errors.

use burn::tensor::activation::{relu, softplus};
use burn::tensor::{Tensor, TensorData};

pub(super) fn huber(errors: Tensor<2>, delta: f64) -> Tensor<1> {
    let sizes = errors.abs();
    let near = sizes.clone().clamp_max(delta);
    (near.clone().square().mul_scalar(0.5) + (sizes - near).mul_scalar(delta)).sum()
}

/// Raw numbers as quantiles that never cross: the first as it is, each further one a positive step up.
pub(super) fn ascending(raw: Tensor<2>) -> Tensor<2> {
    let [rows, width] = raw.dims();
    if width == 1 {
        return raw;
    }
    let lowest = raw.clone().slice([0..rows, 0..1]);
    let steps = softplus(raw.slice([0..rows, 1..width]), 1.0);
    // A running sum, as a product with ones on and above the diagonal.
    let ones = (0..width * width).map(|place| f32::from(u8::from(place / width <= place % width)));
    let ones = TensorData::new(ones.collect::<Vec<f32>>(), [width, width]);
    let device = lowest.device();
    Tensor::cat(vec![lowest, steps], 1).matmul(Tensor::from_data(ones, &device))
}

/// `level * error` above the prediction, `(level - 1) * error` below.
pub(super) fn pinball(quantiles: Tensor<2>, targets: Tensor<2>, levels: &[f32]) -> Tensor<1> {
    let device = quantiles.device();
    let levels =
        Tensor::<2>::from_data(TensorData::new(levels.to_vec(), [1, levels.len()]), &device);
    let errors = targets - quantiles;
    (errors.clone() * levels + relu(errors.neg())).sum()
}
