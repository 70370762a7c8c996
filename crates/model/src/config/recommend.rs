//! The shape of networks that recommend.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::InputsConfig;

/// Users and items, as an [`InteractionInput`](crate::InteractionInput) holds them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InteractionsConfig {
    /// Codes of users, 0 for one that is not known included.
    pub users: usize,
    /// Codes of items, 0 for one that is not known included.
    pub items: usize,
    /// Whether scores are ratings, which users give by a level of their own.
    pub ratings: bool,
    /// The level of all ratings.
    pub mean: f32,
    /// What is read of an item, if its features are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_inputs: Option<Box<InputsConfig>>,
    /// What is read of a user, if features are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_inputs: Option<Box<InputsConfig>>,
}

/// `[model.mf]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MfConfig {
    /// Numbers of the vector of a user and of an item.
    #[schemars(range(min = 1, max = 100_000))]
    pub dim: usize,
    /// Share of the numbers of user and item vectors set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for MfConfig {
    fn default() -> Self {
        Self {
            dim: 64,
            dropout: 0.0,
        }
    }
}

/// `[model.slim]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlimConfig {
    /// Items that each item is scored by: its nearest.
    #[schemars(range(min = 1, max = 200))]
    pub neighbours: usize,
    /// Pulls the weights to 0; about as many users as should not change them much.
    #[schemars(range(min = 0.001, max = 1_000_000.0))]
    pub penalty: f64,
}

impl Default for SlimConfig {
    fn default() -> Self {
        Self {
            neighbours: 50,
            penalty: 30.0,
        }
    }
}

/// `[model.two_tower]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TwoTowerConfig {
    /// Numbers of the vector of a user and of an item.
    #[schemars(range(min = 1, max = 100_000))]
    pub dim: usize,
    /// Widths of the hidden layers between features and vector.
    #[schemars(inner(range(min = 1, max = 1_000_000)))]
    pub hidden: Vec<usize>,
    /// Items of a user that the network sees, the newest; their order does not count. 0: none.
    #[schemars(range(min = 0, max = 10_000))]
    pub history: usize,
    /// Whether a user is also known by number. Without it, users are known by features and history alone, and a new user is
    /// as good as any other.
    pub user_ids: bool,
    /// Share of users and items that are shown as unknown in training, so that features alone are worth something.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub id_dropout: f64,
    /// Share of the numbers of user and item vectors set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for TwoTowerConfig {
    fn default() -> Self {
        Self {
            dim: 64,
            hidden: Vec::new(),
            history: 200,
            user_ids: false,
            id_dropout: 0.1,
            dropout: 0.2,
        }
    }
}

/// `[model.sasrec]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SasrecConfig {
    /// Numbers of the vector of an item and of a place in the sequence; a multiple of `heads`.
    #[schemars(range(min = 1, max = 100_000))]
    pub dim: usize,
    /// Transformer layers.
    #[schemars(range(min = 1, max = 100))]
    pub layers: usize,
    /// Attention heads.
    #[schemars(range(min = 1, max = 100))]
    pub heads: usize,
    /// Width inside the feed-forward part.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub feed_forward: usize,
    /// Items of a user that the network sees, the newest.
    #[schemars(range(min = 1, max = 10_000))]
    pub history: usize,
    /// On embeddings, attention weights and before a part's output is added.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for SasrecConfig {
    fn default() -> Self {
        Self {
            dim: 64,
            layers: 2,
            heads: 2,
            feed_forward: 256,
            history: 50,
            dropout: 0.3,
        }
    }
}
