//! The same training gives the same weights, whatever happens in between.

use super::*;

/// Trains, is stopped after each of the given numbers of steps and resumed, and finishes.
fn run_in_sittings(sittings: &[usize], change: impl Fn(&mut FitRequest)) -> Fitted {
    let folder = tempfile::tempdir().unwrap();
    for (index, &steps) in sittings.iter().enumerate() {
        let mut request = request(folder.path());
        change(&mut request);
        request.resume = index > 0;
        let mut watch = Watch::stopping_after(steps, &request.interrupter);
        let fitted = fit(request, &mut watch, &mut |_, _| Metrics::default()).unwrap();
        assert_eq!(fitted.stop, StopReason::Interrupted);
        // Something else draws from the same generator before the run is resumed.
        Device::flex().seed(index as u64);
    }
    let mut request = request(folder.path());
    change(&mut request);
    request.resume = !sittings.is_empty();
    run(request)
}

fn timeless(mut epochs: Vec<EpochRecord>) -> Vec<EpochRecord> {
    for record in &mut epochs {
        record.seconds = 0.0;
    }
    epochs
}

pub(super) fn assert_exact(sittings: &[usize], change: impl Fn(&mut FitRequest)) {
    let whole = run_in_sittings(&[], &change);
    let resumed = run_in_sittings(sittings, &change);
    assert_eq!(bits(&resumed.network), bits(&whole.network));
    assert_eq!(timeless(resumed.epochs), timeless(whole.epochs));
    assert_eq!(
        (resumed.steps, resumed.stop, resumed.best_epoch),
        (whole.steps, whole.stop, whole.best_epoch)
    );
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let _generator = generator();
    let first = run_with(|_| ());
    let second = run_with(|_| ());
    let third = run_with(|request| request.seed = 43);
    assert_eq!(bits(&first.network), bits(&second.network));
    assert_ne!(bits(&first.network), bits(&third.network));
}

#[test]
fn a_run_stopped_within_an_epoch_resumes_exactly() {
    let _generator = generator();
    assert_exact(&[1, 3, 8], |_| ());
}

#[test]
fn a_run_stopped_at_the_end_of_an_epoch_resumes_exactly() {
    let _generator = generator();
    // 50 rows in batches of 8 are 7 steps.
    assert_exact(&[7, 7], |_| ());
}

#[test]
fn averages_best_weights_schedules_and_counters_resume_exactly() {
    let _generator = generator();
    assert_exact(&[5, 4, 9], |request| {
        request.training.epochs = 6;
        request.training.ema = Some(EmaConfig { decay: 0.9 });
        request.training.gradient_accumulation = 2;
        request.training.clip_norm = Some(0.5);
        request.training.l1 = 1e-3;
        request.training.early_stopping = Some(EarlyStoppingConfig {
            patience: 2,
            ..Default::default()
        });
        request.optimizer =
            toml::from_str("[adamw]\nlearning_rate = 0.05\namsgrad = true").unwrap();
        let plateau = PlateauSchedule {
            factor: 0.5,
            patience: 0,
            min_delta: 0.01,
            ..Default::default()
        };
        request.schedule = ScheduleConfig::ReduceOnPlateau(plateau);
    });
}

#[test]
fn every_optimizer_resumes_exactly() {
    let _generator = generator();
    let names = "sgd adam adamw adagrad rmsprop lion lamb adan muon adafactor";
    for name in names.split(' ') {
        assert_exact(&[9], |request| {
            request.training.epochs = 2;
            request.optimizer = toml::from_str(&format!("[{name}]\nweight_decay = 0.01")).unwrap();
            request.schedule = toml::from_str("[cosine]\nwarmup = { steps = 3 }").unwrap();
        });
    }
}

#[test]
fn frequent_checkpoints_change_nothing_and_survive_a_kill() {
    let _generator = generator();
    let whole = run_with(|_| ());
    let folder = tempfile::tempdir().unwrap();
    // A kill is a run that ends without a word: its last checkpoint is all there is.
    struct Killed(usize);
    impl FitObserver for Killed {
        fn step(&mut self, _: usize, _: usize, _: usize, _: f64, _: f64) {
            self.0 -= 1;
            assert!(self.0 > 0, "killed");
        }
    }
    let often = |resume| {
        let mut request = request(folder.path());
        request.training.checkpoint_seconds = 0.0;
        request.resume = resume;
        request
    };
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = fit(often(false), &mut Killed(12), &mut |_, _| {
            Metrics::default()
        });
    }));
    assert!(killed.is_err());
    let resumed = run(often(true));
    assert_eq!(bits(&resumed.network), bits(&whole.network));
    assert_eq!(timeless(resumed.epochs), timeless(whole.epochs));
}

#[test]
fn burns_display_changes_nothing() {
    let _generator = generator();
    let hidden = run_with(|_| ());
    let shown = run_with(|request| {
        request.renderer = Some(Box::new(super::super::silent::SilentRenderer));
    });
    assert_eq!(bits(&shown.network), bits(&hidden.network));
    assert_eq!(timeless(shown.epochs), timeless(hidden.epochs));
}

#[test]
fn a_checkpoint_of_another_training_is_refused() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let first = request(folder.path());
    let mut watch = Watch::stopping_after(2, &first.interrupter);
    fit(first, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    let refused = |change: fn(&mut FitRequest)| {
        let mut request = request(folder.path());
        request.resume = true;
        change(&mut request);
        match fit(request, &mut Silent, &mut |_, _| Metrics::default()) {
            Err(FitError::CheckpointOfAnother { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|request| request.seed = 1), "seed");
    assert_eq!(refused(|request| request.train = part(50, 3)), "data");
    assert_eq!(
        refused(|request| request.network = network(mlp(0.1, Norm::Batch))),
        "network"
    );
    assert_eq!(
        refused(|request| request.optimizer = OptimizerConfig::default()),
        "optimizer"
    );
    assert_eq!(
        refused(|request| request.training.clip_norm = Some(1.0)),
        "`[training]` section"
    );
    let mut longer = request(folder.path());
    longer.resume = true;
    longer.training.epochs = 4;
    assert_eq!(run(longer).epochs.len(), 4);
}

#[test]
fn resuming_without_a_checkpoint_is_an_error_and_a_new_run_removes_an_old_one() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let mut missing = request(folder.path());
    missing.resume = true;
    let error = fit(missing, &mut Silent, &mut |_, _| Metrics::default()).unwrap_err();
    assert!(matches!(error, FitError::NoCheckpoint { .. }), "{error}");
    let first = request(folder.path());
    let mut watch = Watch::stopping_after(2, &first.interrupter);
    fit(first, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    assert!(super::super::has_checkpoint(folder.path()));
    run(request(folder.path()));
    assert!(!super::super::has_checkpoint(folder.path()));
}

#[cfg(feature = "ndarray")]
#[test]
fn flex_and_ndarray_agree() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    // Each device has its own generator, so both start from the same weights and draw nothing.
    let initial = run(plain_request(folder.path())).network;
    let [flex, ndarray] = [Device::flex(), {
        #[expect(deprecated, reason = "hob keeps NdArray as a second CPU device")]
        Device::ndarray()
    }]
    .map(|device| {
        let initial = Some(initial.clone().fork(&device));
        run(FitRequest {
            initial,
            device,
            ..plain_request(folder.path())
        })
    });
    assert_near(&flex.network, &ndarray.network, 1e-4);
}
