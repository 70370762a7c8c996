//! The OpenAPI document, made from the models that are served: every path with the columns of its model.

use hob_inference::Model;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::handlers::{ChatRequest, SimilarRequest};
use crate::problem::ProblemDocument;
use crate::registry::Entry;
use crate::row_schema::row_schema;
use crate::served::Served;
use crate::state::State;

/// The document.
pub(crate) fn document(state: &State) -> Value {
    let mut paths = Map::new();
    for (path, what, kind) in [
        ("/healthz", "Whether the server lives", "application/json"),
        ("/readyz", "Whether it takes requests", "application/json"),
        (
            "/metrics",
            "Counters for Prometheus",
            "application/openmetrics-text",
        ),
        ("/openapi.json", "This document", "application/json"),
        ("/v1/models", "The models there are", "application/json"),
    ] {
        paths.insert(path.to_string(), json!({ "get": get(state, what, kind) }));
    }
    for entry in state.registry.entries() {
        of_model(state, entry, &mut paths);
    }
    let mut generator = generator();
    generator.subschema_for::<ProblemDocument>();
    let schemas = generator.take_definitions(true);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "hob",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Predictions of the models that this server has loaded",
        },
        "paths": paths,
        "components": { "schemas": schemas },
    });
    if !state.keys.is_empty() {
        document["components"]["securitySchemes"] =
            json!({ "key": { "type": "http", "scheme": "bearer" } });
        document["security"] = json!([{ "key": [] }]);
    }
    document
}

fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    settings.into_generator()
}

fn of_model(state: &State, entry: &Entry, paths: &mut Map<String, Value>) {
    let served = entry.served();
    let base = format!("/v1/models/{}", entry.name);
    let json_type = "application/json";
    for (end, what) in [
        ("", "What the model is"),
        ("/schema", "The JSON schema of its rows"),
        ("/drift", "What came in and what went out"),
    ] {
        let get = get(state, what, json_type);
        paths.insert(format!("{base}{end}"), json!({ "get": get }));
    }
    let rows = json!({
        "type": "object",
        "properties": {
            "rows": { "type": "array", "items": row_schema(&served), "minItems": 1, "maxItems": state.max_rows },
        },
        "required": ["rows"],
        "additionalProperties": false,
    });
    let mut predict = post(
        state,
        "Answers rows",
        &rows,
        &answer(&["predictions", "notes"]),
    );
    for kind in ["text/csv", "application/jsonl"] {
        let file = json!({ "schema": { "type": "string", "minLength": 1 } });
        predict["requestBody"]["content"][kind] = file;
        predict["responses"]["200"]["content"][kind] = json!({ "schema": { "type": "string" } });
    }
    paths.insert(format!("{base}/predict"), json!({ "post": predict }));
    let tasks = crate::info::tasks(&served);
    if tasks.contains(&"chat") {
        let chat = post(
            state,
            "Answers a text",
            &schema::<ChatRequest>(),
            &answer(&[]),
        );
        paths.insert(format!("{base}/chat"), json!({ "post": chat }));
    }
    match &served.model {
        Model::Forecaster(_) => {
            let forecast = post(
                state,
                "Continues series",
                &forecast_request(&served),
                &answer(&["forecasts", "notes"]),
            );
            paths.insert(format!("{base}/forecast"), json!({ "post": forecast }));
        }
        Model::Recommender(_) => {
            of_recommender(state, &served, &base, paths);
        }
        Model::Predictor(_) | Model::Retriever(_) => {}
    }
}

fn of_recommender(state: &State, served: &Served, base: &str, paths: &mut Map<String, Value>) {
    let lists = answer(&["lists", "notes"]);
    let request = recommend_request(state, served);
    let recommend = post(state, "Gives each user a list", &request, &lists);
    paths.insert(format!("{base}/recommend"), json!({ "post": recommend }));
    let similar = schema::<SimilarRequest>();
    let similar = post(
        state,
        "The items most like one",
        &similar,
        &answer(&["items"]),
    );
    paths.insert(format!("{base}/similar"), json!({ "post": similar }));
    let mut items = get(state, "Items by a part of their name", "application/json");
    items["parameters"] = json!([{
        "name": "q", "in": "query", "schema": { "type": "string" }, "description": "the part",
    }]);
    paths.insert(format!("{base}/items"), json!({ "get": items }));
}

fn forecast_request(served: &Served) -> Value {
    json!({
        "type": "object",
        "properties": {
            "series": { "type": ["array", "null"], "items": { "type": "string" }, "description": "the key of one series" },
            "rows": { "type": ["array", "null"], "items": row_schema(served), "minItems": 1, "description": "newer rows" },
            "history": { "type": "integer", "minimum": 0, "description": "steps before the forecast to give back" },
        },
        "additionalProperties": false,
    })
}

fn recommend_request(state: &State, served: &Served) -> Value {
    let values = json!({ "type": "object", "additionalProperties": {
        "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
    }});
    let most = crate::handlers::MAX_TOP;
    json!({
        "type": "object",
        "properties": {
            "users": { "type": "array", "items": row_schema(served), "minItems": 1, "maxItems": state.max_rows },
            "top": { "type": ["integer", "null"], "minimum": 1, "maximum": most },
            "only": values,
            "without": values,
            "again": { "type": "boolean" },
        },
        "required": ["users"],
        "additionalProperties": false,
    })
}

/// The schema of a type, with everything inside.
fn schema<T: schemars::JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// An object that has at least these keys.
fn answer(keys: &[&str]) -> Value {
    json!({ "type": "object", "required": keys })
}

fn get(state: &State, what: &str, kind: &str) -> Value {
    let mut responses = refusals(state, &["404", "503"]);
    responses["200"] = json!({ "description": what, "content": { kind: {} } });
    json!({ "summary": what, "responses": responses })
}

fn post(state: &State, what: &str, request: &Value, answer: &Value) -> Value {
    let statuses = ["400", "404", "408", "413", "415", "422", "503", "504"];
    let mut responses = refusals(state, &statuses);
    responses["200"] = json!({
        "description": what,
        "content": { "application/json": { "schema": answer } },
    });
    json!({
        "summary": what,
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": request } },
        },
        "responses": responses,
    })
}

/// What a client may be told instead of an answer.
fn refusals(state: &State, statuses: &[&str]) -> Value {
    let mut responses = json!({});
    let problem = json!({
        "description": "A problem document (RFC 9457)",
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/ProblemDocument" },
        }},
    });
    for status in statuses {
        responses[*status] = problem.clone();
    }
    for (status, applies) in [
        ("401", !state.keys.is_empty()),
        ("429", state.rates.is_some()),
    ] {
        if applies {
            responses[status] = problem.clone();
        }
    }
    responses
}
