//! The rows of a table by series and time.

use std::collections::HashMap;

use jiff::fmt::strtime;

use super::error::ForecastError;
use super::grid::civil;
use super::places::{MAX_LISTED, RowAt};
use crate::config::ForecastColumn;
use crate::preprocess::{Problems, cells};
use crate::source::iso_text;
use crate::table::{Categories, MISSING_CODE, MISSING_DATE, Table, Values};

/// What the columns of a forecast are called and how times are written.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ForecastColumns {
    /// The time column.
    pub time: String,
    /// Its formats; ISO 8601 when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_formats: Vec<String>,
    /// The key columns.
    pub series: Vec<String>,
    /// The target.
    pub target: String,
    /// Numbers known in advance.
    pub known: Vec<String>,
    /// Numbers known afterwards.
    pub past: Vec<String>,
    /// Static numbers.
    pub static_numbers: Vec<String>,
    /// Static text.
    pub static_texts: Vec<String>,
}

impl ForecastColumns {
    /// A time as the user writes times.
    pub fn time_text(&self, time: i64) -> String {
        let written = self
            .time_formats
            .first()
            .and_then(|format| strtime::format(format, civil(time)).ok());
        written.unwrap_or_else(|| iso_text(time))
    }

    /// `item=12, shop=a`; empty where the table is one series.
    pub fn series_text(&self, key: &[String]) -> String {
        let pairs = self.series.iter().zip(key);
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join(", ")
    }

    /// Every column once, for the reader of prediction rows, and whether it must be there.
    pub fn columns(&self) -> Vec<(&str, ForecastColumn)> {
        let mut columns: Vec<(&str, ForecastColumn)> = vec![(&self.time, ForecastColumn::Time)];
        let lists = [
            (&self.series, ForecastColumn::Series),
            (&self.known, ForecastColumn::Known),
            (&self.past, ForecastColumn::Past),
            (&self.static_numbers, ForecastColumn::Static),
            (&self.static_texts, ForecastColumn::Series),
        ];
        columns.push((&self.target, ForecastColumn::Target));
        for (names, usage) in lists {
            for name in names {
                if columns.iter().all(|(known, _)| known != name) {
                    columns.push((name, usage));
                }
            }
        }
        columns
    }
}

/// Rows in the order of series and time.
pub(super) struct SortedRows<'a> {
    pub(super) times: &'a [i64],
    /// Series of each row of the table.
    pub(super) series_of: Vec<u32>,
    /// In alphabetical order.
    pub(super) keys: Vec<Vec<String>>,
    /// Rows of the table by series, time and row.
    pub(super) order: Vec<u32>,
    pub(super) columns: &'a ForecastColumns,
}

impl<'a> SortedRows<'a> {
    pub(super) fn new(
        table: &'a Table,
        columns: &'a ForecastColumns,
    ) -> Result<Self, Problems<ForecastError>> {
        if table.num_rows == 0 {
            return Err(ForecastError::NoRows.into());
        }
        let mut problems = Vec::new();
        let times = cells::dates(table, &columns.time);
        let times = times.unwrap_or_else(|problem| {
            problems.push(problem.into());
            &[]
        });
        let missing = rows_where(times, |&time| time == MISSING_DATE);
        if let Some((rows, count)) = missing {
            let column = columns.time.clone();
            problems.push(ForecastError::MissingTimes {
                column,
                rows,
                count,
            });
        }
        let mut keys = Vec::new();
        for column in &columns.series {
            match key_column(table, column) {
                Ok(categories) => keys.push(categories),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let (series_of, keys) = number_series(&keys, table.num_rows);
        let mut order: Vec<u32> = (0..table.num_rows as u32).collect();
        order.sort_unstable_by_key(|&row| (series_of[row as usize], times[row as usize], row));
        Ok(Self {
            times,
            series_of,
            keys,
            order,
            columns,
        })
    }

    pub(super) fn series_text(&self, row: usize) -> String {
        self.columns
            .series_text(&self.keys[self.series_of[row] as usize])
    }

    pub(super) fn at(&self, row: usize) -> RowAt {
        RowAt {
            row,
            series: self.series_text(row),
            time: self.columns.time_text(self.times[row]),
        }
    }
}

fn key_column<'a>(table: &'a Table, column: &str) -> Result<&'a Categories, ForecastError> {
    let categories = cells::categories(table, column)?;
    match rows_where(&categories.codes, |&code| code == MISSING_CODE) {
        None => Ok(categories),
        Some((rows, count)) => Err(ForecastError::MissingKeys {
            column: column.into(),
            rows,
            count,
        }),
    }
}

/// The first rows that fulfil a condition and how many do, `None` if no row does.
pub(super) fn rows_where<T>(
    cells: &[T],
    condition: impl Fn(&T) -> bool,
) -> Option<(Vec<usize>, usize)> {
    let found = cells.iter().enumerate().filter(|(_, cell)| condition(cell));
    let mut rows = Vec::new();
    let mut count = 0;
    for (row, _) in found {
        if rows.len() < MAX_LISTED {
            rows.push(row);
        }
        count += 1;
    }
    (count > 0).then_some((rows, count))
}

/// The series of each row and their keys in alphabetical order, so that the order of the rows does not matter.
fn number_series(keys: &[&Categories], num_rows: usize) -> (Vec<u32>, Vec<Vec<String>>) {
    let mut numbers: HashMap<Vec<u32>, u32> = HashMap::new();
    let mut found: Vec<Vec<u32>> = Vec::new();
    let mut codes = vec![0; keys.len()];
    let mut series_of = Vec::with_capacity(num_rows);
    for row in 0..num_rows {
        for (code, key) in codes.iter_mut().zip(keys) {
            *code = key.codes[row];
        }
        let number = match numbers.get(&codes) {
            Some(number) => *number,
            None => {
                let number = found.len() as u32;
                numbers.insert(codes.clone(), number);
                found.push(codes.clone());
                number
            }
        };
        series_of.push(number);
    }
    let text = |codes: &Vec<u32>| -> Vec<String> {
        let pairs = codes.iter().zip(keys);
        pairs
            .map(|(&code, key)| key.dictionary[code as usize].clone())
            .collect()
    };
    let mut sorted: Vec<(Vec<String>, usize)> = found.iter().map(text).zip(0..).collect();
    sorted.sort();
    let mut place = vec![0; sorted.len()];
    for (new, (_, old)) in sorted.iter().enumerate() {
        place[*old] = new as u32;
    }
    for number in &mut series_of {
        *number = place[*number as usize];
    }
    (series_of, sorted.into_iter().map(|(key, _)| key).collect())
}

/// Whether the table holds the column as text.
pub(super) fn is_text(table: &Table, column: &str) -> bool {
    let values = table.column(column).map(|column| &column.values);
    matches!(values, Some(Values::Category(_)))
}
