//! Only the names of columns, for checks that should come before a long read.

use std::path::{Path, PathBuf};

use super::rejected::Reason;
use super::rows::{Row, RowSink};
use super::{Format, Input, ReadOptions, open_file, read_input};
use crate::error::DataError;

/// The columns of the first file, private ones too. Of CSV and Parquet only the beginning is read; JSON lines may name
/// a column anywhere, so they are read to their end.
///
/// # Errors
/// The file cannot be read, or has no usable header.
pub fn header(paths: &[PathBuf], options: &ReadOptions) -> Result<Vec<String>, DataError> {
    let path = paths.first().ok_or(DataError::NoFiles)?;
    let mut sink = HeaderSink::default();
    let input = Input::new(path, open_file(path)?)?;
    let read = read_input(input, Format::from_path(path)?, options, &mut sink);
    if sink.is_complete {
        return Ok(sink.names);
    }
    read.map(|_| sink.names)
}

#[derive(Default)]
struct HeaderSink {
    names: Vec<String>,
    /// The error that ended the reading was this sink's own.
    is_complete: bool,
    num_rows: usize,
}

impl RowSink for HeaderSink {
    fn begin_file(&mut self, _path: &Path) {}

    fn column(&mut self, name: &str) {
        self.names.push(name.into());
    }

    fn columns_complete(&mut self, fixed: bool) -> Result<(), DataError> {
        self.is_complete = true;
        // An error is the way to stop a reader.
        if fixed {
            Err(DataError::NoFiles)
        } else {
            Ok(())
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
        Ok(())
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
    fn check(file: &str, text: &str, expected: &[&str]) {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join(file);
        std::fs::write(&path, text).unwrap();
        let names = header(&[path], &ReadOptions::default()).unwrap();
        assert_eq!(names, expected);
    }

    #[test]
    fn the_columns_of_a_file_are_named_without_its_rows() {
        check("a.csv", "x,y\n1,2\n\"never closed", &["x", "y"]);
        check("a.jsonl", "{\"x\": 1}\n{\"y\": {\"z\": 1}}\n", &["x", "y"]);
    }

    #[test]
    fn a_file_without_a_line_has_no_header() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(
            header(&[path], &ReadOptions::default()),
            Err(DataError::Empty { .. })
        ));
    }
}
