//! Lists of items for users: `[recommend]` of a recipe.
//!
//! ```text
//! table --hob_data::recommend--> users, items, events --by the split--> training, validation, test
//! network: vector of a question x vector of an item = score --full ranking--> metrics beside popularity and item kNN
//! ```
//!
//! A row of the training loop is an event, or a stretch of what a user has. Its network has no heads.

pub mod baselines;
mod columns;
mod detail;
mod evaluation;
mod judge;
pub mod metrics;
mod notes;
mod plan;
mod ranker;
mod ratings;
mod result;
mod side;
mod slim;

pub(crate) use columns::keyed_columns;
pub(crate) use evaluation::Evaluation;
pub use judge::{RecommendJudgement, judge};
pub(crate) use notes::warnings;
pub use plan::PlannedRecommend;
pub(crate) use plan::{read, requests};
pub(crate) use ranker::Ranker;
pub(crate) use ratings::Ratings;
pub use result::{ActivityGroup, ItemNeighbours, OtherLists, RecommendDetail, UserSample};
pub(crate) use side::Sides;

/// The kind of output in `result.json`.
pub const KIND: &str = "recommendations";
/// What the output is called, as nothing of the table is.
pub const OUTPUT: &str = "items";
