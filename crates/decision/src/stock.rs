//! The stock table: one row per item, columns of numbers.

use crate::error::{DecisionError, Problem};

/// What is known of each item today: stock, orders on their way, costs, lead times. The columns are up to the user;
/// `[decision.order]` says what each means.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StockTable {
    items: Vec<String>,
    columns: Vec<StockColumn>,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct StockColumn {
    /// Its name.
    pub name: String,
    /// One value per item; `None` for an empty cell.
    pub values: Vec<Option<f64>>,
}

impl StockTable {
    /// Items and columns must be without duplicates, and every column as long as the list of items.
    pub fn new(items: Vec<String>, columns: Vec<StockColumn>) -> Result<Self, DecisionError> {
        let mut problems = Vec::new();
        if items.is_empty() {
            problems.push(Problem::NoItems);
        }
        problems.extend(duplicates(&items).map(|item| Problem::DuplicateItem { item }));
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        problems.extend(duplicates(&names).map(|column| Problem::DuplicateColumn { column }));
        for column in &columns {
            if column.values.len() != items.len() {
                problems.push(Problem::ColumnLength {
                    column: column.name.clone(),
                    found: column.values.len(),
                    items: items.len(),
                });
            }
        }
        DecisionError::unless_empty(problems)?;
        Ok(Self { items, columns })
    }

    /// The items, in the order of the file.
    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// The rows of some items.
    pub fn only(&self, is_kept: impl Fn(&str) -> bool) -> Self {
        let kept = |values: &Vec<Option<f64>>| -> Vec<Option<f64>> {
            let values = self.items.iter().zip(values);
            let values = values.filter(|(item, _)| is_kept(item));
            values.map(|(_, value)| *value).collect()
        };
        let columns = self.columns.iter().map(|column| StockColumn {
            name: column.name.clone(),
            values: kept(&column.values),
        });
        let items = self.items.iter().filter(|item| is_kept(item));
        Self {
            items: items.cloned().collect(),
            columns: columns.collect(),
        }
    }

    /// The values of a column.
    pub(crate) fn column(&self, name: &str) -> Option<&[Option<f64>]> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .map(|column| column.values.as_slice())
    }

    /// The names of all columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    }
}

/// Each name that stands more than once, once.
pub(crate) fn duplicates(names: &[String]) -> impl Iterator<Item = String> {
    let mut sorted = names.to_vec();
    sorted.sort();
    let mut found: Vec<String> = sorted
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0].clone())
        .collect();
    found.dedup();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_of_a_table_is_reported() {
        let column = |name: &str, count| StockColumn {
            name: name.into(),
            values: vec![Some(1.0); count],
        };
        let items = ["cup", "mug", "cup"].map(String::from).to_vec();
        let error = StockTable::new(items, vec![column("cost", 3), column("cost", 2)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "3 problems\n  \
             the stock table has several rows for `cup`\n  \
             the stock table has several columns `cost`\n  \
             column `cost` of the stock table has 2 values for 3 items"
        );
    }
}
