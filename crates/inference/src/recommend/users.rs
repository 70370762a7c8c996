//! Users as rows of a table.

use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions};
use hob_data::table::{Table, Values};

use super::list::UserRequest;
use super::recommender::Recommender;
use crate::error::InferenceError;
use crate::predictor::requests;

/// The column of a table of users that holds the items of each.
const ITEMS_COLUMN: &str = "items";

impl Recommender {
    /// How to read tables of users.
    pub fn read_options(&self) -> ReadOptions {
        self.manifest.reading.options()
    }

    /// The columns of a table of users: id, items and features, of which none must be there.
    pub fn requests(&self) -> Vec<ColumnRequest> {
        let text = |name: &str| ColumnRequest {
            name: name.to_string(),
            kind: ColumnKind::Category,
            required: false,
            hash_salt: None,
        };
        let items = ColumnRequest {
            kind: ColumnKind::Set {
                separator: "|".to_string(),
            },
            ..text(ITEMS_COLUMN)
        };
        let mut columns = vec![text(&self.spec.user), items];
        let features = self.spec.users.iter();
        columns.extend(features.flat_map(|users| requests(&users.inputs, &self.manifest.reading)));
        columns
            .iter_mut()
            .for_each(|column| column.required = false);
        let hashed = &self.manifest.reading.hashed;
        if hashed.contains(&self.spec.user) {
            columns[0].hash_salt = Some(self.manifest.reading.salt.clone());
        }
        columns
    }

    /// The users of a table. Items of a user stand in one cell, between `|`, or in an array.
    pub fn users(&self, table: &Table) -> Vec<UserRequest> {
        let cell = |name: &str, row: usize| match table.column(name).map(|column| &column.values) {
            Some(Values::Category(cells)) => cells.get(row).map(str::to_string),
            _ => None,
        };
        let items = |row: usize| match table.column(ITEMS_COLUMN).map(|column| &column.values) {
            Some(Values::Set(sets)) => {
                let codes = sets.offsets[row] as usize..sets.offsets[row + 1] as usize;
                let texts = sets.codes[codes]
                    .iter()
                    .map(|&code| &sets.dictionary[code as usize]);
                texts
                    .map(|item| item.trim().to_string())
                    .filter(|item| !item.is_empty())
                    .collect()
            }
            _ => Vec::new(),
        };
        let request = |row| UserRequest {
            user: cell(&self.spec.user, row).filter(|id| !id.is_empty()),
            items: items(row),
        };
        (0..table.num_rows).map(request).collect()
    }

    pub(super) fn features(
        &self,
        count: usize,
        table: Option<&Table>,
    ) -> Result<(Option<Features>, TransformReport), InferenceError> {
        let (Some(reading), Some(table)) = (&self.spec.users, table) else {
            return Ok((None, TransformReport::default()));
        };
        let mut columns = reading.inputs.inputs().map(|input| &input.column);
        if columns.any(|name| table.column(name).is_none()) {
            return Ok((None, TransformReport::default()));
        }
        let rows: Vec<usize> = (0..count).collect();
        let (features, report) = reading.inputs.transform(table, &rows)?;
        Ok((Some(features), report))
    }
}
