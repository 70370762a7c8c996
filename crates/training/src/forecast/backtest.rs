//! A network judged on windows whose future is known, beside classical forecasts of the same windows.

use burn::tensor::Device;
use hob_data::features::Matrix;
use hob_data::forecast::{Place, Windows};
use hob_inference::forecast::{
    CalibrationWindow, Conformal, ConformalError, Decoder, Dependence, WindowForecast,
};
use hob_model::Network;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::KIND;
use super::baselines::{BaselineOptions, ForecastBaseline};
use super::metrics::{self, ForecastReport, SeriesScale, Window};
use super::plan::PlannedForecast;
use super::result::{Fan, ForecastDetail, OtherForecast, SeriesResult};
use crate::metrics::{Metrics, MetricsError, OutputReport};
use crate::plan::Contradictions;
use crate::result::OutputResult;

/// The forecast that stands as the baseline of the run.
pub(crate) const BASELINE: ForecastBaseline = ForecastBaseline::SeasonalNaive;
/// Series listed in the result, those with the largest values.
const MAX_SERIES: usize = 200;
/// Series drawn in the report.
const MAX_FANS: usize = 8;
/// Steps drawn before the forecast, as a multiple of the horizon.
const DRAWN_HORIZONS: usize = 3;

/// A trained network and how its numbers are read.
pub(crate) struct Backtest<'a> {
    pub(crate) windows: &'a Windows,
    pub(crate) network: &'a Network,
    pub(crate) device: &'a Device,
    pub(crate) decoder: Decoder,
}

/// What came out for a part.
pub(crate) struct Judged {
    pub(crate) report: ForecastReport,
    pub(crate) baseline: ForecastReport,
    pub(crate) detail: ForecastDetail,
}

impl Judged {
    /// As `result.json` holds it.
    pub(crate) fn into_output(
        self,
        column: &str,
        part: &str,
        validation: Option<ForecastReport>,
    ) -> OutputResult {
        OutputResult {
            column: column.to_string(),
            kind: KIND.to_string(),
            test: output_report(self.report),
            part: part.to_string(),
            validation: validation.map(output_report),
            baseline: output_report(self.baseline),
            text_baseline: None,
            forecast: Some(self.detail),
            recommend: None,
            temperature: 1.0,
            worst: Vec::new(),
            mistakes: None,
            scope: None,
            contradictions: Contradictions::default(),
        }
    }
}

impl<'a> Backtest<'a> {
    pub(crate) fn new(
        planned: &'a PlannedForecast,
        network: &'a Network,
        device: &'a Device,
    ) -> Self {
        Self {
            windows: &planned.windows,
            network,
            device,
            decoder: decoder(planned),
        }
    }

    fn windows(&self, rows: &[usize]) -> Windows {
        let all = self.windows;
        all.with_places(rows.iter().map(|&row| all.places[row]).collect())
    }

    /// Moves the quantiles so that they cover what they say, by the validation windows.
    pub(crate) fn calibrate(&mut self, rows: &[usize]) -> Result<(), ConformalError> {
        let windows = self.windows(rows);
        let transform = windows.preprocessor().transform;
        let uncalibrated = Decoder {
            // In the units that are scaled a quantile may lie below 0.
            floor: f64::NEG_INFINITY,
            ..self.decoder.clone()
        };
        let forecasts = uncalibrated.forecasts(self.network, &windows, self.device);
        let all: Vec<usize> = (0..windows.len()).collect();
        let batch = windows.batch(&all);
        let horizon = windows.horizon();
        let scaled: Vec<(Vec<f64>, Matrix<f64>)> = forecasts
            .into_iter()
            .enumerate()
            .map(|(row, forecast)| {
                let (loc, scale) = (f64::from(batch.loc[row]), f64::from(batch.scale[row]));
                let actual = &batch.target[row * horizon..(row + 1) * horizon];
                let quantiles = forecast.quantiles.values.iter();
                let quantiles = quantiles.map(|&value| (transform.apply(value) - loc) / scale);
                let matrix = Matrix {
                    width: forecast.quantiles.width,
                    values: quantiles.collect(),
                };
                (
                    actual.iter().map(|&value| f64::from(value)).collect(),
                    matrix,
                )
            })
            .collect();
        let windows: Vec<CalibrationWindow<'_>> = scaled
            .iter()
            .map(|(actual, quantiles)| CalibrationWindow { actual, quantiles })
            .collect();
        self.decoder.conformal = Some(Conformal::fit(&self.decoder.levels, horizon, &windows)?);
        Ok(())
    }

    /// How the steps of the validation windows went together.
    pub(crate) fn dependence(&self, rows: &[usize], seed: u64) -> Dependence {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let windows = self.windows(rows);
        let forecasts = self
            .decoder
            .dense()
            .forecasts(self.network, &windows, self.device);
        let places = forecasts.iter().enumerate().map(|(row, forecast)| {
            let actual = windows.truth(row).map(f64::from).enumerate();
            let place =
                |(step, actual)| place(forecast.quantiles.row(step), actual, &mut generator);
            actual.map(place).collect()
        });
        let places: Vec<Vec<f64>> = places.collect();
        Dependence::fit(&places)
    }

    /// Judges the forecasts of the windows of a part.
    pub(crate) fn evaluate(&self, rows: &[usize]) -> Result<ForecastReport, MetricsError> {
        let windows = self.windows(rows);
        let forecasts = self.decoder.forecasts(self.network, &windows, self.device);
        let levels = &self.decoder.levels;
        metrics::evaluate(&judged(&windows, forecasts), levels, &scales(&windows))
    }

    /// The same in detail, beside the classical forecasts.
    pub(crate) fn judge(&self, rows: &[usize]) -> Result<Judged, MetricsError> {
        let windows = self.windows(rows);
        let levels = &self.decoder.levels;
        let scales = scales(&windows);
        let forecasts = self.decoder.forecasts(self.network, &windows, self.device);
        let fans = self.fans(&windows, &forecasts, &scales);
        let report = metrics::evaluate(&judged(&windows, forecasts), levels, &scales)?;
        let mut others = Vec::new();
        let mut baseline = ForecastReport::default();
        for method in ForecastBaseline::ALL {
            let report = metrics::evaluate(&self.classical(method, &windows), levels, &scales)?;
            if method == BASELINE {
                baseline = report;
            } else {
                others.push(OtherForecast {
                    name: method.name().to_string(),
                    metrics: report.metrics,
                });
            }
        }
        let detail = ForecastDetail {
            windows: report.windows,
            series: report.per_series.len(),
            horizon: windows.horizon(),
            levels: levels.clone(),
            season: windows.preprocessor().frequency().season(),
            missing: report.missing,
            zeros: report.zeros,
            others,
            weighted: report.weighted.clone(),
            per_step: report.per_step.clone(),
            per_series: per_series(&windows, &report, &baseline),
            fans,
            simulation: None,
        };
        Ok(Judged {
            report,
            baseline,
            detail,
        })
    }

    fn classical(&self, method: ForecastBaseline, windows: &Windows) -> Vec<Window> {
        let options = BaselineOptions {
            season: windows.preprocessor().frequency().season(),
            horizon: windows.horizon(),
            levels: &self.decoder.levels,
        };
        let history = |row: usize| {
            let origin = windows.places[row].origin as usize;
            &windows.series(row).target[..origin]
        };
        let histories: Vec<&[f32]> = (0..windows.len()).map(history).collect();
        let forecasts = method
            .forecast_all(&histories, &options)
            .into_iter()
            .enumerate();
        forecasts
            .map(|(row, forecast)| {
                let place = windows.places[row];
                let actual = windows.truth(row).map(f64::from).collect();
                forecast.into_window(place.series as usize, place.origin as usize, actual)
            })
            .collect()
    }

    /// The last window of the series with the largest values.
    fn fans(
        &self,
        windows: &Windows,
        forecasts: &[WindowForecast],
        scales: &[SeriesScale],
    ) -> Vec<Fan> {
        let mut last: Vec<usize> = Vec::new();
        for row in 0..windows.len() {
            let series = windows.places[row].series;
            last.retain(|&other| windows.places[other].series != series);
            last.push(row);
        }
        let weight = |row: usize| scales[windows.places[row].series as usize].weight;
        last.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
        last.truncate(MAX_FANS);
        let fan = |row: usize| {
            let place = windows.places[row];
            let (series, origin) = (place.series as usize, place.origin as usize);
            let before = (windows.horizon() * DRAWN_HORIZONS).min(origin);
            let known = |value: &f32| (!value.is_nan()).then(|| f64::from(*value));
            let truth: Vec<f32> = windows.truth(row).collect();
            let steps = origin - before..origin + windows.horizon();
            Fan {
                series: windows.panel.series_text(series),
                times: steps
                    .map(|step| windows.panel.time_text(series, step))
                    .collect(),
                history: windows.series(row).target[origin - before..origin]
                    .iter()
                    .map(known)
                    .collect(),
                actual: truth.iter().map(known).collect(),
                median: forecasts[row].median.clone(),
                quantiles: (0..windows.horizon())
                    .map(|step| forecasts[row].quantiles.row(step).to_vec())
                    .collect(),
            }
        };
        last.into_iter().map(fan).collect()
    }
}

/// How the numbers of the network of a plan are read, before any calibration.
pub(crate) fn decoder(planned: &PlannedForecast) -> Decoder {
    let head = planned.head.clone();
    Decoder::new(head, planned.levels(), planned.is_non_negative())
}

/// The metrics of validation windows while a network is trained, from what it gave.
pub(crate) fn headline(decoder: &Decoder, windows: &Windows, raw: &Matrix<f32>) -> Metrics {
    let judged = judged(windows, decoder.of_outputs(windows, raw));
    let mut headline = Metrics::default();
    if let Ok(report) = metrics::evaluate(&judged, &decoder.levels, &scales(windows)) {
        for name in ["wql", "mase"] {
            if let Some(value) = report.metrics.get(name) {
                headline.push(name, value);
            }
        }
    }
    headline
}

/// Forecasts beside what happened.
fn judged(windows: &Windows, forecasts: Vec<WindowForecast>) -> Vec<Window> {
    let forecasts = forecasts.into_iter().zip(&windows.places).enumerate();
    let window = |(row, (forecast, place)): (usize, (WindowForecast, &Place))| Window {
        series: place.series as usize,
        origin: place.origin as usize,
        actual: windows.truth(row).map(f64::from).collect(),
        median: forecast.median,
        mean: forecast.mean,
        quantiles: forecast.quantiles,
    };
    forecasts.map(window).collect()
}

/// By series, from what was known before its first window.
fn scales(windows: &Windows) -> Vec<SeriesScale> {
    let season = windows.preprocessor().frequency().season();
    let mut known: Vec<Option<usize>> = vec![None; windows.panel.series.len()];
    for place in &windows.places {
        let first = &mut known[place.series as usize];
        let origin = place.origin as usize;
        *first = Some(first.map_or(origin, |first| first.min(origin)));
    }
    let series = windows.panel.series.iter().zip(known);
    series
        .map(|(series, known)| SeriesScale::new(&series.target[..known.unwrap_or(0)], season))
        .collect()
}

/// The probability that quantiles at evenly spaced levels give to less than a value. Among equal quantiles, and between
/// neighbours, any place is as good (Czado, Gneiting & Held 2009), so one is drawn.
fn place(quantiles: &[f64], actual: f64, generator: &mut impl Rng) -> f64 {
    if actual.is_nan() {
        return f64::NAN;
    }
    let below = quantiles.partition_point(|&quantile| quantile < actual);
    let until = quantiles.partition_point(|&quantile| quantile <= actual);
    let drawn = generator.random::<f64>() * (until - below + 1) as f64;
    (below as f64 + drawn) / (quantiles.len() + 1) as f64
}

fn per_series(
    windows: &Windows,
    report: &ForecastReport,
    baseline: &ForecastReport,
) -> Vec<SeriesResult> {
    let mut lines: Vec<SeriesResult> = report
        .per_series
        .iter()
        .map(|line| {
            let mut others = baseline.per_series.iter();
            SeriesResult {
                series: windows.panel.series_text(line.series),
                weight: line.weight,
                cells: line.cells,
                metrics: line.metrics.clone(),
                baseline: others
                    .find(|other| other.series == line.series)
                    .map(|other| other.metrics.clone())
                    .unwrap_or_default(),
            }
        })
        .collect();
    lines.sort_by(|a, b| {
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| a.series.cmp(&b.series))
    });
    lines.truncate(MAX_SERIES);
    lines
}

/// In the form of other outputs.
fn output_report(report: ForecastReport) -> OutputReport {
    OutputReport {
        rows: report.cells,
        metrics: report.metrics,
        calibration: report.calibration,
        ..OutputReport::default()
    }
}
