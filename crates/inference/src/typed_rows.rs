//! Rows of a table as JSON and back, by type and not by text: dates as seconds, sets and vectors as arrays.
//!
//! Example rows are kept so, because the text of a cell depends on formats and separators, and a hashed cell must not
//! be hashed again.

use std::collections::HashMap;

use hob_data::source::{ColumnKind, ColumnRequest};
use hob_data::table::{Categories, Column, MISSING_CODE, MISSING_DATE, Sets, Table, Values};
use serde_json::{Map, Value, json};

/// The cells of one row.
pub fn row_to_json(table: &Table, row: usize, columns: &[ColumnRequest]) -> Map<String, Value> {
    let cells = columns.iter().filter_map(|request| {
        let column = table.column(&request.name)?;
        Some((request.name.clone(), cell_to_json(&column.values, row)))
    });
    cells.collect()
}

fn cell_to_json(values: &Values, row: usize) -> Value {
    match values {
        Values::Number(numbers) => json!(numbers[row]),
        Values::Category(categories) => json!(categories.get(row)),
        Values::Date(dates) if dates[row] == MISSING_DATE => Value::Null,
        Values::Date(dates) => json!(dates[row]),
        Values::Set(sets) => {
            let codes = &sets.codes[sets.offsets[row] as usize..sets.offsets[row + 1] as usize];
            codes
                .iter()
                .map(|&code| json!(sets.dictionary[code as usize]))
                .collect()
        }
        Values::Vector { width, values } => values[row * width..(row + 1) * width]
            .iter()
            .map(|v| json!(v))
            .collect(),
    }
}

/// The cells of one row as text, for people; a missing cell is empty.
pub fn row_to_text(table: &Table, row: usize, columns: &[ColumnRequest]) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(values) => values
            .iter()
            .map(|value| value.as_str().map_or(value.to_string(), String::from))
            .collect::<Vec<_>>()
            .join(" "),
        Value::Number(number) => number
            .as_f64()
            .map_or(number.to_string(), |value| value.to_string()),
        value => value.to_string(),
    };
    row_to_json(table, row, columns)
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

/// A table of such rows. A value of another type counts as missing.
pub fn rows_from_json(rows: &[&Map<String, Value>], columns: &[ColumnRequest]) -> Table {
    let columns = columns.iter().map(|request| {
        let cells: Vec<&Value> = rows
            .iter()
            .map(|row| row.get(&request.name).unwrap_or(&Value::Null))
            .collect();
        Column {
            name: request.name.clone(),
            values: values_from_json(&cells, &request.kind),
        }
    });
    Table {
        columns: columns.collect(),
        num_rows: rows.len(),
    }
}

fn values_from_json(cells: &[&Value], kind: &ColumnKind) -> Values {
    match kind {
        ColumnKind::Number => Values::Number(
            cells
                .iter()
                .map(|cell| cell.as_f64().unwrap_or(f64::NAN))
                .collect(),
        ),
        ColumnKind::Date { .. } => Values::Date(
            cells
                .iter()
                .map(|cell| cell.as_i64().unwrap_or(MISSING_DATE))
                .collect(),
        ),
        ColumnKind::Category => {
            let mut dictionary = Dictionary::default();
            let codes = cells.iter().map(|cell| {
                cell.as_str()
                    .map_or(MISSING_CODE, |text| dictionary.code(text))
            });
            let codes = codes.collect();
            Values::Category(Categories {
                codes,
                dictionary: dictionary.texts,
            })
        }
        ColumnKind::Set { .. } => {
            let mut dictionary = Dictionary::default();
            let mut sets = Sets {
                offsets: vec![0],
                ..Sets::default()
            };
            for cell in cells {
                let texts = cell
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                sets.codes.extend(texts.map(|text| dictionary.code(text)));
                sets.offsets.push(sets.codes.len() as u32);
            }
            sets.dictionary = dictionary.texts;
            Values::Set(sets)
        }
        ColumnKind::Vector { width, .. } => {
            let longest = cells
                .iter()
                .filter_map(|cell| cell.as_array())
                .map(Vec::len)
                .max()
                .unwrap_or(0);
            let width = width.unwrap_or(longest);
            let mut values = Vec::with_capacity(width * cells.len());
            for cell in cells {
                let numbers = cell.as_array().map(Vec::as_slice).unwrap_or_default();
                let number = |place| {
                    numbers
                        .get(place)
                        .and_then(Value::as_f64)
                        .map_or(f32::NAN, |n| n as f32)
                };
                values.extend((0..width).map(number));
            }
            Values::Vector { width, values }
        }
    }
}

#[derive(Default)]
struct Dictionary {
    codes: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Dictionary {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        let code = self.texts.len() as u32;
        self.codes.insert(text.to_string(), code);
        self.texts.push(text.to_string());
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let table = Table {
            columns: vec![
                Column {
                    name: "n".into(),
                    values: Values::Number(vec![1.5, f64::NAN]),
                },
                Column {
                    name: "c".into(),
                    values: Values::Category(Categories {
                        codes: vec![0, MISSING_CODE],
                        dictionary: vec!["red".into()],
                    }),
                },
                Column {
                    name: "d".into(),
                    values: Values::Date(vec![86_400, MISSING_DATE]),
                },
                Column {
                    name: "v".into(),
                    values: Values::Vector {
                        width: 2,
                        values: vec![0.5, 1.0, 2.0, 3.0],
                    },
                },
            ],
            num_rows: 2,
        };
        let request = |name: &str, kind| ColumnRequest {
            name: name.into(),
            kind,
            required: true,
            hash_salt: None,
        };
        let columns = [
            request("n", ColumnKind::Number),
            request("c", ColumnKind::Category),
            request("d", ColumnKind::Date { formats: vec![] }),
            request(
                "v",
                ColumnKind::Vector {
                    separator: " ".into(),
                    width: None,
                },
            ),
        ];
        let rows: Vec<_> = (0..2)
            .map(|row| row_to_json(&table, row, &columns))
            .collect();
        let back = rows_from_json(&rows.iter().collect::<Vec<_>>(), &columns);
        assert_eq!(
            rows,
            (0..2)
                .map(|row| row_to_json(&back, row, &columns))
                .collect::<Vec<_>>()
        );
    }
}
