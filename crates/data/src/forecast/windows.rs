//! Windows cut from the panel when a batch is made.

use std::sync::Arc;

use super::backtest::Place;
use super::calendar;
use super::panel::{Panel, Series};
use super::preprocessor::ForecastPreprocessor;
use crate::config::Fill;
use crate::features::Matrix;

/// Windows of a panel, the rows of a forecast's training loop.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// What they are cut from.
    pub panel: Arc<Panel>,
    /// One per window.
    pub places: Vec<Place>,
    cut: Arc<Cut>,
}

/// What all windows of a panel share.
#[derive(Debug, PartialEq)]
struct Cut {
    fitted: ForecastPreprocessor,
    /// By step of the panel.
    calendar: Matrix<f32>,
    /// By series.
    static_numbers: Matrix<f32>,
    static_codes: Matrix<i32>,
}

/// Windows side by side, row-major.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowBatch {
    /// `[b, context]`, transformed and scaled; 0 where missing, unless filled.
    pub past_target: Vec<f32>,
    /// `[b, context]`, 1 where there is a value, 0 where it is missing or filled by `forward` or `interpolate`.
    pub observed: Vec<f32>,
    /// `[b, context, past]`: calendar, known and past columns.
    pub past: Vec<f32>,
    /// `[b, horizon, future]`: calendar and known columns.
    pub future: Vec<f32>,
    /// `[b, static numbers]`
    pub static_numbers: Vec<f32>,
    /// `[b, static codes]`
    pub static_codes: Vec<i32>,
    /// `[b]`: `scaled = (transform(y) - loc) / scale`.
    pub loc: Vec<f32>,
    /// `[b]`, above 0.
    pub scale: Vec<f32>,
    /// `[b, horizon]`, scaled; NaN where unknown.
    pub target: Vec<f32>,
}

impl Windows {
    pub(super) fn new(
        fitted: &ForecastPreprocessor,
        panel: Arc<Panel>,
        places: Vec<Place>,
    ) -> Self {
        let steps = panel
            .num_steps_with_future()
            .max(panel.num_steps() + fitted.horizon);
        let calendar = calendar::table(&fitted.calendar, &panel.grid, panel.first, steps);
        let numbers = |series: &Series| fitted.static_numbers(series);
        let codes = |series: &Series| fitted.static_codes(series);
        let cut = Cut {
            calendar,
            static_numbers: Matrix {
                width: panel.columns.static_numbers.len(),
                values: panel.series.iter().flat_map(numbers).collect(),
            },
            static_codes: Matrix {
                width: panel.columns.static_texts.len(),
                values: panel.series.iter().flat_map(codes).collect(),
            },
            fitted: fitted.clone(),
        };
        Self {
            panel,
            places,
            cut: Arc::new(cut),
        }
    }

    /// Other windows of the same panel; costs nothing but the places.
    pub fn with_places(&self, places: Vec<Place>) -> Self {
        Self {
            panel: self.panel.clone(),
            places,
            cut: self.cut.clone(),
        }
    }

    /// Number of windows.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Steps that a window sees.
    pub fn context(&self) -> usize {
        self.cut.fitted.context
    }

    /// Steps to forecast.
    pub fn horizon(&self) -> usize {
        self.cut.fitted.horizon
    }

    /// What the windows were made by.
    pub fn preprocessor(&self) -> &ForecastPreprocessor {
        &self.cut.fitted
    }

    /// The series of a window.
    pub fn series(&self, row: usize) -> &Series {
        &self.panel.series[self.places[row].series as usize]
    }

    /// The time of a step to forecast, from 0, in seconds since 1970.
    pub fn time(&self, row: usize, step: usize) -> i64 {
        let Place { series, origin } = self.places[row];
        self.panel.time(series as usize, origin as usize + step)
    }

    /// The target of a window in its original unit, `[horizon]`; NaN where unknown.
    pub fn truth(&self, row: usize) -> impl Iterator<Item = f32> + '_ {
        let (series, origin) = (self.series(row), self.places[row].origin as usize);
        let value = move |step| series.target.get(step).copied().unwrap_or(f32::NAN);
        (origin..origin + self.horizon()).map(value)
    }

    /// Steps to forecast in the windows of the given rows whose value is known.
    pub fn known_steps(&self, rows: &[usize]) -> usize {
        let known = |&row: &usize| self.truth(row).filter(|value| !value.is_nan()).count();
        rows.iter().map(known).sum()
    }

    /// Cuts the windows of the given rows, one after the other.
    pub fn batch(&self, rows: &[usize]) -> WindowBatch {
        let fitted = &self.cut.fitted;
        let (context, horizon) = (fitted.context, fitted.horizon);
        let future = self.cut.calendar.width + self.panel.columns.known.len();
        let past = future + self.panel.columns.past.len();
        let mut batch = WindowBatch {
            past_target: Vec::with_capacity(rows.len() * context),
            observed: Vec::with_capacity(rows.len() * context),
            past: Vec::with_capacity(rows.len() * context * past),
            future: Vec::with_capacity(rows.len() * horizon * future),
            target: Vec::with_capacity(rows.len() * horizon),
            ..WindowBatch::default()
        };
        let mut values = Vec::with_capacity(context);
        let mut seen = Vec::with_capacity(context);
        for &row in rows {
            let Place {
                series: number,
                origin,
            } = self.places[row];
            let (number, origin) = (number as usize, origin as usize);
            let series = &self.panel.series[number];
            self.cut_target(series, origin, &mut values, &mut seen, &mut batch);
            for place in 0..context {
                // A window may begin before its series.
                let step = (origin + place).checked_sub(context);
                self.push_future(series, step, &mut batch.past);
                self.push_past(series, step, &mut batch.past);
            }
            for step in origin..origin + horizon {
                self.push_future(series, Some(step), &mut batch.future);
            }
            batch
                .static_numbers
                .extend_from_slice(self.cut.static_numbers.row(number));
            batch
                .static_codes
                .extend_from_slice(self.cut.static_codes.row(number));
        }
        batch
    }

    fn cut_target(
        &self,
        series: &Series,
        origin: usize,
        values: &mut Vec<f64>,
        seen: &mut Vec<f64>,
        batch: &mut WindowBatch,
    ) {
        let fitted = &self.cut.fitted;
        let value = |step: Option<usize>| {
            let value = step.and_then(|step| series.target.get(step));
            value.map_or(f64::NAN, |value| fitted.transform.apply(f64::from(*value)))
        };
        let context = fitted.context;
        values.clear();
        values.extend((0..context).map(|place| value((origin + place).checked_sub(context))));
        seen.clear();
        seen.extend(values.iter().filter(|value| !value.is_nan()));
        let (loc, scale) = fitted.scale.fit(seen);
        let observed = values
            .iter()
            .map(|value| if value.is_nan() { 0.0 } else { 1.0 });
        batch.observed.extend(observed);
        fill(fitted.fill, values);
        let scaled = |value: f64| ((value - loc) / scale) as f32;
        let seen = values
            .iter()
            .map(|value| if value.is_nan() { 0.0 } else { scaled(*value) });
        batch.past_target.extend(seen);
        let steps = origin..origin + fitted.horizon;
        batch
            .target
            .extend(steps.map(|step| scaled(value(Some(step)))));
        batch.loc.push(loc as f32);
        batch.scale.push(scale as f32);
    }

    fn push_future(&self, series: &Series, step: Option<usize>, out: &mut Vec<f32>) {
        let calendar = &self.cut.calendar;
        match step.map(|step| series.start + step) {
            Some(step) => out.extend_from_slice(calendar.row(step)),
            None => out.extend(std::iter::repeat_n(0.0, calendar.width)),
        }
        push_scaled(&series.known, step, &self.cut.fitted.known, out);
    }

    fn push_past(&self, series: &Series, step: Option<usize>, out: &mut Vec<f32>) {
        push_scaled(&series.past, step, &self.cut.fitted.past, out);
    }
}

fn push_scaled(
    matrix: &Matrix<f32>,
    step: Option<usize>,
    scalings: &[super::covariates::StandardScaling],
    out: &mut Vec<f32>,
) {
    let width = scalings.len();
    let cells = step.and_then(|step| matrix.values.get(step * width..(step + 1) * width));
    match cells {
        Some(cells) => {
            let scaled = cells.iter().zip(scalings);
            out.extend(scaled.map(|(cell, scaling)| scaling.apply(*cell)));
        }
        None => out.extend(std::iter::repeat_n(0.0, width)),
    }
}

/// Makes up values from those of the window alone, so that nothing after the origin shows.
fn fill(rule: Fill, values: &mut [f64]) {
    if !matches!(rule, Fill::Forward | Fill::Interpolate) {
        return;
    }
    let mut last: Option<usize> = None;
    for place in 0..values.len() {
        if values[place].is_nan() {
            if let Some(last) = last {
                values[place] = values[last];
            }
            continue;
        }
        if let (Fill::Interpolate, Some(last)) = (rule, last) {
            let (from, to) = (values[last], values[place]);
            let distance = (place - last) as f64;
            for (step, value) in values[last + 1..place].iter_mut().enumerate() {
                *value = from + (to - from) * (step + 1) as f64 / distance;
            }
        }
        last = Some(place);
    }
}
