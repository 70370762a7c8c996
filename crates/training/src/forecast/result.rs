//! What `result.json` keeps of forecasts beyond their metrics.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::metrics::StepLine;
use crate::metrics::Metrics;

/// The windows of a part in detail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ForecastDetail {
    /// Windows judged.
    pub windows: usize,
    /// Series they belong to.
    pub series: usize,
    /// Steps of a window.
    pub horizon: usize,
    /// Probabilities of the quantiles, ascending.
    pub levels: Vec<f64>,
    /// Steps of the season of the seasonal naive forecast and of MASE.
    pub season: usize,
    /// Steps without a value, which are not judged.
    pub missing: usize,
    /// Steps whose value is 0, which MAPE leaves out.
    pub zeros: usize,
    /// Other classical forecasts of the same windows.
    pub others: Vec<OtherForecast>,
    /// Means over series, weighted by their values.
    pub weighted: Metrics,
    /// A line per step ahead.
    pub per_step: Vec<StepLine>,
    /// A line per series, those with the largest values first.
    pub per_series: Vec<SeriesResult>,
    /// Forecasts to look at.
    pub fans: Vec<Fan>,
    /// What orders would have cost, as `hob_decision` tells it; `None` without `[decision.order]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulation: Option<Value>,
}

/// A classical forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OtherForecast {
    /// `naive`, `drift`, `ets` or `theta`.
    pub name: String,
    /// On the same windows.
    pub metrics: Metrics,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesResult {
    /// Its key, such as `item=12`.
    pub series: String,
    /// Mean absolute value of its history.
    pub weight: f64,
    /// Steps judged.
    pub cells: usize,
    /// Of the model.
    pub metrics: Metrics,
    /// Of the baseline.
    pub baseline: Metrics,
}

/// A forecast with what came before and what happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fan {
    /// Key of the series.
    pub series: String,
    /// Of the history, then of the forecast.
    pub times: Vec<String>,
    /// Steps before the forecast.
    pub history: Vec<Option<f64>>,
    /// What happened.
    pub actual: Vec<Option<f64>>,
    /// Per step.
    pub median: Vec<f64>,
    /// Per step and level.
    pub quantiles: Vec<Vec<f64>>,
}
