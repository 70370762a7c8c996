//! Temperature scaling: one number that makes probabilities honest without changing any answer (Guo et al. 2017).

use hob_data::features::Matrix;

use super::MetricsError;
use super::check::{check_length, check_shape, check_targets};
use super::statistics::rows;

/// Smallest and largest temperature; beyond them probabilities are 0, 1 or equal for any use.
const BOUNDS: [f64; 2] = [0.05, 20.0];

/// The temperature by which logits of a softmax are to be divided so that the log loss over these rows is least.
pub fn fit_temperature_categories(
    logits: &Matrix<f32>,
    targets: &[i32],
) -> Result<f64, MetricsError> {
    check_shape(targets.len(), None, logits)?;
    check_logits(logits.width, &logits.values)?;
    let known = |target: i32| usize::try_from(target).is_ok_and(|class| class < logits.width);
    check_targets(
        targets
            .iter()
            .map(|&target| (f64::from(target), known(target))),
    )?;
    Ok(minimize(|inverse| {
        (0..rows(logits))
            .map(|row| softmax_slope(logits.row(row), targets[row] as usize, inverse))
            .sum()
    }))
}

/// The temperature by which logits of a yes/no output are to be divided so that the log loss over these rows is least.
pub fn fit_temperature_binary(logits: &[f32], targets: &[f32]) -> Result<f64, MetricsError> {
    check_length(targets.len(), logits.len())?;
    check_logits(1, logits)?;
    check_targets(
        targets
            .iter()
            .map(|&target| (f64::from(target), target == 0.0 || target == 1.0)),
    )?;
    let rows = || {
        logits
            .iter()
            .zip(targets)
            .map(|(&logit, &target)| (f64::from(logit), f64::from(target)))
    };
    Ok(minimize(|inverse| {
        rows()
            .map(|(logit, target)| (1.0 / (1.0 + (-inverse * logit).exp()) - target) * logit)
            .sum()
    }))
}

fn check_logits(width: usize, logits: &[f32]) -> Result<(), MetricsError> {
    match logits.iter().position(|logit| !logit.is_finite()) {
        Some(place) => Err(MetricsError::Prediction {
            row: place / width,
            value: f64::from(logits[place]),
        }),
        None => Ok(()),
    }
}

/// Derivative of a row's log loss by the inverse temperature: mean logit under the softmax minus the target's logit.
fn softmax_slope(logits: &[f32], target: usize, inverse: f64) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for &logit in logits {
        let weight = (inverse * f64::from(logit - largest)).exp();
        sum += weight;
        weighted += weight * f64::from(logit);
    }
    weighted / sum - f64::from(logits[target])
}

/// The log loss is convex in the inverse temperature, so its slope rises and bisection finds its zero.
///
/// If the loss still falls at the coldest temperature, all rows are right and say nothing about how sure to be; a
/// small validation part does that to a good model. The temperature is then 1, since 0.05 would claim certainty.
fn minimize(slope: impl Fn(f64) -> f64) -> f64 {
    let [coldest, hottest] = BOUNDS;
    let (mut low, mut high) = (1.0 / hottest, 1.0 / coldest);
    match (slope(low), slope(high)) {
        // Every row has equal logits: any temperature is as good.
        (0.0, 0.0) => return 1.0,
        (at_low, _) if at_low >= 0.0 => return hottest,
        (_, at_high) if at_high <= 0.0 => return 1.0,
        _ => {}
    }
    // Geometric halving of a range of 400 to the last place of an f64 takes fewer steps.
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if slope(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    1.0 / (low * high).sqrt()
}
