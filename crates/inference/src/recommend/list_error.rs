//! Lists that cannot be given as asked for.

use std::collections::BTreeSet;

use super::catalog::{Catalog, Rule};
use super::recommender::Recommender;

/// Values or items named in a hint.
const MAX_SHOWN: usize = 5;

/// What is wrong with a wish. A hint stands on its own line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The catalog has no such column.
    #[error("there is no filter `{column}`\nhint: {}", known_filters(known))]
    NoFilter {
        /// As asked for.
        column: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A value that no item has, which would leave every list empty.
    #[error(
        "no item has the value `{value}` in `{column}`\nhint: its values are {}",
        some(known)
    )]
    NoValue {
        /// The filter.
        column: String,
        /// As asked for.
        value: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// An item that the catalog lacks.
    #[error(
        "the model does not know the item `{item}`\nhint: {}",
        near_items(near, column)
    )]
    UnknownItem {
        /// As asked for.
        item: String,
        /// The column of items in the events.
        column: String,
        /// Ids and names of items with such a name.
        near: Vec<(String, String)>,
    },
}

impl Recommender {
    /// Which items keep all rules.
    ///
    /// # Errors
    /// A rule names a column that is no filter, or a value that no item has.
    pub fn allowed(&self, rules: &[Rule]) -> Result<Vec<bool>, ListError> {
        rules
            .iter()
            .try_for_each(|rule| check(self.catalog(), rule))?;
        Ok(self.catalog().allowed(rules))
    }

    pub(super) fn unknown_item(&self, item: &str) -> ListError {
        ListError::UnknownItem {
            item: item.to_string(),
            column: self.spec().item.clone(),
            near: self.find_items(item, MAX_SHOWN),
        }
    }

    /// Ids and names of the first items whose name or id has a text in it, whatever its case.
    pub fn find_items(&self, text: &str, most: usize) -> Vec<(String, String)> {
        let (catalog, text) = (self.catalog(), text.to_lowercase());
        let has = |id: &String, name: &str| {
            name.to_lowercase().contains(&text) || id.to_lowercase().contains(&text)
        };
        let items = catalog.texts.items.iter().zip(0..);
        items
            .map(|(id, number)| (id, catalog.name(number)))
            .filter(|(id, name)| has(id, name))
            .take(most)
            .map(|(id, name)| (id.clone(), name.to_string()))
            .collect()
    }
}

fn check(catalog: &Catalog, rule: &Rule) -> Result<(), ListError> {
    let filters = &catalog.texts.filters;
    let Some(filter) = filters.iter().find(|filter| filter.column == rule.column) else {
        return Err(ListError::NoFilter {
            column: rule.column.clone(),
            known: filters.iter().map(|filter| filter.column.clone()).collect(),
        });
    };
    if filter.values.contains(&rule.value) {
        return Ok(());
    }
    let known: BTreeSet<&String> = filter.values.iter().collect();
    Err(ListError::NoValue {
        column: rule.column.clone(),
        value: rule.value.clone(),
        known: known.into_iter().cloned().collect(),
    })
}

fn known_filters(known: &[String]) -> String {
    match known.is_empty() {
        true => "the model has none; name them in `filters` of `[recommend.items]` and train again"
            .to_string(),
        false => format!("lists can be filtered by {}", quoted(known)),
    }
}

fn near_items(near: &[(String, String)], column: &str) -> String {
    match near.is_empty() {
        true => format!("give an id as in the column `{column}` of the events"),
        false => {
            let near: Vec<String> = near
                .iter()
                .map(|(id, name)| format!("`{id}` ({name})"))
                .collect();
            format!("ids of items with such a name: {}", near.join(", "))
        }
    }
}

/// The first of some ids.
pub fn some(ids: &[String]) -> String {
    let shown = &ids[..ids.len().min(MAX_SHOWN)];
    let more = if ids.len() > MAX_SHOWN { ", ..." } else { "" };
    format!("{}{more}", quoted(shown))
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
