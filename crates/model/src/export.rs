//! Weights for other programs.

mod burnpack;
#[cfg(feature = "onnx")]
mod onnx;
mod safetensors;

use serde::{Deserialize, Serialize};

#[cfg(feature = "onnx")]
pub use self::onnx::onnx;
pub use self::{
    burnpack::burnpack,
    safetensors::{CONFIG_KEY, safetensors},
};
use crate::ModelError;

/// The numbers in an exported file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Single precision, as trained.
    #[default]
    F32,
    /// Half precision: half the size, about 3 digits.
    F16,
}

/// Refuses what would become infinite.
fn to_half(path: &str, values: &[f32]) -> Result<Vec<half::f16>, ModelError> {
    let convert = |&value: &f32| {
        let half = half::f16::from_f32(value);
        if value.is_finite() && !half.is_finite() {
            return Err(ModelError::TooLargeForHalf {
                path: path.to_owned(),
                value: value.to_string(),
            });
        }
        Ok(half)
    };
    values.iter().map(convert).collect()
}
