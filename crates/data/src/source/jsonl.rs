//! JSON lines: one object per line. Keys are columns; a key that is absent or `null` is a missing cell. A key that stands
//! twice in a line has no value that could be trusted, so the row is rejected.

use std::io::BufRead;

use super::objects::{Object, ObjectRows};
use super::open::Input;
use super::rejected::{Reason, WHOLE_ROW};
use super::rows::RowSink;
use crate::error::DataError;

/// Reads all rows.
pub(crate) fn read_jsonl<S: RowSink>(input: &mut Input<'_>, sink: &mut S) -> Result<(), DataError> {
    if input.start.trim_ascii_start().starts_with(b"[") {
        return Err(DataError::JsonArray {
            path: input.path.clone(),
        });
    }
    let mut rows = ObjectRows::default();
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
                rows.push(number, object, sink, &input.path)?;
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
