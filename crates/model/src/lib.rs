//! Networks of hob, and the files their weights are kept in.
//!
//! ```text
//! NetworkConfig --Network::new--> Network --forward(Input)--> one tensor of raw numbers per output
//!                                    |-> weights::to_bytes / from_bytes    (bundles, checkpoints)
//!                                    |-> export::{burnpack, safetensors, onnx}
//! pretrained::{bert_config, bert_weights, word_vectors} --> TextEncoder
//! ```
//!
//! Start with [`Network`]; [`config`] says what can be built, [`encoder`] how columns become numbers, [`text`] how texts become
//! vectors, [`series`] how the past becomes a forecast, [`recommend`] how users find items, [`pretrained`] where weights can come from.
//!
//! Invariants:
//! - A config that passes [`NetworkConfig::check`] builds without a panic, and builds the same shapes every time.
//! - The weights of a new network depend on its config and on the seed of its device, on nothing else.
//! - Bytes that are not the weights of exactly this config are refused as a whole.

pub mod config;
pub mod encoder;
pub mod export;
pub mod ft_transformer;
pub mod mlp;
pub mod pretrained;
pub mod recommend;
pub mod resnet;
pub mod series;
pub mod summary;
pub mod text;
pub mod weights;

mod activation;
mod check;
mod error;
mod input;
mod linear;
mod network;
mod norm;

pub use crate::{
    config::NetworkConfig,
    error::ModelError,
    input::{Input, Text},
    linear::LinearBody,
    network::{Body, Network},
    norm::NormLayer,
    recommend::{CandidatesInput, InteractionInput, ItemsInput, QuestionInput},
    series::SeriesInput,
    summary::LayerSummary,
    text::TextEncoder,
};
