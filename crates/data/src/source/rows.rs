//! The one interface between file formats and what is made from rows.
//!
//! A format reader names the columns of its file, then hands over row after row; a table, or a profile, takes them.

use std::borrow::Cow;
use std::path::Path;

use super::rejected::Reason;
use crate::error::DataError;

/// A cell as its format knows it.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    /// No value: `null`, or a key that is absent.
    Missing,
    /// Text, not yet trimmed.
    Text(Cow<'a, str>),
    /// A typed whole number.
    Integer(i128),
    /// A typed number.
    Float(f64),
    /// A typed yes or no.
    Bool(bool),
    /// A typed moment, in seconds since 1970.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(dead_code, reason = "only Parquet knows moments")
    )]
    Moment(i64),
    /// Several plain values.
    List(Vec<Cell<'a>>),
    /// Anything with names inside.
    Nested,
}

impl<'a> Cell<'a> {
    /// The cell as a CSV file would hold it, blanks trimmed.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Missing => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text.trim()),
            Self::Integer(value) => Cow::Owned(value.to_string()),
            Self::Float(value) => Cow::Owned(format!("{value:?}")),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Moment(seconds) => Cow::Owned(super::date::iso_text(*seconds)),
            Self::List(cells) => {
                let texts: Vec<_> = cells.iter().map(Cell::text).collect();
                Cow::Owned(format!("[{}]", texts.join(", ")))
            }
            Self::Nested => Cow::Borrowed("{...}"),
        }
    }
}

/// Bytes that are not UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotText;

/// One row of a file.
pub(crate) trait Row {
    /// The cell of the file's column with that index, in the order the columns were named.
    fn cell(&self, index: usize) -> Result<Cell<'_>, NotText>;

    /// The cell's bytes, where the format holds nothing but text: for fast paths.
    fn bytes(&self, _index: usize) -> Option<&[u8]> {
        None
    }
}

/// Something that takes rows.
pub(crate) trait RowSink {
    /// A new file begins.
    fn begin_file(&mut self, path: &Path);
    /// The file's next column. JSON lines name columns as they appear, also between rows.
    fn column(&mut self, name: &str);
    /// All columns of the file are named: before its rows where the format has a header, else after them.
    fn columns_complete(&mut self, fixed: bool) -> Result<(), DataError>;
    /// Whether the cells of a column are of interest.
    fn wants(&self, name: &str) -> bool;
    /// Whether a wanted column with columns inside is an error of the whole file.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(dead_code, reason = "only Parquet knows before the first row")
    )]
    fn refuses_nested(&self) -> bool {
        true
    }
    /// A row that starts at that line.
    fn row<R: Row>(&mut self, line: u64, row: &R) -> Result<(), DataError>;
    /// A row of a wrong shape, with the cells that could be read.
    fn broken_row(&mut self, line: u64, cells: Vec<String>, reason: Reason);
    /// Rows kept so far, of all files.
    fn num_rows(&self) -> usize;
}
