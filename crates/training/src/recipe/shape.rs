//! What a value of a recipe may look like: the JSON schema in a form that is easy to walk beside a TOML table.
//!
//! Only what schemars makes from our types is understood. Anything else becomes [`Shape::Any`], which accepts every
//! value: serde, which reads the recipe afterwards, still refuses what does not fit.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::recipe::Recipe;
use crate::recipe::key_path::Segment;
use crate::recipe::schema::schema_of;

/// Deepest nesting of types that is followed; a type that contains itself is cut there.
const MAX_DEPTH: usize = 32;

/// What a value may look like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(Bounds),
    /// A number with or without decimals.
    Number(Bounds),
    /// Text.
    Text {
        /// Exactly one character.
        single: bool,
    },
    /// Values in `[ ]`.
    Array {
        /// Each of them.
        items: Box<Shape>,
        /// Least number of them.
        min: Option<u64>,
        /// Largest number of them.
        max: Option<u64>,
    },
    /// Keys and values.
    Table(Table),
    /// Exactly one of several names, with or without settings of its own: an externally tagged enum.
    Choice(Vec<Variant>),
    /// Any of several shapes.
    Either(Vec<Shape>),
}

/// The range of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) above: Option<f64>,
    pub(crate) below: Option<f64>,
}

/// A table with known keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// In the order of the types.
    pub(crate) keys: Vec<Key>,
    /// What values of other keys look like; without it there are no others.
    pub(crate) other: Option<Box<Shape>>,
}

/// A key of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) required: bool,
    /// The keys that stand in place of this one: it is given exactly where none of them is.
    pub(crate) unless: Vec<String>,
    pub(crate) shape: Shape,
}

/// A name that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// Its settings; `None` for a name alone.
    pub(crate) content: Option<Shape>,
}

impl Key {
    /// The key that stands in place of this one, if one is given.
    pub(crate) fn replacement(&self, is_given: impl Fn(&str) -> bool) -> Option<&str> {
        let mut others = self.unless.iter().map(String::as_str);
        others.find(|other| is_given(other))
    }
}

impl Table {
    pub(crate) fn get(&self, name: &str) -> Option<&Shape> {
        self.keys
            .iter()
            .find(|key| key.name == name)
            .map(|key| &key.shape)
            .or(self.other.as_deref())
    }
}

/// The shape of a whole recipe.
pub(crate) fn recipe() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        let schema = schema_of::<Recipe>("");
        let definitions = schema
            .get("definitions")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        compile(&schema, &definitions, 0)
    });
    &SHAPE
}

fn compile(schema: &Value, definitions: &Map<String, Value>, depth: usize) -> Shape {
    let Some(object) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
        return Shape::Any;
    };
    let next = |schema: &Value| compile(schema, definitions, depth + 1);
    if let Some(name) = object.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap_or(name);
        return definitions.get(name).map_or(Shape::Any, next);
    }
    if let Some([only]) = branches(object, "allOf").filter(|_| !object.contains_key("type")) {
        return next(only);
    }
    if let Some(branches) = branches(object, "oneOf").or(branches(object, "anyOf")) {
        let variants: Option<Vec<Vec<Variant>>> =
            branches.iter().map(|b| variants(b, &next)).collect();
        return match variants {
            Some(variants) => Shape::Choice(variants.concat()),
            None => Shape::Either(branches.iter().map(next).collect()),
        };
    }
    if let Some(variants) = variants(schema, &next).filter(|_| !object.contains_key("properties")) {
        return Shape::Choice(variants);
    }
    match object.get("type").and_then(Value::as_str) {
        Some("boolean") => Shape::Boolean,
        Some("integer") => Shape::Integer(bounds(object)),
        Some("number") => Shape::Number(bounds(object)),
        Some("string") => Shape::Text {
            single: object.get("maxLength").and_then(Value::as_u64) == Some(1),
        },
        Some("array") => Shape::Array {
            items: Box::new(object.get("items").map_or(Shape::Any, next)),
            min: object.get("minItems").and_then(Value::as_u64),
            max: object.get("maxItems").and_then(Value::as_u64),
        },
        Some("object") => Shape::Table(table(object, &next)),
        _ => Shape::Any,
    }
}

fn branches<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a [Value]> {
    object.get(key).and_then(Value::as_array).map(Vec::as_slice)
}

/// The names of one branch of an enum: a word, several words, or a table with one required key.
fn variants(schema: &Value, next: &impl Fn(&Value) -> Shape) -> Option<Vec<Variant>> {
    let word = |value: &Value| {
        Some(Variant {
            name: value.as_str()?.to_string(),
            content: None,
        })
    };
    if let Some(value) = schema.get("const") {
        return Some(vec![word(value)?]);
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return values.iter().map(word).collect();
    }
    let properties = schema.get("properties")?.as_object()?;
    let required = schema.get("required")?.as_array()?;
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let mut properties = properties.iter();
    match (properties.next(), properties.next(), required.len()) {
        (Some((name, content)), None, 1) if closed => Some(vec![Variant {
            name: name.clone(),
            content: Some(next(content)),
        }]),
        _ => None,
    }
}

fn table(object: &Map<String, Value>, next: &impl Fn(&Value) -> Shape) -> Table {
    let required = names(object.get("required"));
    let alternatives = alternatives(object);
    let instead_of = |name: &str| {
        let replaced = alternatives.iter();
        let replaced = replaced.filter(|(_, replaced)| replaced.contains(&name));
        let instead = replaced.flat_map(|(instead, _)| instead);
        instead.map(ToString::to_string).collect::<Vec<_>>()
    };
    let properties = object.get("properties").and_then(Value::as_object);
    let keys = properties.into_iter().flatten().map(|(name, schema)| {
        let unless = instead_of(name);
        Key {
            name: name.clone(),
            required: !unless.is_empty() || required.contains(&name.as_str()),
            unless,
            shape: next(schema),
        }
    });
    let other = match object.get("additionalProperties") {
        Some(Value::Bool(false)) => None,
        Some(schema @ Value::Object(_)) => Some(Box::new(next(schema))),
        _ => Some(Box::new(Shape::Any)),
    };
    Table {
        keys: keys.collect(),
        other,
    }
}

/// Of a table with alternatives the schema says, in one or several rules: if any of these keys is there, else those.
fn alternatives(object: &Map<String, Value>) -> Vec<(Vec<&str>, Vec<&str>)> {
    let rules = branches(object, "allOf").unwrap_or_default().iter();
    rules
        .filter(|rule| rule.get("if").is_some())
        .map(|rule| (named(rule.get("if")), named(rule.get("else"))))
        .collect()
}

/// The keys that a schema, or any of its branches, asks for.
fn named(schema: Option<&Value>) -> Vec<&str> {
    let Some(schema) = schema else {
        return Vec::new();
    };
    let any = schema.get("anyOf").and_then(Value::as_array);
    let any = any.into_iter().flatten().chain([schema]);
    any.flat_map(|schema| names(schema.get("required")))
        .collect()
}

fn names(required: Option<&Value>) -> Vec<&str> {
    let names = required.and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

fn bounds(object: &Map<String, Value>) -> Bounds {
    let number = |key: &str| object.get(key).and_then(Value::as_f64);
    // Every integer of TOML is below this bound, so it says nothing to a reader.
    let is_bound = |max: &f64| *max < i64::MAX as f64;
    Bounds {
        min: number("minimum"),
        max: number("maximum").filter(is_bound),
        above: number("exclusiveMinimum"),
        below: number("exclusiveMaximum"),
    }
}

/// The shape at a path, through choices and arrays; `None` where the path leaves the types.
pub(crate) fn shape_at<'a>(shape: &'a Shape, segments: &[Segment]) -> Option<&'a Shape> {
    let Some((first, rest)) = segments.split_first() else {
        return Some(shape);
    };
    let inner = match (shape, first) {
        (Shape::Table(table), Segment::Key(key)) => table.get(key),
        (Shape::Choice(variants), Segment::Key(key)) => variants
            .iter()
            .find(|variant| variant.name == *key)?
            .content
            .as_ref(),
        (Shape::Array { items, .. }, Segment::Index(_)) => Some(&**items),
        (Shape::Array { items, .. }, Segment::Key(key)) if key.parse::<usize>().is_ok() => {
            Some(&**items)
        }
        _ => None,
    };
    shape_at(inner?, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(shape: &'a Shape, path: &[&str]) -> &'a Shape {
        path.iter().fold(shape, |shape, name| match shape {
            Shape::Table(table) => table.get(name).unwrap(),
            Shape::Choice(variants) => variants
                .iter()
                .find(|v| v.name == *name)
                .unwrap()
                .content
                .as_ref()
                .unwrap(),
            Shape::Array { items, .. } => find(items, &[name]),
            other => panic!("no `{name}` in {other:?}"),
        })
    }

    #[test]
    fn ranges_of_the_types_arrive() {
        let dropout = find(recipe(), &["model", "mlp", "dropout"]);
        assert_eq!(
            *dropout,
            Shape::Number(Bounds {
                min: Some(0.0),
                max: Some(0.95),
                ..Bounds::default()
            })
        );
        let hidden = find(recipe(), &["model", "mlp", "hidden"]);
        let Shape::Array {
            items,
            min: Some(1),
            max: None,
        } = hidden
        else {
            panic!("{hidden:?}")
        };
        assert!(matches!(
            **items,
            Shape::Integer(Bounds { min: Some(1.0), .. })
        ));
        assert!(matches!(
            find(recipe(), &["data", "delimiter"]),
            Shape::Text { single: true }
        ));
    }

    #[test]
    fn enums_become_choices() {
        let Shape::Choice(variants) = find(recipe(), &["inputs", "number", "embedding"]) else {
            panic!()
        };
        let names: Vec<&str> = variants.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["plain", "periodic", "piecewise_linear"]);
        assert!(variants[0].content.is_none());
    }

    #[test]
    fn no_type_of_a_recipe_is_left_unchecked() {
        fn walk(path: &str, shape: &Shape, open: &mut Vec<String>) {
            match shape {
                Shape::Any => open.push(path.to_string()),
                Shape::Array { items, .. } => walk(&format!("{path}[]"), items, open),
                Shape::Table(table) => {
                    table
                        .keys
                        .iter()
                        .for_each(|key| walk(&format!("{path}.{}", key.name), &key.shape, open));
                    table
                        .other
                        .iter()
                        .for_each(|shape| walk(&format!("{path}.*"), shape, open));
                }
                Shape::Choice(variants) => variants.iter().for_each(|variant| {
                    variant
                        .content
                        .iter()
                        .for_each(|shape| walk(&format!("{path}.{}", variant.name), shape, open));
                }),
                Shape::Either(shapes) => shapes.iter().for_each(|shape| walk(path, shape, open)),
                _ => {}
            }
        }
        let mut open = Vec::new();
        walk("", recipe(), &mut open);
        assert_eq!(open, Vec::<String>::new());
    }
}
