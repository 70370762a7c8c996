//! How does a recipe become a run? Plan, train, evaluate, pack.
//!
//! ```text
//! RecipeSource --Plan::new--> Plan --run--> RunFolder with result.json and model.hob
//! ```
//!
//! Read [`run`] first: it tells the story of a run from top to bottom. [`fit`] is the only place that meets Burn's
//! learner, [`recipe`] the only one that knows TOML.

pub mod basis;
pub mod bm25;
pub mod decision;
pub mod error;
pub mod evaluate;
pub mod fit;
pub mod forecast;
pub mod importance;
pub mod judge;
pub mod loss;
pub mod metrics;
pub mod mistakes;
mod model_card;
pub mod optimizer;
pub mod plan;
pub mod recipe;
pub mod recommend;
pub mod result;
pub mod retrieve;
pub mod run;
pub mod run_folder;
pub mod schedule;
pub mod text_baseline;
mod text_encoders;
pub mod training_config;
mod words;

pub use burn::train::Interrupter;

/// Version of hob.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Version of Burn that hob is pinned to.
pub const BURN_VERSION: &str = "0.22.1";
