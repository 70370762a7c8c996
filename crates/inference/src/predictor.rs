//! A bundle, ready to answer.

use std::path::Path;

use burn::tensor::Device;
use hob_data::features::{Features, Matrix};
use hob_data::preprocess::{InputColumn, Preprocessor, TransformReport};
use hob_data::source::{self, ColumnRequest, ReadOptions};
use hob_data::table::Table;
use hob_model::{ModelError, Network, weights};
use serde_json::{Map, Value};

use crate::bundle::Bundle;
use crate::decode::{Answers, decode};
use crate::device;
use crate::error::{BundleFault, InferenceError};
use crate::manifest::{Manifest, Reading};
use crate::{tensors, typed_rows};

/// Rows that go through the network at once. Larger batches gain nothing on a CPU and cost memory.
const BATCH_ROWS: usize = 1024;

/// How far an answer of the self-test may be from the stored one, relative to its size and at least as much: devices
/// sum in different orders.
const SELF_TEST_TOLERANCE: f32 = 1e-2;

/// A bundle whose network is built and tested. Cheap to share between threads behind an `Arc`.
#[derive(Debug)]
pub struct Predictor {
    manifest: Manifest,
    network: Network,
    device: Device,
    device_name: &'static str,
}

/// Answers for the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    /// In the order of [`Manifest::outputs`].
    pub answers: Vec<Answers>,
    /// What was filled, clipped or unknown.
    pub report: TransformReport,
    /// Rows answered.
    pub num_rows: usize,
}

impl Predictor {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle, the device cannot be used, or the self-test fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        Self::new(bundle, device).map_err(|error| match error {
            InferenceError::Model(error) => InferenceError::Bundle {
                path: path.to_path_buf(),
                source: BundleFault::Weights(error.to_string()),
            },
            other => other,
        })
    }

    /// Builds the network of a bundle and runs its self-test.
    ///
    /// # Errors
    /// The weights do not fit, the device cannot be used, or the self-test fails.
    pub fn new(bundle: Bundle, device: Option<&str>) -> Result<Self, InferenceError> {
        check(&bundle.manifest)?;
        let (device_name, device) = device::device(device)?;
        let network = weights::from_bytes(&bundle.manifest.network, bundle.weights, &device)?;
        let predictor = Self {
            manifest: bundle.manifest,
            network,
            device,
            device_name,
        };
        predictor.self_test()?;
        Ok(predictor)
    }

    /// What the bundle says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Where the network runs.
    pub fn device(&self) -> &'static str {
        self.device_name
    }

    /// The same as Burn knows it.
    pub fn burn_device(&self) -> &Device {
        &self.device
    }

    /// The columns to read for a prediction.
    pub fn requests(&self) -> Vec<ColumnRequest> {
        requests(&self.manifest.inputs, &self.manifest.reading)
    }

    /// How to read them. No row may be rejected.
    pub fn read_options(&self) -> ReadOptions {
        let reading = &self.manifest.reading;
        ReadOptions {
            delimiter: reading.delimiter,
            header: reading.header.clone(),
            missing: reading.missing.clone(),
            max_rejected: 0,
            never_read: reading.never_read.clone(),
        }
    }

    /// Reads rows as CSV, JSON lines or Parquet, whichever the first bytes tell.
    ///
    /// # Errors
    /// A column is missing or a value does not parse.
    pub fn read_rows(&self, rows: impl std::io::Read) -> Result<Table, InferenceError> {
        let (table, _) =
            source::read_stream("rows", rows, None, &self.requests(), &self.read_options())?;
        Ok(table)
    }

    /// Answers every row.
    ///
    /// # Errors
    /// A column is absent or of another type, or a value is missing where the recipe forbids it.
    pub fn predict(&self, table: &Table) -> Result<Predictions, InferenceError> {
        let rows: Vec<usize> = (0..table.num_rows).collect();
        let (features, report) = self.manifest.inputs.transform(table, &rows)?;
        let raw = raw_outputs(&self.network, &features, &self.device);
        let answers = self
            .manifest
            .outputs
            .iter()
            .zip(&raw)
            .map(|(spec, raw)| decode(spec, raw))
            .collect();
        Ok(Predictions {
            answers,
            report,
            num_rows: table.num_rows,
        })
    }

    /// The answers of one row by output column, as `hob predict --json` prints them.
    pub fn row_to_json(&self, predictions: &Predictions, row: usize) -> Map<String, Value> {
        let outputs = self.manifest.outputs.iter().zip(&predictions.answers);
        outputs
            .map(|(spec, answers)| (spec.column.clone(), answers.to_json(spec, row)))
            .collect()
    }

    /// Computes the stored examples again.
    fn self_test(&self) -> Result<(), InferenceError> {
        let examples = &self.manifest.examples;
        if examples.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = examples.iter().map(|example| &example.input).collect();
        let table = typed_rows::rows_from_json(&rows, &self.requests());
        let all: Vec<usize> = (0..table.num_rows).collect();
        let (features, _) = self.manifest.inputs.transform(&table, &all)?;
        let raw = raw_outputs(&self.network, &features, &self.device);
        for (place, example) in examples.iter().enumerate() {
            for ((matrix, expected), spec) in raw
                .iter()
                .zip(&example.expected)
                .zip(&self.manifest.outputs)
            {
                for (&found, &expected) in matrix.row(place).iter().zip(expected) {
                    // Written so that NaN fails.
                    let close =
                        (found - expected).abs() <= SELF_TEST_TOLERANCE * (1.0 + expected.abs());
                    if !close {
                        let output = spec.column.clone();
                        return Err(InferenceError::SelfTest {
                            example: place,
                            output,
                            expected,
                            found,
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether the parts of a manifest belong together. What passes cannot make encoding or decoding panic.
fn check(manifest: &Manifest) -> Result<(), ModelError> {
    let (layout, inputs) = (manifest.inputs.layout(), &manifest.network.inputs);
    let dense: Vec<usize> = layout.dense.iter().map(|block| block.width).collect();
    let cardinalities = inputs.codes.iter().map(|code| code.cardinality);
    let fits = layout.numbers.len() == inputs.numbers.len()
        && dense == inputs.dense
        && layout
            .codes
            .iter()
            .map(|code| code.cardinality)
            .eq(cardinalities);
    if !fits {
        return Err(ModelError::Config {
            field: "inputs".to_string(),
            reason: "differ from the columns of the bundle".to_string(),
        });
    }
    for (output, head) in manifest.outputs.iter().zip(&manifest.network.heads) {
        if output.encoder.width() != head.width {
            return Err(ModelError::Config {
                field: format!("heads.{}", head.name),
                reason: format!(
                    "has {} numbers, its output needs {}",
                    head.width,
                    output.encoder.width()
                ),
            });
        }
    }
    Ok(())
}

/// The columns to read for fitted inputs.
pub fn requests(inputs: &Preprocessor, reading: &Reading) -> Vec<ColumnRequest> {
    let request = |input: &InputColumn| ColumnRequest {
        name: input.column.clone(),
        kind: input.kind.column_kind(),
        required: true,
        hash_salt: reading
            .hashed
            .contains(&input.column)
            .then(|| reading.salt.clone()),
    };
    inputs.inputs().map(request).collect()
}

/// Raw outputs of every head, `[rows, width]`, computed in batches.
pub fn raw_outputs(network: &Network, features: &Features, device: &Device) -> Vec<Matrix<f32>> {
    let rows: Vec<usize> = (0..features.num_rows).collect();
    let mut outputs: Vec<Matrix<f32>> = Vec::new();
    for batch in rows.chunks(BATCH_ROWS) {
        let heads = network.forward(tensors::input(features, batch, device));
        outputs.resize_with(heads.len(), Matrix::default);
        for (output, head) in outputs.iter_mut().zip(heads) {
            let [_, width] = head.dims();
            output.width = width;
            output.values.extend(head.into_data().iter::<f32>());
        }
    }
    outputs
}
