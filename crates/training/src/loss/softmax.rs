//! Cross-entropy over classes that exclude each other.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// For each row, what every class's log-probability is multiplied by: its share of the target times its weight.
pub(super) fn targets(
    codes: &[i32],
    rows: &[usize],
    classes: usize,
    class_weights: &[f32],
    smoothing: f64,
) -> Vec<f32> {
    let weight = |class: usize| class_weights.get(class).copied().unwrap_or(1.0);
    let spread = (smoothing / classes as f64) as f32;
    let kept = (1.0 - smoothing) as f32;
    let mut values = vec![0.0; rows.len() * classes];
    for (&row, values) in rows.iter().zip(values.chunks_exact_mut(classes)) {
        // What the training part has no number for counts for nothing.
        let Ok(code) = usize::try_from(codes[row]) else {
            continue;
        };
        if smoothing > 0.0 {
            for (class, value) in values.iter_mut().enumerate() {
                *value = spread * weight(class);
            }
        }
        values[code] += kept * weight(code);
    }
    values
}

pub(super) fn sum(raw: Tensor<2>, targets: Tensor<2>, gamma: f64) -> Tensor<1> {
    let logs = log_softmax(raw, 1);
    if gamma == 0.0 {
        return (logs * targets).sum().neg();
    }
    let doubt = logs.clone().exp().neg().add_scalar(1.0).clamp_min(0.0);
    (logs * power(doubt, gamma) * targets).sum().neg()
}

/// `base^gamma` for a base from 0 to 1. The slope of a power below 1 is infinite at 0, and infinite times nothing is no
/// number, so the base stays a little above.
pub(super) fn power(base: Tensor<2>, gamma: f64) -> Tensor<2> {
    if gamma == 1.0 {
        return base;
    }
    if gamma == 2.0 {
        return base.square();
    }
    base.clamp_min(1e-7).powf_scalar(gamma)
}
