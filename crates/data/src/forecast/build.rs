//! From rows to series: steps, gaps, rows of one step, the future.

use super::cells::{Cells, Changes, put_together, statics};
use super::error::ForecastError;
use super::found::Found;
use super::grid::Grid;
use super::panel::{Panel, Series};
use super::places::{Length, MAX_LISTED, RowsAt};
use super::report::PanelReport;
use super::rows::SortedRows;
use crate::config::{Duplicates, Fill};
use crate::features::Matrix;
use crate::preprocess::Problems;

/// What a panel is made by.
pub(super) struct Rules<'a> {
    pub(super) grid: Grid,
    pub(super) fill: Fill,
    pub(super) duplicates: Duplicates,
    /// Fewest steps of a series, and what they are for.
    pub(super) needed: (usize, &'static str),
    pub(super) exclude_short: bool,
    /// Steps that came before the rows.
    pub(super) tail: Option<&'a Panel>,
}

/// The rows of one step, and where they are in the order of rows.
#[derive(Clone, Copy)]
struct Entry<'a> {
    step: i64,
    rows: &'a [u32],
}

/// Steps of a series, the last of each pair excluded.
#[derive(Clone, Copy)]
struct Span {
    first: i64,
    /// After the last step with a target.
    last: i64,
    /// The first step with a row after `last`.
    future: Option<i64>,
    end_of_future: i64,
}

pub(super) struct Builder<'a> {
    pub(super) rows: &'a SortedRows<'a>,
    pub(super) cells: &'a Cells<'a>,
    pub(super) rules: Rules<'a>,
    pub(super) report: PanelReport,
    pub(super) found: Found,
}

impl<'a> Builder<'a> {
    pub(super) fn build(mut self) -> Result<(Panel, PanelReport), Problems<ForecastError>> {
        let of_series = self.rows_of_series();
        let spans: Vec<Option<Span>> = of_series.iter().map(|rows| self.span(rows)).collect();
        // Steps of rows that lie wrong would make the messages below misleading.
        self.found.check_times(self.rows, &self.rules.grid)?;
        let common_end = spans.iter().flatten().map(|span| span.last).max();
        let Some(common_end) = common_end else {
            let column = self.rows.columns.target.clone();
            return Err(ForecastError::NoTarget { column }.into());
        };
        let mut changes = Changes::default();
        let mut series = Vec::new();
        let mut short = Vec::new();
        let (needed, _) = self.rules.needed;
        for (number, span) in spans.iter().enumerate() {
            let mut span = span.unwrap_or(Span {
                first: 0,
                last: 0,
                future: None,
                end_of_future: 0,
            });
            if self.rules.fill == Fill::Zero && span.last > span.first {
                span.last = span
                    .last
                    .max(span.future.unwrap_or(common_end).min(common_end));
            }
            let steps = (span.last - span.first) as usize;
            if steps < needed {
                let series = self.rows.columns.series_text(&self.rows.keys[number]);
                short.push(Length { series, steps });
                continue;
            }
            series.push((
                span.first,
                self.series(number, span, of_series[number], &mut changes),
            ));
        }
        self.found.problems.extend(changes.into_problems());
        self.leave_out(short, series.is_empty());
        let problems = std::mem::take(&mut self.found).into_problems(self.rows);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let first = series.iter().map(|(first, _)| *first).min().unwrap_or(0);
        let placed = series.into_iter().map(|(start, mut series)| {
            series.start = (start - first) as usize;
            series
        });
        let panel = Panel {
            grid: self.rules.grid,
            first,
            columns: self.rows.columns.clone(),
            series: placed.collect(),
        };
        self.report.describe(&panel);
        Ok((panel, self.report))
    }

    fn leave_out(&mut self, mut short: Vec<Length>, all: bool) {
        let (needed, what) = self.rules.needed;
        short.sort_by(|a, b| b.steps.cmp(&a.steps).then_with(|| a.series.cmp(&b.series)));
        self.report.short_series = short.len();
        let count = short.len();
        short.truncate(MAX_LISTED);
        self.report.short_examples = short.iter().map(|short| short.series.clone()).collect();
        if count > 0 && (all || !self.rules.exclude_short) {
            self.found.problems.push(ForecastError::TooShort {
                needed,
                what,
                series: short,
                count,
                all,
            });
        }
    }

    /// The rows of each series, by time.
    fn rows_of_series(&self) -> Vec<&'a [u32]> {
        let of = |row: &u32| self.rows.series_of[*row as usize];
        self.rows.order.chunk_by(|a, b| of(a) == of(b)).collect()
    }

    fn entries(&self, rows: &'a [u32]) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let (grid, times) = (self.rules.grid, self.rows.times);
        // Rows between the steps are found and reported by `span`.
        let step = move |row: &u32| grid.step(times[*row as usize]);
        let chunks = rows.chunk_by(move |a, b| step(a) == step(b) && step(a).is_some());
        chunks.filter_map(move |rows| {
            Some(Entry {
                step: step(&rows[0])?,
                rows,
            })
        })
    }

    fn target(&self, entry: &Entry<'_>) -> f64 {
        let values = entry
            .rows
            .iter()
            .map(|&row| self.cells.target(row as usize));
        put_together(self.rules.duplicates, values)
    }

    /// Where a series begins and ends; collects rows that lie wrong.
    fn span(&mut self, rows: &'a [u32]) -> Option<Span> {
        for &row in rows {
            if self
                .rules
                .grid
                .step(self.rows.times[row as usize])
                .is_none()
            {
                self.found.off_grid(self.rows, row as usize);
            }
        }
        let tail = self.tail_of(rows);
        let mut span = tail.map(|(first, series)| {
            let last = first + series.target.len() as i64;
            Span {
                first,
                last,
                future: None,
                end_of_future: last,
            }
        });
        let mut waiting = 0;
        let mut widest = 0;
        for entry in self.entries(rows) {
            let is_empty = self.target(&entry).is_nan();
            waiting += if is_empty { entry.rows.len() } else { 0 };
            if entry.rows.len() > 1 {
                self.several(&entry);
            }
            match &mut span {
                None if is_empty => {
                    self.report.leading_empty += entry.rows.len();
                    waiting = 0;
                }
                None => {
                    let last = entry.step + 1;
                    let first = entry.step;
                    span = Some(Span {
                        first,
                        last,
                        future: None,
                        end_of_future: last,
                    });
                }
                // Rows that a tail has forgotten are too old to matter.
                Some(span) if entry.step < span.first => waiting = 0,
                Some(span) => {
                    widest = widest.max(entry.step - span.end_of_future);
                    span.end_of_future = span.end_of_future.max(entry.step + 1);
                    if is_empty && entry.step >= span.last {
                        span.future = span.future.or(Some(entry.step));
                    } else if !is_empty {
                        self.report.empty_targets += waiting;
                        waiting = 0;
                        span.last = span.last.max(entry.step + 1);
                        span.future = None;
                    }
                }
            }
        }
        self.report.future_rows += waiting;
        if let Some(span) = &span {
            self.found.check_width(
                self.rows,
                rows,
                &self.rules.grid,
                span.end_of_future - span.first,
                widest,
            );
        }
        span
    }

    fn several(&mut self, entry: &Entry<'_>) {
        if self.rules.duplicates != Duplicates::Error {
            self.report.put_together += entry.rows.len();
            return;
        }
        let time = self.rules.grid.time(entry.step);
        self.found.duplicates(|| {
            let mut rows: Vec<usize> = entry.rows.iter().map(|&row| row as usize).collect();
            rows.sort_unstable();
            rows.truncate(MAX_LISTED);
            RowsAt {
                count: entry.rows.len(),
                series: self.rows.series_text(rows[0]),
                time: self.rows.columns.time_text(time),
                rows,
            }
        });
    }

    /// The steps before the rows, if some were kept, and the step at which they begin.
    fn tail_of(&self, rows: &[u32]) -> Option<(i64, &'a Series)> {
        let tail = self.rules.tail?;
        let number = self.rows.series_of[*rows.first()? as usize];
        let series = &tail.series[tail.find(&self.rows.keys[number as usize])?];
        Some((tail.first + series.start as i64, series))
    }

    fn series(
        &mut self,
        number: usize,
        span: Span,
        rows: &'a [u32],
        changes: &mut Changes,
    ) -> Series {
        let steps = (span.last - span.first) as usize;
        let all = steps.max((span.end_of_future - span.first) as usize);
        let columns = self.rows.columns;
        let empty = |steps: usize, width: usize| Matrix {
            width,
            values: vec![f32::NAN; steps * width],
        };
        let statics = statics(self.cells, self.rows, rows, changes);
        let mut series = Series {
            key: self.rows.keys[number].clone(),
            start: 0,
            target: vec![f32::NAN; steps],
            known: empty(all, columns.known.len()),
            past: empty(steps, columns.past.len()),
            static_numbers: statics.numbers,
            static_texts: statics.texts,
        };
        let mut has_row = vec![false; all];
        if let Some((_, tail)) = self.tail_of(rows) {
            copy_tail(tail, &mut series, &mut has_row);
        }
        for entry in self.entries(rows) {
            let Ok(step) = usize::try_from(entry.step - span.first) else {
                continue;
            };
            has_row[step] = true;
            self.write(&entry, step, &mut series);
        }
        self.carry(&mut series, &has_row);
        self.fill(number, span.first, &mut series, &has_row);
        series
    }

    fn write(&mut self, entry: &Entry<'_>, step: usize, series: &mut Series) {
        let rule = match self.rules.duplicates {
            Duplicates::Sum => Duplicates::Mean,
            rule => rule,
        };
        let value = |cells: &[f64]| {
            put_together(rule, entry.rows.iter().map(|&row| cells[row as usize])) as f32
        };
        let known = &self.cells.known;
        for (column, cells) in known.iter().enumerate() {
            let value = value(cells);
            series.known.values[step * known.len() + column] = value;
            if value.is_nan() {
                self.found
                    .missing_known(self.rows, column, entry.rows[0] as usize);
            }
        }
        if step < series.target.len() {
            let target = self.target(entry) as f32;
            if !target.is_nan() {
                series.target[step] = target;
            }
            let past = &self.cells.past;
            for (column, cells) in past.iter().enumerate() {
                series.past.values[step * past.len() + column] = value(cells);
            }
        }
    }

    /// Covariates of steps without a row repeat the step before: nothing later is known there.
    fn carry(&mut self, series: &mut Series, has_row: &[bool]) {
        let (known, past) = (series.known.width, series.past.width);
        for (step, has_row) in has_row.iter().enumerate().take(series.target.len()).skip(1) {
            let mut carried = false;
            if !has_row {
                let before = (step - 1) * known..step * known;
                series.known.values.copy_within(before, step * known);
                carried = known > 0;
            }
            for place in step * past..(step + 1) * past {
                if series.past.values[place].is_nan() {
                    series.past.values[place] = series.past.values[place - past];
                    carried = true;
                }
            }
            self.report.carried += usize::from(carried);
        }
    }

    fn fill(&mut self, number: usize, first: i64, series: &mut Series, has_row: &[bool]) {
        let is_empty = |step: usize, target: &[f32]| target[step].is_nan();
        let gaps = (0..series.target.len()).filter(|&step| !has_row[step]);
        self.report.gaps += gaps.count();
        match self.rules.fill {
            Fill::Error => {
                let empty: Vec<usize> = (0..series.target.len())
                    .filter(|&step| is_empty(step, &series.target))
                    .collect();
                let columns = self.rows.columns;
                let series = || columns.series_text(&self.rows.keys[number]);
                let time =
                    |step: usize| columns.time_text(self.rules.grid.time(first + step as i64));
                self.found.gaps(&empty, series, time);
            }
            Fill::Zero => {
                for value in &mut series.target {
                    if value.is_nan() {
                        *value = 0.0;
                    }
                }
            }
            // Made-up values are made when a window is cut: here they could carry the future into the past.
            Fill::Forward | Fill::Interpolate | Fill::Missing => {}
        }
    }
}

fn copy_tail(tail: &Series, series: &mut Series, has_row: &mut [bool]) {
    let steps = tail.target.len();
    series.target[..steps].copy_from_slice(&tail.target);
    series.known.values[..tail.known.values.len()].copy_from_slice(&tail.known.values);
    series.past.values[..tail.past.values.len()].copy_from_slice(&tail.past.values);
    has_row[..steps].fill(true);
    for (ours, kept) in series.static_numbers.iter_mut().zip(&tail.static_numbers) {
        *ours = if ours.is_nan() { *kept } else { *ours };
    }
    for (ours, kept) in series.static_texts.iter_mut().zip(&tail.static_texts) {
        *ours = ours.take().or_else(|| kept.clone());
    }
}
