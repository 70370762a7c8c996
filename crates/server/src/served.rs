//! A loaded bundle with everything that is asked of it often.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hob_data::preprocess::InputColumnSchema;
use hob_data::source::{ColumnRequest, ReadOptions};
use hob_inference::{InferenceError, Model};
use serde_json::Value;

use crate::drift::Drift;
use crate::info;
use crate::metrics::Metrics;

/// The report of a run, beside its bundle.
const REPORT: &str = "report.html";

/// A bundle, opened and tested. It never changes; a reload makes another one.
#[derive(Debug)]
pub(crate) struct Served {
    /// As it was given, or as the bundle has it.
    pub(crate) name: String,
    pub(crate) model: Model,
    /// What its rows are read as.
    pub(crate) requests: Vec<ColumnRequest>,
    pub(crate) options: ReadOptions,
    /// Columns of rows by place, for errors.
    pub(crate) schema: Vec<InputColumnSchema>,
    /// Names that a row may have.
    pub(crate) columns: HashSet<String>,
    pub(crate) drift: Drift,
    pub(crate) loaded: jiff::Timestamp,
    /// Where the report is, if there is one.
    pub(crate) report: Option<PathBuf>,
    /// What it is, as clients are told.
    pub(crate) info: Value,
}

impl Served {
    /// Opens a bundle, which tests itself.
    pub(crate) fn open(
        name: Option<&str>,
        path: &Path,
        device: Option<&str>,
        metrics: &Metrics,
    ) -> Result<Self, InferenceError> {
        let model = Model::open(path, device)?;
        let manifest = model.manifest();
        let name = name.unwrap_or(&manifest.name).to_string();
        let schema: Vec<InputColumnSchema> = match &model {
            Model::Recommender(recommender) => {
                let users = recommender.spec().users.iter();
                users.flat_map(|users| users.inputs.columns()).collect()
            }
            _ => manifest.inputs.columns().collect(),
        };
        let (requests, options) = match &model {
            Model::Predictor(predictor) => (predictor.requests(), predictor.read_options()),
            Model::Retriever(retriever) => {
                let encoder = retriever.encoder();
                (encoder.requests(), encoder.read_options())
            }
            Model::Forecaster(forecaster) => (forecaster.requests(), forecaster.read_options()),
            Model::Recommender(recommender) => (recommender.requests(), recommender.read_options()),
        };
        let outputs = manifest.outputs.iter().map(|spec| spec.column.clone());
        let columns = requests.iter().map(|request| request.name.clone());
        let report = file_of(path).with_file_name(REPORT);
        let mut served = Self {
            columns: columns.chain(outputs).collect(),
            drift: Drift::new(&name, manifest, metrics),
            loaded: jiff::Timestamp::now(),
            report: (is_of_run(path) && report.is_file()).then_some(report),
            info: Value::Null,
            schema,
            requests,
            options,
            name,
            model,
        };
        served.info = info::info(&served);
        Ok(served)
    }

    /// What was learned of a column.
    pub(crate) fn column(&self, name: &str) -> Option<&InputColumnSchema> {
        self.schema.iter().find(|column| column.name == name)
    }
}

/// The bundle of a run folder.
const BUNDLE: &str = "model.hob";

/// The bundle's file, which a run folder names by itself.
fn file_of(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => path.join(BUNDLE),
        false => path.to_path_buf(),
    }
}

/// Whether what lies beside a bundle belongs to it, as in a run folder; elsewhere it may be of another model.
fn is_of_run(path: &Path) -> bool {
    file_of(path).file_name().is_some_and(|name| name == BUNDLE)
}

/// Enough of a file to see that it was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    modified: Option<SystemTime>,
    bytes: u64,
}

impl Fingerprint {
    /// `None` while there is no such file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(file_of(path)).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            bytes: metadata.len(),
        })
    }
}
