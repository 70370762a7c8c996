//! What there is to recommend, and to whom.

use hob_data::features::Matrix;
use serde::{Deserialize, Serialize};

use crate::error::BundleFault;
use crate::text_vectors;

/// Users and items with their vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// Everything but the vectors.
    pub texts: CatalogTexts,
    /// One per item, then one per user: what each user looks for.
    vectors: Matrix<f32>,
}

/// Everything of a catalog but the vectors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogTexts {
    /// Ids of items, by number.
    pub items: Vec<String>,
    /// What people call them; empty where it is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What lists can be filtered by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Users of each item in the training part. The network does not know items without any by number.
    pub popularity: Vec<usize>,
    /// Ids of users, by number.
    pub users: Vec<String>,
    /// Whether training has seen each user.
    pub seen_users: Vec<bool>,
    /// The items of each user, oldest first.
    pub owned: Vec<Vec<u32>>,
}

/// A column of the item table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// Its name.
    pub column: String,
    /// One per item; empty where it is not known.
    pub values: Vec<String>,
}

/// A condition on a column of the item table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Whether items must have it, or must not.
    pub is_wanted: bool,
}

impl Catalog {
    /// From texts and vectors, those of the items first.
    ///
    /// # Errors
    /// They do not fit together, or a number is not finite.
    pub fn new(
        texts: CatalogTexts,
        items: Matrix<f32>,
        users: &Matrix<f32>,
    ) -> Result<Self, BundleFault> {
        let mut vectors = items;
        vectors.values.extend_from_slice(&users.values);
        Self { texts, vectors }.checked()
    }

    /// From the bytes of a bundle.
    ///
    /// # Errors
    /// The bytes are no catalog.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleFault> {
        let (texts, vectors) = text_vectors::decode(bytes)?;
        Self { texts, vectors }.checked()
    }

    /// The bytes for a bundle.
    ///
    /// # Errors
    /// The texts cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BundleFault> {
        text_vectors::encode(&self.texts, &self.vectors)
    }

    fn checked(self) -> Result<Self, BundleFault> {
        match self.fault() {
            None => Ok(self),
            Some(fault) => Err(BundleFault::Index(fault.to_string())),
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let Self { texts, vectors } = self;
        let (items, users) = (texts.items.len(), texts.users.len());
        let is_known = |item: &u32| (*item as usize) < items;
        let per_item = |length: usize| length == items;
        if items == 0 {
            return Some("it has no items");
        }
        if !per_item(texts.popularity.len())
            || !(texts.names.is_empty() || per_item(texts.names.len()))
            || !texts
                .filters
                .iter()
                .all(|filter| per_item(filter.values.len()))
        {
            return Some("it has not as many names, filters or counts as items");
        }
        // Their sum must not overflow.
        if texts
            .popularity
            .iter()
            .any(|&count| count > u32::MAX as usize)
        {
            return Some("an item has more users than there can be");
        }
        if texts.owned.len() != users || texts.seen_users.len() != users {
            return Some("it has not as many histories as users");
        }
        if !texts.owned.iter().flatten().all(is_known) {
            return Some("a user has an item that is not there");
        }
        // A model that scores by weights has no vectors.
        let expected = vectors.width.checked_mul(items + users);
        if expected != Some(vectors.values.len()) {
            return Some("it has not as many vectors as items and users");
        }
        match vectors.values.iter().all(|value| value.is_finite()) {
            true => None,
            false => Some("a vector is not finite"),
        }
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.vectors.width
    }

    /// The vectors of all items, one after the other.
    pub fn items(&self) -> &[f32] {
        &self.vectors.values[..self.texts.items.len() * self.vectors.width]
    }

    /// The vector of an item.
    pub fn item(&self, item: u32) -> &[f32] {
        self.vectors.row(item as usize)
    }

    /// What a user looks for.
    pub fn user(&self, user: u32) -> &[f32] {
        self.vectors.row(self.texts.items.len() + user as usize)
    }

    /// What people call an item, or its id.
    pub fn name(&self, item: u32) -> &str {
        let name = self.texts.names.get(item as usize);
        match name.filter(|name| !name.is_empty()) {
            Some(name) => name,
            None => &self.texts.items[item as usize],
        }
    }

    /// The code that the network knows an item by: 0 for one that training has not seen.
    pub fn item_code(&self, item: u32) -> i32 {
        match self.texts.popularity[item as usize] {
            0 => 0,
            _ => item as i32 + 1,
        }
    }

    /// Which items keep all rules whose columns are filters.
    pub(super) fn allowed(&self, rules: &[Rule]) -> Vec<bool> {
        let mut allowed = vec![true; self.texts.items.len()];
        for rule in rules {
            let mut filters = self.texts.filters.iter();
            let filter = filters.find(|filter| filter.column == rule.column);
            let Some(filter) = filter else { continue };
            // Several values of one column that are wanted are alternatives.
            let same = |other: &&Rule| other.is_wanted && other.column == rule.column;
            for (allowed, value) in allowed.iter_mut().zip(&filter.values) {
                *allowed &= match rule.is_wanted {
                    true => rules.iter().filter(same).any(|rule| rule.value == *value),
                    false => rule.value != *value,
                };
            }
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let texts = CatalogTexts {
            items: ["a", "b", "c"].map(String::from).to_vec(),
            filters: vec![Filter {
                column: "kind".to_string(),
                values: ["x", "y", "z"].map(String::from).to_vec(),
            }],
            popularity: vec![1, 0, 2],
            users: vec!["u".to_string()],
            seen_users: vec![true],
            owned: vec![vec![2]],
            ..CatalogTexts::default()
        };
        let vectors = |values: &[f32]| Matrix {
            width: 2,
            values: values.to_vec(),
        };
        let items = vectors(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        Catalog::new(texts, items, &vectors(&[7.0, 8.0])).unwrap()
    }

    #[test]
    fn what_is_stored_comes_back_and_what_is_cut_off_does_not() {
        let bytes = catalog().to_bytes().unwrap();
        assert_eq!(Catalog::from_bytes(&bytes).unwrap(), catalog());
        for length in 0..bytes.len() {
            assert!(
                Catalog::from_bytes(&bytes[..length]).is_err(),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn a_catalog_that_contradicts_itself_is_refused() {
        let refused = |change: &dyn Fn(&mut Catalog)| {
            let mut wrong = catalog();
            change(&mut wrong);
            Catalog::from_bytes(&wrong.to_bytes().unwrap()).is_err()
        };
        assert!(!refused(&|_| {}));
        assert!(refused(&|catalog| catalog.texts.owned[0][0] = 3));
        assert!(refused(&|catalog| catalog.texts.owned.clear()));
        assert!(refused(&|catalog| catalog.texts.names.push(String::new())));
        assert!(refused(&|catalog| catalog.texts.popularity.clear()));
        assert!(refused(&|catalog| catalog.vectors.values[0] = f32::NAN));
        assert!(refused(&|catalog| catalog.vectors.values.truncate(6)));
        assert!(refused(&|catalog| catalog.vectors.width = usize::MAX));
    }

    #[test]
    fn rules_of_a_column_are_alternatives_or_exclusions() {
        let rule = |value: &str, is_wanted| Rule {
            column: "kind".to_string(),
            value: value.to_string(),
            is_wanted,
        };
        let allowed = |rules: &[Rule]| catalog().allowed(rules);
        assert_eq!(
            allowed(&[rule("x", true), rule("z", true)]),
            [true, false, true]
        );
        assert_eq!(
            allowed(&[rule("x", false), rule("z", false)]),
            [false, true, false]
        );
    }
}
