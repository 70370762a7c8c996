//! Parquet with flat columns and lists of plain values.
//!
//! The file is held in memory, packed as it is: Parquet begins to make sense at its end, so it cannot be streamed.
//! Only the columns asked for are unpacked; the others stay empty in rejected rows.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, List};
use parquet::schema::types::Type;

use super::open::Input;
use super::rows::{Cell, NotText, Row, RowSink};
use crate::error::DataError;
use crate::guard::guarded;

/// Reads all rows.
pub(crate) fn read_parquet<S: RowSink>(
    input: &mut Input<'_>,
    sink: &mut S,
) -> Result<(), DataError> {
    let mut bytes = Vec::new();
    input
        .reader
        .read_to_end(&mut bytes)
        .map_err(|error| input.read_error(error))?;
    if bytes.is_empty() {
        return Err(DataError::Empty {
            path: input.path.clone(),
        });
    }
    let bad = |message: String| DataError::Parquet {
        path: input.path.clone(),
        message,
    };
    // The parquet crate panics on some damaged files. After that the sink is half filled, and dropped with the error.
    guarded(|| read_rows(Bytes::from(bytes), input, sink))
        .unwrap_or_else(|| Err(bad("its content is damaged".into())))
}

fn read_rows<S: RowSink>(bytes: Bytes, input: &Input<'_>, sink: &mut S) -> Result<(), DataError> {
    let bad = |error: parquet::errors::ParquetError| DataError::Parquet {
        path: input.path.clone(),
        message: error.to_string(),
    };
    let reader = SerializedFileReader::new(bytes).map_err(bad)?;
    let root = reader.metadata().file_metadata().schema().clone();
    let mut row = ParquetRow {
        fields: Vec::new(),
        columns: Vec::new(),
    };
    let mut wanted: Vec<Arc<Type>> = Vec::new();
    for field in root.get_fields() {
        sink.column(field.name());
        let mut column = ParquetColumn {
            field: None,
            is_nanoseconds: is_nanoseconds(field),
        };
        if sink.wants(field.name()) {
            if field.is_group() && !is_list(field) && sink.refuses_nested() {
                let column = field.name().to_string();
                return Err(DataError::Nested {
                    path: input.path.clone(),
                    column,
                });
            }
            column.field = Some(wanted.len());
            wanted.push(Arc::clone(field));
        }
        row.columns.push(column);
    }
    sink.columns_complete(true)?;
    if wanted.is_empty() {
        // A projection without columns gives no rows at all, yet there are rows.
        for number in 1..=reader.metadata().file_metadata().num_rows().max(0) {
            sink.row(number as u64, &row)?;
        }
        return Ok(());
    }
    let projection = Type::group_type_builder(root.name())
        .with_fields(wanted)
        .build()
        .map_err(bad)?;
    for (number, record) in (1u64..).zip(reader.get_row_iter(Some(projection)).map_err(bad)?) {
        row.fields = record.map_err(bad)?.into_columns();
        sink.row(number, &row)?;
    }
    Ok(())
}

fn is_list(field: &Type) -> bool {
    field.get_basic_info().converted_type() == ConvertedType::LIST
}

/// The record reader hands these out as plain numbers.
fn is_nanoseconds(field: &Type) -> bool {
    matches!(
        field.get_basic_info().logical_type_ref(),
        Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS
    )
}

struct ParquetColumn {
    /// Its place among the fields read.
    field: Option<usize>,
    is_nanoseconds: bool,
}

struct ParquetRow {
    fields: Vec<(String, Field)>,
    columns: Vec<ParquetColumn>,
}

impl Row for ParquetRow {
    fn cell(&self, index: usize) -> Result<Cell<'_>, NotText> {
        let column = &self.columns[index];
        let Some(field) = column.field else {
            return Ok(Cell::Missing);
        };
        let field = &self.fields[field].1;
        match field {
            Field::Long(value) if column.is_nanoseconds => {
                Ok(Cell::Moment(value.div_euclid(1_000_000_000)))
            }
            field => cell_of(field),
        }
    }
}

fn cell_of(field: &Field) -> Result<Cell<'_>, NotText> {
    Ok(match field {
        Field::Null => Cell::Missing,
        Field::Bool(value) => Cell::Bool(*value),
        Field::Byte(value) => Cell::Integer((*value).into()),
        Field::Short(value) => Cell::Integer((*value).into()),
        Field::Int(value) => Cell::Integer((*value).into()),
        Field::Long(value) => Cell::Integer((*value).into()),
        Field::UByte(value) => Cell::Integer((*value).into()),
        Field::UShort(value) => Cell::Integer((*value).into()),
        Field::UInt(value) => Cell::Integer((*value).into()),
        Field::ULong(value) => Cell::Integer((*value).into()),
        Field::Float16(value) => Cell::Float(value.to_f64()),
        // By way of text, so that 0.1 stays 0.1 and not 0.10000000149.
        Field::Float(value) => Cell::Float(value.to_string().parse().unwrap_or(f64::from(*value))),
        Field::Double(value) => Cell::Float(*value),
        Field::Decimal(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => {
            Cell::Text(Cow::Owned(field.to_string()))
        }
        Field::Str(text) => Cell::Text(Cow::Borrowed(text)),
        Field::Bytes(bytes) => Cell::Text(Cow::Borrowed(
            std::str::from_utf8(bytes.data()).map_err(|_| NotText)?,
        )),
        Field::Date(days) => Cell::Moment(i64::from(*days) * 86_400),
        Field::TimestampMillis(value) => Cell::Moment(value.div_euclid(1_000)),
        Field::TimestampMicros(value) => Cell::Moment(value.div_euclid(1_000_000)),
        Field::ListInternal(list) => Cell::List(cells_of(list)?),
        Field::Group(_) | Field::MapInternal(_) => Cell::Nested,
    })
}

fn cells_of(list: &List) -> Result<Vec<Cell<'_>>, NotText> {
    list.elements().iter().map(cell_of).collect()
}
