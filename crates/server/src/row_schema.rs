//! The JSON schema of a row, from what a model was trained on.

use hob_data::preprocess::InputColumnSchema;
use hob_data::source::{ColumnKind, ColumnRequest};
use hob_inference::Model;
use serde_json::{Map, Value, json};

use crate::served::Served;

/// The schema of a row of `predict`: an object with a property per column.
pub(crate) fn row_schema(served: &Served) -> Value {
    let mut properties = Map::new();
    for request in &served.requests {
        let property = property(served, request);
        properties.insert(request.name.clone(), property);
    }
    let required = served.requests.iter().filter(|request| request.required);
    let required: Vec<&String> = required.map(|request| &request.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A value that training has not seen is allowed: it is what `examples` and the range in the description are for.
fn property(served: &Served, request: &ColumnRequest) -> Value {
    let column = served.column(&request.name);
    let is_optional = match &served.model {
        Model::Predictor(_) => column.is_none_or(|column| column.can_be_missing),
        Model::Retriever(_) => false,
        Model::Forecaster(_) | Model::Recommender(_) => !request.required,
    };
    let mut types = match &request.kind {
        ColumnKind::Number => vec!["number"],
        ColumnKind::Category | ColumnKind::Date { .. } => vec!["string"],
        ColumnKind::Set { .. } | ColumnKind::Vector { .. } => vec!["array"],
    };
    // A code such as 3 may be written as a number.
    if let (ColumnKind::Category, true) = (&request.kind, column.is_some_and(|c| c.num_values > 0))
    {
        types.extend(["number", "boolean"]);
    }
    if is_optional {
        types.push("null");
    }
    let mut schema = Map::new();
    schema.insert("type".to_string(), json!(types));
    match &request.kind {
        ColumnKind::Set { .. } => {
            schema.insert("items".to_string(), json!({ "type": "string" }));
        }
        ColumnKind::Vector { width, .. } => {
            schema.insert("items".to_string(), json!({ "type": "number" }));
            if let Some(width) = width {
                schema.insert("minItems".to_string(), json!(width));
                schema.insert("maxItems".to_string(), json!(width));
            }
        }
        ColumnKind::Date { formats } => {
            if formats.is_empty() {
                schema.insert("format".to_string(), json!("date"));
            }
            schema.insert(
                "description".to_string(),
                json!("a date, or a date and a time"),
            );
        }
        ColumnKind::Number | ColumnKind::Category => {}
    }
    if let Some(column) = column {
        describe(column, &mut schema);
    }
    Value::Object(schema)
}

fn describe(column: &InputColumnSchema, schema: &mut Map<String, Value>) {
    if let (Some(min), Some(max), "number") = (column.min, column.max, column.kind.name()) {
        let text = format!("training saw {min} to {max}");
        schema.insert("description".to_string(), text.into());
        schema.insert(
            "examples".to_string(),
            json!([column.typical.unwrap_or(min)]),
        );
    }
    if !column.values.is_empty() && column.kind.name() != "set" {
        schema.insert("examples".to_string(), json!(column.values));
    }
}
