//! Only the names of columns, for checks that should come before a long read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::open::is_regular;
use super::rejected::Reason;
use super::rows::{Row, RowSink};
use super::{Format, Input, ReadOptions, open_file, read_input};
use crate::error::DataError;

/// The columns of the first file, private ones too. Of CSV and Parquet only the beginning is read. JSON lines may name a
/// column anywhere, so they are read until every wanted name was there, which is mostly the first line: names that are
/// not wanted may be absent then.
///
/// # Errors
/// The file cannot be read, or has no usable header. A pipe is refused: what is read of it now could not be read again.
pub fn header<'a>(
    paths: &[PathBuf],
    options: &ReadOptions,
    wanted: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<String>, DataError> {
    for path in paths {
        if !is_regular(path)? {
            return Err(DataError::NotRegular { path: path.clone() });
        }
    }
    let path = paths.first().ok_or(DataError::NoFiles)?;
    let mut sink = HeaderSink {
        wanted: wanted.into_iter().collect(),
        ..HeaderSink::default()
    };
    let input = Input::new(path, open_file(path)?)?;
    let read = read_input(input, Format::from_path(path)?, options, &mut sink);
    if sink.is_complete {
        return Ok(sink.names);
    }
    read.map(|_| sink.names)
}

#[derive(Default)]
struct HeaderSink<'a> {
    /// Names that have not been there yet.
    wanted: BTreeSet<&'a str>,
    names: Vec<String>,
    /// The error that ended the reading was this sink's own.
    is_complete: bool,
    num_rows: usize,
}

impl RowSink for HeaderSink<'_> {
    fn begin_file(&mut self, _path: &Path) {}

    fn column(&mut self, name: &str) {
        self.wanted.remove(name);
        self.names.push(name.into());
    }

    fn columns_complete(&mut self, fixed: bool) -> Result<(), DataError> {
        // An error is the way to stop a reader.
        self.is_complete = fixed;
        match fixed {
            true => Err(DataError::NoFiles),
            false => Ok(()),
        }
    }

    fn wants(&self, _name: &str) -> bool {
        false
    }

    fn refuses_nested(&self) -> bool {
        false
    }

    fn row<R: Row>(&mut self, _line: u64, _row: &R) -> Result<(), DataError> {
        self.num_rows += 1;
        self.columns_complete(self.wanted.is_empty())
    }

    fn broken_row(&mut self, _line: u64, _cells: Vec<String>, _reason: Reason) {}

    fn num_rows(&self) -> usize {
        self.num_rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, text: &str, wanted: &[&str], expected: &[&str]) {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join(file);
        std::fs::write(&path, text).unwrap();
        let names = header(&[path], &ReadOptions::default(), wanted.iter().copied()).unwrap();
        assert_eq!(names, expected);
    }

    #[test]
    fn the_columns_of_a_file_are_named_without_its_rows() {
        check("a.csv", "x,y\n1,2\n\"never closed", &["z"], &["x", "y"]);
        check(
            "a.jsonl",
            "{\"x\": 1}\n{\"y\": {\"z\": 1}}\n",
            &["z"],
            &["x", "y"],
        );
    }

    #[test]
    fn json_lines_are_read_until_every_wanted_column_was_there() {
        let text = "{\"x\": 1}\n{\"y\": 1}\n{\"z\": 1}\n";
        check("a.jsonl", text, &["x"], &["x"]);
        check("a.jsonl", text, &["y", "x"], &["x", "y"]);
        check("a.jsonl", text, &["w"], &["x", "y", "z"]);
    }

    #[test]
    fn a_file_without_a_line_has_no_header() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(
            header(&[path], &ReadOptions::default(), []),
            Err(DataError::Empty { .. })
        ));
    }
}
