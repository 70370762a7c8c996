//! `POST /v1/models/{name}/chat`: a text in, what the model makes of it out.

use axum::extract::{Path, Request, State};
use hob_inference::Model;
use hob_inference::chat::Chat;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answered, ask, not_for};
use crate::body::{self, Held};
use crate::info;
use crate::problem::Problem;
use crate::queue::Answer;
use crate::rows::{refused, to_bytes};
use crate::served::Served;
use crate::state::Shared;

/// What was said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatRequest {
    /// The text.
    #[schemars(regex(pattern = r"\S"))]
    pub(crate) text: String,
    /// How many texts came before it. Where an intent has several answers, it chooses among them.
    #[serde(default)]
    pub(crate) turn: usize,
}

pub(crate) async fn chat(
    State(state): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Answered {
    let entry = state.registry.get(&name)?;
    if !info::tasks(&entry.served()).contains(&"chat") {
        return Err(not_for(entry, "cannot be talked to"));
    }
    let Held { value, room: _room } = body::read_json(request, &state.bodies).await?;
    let said: ChatRequest = value;
    if said.text.trim().is_empty() {
        return Err(Problem::new(
            hyper::StatusCode::UNPROCESSABLE_ENTITY,
            "`text` is empty",
        ));
    }
    ask(&state, entry, Box::new(move |served| reply(served, &said))).await
}

fn reply(served: &Served, said: &ChatRequest) -> Answer {
    let failed = |error| refused(served, &error);
    served.drift.add_count(1);
    match &served.model {
        Model::Predictor(predictor) => {
            let chat = Chat::new(predictor).map_err(failed)?;
            to_bytes(&chat.reply(&said.text, said.turn).map_err(failed)?)
        }
        Model::Retriever(retriever) => {
            to_bytes(&retriever.ask(&said.text).map_err(failed)?.to_json())
        }
        // A reload may have put another kind of model in its place.
        _ => Err(Problem::busy(
            "the model was replaced by one of another kind",
        )),
    }
}
