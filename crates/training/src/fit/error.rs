//! What keeps a training from happening or from going on.

use std::io;
use std::path::PathBuf;

/// A training that gave no network.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// Nothing to learn from.
    #[error("the training part has no rows")]
    NoRows,
    /// Lanes or targets of different length.
    #[error(
        "the {part} part has {features} rows of inputs and {targets} targets of output {output}"
    )]
    Rows {
        /// `training` or `validation`.
        part: &'static str,
        /// Rows of the features.
        features: usize,
        /// Rows of the targets.
        targets: usize,
        /// Index of the output.
        output: usize,
    },
    /// Different numbers of outputs.
    #[error(
        "the network has {heads} heads, there are {losses} losses and {targets} target columns"
    )]
    Outputs {
        /// Of the network.
        heads: usize,
        /// Of the request.
        losses: usize,
        /// Of a part.
        targets: usize,
    },
    /// A head that does not fit its loss.
    #[error("head `{head}` gives {found} numbers per row, its loss needs {expected}")]
    HeadWidth {
        /// Name of the head.
        head: String,
        /// What it gives.
        found: usize,
        /// What the loss needs.
        expected: usize,
    },
    /// Targets that do not fit their loss.
    #[error("the targets of head `{head}` in the {part} part do not fit its loss")]
    Targets {
        /// Name of the head.
        head: String,
        /// `training` or `validation`.
        part: &'static str,
    },
    /// Inputs that do not fit the network.
    #[error("the {part} part has {found} columns in the {lane} lane, the network takes {expected}")]
    LaneWidth {
        /// `training` or `validation`.
        part: &'static str,
        /// `numbers`, `dense` or `codes`.
        lane: &'static str,
        /// Columns of the part.
        found: usize,
        /// Columns of the network.
        expected: usize,
    },
    /// A code without an embedding.
    #[error(
        "column {column} of the codes in the {part} part holds {code}, its embedding has {cardinality} rows"
    )]
    Code {
        /// `training` or `validation`.
        part: &'static str,
        /// Column of the lane.
        column: usize,
        /// What it holds.
        code: i32,
        /// Codes that are known.
        cardinality: usize,
    },
    /// A network without weights, for instance one that has no inputs.
    #[error("the network has no weights to train")]
    NoWeights,
    /// The loss went wrong before there was anything to keep.
    #[error("the loss is not finite in epoch {epoch}, step {step}: {cause}")]
    NotFinite {
        /// Counted from 1.
        epoch: usize,
        /// Counted from 1.
        step: usize,
        /// The likely cause and what to do.
        cause: String,
    },
    /// Nothing to resume from.
    #[error("there is no checkpoint `{}`", path.display())]
    NoCheckpoint {
        /// Where it should be.
        path: PathBuf,
    },
    /// The checkpoint could not be read or written.
    #[error("cannot {action} the checkpoint `{}`", path.display())]
    CheckpointIo {
        /// `read`, `write` or `remove`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The file is no checkpoint, or not a whole one.
    #[error("the checkpoint `{}` is damaged: {reason}", path.display())]
    CheckpointDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The checkpoint belongs to another training.
    #[error("the checkpoint `{}` was written with another {what}\nhint: start a new run instead", path.display())]
    CheckpointOfAnother {
        /// The file.
        path: PathBuf,
        /// What differs: `network`, `data`, ...
        what: &'static str,
    },
    /// Burn stopped by itself.
    #[error("training stopped: {0}")]
    Burn(String),
}
