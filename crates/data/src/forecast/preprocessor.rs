//! What is fitted on the training part of a panel, kept in the bundle, and applied to new rows alike.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::backtest::{BacktestParts, Place, backtest};
use super::build::{Builder, Rules};
use super::cells::{Cells, check_targets};
use super::covariates::{StandardScaling, StaticCodes, fit_steps};
use super::error::ForecastError;
use super::found::Found;
use super::frequency::Frequency;
use super::grid::Grid;
use super::panel::{Panel, Series};
use super::places::{MAX_LISTED, StepAt};
use super::report::PanelReport;
use super::rows::{ForecastColumns, SortedRows, is_text};
use super::windows::Windows;
use super::{calendar, infer, settings};
use crate::config::{
    CalendarFeature, Duplicates, Fill, ForecastConfig, ForecastHeadConfig, Transform, WindowScaling,
};
use crate::features::CodeFeature;
use crate::preprocess::{Problems, embedding_dim};
use crate::table::Table;

/// Share of training windows that show the code of a static text as unknown, as for categories of `[[inputs]]`.
const UNKNOWN_RATE: f64 = 0.01;

/// How rows become windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastPreprocessor {
    /// The columns.
    pub columns: ForecastColumns,
    /// Steps in time.
    pub grid: Grid,
    /// Steps that the network sees.
    pub context: usize,
    /// Steps to forecast.
    pub horizon: usize,
    /// Each a sine and a cosine.
    pub calendar: Vec<CalendarFeature>,
    /// What stands at steps without a value.
    pub fill: Fill,
    /// What becomes of several rows of a step.
    pub duplicates: Duplicates,
    /// Scaling of the target by window.
    pub scale: WindowScaling,
    /// What is done to the target before.
    pub transform: Transform,
    /// What the network says about a step.
    pub head: ForecastHeadConfig,
    /// By known column.
    pub known: Vec<StandardScaling>,
    /// By past column.
    pub past: Vec<StandardScaling>,
    /// By static column of numbers.
    pub numbers: Vec<StandardScaling>,
    /// By static column of text.
    pub codes: Vec<StaticCodes>,
}

/// A forecast made ready for training.
#[derive(Debug, Clone)]
pub struct FittedForecast {
    /// For the bundle.
    pub preprocessor: ForecastPreprocessor,
    /// All series.
    pub panel: Arc<Panel>,
    /// The windows of each part.
    pub parts: BacktestParts,
    /// What was done to the rows.
    pub report: PanelReport,
}

/// The meaning of what a window holds; decides the shape of the network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesLayout {
    /// Steps that the network sees.
    pub context: usize,
    /// Steps to forecast.
    pub horizon: usize,
    /// Names of the numbers at each step that it sees, besides the target.
    pub past: Vec<String>,
    /// Names of the numbers at each step to forecast.
    pub future: Vec<String>,
    /// Names of the numbers of a series.
    pub static_numbers: Vec<String>,
    /// Codes of a series.
    pub static_codes: Vec<CodeFeature>,
}

impl ForecastPreprocessor {
    /// Builds the series of a table, divides their windows and fits on the training steps, or says everything that is
    /// wrong.
    pub fn fit(
        config: &ForecastConfig,
        table: &Table,
    ) -> Result<FittedForecast, Problems<ForecastError>> {
        let frequency = settings::check(config)?;
        let columns = columns(config, table);
        let rows = SortedRows::new(table, &columns)?;
        let puts_together = config.duplicates != Duplicates::Error;
        let grid = infer::grid(frequency, puts_together, &rows)?;
        let mut problems = Vec::new();
        let cells = Cells::new(table, &columns, false, &mut problems);
        let Some(cells) = cells else {
            return Err(Problems(problems));
        };
        let mut found = Found::default();
        if let Some(target) = cells.target {
            check_targets(
                target,
                config.transform,
                &config.head,
                &rows,
                &mut found.problems,
            );
        }
        let report = PanelReport {
            rows: table.num_rows,
            inferred: frequency.is_none(),
            ..PanelReport::default()
        };
        let rules = Rules {
            grid,
            fill: config.fill,
            duplicates: config.duplicates,
            needed: (
                config.context.get() + config.horizon.get(),
                "`context` + `horizon`",
            ),
            exclude_short: config.exclude_short,
            tail: None,
        };
        let builder = Builder {
            rows: &rows,
            cells: &cells,
            rules,
            report,
            found,
        };
        let (panel, report) = builder.build()?;
        let parts = backtest(&panel, config)?;
        let preprocessor = Self::fit_panel(config, &panel, parts.train_end);
        Ok(FittedForecast {
            preprocessor,
            panel: Arc::new(panel),
            parts,
            report,
        })
    }

    fn fit_panel(config: &ForecastConfig, panel: &Panel, train_end: usize) -> Self {
        let columns = panel.columns.clone();
        let calendar = match &config.calendar {
            Some(features) => settings::each_once(features),
            None => calendar::default_features(panel.grid.frequency, train_end),
        };
        let known = fit_steps(panel, train_end, columns.known.len(), |series| {
            &series.known
        });
        let past = fit_steps(panel, train_end, columns.past.len(), |series| &series.past);
        let trained = || {
            panel
                .series
                .iter()
                .filter(|series| series.start < train_end)
        };
        let numbers = (0..columns.static_numbers.len()).map(|column| {
            StandardScaling::fit(trained().map(|series| series.static_numbers[column]))
        });
        let codes = (0..columns.static_texts.len()).map(|column| {
            StaticCodes::fit(trained().filter_map(|series| series.static_texts[column].as_deref()))
        });
        Self {
            grid: panel.grid,
            context: config.context.get(),
            horizon: config.horizon.get(),
            calendar,
            fill: config.fill,
            duplicates: config.duplicates,
            scale: config.scale,
            transform: config.transform,
            head: config.head.clone(),
            known,
            past,
            numbers: numbers.collect(),
            codes: codes.collect(),
            columns,
        }
    }

    /// The distance of the steps.
    pub fn frequency(&self) -> Frequency {
        self.grid.frequency
    }

    /// The series of new rows. Series with fewer than `context` steps are left out and counted, unless all are.
    pub fn panel(&self, table: &Table) -> Result<(Panel, PanelReport), Problems<ForecastError>> {
        self.build(table, None)
    }

    /// The series of new rows, which go on where `tail` ends. A row at a step of the tail replaces it, and the rows need
    /// no target where only the `known` columns of the future are given. Series without a row are left out.
    pub fn continued(
        &self,
        tail: &Panel,
        table: &Table,
    ) -> Result<(Panel, PanelReport), Problems<ForecastError>> {
        self.build(table, Some(tail))
    }

    fn build(
        &self,
        table: &Table,
        tail: Option<&Panel>,
    ) -> Result<(Panel, PanelReport), Problems<ForecastError>> {
        let rows = SortedRows::new(table, &self.columns)?;
        let mut problems = Vec::new();
        let Some(cells) = Cells::new(table, &self.columns, tail.is_some(), &mut problems) else {
            return Err(Problems(problems));
        };
        let mut found = Found::default();
        if let Some(target) = cells.target {
            check_targets(
                target,
                self.transform,
                &self.head,
                &rows,
                &mut found.problems,
            );
        }
        let rules = Rules {
            grid: self.grid,
            fill: self.fill,
            duplicates: self.duplicates,
            needed: (self.context, "`context`"),
            exclude_short: true,
            tail,
        };
        let report = PanelReport {
            rows: table.num_rows,
            ..PanelReport::default()
        };
        Builder {
            rows: &rows,
            cells: &cells,
            rules,
            report,
            found,
        }
        .build()
    }

    /// Whether there is a scaling or vocabulary for each column, and series hold what the columns say. What was fitted is
    /// consistent; what comes from a file may not be.
    pub fn is_consistent(&self, history: &Panel) -> bool {
        let columns = &self.columns;
        self.known.len() == columns.known.len()
            && self.past.len() == columns.past.len()
            && self.numbers.len() == columns.static_numbers.len()
            && self.codes.len() == columns.static_texts.len()
            && history.is_consistent(columns)
    }

    /// Windows of a panel that this preprocessor made.
    pub fn windows(&self, panel: Arc<Panel>, places: Vec<Place>) -> Windows {
        Windows::new(self, panel, places)
    }

    /// One window per series, from its last step into the future. The `known` columns must be given for all its steps.
    pub fn forecast_windows(&self, panel: Arc<Panel>) -> Result<Windows, Problems<ForecastError>> {
        let mut problems = Vec::new();
        for (column, name) in self.columns.known.iter().enumerate() {
            let mut places = Vec::new();
            let mut count = 0;
            for (number, series) in panel.series.iter().enumerate() {
                let end = series.target.len();
                let is_missing = |step: &usize| {
                    let place = step * self.columns.known.len() + column;
                    series
                        .known
                        .values
                        .get(place)
                        .is_none_or(|value| value.is_nan())
                };
                for step in (end..end + self.horizon).filter(is_missing) {
                    count += 1;
                    if places.len() < MAX_LISTED {
                        places.push(StepAt {
                            row: None,
                            series: panel.series_text(number),
                            time: panel.time_text(number, step),
                        });
                    }
                }
            }
            if count > 0 {
                let column = name.clone();
                problems.push(ForecastError::MissingKnown {
                    column,
                    places,
                    count,
                });
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let place = |(number, series): (usize, &Series)| Place {
            series: number as u32,
            origin: series.target.len() as u32,
        };
        let places = panel.series.iter().enumerate().map(place).collect();
        Ok(self.windows(panel, places))
    }

    /// The meaning of what a window holds.
    pub fn layout(&self) -> SeriesLayout {
        let circle = |feature: &CalendarFeature| {
            let time = &self.columns.time;
            ["sin", "cos"].map(|part| format!("{time}.{}.{part}", feature.name()))
        };
        let mut future: Vec<String> = self.calendar.iter().flat_map(circle).collect();
        future.extend(self.columns.known.iter().cloned());
        let mut past = future.clone();
        past.extend(self.columns.past.iter().cloned());
        let codes = self.columns.static_texts.iter().zip(&self.codes);
        let static_codes = codes.map(|(column, codes)| CodeFeature {
            name: column.clone(),
            column: column.clone(),
            cardinality: codes.cardinality(),
            dim: embedding_dim(codes.vocabulary.len()),
            unknown_rate: UNKNOWN_RATE,
        });
        SeriesLayout {
            context: self.context,
            horizon: self.horizon,
            past,
            future,
            static_numbers: self.columns.static_numbers.clone(),
            static_codes: static_codes.collect(),
        }
    }

    pub(super) fn static_numbers(&self, series: &Series) -> Vec<f32> {
        let scaled = series.static_numbers.iter().zip(&self.numbers);
        scaled
            .map(|(value, scaling)| scaling.apply(*value))
            .collect()
    }

    pub(super) fn static_codes(&self, series: &Series) -> Vec<i32> {
        let texts = series.static_texts.iter().zip(&self.codes);
        texts
            .map(|(text, codes)| codes.code(text.as_deref()))
            .collect()
    }
}

fn columns(config: &ForecastConfig, table: &Table) -> ForecastColumns {
    let (static_texts, static_numbers) = config
        .statics
        .iter()
        .cloned()
        .partition(|column| is_text(table, column));
    ForecastColumns {
        time: config.time.clone(),
        time_formats: config.time_formats.clone(),
        series: config.series.clone(),
        target: config.target.clone(),
        known: config.known.clone(),
        past: config.past.clone(),
        static_numbers,
        static_texts,
    }
}
