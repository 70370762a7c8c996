//! Trainings of a few steps on made-up rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use burn::train::Interrupter;
use hob_data::features::{Features, Matrix, Targets};
use hob_model::config::{
    Activation, BodyConfig, CodeEncoder, HeadConfig, InputsConfig, LinearConfig, MlpConfig, Norm,
    NumberEncoder,
};
use hob_model::{Network, NetworkConfig};

use super::validation::floats;
use super::{
    EncodedPart, EpochRecord, FitError, FitObserver, FitRequest, FitStart, Fitted, Silent,
    StopReason, fit,
};
use crate::loss::{LossKind, OutputLoss};
use crate::metrics::Metrics;
use crate::optimizer::{AdamOptimizer, OptimizerConfig, SgdOptimizer};
use crate::schedule::{PlateauSchedule, ScheduleConfig};
use crate::training_config::{BatchSize, EarlyStoppingConfig, EmaConfig, TrainingConfig};

mod exactness;
mod fine_tuning;
mod optimizers;
mod steps;
mod stopping;
mod words;

/// Burn's CPU generators belong to the process, so trainings in tests take turns.
fn generator() -> MutexGuard<'static, ()> {
    static GENERATOR: Mutex<()> = Mutex::new(());
    GENERATOR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rows with three numbers and a code; three classes and a quantity that follow from them.
fn part(num_rows: usize, salt: u64) -> EncodedPart {
    let number = |row: usize, column: u64| {
        let place = [row as u64, column, salt];
        (super::random::fraction(99, super::random::Purpose::Batch, &place) * 4.0 - 2.0) as f32
    };
    let rows: Vec<[f32; 3]> = (0..num_rows)
        .map(|row| [0, 1, 2].map(|column| number(row, column)))
        .collect();
    let codes: Vec<i32> = rows.iter().map(|row| 2 + (row[0] > 0.0) as i32).collect();
    let classes = rows
        .iter()
        .map(|row| (row[0] + row[1] > 0.0) as i32 + (row[2] > 1.0) as i32)
        .collect();
    let quantities = rows.iter().map(|row| row[0] * 0.5 - row[1] + 0.3).collect();
    let features = Features {
        num_rows,
        numbers: Matrix {
            width: 3,
            values: rows.concat(),
        },
        dense: Matrix::default(),
        codes: Matrix {
            width: 1,
            values: codes,
        },
        ..Features::default()
    };
    let targets = vec![Targets::Classes(classes), Targets::Numbers(quantities)];
    EncodedPart {
        features: Arc::new(features),
        targets,
    }
}

fn mlp(dropout: f64, norm: Norm) -> BodyConfig {
    let hidden = vec![8, 8];
    BodyConfig::Mlp(MlpConfig {
        hidden,
        activation: Activation::Relu,
        dropout,
        norm,
        residual: false,
    })
}

fn network(body: BodyConfig) -> NetworkConfig {
    let head = |name: &str, width| HeadConfig {
        words_of: None,
        name: name.to_string(),
        width,
    };
    NetworkConfig {
        inputs: InputsConfig {
            numbers: vec![NumberEncoder::Plain; 3],
            dense: Vec::new(),
            codes: vec![CodeEncoder {
                cardinality: 4,
                dim: 2,
            }],
            ..InputsConfig::default()
        },
        body,
        heads: vec![head("class", 3), head("quantity", 1)],
    }
}

fn losses() -> Vec<OutputLoss> {
    let class_weights = vec![0.5, 1.0, 2.0];
    let softmax = LossKind::Softmax {
        classes: 3,
        class_weights,
        smoothing: 0.1,
        gamma: 0.0,
    };
    vec![
        OutputLoss {
            kind: softmax,
            share: 1.0,
        },
        OutputLoss {
            kind: LossKind::Squared,
            share: 0.5,
        },
    ]
}

/// 50 training rows in batches of 8, 3 epochs.
fn request(directory: &Path) -> FitRequest {
    FitRequest {
        seed: 42,
        device: Device::flex(),
        network: network(mlp(0.2, Norm::Batch)),
        unknown_rates: vec![0.1],
        losses: losses(),
        optimizer: OptimizerConfig::Adam(AdamOptimizer {
            weight_decay: 1e-3,
            ..AdamOptimizer::default()
        }),
        schedule: ScheduleConfig::default(),
        training: TrainingConfig {
            epochs: 3,
            batch_size: BatchSize::Rows(8),
            ..TrainingConfig::default()
        },
        train: part(50, 1),
        validation: Some(part(20, 2)),
        directory: directory.to_path_buf(),
        resume: false,
        interrupter: Interrupter::new(),
        renderer: None,
        initial: None,
        groups: Vec::new(),
        adapters: Vec::new(),
        origin: None,
        watches_metric: false,
    }
}

/// A request without anything random in its steps.
fn plain_request(directory: &Path) -> FitRequest {
    FitRequest {
        network: network(mlp(0.0, Norm::None)),
        unknown_rates: Vec::new(),
        optimizer: OptimizerConfig::Sgd(SgdOptimizer {
            learning_rate: 0.05,
            ..SgdOptimizer::default()
        }),
        ..request(directory)
    }
}

fn run(request: FitRequest) -> Fitted {
    fit(request, &mut Silent, &mut |_, _| Metrics::default()).unwrap()
}

/// Trains in a folder of its own.
fn run_with(change: impl FnOnce(&mut FitRequest)) -> Fitted {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(folder.path());
    change(&mut request);
    run(request)
}

/// Every weight and statistic by path.
fn weights(network: &Network) -> BTreeMap<String, Vec<f32>> {
    #[derive(Default)]
    struct Weights {
        path: Vec<String>,
        found: BTreeMap<String, Vec<f32>>,
    }
    impl ModuleVisitor for Weights {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_string());
        }

        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.insert(self.path.join("."), floats(param.val()));
        }
    }
    let mut weights = Weights::default();
    network.visit(&mut weights);
    weights.found
}

fn bits(network: &Network) -> BTreeMap<String, Vec<u32>> {
    let weights = weights(network).into_iter();
    weights
        .map(|(path, values)| (path, values.into_iter().map(f32::to_bits).collect()))
        .collect()
}

fn assert_near(actual: &Network, expected: &Network, tolerance: f32) {
    let (actual, expected) = (weights(actual), weights(expected));
    assert_eq!(
        actual.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (path, values) in &actual {
        for (place, (value, expected)) in values.iter().zip(&expected[path]).enumerate() {
            let allowed = tolerance * expected.abs().max(1.0);
            assert!(
                (value - expected).abs() <= allowed,
                "{path}[{place}]: {value} is not {expected}"
            );
        }
    }
}

/// Interrupts after some optimizer steps of this sitting, and remembers what it was told.
struct Watch {
    interrupter: Interrupter,
    steps_left: usize,
    losses: Vec<f64>,
    rates: Vec<f64>,
    epochs: Vec<EpochRecord>,
    notes: Vec<String>,
    start: Option<FitStart>,
}

impl Watch {
    fn stopping_after(steps_left: usize, interrupter: &Interrupter) -> Self {
        let interrupter = interrupter.clone();
        let (losses, rates, epochs, notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            interrupter,
            steps_left,
            losses,
            rates,
            epochs,
            notes,
            start: None,
        }
    }
}

impl FitObserver for Watch {
    fn started(&mut self, start: &FitStart) {
        self.start = Some(start.clone());
    }

    fn step(
        &mut self,
        _epoch: usize,
        _step: usize,
        _steps_per_epoch: usize,
        loss: f64,
        learning_rate: f64,
    ) {
        self.losses.push(loss);
        self.rates.push(learning_rate);
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.steps_left == 0 {
            self.interrupter.stop(Some("the test says so"));
        }
    }

    fn epoch(&mut self, record: &EpochRecord) {
        self.epochs.push(record.clone());
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_string());
    }
}
