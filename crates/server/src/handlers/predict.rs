//! `POST /v1/models/{name}/predict`: rows in, answers out.

use axum::extract::{Path, Request, State};
use hob_data::source::Object;
use hyper::StatusCode;
use serde::Deserialize;

use super::{Answered, files, json_bytes, refused};
use crate::body::{self, BodyKind};
use crate::problem::Problem;
use crate::queue::Work;
use crate::state::Shared;

/// Rows as JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PredictRequest {
    /// An object per row, with a key per column.
    pub(crate) rows: Vec<Object>,
}

pub(crate) async fn predict(
    State(state): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Answered {
    let entry = state.registry.get(&name)?;
    let kind = BodyKind::of(request.headers())?;
    if kind != BodyKind::Json {
        let bytes = body::read(request, state.body).await?;
        return files::answer(&state, entry, kind, bytes).await;
    }
    let PredictRequest { rows } = body::read_json(request, state.body).await?;
    if rows.len() > state.max_rows {
        let detail = format!("{} rows are too many for one request", rows.len());
        return Err(
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).hint(format!(
                "send at most {} at a time, or a file as text/csv",
                state.max_rows
            )),
        );
    }
    let answer = entry.queue.ask(Work::Rows(rows), state.timeout).await;
    refused(&state, entry, answer).map(json_bytes)
}
