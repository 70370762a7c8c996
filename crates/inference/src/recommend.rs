//! Items for users.
//!
//! ```text
//! user --network, or a stored vector--> question --product with every item--> scores --without what is owned--> list
//! ```

mod catalog;
mod check;
mod columns;
mod fold_in;
mod input;
mod list;
mod list_error;
mod recommender;
mod scoring;
mod spec;
mod users;

pub use catalog::{Catalog, CatalogTexts, Filter, Rule};
pub use input::{Question, batch_input, item_vectors, questions};
pub use list::{Basis, RankedItem, Recommendation, UserRequest, top_items};
pub use list_error::{ListError, some};
pub use recommender::Recommender;
pub use scoring::{ItemWeights, Scoring};
pub use spec::{RecommendSpec, UserReading};
