//! JSON lines: one object per line. Keys are columns; a key that is absent or `null` is a missing cell. A key that stands
//! twice in a line has no value that could be trusted, so the row is rejected.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::BufRead;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::open::Input;
use super::rejected::{Reason, WHOLE_ROW};
use super::rows::{Cell, NotText, Row, RowSink};
use crate::error::DataError;

/// Objects with other keys on every line are no table, and would take quadratic time.
const MAX_COLUMNS: usize = 10_000;

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

/// Reads all rows.
pub(crate) fn read_jsonl<S: RowSink>(input: &mut Input<'_>, sink: &mut S) -> Result<(), DataError> {
    if input.start.trim_ascii_start().starts_with(b"[") {
        return Err(DataError::JsonArray {
            path: input.path.clone(),
        });
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut row = JsonRow::default();
    let mut line = Vec::new();
    let mut number = 0;
    let mut objects = 0usize;
    let mut is_empty = true;
    loop {
        line.clear();
        let count = input.reader.read_until(b'\n', &mut line);
        if count.map_err(|error| input.read_error(error))? == 0 {
            break;
        }
        number += 1;
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        is_empty = false;
        match parse(text, number, input)? {
            Ok(object) => {
                let taken = take_values(object, &mut places, &mut row, sink);
                if places.len() > MAX_COLUMNS {
                    return Err(DataError::TooManyColumns {
                        path: input.path.clone(),
                        limit: MAX_COLUMNS,
                    });
                }
                match taken {
                    Ok(()) => sink.row(number, &row)?,
                    Err(reason) => sink.broken_row(number, Vec::new(), reason),
                }
                objects += 1;
            }
            Err(reason) => sink.broken_row(number, Vec::new(), reason),
        }
    }
    if is_empty {
        return Err(DataError::Empty {
            path: input.path.clone(),
        });
    }
    // Where no line is an object, the rejected rows say more than missing columns would.
    if objects > 0 {
        sink.columns_complete(false)
    } else {
        Ok(())
    }
}

fn parse(text: &[u8], line: u64, input: &Input<'_>) -> Result<Result<Object, Reason>, DataError> {
    let text = std::str::from_utf8(text).map_err(|_| DataError::NotUtf8 {
        path: input.path.clone(),
        line,
        column: WHOLE_ROW.into(),
        encoding: "WINDOWS-1252",
    })?;
    Ok(serde_json::from_str(text).map_err(|error| Reason {
        column: WHOLE_ROW.into(),
        value: None,
        expected: "the line is not a JSON object".into(),
        hint: Some(if error.is_data() {
            "a line must be an object such as {\"age\": 31}".into()
        } else {
            format!("the mistake is at character {}", error.column())
        }),
    }))
}

/// The keys and values of a line as they stand there: a map would keep only the last of two equal keys.
struct Object(Vec<(String, Value)>);

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
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
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
            return Err(Reason {
                expected: format!("the key `{name}` stands twice in the line"),
                column: name,
                value: None,
                hint: Some("keep one of them".into()),
            });
        }
    }
    Ok(())
}
