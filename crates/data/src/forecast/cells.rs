//! The typed cells of the columns of a forecast.

use super::error::ForecastError;
use super::places::{Change, MAX_LISTED, RowAt};
use super::rows::{ForecastColumns, SortedRows};
use crate::config::{Duplicates, ForecastHeadConfig, Transform};
use crate::preprocess::cells::{categories, numbers};
use crate::table::{Categories, MISSING_CODE, Table};

/// The columns as typed cells, by row of the table.
pub(super) struct Cells<'a> {
    /// `None` where prediction rows lack the column.
    pub(super) target: Option<&'a [f64]>,
    pub(super) known: Vec<&'a [f64]>,
    pub(super) past: Vec<&'a [f64]>,
    pub(super) static_numbers: Vec<&'a [f64]>,
    pub(super) static_texts: Vec<&'a Categories>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(
        table: &'a Table,
        columns: &ForecastColumns,
        is_prediction: bool,
        problems: &mut Vec<ForecastError>,
    ) -> Option<Self> {
        let before = problems.len();
        let mut all = |names: &[String]| -> Vec<&'a [f64]> {
            let cells = names.iter().map(|name| numbers(table, name));
            keep(cells, problems)
        };
        let (known, past) = (all(&columns.known), all(&columns.past));
        let static_numbers = all(&columns.static_numbers);
        let is_optional = is_prediction && table.column(&columns.target).is_none();
        let target = match is_optional {
            true => None,
            false => all(std::slice::from_ref(&columns.target)).pop(),
        };
        let texts = columns.static_texts.iter();
        let static_texts = keep(texts.map(|name| categories(table, name)), problems);
        (problems.len() == before).then_some(Self {
            target,
            known,
            past,
            static_numbers,
            static_texts,
        })
    }

    pub(super) fn target(&self, row: usize) -> f64 {
        self.target.map_or(f64::NAN, |cells| cells[row])
    }
}

fn keep<T, E: Into<ForecastError>>(
    cells: impl Iterator<Item = Result<T, E>>,
    problems: &mut Vec<ForecastError>,
) -> Vec<T> {
    let mut kept = Vec::new();
    for cells in cells {
        match cells {
            Ok(cells) => kept.push(cells),
            Err(problem) => problems.push(problem.into()),
        }
    }
    kept
}

/// One value for the rows of a step; rows without a value do not count.
pub(super) fn put_together(rule: Duplicates, values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count, mut last) = (0.0, 0, f64::NAN);
    for value in values.filter(|value| !value.is_nan()) {
        sum += value;
        count += 1;
        last = value;
    }
    match rule {
        _ if count == 0 => f64::NAN,
        Duplicates::Error | Duplicates::Last => last,
        Duplicates::Sum => sum,
        Duplicates::Mean => sum / f64::from(count),
    }
}

/// Targets that the transform or the head cannot stand.
pub(super) fn check_targets(
    target: &[f64],
    transform: Transform,
    head: &ForecastHeadConfig,
    rows: &SortedRows<'_>,
    problems: &mut Vec<ForecastError>,
) {
    let counts = match head {
        ForecastHeadConfig::NegativeBinomial(_) => Some("`[forecast.head.negative_binomial]`"),
        ForecastHeadConfig::ZeroInflated(_) => Some("`[forecast.head.zero_inflated]`"),
        _ => None,
    };
    let logarithm = (transform == Transform::Log1p).then_some("`transform = \"log1p\"`");
    let column = &rows.columns.target;
    let found = |condition: &dyn Fn(f64) -> bool| -> Option<(Vec<RowAt>, usize)> {
        let (found, count) = super::rows::rows_where(target, |value| condition(*value))?;
        Some((found.into_iter().map(|row| rows.at(row)).collect(), count))
    };
    if let Some(because) = logarithm.or(counts)
        && let Some((rows, count)) = found(&|value| value < 0.0)
    {
        let column = column.clone();
        problems.push(ForecastError::Negative {
            column,
            because,
            rows,
            count,
        });
    }
    if let Some(because) = counts
        && let Some((rows, count)) = found(&|value| value.fract().abs() > 0.0)
    {
        let column = column.clone();
        problems.push(ForecastError::NotWhole {
            column,
            because,
            rows,
            count,
        });
    }
}

/// The static values of a series, from its rows in the order of the table.
pub(super) struct Statics {
    pub(super) numbers: Vec<f32>,
    pub(super) texts: Vec<Option<String>>,
}

/// Collects series in which a static column has two values.
#[derive(Default)]
pub(super) struct Changes(Vec<(String, Vec<Change>, usize)>);

impl Changes {
    fn add(&mut self, column: &str, change: impl FnOnce() -> Change) {
        let place = self.0.iter().position(|(known, _, _)| known == column);
        let place = place.unwrap_or_else(|| {
            self.0.push((column.into(), Vec::new(), 0));
            self.0.len() - 1
        });
        let (_, changes, count) = &mut self.0[place];
        *count += 1;
        if changes.len() < MAX_LISTED {
            changes.push(change());
        }
    }

    pub(super) fn into_problems(self) -> impl Iterator<Item = ForecastError> {
        let problems = self.0.into_iter();
        problems.map(|(column, changes, count)| ForecastError::NotConstant {
            column,
            changes,
            count,
        })
    }
}

pub(super) fn statics(
    cells: &Cells<'_>,
    rows: &SortedRows<'_>,
    of_series: &[u32],
    changes: &mut Changes,
) -> Statics {
    let columns = rows.columns;
    let mut numbers = Vec::with_capacity(cells.static_numbers.len());
    for (column, cells) in columns.static_numbers.iter().zip(&cells.static_numbers) {
        let value = |row: u32| Some(cells[row as usize]).filter(|value| !value.is_nan());
        let found = constant(column, of_series, value, rows, changes);
        numbers.push(found.map_or(f32::NAN, |value| value as f32));
    }
    let mut texts = Vec::with_capacity(cells.static_texts.len());
    for (column, cells) in columns.static_texts.iter().zip(&cells.static_texts) {
        let value = |row: u32| {
            let code = cells.codes[row as usize];
            (code != MISSING_CODE).then(|| cells.dictionary[code as usize].as_str())
        };
        let found = constant(column, of_series, value, rows, changes);
        texts.push(found.map(String::from));
    }
    Statics { numbers, texts }
}

fn constant<T: PartialEq + Copy + ToString>(
    column: &str,
    of_series: &[u32],
    value: impl Fn(u32) -> Option<T>,
    rows: &SortedRows<'_>,
    changes: &mut Changes,
) -> Option<T> {
    let mut values = of_series.iter().filter_map(|&row| Some((row, value(row)?)));
    let (first_row, first) = values.next()?;
    if let Some((row, other)) = values.find(|(_, other)| *other != first) {
        changes.add(column, || Change {
            series: rows.series_text(row as usize),
            rows: [
                (first_row as usize, first.to_string()),
                (row as usize, other.to_string()),
            ],
        });
    }
    Some(first)
}
