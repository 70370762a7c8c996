//! The JSON schema of recipes: for editors, and for the check of a recipe's keys and values.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::recipe::Recipe;

/// Where `configs/recipe.schema.json` says it comes from.
const TITLE: &str = "hob recipe";

/// The JSON schema of recipes, indented, with a line feed at the end. The same for every call.
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(&schema_of::<Recipe>(TITLE))
        .expect("a schema has only string keys");
    text.push('\n');
    text
}

/// Draft 7, because the TOML extensions of editors know it and not all know a later one.
pub(crate) fn schema_of<T: JsonSchema>(title: &str) -> Value {
    let settings = SchemaSettings::draft07()
        .with_transform(WithoutNull)
        .with_transform(OneLineDescriptions);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    InOrder.transform(&mut schema);
    schema.to_value()
}

/// TOML has no null: an optional key is left out. What schemars says about null and about Rust's number formats would
/// only show up in an editor's messages.
#[derive(Debug, Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            object.shift_remove("format");
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
                branches
                    .retain(|branch| branch.get("type").and_then(Value::as_str) != Some("null"));
                if branches.len() == 1 {
                    let only = object.shift_remove("anyOf").expect("it was just found");
                    object.insert("allOf".into(), only);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

/// Line breaks of the source code are not meant: editors would show them.
#[derive(Debug, Clone)]
struct OneLineDescriptions;

impl Transform for OneLineDescriptions {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get("description") {
            let paragraphs: Vec<String> =
                text.split("\n\n").map(|p| p.replace('\n', " ")).collect();
            schema.insert("description".into(), paragraphs.join("\n\n").into());
        }
        transform_subschemas(self, schema);
    }
}

/// What a reader looks for first stands first. The order that schemars leaves depends on the attributes of a type.
#[derive(Debug, Clone)]
struct InOrder;

impl Transform for InOrder {
    fn transform(&mut self, schema: &mut Schema) {
        const FIRST: &[&str] = &[
            "$schema",
            "title",
            "description",
            "$ref",
            "allOf",
            "type",
            "const",
            "enum",
            "default",
        ];
        const LAST: &[&str] = &[
            "properties",
            "required",
            "additionalProperties",
            "definitions",
        ];
        let place = |key: &str| match FIRST.iter().position(|first| *first == key) {
            Some(at) => at,
            None => {
                FIRST.len()
                    + LAST
                        .iter()
                        .position(|last| *last == key)
                        .map_or(0, |at| at + 1)
            }
        };
        if let Some(object) = schema.as_object_mut() {
            let mut entries: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
            object.extend(entries);
        }
        transform_subschemas(self, schema);
    }
}
