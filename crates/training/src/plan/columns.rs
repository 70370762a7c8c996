//! What is in each column: for `hob check`, for warnings and for the report.

use std::collections::HashMap;

use hob_data::table::{MISSING_CODE, MISSING_DATE, Table, Values};
use serde::{Deserialize, Serialize};

use super::Plan;

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
}

impl ColumnRole {
    /// As a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Split => "split",
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
    /// The most frequent values with their rows, at most [`MAX_TOP`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<(String, usize)>,
}

/// Values listed per column.
pub(crate) const MAX_TOP: usize = 5;

/// Every column read.
pub(crate) fn summaries(plan: &Plan) -> Vec<ColumnSummary> {
    plan.table.columns.iter().map(|column| summary(plan, &column.name, &plan.table)).collect()
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
    };
    match table.column(name).map(|column| &column.values) {
        Some(Values::Number(numbers)) => summary.numbers(numbers.iter().copied()),
        Some(Values::Date(dates)) => summary.numbers(dates.iter().map(|&date| match date {
            MISSING_DATE => f64::NAN,
            date => date as f64,
        })),
        Some(Values::Category(categories)) => {
            let mut counts = vec![0; categories.dictionary.len()];
            for &code in &categories.codes {
                match code {
                    MISSING_CODE => summary.missing += 1,
                    code => counts[code as usize] += 1,
                }
            }
            summary.top_of(&categories.dictionary, &counts);
        }
        Some(Values::Set(sets)) => {
            let mut counts = vec![0; sets.dictionary.len()];
            for &code in &sets.codes {
                counts[code as usize] += 1;
            }
            summary.missing = sets.offsets.windows(2).filter(|pair| pair[0] == pair[1]).count();
            summary.top_of(&sets.dictionary, &counts);
        }
        Some(Values::Vector { width, values }) => {
            let rows = values.chunks_exact((*width).max(1));
            summary.missing = rows.filter(|row| row.iter().all(|value| value.is_nan())).count();
        }
        None => {}
    }
    summary
}

fn role_and_kind(plan: &Plan, name: &str) -> (ColumnRole, &'static str) {
    if let Some(input) = plan.inputs.iter().find(|input| input.column == name) {
        return (ColumnRole::Input, input.kind.input_type().name());
    }
    match plan.outputs.iter().find(|output| output.config.column == name) {
        Some(output) => (ColumnRole::Output, output.encoder.kind.name()),
        None => (ColumnRole::Split, "split"),
    }
}

impl ColumnSummary {
    fn numbers(&mut self, numbers: impl Iterator<Item = f64>) {
        let mut known: Vec<f64> = Vec::new();
        for number in numbers {
            if number.is_nan() { self.missing += 1 } else { known.push(number) }
        }
        known.sort_by(f64::total_cmp);
        self.distinct = known.len().min(1) + known.windows(2).filter(|pair| pair[0] != pair[1]).count();
        self.min = known.first().copied();
        self.median = known.get(known.len() / 2).copied();
        self.max = known.last().copied();
        if self.distinct <= MAX_TOP {
            let mut counts: Vec<(String, usize)> = Vec::new();
            for run in known.chunk_by(|a, b| a == b) {
                counts.push((run[0].to_string(), run.len()));
            }
            self.top = counts;
            self.top.sort_by(|a, b| b.1.cmp(&a.1));
        }
    }

    fn top_of(&mut self, names: &[String], counts: &[usize]) {
        self.distinct = counts.iter().filter(|count| **count > 0).count();
        let mut top: Vec<(String, usize)> = names.iter().cloned().zip(counts.iter().copied()).collect();
        top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        top.truncate(MAX_TOP);
        self.top = top;
    }
}

/// A value of every row that can be compared: equal cells have equal keys.
pub(crate) fn cell_keys(table: &Table, name: &str) -> Vec<u64> {
    match table.column(name).map(|column| &column.values) {
        Some(Values::Number(numbers)) => numbers.iter().map(|number| number.to_bits()).collect(),
        Some(Values::Date(dates)) => dates.iter().map(|&date| date as u64).collect(),
        Some(Values::Category(categories)) => categories.codes.iter().map(|&code| u64::from(code)).collect(),
        Some(Values::Set(sets)) => {
            let rows = sets.offsets.windows(2).map(|pair| &sets.codes[pair[0] as usize..pair[1] as usize]);
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
