//! What does a trained model answer? Open a bundle and predict, without anything that trains.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use hob_inference::{Answers, Predictor};
//!
//! # fn main() -> Result<(), hob_inference::InferenceError> {
//! let churn = Predictor::open(Path::new("runs/churn/model.hob"), None)?;
//! let rows = br#"{"tenure": 3, "Contract": "Month-to-month", "MonthlyCharges": 89.9}"#;
//! let predictions = churn.predict(&churn.read_rows(rows.as_slice())?)?;
//! if let Answers::Binary(probabilities) = &predictions.answers[0] {
//!     println!("leaves with probability {}", probabilities[0]);
//! }
//! // The same as JSON: {"Churn": {"value": "Yes", "probabilities": {"No": 0.3, "Yes": 0.7}}}
//! println!("{}", serde_json::Value::from(churn.row_to_json(&predictions, 0)));
//! # Ok(())
//! # }
//! ```

pub mod answer_index;
mod atomic;
pub mod bundle;
pub mod chat;
mod container;
pub mod decode;
pub mod device;
pub mod error;
pub mod forecast;
pub mod manifest;
mod model;
mod predictor;
mod raw_outputs;
pub mod recommend;
mod retriever;
pub mod scope;
pub mod tags;
pub mod tensors;
mod text_vectors;
pub mod typed_rows;

pub use answer_index::AnswerIndex;
pub use atomic::write_atomically;
pub use bundle::Bundle;
pub use decode::Answers;
pub use error::{BundleFault, InferenceError};
pub use forecast::Forecaster;
pub use manifest::Manifest;
pub use model::{Model, ModelKind};
pub use predictor::{Encoded, Predictions, Predictor, requests};
pub use raw_outputs::{
    MAX_BATCH_TOKENS, batches_of_texts, hidden, raw_outputs, raw_outputs_and_hidden,
};
pub use recommend::Recommender;
pub use retriever::{RankedAnswer, Replies, Reply, Retriever};
