// What a stranger's table goes through, shared by the fuzz target and the test that replays its inputs. The first byte
// chooses the format and how many rows may be rejected, the others are the file.

use hob_data::source::{ColumnKind, ColumnRequest, Format, ReadOptions, read_stream};

/// Reads a table with a column of every kind. Must come back with a table or an error.
pub(crate) fn read_rows(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let format = match choice % 4 {
        0 => Some(Format::Csv),
        1 => Some(Format::Jsonl),
        2 => Some(Format::Parquet),
        _ => None,
    };
    let options = ReadOptions {
        max_rejected: usize::from(choice / 4),
        ..ReadOptions::default()
    };
    match read_stream("fuzz", bytes, format, &columns(), &options) {
        Ok((table, report)) => {
            assert_eq!(table.num_rows, report.num_rows);
            assert!(report.rejected.num_rows <= options.max_rejected);
            let _ = report.rejected.to_csv();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn columns() -> Vec<ColumnRequest> {
    let vector = |separator: &str, width| ColumnKind::Vector {
        separator: separator.into(),
        width,
    };
    let date = |formats: &[&str]| ColumnKind::Date {
        formats: formats.iter().map(|format| (*format).into()).collect(),
    };
    let set = ColumnKind::Set {
        separator: ";".into(),
    };
    let kinds = [
        ("a", ColumnKind::Number),
        ("b", ColumnKind::Category),
        ("c", date(&[])),
        ("d", date(&["%d.%m.%Y %H:%M"])),
        ("e", set),
        ("f", vector(" ", None)),
        ("g", vector(",", Some(3))),
    ];
    kinds
        .map(|(name, kind)| ColumnRequest {
            name: name.into(),
            kind,
            required: false,
            hash_salt: (name == "b").then(|| "salt".into()),
        })
        .to_vec()
}
