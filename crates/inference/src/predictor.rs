//! A bundle, ready to answer.

use std::path::Path;

use burn::tensor::Device;
use hob_data::features::{FeatureLayout, TextFeature};
use hob_data::preprocess::{InputColumn, Preprocessor, TransformReport};
use hob_data::source::{self, ColumnRequest, ReadOptions};
use hob_data::table::Table;
use hob_data::target::TargetKind;
use hob_model::config::{HeadConfig, InputsConfig, TextNetwork};
use hob_model::{ModelError, Network, weights as packed};
use serde_json::{Map, Value};

use crate::bundle::Bundle;
use crate::decode::{Answers, decode};
use crate::device;
use crate::error::InferenceError;
use crate::manifest::{Manifest, OutputSpec, Reading};
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
        let (features, report) = self.manifest.inputs.transform(table, &rows)?;
        let outputs = &self.manifest.outputs;
        let distance = |scope: &Scope| matches!(scope.score, ScopeScore::Distance(_));
        let needs_hidden = outputs
            .iter()
            .any(|spec| spec.scope.as_ref().is_some_and(distance));
        let (network, device) = (&self.network, &self.device);
        let (raw, hidden) = match needs_hidden {
            true => {
                let (raw, hidden) = raw_outputs_and_hidden(network, &features, device);
                (raw, Some(hidden))
            }
            false => (raw_outputs(network, &features, device), None),
        };
        let specs = || outputs.iter().zip(&raw);
        let answers = specs()
            .map(|(spec, raw)| decode(spec, raw, &features))
            .collect();
        let in_scope = specs().map(|(spec, raw)| {
            let scope = spec.scope.as_ref()?;
            let scores = scope.scores(raw, spec.temperature, hidden.as_ref());
            Some(
                scores
                    .into_iter()
                    .map(|score| scope.accepts(score))
                    .collect(),
            )
        });
        let in_scope = in_scope.collect();
        Ok(Predictions {
            answers,
            in_scope,
            report,
            num_rows: table.num_rows,
        })
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

/// Whether the parts of a manifest belong together. What passes cannot make encoding or decoding panic.
fn check(manifest: &Manifest) -> Result<(), ModelError> {
    let (layout, inputs) = (manifest.inputs.layout(), &manifest.network.inputs);
    if !layout_fits(&layout, inputs) {
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
        check_words(output, head, &layout)?;
    }
    Ok(())
}

/// Whether a network reads what these columns become.
pub(crate) fn layout_fits(layout: &FeatureLayout, inputs: &InputsConfig) -> bool {
    let dense: Vec<usize> = layout.dense.iter().map(|block| block.width).collect();
    let cardinalities = inputs.codes.iter().map(|code| code.cardinality);
    let codes = layout.codes.iter().map(|code| code.cardinality);
    layout.numbers.len() == inputs.numbers.len()
        && dense == inputs.dense
        && codes.eq(cardinalities)
        && texts_fit(layout, inputs)
}

/// Whether a head labels the words of the text that its output names, if it labels words.
fn check_words(
    output: &OutputSpec,
    head: &HeadConfig,
    layout: &FeatureLayout,
) -> Result<(), ModelError> {
    let tagged = match &output.encoder.kind {
        TargetKind::Tags(target) => Some(&target.text),
        _ => None,
    };
    let read = head.words_of.map(|column| layout.texts.get(column));
    let fits = match (tagged, read) {
        (None, None) => true,
        (Some(tagged), Some(Some(text))) => text.tagged && text.column == *tagged,
        _ => false,
    };
    match fits {
        true => Ok(()),
        false => Err(ModelError::Config {
            field: format!("heads.{}.words_of", head.name),
            reason: "is not the text that the output names".to_string(),
        }),
    }
}

/// Whether each text column is read by an encoder that knows its tokens.
fn texts_fit(layout: &FeatureLayout, inputs: &InputsConfig) -> bool {
    let fits = |(feature, &reader): (&TextFeature, &usize)| {
        let Some(encoder) = inputs.text_encoders.get(reader) else {
            return false;
        };
        let longest = match &encoder.network {
            TextNetwork::Bert(bert) => bert.max_tokens,
            _ => usize::MAX,
        };
        feature.vocabulary <= encoder.vocabulary
            && feature.max_tokens <= longest
            && feature.bag == matches!(encoder.network, TextNetwork::Bag { .. })
    };
    layout.texts.len() == inputs.texts.len() && layout.texts.iter().zip(&inputs.texts).all(fits)
}

/// Whether the class centers of an output are those of its network's hidden layer.
fn scope_fits(output: &OutputSpec, width: usize) -> bool {
    match output.scope.as_ref().map(|scope| &scope.score) {
        Some(ScopeScore::Distance(centers)) => {
            let centers_width = centers.width;
            let (centers, weights) = (&centers.centers, &centers.weights);
            width > 0
                && centers_width == width
                && weights.len() == width
                && centers.len().is_multiple_of(width)
        }
        _ => true,
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
