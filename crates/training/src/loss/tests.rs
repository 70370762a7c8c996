//! Values and gradients as PyTorch computes them; see `golden.py` beside this file.

use burn::tensor::{Device, Tensor, TensorData};
use hob_data::features::{Matrix, TagLists, Targets, UNKNOWN_TAG};

use super::{LossKind, OutputLoss};

/// Name of a case, the loss, its gradient by the raw numbers.
const GOLDEN: &[(&str, f64, &[f64])] = &[
    (
        "softmax",
        4.14576006,
        &[
            -0.07612696,
            0.02874102,
            0.04738593,
            0.00138965,
            0.02067759,
            -0.02206725,
            0.08950888,
            -0.11646844,
            0.02695956,
            0.24990728,
            -0.24999996,
            9.265e-05,
        ],
    ),
    (
        "softmax_weights",
        5.66122961,
        &[
            -0.02647894,
            0.00999688,
            0.01648206,
            0.00120839,
            0.01798052,
            -0.01918891,
            0.12453409,
            -0.16204305,
            0.03750895,
            0.34769711,
            -0.34782603,
            0.00012891,
        ],
    ),
    (
        "softmax_smoothing",
        4.05825996,
        &[
            -0.0594603,
            0.02040769,
            0.0390526,
            -0.00694369,
            0.01234426,
            -0.00540058,
            0.08117554,
            -0.09980178,
            0.01862622,
            0.24157394,
            -0.23333329,
            -0.00824068,
        ],
    ),
    (
        "softmax_weights_smoothing",
        5.22128963,
        &[
            0.00325853,
            -0.01019247,
            0.00693393,
            -0.00458871,
            -0.00520789,
            0.00979659,
            0.10939693,
            -0.12959999,
            0.02020303,
            0.31582272,
            -0.30144924,
            -0.01437352,
        ],
    ),
    (
        "softmax_focal",
        3.91771674,
        &[
            -0.01876809,
            0.00708572,
            0.01168237,
            3.15e-05,
            0.00046866,
            -0.00050016,
            0.04736266,
            -0.06162802,
            0.01426536,
            0.24990863,
            -0.25000131,
            9.265e-05,
        ],
    ),
    (
        "logistic",
        22.63066673,
        &[0.01185647, -0.09438516, 0.0, -0.25],
    ),
    (
        "logistic_weights",
        28.57331848,
        &[0.0024961, -0.11922336, 0.0, -0.31578946],
    ),
    (
        "logistic_smoothing",
        22.04941559,
        &[-0.00064353, -0.08188516, 0.0125, -0.2375],
    ),
    (
        "logistic_focal",
        22.51692009,
        &[7.872e-05, -0.03448424, 0.0, -0.25],
    ),
    (
        "labels",
        1.17023468,
        &[
            -0.01520213,
            0.03546312,
            -0.03751384,
            0.00993358,
            0.05568231,
            -0.00359227,
            -0.04166667,
            -0.03344269,
            -0.06404373,
            0.08330539,
            4.606e-05,
            0.04374826,
        ],
    ),
    ("squared", 4.62750006, &[0.05, -1.25, 1.75, 0.0]),
    ("absolute", 1.52499998, &[0.25, -0.25, 0.25, 0.0]),
    ("huber", 1.68875003, &[0.025, -0.375, 0.375, 0.0]),
    (
        "quantiles",
        1.17370570,
        &[
            0.125,
            0.02127787,
            0.00458195,
            -0.04166666,
            -0.02227293,
            0.00797411,
            0.125,
            0.02993439,
            0.00192896,
            0.125,
            2.764e-05,
            0.00437483,
        ],
    ),
];

const RAW: [f32; 12] = [
    1.5, -0.3, 0.2, -2.0, 0.7, 3.1, 0.0, 0.4, -1.2, 8.0, -7.5, 0.1,
];

fn loss(kind: LossKind) -> OutputLoss {
    OutputLoss { kind, share: 1.0 }
}

fn softmax(class_weights: &[f32], smoothing: f64, gamma: f64) -> OutputLoss {
    loss(LossKind::Softmax {
        classes: 3,
        class_weights: class_weights.to_vec(),
        smoothing,
        gamma,
    })
}

fn logistic(class_weights: &[f32], smoothing: f64, gamma: f64) -> OutputLoss {
    loss(LossKind::Logistic {
        class_weights: class_weights.to_vec(),
        smoothing,
        gamma,
    })
}

fn case(name: &str) -> (OutputLoss, Vec<f32>, usize, Targets) {
    let classes = || (RAW.to_vec(), 3, Targets::Classes(vec![0, 2, 1, 1]));
    let binary = || {
        (
            vec![-3.0, 0.5, 40.0, -90.0],
            1,
            Targets::Binary(vec![0.0, 1.0, 1.0, 1.0]),
        )
    };
    let numbers = || {
        (
            vec![0.5, -1.0, 3.0, 2.0],
            1,
            Targets::Numbers(vec![0.4, 1.5, -0.5, 2.0]),
        )
    };
    let with = |loss, (raw, width, targets)| (loss, raw, width, targets);
    match name {
        "softmax" => with(softmax(&[], 0.0, 0.0), classes()),
        "softmax_weights" => with(softmax(&[0.5, 2.0, 1.25], 0.0, 0.0), classes()),
        "softmax_smoothing" => with(softmax(&[], 0.1, 0.0), classes()),
        "softmax_weights_smoothing" => with(softmax(&[0.5, 2.0, 1.25], 0.2, 0.0), classes()),
        "softmax_focal" => with(softmax(&[], 0.0, 2.0), classes()),
        "logistic" => with(logistic(&[], 0.0, 0.0), binary()),
        "logistic_weights" => with(logistic(&[0.5, 3.0], 0.0, 0.0), binary()),
        "logistic_smoothing" => with(logistic(&[], 0.1, 0.0), binary()),
        "logistic_focal" => with(logistic(&[], 0.0, 2.0), binary()),
        "labels" => {
            let values = vec![1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0];
            (
                loss(LossKind::Labels { labels: 3 }),
                RAW.to_vec(),
                3,
                Targets::Labels(Matrix { width: 3, values }),
            )
        }
        "squared" => with(loss(LossKind::Squared), numbers()),
        "absolute" => with(loss(LossKind::Absolute), numbers()),
        "huber" => with(loss(LossKind::Huber { delta: 1.5 }), numbers()),
        "quantiles" => {
            let kind = LossKind::Quantiles {
                levels: vec![0.1, 0.5, 0.9],
            };
            (
                loss(kind),
                RAW.to_vec(),
                3,
                Targets::Numbers(vec![0.4, 1.5, -0.5, 2.0]),
            )
        }
        other => panic!("no case {other}"),
    }
}

/// The mean loss of the named rows and its gradient.
fn compute(
    loss: &OutputLoss,
    raw: &[f32],
    width: usize,
    targets: &Targets,
    rows: &[usize],
) -> (f64, Vec<f32>) {
    let device = Device::flex().autodiff();
    let matrix = Matrix {
        width,
        values: raw.to_vec(),
    };
    let raw = Tensor::<2>::from_data(
        TensorData::new(matrix.gather(rows), [rows.len(), width]),
        &device,
    );
    let raw = raw.require_grad();
    let batch = loss.batch(targets, rows, &device);
    let mean = loss.sum(raw.clone(), &batch).div_scalar(batch.weight);
    let value = f64::from(mean.clone().into_scalar::<f32>());
    let gradients = mean.backward();
    let gradient = raw
        .grad(&gradients)
        .expect("the loss depends on the raw numbers");
    (value, gradient.into_data().try_to_vec().unwrap())
}

#[test]
fn losses_and_gradients_are_pytorchs() {
    for (name, expected, expected_gradient) in GOLDEN {
        let (loss, raw, width, targets) = case(name);
        assert!(loss.accepts(&targets));
        assert_eq!(loss.width(), Some(width));
        let (value, gradient) = compute(&loss, &raw, width, &targets, &[0, 1, 2, 3]);
        assert!(
            (value - expected).abs() < 2e-6 * expected.abs().max(1.0),
            "{name}: {value} is not {expected}"
        );
        for (place, (value, expected)) in gradient.iter().zip(*expected_gradient).enumerate() {
            let near = (f64::from(*value) - expected).abs() < 2e-6;
            assert!(near, "{name}, gradient {place}: {value} is not {expected}");
        }
    }
}

#[test]
fn sums_over_parts_give_the_mean_over_all() {
    for (name, expected, _) in GOLDEN {
        let (loss, raw, width, targets) = case(name);
        let parts: [&[usize]; 2] = [&[3, 0, 2], &[1]];
        let weights = parts.map(|rows| loss.weight(&targets, rows));
        let sums = parts.map(|rows| {
            compute(&loss, &raw, width, &targets, rows).0 * loss.weight(&targets, rows)
        });
        let mean = (sums[0] + sums[1]) / (weights[0] + weights[1]);
        assert!(
            (mean - expected).abs() < 2e-6 * expected.abs().max(1.0),
            "{name}: {mean} is not {expected}"
        );
    }
}

#[test]
fn extreme_raw_numbers_give_finite_losses_and_gradients() {
    let raw: Vec<f32> = vec![
        1e4, -1e4, 0.0, -1e4, 1e4, 3.0, 88.0, -88.0, 0.0, 0.0, 0.0, 0.0,
    ];
    for gamma in [0.0, 0.5, 1.0, 2.0, 5.0] {
        let targets = Targets::Classes(vec![1, 1, 0, 2]);
        let labels = Targets::Binary(vec![0.0, 1.0, 1.0, 0.0]);
        let single: Vec<f32> = raw.iter().copied().step_by(3).collect();
        for (value, gradient) in [
            compute(&softmax(&[], 0.0, gamma), &raw, 3, &targets, &[0, 1, 2, 3]),
            compute(
                &logistic(&[], 0.0, gamma),
                &single,
                1,
                &labels,
                &[0, 1, 2, 3],
            ),
        ] {
            assert!(value.is_finite(), "gamma {gamma}: {value}");
            assert!(
                gradient.iter().all(|value| value.is_finite()),
                "gamma {gamma}: {gradient:?}"
            );
        }
    }
}

#[test]
fn targets_of_another_type_or_size_are_not_accepted() {
    assert!(!softmax(&[], 0.0, 0.0).accepts(&Targets::Classes(vec![0, 3])));
    assert!(!softmax(&[], 0.0, 0.0).accepts(&Targets::Classes(vec![-1])));
    assert!(!softmax(&[], 0.0, 0.0).accepts(&Targets::Numbers(vec![0.0])));
    assert!(!loss(LossKind::Squared).accepts(&Targets::Binary(vec![0.0])));
    let matrix = Matrix {
        width: 2,
        values: vec![0.0, 1.0],
    };
    assert!(!loss(LossKind::Labels { labels: 3 }).accepts(&Targets::Labels(matrix)));
}

#[test]
fn the_loss_of_tags_is_that_of_their_words_one_by_one() {
    let device = Device::flex();
    let loss = softmax(&[], 0.0, 0.0);
    let lists = |offsets: &[usize], tags: &[i32]| {
        Targets::Tags(TagLists {
            offsets: offsets.to_vec(),
            tags: tags.to_vec(),
        })
    };
    let tags = lists(&[0, 2, 2, 5], &[0, 2, 1, UNKNOWN_TAG, 1]);
    assert!(loss.accepts(&tags) && !loss.accepts(&lists(&[0, 1], &[3])));
    assert_eq!(loss.weight(&tags, &[0, 1, 2]), 4.0);
    assert_eq!(loss.weight(&tags, &[1]), 0.0);
    let raw: Vec<f32> = (0..15).map(|i| (i as f32 * 0.7).sin()).collect();
    let rows = |places: &[usize]| {
        let values: Vec<f32> = (places.iter())
            .flat_map(|&place| raw[place * 3..place * 3 + 3].to_vec())
            .collect();
        Tensor::from_data(TensorData::new(values, [places.len(), 3]), &device)
    };
    let sum = |raw: Tensor<2>, targets: &Targets, rows: &[usize]| {
        let batch = loss.batch(targets, rows, &device);
        loss.sum(raw, &batch).into_scalar::<f32>()
    };
    // The words of the third row, then those of the first; the unknown one counts for nothing.
    let found = sum(rows(&[2, 3, 4, 0, 1]), &tags, &[2, 0]);
    let classes = Targets::Classes(vec![1, 1, 0, 2]);
    let expected = sum(rows(&[2, 4, 0, 1]), &classes, &[0, 1, 2, 3]);
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}
