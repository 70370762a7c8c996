//! JSON objects as rows: the lines of a file, or the rows of a request, which were parsed already.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::fill::TableSink;
use super::rejected::Reason;
use super::rows::{Cell, NotText, Row, RowSink};
use super::{ColumnRequest, ReadOptions, SourceReport};
use crate::error::DataError;
use crate::table::Table;

/// Objects with other keys on every line are no table, and would take quadratic time.
const MAX_COLUMNS: usize = 10_000;

/// Reads objects as JSON lines are read; `name` stands for them in messages, and lines count from 1.
///
/// # Errors
/// A required column is in none of them, or more rows are rejected than allowed.
pub fn read_objects(
    name: &str,
    objects: Vec<Object>,
    columns: &[ColumnRequest],
    options: &ReadOptions,
) -> Result<(Table, SourceReport), DataError> {
    let path = Path::new(name);
    let mut sink = TableSink::new(columns, options)?;
    sink.begin_file(path);
    let mut rows = ObjectRows::default();
    for (line, object) in (1..).zip(objects) {
        rows.push(line, object, &mut sink, path)?;
    }
    sink.columns_complete(false)?;
    sink.finish(Vec::new())
}

/// Hands over objects as rows. Columns are named as they appear.
#[derive(Default)]
pub(super) struct ObjectRows {
    places: HashMap<String, usize>,
    row: JsonRow,
}

impl ObjectRows {
    /// # Errors
    /// The objects have too many different keys.
    pub(super) fn push<S: RowSink>(
        &mut self,
        line: u64,
        object: Object,
        sink: &mut S,
        path: &Path,
    ) -> Result<(), DataError> {
        let taken = take_values(object, &mut self.places, &mut self.row, sink);
        if self.places.len() > MAX_COLUMNS {
            return Err(DataError::TooManyColumns {
                path: path.into(),
                limit: MAX_COLUMNS,
            });
        }
        match taken {
            Ok(()) => sink.row(line, &self.row)?,
            Err(reason) => sink.broken_row(line, Vec::new(), reason),
        }
        Ok(())
    }
}

/// The values of one object, in the order of the columns seen so far.
#[derive(Default)]
struct JsonRow {
    values: Vec<Option<Value>>,
}

impl Row for JsonRow {
    fn cell(&self, index: usize) -> Result<Cell<'_>, NotText> {
        Ok(self
            .values
            .get(index)
            .and_then(Option::as_ref)
            .map_or(Cell::Missing, cell_of))
    }
}

fn cell_of(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Missing,
        Value::Bool(value) => Cell::Bool(*value),
        Value::Number(number) => match number.as_i128() {
            Some(value) => Cell::Integer(value),
            None => Cell::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Cell::Text(Cow::Borrowed(text)),
        Value::Array(values) => Cell::List(values.iter().map(cell_of).collect()),
        Value::Object(_) => Cell::Nested,
    }
}

/// The keys and values of a JSON object as they stand there: a map would keep only the last of two equal keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some((name, Flat::<false>(value))) = map.next_entry()? {
                    entries.push((name, value));
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// The value of a cell, or a plain value in the list of one. What is nested deeper is no cell, and is not kept: a request
/// of some megabytes could fill gigabytes with it.
struct Flat<const IN_LIST: bool>(Value);

impl<'de, const IN_LIST: bool> Deserialize<'de> for Flat<IN_LIST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(FlatVisitor::<IN_LIST>)
            .map(Self)
    }
}

struct FlatVisitor<const IN_LIST: bool>;

impl<'de, const IN_LIST: bool> Visitor<'de> for FlatVisitor<IN_LIST> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        if IN_LIST {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Object(Map::new()));
        }
        while let Some(Flat::<true>(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(Map::new()))
    }
}

/// Puts the values of a line where their columns are.
fn take_values<S: RowSink>(
    Object(entries): Object,
    places: &mut HashMap<String, usize>,
    row: &mut JsonRow,
    sink: &mut S,
) -> Result<(), Reason> {
    row.values.iter_mut().for_each(|value| *value = None);
    let mut twice = None;
    for (name, value) in entries {
        let place = match places.get(&name) {
            Some(&place) => place,
            None => {
                sink.column(&name);
                row.values.push(None);
                places.insert(name.clone(), row.values.len() - 1);
                row.values.len() - 1
            }
        };
        if row.values[place].replace(value).is_some() {
            twice.get_or_insert(name);
        }
    }
    // All columns are named first: that one stands twice does not mean that the others are missing.
    match twice {
        Some(name) => Err(Reason {
            expected: format!("the key `{name}` stands twice in the line"),
            column: name,
            value: None,
            hint: Some("keep one of them".into()),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_in_a_cell_is_not_kept() {
        let text = r#"{"a": [1, [2, {"b": 3}], {"c": 4}], "d": {"e": [5]}, "f": null}"#;
        let object: Object = serde_json::from_str(text).unwrap();
        let values: Vec<Value> = object.0.into_iter().map(|(_, value)| value).collect();
        assert_eq!(
            Value::from(values),
            serde_json::json!([[1, {}, {}], {}, null])
        );
    }
}
