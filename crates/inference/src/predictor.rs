//! A bundle, ready to answer.

mod check;
mod columns;

use std::path::Path;

use burn::tensor::Device;
use hob_data::features::{Features, Matrix};
use hob_data::preprocess::{InputColumn, Preprocessor, TransformReport};
use hob_data::source::{self, ColumnRequest, ReadOptions};
use hob_data::table::Table;
use hob_model::{ModelError, Network, weights as packed};
use serde_json::{Map, Value};

pub(crate) use self::check::layout_fits;
use self::check::{check, scope_fits};
use crate::bundle::Bundle;
use crate::decode::{Answers, decode};
use crate::device;
use crate::error::InferenceError;
use crate::manifest::{Manifest, Reading};
use crate::model::ModelKind;
use crate::raw_outputs::{raw_outputs, raw_outputs_and_hidden};
use crate::scope::{Scope, ScopeScore};
use crate::tags::{raw_of_row, tagged_words};
use crate::typed_rows;

/// How far an answer of the self-test may be from the stored one, relative to its size and at least as much: devices
/// sum in different orders.
pub(crate) const SELF_TEST_TOLERANCE: f32 = 1e-2;

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
    /// Per output, whether each row is in scope; `None` for outputs that answer every row.
    pub in_scope: Vec<Option<Vec<bool>>>,
    /// What was filled, clipped or unknown.
    pub report: TransformReport,
    /// Rows answered.
    pub num_rows: usize,
}

/// Rows of a table as the network of a [`Predictor`] sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// The rows.
    pub features: Features,
    /// What was filled, clipped or unknown.
    pub report: TransformReport,
}

/// A matrix that is given out some rows at a time.
struct Cut {
    matrix: Matrix<f32>,
    start: usize,
}

impl Cut {
    fn new(matrix: Matrix<f32>) -> Self {
        Self { matrix, start: 0 }
    }

    fn take(&mut self, rows: usize) -> Matrix<f32> {
        let end = self.start + rows * self.matrix.width;
        let values = self.matrix.values[self.start..end].to_vec();
        self.start = end;
        Matrix {
            width: self.matrix.width,
            values,
        }
    }
}

impl Predictor {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle or of a model that searches, the device cannot be used, or the self-test fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        Self::new(bundle, device).map_err(|error| error.of_bundle(path))
    }

    /// Builds the network of a bundle and runs its self-test.
    ///
    /// # Errors
    /// The weights do not fit, the model is one that searches, the device cannot be used, or the self-test fails.
    pub fn new(bundle: Bundle, device: Option<&str>) -> Result<Self, InferenceError> {
        let found = ModelKind::of(&bundle.manifest);
        if found != ModelKind::Predictor {
            return Err(InferenceError::OtherKind {
                name: bundle.manifest.name,
                found,
                asked: ModelKind::Predictor,
            });
        }
        if bundle.manifest.outputs.is_empty() {
            return Err(ModelError::Config {
                field: "heads".to_string(),
                reason: "is empty".to_string(),
            }
            .into());
        }
        Self::build(bundle.manifest, bundle.weights, device)
    }

    /// The network of either kind of model, tested.
    pub(crate) fn build(
        manifest: Manifest,
        weights: Vec<u8>,
        device: Option<&str>,
    ) -> Result<Self, InferenceError> {
        check(&manifest)?;
        let (device_name, device) = device::device(device)?;
        let network = packed::from_bytes(&manifest.network, weights, &device)?;
        let predictor = Self {
            manifest,
            network,
            device,
            device_name,
        };
        predictor.check_scopes()?;
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
        self.manifest.reading.options()
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
        let encoded = self.encode(table, &rows)?;
        let mut predictions = self.predict_encoded(vec![encoded]);
        Ok(predictions.remove(0))
    }

    /// Some rows as the network sees them.
    ///
    /// # Errors
    /// A column is absent or of another type, or a value is missing where the recipe forbids it.
    pub fn encode(&self, table: &Table, rows: &[usize]) -> Result<Encoded, InferenceError> {
        let (features, report) = self.manifest.inputs.transform(table, rows)?;
        Ok(Encoded { features, report })
    }

    /// Answers the rows of several tables in one pass through the network. Each gets what [`Self::predict`] would give
    /// it, up to the last bits of a sum.
    pub fn predict_encoded(&self, parts: Vec<Encoded>) -> Vec<Predictions> {
        let together = match parts.as_slice() {
            [] | [_] => None,
            [first, rest @ ..] => {
                let mut features = first.features.clone();
                rest.iter().for_each(|part| features.append(&part.features));
                Some(features)
            }
        };
        let Some(features) = together
            .as_ref()
            .or(parts.first().map(|part| &part.features))
        else {
            return Vec::new();
        };
        let distance = |scope: &Scope| matches!(scope.score, ScopeScore::Distance(_));
        let mut scopes = self.manifest.outputs.iter();
        let needs_hidden = scopes.any(|spec| spec.scope.as_ref().is_some_and(distance));
        let (network, device) = (&self.network, &self.device);
        let (raw, hidden) = match needs_hidden {
            true => {
                let (raw, hidden) = raw_outputs_and_hidden(network, features, device);
                (raw, Some(hidden))
            }
            false => (raw_outputs(network, features, device), None),
        };
        let mut raw: Vec<Cut> = raw.into_iter().map(Cut::new).collect();
        let mut hidden = hidden.map(Cut::new);
        let answered = parts.into_iter().map(|part| {
            let hidden = hidden.as_mut().map(|cut| cut.take(part.features.num_rows));
            self.answers(part, &mut raw, hidden.as_ref())
        });
        answered.collect()
    }

    /// Decodes the next rows of the raw outputs.
    fn answers(&self, part: Encoded, raw: &mut [Cut], hidden: Option<&Matrix<f32>>) -> Predictions {
        let Encoded { features, report } = part;
        let (mut answers, mut in_scope) = (Vec::new(), Vec::new());
        for (spec, cut) in self.manifest.outputs.iter().zip(raw) {
            let words = tagged_words(spec, &features);
            let raw = cut.take(words.map_or(features.num_rows, |words| words.starts.len()));
            answers.push(decode(spec, &raw, &features));
            in_scope.push(spec.scope.as_ref().map(|scope| {
                let scores = scope.scores(&raw, spec.temperature, hidden);
                let accepted = scores.into_iter().map(|score| scope.accepts(score));
                accepted.collect()
            }));
        }
        Predictions {
            answers,
            in_scope,
            report,
            num_rows: features.num_rows,
        }
    }

    /// The answers of one row by output column, as `hob predict --json` prints them.
    pub fn row_to_json(&self, predictions: &Predictions, row: usize) -> Map<String, Value> {
        let outputs = self.manifest.outputs.iter().zip(&predictions.answers);
        let outputs = outputs.zip(&predictions.in_scope);
        outputs
            .map(|((spec, answers), in_scope)| {
                let mut answer = answers.to_json(spec, row);
                if let (Some(in_scope), Value::Object(answer)) = (in_scope, &mut answer) {
                    answer.insert("in_scope".to_string(), in_scope[row].into());
                }
                (spec.column.clone(), answer)
            })
            .collect()
    }

    /// The network knows its width only when it is built.
    fn check_scopes(&self) -> Result<(), ModelError> {
        let width = self.network.hidden_width();
        match self
            .manifest
            .outputs
            .iter()
            .find(|spec| !scope_fits(spec, width))
        {
            Some(spec) => Err(ModelError::Config {
                field: format!("outputs.{}.scope", spec.column),
                reason: format!("does not fit a hidden layer of {width} numbers"),
            }),
            None => Ok(()),
        }
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
            for (output, (matrix, expected)) in raw.iter().zip(&example.expected).enumerate() {
                let spec = self.manifest.outputs.get(output);
                let words = spec.and_then(|spec| tagged_words(spec, &features));
                let found = raw_of_row(matrix, words, place);
                for (&found, &expected) in found.iter().zip(expected) {
                    // Written so that NaN fails.
                    let close =
                        (found - expected).abs() <= SELF_TEST_TOLERANCE * (1.0 + expected.abs());
                    if !close {
                        let output = match self.manifest.outputs.get(output) {
                            Some(spec) => spec.column.clone(),
                            None => "vector".to_string(),
                        };
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
