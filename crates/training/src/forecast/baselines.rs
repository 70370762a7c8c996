//! Classical forecasts that every model is compared with. They take seconds, and on single series they are hard to beat.
//!
//! | name | forecast | source |
//! |---|---|---|
//! | `naive` | the last value | fpp3 5.2 |
//! | `seasonal_naive` | the value of a season before | fpp3 5.2 |
//! | `drift` | the line through the first and the last value | fpp3 5.2 |
//! | `ets` | exponential smoothing chosen by AICc, on seasonally adjusted values | fpp3 8.6, Hyndman & Khandakar 2008 |
//! | `theta` | simple exponential smoothing with half the trend, on seasonally adjusted values | Assimakopoulos & Nikolopoulos 2000 |
//!
//! fpp3 is Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition. Intervals are Gaussian, from the
//! one-step residuals, and grow with the horizon by the formulas of fpp3 5.5 and 8.7. Where a history has no negative
//! values, forecasts have none.
//!
//! Each series is forecast on its own and without randomness, so the result does not depend on the number of cores.

mod ets;
mod history;
mod season;
mod simple;
mod theta;

#[cfg(test)]
mod tests;

use std::fmt;

use distrs::Normal;
use hob_data::features::Matrix;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::metrics::Window;
use history::History;

/// A classical method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastBaseline {
    /// The last value.
    Naive,
    /// The value of a season before.
    SeasonalNaive,
    /// The line through the first and the last value.
    Drift,
    /// Exponential smoothing.
    Ets,
    /// Simple exponential smoothing with half the trend.
    Theta,
}

/// What is asked of a baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselineOptions<'a> {
    /// Steps after which a series repeats itself, 1 for none.
    pub season: usize,
    /// Steps to forecast.
    pub horizon: usize,
    /// Levels of the quantiles.
    pub levels: &'a [f64],
}

/// The forecast of one series from one origin, in its units.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineForecast {
    /// What was asked, or what took its place.
    pub method: ForecastBaseline,
    /// Why another method took the place of the one asked.
    pub fallback: Option<Fallback>,
    /// Mean per step, which is the median too.
    pub point: Vec<f64>,
    /// A row per step, a column per level.
    pub quantiles: Matrix<f64>,
}

/// Why a history does not bear the method that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// No value is known before the origin. The forecast is 0.
    Empty,
    /// The history is too short.
    Short {
        /// Steps from its first to its last value.
        steps: usize,
        /// Steps needed.
        needed: usize,
    },
    /// All values are equal, so there is nothing to fit.
    Constant,
    /// No candidate has finite forecasts.
    NoModel,
}

impl fmt::Display for Fallback {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("no value is known before the origin"),
            Self::Short { steps, needed } => {
                write!(
                    formatter,
                    "the history has {steps} steps, {needed} are needed"
                )
            }
            Self::Constant => formatter.write_str("all values are equal"),
            Self::NoModel => formatter.write_str("no candidate model fits"),
        }
    }
}

/// Mean and deviation per step.
#[derive(Debug, Clone, Default, PartialEq)]
struct Gaussian {
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl ForecastBaseline {
    /// All, simplest first.
    pub const ALL: [Self; 5] = [
        Self::Naive,
        Self::SeasonalNaive,
        Self::Drift,
        Self::Ets,
        Self::Theta,
    ];

    /// The name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::SeasonalNaive => "seasonal_naive",
            Self::Drift => "drift",
            Self::Ets => "ets",
            Self::Theta => "theta",
        }
    }

    /// Forecasts the steps after the history, in which NaN stands for unknown values. Unknown values before the first known
    /// one are no part of the series, those between two known ones are interpolated, and after the last known one the
    /// forecast begins.
    ///
    /// A history that does not bear the method is forecast by the naive one, with the reason.
    pub fn forecast(self, history: &[f32], options: &BaselineOptions) -> BaselineForecast {
        let Some(history) = History::new(history) else {
            return BaselineForecast::new(
                Self::Naive,
                Some(Fallback::Empty),
                &Gaussian {
                    mean: vec![0.0; options.horizon],
                    deviation: vec![0.0; options.horizon],
                },
                options.levels,
                true,
            );
        };
        let season = options.season.max(1);
        let horizon = history.gap + options.horizon;
        let answer = match self {
            Self::Naive => Ok(simple::naive(&history, horizon)),
            Self::SeasonalNaive => simple::seasonal_naive(&history, season, horizon),
            Self::Drift => simple::drift(&history, horizon),
            Self::Ets => ets::forecast(&history, season, horizon),
            Self::Theta => theta::forecast(&history, season, horizon),
        };
        let (method, fallback, mut answer) = match answer {
            Ok(answer) => (self, None, answer),
            Err(reason) => (Self::Naive, Some(reason), simple::naive(&history, horizon)),
        };
        answer.mean.drain(..history.gap);
        answer.deviation.drain(..history.gap);
        BaselineForecast::new(
            method,
            fallback,
            &answer,
            options.levels,
            history.is_non_negative(),
        )
    }

    /// Forecasts many series on all cores, in their order.
    pub fn forecast_all(
        self,
        histories: &[&[f32]],
        options: &BaselineOptions,
    ) -> Vec<BaselineForecast> {
        histories
            .par_iter()
            .map(|history| self.forecast(history, options))
            .collect()
    }
}

impl BaselineForecast {
    fn new(
        method: ForecastBaseline,
        fallback: Option<Fallback>,
        gaussian: &Gaussian,
        levels: &[f64],
        non_negative: bool,
    ) -> Self {
        let floor = if non_negative { 0.0 } else { f64::NEG_INFINITY };
        let places: Vec<f64> = levels
            .iter()
            .map(|&level| Normal::ppf(level, 0.0, 1.0))
            .collect();
        let steps = gaussian.mean.iter().zip(&gaussian.deviation);
        let quantiles = steps.flat_map(|(&mean, &deviation)| {
            places
                .iter()
                .map(move |place| (mean + place * deviation).max(floor))
        });
        Self {
            method,
            fallback,
            point: gaussian.mean.iter().map(|mean| mean.max(floor)).collect(),
            quantiles: Matrix {
                width: levels.len(),
                values: quantiles.collect(),
            },
        }
    }

    /// Beside what happened, to be judged.
    pub fn into_window(self, series: usize, origin: usize, actual: Vec<f64>) -> Window {
        Window {
            series,
            origin,
            actual,
            median: self.point.clone(),
            mean: self.point,
            quantiles: self.quantiles,
        }
    }
}
