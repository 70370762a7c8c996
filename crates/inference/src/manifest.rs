//! What a bundle says about its network: everything but the weights.

use hob_data::preprocess::Preprocessor;
use hob_data::source::ReadOptions;
use hob_data::target::TargetEncoder;
use hob_model::config::NetworkConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::chat::ChatAnswers;
use crate::forecast::ForecastSpec;
use crate::recommend::RecommendSpec;
use crate::scope::Scope;

/// The JSON part of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The recipe's file name without its ending.
    pub name: String,
    /// Where the model comes from.
    pub provenance: Provenance,
    /// How cells are read.
    pub reading: Reading,
    /// Input columns, fitted on the training part.
    pub inputs: Preprocessor,
    /// What is predicted, in the order of the network's heads.
    pub outputs: Vec<OutputSpec>,
    /// The shape of the network.
    pub network: NetworkConfig,
    /// Trained numbers.
    pub parameters: usize,
    /// Metrics of the test part by output, then by name.
    pub test: Map<String, Value>,
    /// Metrics of the trivial baseline on the same rows.
    pub baseline: Map<String, Value>,
    /// The trivial baseline of each output, fitted on the training part, to stand beside the model on new data.
    pub baseline_models: Vec<Value>,
    /// What is said to each intent, for a conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatAnswers>,
    /// A few rows with the network's answers, computed again when the bundle is opened.
    pub examples: Vec<Example>,
    /// How questions are answered, for a model that searches and predicts no columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Retrieval>,
    /// How series are continued, for a model that does so and predicts no columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastSpec>,
    /// How items are recommended, for a model that does so and predicts no columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommend: Option<RecommendSpec>,
}

/// How a model that searches answers. Its network has no heads: it gives the vector of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retrieval {
    /// The column of the questions, the only input.
    pub question: String,
    /// The column of the answers.
    pub answer: String,
    /// Answers given to a question, at most.
    pub top: usize,
    /// Cosine of the best answer below which the model does not know; it always answers without one.
    pub threshold: Option<f32>,
}

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of hob that trained it.
    pub hob: String,
    /// Version of Burn.
    pub burn: String,
    /// The device it was trained on.
    pub device: String,
    /// Seed of all randomness.
    pub seed: u64,
    /// The recipe as used.
    pub recipe: String,
    /// The data files.
    pub sources: Vec<SourceFile>,
    /// Rows of the training, validation and test part.
    pub rows: [usize; 3],
    /// Epochs trained.
    pub epochs: usize,
    /// The model whose weights training began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_start: Option<Parent>,
}

/// A model whose weights another one began with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parent {
    /// Its name.
    pub name: String,
    /// Hex SHA-256 of its bundle.
    pub sha256: String,
    /// Tensors that were taken from it.
    pub taken: usize,
    /// Tensors of the network.
    pub tensors: usize,
    /// Parts of the network that are new, each with the reason, such as `head.intent (other classes)`.
    pub new: Vec<String>,
}

/// A data file, known by its checksum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// File name without folders.
    pub name: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Hex SHA-256 of the file on disk.
    pub sha256: String,
    /// Rows read.
    pub rows: usize,
}

/// How cells are read, as the recipe's `[data]` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Cells that mean "no value".
    pub missing: Vec<String>,
    /// The CSV delimiter, when the recipe gives one.
    pub delimiter: Option<char>,
    /// Column names of CSV files without a header line.
    pub header: Option<Vec<String>>,
    /// Columns that are hashed while they are read.
    pub hashed: Vec<String>,
    /// Mixed into every hash.
    pub salt: String,
    /// Columns that are never read.
    pub never_read: Vec<String>,
}

impl Reading {
    /// The same for the reader. No row may be rejected.
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            header: self.header.clone(),
            missing: self.missing.clone(),
            max_rejected: 0,
            never_read: self.never_read.clone(),
        }
    }
}

/// How one head of the network becomes an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputSpec {
    /// The predicted column.
    pub column: String,
    /// Classes, scaling or labels.
    pub encoder: TargetEncoder,
    /// Logits are divided by it (Guo et al. 2017); 1 without calibration.
    pub temperature: f64,
    /// Probability from which the answer is yes (binary) or a label belongs to the answer (set).
    pub threshold: f64,
    /// How rows that belong to no class are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// A row of the validation or test part with the network's raw answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Cells by input column; hashed columns hold the hash.
    pub input: Map<String, Value>,
    /// Raw head outputs, head by head.
    pub expected: Vec<Vec<f32>>,
}
