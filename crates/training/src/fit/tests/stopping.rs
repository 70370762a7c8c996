//! When training ends, and with which weights.

use super::*;

/// A training whose validation loss gets worse after a while: its targets have nothing to do with the inputs.
fn overfitting(request: &mut FitRequest) {
    let mut validation = part(20, 2);
    validation.targets[1] = Targets::Numbers((0..20).map(|row| (row % 5) as f32 - 4.0).collect());
    request.validation = Some(validation);
    request.training.epochs = 200;
    request.training.batch_size = BatchSize::Rows(5);
    request.optimizer = OptimizerConfig::Adam(AdamOptimizer {
        learning_rate: 0.02,
        ..AdamOptimizer::default()
    });
}

#[test]
fn early_stopping_keeps_the_best_weights() {
    let _generator = generator();
    let stopped = run_with(|request| {
        overfitting(request);
        request.training.early_stopping = Some(EarlyStoppingConfig {
            patience: 5,
            ..Default::default()
        });
    });
    assert_eq!(stopped.stop, StopReason::EarlyStopping);
    let best = stopped.best_epoch.unwrap();
    assert_eq!(stopped.epochs.len(), best + 5);
    assert_eq!(stopped.kept_epoch, Some(best));
    let shorter = run_with(|request| {
        overfitting(request);
        request.training.epochs = best;
    });
    assert_eq!(bits(&stopped.network), bits(&shorter.network));
    let losses = stopped
        .epochs
        .iter()
        .map(|record| record.validation_loss.unwrap());
    assert_eq!(
        losses.fold(f64::INFINITY, f64::min),
        stopped.epochs[best - 1].validation_loss.unwrap()
    );
    assert!(stopped.epochs[best - 1].best);
}

#[test]
fn without_early_stopping_the_last_weights_are_the_result() {
    let _generator = generator();
    let last = run_with(|request| {
        overfitting(request);
        request.training.epochs = 20;
    });
    assert_eq!((last.stop, last.kept_epoch), (StopReason::Finished, None));
    let best = run_with(|request| {
        overfitting(request);
        request.training.epochs = 20;
        request.training.keep_best = Some(true);
    });
    if best.best_epoch != Some(20) {
        assert_ne!(bits(&last.network), bits(&best.network));
    }
}

#[test]
fn a_loss_that_explodes_ends_with_the_last_good_weights_and_the_cause() {
    let _generator = generator();
    let explode = |learning_rate: f64| {
        let folder = tempfile::tempdir().unwrap();
        let mut request = plain_request(folder.path());
        request.network = network(BodyConfig::Linear(LinearConfig {}));
        request.training.epochs = 500;
        request.training.batch_size = BatchSize::Full;
        request.optimizer = OptimizerConfig::Sgd(SgdOptimizer {
            learning_rate,
            ..SgdOptimizer::default()
        });
        fit(request, &mut Silent, &mut |_, _| Metrics::default())
    };
    let fitted = explode(3.0).unwrap();
    let StopReason::NotFinite { epoch, cause, .. } = &fitted.stop else {
        panic!("{:?}", fitted.stop)
    };
    assert_eq!(*epoch, fitted.epochs.len() + 1);
    assert!(
        cause.contains("the learning rate 3 is probably too high; try 0.001"),
        "{cause}"
    );
    assert!(
        weights(&fitted.network)
            .values()
            .flatten()
            .all(|value| value.is_finite())
    );
    // The last epoch that is recorded is the one whose weights were kept.
    assert_eq!(fitted.kept_epoch, None);
    let error = explode(1e30).unwrap_err();
    assert!(
        matches!(error, FitError::NotFinite { epoch: 1, .. }),
        "{error}"
    );
}

#[test]
fn a_missing_number_in_the_inputs_is_named_as_the_cause() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let mut request = plain_request(folder.path());
    let mut features = (*request.train.features).clone();
    features.numbers.values[7] = f32::NAN;
    request.train.features = Arc::new(features);
    let error = fit(request, &mut Silent, &mut |_, _| Metrics::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("an input is infinite or not a number"),
        "{error}"
    );
}

#[test]
fn the_time_limit_ends_training_after_a_step() {
    let _generator = generator();
    let fitted = run_with(|request| {
        request.training.epochs = 1_000_000;
        request.training.time_limit_seconds = Some(0.0);
    });
    assert_eq!(
        (fitted.stop, fitted.steps, fitted.epochs.len()),
        (StopReason::TimeLimit, 1, 1)
    );
}

#[test]
fn the_learning_rate_falls_on_a_plateau() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(folder.path());
    overfitting(&mut request);
    request.training.epochs = 40;
    let plateau = PlateauSchedule {
        factor: 0.1,
        patience: 2,
        ..PlateauSchedule::default()
    };
    request.schedule = ScheduleConfig::ReduceOnPlateau(plateau);
    let mut watch = Watch::stopping_after(usize::MAX, &request.interrupter);
    fit(request, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    assert_eq!(watch.rates[0], 0.02);
    let last = *watch.rates.last().unwrap();
    assert!(last < 0.0021, "{last}");
    assert!(
        watch.notes[0].contains("the learning rate is now 2e-3"),
        "{:?}",
        watch.notes
    );
    for pair in watch.epochs.windows(2) {
        assert!(pair[1].learning_rate <= pair[0].learning_rate);
    }
}

#[test]
fn an_observer_hears_of_every_step_and_epoch() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let request = request(folder.path());
    let mut watch = Watch::stopping_after(usize::MAX, &request.interrupter);
    let fitted = fit(request, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    assert_eq!((watch.losses.len(), watch.epochs.len()), (21, 3));
    assert_eq!(watch.epochs, fitted.epochs);
    let start = watch.start.unwrap();
    assert_eq!(
        (start.epochs, start.steps_per_epoch, start.steps_done),
        (3, 7, 0)
    );
}
