//! What was written: the recipe file, read with every problem found in it, each with its line.
//!
//! A recipe is read in four steps. Text that is not TOML ends it. Then every value is compared with the schema made from
//! the types ([`json_schema`]), serde reads the types, and [`Recipe::check`] applies the rules between values. What needs
//! the data (a column that does not exist) is found by the plan, which points to lines through the same
//! [`RecipeSource`]; it also looks at the columns of a recipe with problems, so that all are seen at once.
//!
//! Invariant: a [`Recipe`] that was read is complete. Defaults stand in the types, so nothing later asks whether a value
//! was written.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hob_data::config::{DataConfig, ForecastConfig, InputConfig, OutputConfig, RecommendConfig};
use hob_decision::DecisionConfig;
use hob_model::config::BodyConfig;

use crate::optimizer::OptimizerConfig;
use crate::retrieve::RetrieveConfig;
use crate::schedule::ScheduleConfig;
use crate::training_config::TrainingConfig;

mod check;
mod draft;
mod key_path;
mod parse;
mod problem;
mod render;
mod schema;
mod set;
mod shape;
mod source;
mod suggest;
#[cfg(test)]
mod tests;
mod validate;

pub(crate) use draft::Draft;
pub use key_path::{KeyPath, KeyPathError, Segment};
pub use problem::{Finding, Part, Problem, Severity};
pub use render::render;
pub use schema::json_schema;
pub use set::{SetError, apply_set};
pub use source::RecipeSource;

/// A recipe of a model that predicts columns of a table from others, with `[retrieve]` of one that finds answers, with
/// `[forecast]` of one that continues series, with `[recommend]` of one that finds items for users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = [
    {
        "if": {"anyOf": [{"required": ["retrieve"]}, {"required": ["forecast"]}, {"required": ["recommend"]}]},
        "else": {"required": ["inputs", "outputs"]}
    },
    {"if": {"required": ["retrieve"]}, "else": {"required": ["model"]}},
    {"if": {"required": ["retrieve"]}, "then": {"not": {"anyOf": [{"required": ["forecast"]}, {"required": ["recommend"]}]}}},
    {"if": {"required": ["forecast"]}, "then": {"not": {"required": ["recommend"]}}}
]))]
pub struct Recipe {
    /// Where all randomness comes from: splits, first weights, order of rows, dropout.
    #[serde(default = "default_seed")]
    #[schemars(range(max = 9_223_372_036_854_775_807u64))]
    pub seed: u64,
    /// The rows.
    pub data: DataConfig,
    /// What is predicted from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub inputs: Vec<InputConfig>,
    /// What is predicted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub outputs: Vec<OutputConfig>,
    /// The network between inputs and outputs; absent with `[retrieve]` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<BodyConfig>,
    /// Series that are continued, in place of inputs and outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastConfig>,
    /// Items for users, in place of inputs and outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommend: Option<RecommendConfig>,
    /// Answers found by the meaning of a question, in place of inputs, outputs and model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieve: Option<RetrieveConfig>,
    /// What is done with the forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionConfig>,
    /// What the model says in a conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatConfig>,
    /// The rule that turns gradients into new weights.
    #[serde(default)]
    pub optimizer: OptimizerConfig,
    /// How the learning rate changes during training.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// How long, in which portions and on what device.
    #[serde(default)]
    pub training: TrainingConfig,
}

/// `[chat]`: what `hob chat` says to each class of an output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatConfig {
    /// A table with a class and an answer per row, relative to the recipe; a class may have several.
    pub answers: String,
    /// The output whose classes are answered, and their column in the table; the first `category` output by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The column of the answers.
    #[serde(default = "default_answer")]
    pub answer: String,
}

fn default_answer() -> String {
    "answer".to_string()
}

fn default_seed() -> u64 {
    42
}

impl Recipe {
    /// Reads a recipe. With an error in it, all its problems come back, in the order of lines and with the warnings
    /// among them; a recipe with warnings only is read, and [`Self::check`] gives them.
    pub fn parse(source: &RecipeSource) -> Result<Self, Vec<Problem>> {
        parse::parse(source)
    }

    /// The rules between values that need no data, errors and warnings.
    pub fn check(&self) -> Vec<Finding> {
        check::check(self)
    }

    /// The recipe as TOML with every default written down.
    pub fn resolved_toml(&self) -> String {
        toml::to_string(self).expect("a recipe has only string keys and finite numbers")
    }
}

/// A recipe that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file cannot be read.
    #[error("cannot read recipe `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A `--set` that cannot be made.
    #[error(transparent)]
    Set(#[from] SetError),
    /// The recipe is wrong. The text is that of [`render()`].
    #[error("{}", render(problems, recipe).trim_end())]
    Problems {
        /// What is wrong.
        problems: Vec<Problem>,
        /// The recipe.
        recipe: Box<RecipeSource>,
    },
}
