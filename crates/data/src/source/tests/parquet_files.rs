//! Parquet, written by the same crate that reads it.

use std::sync::Arc;

use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

use super::*;

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<T>()
        .write_batch(values, definition, repetition)
        .unwrap();
    column.close().unwrap();
}

fn file() -> Vec<u8> {
    let schema = "message table {
        optional double a;
        optional binary b (UTF8);
        required int32 d (DATE);
        required int64 t (TIMESTAMP(NANOS, true));
        required boolean y;
        required float f;
        optional group v (LIST) { repeated group list { optional double element; } }
        required group g { required int32 x; }
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    column::<DoubleType>(&mut group, &[1.5, f64::INFINITY], Some(&[1, 0, 1]), None);
    let texts = [ByteArray::from("x"), ByteArray::from(" y ")];
    column::<ByteArrayType>(&mut group, &texts, Some(&[1, 1, 0]), None);
    column::<Int32Type>(&mut group, &[0, 1, -1], None, None);
    column::<Int64Type>(&mut group, &[0, 1_500_000_000, -1], None, None);
    column::<BoolType>(&mut group, &[true, false, true], None, None);
    column::<FloatType>(&mut group, &[0.1, 2.0, 3.0], None, None);
    let vectors = [1.0, 2.0, 3.0, 4.0];
    column::<DoubleType>(
        &mut group,
        &vectors,
        Some(&[3, 3, 0, 3, 3]),
        Some(&[0, 1, 0, 0, 1]),
    );
    column::<Int32Type>(&mut group, &[1, 2, 3], None, None);
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn parquet_becomes_typed_columns() {
    let columns = [
        number("f"),
        number("a"),
        category("b"),
        request("d", ColumnKind::Date { formats: vec![] }),
        request("t", ColumnKind::Date { formats: vec![] }),
        category("y"),
        request(
            "v",
            ColumnKind::Vector {
                separator: " ".into(),
                width: None,
            },
        ),
    ];
    let options = ReadOptions {
        max_rejected: 1,
        ..ReadOptions::default()
    };
    for bytes in [file(), gzip(&file())] {
        let (table, report) = stream(&bytes, &columns, &options).unwrap();
        assert_eq!(report.files[0].format, Format::Parquet);
        assert_eq!(report.header, ["a", "b", "d", "t", "y", "f", "v", "g"]);
        assert_eq!(numbers(&table, 0), [0.1, 2.0]);
        assert!(numbers(&table, 1)[0] == 1.5 && numbers(&table, 1)[1].is_nan());
        assert_eq!(texts(&table, 2), [Some("x"), Some("y")]);
        assert_eq!(table.columns[3].values, Values::Date(vec![0, 86_400]));
        assert_eq!(table.columns[4].values, Values::Date(vec![0, 1]));
        assert_eq!(texts(&table, 5), [Some("true"), Some("false")]);
        let Values::Vector { width: 2, values } = &table.columns[6].values else {
            panic!()
        };
        assert!(values[..2] == [1.0, 2.0] && values[2].is_nan());
        assert_eq!(report.rejected.rows[0].line, 3);
        assert_eq!(
            report.rejected.rows[0].reasons[0].expected,
            "a finite number"
        );
    }
}

#[test]
fn nested_columns_and_absent_ones_are_named() {
    let error = message(&file(), &[category("g")]);
    assert!(error.contains("`in`: column `g` is nested"), "{error}");
    let error = message(&file(), &[category("bb")]);
    assert!(
        error.contains("no column `bb`, did you mean `b`?"),
        "{error}"
    );
    let optional = ColumnRequest {
        required: false,
        ..category("target")
    };
    assert_eq!(
        stream(&file(), &[optional], &ReadOptions::default())
            .unwrap()
            .0
            .num_rows,
        3
    );
}

#[test]
fn damaged_parquet_is_an_error() {
    let good = file();
    let columns = [number("f"), category("b")];
    let read = |bytes: &[u8]| {
        read_stream(
            "in",
            bytes,
            Some(Format::Parquet),
            &columns,
            &ReadOptions::default(),
        )
    };
    assert!(read(b"").is_err() && read(b"PAR1").is_err());
    for len in (0..good.len()).step_by(13) {
        assert!(read(&good[..len]).is_err());
    }
    for place in (0..good.len()).step_by(7) {
        let mut bytes = good.clone();
        bytes[place] ^= 0x55;
        let _ = read(&bytes);
    }
}
