//! Lists as JSON, and as columns of a table to write.

use hob_data::write::{OutputCells, OutputColumn};
use serde_json::{Map, Value};

use super::list::{Basis, RankedItem, Recommendation};
use super::recommender::Recommender;

impl Basis {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Items => "items",
            Self::Features => "features",
            Self::Popularity => "popularity",
        }
    }
}

impl Recommendation {
    /// The list as `hob predict --json` prints it.
    pub fn to_json(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }
}

impl Recommender {
    /// A row per user and item.
    pub fn columns(&self, lists: &[Recommendation]) -> Vec<OutputColumn> {
        let ranked = || {
            lists.iter().flat_map(|list| {
                list.items
                    .iter()
                    .enumerate()
                    .map(move |(place, item)| (list, place, item))
            })
        };
        let text = |name: &str, value: &dyn Fn((&Recommendation, usize, &RankedItem)) -> String| {
            OutputColumn {
                name: name.to_string(),
                cells: OutputCells::Text(ranked().map(value).collect()),
            }
        };
        vec![
            text(&self.spec.user, &|(list, ..)| {
                list.user.clone().unwrap_or_default()
            }),
            OutputColumn {
                name: "rank".to_string(),
                cells: OutputCells::Double(
                    ranked().map(|(_, place, _)| (place + 1) as f64).collect(),
                ),
            },
            text(&self.spec.item, &|(.., item)| item.item.clone()),
            text("name", &|(.., item)| item.name.clone()),
            OutputColumn {
                name: "score".to_string(),
                cells: OutputCells::Double(
                    ranked().map(|(.., item)| f64::from(item.score)).collect(),
                ),
            },
            text("basis", &|(list, ..)| list.basis.name().to_string()),
        ]
    }
}
