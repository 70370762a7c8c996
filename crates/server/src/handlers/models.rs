//! `GET /v1/models` and what lies below: what the models are.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use hyper::StatusCode;
use hyper::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::{Answered, json};
use crate::info;
use crate::problem::Problem;
use crate::row_schema::row_schema;
use crate::state::Shared;

/// A report is one page with its styles inside, and no script.
const REPORT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

pub(crate) async fn models(State(state): State<Shared>) -> Answered {
    let models: Vec<Value> = state
        .registry
        .entries()
        .map(|entry| info::summary(entry))
        .collect();
    Ok(json(&json!({ "models": models })))
}

pub(crate) async fn model(State(state): State<Shared>, Path(name): Path<String>) -> Answered {
    Ok(json(&info::of_entry(
        state.registry.get(&name)?,
        state.shows_reports,
    )))
}

/// The JSON schema of a row.
pub(crate) async fn schema(State(state): State<Shared>, Path(name): Path<String>) -> Answered {
    Ok(json(&row_schema(&state.registry.get(&name)?.served())))
}

pub(crate) async fn drift(State(state): State<Shared>, Path(name): Path<String>) -> Answered {
    Ok(json(&state.registry.get(&name)?.served().drift.to_json()))
}

pub(crate) async fn report(State(state): State<Shared>, Path(name): Path<String>) -> Answered {
    let served = state.registry.get(&name)?.served();
    let none = || {
        Problem::new(StatusCode::NOT_FOUND, "there is no report to read")
            .hint("serve a run folder after `hob report RUN`, with `--reports`: a report shows rows of the test part")
    };
    let path = served.report.clone().filter(|_| state.shows_reports);
    let path = path.ok_or_else(none)?;
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let Ok(Ok(page)) = read else {
        return Err(none());
    };
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(REPORT_POLICY),
        ),
    ];
    Ok((headers, page).into_response())
}
