//! `POST /v1/models/{name}/recommend` and `similar`, `GET .../items`: lists of items.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use hob_data::count::count;
use hob_data::source::Object;
use hob_inference::recommend::{ListError, Rule};
use hob_inference::{Model, Recommender};
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Answered, ask, few_enough, not_for};
use crate::body::{self, Held};
use crate::problem::{FieldError, Problem};
use crate::queue::Answer;
use crate::registry::Entry;
use crate::rows::{refused, table, to_bytes};
use crate::served::Served;
use crate::state::Shared;

/// Items of a list, at most.
pub(crate) const MAX_TOP: usize = 1000;
/// Items of all lists of a request, at most.
const MAX_LISTED: usize = 50_000;
/// Items found by name, at most.
const MAX_FOUND: usize = 20;

/// Who wants a list, and what may be in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecommendRequest {
    /// An object per user: an id, items, or features.
    pub(crate) users: Vec<Object>,
    /// Items per list.
    #[serde(default)]
    pub(crate) top: Option<usize>,
    /// Values that items must have, by column.
    #[serde(default)]
    pub(crate) only: BTreeMap<String, Values>,
    /// Values that items must not have, by column.
    #[serde(default)]
    pub(crate) without: BTreeMap<String, Values>,
    /// Whether what a user has may be in the list.
    #[serde(default)]
    pub(crate) again: bool,
}

/// One value, or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Values {
    One(String),
    Several(Vec<String>),
}

/// The items most like one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimilarRequest {
    /// Its id.
    pub(crate) item: String,
    /// Items of the list.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) top: Option<usize>,
    /// Values that items must have, by column.
    #[serde(default)]
    pub(crate) only: BTreeMap<String, Values>,
    /// Values that items must not have, by column.
    #[serde(default)]
    pub(crate) without: BTreeMap<String, Values>,
}

/// A part of the name of an item.
#[derive(Debug, Deserialize)]
pub(crate) struct ItemsQuery {
    #[serde(default)]
    q: String,
}

pub(crate) async fn recommend(
    State(state): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Answered {
    let entry = recommends(&state, &name)?;
    let Held { value, room: _room } = body::read_json(request, &state.bodies).await?;
    let wanted: RecommendRequest = value;
    few_enough(&state, wanted.users.len(), "users")?;
    if wanted.users.is_empty() {
        let detail = "`users` is empty; it must have an object per user";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    ask(&state, entry, Box::new(|served| lists(served, wanted))).await
}

pub(crate) async fn similar(
    State(state): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Answered {
    let entry = recommends(&state, &name)?;
    let Held { value, room: _room } = body::read_json(request, &state.bodies).await?;
    let wanted: SimilarRequest = value;
    ask(
        &state,
        entry,
        Box::new(move |served| alike(served, &wanted)),
    )
    .await
}

pub(crate) async fn items(
    State(state): State<Shared>,
    Path(name): Path<String>,
    Query(query): Query<ItemsQuery>,
) -> Answered {
    let entry = recommends(&state, &name)?;
    ask(
        &state,
        entry,
        Box::new(move |served| found(served, &query.q)),
    )
    .await
}

/// The model of that name, if it recommends.
fn recommends<'a>(state: &'a Shared, name: &str) -> Result<&'a Arc<Entry>, Problem> {
    let entry = state.registry.get(name)?;
    match entry.served().model {
        Model::Recommender(_) => Ok(entry),
        _ => Err(not_for(entry, "recommends no items")),
    }
}

fn found(served: &Served, text: &str) -> Answer {
    let found = recommender(served)?.find_items(text, MAX_FOUND);
    let found: Vec<_> = found
        .into_iter()
        .map(|(item, name)| json!({ "item": item, "name": name }))
        .collect();
    to_bytes(&json!({ "items": found }))
}

fn lists(served: &Served, wanted: RecommendRequest) -> Answer {
    let recommender = recommender(served)?;
    let allowed = allowed(recommender, &wanted.only, &wanted.without)?;
    let top = top(recommender, wanted.top)?;
    if wanted.users.len() * top > MAX_LISTED {
        let detail = format!("{} lists of {top} items are too many", wanted.users.len());
        let hint = format!("ask for at most {} items in all", count(MAX_LISTED));
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).hint(hint));
    }
    let (table, mut notes) = table(served, wanted.users)?;
    let users = recommender.users(&table);
    let lists = recommender.recommend(&users, Some(&table), top, &allowed, wanted.again);
    let (lists, report) = lists.map_err(|error| refused(served, &error))?;
    served.drift.add_count(lists.len());
    notes.extend(report.notes());
    to_bytes(&json!({ "lists": lists, "notes": notes }))
}

fn alike(served: &Served, wanted: &SimilarRequest) -> Answer {
    let recommender = recommender(served)?;
    let allowed = allowed(recommender, &wanted.only, &wanted.without)?;
    let top = top(recommender, wanted.top)?;
    let items = recommender.similar(&wanted.item, top, &allowed);
    to_bytes(&json!({ "items": items.map_err(of_list)? }))
}

fn recommender(served: &Served) -> Result<&Recommender, Problem> {
    match &served.model {
        Model::Recommender(recommender) => Ok(recommender),
        _ => Err(Problem::busy(
            "the model was replaced by one of another kind",
        )),
    }
}

fn top(recommender: &Recommender, asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(recommender.spec().k[0]) {
        top @ 1..=MAX_TOP => Ok(top),
        top => Err(Problem::of_fields(vec![FieldError {
            field: Some("top".to_string()),
            value: Some(top.to_string()),
            message: format!("must be between 1 and {MAX_TOP}"),
            ..FieldError::default()
        }])),
    }
}

fn allowed(
    recommender: &Recommender,
    only: &BTreeMap<String, Values>,
    without: &BTreeMap<String, Values>,
) -> Result<Vec<bool>, Problem> {
    let rules = |wishes: &BTreeMap<String, Values>, is_wanted| {
        let mut rules = Vec::new();
        for (column, values) in wishes {
            let values = match values {
                Values::One(value) => std::slice::from_ref(value),
                Values::Several(values) => values,
            };
            rules.extend(values.iter().map(|value| Rule {
                column: column.clone(),
                value: value.clone(),
                is_wanted,
            }));
        }
        rules
    };
    let rules = [rules(only, true), rules(without, false)].concat();
    recommender.allowed(&rules).map_err(of_list)
}

fn of_list(error: ListError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}
