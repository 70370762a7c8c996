//! Items for users.
//!
//! ```text
//! user --network, or a stored vector--> question --product with every item--> scores --without what is owned--> list
//! ```

mod catalog;
mod fold_in;
mod input;
mod recommender;
mod spec;

pub use catalog::{Catalog, CatalogTexts, Filter, Rule};
pub use input::{Question, batch_input, item_vectors, questions};
pub use recommender::{Basis, RankedItem, Recommendation, Recommender, UserRequest, top_items};
pub use spec::{RecommendSpec, UserReading};
