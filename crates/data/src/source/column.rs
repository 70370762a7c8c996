//! Cells become typed columns, one row at a time; a row that is rejected is taken back.

mod set;
mod vector;

use std::borrow::Cow;

use super::ColumnKind;
use super::cell::{MissingValues, number_hint, parse_number, parse_plain_number};
use super::date::{DateParser, parse_iso_day};
use super::interner::Interner;
use super::rows::Cell;
use crate::error::DataError;
use crate::table::{Categories, MISSING_CODE, MISSING_DATE, Sets, Values};
use set::SetBuilder;
use vector::VectorBuilder;

/// Why a cell does not fit its column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) expected: String,
    pub(crate) hint: Option<String>,
}

impl Misfit {
    fn new(expected: impl Into<String>, hint: Option<&str>) -> Self {
        Self {
            expected: expected.into(),
            hint: hint.map(String::from),
        }
    }
}

/// A column under construction.
#[derive(Debug)]
pub(crate) enum Builder {
    Number(Vec<f64>),
    Category {
        codes: Vec<u32>,
        interner: Interner,
    },
    Date {
        values: Vec<i64>,
        parser: DateParser,
    },
    Set(SetBuilder),
    Vector(VectorBuilder),
}

impl Builder {
    pub(crate) fn new(column: &str, kind: &ColumnKind) -> Result<Self, DataError> {
        Ok(match kind {
            ColumnKind::Number => Self::Number(Vec::new()),
            ColumnKind::Category => Self::Category {
                codes: Vec::new(),
                interner: Interner::default(),
            },
            ColumnKind::Date { formats } => Self::Date {
                values: Vec::new(),
                parser: DateParser::new(column, formats)?,
            },
            ColumnKind::Set { separator } => Self::Set(SetBuilder {
                offsets: vec![0],
                codes: Vec::new(),
                interner: Interner::default(),
                separator: separator.clone(),
            }),
            ColumnKind::Vector { separator, width } => Self::Vector(VectorBuilder {
                separator: separator.trim().to_string(),
                given_width: *width,
                width: *width,
                width_from_row: 0,
                rows: 0,
                values: Vec::new(),
            }),
        })
    }

    /// Adds a row if its cell is an everyday one; the others take the long way through [`Self::push`].
    #[inline]
    pub(crate) fn push_plain(&mut self, bytes: &[u8], missing: &MissingValues) -> bool {
        let Some(&first) = bytes.first() else {
            return false;
        };
        if missing.may_begin_with(first) {
            return false;
        }
        match self {
            Self::Number(values) => parse_plain_number(bytes)
                .map(|value| values.push(value))
                .is_some(),
            Self::Date { values, parser } if parser.is_iso() => parse_iso_day(bytes)
                .map(|value| values.push(value))
                .is_some(),
            Self::Category { codes, interner } => {
                let Ok(text) = std::str::from_utf8(bytes) else {
                    return false;
                };
                let text = text.trim();
                // Blanks in front may have hidden the first byte.
                if text.len() != bytes.len() && missing.contains(text) {
                    return false;
                }
                codes.push(interner.code(text));
                true
            }
            _ => false,
        }
    }

    /// Adds a row. On an error nothing is added.
    #[inline]
    pub(crate) fn push(&mut self, cell: &Cell<'_>, missing: &MissingValues) -> Result<(), Misfit> {
        match self {
            Self::Number(values) => values.push(number(cell, missing)?),
            Self::Category { codes, interner } => {
                let code = match plain_text(cell, missing, "one value")? {
                    Some(text) => interner.code(&text),
                    None => MISSING_CODE,
                };
                codes.push(code);
            }
            Self::Date { values, parser } => values.push(date(cell, missing, parser)?),
            Self::Set(set) => set.push(cell, missing)?,
            Self::Vector(vector) => vector.push(cell, missing)?,
        }
        Ok(())
    }

    /// Size of the dictionary, where there is one.
    pub(crate) fn dictionary_len(&self) -> Option<usize> {
        match self {
            Self::Category { interner, .. } => Some(interner.len()),
            Self::Set(set) => Some(set.interner.len()),
            Self::Number(_) | Self::Date { .. } | Self::Vector(_) => None,
        }
    }

    /// Takes back what was added after `rows` rows and, where there is a dictionary, after its first values.
    pub(crate) fn go_back(&mut self, rows: usize, dictionary_len: usize) {
        match self {
            Self::Number(values) => values.truncate(rows),
            Self::Category { codes, interner } => {
                codes.truncate(rows);
                interner.truncate(dictionary_len);
            }
            Self::Date { values, .. } => values.truncate(rows),
            Self::Set(set) => {
                set.offsets.truncate(rows + 1);
                set.codes.truncate(set.offsets[rows] as usize);
                set.interner.truncate(dictionary_len);
            }
            Self::Vector(vector) => vector.go_back(rows),
        }
    }

    /// The finished column.
    pub(crate) fn finish(self) -> Values {
        match self {
            Self::Number(mut values) => {
                values.shrink_to_fit();
                Values::Number(values)
            }
            Self::Category {
                mut codes,
                interner,
            } => {
                codes.shrink_to_fit();
                Values::Category(Categories {
                    codes,
                    dictionary: interner.into_dictionary(),
                })
            }
            Self::Date { mut values, .. } => {
                values.shrink_to_fit();
                Values::Date(values)
            }
            Self::Set(mut set) => {
                set.codes.shrink_to_fit();
                set.offsets.shrink_to_fit();
                Values::Set(Sets {
                    offsets: set.offsets,
                    codes: set.codes,
                    dictionary: set.interner.into_dictionary(),
                })
            }
            Self::Vector(mut vector) => {
                vector.values.shrink_to_fit();
                Values::Vector {
                    width: vector.width.unwrap_or(0),
                    values: vector.values,
                }
            }
        }
    }
}

const A_NUMBER: &str = "a number";

#[inline]
fn number(cell: &Cell<'_>, missing: &MissingValues) -> Result<f64, Misfit> {
    match cell {
        Cell::Text(text) => {
            let text = text.trim();
            if missing.contains(text) {
                return Ok(f64::NAN);
            }
            parse_number(text).ok_or_else(|| Misfit::new(A_NUMBER, number_hint(text)))
        }
        Cell::Missing => Ok(f64::NAN),
        Cell::Integer(value) => Ok(*value as f64),
        // Parquet and JSON have no other sign for a missing number among numbers.
        Cell::Float(value) if value.is_nan() => Ok(f64::NAN),
        Cell::Float(value) if value.is_finite() => Ok(*value),
        Cell::Float(_) => Err(Misfit::new("a finite number", None)),
        Cell::Bool(_) => Err(Misfit::new(
            A_NUMBER,
            Some("use the type `binary` for yes and no"),
        )),
        Cell::Moment(_) => Err(Misfit::new(A_NUMBER, Some("use the type `date`"))),
        Cell::List(_) => Err(Misfit::new(
            A_NUMBER,
            Some("use the type `vector` for several numbers"),
        )),
        Cell::Nested => Err(Misfit::new(A_NUMBER, None)),
    }
}

fn date(cell: &Cell<'_>, missing: &MissingValues, parser: &DateParser) -> Result<i64, Misfit> {
    match cell {
        Cell::Missing => Ok(MISSING_DATE),
        Cell::Moment(seconds) => Ok(*seconds),
        cell => match plain_text(cell, missing, "a date")? {
            None => Ok(MISSING_DATE),
            Some(text) => parser
                .parse(&text)
                .ok_or_else(|| Misfit::new(parser.expected(), None)),
        },
    }
}

/// The text of a cell with one value, `None` when missing.
#[inline]
fn plain_text<'a>(
    cell: &'a Cell<'_>,
    missing: &MissingValues,
    expected: &str,
) -> Result<Option<Cow<'a, str>>, Misfit> {
    match cell {
        Cell::Missing => Ok(None),
        Cell::List(_) => Err(Misfit::new(
            expected,
            Some("use the type `set` for several values"),
        )),
        Cell::Nested => Err(Misfit::new(expected, Some("nested objects cannot be read"))),
        Cell::Float(value) if value.is_nan() => Ok(None),
        cell => {
            let text = cell.text();
            Ok(if missing.contains(&text) {
                None
            } else {
                Some(text)
            })
        }
    }
}
