//! What `result.json` keeps of lists beyond their metrics.

use serde::{Deserialize, Serialize};

use crate::metrics::Metrics;

/// The lists of a part in detail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecommendDetail {
    /// How the events were divided and what was ranked, in a sentence.
    pub protocol: String,
    /// Users with something held back.
    pub users: usize,
    /// Items that compete.
    pub items: usize,
    /// Events of all parts.
    pub events: usize,
    /// Other models on the same lists.
    pub others: Vec<OtherLists>,
    /// By how many items a user had, few to many.
    pub groups: Vec<ActivityGroup>,
    /// Lists to look at.
    pub samples: Vec<UserSample>,
    /// Popular items with those that the network finds most alike.
    pub neighbours: Vec<ItemNeighbours>,
    /// Items in the plane: the first two principal components of their vectors.
    pub map: Vec<MapPoint>,
}

/// Another model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OtherLists {
    /// `item kNN`
    pub name: String,
    /// How it was set, such as `5 neighbours, shrinkage 0`.
    pub settings: String,
    /// On the same lists.
    pub metrics: Metrics,
}

/// Users with about as many items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivityGroup {
    /// Fewest items of a user.
    pub from: usize,
    /// Most items of a user.
    pub to: usize,
    /// Users with something held back.
    pub users: usize,
    /// Of the model.
    pub model: f64,
    /// Of the most popular items.
    pub popularity: f64,
    /// Of items alike.
    pub item_knn: f64,
}

/// What one user has and gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserSample {
    /// Id of the user.
    pub user: String,
    /// The newest items, newest first, by name.
    pub history: Vec<String>,
    /// Items that the user has.
    pub owned: usize,
    /// The list by name, with its scores.
    pub list: Vec<ListedItem>,
    /// What was held back, by name.
    pub held: Vec<String>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedItem {
    /// By name.
    pub item: String,
    /// Of the network.
    pub score: f32,
    /// Whether it was held back.
    pub hit: bool,
}

/// An item and those most alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemNeighbours {
    /// By name.
    pub item: String,
    /// Users that have it.
    pub users: usize,
    /// By name, with the cosine of their vectors.
    pub nearest: Vec<(String, f32)>,
}

/// An item in the plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapPoint {
    /// By name.
    pub item: String,
    /// First component.
    pub x: f32,
    /// Second component.
    pub y: f32,
    /// Users that have it.
    pub users: usize,
}
