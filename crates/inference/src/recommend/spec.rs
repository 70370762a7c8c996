//! How a model recommends.

use hob_data::preprocess::Preprocessor;
use serde::{Deserialize, Serialize};

/// How items are recommended. The network of such a model has no heads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecommendSpec {
    /// The column of users.
    pub user: String,
    /// The column of items.
    pub item: String,
    /// The column of ratings, or of how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Items of a user that the network sees, at most; 0 for one that knows users by their numbers.
    pub history: usize,
    /// Whether it looks at their order.
    pub is_sequential: bool,
    /// The lowest and the highest rating, of a model that was trained on ratings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings: Option<[f32; 2]>,
    /// What is read of a user besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<UserReading>,
    /// Lengths of the lists that are judged; the first is the length of a list, unless asked otherwise.
    pub k: Vec<usize>,
    /// How the result was measured.
    pub protocol: String,
}

/// What is read of a user besides the id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserReading {
    /// Fitted on the users of the training part.
    pub inputs: Preprocessor,
}
