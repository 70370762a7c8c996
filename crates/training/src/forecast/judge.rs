//! A trained model on series whose last steps are held back.

use std::path::PathBuf;
use std::sync::Arc;

use hob_data::forecast::{PanelReport, Place};
use hob_data::source::{self, ReadOptions};
use hob_inference::{Forecaster, InferenceError};

use super::backtest::Backtest;
use crate::error::RunError;
use crate::result::OutputResult;

/// What came out of an evaluation.
#[derive(Debug)]
pub struct ForecastJudgement {
    /// The metrics.
    pub output: OutputResult,
    /// What was done to the rows.
    pub report: PanelReport,
    /// Rows that could not be read.
    pub rejected: usize,
}

/// Forecasts the last steps of the series of files from those before.
///
/// # Errors
/// A file or column is missing, or no series is long enough.
pub fn judge(
    forecaster: &Forecaster,
    paths: &[PathBuf],
    max_rejected: usize,
) -> Result<ForecastJudgement, RunError> {
    let mut requests = forecaster.requests();
    requests
        .iter_mut()
        .for_each(|request| request.required = true);
    let options = ReadOptions {
        max_rejected,
        ..forecaster.read_options()
    };
    let (table, source) = source::read(paths, &requests, &options)?;
    let preprocessor = &forecaster.spec().preprocessor;
    let (panel, report) = preprocessor.panel(&table).map_err(InferenceError::from)?;
    let (context, horizon) = (preprocessor.context, preprocessor.horizon);
    let series = panel.series.iter().enumerate();
    let long = series.filter(|(_, series)| series.target.len() >= context + horizon);
    let places = long.map(|(place, series)| Place {
        series: place as u32,
        origin: (series.target.len() - horizon) as u32,
    });
    let places: Vec<Place> = places.collect();
    let windows = preprocessor.windows(Arc::new(panel), places);
    let rows: Vec<usize> = (0..windows.len()).collect();
    let backtest = Backtest {
        windows: &windows,
        network: forecaster.network(),
        device: forecaster.burn_device(),
        decoder: forecaster.spec().decoder(),
    };
    let judged = backtest.judge(&rows).map_err(|source| RunError::Metrics {
        output: preprocessor.columns.target.clone(),
        part: "given",
        source,
    })?;
    Ok(ForecastJudgement {
        output: judged.into_output(&preprocessor.columns.target, "given", None),
        report,
        rejected: source.rejected.num_rows,
    })
}
