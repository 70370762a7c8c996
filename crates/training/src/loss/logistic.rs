//! Log loss of yes and no, for one output or for several labels.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, sigmoid};

use super::softmax::power;

/// Targets moved towards a half, and the weight of each row where they differ.
pub(super) fn targets(
    values: &[f32],
    rows: &[usize],
    class_weights: &[f32],
    smoothing: f64,
) -> (Vec<f32>, Option<Vec<f32>>) {
    let smooth = |value: f32| value * (1.0 - smoothing as f32) + 0.5 * smoothing as f32;
    let targets = rows.iter().map(|&row| smooth(values[row])).collect();
    let weight = |row: usize| class_weights[usize::from(values[row] > 0.5)];
    let weights =
        (!class_weights.is_empty()).then(|| rows.iter().map(|&row| weight(row)).collect());
    (targets, weights)
}

/// `-y ln p - (1 - y) ln(1 - p)` with `p = sigmoid(z)` is `-ln sigmoid(-z) - y z`, which never takes the logarithm of
/// a rounded zero.
pub(super) fn sum(
    raw: Tensor<2>,
    targets: Tensor<2>,
    weights: Option<Tensor<2>>,
    gamma: f64,
) -> Tensor<1> {
    let loss = if gamma == 0.0 {
        (log_sigmoid(raw.clone().neg()) + raw * targets).neg()
    } else {
        let probability = sigmoid(raw.clone());
        let doubt_yes = power(probability.clone().neg().add_scalar(1.0), gamma);
        let doubt_no = power(probability, gamma);
        let yes = targets.clone() * doubt_yes * log_sigmoid(raw.clone());
        let no = targets.neg().add_scalar(1.0) * doubt_no * log_sigmoid(raw.neg());
        (yes + no).neg()
    };
    match weights {
        Some(weights) => (loss * weights).sum(),
        None => loss.sum(),
    }
}
