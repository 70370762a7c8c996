//! What can be wrong with the files.

use std::fmt;

use thiserror::Error;

/// What can be wrong with pretrained weights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PretrainedError {
    /// `config.json` is not JSON or lacks a setting.
    #[error("cannot read the configuration: {reason}")]
    Configuration {
        /// What is wrong with it.
        reason: String,
    },
    /// `config.json` describes what this program does not compute.
    #[error("`{setting}` is {found}; supported: {supported}")]
    Unsupported {
        /// Key in the file.
        setting: String,
        /// Its value.
        found: String,
        /// The values that are computed.
        supported: String,
    },
    /// The bytes are not a safetensors file.
    #[error("cannot read the tensors: {reason}; is the file complete, and is it safetensors?")]
    Unreadable {
        /// What the reader found.
        reason: String,
    },
    /// Tensors are not those of the architecture.
    #[error("the weights do not fit the configuration:{}", list(problems))]
    Tensors {
        /// All of them.
        problems: Vec<TensorProblem>,
    },
    /// The two files of a folder of word vectors do not belong together, or are none.
    #[error("cannot read the word vectors: {reason}")]
    WordVectors {
        /// What is wrong.
        reason: String,
    },
    /// The encoder cannot start from these word vectors.
    #[error("cannot start from the word vectors: {reason}")]
    Rows {
        /// What is wrong.
        reason: String,
    },
}

/// What is wrong with one tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorProblem {
    /// Name in the file.
    pub name: String,
    /// Shape that the configuration asks for; empty when it asks for no such tensor.
    pub expected: Vec<usize>,
    /// What the file has.
    pub found: String,
}

impl fmt::Display for TensorProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            expected,
            found,
        } = self;
        if expected.is_empty() {
            return write!(f, "`{name}`: {found}");
        }
        write!(f, "`{name}`: expected {expected:?}, found {found}")
    }
}

/// A file of another architecture has a problem per tensor; the first ones tell the story.
const LISTED: usize = 20;

fn list(problems: &[TensorProblem]) -> String {
    let mut text = String::new();
    for problem in problems.iter().take(LISTED) {
        text.push_str(&format!("\n  {problem}"));
    }
    if problems.len() > LISTED {
        text.push_str(&format!("\n  and {} more", problems.len() - LISTED));
    }
    text
}
