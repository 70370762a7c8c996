//! What a step does to weights.

use super::*;

#[test]
fn accumulated_batches_equal_one_larger_batch() {
    let _generator = generator();
    let run_as = |rows, accumulation| {
        run_with(|request| {
            *request = FitRequest {
                validation: None,
                ..plain_request(&request.directory)
            };
            request.training.batch_size = BatchSize::Rows(rows);
            request.training.gradient_accumulation = accumulation;
        })
    };
    // 50 rows: batches of 8 in pairs end with a group of 2, which is one batch; batches of 16 with the same 2.
    let (pairs, whole) = (run_as(8, 2), run_as(16, 1));
    assert_eq!(pairs.steps, whole.steps);
    assert_near(&pairs.network, &whole.network, 1e-5);
    for (pairs, whole) in pairs.epochs.iter().zip(&whole.epochs) {
        assert!((pairs.train_loss - whole.train_loss).abs() < 1e-6);
    }
}

#[test]
fn a_last_row_alone_joins_the_batch_before_it() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(folder.path());
    request.train = part(49, 1);
    request.training.epochs = 1;
    let mut watch = Watch::stopping_after(usize::MAX, &request.interrupter);
    let fitted = fit(request, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    assert_eq!(fitted.steps, 6);
    assert!(watch.losses.iter().all(|loss| loss.is_finite()));
}

#[test]
fn the_full_batch_is_one_step_per_epoch() {
    let _generator = generator();
    let fitted = run_with(|request| request.training.batch_size = BatchSize::Full);
    assert_eq!((fitted.steps, fitted.epochs.len()), (3, 3));
}

/// Weights after one step of plain gradient descent with learning rate 1 from zero-seeded noise, and before.
fn one_step(
    change: impl Fn(&mut FitRequest),
) -> (BTreeMap<String, Vec<f32>>, BTreeMap<String, Vec<f32>>) {
    let step = |learning_rate: f64| {
        run_with(|request| {
            *request = plain_request(&request.directory);
            request.training.epochs = 1;
            request.training.batch_size = BatchSize::Full;
            request.optimizer = OptimizerConfig::Sgd(SgdOptimizer {
                learning_rate,
                ..SgdOptimizer::default()
            });
            change(request);
        })
    };
    (weights(&step(0.0).network), weights(&step(1.0).network))
}

fn differences(
    before: &BTreeMap<String, Vec<f32>>,
    after: &BTreeMap<String, Vec<f32>>,
) -> Vec<f32> {
    let pairs = before
        .iter()
        .flat_map(|(path, values)| values.iter().zip(&after[path]));
    pairs.map(|(before, after)| before - after).collect()
}

fn norm(values: &[f32]) -> f32 {
    values.iter().map(|value| value * value).sum::<f32>().sqrt()
}

#[test]
fn gradients_are_clipped_to_a_norm_over_all_weights() {
    let _generator = generator();
    let (before, after) = one_step(|_| ());
    let free = differences(&before, &after);
    let (before, after) = one_step(|request| request.training.clip_norm = Some(0.1));
    let clipped = differences(&before, &after);
    assert!(
        norm(&free) > 0.2,
        "the test needs a larger gradient than {}",
        norm(&free)
    );
    assert!((norm(&clipped) - 0.1).abs() < 1e-4, "{}", norm(&clipped));
    let scale = 0.1 / norm(&free);
    for (free, clipped) in free.iter().zip(&clipped) {
        assert!(
            (free * scale - clipped).abs() < 1e-5,
            "the direction changed"
        );
    }
    let (before, after) = one_step(|request| request.training.clip_norm = Some(1e6));
    assert!((norm(&differences(&before, &after)) - norm(&free)).abs() < 1e-4);
}

#[test]
fn l1_reaches_weight_matrices_and_nothing_else() {
    let _generator = generator();
    let (before, plain) = one_step(|_| ());
    let (_, penalized) = one_step(|request| request.training.l1 = 0.01);
    for (path, values) in &before {
        let is_matrix = path.ends_with("weight");
        for (place, before) in values.iter().enumerate() {
            let pull = plain[path][place] - penalized[path][place];
            let expected = if is_matrix {
                0.01 * before.signum()
            } else {
                0.0
            };
            // An embedding row that no training row names has no gradient of its own; the penalty still reaches it.
            assert!(
                (pull - expected).abs() < 1e-5,
                "{path}[{place}]: {pull} is not {expected}"
            );
        }
    }
}

#[test]
fn the_average_follows_the_weights() {
    let _generator = generator();
    let plain = run_with(|_| ());
    let follows_at_once = run_with(|request| request.training.ema = Some(EmaConfig { decay: 0.0 }));
    assert_near(&follows_at_once.network, &plain.network, 1e-6);
    let slow = run_with(|request| request.training.ema = Some(EmaConfig { decay: 0.9 }));
    assert_ne!(bits(&slow.network), bits(&plain.network));
    // Training itself does not see the average.
    assert_eq!(
        slow.epochs
            .iter()
            .map(|record| record.train_loss)
            .collect::<Vec<_>>(),
        plain
            .epochs
            .iter()
            .map(|record| record.train_loss)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn metrics_see_the_whole_validation_part() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(folder.path());
    request.validation = Some(part(600, 2));
    let mut shapes = Vec::new();
    let fitted = fit(request, &mut Silent, &mut |_, raw: &[Matrix<f32>]| {
        shapes.push(
            raw.iter()
                .map(|matrix| (matrix.width, matrix.values.len()))
                .collect::<Vec<_>>(),
        );
        {
            let mut metrics = Metrics::default();
            metrics.push("rows", raw[1].values.len() as f64);
            metrics
        }
    });
    assert_eq!(shapes, vec![vec![(3, 1800), (1, 600)]; 3]);
    assert_eq!(fitted.unwrap().epochs[0].validation, {
        let mut metrics = Metrics::default();
        metrics.push("rows", 600.0);
        metrics
    });
}

#[test]
fn training_lowers_the_loss() {
    let _generator = generator();
    let fitted = run_with(|request| {
        request.training.epochs = 60;
        request.optimizer = OptimizerConfig::Adam(AdamOptimizer {
            learning_rate: 0.01,
            ..AdamOptimizer::default()
        });
    });
    let (first, last) = (&fitted.epochs[0], &fitted.epochs[59]);
    assert!(
        last.train_loss < first.train_loss / 2.0,
        "{first:?} {last:?}"
    );
    assert!(
        last.validation_loss < first.validation_loss,
        "{first:?} {last:?}"
    );
}

#[test]
fn parts_that_do_not_fit_the_network_are_errors() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let error = |change: fn(&mut FitRequest)| {
        let mut request = request(folder.path());
        change(&mut request);
        fit(request, &mut Silent, &mut |_, _| Metrics::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(|request| request.train = part(0, 1)),
        "the training part has no rows"
    );
    assert_eq!(
        error(|request| request.network.heads[0].width = 4),
        "head `class` gives 4 numbers per row, its loss needs 3"
    );
    assert_eq!(
        error(|request| request.network.inputs.numbers.push(NumberEncoder::Plain)),
        "the training part has 3 columns in the numbers lane, the network takes 4"
    );
    assert_eq!(
        error(|request| request.network.inputs.codes[0].cardinality = 3),
        "column 0 of the codes in the training part holds 3, its embedding has 3 rows"
    );
    assert_eq!(
        error(|request| request.train.targets[0] = Targets::Classes(vec![7; 50])),
        "the targets of head `class` in the training part do not fit its loss"
    );
    assert_eq!(
        error(|request| request.train.targets.truncate(1)),
        "the network has 2 heads, there are 2 losses and 1 target columns"
    );
}
