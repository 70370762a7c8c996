//! What can be wrong with a config or with a file of weights.

use thiserror::Error;

/// What can be wrong with a config or with a file of weights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The config describes no network.
    #[error("`{field}` {reason}")]
    Config {
        /// Where in the config, such as `body.mlp.hidden`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The bytes are not a file of weights.
    #[error("cannot read the weights: {reason}")]
    Unreadable {
        /// What the reader found.
        reason: String,
    },
    /// The file lacks a tensor of this network.
    #[error("the weights lack `{path}`: they belong to another network")]
    Missing {
        /// Path of the tensor.
        path: String,
    },
    /// The file has a tensor that this network lacks.
    #[error("the weights hold `{path}`, which this network does not have")]
    Unexpected {
        /// Path of the tensor.
        path: String,
    },
    /// A tensor has another shape.
    #[error("`{path}` has the shape {found:?} in the file and {expected:?} in this network")]
    Shape {
        /// Path of the tensor.
        path: String,
        /// Shape in the network.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A tensor does not hold floating-point numbers.
    #[error("`{path}` holds {kind} values; weights are f16, bf16, f32 or f64")]
    Kind {
        /// Path of the tensor.
        path: String,
        /// Kind of number in the file.
        kind: String,
    },
    /// The device did not give a tensor back.
    #[error("cannot read `{path}` from the device: {reason}")]
    Device {
        /// Path of the tensor.
        path: String,
        /// What the device said.
        reason: String,
    },
    /// The format could not be written.
    #[error("cannot write the weights: {reason}")]
    Unwritable {
        /// What the writer said.
        reason: String,
    },
    /// A weight does not fit into half precision.
    #[error(
        "`{path}` holds {value}, which does not fit into f16 (at most 65504); export f32 instead"
    )]
    TooLargeForHalf {
        /// Path of the tensor.
        path: String,
        /// The value, as text so that errors can be compared.
        value: String,
    },
    /// ONNX has no counterpart for an operation of this network.
    #[error("this network cannot be written as ONNX: {operation} is not supported by the exporter")]
    OnnxOperation {
        /// The operation, as the exporter names it.
        operation: String,
    },
}

impl ModelError {
    pub(crate) fn config(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Config {
            field: field.into(),
            reason: reason.into(),
        }
    }
}
