//! From files to typed columns: CSV, JSON lines and Parquet, also gzipped, in one streaming pass.
//!
//! Invariant: a row is in the table with every cell, or it is rejected with a reason. No cell becomes a zero.
//! Cells are trimmed of blanks before anything else is done with them.

pub(crate) mod cell;
mod column;
mod csv;
pub(crate) mod date;
mod delimiter;
mod fill;
mod format;
mod header;
mod interner;
mod jsonl;
mod objects;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod rejected;
mod resolve;
pub(crate) mod rows;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::{Path, PathBuf};

pub use date::iso_text;
pub use header::header;
pub use objects::{Object, read_objects};
pub use rejected::{Reason, Rejected, RejectedRow};
pub use resolve::resolve;

use crate::error::DataError;
use crate::table::Table;
use fill::TableSink;
use open::{Input, open_file, regular_size};
use rows::RowSink;

/// How a column is read.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnKind {
    /// Finite numbers with a decimal point.
    Number,
    /// Text as it is.
    Category,
    /// Dates and date-times, kept as seconds since 1970.
    Date {
        /// `strftime` formats tried in order; ISO 8601 when empty.
        formats: Vec<String>,
    },
    /// Several values in one cell.
    Set {
        /// The text between values.
        separator: String,
    },
    /// Numbers in one cell.
    Vector {
        /// The text between numbers; a blank stands for any run of blanks.
        separator: String,
        /// Numbers per cell; what the first cell has when absent.
        width: Option<usize>,
    },
}

/// A column to read.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRequest {
    /// As in the file's header.
    pub name: String,
    /// How to read it.
    pub kind: ColumnKind,
    /// Whether its absence is an error; otherwise all its cells are missing.
    pub required: bool,
    /// Replaces every cell by the hex SHA-256 of this salt followed by the cell.
    pub hash_salt: Option<String>,
}

/// What holds for all columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// The character between CSV cells; detected when absent.
    pub delimiter: Option<char>,
    /// Column names of CSV files without a header line.
    pub header: Option<Vec<String>>,
    /// Cells that mean "no value".
    pub missing: Vec<String>,
    /// How many rows may be rejected.
    pub max_rejected: usize,
    /// Columns whose cells must not be read, nor shown with rejected rows.
    pub never_read: Vec<String>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            header: None,
            missing: crate::config::default_missing(),
            max_rejected: 0,
            never_read: Vec::new(),
        }
    }
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells between delimiters, with a header line.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// One file as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct FileReport {
    /// As asked for.
    pub path: PathBuf,
    /// Size on disk.
    pub bytes: u64,
    /// Hex SHA-256 of the file on disk.
    pub sha256: String,
    /// Rows kept.
    pub rows: usize,
    /// Its format.
    pub format: Format,
    /// The CSV delimiter.
    pub delimiter: Option<char>,
    /// Whether the delimiter was guessed from the first lines.
    pub delimiter_detected: bool,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceReport {
    /// In the order read; their rows follow one another in the table.
    pub files: Vec<FileReport>,
    /// Rows in the table.
    pub num_rows: usize,
    /// Rows left out.
    pub rejected: Rejected,
    /// All columns of the first file.
    pub header: Vec<String>,
}

/// Reads files one after the other into one table. Their columns must be the same, in any order.
///
/// Rows with a value that does not parse are left out and listed in the report; more than
/// [`ReadOptions::max_rejected`] of them are an error.
pub fn read(
    paths: &[PathBuf],
    columns: &[ColumnRequest],
    options: &ReadOptions,
) -> Result<(Table, SourceReport), DataError> {
    let mut sink = TableSink::new(columns, options)?;
    let files = read_files(paths, options, &mut sink)?;
    sink.finish(files)
}

/// Reads one stream, such as standard input; `name` stands for it in messages. Without a format, the first bytes
/// decide: `{` begins JSON lines, anything else that is not Parquet is CSV.
pub fn read_stream(
    name: &str,
    reader: impl Read,
    format: Option<Format>,
    columns: &[ColumnRequest],
    options: &ReadOptions,
) -> Result<(Table, SourceReport), DataError> {
    let mut sink = TableSink::new(columns, options)?;
    let input = Input::new(Path::new(name), reader)?;
    let format = format.unwrap_or_else(|| Format::from_start(&input.start));
    let file = read_input(input, format, options, &mut sink)?;
    sink.finish(vec![file])
}

/// Hands the rows of all files to a sink.
pub(crate) fn read_files<S: RowSink>(
    paths: &[PathBuf],
    options: &ReadOptions,
    sink: &mut S,
) -> Result<Vec<FileReport>, DataError> {
    if paths.is_empty() {
        return Err(DataError::NoFiles);
    }
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let file = open_file(path)?;
        let size = regular_size(&file);
        let input = Input::new(path, file)?;
        let report = read_input(input, Format::from_path(path)?, options, sink)?;
        expect_size(&report, size)?;
        files.push(report);
    }
    Ok(files)
}

/// A file cut off or still being written gives rows that look whole, so its size is compared.
fn expect_size(report: &FileReport, size: Option<u64>) -> Result<(), DataError> {
    match size {
        Some(before) if before != report.bytes => Err(DataError::Changed {
            path: report.path.clone(),
            before,
            read: report.bytes,
        }),
        _ => Ok(()),
    }
}

fn read_input<S: RowSink>(
    mut input: Input<'_>,
    format: Format,
    options: &ReadOptions,
    sink: &mut S,
) -> Result<FileReport, DataError> {
    let rows_before = sink.num_rows();
    let path = input.path.clone();
    sink.begin_file(&path);
    let (mut delimiter, mut delimiter_detected) = (None, false);
    match format {
        Format::Csv => {
            let (chosen, detected) = csv::read_csv(&mut input, options, sink)?;
            (delimiter, delimiter_detected) = (Some(chosen), detected);
        }
        Format::Jsonl => jsonl::read_jsonl(&mut input, sink)?,
        #[cfg(feature = "parquet")]
        Format::Parquet => parquet::read_parquet(&mut input, sink)?,
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => return Err(DataError::ParquetNotBuiltIn { path }),
    }
    let (bytes, sha256) = input.finish()?;
    let rows = sink.num_rows() - rows_before;
    Ok(FileReport {
        path,
        bytes,
        sha256,
        rows,
        format,
        delimiter,
        delimiter_detected,
    })
}
