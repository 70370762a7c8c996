//! Files that another program changes, and pipes.

use super::*;
use crate::source::rows::Row;

/// Changes something when it gets the first row, then is a table like any other.
struct Changing<'a, F: FnMut()> {
    table: TableSink<'a>,
    change: Option<F>,
}

impl<F: FnMut()> RowSink for Changing<'_, F> {
    fn begin_file(&mut self, path: &Path) {
        self.table.begin_file(path);
    }

    fn column(&mut self, name: &str) {
        self.table.column(name);
    }

    fn columns_complete(&mut self, fixed: bool) -> Result<(), DataError> {
        self.table.columns_complete(fixed)
    }

    fn wants(&self, name: &str) -> bool {
        self.table.wants(name)
    }

    fn row<R: Row>(&mut self, line: u64, row: &R) -> Result<(), DataError> {
        if let Some(mut change) = self.change.take() {
            change();
        }
        self.table.row(line, row)
    }

    fn broken_row(&mut self, line: u64, cells: Vec<String>, reason: Reason) {
        self.table.broken_row(line, cells, reason);
    }

    fn num_rows(&self) -> usize {
        self.table.num_rows()
    }
}

/// Reads 400,000 bytes of rows that become `size` bytes at the first row.
fn read_changing(name: &str, row: &str, size: u64) -> DataError {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, name, row.repeat(400_000 / row.len()).as_bytes());
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let (columns, options) = ([number("a")], ReadOptions::default());
    let mut sink = Changing {
        table: TableSink::new(&columns, &options).unwrap(),
        change: Some(|| file.set_len(size).unwrap()),
    };
    read_files(&[path], &options, &mut sink).unwrap_err()
}

#[test]
fn a_file_that_is_cut_off_or_grows_while_it_is_read_is_refused() {
    // The first line is the header.
    for (name, row) in [("a.csv", "a,b\n"), ("a.jsonl", "{\"a\": 1}\n")] {
        for (size, expected) in [(300_001, "became shorter"), (500_000, "grew")] {
            let error = read_changing(name, row, size);
            let text = error.to_string();
            assert!(matches!(error, DataError::Changed { .. }), "{text}");
            assert!(text.contains(name) && text.contains(expected), "{text}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_device_can_be_read_once_but_has_no_header_to_look_up() {
    let path = PathBuf::from("/dev/null");
    let error = header(std::slice::from_ref(&path), &ReadOptions::default(), []).unwrap_err();
    assert!(matches!(error, DataError::NotRegular { .. }), "{error}");
    assert_eq!(resolve("/dev/null", Path::new("")).unwrap(), [path]);
}
