//! One place that knows all input types.

use serde::{Deserialize, Serialize};

use super::{
    FittedBinary, FittedCategory, FittedDate, FittedHash, FittedNumber, FittedSet, FittedText,
    FittedVector, InputColumn, InputKind, cells, error::PreprocessError, lanes::Lanes,
    report::ColumnReport,
};
use crate::{features::FeatureLayout, table::Table};

/// What was learned about a column, by its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fitted {
    /// See [`FittedNumber`].
    Number(FittedNumber),
    /// See [`FittedCategory`].
    Category(FittedCategory),
    /// See [`FittedBinary`].
    Binary(FittedBinary),
    /// See [`FittedDate`].
    Date(FittedDate),
    /// See [`FittedSet`].
    Set(FittedSet),
    /// See [`FittedVector`].
    Vector(FittedVector),
    /// See [`FittedHash`].
    Hash(FittedHash),
    /// See [`FittedText`]. Columns share parts of it, so [`super::Preprocessor`] stores it.
    #[serde(skip)]
    Text(FittedText),
}

impl Fitted {
    /// What an earlier model has learned about the column is `known` and kept.
    pub(super) fn fit(
        input: &InputColumn,
        table: &Table,
        rows: &[usize],
        known: Option<&Self>,
    ) -> Result<Self, PreprocessError> {
        let column = input.column.as_str();
        let known_text = match known {
            Some(Self::Text(text)) => Some(text),
            Some(fitted) => return Ok(fitted.clone()),
            None => None,
        };
        Ok(match &input.kind {
            InputKind::Number(config) => Self::Number(FittedNumber::fit(
                column,
                config,
                cells::numbers(table, column)?,
                rows,
            )?),
            InputKind::Category(config) => Self::Category(FittedCategory::fit(
                column,
                config,
                cells::categories(table, column)?,
                rows,
            )?),
            InputKind::Binary(config) => Self::Binary(FittedBinary::fit(
                column,
                config,
                cells::categories(table, column)?,
                rows,
            )?),
            InputKind::Date(config) => Self::Date(FittedDate::fit(
                column,
                config,
                cells::dates(table, column)?,
                rows,
            )?),
            InputKind::Set(config) => Self::Set(FittedSet::fit(
                column,
                config,
                cells::sets(table, column)?,
                rows,
            )?),
            InputKind::Vector(config) => Self::Vector(FittedVector::fit(
                column,
                config,
                cells::vectors(table, column)?,
                rows,
            )?),
            InputKind::Hash(config) => Self::Hash(FittedHash::fit(
                column,
                config,
                cells::categories(table, column)?,
                rows,
            )?),
            InputKind::Text(text) => {
                Self::Text(FittedText::fit(column, text, known_text, table, rows)?)
            }
        })
    }

    /// Adds the features of the column; [`Self::transform`] fills them in the same order.
    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        match self {
            Self::Number(number) => number.layout(column, layout),
            Self::Category(category) => category.layout(column, layout),
            Self::Binary(binary) => binary.layout(column, layout),
            Self::Date(date) => date.layout(column, layout),
            Self::Set(set) => set.layout(column, layout),
            Self::Vector(vector) => vector.layout(column, layout),
            Self::Hash(hash) => hash.layout(column, layout),
            Self::Text(text) => text.layout(column, layout),
        }
    }

    /// Encodes the column named in the report.
    pub(super) fn transform(
        &self,
        table: &Table,
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) -> Result<(), PreprocessError> {
        let column = report.column.clone();
        let column = column.as_str();
        match self {
            Self::Number(number) => {
                number.transform(cells::numbers(table, column)?, rows, lanes, report)?
            }
            Self::Category(category) => {
                category.transform(cells::categories(table, column)?, rows, lanes, report);
            }
            Self::Binary(binary) => {
                binary.transform(cells::categories(table, column)?, rows, lanes, report)
            }
            Self::Date(date) => date.transform(cells::dates(table, column)?, rows, lanes, report),
            Self::Set(set) => set.transform(cells::sets(table, column)?, rows, lanes, report),
            Self::Vector(vector) => {
                vector.transform(cells::vectors(table, column)?, rows, lanes, report)?
            }
            Self::Hash(hash) => {
                hash.transform(cells::categories(table, column)?, rows, lanes, report)
            }
            Self::Text(text) => {
                text.transform(cells::categories(table, column)?, rows, lanes, report)?
            }
        }
        Ok(())
    }
}
