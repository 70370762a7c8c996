//! The value of a column per row, as a number that is equal where values are equal.

use std::collections::HashMap;

use super::SplitError;
use crate::table::{Column, MISSING_CODE, MISSING_DATE, Table, Values};

/// Codes of the rows asked for, in order of first appearance.
pub(super) struct Keys {
    /// One per row asked for; `None` where the value is missing.
    pub(super) codes: Vec<Option<usize>>,
    /// The text of each code.
    pub(super) names: Vec<String>,
}

pub(super) fn column<'a>(table: &'a Table, name: &str) -> Result<&'a Column, SplitError> {
    table.column(name).ok_or_else(|| SplitError::NoColumn {
        column: name.into(),
    })
}

/// Keys of the rows; missing values have none.
pub(super) fn keys(table: &Table, name: &str, rows: &[usize]) -> Result<Keys, SplitError> {
    let column = column(table, name)?;
    let mut known: HashMap<u64, usize> = HashMap::new();
    let mut keys = Keys {
        codes: Vec::with_capacity(rows.len()),
        names: Vec::new(),
    };
    for &row in rows {
        let code = bits(column, row)?.map(|bits| {
            *known.entry(bits).or_insert_with(|| {
                keys.names.push(text(column, row));
                keys.names.len() - 1
            })
        });
        keys.codes.push(code);
    }
    Ok(keys)
}

/// Codes of the rows; a missing value is an error.
pub(super) fn complete_keys(
    table: &Table,
    name: &str,
    rows: &[usize],
) -> Result<(Vec<usize>, Vec<String>), SplitError> {
    let keys = keys(table, name, rows)?;
    let codes: Option<Vec<usize>> = keys.codes.iter().copied().collect();
    match codes {
        Some(codes) => Ok((codes, keys.names)),
        None => Err(missing(name, rows, |place| keys.codes[place].is_none())),
    }
}

/// The error for rows without a value.
pub(super) fn missing(
    column: &str,
    rows: &[usize],
    is_missing: impl Fn(usize) -> bool,
) -> SplitError {
    let mut absent = (0..rows.len()).filter(|&place| is_missing(place));
    let first = absent.next().map_or(0, |place| rows[place] + 1);
    SplitError::MissingValues {
        column: column.into(),
        count: absent.count() + 1,
        first,
    }
}

fn bits(column: &Column, row: usize) -> Result<Option<u64>, SplitError> {
    match &column.values {
        Values::Category(values) => {
            let code = values.codes[row];
            Ok((code != MISSING_CODE).then_some(u64::from(code)))
        }
        // Adding zero makes -0 and 0 the same.
        Values::Number(values) => {
            let value = values[row];
            Ok((!value.is_nan()).then(|| (value + 0.0).to_bits()))
        }
        Values::Date(values) => {
            Ok((values[row] != MISSING_DATE).then(|| values[row].cast_unsigned()))
        }
        Values::Set(_) | Values::Vector { .. } => Err(SplitError::WrongType {
            column: column.name.clone(),
            expected: "a column with one value per cell",
        }),
    }
}

fn text(column: &Column, row: usize) -> String {
    match &column.values {
        Values::Category(values) => values.get(row).unwrap_or_default().to_string(),
        Values::Number(values) => (values[row] + 0.0).to_string(),
        Values::Date(values) => crate::source::date::iso_text(values[row]),
        Values::Set(_) | Values::Vector { .. } => String::new(),
    }
}
