//! Fills typed columns from rows, and keeps account of the rows that do not fit.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::cell::MissingValues;
use super::column::{Builder, Misfit};
use super::open::hex;
use super::rejected::{Reason, Rejected, RejectedRow};
use super::rows::{Cell, Row, RowSink};
use super::{ColumnRequest, FileReport, ReadOptions, SourceReport};
use crate::error::{DataError, similar_name};
use crate::table::{Column, Table};

/// A table under construction.
pub(crate) struct TableSink<'a> {
    options: &'a ReadOptions,
    missing: MissingValues,
    columns: Vec<ColumnSink<'a>>,
    /// Which columns have that name.
    by_name: HashMap<&'a str, Vec<usize>>,
    /// Columns with a dictionary, and its size before the row at hand.
    dictionaries: Vec<(usize, usize)>,
    num_rows: usize,
    file: FileState,
    /// The first file whose columns are fixed by a header.
    first: Option<(PathBuf, Vec<String>)>,
    header: Vec<String>,
    num_files: usize,
    rejected: Rejected,
}

struct ColumnSink<'a> {
    request: &'a ColumnRequest,
    builder: Builder,
    /// Its place in the file at hand.
    place: Option<usize>,
}

#[derive(Default)]
struct FileState {
    path: PathBuf,
    columns: Vec<String>,
    /// Place of each of the file's columns among the cells of rejected rows; private ones have none.
    shown_at: Vec<Option<usize>>,
}

impl<'a> TableSink<'a> {
    pub(crate) fn new(
        requests: &'a [ColumnRequest],
        options: &'a ReadOptions,
    ) -> Result<Self, DataError> {
        let mut columns = Vec::with_capacity(requests.len());
        let mut dictionaries = Vec::new();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, request) in requests.iter().enumerate() {
            if options.never_read.contains(&request.name) {
                return Err(DataError::PrivateColumn {
                    name: request.name.clone(),
                });
            }
            let builder = Builder::new(&request.name, &request.kind)?;
            if builder.dictionary_len().is_some() {
                dictionaries.push((index, 0));
            }
            columns.push(ColumnSink {
                request,
                builder,
                place: None,
            });
            by_name.entry(&request.name).or_default().push(index);
        }
        Ok(Self {
            options,
            missing: MissingValues::new(&options.missing),
            columns,
            by_name,
            dictionaries,
            num_rows: 0,
            file: FileState::default(),
            first: None,
            header: Vec::new(),
            num_files: 0,
            rejected: Rejected::default(),
        })
    }

    /// The table, unless more rows were rejected than allowed.
    pub(crate) fn finish(self, files: Vec<FileReport>) -> Result<(Table, SourceReport), DataError> {
        if self.rejected.num_rows > self.options.max_rejected {
            return Err(DataError::TooManyRejected {
                rejected: Box::new(self.rejected),
                num_rows: self.num_rows,
                max_rejected: self.options.max_rejected,
            });
        }
        let finish = |column: ColumnSink<'_>| Column {
            name: column.request.name.clone(),
            values: column.builder.finish(),
        };
        let columns = self.columns.into_iter().map(finish).collect();
        let report = SourceReport {
            files,
            num_rows: self.num_rows,
            rejected: self.rejected,
            header: self.header,
        };
        Ok((
            Table {
                columns,
                num_rows: report.num_rows,
            },
            report,
        ))
    }

    fn reject(&mut self, line: u64, row: &impl Row, reasons: Vec<Reason>) {
        let mut cells = Vec::new();
        if self.rejected.has_room() {
            cells = vec![String::new(); self.rejected.header.len()];
            for (place, shown_at) in self.file.shown_at.iter().enumerate() {
                let Some(shown_at) = *shown_at else { continue };
                let text = match row.cell(place) {
                    Ok(Cell::Text(text)) => text.into_owned(),
                    Ok(cell) => cell.text().into_owned(),
                    Err(_) => "\u{fffd}".into(),
                };
                cells[shown_at] = match self.salt_of(&self.file.columns[place]) {
                    Some(salt) if !self.missing.contains(text.trim()) => hash(salt, text.trim()),
                    _ => text,
                };
            }
        }
        let file = self.file.path.clone();
        self.rejected.add(RejectedRow {
            file,
            line,
            cells,
            reasons,
        });
    }

    fn salt_of(&self, name: &str) -> Option<&'a str> {
        let indexes = self.by_name.get(name)?;
        indexes
            .iter()
            .find_map(|&index| self.columns[index].request.hash_salt.as_deref())
    }

    fn check_required(&self) -> Result<(), DataError> {
        let absent = self
            .columns
            .iter()
            .find(|column| column.request.required && column.place.is_none());
        let Some(column) = absent else { return Ok(()) };
        let name = &column.request.name;
        let readable = |known: &&String| !self.options.never_read.contains(known);
        let known: Vec<String> = self.file.columns.iter().filter(readable).cloned().collect();
        let similar = similar_name(name, known.iter().map(String::as_str)).map(String::from);
        Err(DataError::MissingColumn {
            path: self.file.path.clone(),
            name: name.clone(),
            known,
            similar,
        })
    }

    fn check_same_columns(&mut self) -> Result<(), DataError> {
        let Some((path, columns)) = &self.first else {
            self.first = Some((self.file.path.clone(), self.file.columns.clone()));
            return Ok(());
        };
        let only_in = |some: &[String], others: &[String]| -> Vec<String> {
            let others: std::collections::HashSet<&String> = others.iter().collect();
            some.iter()
                .filter(|name| !others.contains(name))
                .cloned()
                .collect()
        };
        let missing = only_in(columns, &self.file.columns);
        let added = only_in(&self.file.columns, columns);
        if missing.is_empty() && added.is_empty() {
            return Ok(());
        }
        Err(DataError::DifferentColumns {
            first: path.clone(),
            path: self.file.path.clone(),
            missing,
            added,
        })
    }
}

impl RowSink for TableSink<'_> {
    fn begin_file(&mut self, path: &Path) {
        self.file = FileState {
            path: path.into(),
            ..FileState::default()
        };
        self.columns
            .iter_mut()
            .for_each(|column| column.place = None);
        self.num_files += 1;
    }

    fn column(&mut self, name: &str) {
        let place = self.file.columns.len();
        self.file.columns.push(name.into());
        for &index in self.by_name.get(name).into_iter().flatten() {
            self.columns[index].place = Some(place);
        }
        if self.num_files == 1 {
            self.header.push(name.into());
        }
        let shown_at = (!self
            .options
            .never_read
            .iter()
            .any(|private| private == name))
        .then(|| {
            let shown = &mut self.rejected.header;
            // The first file's columns are all new; looking them up would take quadratic time.
            let known = if self.num_files == 1 {
                None
            } else {
                shown.iter().position(|known| known == name)
            };
            known.unwrap_or_else(|| {
                shown.push(name.into());
                shown.len() - 1
            })
        });
        self.file.shown_at.push(shown_at);
    }

    fn columns_complete(&mut self, fixed: bool) -> Result<(), DataError> {
        self.check_required()?;
        if fixed {
            self.check_same_columns()
        } else {
            Ok(())
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    fn row<R: Row>(&mut self, line: u64, row: &R) -> Result<(), DataError> {
        for (index, len) in &mut self.dictionaries {
            *len = self.columns[*index].builder.dictionary_len().unwrap_or(0);
        }
        let mut reasons = Vec::new();
        for column in &mut self.columns {
            if let Some(bytes) = column.place.and_then(|place| row.bytes(place))
                && column.request.hash_salt.is_none()
                && column.builder.push_plain(bytes, &self.missing)
            {
                continue;
            }
            let mut cell = match column.place {
                None => Cell::Missing,
                Some(place) => row.cell(place).map_err(|_| DataError::NotUtf8 {
                    path: self.file.path.clone(),
                    line,
                    column: column.request.name.clone(),
                    encoding: "WINDOWS-1252",
                })?,
            };
            if let Some(salt) = &column.request.hash_salt {
                cell = hash_cell(salt, cell, &self.missing);
            }
            if let Err(misfit) = column.builder.push(&cell, &self.missing) {
                reasons.push(reason(&column.request.name, &cell, misfit));
            }
        }
        if reasons.is_empty() {
            self.num_rows += 1;
            return Ok(());
        }
        let mut dictionaries = self.dictionaries.iter().peekable();
        for (index, column) in self.columns.iter_mut().enumerate() {
            let len = dictionaries
                .next_if(|(of, _)| *of == index)
                .map_or(0, |&(_, len)| len);
            column.builder.go_back(self.num_rows, len);
        }
        self.reject(line, row, reasons);
        Ok(())
    }

    fn broken_row(&mut self, line: u64, mut cells: Vec<String>, reason: Reason) {
        // Which cell belongs to which column is not known, so none is shown where one of them may be private.
        let has_private = !self.options.never_read.is_empty()
            || self
                .columns
                .iter()
                .any(|column| column.request.hash_salt.is_some());
        if has_private || !self.rejected.has_room() {
            cells.clear();
        }
        let file = self.file.path.clone();
        self.rejected.add(RejectedRow {
            file,
            line,
            cells,
            reasons: vec![reason],
        });
    }

    fn num_rows(&self) -> usize {
        self.num_rows
    }
}

fn reason(column: &str, cell: &Cell<'_>, misfit: Misfit) -> Reason {
    Reason {
        column: column.into(),
        value: Some(cell.text().into_owned()),
        expected: misfit.expected,
        hint: misfit.hint,
    }
}

fn hash(salt: &str, text: &str) -> String {
    hex(&Sha256::new()
        .chain_update(salt)
        .chain_update(text)
        .finalize())
}

fn hash_cell<'b>(salt: &str, cell: Cell<'b>, missing: &MissingValues) -> Cell<'b> {
    match cell {
        Cell::Missing => Cell::Missing,
        Cell::List(cells) => Cell::List(
            cells
                .into_iter()
                .map(|cell| hash_cell(salt, cell, missing))
                .collect(),
        ),
        Cell::Nested => Cell::Nested,
        cell => {
            let text = cell.text();
            if missing.contains(&text) {
                Cell::Missing
            } else {
                Cell::Text(Cow::Owned(hash(salt, &text)))
            }
        }
    }
}
