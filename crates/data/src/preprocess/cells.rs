//! Typed access to the cells of a named column.

use super::error::PreprocessError;
use crate::table::{Categories, Sets, Table, Values};

fn values<'a>(table: &'a Table, column: &str) -> Result<&'a Values, PreprocessError> {
    let found = table
        .column(column)
        .ok_or_else(|| PreprocessError::NoColumn {
            column: column.to_owned(),
        })?;
    Ok(&found.values)
}

fn wrong_type(column: &str, expected: &'static str, found: &Values) -> PreprocessError {
    let found = match found {
        Values::Number(_) => "numbers",
        Values::Category(_) => "text",
        Values::Date(_) => "dates",
        Values::Set(_) => "sets",
        Values::Vector { .. } => "vectors",
    };
    PreprocessError::WrongType {
        column: column.to_owned(),
        expected,
        found,
    }
}

pub(crate) fn numbers<'a>(table: &'a Table, column: &str) -> Result<&'a [f64], PreprocessError> {
    match values(table, column)? {
        Values::Number(numbers) => Ok(numbers),
        other => Err(wrong_type(column, "numbers", other)),
    }
}

pub(crate) fn categories<'a>(
    table: &'a Table,
    column: &str,
) -> Result<&'a Categories, PreprocessError> {
    match values(table, column)? {
        Values::Category(categories) => Ok(categories),
        other => Err(wrong_type(column, "text", other)),
    }
}

pub(crate) fn dates<'a>(table: &'a Table, column: &str) -> Result<&'a [i64], PreprocessError> {
    match values(table, column)? {
        Values::Date(dates) => Ok(dates),
        other => Err(wrong_type(column, "dates", other)),
    }
}

pub(crate) fn sets<'a>(table: &'a Table, column: &str) -> Result<&'a Sets, PreprocessError> {
    match values(table, column)? {
        Values::Set(sets) => Ok(sets),
        other => Err(wrong_type(column, "sets", other)),
    }
}

/// Width and cells.
pub(crate) fn vectors<'a>(
    table: &'a Table,
    column: &str,
) -> Result<(usize, &'a [f32]), PreprocessError> {
    match values(table, column)? {
        Values::Vector { width, values } => Ok((*width, values)),
        other => Err(wrong_type(column, "vectors", other)),
    }
}

/// The codes of one row of a set column.
pub(crate) fn set_row(sets: &Sets, row: usize) -> &[u32] {
    &sets.codes[sets.offsets[row] as usize..sets.offsets[row + 1] as usize]
}
