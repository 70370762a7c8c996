//! Against PyTorch's distributions (see `tests/golden/forecast_losses.py`), and at the edges.

use serde_json::Value;

use super::*;
use crate::loss::{LossKind, OutputLoss};

fn floats(value: &Value) -> Vec<f32> {
    let numbers: Vec<Option<f32>> = serde_json::from_value(value.clone()).unwrap();
    let known = |number: Option<f32>| number.unwrap_or(f32::NAN);
    numbers.into_iter().map(known).collect()
}

fn head(value: &Value) -> ForecastHead {
    match value.as_str() {
        Some("normal") => ForecastHead::Normal,
        Some("student_t") => ForecastHead::StudentT,
        Some("negative_binomial") => ForecastHead::NegativeBinomial,
        Some("zero_inflated_negative_binomial") => ForecastHead::ZeroInflatedNegativeBinomial,
        Some(other) => panic!("{other} is no head"),
        None => ForecastHead::Quantiles {
            levels: serde_json::from_value(value["quantiles"].clone()).unwrap(),
        },
    }
}

/// The mean loss and its gradient by the raw numbers.
fn compute(head: &ForecastHead, raw: &[f32], target: &[f32], scale: &[f32]) -> (f64, Vec<f32>) {
    let device = Device::flex().autodiff();
    let horizon = target.len() / scale.len();
    let loss = OutputLoss {
        kind: LossKind::Forecast {
            horizon,
            head: head.clone(),
        },
        share: 1.0,
    };
    let batch = TargetBatch::forecast(head, target, scale, &device);
    let data = TensorData::new(raw.to_vec(), [scale.len(), loss.width().unwrap()]);
    let raw = Tensor::<2>::from_data(data, &device).require_grad();
    let mean = loss
        .sum(raw.clone(), &batch)
        .div_scalar(batch.weight.max(1.0));
    let value = f64::from(mean.clone().into_scalar::<f32>());
    let gradient = raw.grad(&mean.backward()).unwrap();
    (value, gradient.into_data().try_to_vec().unwrap())
}

#[test]
fn losses_and_gradients_are_pytorchs() {
    let all: Value =
        serde_json::from_str(include_str!("../../../tests/golden/forecast_losses.json")).unwrap();
    let cases = all["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let expected = case["loss"].as_f64().unwrap();
        let [raw, target, scale] = ["raw", "target", "scale"].map(|key| floats(&case[key]));
        let (value, gradient) = compute(&head(&case["head"]), &raw, &target, &scale);
        // Of 900,000 counts with the smallest overdispersion two terms near 90,000 cancel in f32.
        let slack = if name.ends_with("large") { 50.0 } else { 1.0 };
        let close = (value - expected).abs() < 5e-6 * slack * expected.abs().max(1.0);
        assert!(close, "{name}: {value} is not {expected}");
        let expected = floats(&case["gradient"]);
        let largest = expected
            .iter()
            .fold(1f32, |most, value| most.max(value.abs()));
        for (place, (found, expected)) in gradient.iter().zip(&expected).enumerate() {
            // Next to the largest: a step with a tiny deviation has a gradient of millions.
            let tolerance = 1e-5 * slack as f32 * expected.abs().max(largest * 1e-2);
            let close = (found - expected).abs() < tolerance;
            assert!(close, "{name}, gradient {place}: {found} is not {expected}");
        }
    }
}

fn heads() -> Vec<ForecastHead> {
    vec![
        ForecastHead::Quantiles {
            levels: vec![0.1, 0.5, 0.9],
        },
        ForecastHead::Normal,
        ForecastHead::StudentT,
        ForecastHead::NegativeBinomial,
        ForecastHead::ZeroInflatedNegativeBinomial,
    ]
}

#[test]
fn extreme_raw_numbers_and_counts_give_finite_losses_and_gradients() {
    let extremes = [1e4, -1e4, 0.0, 88.0, -88.0, 20.0, -20.0, 1e-6];
    for head in heads() {
        for first in extremes {
            for second in extremes {
                for third in extremes {
                    let raw = &[first, second, third][..head.params()];
                    for target in [0.0, 1.0, 1e3, 1e4] {
                        for scale in [1.0, 1e-4, 1e6] {
                            let (value, gradient) = compute(&head, raw, &[target], &[scale]);
                            let finite = gradient.iter().all(|value| value.is_finite());
                            assert!(
                                value.is_finite() && finite,
                                "{head:?} of {raw:?}, {target} times {scale}: {value}, {gradient:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn unknown_steps_count_for_nothing() {
    for head in heads() {
        let params = head.params();
        let raw: Vec<f32> = (0..4 * params)
            .map(|place| (place as f32).sin() * 2.0)
            .collect();
        let target = [1.0, 2.0, f32::NAN, f32::NAN];
        let (value, gradient) = compute(&head, &raw, &target, &[1.0, 3.0]);
        let (known, expected) = compute(&head, &raw[..2 * params], &target[..2], &[1.0]);
        // More rows may be added up in another order.
        assert!((value - known).abs() < 1e-5, "{head:?}");
        for (found, expected) in gradient.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-5, "{head:?}");
        }
        assert!(gradient[2 * params..].iter().all(|&value| value == 0.0));
        let (nothing, _) = compute(&head, &raw, &[f32::NAN; 4], &[1.0, 3.0]);
        assert_eq!(nothing, 0.0);
    }
}

#[test]
fn quantiles_never_cross_and_begin_at_the_middle() {
    let device = Device::flex();
    let levels = [0.1, 0.3, 0.4, 0.6, 0.9];
    let order = ForecastHead::raw_order(&levels);
    assert_eq!(order, [4, 3, 0, 1, 2]);
    let raw = Tensor::from_data([[2.0, 1e4, -1e4, 0.0, 3.0]], &device);
    let found = quantiles(raw, order[4]).into_data().try_to_vec::<f32>();
    let found = found.unwrap();
    let ascending: Vec<f32> = order.iter().map(|&place| found[place]).collect();
    assert!(ascending.is_sorted(), "{ascending:?}");
    assert_eq!(found[0], 2.0);
    assert_eq!(found[1], 2502.0);
    assert!((found[3] - (2.0 - 0.25 * 2f32.ln())).abs() < 1e-6);
}
