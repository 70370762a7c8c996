//! Shapes and values in words, as a reader of TOML knows them.

use toml::de::DeValue;

use crate::recipe::key_path::{KeyPath, Segment, quoted};
use crate::recipe::shape::{Shape, Variant};

/// Longest text shown in a message, in characters.
const TEXT_LIMIT: usize = 40;

/// What a value must be.
pub(super) fn expected(shape: &Shape) -> String {
    match shape {
        Shape::Any => "a value".into(),
        Shape::Boolean => "`true` or `false`".into(),
        Shape::Integer(_) => "an integer".into(),
        Shape::Number(_) => "a number".into(),
        Shape::Text { single: false } => "a string".into(),
        Shape::Text { single: true } => "a single character in quotes".into(),
        Shape::Array { items, .. } => match &**items {
            Shape::Integer(_) => "an array of integers".into(),
            Shape::Number(_) => "an array of numbers".into(),
            Shape::Text { .. } => "an array of strings".into(),
            Shape::Table(_) => "an array of tables".into(),
            _ => "an array".into(),
        },
        Shape::Table(_) => "a table".into(),
        Shape::Choice(variants) if variants.iter().all(|variant| variant.content.is_some()) => {
            "a table".into()
        }
        Shape::Choice(variants) => match variants
            .iter()
            .filter(|v| v.content.is_none())
            .collect::<Vec<_>>()[..]
        {
            [only] => quoted(&only.name),
            _ if variants.iter().any(|v| v.content.is_some()) => "a string or a table".into(),
            _ => "a string".into(),
        },
        Shape::Either(shapes) => shapes.iter().map(expected).collect::<Vec<_>>().join(" or "),
    }
}

/// What a value is.
pub(super) fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(value) => text(value),
        DeValue::Integer(value) => format!("the integer {value}"),
        DeValue::Float(value) => format!("the float {value}"),
        DeValue::Boolean(value) => format!("`{value}`"),
        DeValue::Datetime(value) => format!("the date {value}"),
        DeValue::Array(_) => "an array".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// A string as a value of a wrong type.
pub(super) fn text(value: &str) -> String {
    format!("the string {}", shortened(value))
}

/// A string in quotes, shortened.
pub(super) fn shortened(value: &str) -> String {
    match value.char_indices().nth(TEXT_LIMIT) {
        Some((end, _)) => format!("{}...", quoted(&value[..end])),
        None => quoted(value),
    }
}

/// A table as its header is written: `[model.mlp]`, `[[inputs]]`.
pub(super) fn table_name(path: &KeyPath) -> String {
    let keys: Vec<&Segment> = path
        .segments()
        .iter()
        .filter(|s| matches!(s, Segment::Key(_)))
        .collect();
    let name = keys
        .into_iter()
        .fold(KeyPath::root(), |path, key| path.child(key.clone()));
    match path.segments().last() {
        None => "the top of the recipe".into(),
        Some(Segment::Index(_)) => format!("`[[{name}]]`"),
        Some(Segment::Key(_)) => format!("`[{name}]`"),
    }
}

/// The names to choose from, as they are written.
pub(super) fn choices(path: &KeyPath, variants: &[Variant]) -> String {
    let all_tables = variants.iter().all(|variant| variant.content.is_some());
    if all_tables && !path.is_root() {
        return variants
            .iter()
            .map(|v| table_name(&path.key(&*v.name)))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let name = |variant: &Variant| match &variant.content {
        None => format!("`{}`", quoted(&variant.name)),
        Some(Shape::Table(_)) => format!("`{{ {} = {{ ... }} }}`", variant.name),
        Some(Shape::Array { .. }) => format!("`{{ {} = [...] }}`", variant.name),
        Some(_) => format!("`{{ {} = ... }}`", variant.name),
    };
    variants.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Names in backticks.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A bound without `.0`.
pub(super) fn number_text(number: f64) -> String {
    format!("{number}")
}
