//! What is in each column: for `hob check`, for warnings and for the report.

use std::collections::HashMap;

use hob_data::config::{ForecastColumn, RecommendConfig};
use hob_data::preprocess::InputType;
use hob_data::source::iso_text;
use hob_data::table::{Categories, MISSING_CODE, MISSING_DATE, Table, Values};
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::forecast::PlannedForecast;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// The network sees it.
    Input,
    /// The network predicts it.
    Output,
    /// It decides which part a row belongs to.
    Split,
    /// It says when a row is.
    Time,
    /// It says which series a row belongs to.
    Series,
    /// It is forecast.
    Target,
    /// It is known in advance.
    Known,
    /// It is known up to the last step.
    Past,
    /// It belongs to a series.
    Static,
    /// It says whose an event is.
    User,
    /// It says what an event is about.
    Item,
    /// It says how much.
    Value,
}

impl ColumnRole {
    /// As a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Split => "split",
            Self::Time => "time",
            Self::Series => "series",
            Self::Target => "target",
            Self::Known => "known",
            Self::Past => "past",
            Self::Static => "static",
            Self::User => "user",
            Self::Item => "item",
            Self::Value => "value",
        }
    }
}

/// One column in numbers, over all rows read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: ColumnRole,
    /// Its type in the recipe.
    pub kind: String,
    /// Rows without a value.
    pub missing: usize,
    /// Different values.
    pub distinct: usize,
    /// Smallest number or earliest date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Middle number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// Largest number or latest date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The most frequent values with their rows, at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<(String, usize)>,
    /// What numbers and values do not show: the span of dates, the width of vectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Values listed per column.
pub(crate) const MAX_TOP: usize = 5;

/// Every column read.
pub(crate) fn summaries(plan: &Plan) -> Vec<ColumnSummary> {
    plan.table
        .columns
        .iter()
        .map(|column| summary(plan, &column.name, &plan.table))
        .collect()
}

fn summary(plan: &Plan, name: &str, table: &Table) -> ColumnSummary {
    let (role, kind) = role_and_kind(plan, name);
    let mut summary = ColumnSummary {
        name: name.to_string(),
        role,
        kind: kind.to_string(),
        missing: 0,
        distinct: 0,
        min: None,
        median: None,
        max: None,
        top: Vec::new(),
        text: None,
    };
    match table.column(name).map(|column| &column.values) {
        Some(Values::Number(numbers)) => summary.numbers(numbers.iter().copied()),
        Some(Values::Date(dates)) => {
            summary.numbers(dates.iter().map(|&date| match date {
                MISSING_DATE => f64::NAN,
                date => date as f64,
            }));
            summary.dates();
        }
        Some(Values::Category(categories)) => {
            let mut counts = vec![0; categories.dictionary.len()];
            for &code in &categories.codes {
                match code {
                    MISSING_CODE => summary.missing += 1,
                    code => counts[code as usize] += 1,
                }
            }
            summary.top_of(&categories.dictionary, &counts);
            if kind == InputType::Text.name() {
                summary.texts(categories);
            }
        }
        Some(Values::Set(sets)) => {
            let mut counts = vec![0; sets.dictionary.len()];
            for &code in &sets.codes {
                counts[code as usize] += 1;
            }
            summary.missing = sets
                .offsets
                .windows(2)
                .filter(|pair| pair[0] == pair[1])
                .count();
            summary.top_of(&sets.dictionary, &counts);
        }
        Some(Values::Vector { width, values }) => {
            let rows = values.chunks_exact((*width).max(1));
            summary.missing = rows
                .filter(|row| row.iter().all(|value| value.is_nan()))
                .count();
            let numbers = if *width == 1 { "number" } else { "numbers" };
            summary.text = Some(format!("{width} {numbers}"));
        }
        None => {}
    }
    summary
}

fn role_and_kind(plan: &Plan, name: &str) -> (ColumnRole, &'static str) {
    if let Some(input) = plan.inputs.iter().find(|input| input.column == name) {
        return (ColumnRole::Input, input.kind.input_type().name());
    }
    if let Some(forecast) = &plan.forecast {
        return role_in_forecast(forecast, name);
    }
    if let Some(recommend) = &plan.recommend {
        return role_in_events(&recommend.config, name);
    }
    match plan
        .outputs
        .iter()
        .find(|output| output.config.column == name)
    {
        Some(output) => (ColumnRole::Output, output.encoder.kind.name()),
        None => (ColumnRole::Split, "split"),
    }
}

fn role_in_events(config: &RecommendConfig, name: &str) -> (ColumnRole, &'static str) {
    match name {
        name if name == config.user => (ColumnRole::User, "id"),
        name if name == config.item => (ColumnRole::Item, "id"),
        name if config.time.as_deref() == Some(name) => (ColumnRole::Time, "date"),
        _ => (ColumnRole::Value, "number"),
    }
}

fn role_in_forecast(forecast: &PlannedForecast, name: &str) -> (ColumnRole, &'static str) {
    let columns = forecast.config.columns();
    let usage = columns.iter().find(|(column, _)| *column == name);
    match usage.map(|(_, usage)| usage) {
        Some(ForecastColumn::Time) => (ColumnRole::Time, "date"),
        Some(ForecastColumn::Series) => (ColumnRole::Series, "category"),
        Some(ForecastColumn::Known) => (ColumnRole::Known, "number"),
        Some(ForecastColumn::Past) => (ColumnRole::Past, "number"),
        Some(ForecastColumn::Static) => (ColumnRole::Static, "static"),
        Some(ForecastColumn::Target) | None => (ColumnRole::Target, "number"),
    }
}

impl ColumnSummary {
    /// What is in the column, in a line: `min / median / max` of numbers, the span of dates, the most frequent values,
    /// the width of vectors.
    pub fn describe(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        if let (Some(min), Some(median), Some(max)) = (self.min, self.median, self.max) {
            return format!("{} / {} / {}", short(min), short(median), short(max));
        }
        let top = self
            .top
            .iter()
            .map(|(value, rows)| format!("{} ({rows})", cut(value)));
        let more = if self.distinct > self.top.len() {
            ", ..."
        } else {
            ""
        };
        format!("{}{more}", top.collect::<Vec<_>>().join(", "))
    }

    /// Seconds since 1970 mean nothing to a reader, so the text and the values are days.
    fn dates(&mut self) {
        for (value, _) in &mut self.top {
            if let Ok(seconds) = value.parse() {
                *value = iso_text(seconds);
            }
        }
        let day = |seconds: f64| -> String {
            let text = iso_text(seconds as i64);
            text.split('T').next().unwrap_or_default().to_string()
        };
        self.text = match (self.min, self.max) {
            (Some(min), Some(max)) => Some(format!("{} to {}", day(min), day(max))),
            _ => None,
        };
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = f64>) {
        let mut known: Vec<f64> = Vec::new();
        for number in numbers {
            if number.is_nan() {
                self.missing += 1
            } else {
                known.push(number)
            }
        }
        known.sort_by(f64::total_cmp);
        self.distinct =
            known.len().min(1) + known.windows(2).filter(|pair| pair[0] != pair[1]).count();
        self.min = known.first().copied();
        self.median = known.get(known.len() / 2).copied();
        self.max = known.last().copied();
        if self.distinct <= MAX_TOP {
            let mut counts: Vec<(String, usize)> = Vec::new();
            for run in known.chunk_by(|a, b| a == b) {
                counts.push((run[0].to_string(), run.len()));
            }
            self.top = counts;
            self.top.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        }
    }

    /// Sentences cannot be listed; how long they are decides `max_tokens`.
    fn texts(&mut self, cells: &Categories) {
        let words = |text: &String| text.split_whitespace().count();
        let lengths: Vec<usize> = cells.dictionary.iter().map(words).collect();
        let known = cells.codes.iter().filter(|&&code| code != MISSING_CODE);
        let mut lengths: Vec<usize> = known.map(|&code| lengths[code as usize]).collect();
        lengths.sort_unstable();
        if let (Some(least), Some(most)) = (lengths.first(), lengths.last()) {
            let middle = lengths[lengths.len() / 2];
            self.text = Some(format!("{least} / {middle} / {most} words"));
        }
    }

    fn top_of(&mut self, names: &[String], counts: &[usize]) {
        self.distinct = counts.iter().filter(|count| **count > 0).count();
        let mut top: Vec<(String, usize)> =
            names.iter().cloned().zip(counts.iter().copied()).collect();
        top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        top.truncate(MAX_TOP);
        self.top = top;
    }
}

/// Characters of a value in [`ColumnSummary::describe`].
const MAX_SHOWN: usize = 24;

fn cut(value: &str) -> String {
    if value.chars().count() <= MAX_SHOWN {
        return value.to_string();
    }
    let start: String = value.chars().take(MAX_SHOWN - 1).collect();
    format!("{start}…")
}

/// A number with at most six digits.
fn short(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 || number.fract() == 0.0 && size < 1e9 {
        return number.to_string();
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{number:.3e}");
    }
    let decimals = (5 - size.log10().floor() as i32).clamp(0, 8) as usize;
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// A value of every row that can be compared: equal cells have equal keys.
pub(crate) fn cell_keys(table: &Table, name: &str) -> Vec<u64> {
    match table.column(name).map(|column| &column.values) {
        Some(Values::Number(numbers)) => numbers.iter().map(|number| number.to_bits()).collect(),
        Some(Values::Date(dates)) => dates.iter().map(|&date| date as u64).collect(),
        Some(Values::Category(categories)) => categories
            .codes
            .iter()
            .map(|&code| u64::from(code))
            .collect(),
        Some(Values::Set(sets)) => {
            let rows = sets
                .offsets
                .windows(2)
                .map(|pair| &sets.codes[pair[0] as usize..pair[1] as usize]);
            intern(rows)
        }
        Some(Values::Vector { width, values }) => {
            let bits: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
            intern(bits.chunks_exact((*width).max(1)))
        }
        None => Vec::new(),
    }
}

fn intern<'a>(rows: impl Iterator<Item = &'a [u32]>) -> Vec<u64> {
    let mut known: HashMap<Vec<u32>, u64> = HashMap::new();
    rows.map(|row| {
        let next = known.len() as u64;
        *known.entry(row.to_vec()).or_insert(next)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_described_by_their_words() {
        let mut summary = empty();
        summary.texts(&Categories {
            codes: vec![0, 1, MISSING_CODE, 1],
            dictionary: vec!["one".into(), "one two  three".into()],
        });
        assert_eq!(summary.describe(), "1 / 3 / 3 words");
    }

    fn empty() -> ColumnSummary {
        ColumnSummary {
            name: "a".into(),
            role: ColumnRole::Input,
            kind: "number".into(),
            missing: 0,
            distinct: 0,
            min: None,
            median: None,
            max: None,
            top: Vec::new(),
            text: None,
        }
    }

    #[test]
    fn numbers_are_described_by_their_range() {
        let mut summary = empty();
        summary.numbers([3.0, 0.123_456_789, 1e12].into_iter());
        assert_eq!(summary.describe(), "0.123457 / 3 / 1.000e12");
    }

    #[test]
    fn dates_are_described_by_their_first_and_last_day() {
        let mut summary = empty();
        summary.numbers([86_400.0, 90_000.0].into_iter());
        summary.dates();
        assert_eq!(summary.describe(), "1970-01-02 to 1970-01-02");
        assert_eq!(summary.top[0].0, "1970-01-02");
    }

    #[test]
    fn long_values_are_cut() {
        let mut summary = empty();
        summary.top_of(&["x".repeat(30), "y".into()], &[2, 1]);
        assert_eq!(
            summary.describe(),
            format!("{}… (2), y (1)", "x".repeat(23))
        );
    }
}
