//! What is in a file that nobody has described yet: the type of each column, with the reason for it.
//!
//! One streaming pass with bounded memory. Counts are exact; distinct values beyond 10,000 and medians beyond 10,000
//! rows are close estimates and marked as such.

mod distinct;
mod infer;
mod numbers;
mod shapes;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::DataError;
use crate::source::cell::MissingValues;
use crate::source::rows::{Cell, Row, RowSink};
use crate::source::{ColumnKind, FileReport, ReadOptions, Reason, read_files};
use tally::ColumnTally;

/// What files hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The files, with checksums and delimiters.
    pub files: Vec<FileReport>,
    /// Rows of the right shape.
    pub num_rows: usize,
    /// Rows with another number of cells than the header, and lines that are no JSON objects.
    pub broken_rows: usize,
    /// In the order of the header; columns never to be read are left out.
    pub columns: Vec<ColumnProfile>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProfile {
    /// As in the header.
    pub name: String,
    /// The type that suits it.
    pub kind: InferredKind,
    /// Why, in a few words.
    pub reason: String,
    /// Rows without a value.
    pub missing: usize,
    /// Different values.
    pub distinct: usize,
    /// Whether `distinct` was counted; beyond 10,000 it is estimated, within about 3 %.
    pub distinct_is_exact: bool,
    /// Rows of its rarest value, if all of them were counted.
    pub rarest: Option<usize>,
    /// Words of its longest cell.
    pub most_words: usize,
    /// Bounds and middle, if most values are numbers.
    pub numbers: Option<NumberProfile>,
    /// The most frequent values with their counts, at most 10.
    pub top: Vec<(String, usize)>,
    /// The first different values, at most 3.
    pub examples: Vec<String>,
    /// Cells that stand in a column of numbers without being any; `[data] missing` should list them.
    pub suggested_missing: Vec<String>,
    /// What keeps its numbers from being read as such: a decimal comma, thousands separators, a unit.
    pub unreadable_numbers: Option<&'static str>,
}

/// The numbers of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NumberProfile {
    /// Smallest.
    pub min: f64,
    /// Middle; of an even sample of 10,000 if there are more.
    pub median: f64,
    /// Largest.
    pub max: f64,
    /// Whether all are whole.
    pub integer_only: bool,
}

/// The type that suits a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InferredKind {
    /// Measured or counted values.
    Number,
    /// Two values.
    Binary,
    /// A short list of values.
    Category,
    /// Days or moments.
    Date {
        /// `strftime` format; ISO 8601 when absent.
        format: Option<String>,
    },
    /// Several values per cell.
    Set {
        /// The text between them.
        separator: String,
    },
    /// Numbers in each cell.
    Vector {
        /// The text between them.
        separator: String,
        /// How many.
        width: usize,
    },
    /// Sentences.
    Text,
    /// Names of rows, which say nothing about other rows.
    Identifier,
    /// One value, or none.
    Constant,
}

impl InferredKind {
    /// How to read a column of this type.
    pub fn column_kind(&self) -> ColumnKind {
        match self {
            Self::Number => ColumnKind::Number,
            Self::Date { format } => ColumnKind::Date {
                formats: format.iter().cloned().collect(),
            },
            Self::Set { separator } => ColumnKind::Set {
                separator: separator.clone(),
            },
            Self::Vector { separator, width } => ColumnKind::Vector {
                separator: separator.clone(),
                width: Some(*width),
            },
            Self::Binary | Self::Category | Self::Text | Self::Identifier | Self::Constant => {
                ColumnKind::Category
            }
        }
    }
}

/// Looks through files. Values of columns in [`ReadOptions::never_read`] are not looked at; add the columns to be
/// hashed there too, since a profile shows values.
pub fn profile(paths: &[PathBuf], options: &ReadOptions) -> Result<Profile, DataError> {
    let mut sink = ProfileSink {
        options,
        missing: MissingValues::new(&options.missing),
        columns: Vec::new(),
        by_name: HashMap::new(),
        places: Vec::new(),
        path: PathBuf::new(),
        num_rows: 0,
        broken_rows: 0,
    };
    let files = read_files(paths, options, &mut sink)?;
    let num_rows = sink.num_rows;
    let columns = sink
        .columns
        .into_iter()
        .map(|column| infer::finish(column, num_rows))
        .collect();
    Ok(Profile {
        files,
        num_rows,
        broken_rows: sink.broken_rows,
        columns,
    })
}

struct ProfileSink<'a> {
    options: &'a ReadOptions,
    missing: MissingValues,
    columns: Vec<ColumnTally>,
    by_name: HashMap<String, usize>,
    /// The tally of each column of the file at hand.
    places: Vec<Option<usize>>,
    path: PathBuf,
    num_rows: usize,
    broken_rows: usize,
}

impl RowSink for ProfileSink<'_> {
    fn begin_file(&mut self, path: &Path) {
        self.path = path.into();
        self.places.clear();
    }

    fn column(&mut self, name: &str) {
        let place = self.wants(name).then(|| {
            let next = self.columns.len();
            let index = *self.by_name.entry(name.into()).or_insert(next);
            if index == next {
                self.columns.push(ColumnTally::new(name));
            }
            index
        });
        self.places.push(place);
    }

    fn columns_complete(&mut self, _fixed: bool) -> Result<(), DataError> {
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        !self
            .options
            .never_read
            .iter()
            .any(|private| private == name)
    }

    fn refuses_nested(&self) -> bool {
        false
    }

    fn row<R: Row>(&mut self, line: u64, row: &R) -> Result<(), DataError> {
        for (place, index) in self.places.iter().enumerate() {
            let Some(column) = index.map(|index| &mut self.columns[index]) else {
                continue;
            };
            let cell = row.cell(place).map_err(|_| DataError::NotUtf8 {
                path: self.path.clone(),
                line,
                column: column.name.clone(),
                encoding: "WINDOWS-1252",
            })?;
            match cell {
                Cell::Missing => {}
                Cell::Float(value) if value.is_nan() => {}
                Cell::Nested => column.add_nested(),
                Cell::List(cells) => column.add_list(&cells, &self.missing),
                cell => {
                    let text = cell.text();
                    if !self.missing.contains(&text) {
                        column.add_text(&text);
                    }
                }
            }
        }
        self.num_rows += 1;
        Ok(())
    }

    fn broken_row(&mut self, _line: u64, _cells: Vec<String>, _reason: Reason) {
        self.broken_rows += 1;
    }

    fn num_rows(&self) -> usize {
        self.num_rows
    }
}
