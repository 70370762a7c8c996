//! What can go wrong between a bundle and a prediction.

use std::path::PathBuf;

use hob_data::forecast::ForecastError;
use hob_data::preprocess::{PreprocessError, Problems};

use crate::device;
use crate::model::ModelKind;
use crate::recommend::ListError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// The build has no backend at all.
    #[error("this build of hob has no device: build it with `--features flex`")]
    NoDevice,
    /// A name that is no device.
    #[error("`{name}` is not a device; there are {}", quoted(device::KNOWN))]
    UnknownDevice {
        /// As asked for.
        name: String,
    },
    /// A device whose backend is not in this build.
    #[error(
        "device `{name}` is not compiled into this build, which has {}; build hob with `--features {name}`",
        quoted(device::AVAILABLE)
    )]
    DeviceNotCompiled {
        /// As asked for.
        name: String,
    },
    /// The backend is there, the hardware or its driver is not.
    #[error("device `{name}` cannot be used on this machine: {cause}")]
    NoHardware {
        /// The device.
        name: &'static str,
        /// What the backend said.
        cause: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A run folder without a bundle or a result.
    #[error(
        "the run `{}` is not finished\nhint: go on with `hob train --resume {}`",
        path.display(),
        path.display()
    )]
    NotFinished {
        /// The folder.
        path: PathBuf,
    },
    /// A model that cannot hold a conversation.
    #[error(
        "this model cannot chat: it lacks {lacks}\nhint: `hob predict` answers rows; `hob show` says what the model expects"
    )]
    NoChat {
        /// What a conversation needs.
        lacks: &'static str,
    },
    /// The file is no usable bundle.
    #[error("`{}` is not a usable model", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// Why.
        source: BundleFault,
    },
    /// Rows that cannot be read.
    #[error(transparent)]
    Data(#[from] hob_data::error::DataError),
    /// Rows that cannot be encoded.
    #[error(transparent)]
    Encode(#[from] Problems<PreprocessError>),
    /// The weights do not fit the network.
    #[error(transparent)]
    Model(#[from] hob_model::ModelError),
    /// The model is of another kind than what is asked of it.
    #[error("`{name}` {} and {}", found.does(), asked.lacks())]
    OtherKind {
        /// The model.
        name: String,
        /// What it is.
        found: ModelKind,
        /// What it should be.
        asked: ModelKind,
    },
    /// A list that cannot be given.
    #[error(transparent)]
    List(#[from] ListError),
    /// Rows that are no series to continue.
    #[error(transparent)]
    Forecast(#[from] Problems<ForecastError>),
    /// The weights answer the stored examples differently than when they were packed.
    #[error(
        "self-test failed: example {example}, output `{output}` gives {found}, but gave {expected} when the model was packed"
    )]
    SelfTest {
        /// From 0.
        example: usize,
        /// Output column.
        output: String,
        /// Stored with the model.
        expected: f32,
        /// Computed now.
        found: f32,
    },
}

impl InferenceError {
    /// An error of the network of a bundle, with the bundle's path.
    pub(crate) fn of_bundle(self, path: &std::path::Path) -> Self {
        match self {
            Self::Model(error) => Self::Bundle {
                path: path.to_path_buf(),
                source: BundleFault::Weights(error.to_string()),
            },
            other => other,
        }
    }
}

/// Why bytes are no usable bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    /// The magic at the start is missing.
    #[error(
        "it does not start as a hob model does; a model is the file `model.hob` of a run folder"
    )]
    NotABundle,
    /// Written by a newer or an older hob.
    #[error(
        "it has format version {found}, this hob reads {supported}; {}",
        match found > supported { true => "use a newer hob", false => "train the model again with this hob" }
    )]
    Version {
        /// In the file.
        found: u32,
        /// What this build reads.
        supported: u32,
    },
    /// The file ends early.
    #[error("it is incomplete: {found} bytes of {expected}")]
    Truncated {
        /// By the header.
        expected: u64,
        /// In the file.
        found: u64,
    },
    /// The checksum or the lengths do not fit.
    #[error("it is damaged: its checksum does not fit its content")]
    Damaged,
    /// The manifest does not parse.
    #[error(
        "its manifest cannot be understood: {0}; a model that another version of hob wrote may have to be trained anew"
    )]
    Manifest(String),
    /// The weights do not fit the network.
    #[error("its weights do not fit its network: {0}")]
    Weights(String),
    /// The answers cannot be searched.
    #[error("its index cannot be used: {0}")]
    Index(String),
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
