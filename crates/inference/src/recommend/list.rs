//! Lists, and who wants them.

use serde::Serialize;

/// Who wants a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserRequest {
    /// Id of the user, if there is one.
    pub user: Option<String>,
    /// Ids of items that the user has besides those that are stored, oldest first.
    pub items: Vec<String>,
}

/// What a list was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What the user was known to have when the model was trained.
    Known,
    /// The items that were given, with those that are known.
    Items,
    /// Features of the user alone.
    Features,
    /// Nothing: these are the most popular items.
    Popularity,
}

/// A list for a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recommendation {
    /// As asked for.
    pub user: Option<String>,
    /// What the list was made from.
    pub basis: Basis,
    /// Items that were given and that the model does not know.
    pub unknown: Vec<String>,
    /// Best first.
    pub items: Vec<RankedItem>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedItem {
    /// Its id.
    pub item: String,
    /// What people call it, or its id.
    pub name: String,
    /// Of the network; a rating where it was trained on ratings. With [`Basis::Popularity`] the number of its users.
    pub score: f32,
}

/// The open items with the highest scores, best first; of equal scores the earlier item.
pub fn top_items(scores: &[f32], is_open: &[bool], top: usize) -> Vec<u32> {
    let mut items: Vec<u32> = (0..scores.len() as u32)
        .filter(|&item| is_open[item as usize])
        .collect();
    let better = |a: &u32, b: &u32| {
        let (first, second) = (scores[*a as usize], scores[*b as usize]);
        second.total_cmp(&first).then(a.cmp(b))
    };
    if top == 0 {
        return Vec::new();
    }
    if top < items.len() {
        items.select_nth_unstable_by(top - 1, better);
        items.truncate(top);
        // Lists of many users are kept, and must not keep the room of the whole catalog.
        items.shrink_to_fit();
    }
    items.sort_unstable_by(better);
    items
}
