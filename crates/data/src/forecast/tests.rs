use std::sync::Arc;

use super::*;
use crate::config::ForecastConfig;
use crate::preprocess::Problems;
use crate::source::date::parse_iso;
use crate::table::{Categories, Column, MISSING_CODE, MISSING_DATE, Table, Values};

mod messages;
mod panels;
mod properties;

/// A table from CSV text with a header. `date` is read as dates, `item`, `shop` and `kind` as text, the rest as numbers.
fn table(text: &str) -> Table {
    let mut lines = text.lines().map(|line| line.split(',').map(str::trim));
    let header: Vec<&str> = lines.next().unwrap().collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.collect()).collect();
    let column = |place: usize| -> Column {
        let cells = rows.iter().map(|row| row[place]);
        let values = match header[place] {
            "date" => Values::Date(
                cells
                    .map(|cell| {
                        if cell.is_empty() {
                            MISSING_DATE
                        } else {
                            parse_iso(cell).unwrap()
                        }
                    })
                    .collect(),
            ),
            "item" | "shop" | "kind" => Values::Category(categories(cells)),
            _ => Values::Number(
                cells
                    .map(|cell| {
                        if cell.is_empty() {
                            f64::NAN
                        } else {
                            cell.parse().unwrap()
                        }
                    })
                    .collect(),
            ),
        };
        Column {
            name: header[place].into(),
            values,
        }
    };
    Table {
        columns: (0..header.len()).map(column).collect(),
        num_rows: rows.len(),
    }
}

fn categories<'a>(cells: impl Iterator<Item = &'a str>) -> Categories {
    let mut dictionary: Vec<String> = Vec::new();
    let codes = cells.map(|cell| {
        if cell.is_empty() {
            return MISSING_CODE;
        }
        let place = dictionary
            .iter()
            .position(|known| known == cell)
            .unwrap_or_else(|| {
                dictionary.push(cell.into());
                dictionary.len() - 1
            });
        place as u32
    });
    let codes = codes.collect();
    Categories { codes, dictionary }
}

/// `time = "date"`, `target = "y"`, and what is given.
fn config(text: &str) -> ForecastConfig {
    let mut whole = String::from("time = \"date\"\ntarget = \"y\"\n");
    for (key, value) in [("horizon", 1), ("context", 1)] {
        if !text.contains(&format!("{key} =")) {
            whole.push_str(&format!("{key} = {value}\n"));
        }
    }
    toml::from_str(&(whole + text)).unwrap()
}

fn fit(settings: &str, rows: &str) -> Result<FittedForecast, Problems<ForecastError>> {
    ForecastPreprocessor::fit(&config(settings), &table(rows))
}

/// Daily rows of one series, without gaps.
fn daily(values: &[f64]) -> String {
    let mut text = String::from("date,y");
    for (day, value) in values.iter().enumerate() {
        let time = crate::source::iso_text(day as i64 * 86_400);
        text.push_str(&format!("\n{time},{value}"));
    }
    text
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn arc(panel: Panel) -> Arc<Panel> {
    Arc::new(panel)
}
