//! `POST /v1/models/{name}/forecast`: series continued.

use axum::extract::{Path, Request, State};
use hob_data::forecast::Windows;
use hob_data::source::Object;
use hob_inference::forecast::WindowForecast;
use hob_inference::{Forecaster, Model};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answered, ask, few_enough, not_for};
use crate::answers::not_too_many;
use crate::body::{self, Held};
use crate::problem::{FieldError, Problem};
use crate::queue::Answer;
use crate::rows::{refused, table, to_bytes};
use crate::served::Served;
use crate::state::Shared;

/// Series named in an error.
const MAX_NAMED: usize = 20;
/// Steps of history that are given back, at most.
const MAX_HISTORY: usize = 10_000;

/// Which series to continue, and from what.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForecastRequest {
    /// The key of one series; all of them without it.
    #[serde(default)]
    pub(crate) series: Option<Vec<String>>,
    /// Newer rows; rows without a target are the future.
    #[serde(default)]
    pub(crate) rows: Option<Vec<Object>>,
    /// How many steps before the forecast are given back with it.
    #[serde(default)]
    pub(crate) history: usize,
}

pub(crate) async fn forecast(
    State(state): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Answered {
    let entry = state.registry.get(&name)?;
    if !matches!(entry.served().model, Model::Forecaster(_)) {
        return Err(not_for(entry, "continues no series"));
    }
    let Held { value, room: _room } = body::read_json(request, &state.bodies).await?;
    let wanted: ForecastRequest = value;
    few_enough(&state, wanted.rows.as_ref().map_or(0, Vec::len), "rows")?;
    ask(&state, entry, Box::new(|served| answer(served, wanted))).await
}

fn answer(served: &Served, wanted: ForecastRequest) -> Answer {
    let Model::Forecaster(forecaster) = &served.model else {
        return Err(Problem::busy(
            "the model was replaced by one of another kind",
        ));
    };
    let failed = |error| refused(served, &error);
    let (windows, notes) = match wanted.rows {
        None => (forecaster.stored_windows().map_err(failed)?, Vec::new()),
        Some(rows) => {
            let (table, mut notes) = table(served, rows)?;
            let (windows, report) = forecaster.windows_of_rows(&table).map_err(failed)?;
            notes.extend(report.notes());
            (windows, notes)
        }
    };
    let windows = match &wanted.series {
        None => windows,
        Some(key) => only(&windows, key)?,
    };
    not_too_many(&windows)?;
    let forecasts = forecaster.forecast(&windows);
    served.drift.add_count(windows.len());
    let history = wanted.history.min(MAX_HISTORY);
    let forecasts: Vec<Value> = forecasts
        .iter()
        .enumerate()
        .map(|(row, forecast)| to_json(forecaster, &windows, row, forecast, history))
        .collect();
    to_bytes(&json!({ "forecasts": forecasts, "notes": notes }))
}

/// The window of one series.
fn only(windows: &Windows, key: &[String]) -> Result<Windows, Problem> {
    let series = &windows.panel.series;
    let of_key = |place: &&hob_data::forecast::Place| series[place.series as usize].key == key;
    let places: Vec<_> = windows.places.iter().filter(of_key).copied().collect();
    if !places.is_empty() {
        return Ok(windows.with_places(places));
    }
    if windows.panel.columns.series.is_empty() {
        let detail = "the model has one series, without a key: leave out `series`";
        return Err(Problem::new(
            hyper::StatusCode::UNPROCESSABLE_ENTITY,
            detail,
        ));
    }
    let known = series.iter().take(MAX_NAMED);
    Err(Problem::of_fields(vec![FieldError {
        field: Some("series".to_string()),
        value: Some(key.join(" / ")),
        message: "is no series that the model can continue".to_string(),
        known: known.map(|series| series.key.join(" / ")).collect(),
        hint: Some(format!(
            "a key has a value for each of: {}",
            windows.panel.columns.series.join(", ")
        )),
        ..FieldError::default()
    }]))
}

fn to_json(
    forecaster: &Forecaster,
    windows: &Windows,
    row: usize,
    forecast: &WindowForecast,
    history: usize,
) -> Value {
    let names = &windows.panel.columns;
    let place = windows.places[row];
    let (number, origin) = (place.series as usize, place.origin as usize);
    let series = &windows.panel.series[number];
    let key = names.series.iter().zip(&series.key);
    let key: Map<String, Value> = key
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let end = origin.min(series.target.len());
    let past = (end.saturating_sub(history)..end).map(|step| {
        let value = series.target[step];
        json!({
            "time": windows.panel.time_text(number, step),
            "value": value.is_finite().then(|| f64::from(value)),
        })
    });
    let steps = (0..windows.horizon()).map(|step| {
        let levels = forecaster.spec().levels.iter();
        let quantiles = levels.zip(forecast.quantiles.row(step));
        let quantiles: Map<String, Value> = quantiles
            .map(|(level, value)| (level.to_string(), (*value).into()))
            .collect();
        json!({
            "time": names.time_text(windows.time(row, step)),
            "value": forecast.median[step],
            "mean": forecast.mean[step],
            "quantiles": quantiles,
        })
    });
    json!({
        "series": key,
        "history": past.collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
    })
}
