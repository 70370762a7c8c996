mod changing_files;
#[cfg(feature = "parquet")]
mod parquet_files;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::table::{Categories, MISSING_CODE, MISSING_DATE, Sets, Values};

fn request(name: &str, kind: ColumnKind) -> ColumnRequest {
    ColumnRequest {
        name: name.into(),
        kind,
        required: true,
        hash_salt: None,
    }
}

fn number(name: &str) -> ColumnRequest {
    request(name, ColumnKind::Number)
}

fn category(name: &str) -> ColumnRequest {
    request(name, ColumnKind::Category)
}

fn stream(
    text: &[u8],
    columns: &[ColumnRequest],
    options: &ReadOptions,
) -> Result<(Table, SourceReport), DataError> {
    read_stream("in", text, None, columns, options)
}

fn parse(text: &str, columns: &[ColumnRequest]) -> Table {
    stream(text.as_bytes(), columns, &ReadOptions::default())
        .unwrap()
        .0
}

fn message(text: &[u8], columns: &[ColumnRequest]) -> String {
    stream(text, columns, &ReadOptions::default())
        .unwrap_err()
        .to_string()
}

fn numbers(table: &Table, column: usize) -> &[f64] {
    match &table.columns[column].values {
        Values::Number(values) => values,
        other => panic!("{other:?}"),
    }
}

fn texts(table: &Table, column: usize) -> Vec<Option<&str>> {
    match &table.columns[column].values {
        Values::Category(values) => (0..table.num_rows).map(|row| values.get(row)).collect(),
        other => panic!("{other:?}"),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn csv_cells_become_typed_columns() {
    let text =
        "\u{feff}a, b ,d\r\n1, x ,2024-05-31\r\n+2.5,\"y, \"\"z\"\"\nw\",\r\nNA,x,1970-01-02\r\n";
    let date = request("d", ColumnKind::Date { formats: vec![] });
    let table = parse(text, &[category("b"), number("a"), date]);
    assert_eq!(
        texts(&table, 0),
        [Some("x"), Some("y, \"z\"\nw"), Some("x")]
    );
    assert_eq!(numbers(&table, 1)[..2], [1.0, 2.5]);
    assert!(numbers(&table, 1)[2].is_nan());
    assert_eq!(
        table.columns[2].values,
        Values::Date(vec![1_717_113_600, MISSING_DATE, 86_400])
    );
}

#[test]
fn sets_and_vectors_are_split() {
    let set = request(
        "s",
        ColumnKind::Set {
            separator: ";".into(),
        },
    );
    let vector = |separator: &str| {
        request(
            "v",
            ColumnKind::Vector {
                separator: separator.into(),
                width: None,
            },
        )
    };
    let table = parse(
        "s\tv\nred; blue;red\t\n\t[1  2.5]\nblue\t3 4\n",
        &[set, vector(" ")],
    );
    let sets = Sets {
        offsets: vec![0, 2, 2, 3],
        codes: vec![0, 1, 1],
        dictionary: vec!["red".into(), "blue".into()],
    };
    assert_eq!(table.columns[0].values, Values::Set(sets));
    let Values::Vector { width, values } = &table.columns[1].values else {
        panic!()
    };
    assert_eq!(*width, 2);
    assert!(values[0].is_nan() && values[1].is_nan());
    assert_eq!(values[2..], [1.0, 2.5, 3.0, 4.0]);
    let text = message(b"v\n1 2\n1 2 3\n1 x\n", &[vector(" ")]);
    assert!(
        text.contains("in:3: column `v` is `1 2 3`, expected 2 numbers (there are 3)"),
        "{text}"
    );
    assert!(
        text.contains("in:4: column `v` is `1 x`, expected 2 numbers separated by blanks"),
        "{text}"
    );
    let table = parse("a;v\n1;\"1,2\"\n", &[vector(",")]);
    assert_eq!(
        table.columns[0].values,
        Values::Vector {
            width: 2,
            values: vec![1.0, 2.0]
        }
    );
}

#[test]
fn values_that_do_not_parse_reject_their_row() {
    let text = "a;b;c\n1,5;x;1\n2;y;2\n3;z;oops\ninf;w;?\n";
    let columns = [number("a"), category("b"), number("c")];
    let error = message(text.as_bytes(), &columns);
    let expected = "\
3 of 4 rows cannot be read, 0 are allowed
  a: 2
  c: 2
the first ones:
  in:2: column `a` is `1,5`, expected a number (looks like a decimal comma)
  in:4: column `c` is `oops`, expected a number
  in:5: column `a` is `inf`, expected a number (list it in `[data] missing` if it means no value)
  in:5: column `c` is `?`, expected a number
hint: correct the file, list cells that mean \"no value\" in `[data] missing`, or leave these rows out with `[data] max_rejected = 3`, or `--max-rejected 3` of predict and evaluate";
    assert_eq!(error, expected);

    let options = ReadOptions {
        max_rejected: 3,
        ..ReadOptions::default()
    };
    let (table, report) = stream(text.as_bytes(), &columns, &options).unwrap();
    assert_eq!(
        (table.num_rows, report.num_rows, report.rejected.num_rows),
        (1, 1, 3)
    );
    assert_eq!(numbers(&table, 0), [2.0]);
    // Values of rejected rows leave no trace in the dictionary.
    assert_eq!(
        table.columns[1].values,
        Values::Category(Categories {
            codes: vec![0],
            dictionary: vec!["y".into()]
        })
    );
    assert_eq!(report.rejected.rows[1].cells, ["3", "z", "oops"]);
    let options = ReadOptions {
        max_rejected: 2,
        ..ReadOptions::default()
    };
    assert!(stream(text.as_bytes(), &columns, &options).is_err());
}

#[test]
fn lines_are_counted_through_quoted_line_ends_and_crlf() {
    let text = "a,b\r\n1,\"x\r\ny\"\r\n\r\nbad,z\r\n";
    let error = message(text.as_bytes(), &[number("a"), category("b")]);
    assert!(error.contains("in:5: column `a` is `bad`"), "{error}");
    let text = "a,b\n1,\"x\ny\"\n\n\nbad,z\n";
    let error = message(text.as_bytes(), &[number("a"), category("b")]);
    assert!(error.contains("in:6: column `a` is `bad`"), "{error}");
}

#[test]
fn rows_with_another_number_of_cells_are_rejected() {
    let error = message(b"a,b\n1,2\n1\n1,2,3\n", &[number("a")]);
    assert!(error.contains("(whole row): 2"), "{error}");
    assert!(
        error.contains("in:3: the row has 1 cells, expected 2"),
        "{error}"
    );
    assert!(
        error.contains("in:4: the row has 3 cells, expected 2"),
        "{error}"
    );
    let error = message(b"a,b\n1,\"2\n3\"\n1\n", &[number("a")]);
    assert!(error.contains("in:4: the row has 1 cells"), "{error}");
}

#[test]
fn a_quote_that_is_never_closed_is_an_error() {
    for text in [
        "a,b\n1,2\n1,\"2\n3,4\n5,6\n",
        "a,b\r\n1,2\r\n\"x\r\n3,4",
        "a,b\n1,2\n1,x,\"2\n3,4\n5,6\n",
    ] {
        let error = message(text.as_bytes(), &[category("a")]);
        assert_eq!(
            error,
            "`in`: the row that starts at line 3 opens a quote that is never closed"
        );
    }
    assert_eq!(parse("a,b\n1,\"2\n\"\n", &[number("a")]).num_rows, 1);
    assert_eq!(parse("a,b\n1,\"2\n3\"", &[number("a")]).num_rows, 1);
}

#[test]
fn headers_must_be_unique_and_complete() {
    let error = message(b"a,b,a\n1,2,3\n", &[number("a")]);
    assert!(
        error.contains("two columns named `a` (places 1 and 3)"),
        "{error}"
    );
    let error = message(
        b"sepal_length,sepal_width\n1,2\n",
        &[number("sepal_lenght")],
    );
    assert!(
        error.contains("no column `sepal_lenght`, did you mean `sepal_length`?"),
        "{error}"
    );
    assert!(
        error.contains("its columns are `sepal_length`, `sepal_width`"),
        "{error}"
    );
    assert_eq!(message(b"", &[number("a")]), "`in` is empty");
    assert_eq!(message(b"\n\r\n", &[number("a")]), "`in` is empty");
    // Unnamed columns, as pandas writes for its index, do no harm.
    assert_eq!(parse(",,a\n0,1,2\n", &[number("a")]).num_rows, 1);
    assert_eq!(parse("a\n", &[number("a")]).num_rows, 0);
}

#[test]
fn a_header_can_be_given() {
    let options = ReadOptions {
        header: Some(vec!["a".into(), "b".into()]),
        ..ReadOptions::default()
    };
    let (table, report) = stream(b"1,2\n3,4\n", &[number("b")], &options).unwrap();
    assert_eq!(numbers(&table, 0), [2.0, 4.0]);
    assert_eq!(report.header, ["a", "b"]);
    let error = stream(b"1,2,3\n", &[number("b")], &options)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "`header` names 2 columns, but the first row of `in` has 3 cells"
    );
}

#[test]
fn absent_columns_that_are_not_required_are_missing() {
    let optional = ColumnRequest {
        required: false,
        ..category("target")
    };
    let table = parse("a\n1\n2\n", &[number("a"), optional]);
    assert_eq!(texts(&table, 1), [None, None]);
}

#[test]
fn other_encodings_are_named() {
    let error = message(b"a,name\n1,M\xfcller\n", &[category("name")]);
    assert!(
        error.starts_with("`in`, line 2, column `name`: not valid UTF-8"),
        "{error}"
    );
    assert!(error.contains("iconv -f WINDOWS-1252 -t UTF-8"), "{error}");
    let error = message(b"a,na\xfc\n1,2\n", &[category("name")]);
    assert!(
        error.contains("line 1, column `header, place 2`"),
        "{error}"
    );
    let error = message(b"\xff\xfea\0,\0", &[category("name")]);
    assert!(error.contains("iconv -f UTF-16"), "{error}");
    let error = message(b"{\"a\": \"\xfc\"}", &[category("a")]);
    assert!(error.contains("line 1, column `(whole row)`"), "{error}");
}

#[test]
fn the_delimiter_is_reported() {
    let (_, report) = stream(b"a|b\n1|2\n", &[number("a")], &ReadOptions::default()).unwrap();
    assert_eq!(
        (
            report.files[0].delimiter,
            report.files[0].delimiter_detected
        ),
        (Some('|'), true)
    );
    let options = ReadOptions {
        delimiter: Some(':'),
        ..ReadOptions::default()
    };
    let (table, report) = stream(b"a:b\n1:2\n", &[number("b")], &options).unwrap();
    assert_eq!(numbers(&table, 0), [2.0]);
    assert!(!report.files[0].delimiter_detected);
    for delimiter in ['"', '\n', 'ä'] {
        let options = ReadOptions {
            delimiter: Some(delimiter),
            ..ReadOptions::default()
        };
        let error = stream(b"a\n", &[number("a")], &options)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`delimiter` must be one ASCII character"),
            "{error}"
        );
    }
}

#[test]
fn json_lines_become_typed_columns() {
    let text = r#"
{"age": 31, "name": "Ann", "tags": ["x", "y"], "v": [1, 2.5], "ok": true}
{"name": null, "v": "3 4", "age": " 32 ", "extra": 1}
"#;
    let columns = [
        number("age"),
        category("name"),
        request(
            "tags",
            ColumnKind::Set {
                separator: ";".into(),
            },
        ),
        request(
            "v",
            ColumnKind::Vector {
                separator: " ".into(),
                width: Some(2),
            },
        ),
        category("ok"),
        category("extra"),
    ];
    let (table, report) = stream(text.as_bytes(), &columns, &ReadOptions::default()).unwrap();
    assert_eq!(report.files[0].format, Format::Jsonl);
    assert_eq!(report.header, ["age", "name", "tags", "v", "ok", "extra"]);
    assert_eq!(numbers(&table, 0), [31.0, 32.0]);
    assert_eq!(texts(&table, 1), [Some("Ann"), None]);
    assert_eq!(
        table.columns[3].values,
        Values::Vector {
            width: 2,
            values: vec![1.0, 2.5, 3.0, 4.0]
        }
    );
    assert_eq!(texts(&table, 4), [Some("true"), None]);
    assert_eq!(texts(&table, 5), [None, Some("1")]);
}

#[test]
fn bad_json_lines_are_rejected_with_their_place() {
    let text = b"{\"a\": 1}\n{\"a\": 2\n[3]\n{\"a\": {\"b\": 1}}\n{\"a\": true}\n{\"a\": [1]}\n";
    let error = message(text, &[number("a")]);
    assert!(error.contains("5 of 6 rows"), "{error}");
    assert!(
        error.contains("in:2: the line is not a JSON object (the mistake is at character 7)"),
        "{error}"
    );
    assert!(
        error.contains("in:3: the line is not a JSON object (a line must be an object such as"),
        "{error}"
    );
    assert!(
        error.contains("in:4: column `a` is `{...}`, expected a number"),
        "{error}"
    );
    assert!(
        error.contains("in:5: column `a` is `true`, expected a number (use the type `binary`"),
        "{error}"
    );
    assert!(
        error.contains("in:6: column `a` is `[1]`, expected a number (use the type `vector`"),
        "{error}"
    );
    let error = message(b"{\"a\": 1}\n", &[number("b")]);
    assert!(error.contains("`in` has no column `b`"), "{error}");
    let columns = [number("a")];
    let array = read_stream(
        "in",
        &b" [{\"a\": 1}]"[..],
        Some(Format::Jsonl),
        &columns,
        &ReadOptions::default(),
    );
    assert!(
        array
            .unwrap_err()
            .to_string()
            .contains("is a JSON array, not JSON lines")
    );
}

#[test]
fn a_key_that_stands_twice_rejects_its_row() {
    let text = b"{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"y\", \"a\": null}\n{\"c\": 1, \"c\": 1}\n{\"a\": 4}\n";
    let error = message(text, &[number("a")]);
    assert!(error.contains("2 of 4 rows"), "{error}");
    for expected in [
        "in:2: the key `a` stands twice in the line (keep one of them)",
        "in:3: the key `c` stands twice in the line",
        "\n  a: 1\n",
    ] {
        assert!(error.contains(expected), "`{expected}` is not in: {error}");
    }
    let options = ReadOptions {
        max_rejected: 2,
        ..ReadOptions::default()
    };
    let (table, report) = stream(text, &[number("a")], &options).unwrap();
    assert_eq!(numbers(&table, 0), [1.0, 4.0]);
    assert_eq!(report.rejected.num_rows, 2);
}

#[test]
fn private_cells_appear_nowhere() {
    let options = ReadOptions {
        max_rejected: 9,
        never_read: vec!["secret".into()],
        ..ReadOptions::default()
    };
    let hashed = ColumnRequest {
        hash_salt: Some("salt".into()),
        ..category("name")
    };
    let text = b"secret,name,a\nS1,Ann,1\nS2,Bob,x\nS3,Bob,3,4\n";
    let (table, report) = stream(text, &[hashed, number("a")], &options).unwrap();
    // sha256("saltAnn")
    let expected = crate::source::open::hex(&<sha2::Sha256 as sha2::Digest>::digest(b"saltAnn"));
    assert_eq!(texts(&table, 0), [Some(expected.as_str())]);
    let shown = format!("{:?}", report.rejected);
    assert!(
        !shown.contains("S2") && !shown.contains("S3") && !shown.contains("Bob"),
        "{shown}"
    );
    assert_eq!(report.rejected.header, ["name", "a"]);
    let error = stream(text, &[category("secret")], &options)
        .unwrap_err()
        .to_string();
    assert!(error.contains("`secret` is private"), "{error}");
    let error = stream(text, &[number("secrets")], &options)
        .unwrap_err()
        .to_string();
    assert!(!error.contains("`secret`"), "{error}");
}

#[test]
fn rejected_rows_can_be_written() {
    let options = ReadOptions {
        max_rejected: 9,
        ..ReadOptions::default()
    };
    let (_, report) = stream(b"a,b\n1,x\n\"q,\"\"\",y\n1\n", &[number("a")], &options).unwrap();
    let text = String::from_utf8(report.rejected.to_csv()).unwrap();
    let expected = "file,line,reason,a,b\n\
        in,3,\"column `a` is `q,\"\"`, expected a number\",\"q,\"\"\",y\n\
        in,4,\"the row has 1 cells, expected 2\",1,\n";
    assert_eq!(text, expected);
}

#[test]
fn several_files_are_read_as_one() {
    let folder = TempDir::new().unwrap();
    let first = write(&folder, "1.csv", b"a,b\n1,x\n");
    let second = write(&folder, "2.csv.gz", &gzip(b"b;a\ny;2\nz;3\n"));
    let third = write(&folder, "3.tsv", b"a\tc\n1\t2\n");
    let columns = [number("a"), category("b")];
    let paths = resolve("*.csv*", folder.path()).unwrap();
    assert_eq!(paths, [first.clone(), second.clone()]);
    let (table, report) = read(&paths, &columns, &ReadOptions::default()).unwrap();
    assert_eq!(numbers(&table, 0), [1.0, 2.0, 3.0]);
    assert_eq!(texts(&table, 1), [Some("x"), Some("y"), Some("z")]);
    let file = &report.files[1];
    assert_eq!(
        (file.rows, file.delimiter, file.bytes),
        (2, Some(';'), std::fs::metadata(&second).unwrap().len())
    );
    let bytes = std::fs::read(&second).unwrap();
    assert_eq!(
        file.sha256,
        crate::source::open::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes))
    );
    let error = read(&[first, third], &[number("a")], &ReadOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("only in the first: `b`\n  only in the second: `c`"),
        "{error}"
    );
}

#[test]
fn damaged_gzip_is_named() {
    let folder = TempDir::new().unwrap();
    let text: String = (0..20_000)
        .map(|row| format!("{row},{}\n", row * 7919 % 1009))
        .collect();
    let packed = gzip(format!("a,b\n{text}").as_bytes());
    let check = |bytes: &[u8], part: &str| {
        let path = write(&folder, "x.csv.gz", bytes);
        let error = read(&[path], &[number("a")], &ReadOptions::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{error}");
    };
    check(
        &packed[..packed.len() / 2],
        "ends in the middle of its gzip data",
    );
    check(
        &packed[..packed.len() - 4],
        "ends in the middle of its gzip data",
    );
    check(&packed[..5], "ends in the middle of its gzip data");
    check(b"a,b\n1,2\n", "its content is something else");
    let mut wrong = packed.clone();
    *wrong.last_mut().unwrap() ^= 1;
    check(&wrong, "is not valid gzip data");
    let twice = [gzip(b"a\n1\n"), gzip(b"2\n")].concat();
    let path = write(&folder, "y.csv.gz", &twice);
    assert_eq!(
        read(&[path], &[number("a")], &ReadOptions::default())
            .unwrap()
            .0
            .num_rows,
        2
    );
}

#[test]
fn files_that_cannot_be_opened_are_named() {
    let folder = TempDir::new().unwrap();
    let error = |name: &str| resolve(name, folder.path()).unwrap_err().to_string();
    assert!(
        error("gone.csv").starts_with("there is no file `"),
        "{}",
        error("gone.csv")
    );
    assert!(
        error("*.csv").contains("no file matches `*.csv` in `"),
        "{}",
        error("*.csv")
    );
    assert!(error("a[.csv").contains("no file") || error("a[.csv").contains("not a valid"));
    std::fs::create_dir(folder.path().join("data.csv")).unwrap();
    assert!(
        error("data.csv").contains("is a folder, not a file"),
        "{}",
        error("data.csv")
    );
    let path = write(&folder, "a.xlsx", b"x");
    let error = read(&[path], &[], &ReadOptions::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot tell the format"), "{error}");
    write(&folder, "odd[1].csv", b"a\n1\n");
    assert_eq!(resolve("odd[1].csv", folder.path()).unwrap().len(), 1);
    assert!(read(&[], &[], &ReadOptions::default()).is_err());
}

#[test]
fn a_bad_date_format_is_an_error_before_reading() {
    let column = request(
        "d",
        ColumnKind::Date {
            formats: vec!["%!".into()],
        },
    );
    let error = message(b"", &[column]);
    assert!(
        error.contains("column `d`: `%!` is not a valid date format"),
        "{error}"
    );
    let column = request(
        "d",
        ColumnKind::Date {
            formats: vec!["%d.%m.%Y".into()],
        },
    );
    let error = message(b"d\n2024-05-31\n", &[column]);
    assert!(
        error.contains("expected a date in the format `%d.%m.%Y`"),
        "{error}"
    );
}

#[test]
fn a_source_that_fails_halfway_is_an_error() {
    struct Failing(usize);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            self.0 -= 1;
            let text = b"a\n1\n2\n";
            buffer[..text.len()].copy_from_slice(text);
            Ok(text.len())
        }
    }
    let columns = [number("a")];
    let result = read_stream(
        "disk.csv",
        Failing(3),
        Some(Format::Csv),
        &columns,
        &ReadOptions::default(),
    );
    assert_eq!(result.unwrap_err().to_string(), "cannot read `disk.csv`");
    let columns = [number("a")];
    let large = Failing(20_000);
    let result = read_stream(
        "disk.csv",
        large,
        Some(Format::Csv),
        &columns,
        &ReadOptions::default(),
    );
    assert_eq!(result.unwrap_err().to_string(), "cannot read `disk.csv`");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn arbitrary_cells_survive_csv(
        rows in proptest::collection::vec(proptest::collection::vec("\\PC*|[a,;\"\r\n\t|]*", 3), 1..20),
        delimiter in proptest::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let options = ReadOptions { delimiter: Some(delimiter.into()), missing: vec![], ..ReadOptions::default() };
        let columns = [category("x"), category("y"), category("z")];
        let (table, _) = read_stream("in", &bytes[..], Some(Format::Csv), &columns, &options).unwrap();
        prop_assert_eq!(table.num_rows, rows.len());
        for column in 0..3 {
            let expected: Vec<Option<&str>> = rows.iter().map(|row| Some(row[column].trim())).collect();
            prop_assert_eq!(texts(&table, column), expected);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        format in proptest::sample::select(vec![Format::Csv, Format::Jsonl]),
    ) {
        let columns = all_kinds();
        let options = ReadOptions { max_rejected: 5, ..ReadOptions::default() };
        let _ = read_stream("in", &bytes[..], Some(format), &columns, &options);
        let packed = gzip(&bytes);
        let _ = read_stream("in", &packed[..packed.len() * 2 / 3], Some(format), &columns, &options);
    }

    #[test]
    fn arbitrary_text_under_a_good_header_never_panics(body in "[-0-9a-z,;\"\n .\\[\\]:TZ]{0,200}") {
        let text = format!("n,c,d,s,v\n{body}");
        let options = ReadOptions { max_rejected: 1000, ..ReadOptions::default() };
        let (table, report) = match stream(text.as_bytes(), &all_kinds(), &options) {
            Err(DataError::OpenQuote { .. }) => return Ok(()),
            result => result.unwrap(),
        };
        for column in &table.columns {
            let rows = match &column.values {
                Values::Number(values) => values.len(),
                Values::Category(values) => {
                    let known = |&code: &u32| code == MISSING_CODE || (code as usize) < values.dictionary.len();
                    prop_assert!(values.codes.iter().all(known));
                    values.codes.len()
                }
                Values::Date(values) => values.len(),
                Values::Set(values) => values.offsets.len() - 1,
                Values::Vector { width, values } => {
                    prop_assert!(*width > 0 || values.is_empty());
                    if *width > 0 { values.len() / width } else { table.num_rows }
                }
            };
            prop_assert_eq!(rows, table.num_rows);
        }
        prop_assert_eq!(report.num_rows, table.num_rows);
    }
}

fn all_kinds() -> Vec<ColumnRequest> {
    let mut columns = vec![
        number("n"),
        category("c"),
        request("d", ColumnKind::Date { formats: vec![] }),
        request(
            "s",
            ColumnKind::Set {
                separator: ";".into(),
            },
        ),
        request(
            "v",
            ColumnKind::Vector {
                separator: " ".into(),
                width: None,
            },
        ),
    ];
    columns
        .iter_mut()
        .for_each(|column| column.required = false);
    columns
}
