//! What can go wrong between a recipe and a finished run.

use std::io;
use std::path::{Path, PathBuf};

use hob_data::error::DataError;
use hob_data::preprocess::{PreprocessError, Problems};
use hob_data::target::TargetError;
use hob_decision::DecisionError;
use hob_inference::InferenceError;

use crate::fit::FitError;
use crate::recipe::RecipeError;

/// A run that did not happen, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The recipe, alone or together with its data, asks for something that cannot be done.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The data could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Rows that cannot be encoded.
    #[error(transparent)]
    Encode(#[from] Problems<PreprocessError>),
    /// Targets that cannot be encoded.
    #[error(transparent)]
    Target(#[from] Problems<TargetError>),
    /// Device, bundle or prediction.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// Orders or a production plan.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// Training.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The wanted run folder has files in it.
    #[error("`{}` exists and is not an empty folder\nhint: name another with `--out`, or remove it", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that holds no run.
    #[error("`{}` is not a run folder: it has no recipe.toml", path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// A run that cannot be resumed.
    #[error("the run `{}` has no checkpoint to resume from{}", path.display(), hint)]
    NoCheckpoint {
        /// The folder.
        path: PathBuf,
        /// What to do.
        hint: &'static str,
    },
    /// A file of the run folder.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// `read`, `write` or `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A file of pretrained weights that cannot be used.
    #[error("the weights `{}` cannot be used: {reason}", path.display())]
    Weights {
        /// The file or its folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the run folder that does not hold what it should.
    #[error("`{}` is not as hob wrote it", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The linear model beside a text result.
    #[error("the linear baseline on words failed")]
    TextBaseline(#[from] crate::text_baseline::TextBaselineError),
    /// The vectors of the answers cannot be searched.
    #[error("the answers cannot be searched: {0}")]
    AnswerIndex(String),
    /// Data without an event that says anything.
    #[error(
        "no row has a user and an item that the model knows and that have not met before\nhint: give events that came after those of the training"
    )]
    NothingToJudge,
    /// The vectors of users or items cannot be stored.
    #[error("the items cannot be stored: {0}")]
    Catalog(String),
    /// A metric could not be computed.
    #[error("output `{output}` of the {part} part cannot be evaluated")]
    Metrics {
        /// Output column.
        output: String,
        /// `test`, `validation` or `training`.
        part: &'static str,
        /// Why.
        source: crate::metrics::MetricsError,
    },
}

impl RunError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    pub(crate) fn json(path: &Path, source: serde_json::Error) -> Self {
        Self::Json {
            path: path.to_path_buf(),
            source,
        }
    }
}
