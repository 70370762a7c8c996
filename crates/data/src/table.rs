//! Rows in memory: typed columns of equal length.

/// Code of a missing cell in [`Categories`].
pub const MISSING_CODE: u32 = u32::MAX;
/// Value of a missing cell in [`Values::Date`].
pub const MISSING_DATE: i64 = i64::MIN;

/// Typed columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// In the order they were asked for.
    pub columns: Vec<Column>,
    /// Rows of every column.
    pub num_rows: usize,
}

/// One typed column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// As in the file's header.
    pub name: String,
    /// One value per row.
    pub values: Values,
}

/// The cells of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Missing is NaN; infinite values are not parsed as numbers.
    Number(Vec<f64>),
    /// Also used for `binary`, `hash` and for columns that only steer the split.
    Category(Categories),
    /// Seconds since 1970-01-01T00:00:00 (UTC, or local time without zone); missing is [`MISSING_DATE`].
    Date(Vec<i64>),
    /// Several values per row. A missing cell is an empty set.
    Set(Sets),
    /// The same number of numbers per row, row after row; a missing cell is NaN in every place.
    Vector {
        /// Numbers per row.
        width: usize,
        /// `num_rows * width` numbers.
        values: Vec<f32>,
    },
}

/// Dictionary-encoded text cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Categories {
    /// Index into `dictionary` per row, or [`MISSING_CODE`].
    pub codes: Vec<u32>,
    /// Distinct values in order of first appearance.
    pub dictionary: Vec<String>,
}

/// Dictionary-encoded sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sets {
    /// Row `r` holds `codes[offsets[r]..offsets[r + 1]]`; `num_rows + 1` entries.
    pub offsets: Vec<u32>,
    /// Indexes into `dictionary`.
    pub codes: Vec<u32>,
    /// Distinct values in order of first appearance.
    pub dictionary: Vec<String>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Categories {
    /// The text of a row, `None` when missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = self.codes[row];
        (code != MISSING_CODE).then(|| self.dictionary[code as usize].as_str())
    }
}
