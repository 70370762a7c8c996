//! `POST /v1/models/{name}/predict`: rows in, answers out.

use axum::extract::{Path, Request, State};
use hob_data::source::Object;
use serde::Deserialize;

use super::{Answered, few_enough, files, json_bytes, refused};
use crate::body::{self, BodyKind, Held};
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
        let file = body::read_file(request, &state.bodies).await?;
        return files::answer(&state, entry, kind, file).await;
    }
    let Held { value, room: _room } = body::read_json(request, &state.bodies).await?;
    let PredictRequest { rows } = value;
    few_enough(&state, rows.len(), "rows")?;
    let answer = entry.queue.ask(Work::Rows(rows), state.timeout).await;
    refused(&state, entry, answer).map(json_bytes)
}
