//! Whether the server lives, is ready, and what it has counted.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::response::IntoResponse;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::{Answered, json};
use crate::openapi;
use crate::problem::Problem;
use crate::state::Shared;

/// It answers, so it lives.
pub(crate) async fn healthz() -> Answered {
    Ok(json(&json!({ "alive": true })))
}

/// All models are loaded before the server listens; it is not ready when it is about to end.
pub(crate) async fn readyz(State(state): State<Shared>) -> Answered {
    match state.is_ending.load(Ordering::Relaxed) {
        true => Err(Problem::busy("the server is shutting down")),
        false => Ok(json(&json!({ "ready": true }))),
    }
}

pub(crate) async fn metrics(State(state): State<Shared>) -> Answered {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let header = [(CONTENT_TYPE, HeaderValue::from_static(kind))];
    Ok((header, state.metrics.to_text()).into_response())
}

pub(crate) async fn openapi(State(state): State<Shared>) -> Answered {
    Ok(json(&openapi::document(&state)))
}
