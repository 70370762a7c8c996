//! Events between users and items, for models that recommend.
//!
//! ```text
//! Table --Interactions::new--> users, items, one event per pair --EventParts::divide--> which events train and judge
//!                                                               --History::new--> what each user is known to have
//!                              InteractionRows: the rows of the training loop; a batch draws its negatives
//! ```
//!
//! Users and items are numbered from 0 in the order of their ids' first appearance. Networks know them by a code one
//! higher: code 0 is a user or item that they have not seen.

mod batch;
mod error;
mod history;
mod interactions;
mod rows;
mod sampler;
mod split;

#[cfg(test)]
mod tests;

pub use batch::{Candidates, InteractionBatch};
pub use error::RecommendError;
pub use history::History;
pub use interactions::{Event, Interactions, InteractionsReport, NO_TIME};
pub use rows::{InteractionRow, InteractionRows, Learning, Shared};
pub use sampler::Sampler;
pub use split::EventParts;
