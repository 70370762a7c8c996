//! What does a trained model answer? Open a bundle and predict, without anything that trains.

mod atomic;
pub mod bundle;
mod container;
pub mod decode;
pub mod device;
pub mod error;
pub mod manifest;
mod predictor;
pub mod tensors;
pub mod typed_rows;

pub use atomic::write_atomically;
pub use bundle::Bundle;
pub use decode::Answers;
pub use error::{BundleFault, InferenceError};
pub use manifest::Manifest;
pub use predictor::{Predictions, Predictor, raw_outputs, requests};
