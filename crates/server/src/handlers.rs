//! One function per path.

mod chat;
mod files;
mod forecast;
mod models;
mod predict;
mod recommend;
mod status;

pub(crate) use chat::{ChatRequest, chat};
pub(crate) use forecast::forecast;
pub(crate) use models::{drift, model, models, report, schema};
pub(crate) use predict::predict;
pub(crate) use recommend::{MAX_TOP, SimilarRequest, items, recommend, similar};
pub(crate) use status::{healthz, metrics, openapi, readyz};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hob_data::count::count;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use crate::problem::Problem;
use crate::queue::{Call, Work};
use crate::registry::Entry;
use crate::state::State;

/// What handlers give.
pub(crate) type Answered = Result<Response, Problem>;

/// A JSON document that is written already.
fn json_bytes(bytes: Bytes) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json)], bytes).into_response()
}

fn json(value: &Value) -> Response {
    json_bytes(value.to_string().into())
}

/// Lets a worker of the model compute an answer.
async fn ask(state: &State, entry: &Entry, call: Call) -> Answered {
    let answer = entry.queue.ask(Work::Call(call), state.timeout).await;
    refused(state, entry, answer).map(json_bytes)
}

/// Counts what the queue had no room for.
fn refused<T>(state: &State, entry: &Entry, answer: Result<T, Problem>) -> Result<T, Problem> {
    if answer.as_ref().is_err_and(|problem| problem.status == 503) {
        let labels = crate::metrics::ModelLabels {
            model: entry.name.clone(),
        };
        state.metrics.refused.get_or_create(&labels).inc();
    }
    answer
}

/// Refuses a request of more rows than the server takes at once.
fn few_enough(state: &State, rows: usize, what: &str) -> Result<(), Problem> {
    if rows <= state.max_rows {
        return Ok(());
    }
    let detail = format!("{} {what} are too many for one request", count(rows));
    let hint = format!("send at most {} at a time", count(state.max_rows));
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).hint(hint))
}

/// A request of another kind of model.
fn not_for(entry: &Entry, what: &str) -> Problem {
    let model = crate::info::does(&entry.served());
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("`{}` {what}; it {model}", entry.name),
    )
}
