//! Answers found by the meaning of a question: `[retrieve]` of a recipe.
//!
//! ```text
//! questions, answers --one text encoder--> vectors --cosine--> the stored answers nearest to a new question
//! ```
//!
//! A recipe with `[retrieve]` is planned like one with a text input of two columns, no outputs and no hidden layer: its
//! network gives the two vectors side by side. A frozen encoder is used as it is; any other is trained so that a question
//! is nearer to its own answer than to the others of its batch (`loss/ranking.rs`).

mod config;
mod corpus;
mod evaluation;
mod judge;
mod warnings;

pub use config::{MatchWith, RetrieveConfig};
pub(crate) use config::{table_form, written_key};
pub(crate) use corpus::{Corpus, blank_rows, classes};
pub(crate) use evaluation::{Judged, evaluate, mistakes, threshold};
pub use judge::{SearchJudgement, judge};
pub(crate) use warnings::warnings;

/// The kind of output in `result.json`.
pub const KIND: &str = "answers";
