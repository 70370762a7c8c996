//! Tables of answers as CSV or Parquet.

use crate::error::DataError;

/// A column to write.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// One cell per row.
    pub cells: OutputCells,
}

/// The cells of a column to write.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputCells {
    /// Text as it is.
    Text(Vec<String>),
    /// Numbers that were f32: written with the fewest digits that give the same f32 back.
    Single(Vec<f32>),
    /// Numbers.
    Double(Vec<f64>),
}

impl OutputCells {
    /// Rows of the column.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Single(cells) => cells.len(),
            Self::Double(cells) => cells.len(),
        }
    }

    /// Whether the column has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn text(&self, row: usize) -> String {
        match self {
            Self::Text(cells) => cells[row].clone(),
            Self::Single(cells) => cells[row].to_string(),
            Self::Double(cells) => cells[row].to_string(),
        }
    }
}

/// CSV with a header line.
///
/// # Errors
/// None with columns of equal length.
pub fn csv(columns: &[OutputColumn], num_rows: usize) -> Result<Vec<u8>, DataError> {
    let failed = |error: csv::Error| DataError::Write {
        path: "CSV".into(),
        source: std::io::Error::other(error),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(columns.iter().map(|column| &column.name))
        .map_err(failed)?;
    for row in 0..num_rows {
        writer
            .write_record(columns.iter().map(|column| column.cells.text(row)))
            .map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.into_error().into()))
}

/// Parquet, compressed with Snappy.
///
/// # Errors
/// The writer refuses a column name, or hob was built without Parquet.
#[cfg(feature = "parquet")]
pub fn parquet(columns: &[OutputColumn]) -> Result<Vec<u8>, DataError> {
    encode_parquet(columns).map_err(|error| DataError::Parquet {
        path: "output".into(),
        message: error.to_string(),
    })
}

/// Parquet is not built in.
///
/// # Errors
/// Always.
#[cfg(not(feature = "parquet"))]
pub fn parquet(_: &[OutputColumn]) -> Result<Vec<u8>, DataError> {
    Err(DataError::ParquetNotBuiltIn {
        path: "output".into(),
    })
}

#[cfg(feature = "parquet")]
fn encode_parquet(columns: &[OutputColumn]) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    use std::sync::Arc;

    use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type;

    let fields = columns.iter().map(|column| {
        let (physical, converted) = match column.cells {
            OutputCells::Text(_) => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
            OutputCells::Single(_) => (Physical::FLOAT, ConvertedType::NONE),
            OutputCells::Double(_) => (Physical::DOUBLE, ConvertedType::NONE),
        };
        let builder = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::REQUIRED);
        builder.with_converted_type(converted).build().map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(
        Type::group_type_builder("predictions")
            .with_fields(fields)
            .build()?,
    );
    let properties = Arc::new(
        WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build(),
    );
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, properties)?;
    let mut group = file.next_row_group()?;
    let mut place = 0;
    while let Some(mut writer) = group.next_column()? {
        match &columns[place].cells {
            OutputCells::Text(cells) => {
                let cells: Vec<ByteArray> = cells.iter().map(|cell| cell.as_str().into()).collect();
                writer
                    .typed::<ByteArrayType>()
                    .write_batch(&cells, None, None)?;
            }
            OutputCells::Single(cells) => {
                writer.typed::<FloatType>().write_batch(cells, None, None)?;
            }
            OutputCells::Double(cells) => {
                writer
                    .typed::<DoubleType>()
                    .write_batch(cells, None, None)?;
            }
        }
        writer.close()?;
        place += 1;
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<OutputColumn> {
        vec![
            OutputColumn {
                name: "value".into(),
                cells: OutputCells::Text(vec!["a,b".into(), "c".into()]),
            },
            OutputColumn {
                name: "p".into(),
                cells: OutputCells::Single(vec![0.1, 1.0]),
            },
        ]
    }

    #[test]
    fn csv_quotes_what_needs_it_and_keeps_short_numbers() {
        let text = String::from_utf8(csv(&columns(), 2).unwrap()).unwrap();
        assert_eq!(text, "value,p\n\"a,b\",0.1\nc,1\n");
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn parquet_can_be_read_again() {
        use crate::source::{ColumnKind, ColumnRequest, ReadOptions, read};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.parquet");
        std::fs::write(&path, parquet(&columns()).unwrap()).unwrap();
        let request = ColumnRequest {
            name: "p".into(),
            kind: ColumnKind::Number,
            required: true,
            hash_salt: None,
        };
        let (table, _) = read(&[path], &[request], &ReadOptions::default()).unwrap();
        assert_eq!(table.num_rows, 2);
    }
}
