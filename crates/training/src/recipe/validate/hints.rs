//! What a user probably meant.

use toml::de::DeValue;

use crate::recipe::key_path::{KeyPath, Segment, quoted};
use crate::recipe::shape::Shape;
use crate::recipe::suggest::{alias, nearest};
use crate::recipe::validate::words::{choices, table_name};

/// Most places named for a key that belongs elsewhere.
const MAX_PLACES: usize = 3;

/// The name that was meant by `key`, if one of `names` is near or known under `key` elsewhere.
pub(super) fn did_you_mean<'a>(
    key: &str,
    names: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let known = alias(key).and_then(|ours| names.clone().into_iter().find(|name| *name == ours));
    nearest(key, names).or(known)
}

/// Where else in a recipe a key of this name can stand: `[training]` for `epochs`. The tables near `path` come first.
pub(super) fn belongs_to(key: &str, path: &KeyPath, root: &Shape) -> Option<String> {
    let key = alias(key).unwrap_or(key);
    let mut places = Vec::new();
    collect_places(root, &KeyPath::root(), key, &mut places);
    let shared = |place: &KeyPath| {
        place
            .segments()
            .iter()
            .zip(path.segments())
            .take_while(|(a, b)| a == b)
            .count()
    };
    places.sort_by_key(|place| std::cmp::Reverse(shared(place)));
    let nearest = shared(places.first()?);
    if nearest > 0 {
        // `[model] hidden = [64]` is about models, not about other things with a `hidden`.
        places.retain(|place| shared(place) == nearest);
    }
    if places.len() > MAX_PLACES
        && let Some(first) = places.first()
        && let Some(parent) = first.parent().filter(|parent| !parent.is_root())
        && places
            .iter()
            .all(|place| place.parent().as_ref() == Some(&parent))
    {
        return Some(format!("`{key}` belongs to `[{parent}.*]`"));
    }
    if places.len() > MAX_PLACES {
        return None;
    }
    let names: Vec<String> = places.iter().map(table_name).collect();
    Some(format!("`{key}` belongs to {}", names.join(" or ")))
}

fn collect_places(shape: &Shape, path: &KeyPath, key: &str, places: &mut Vec<KeyPath>) {
    match shape {
        Shape::Table(table) => {
            if table.keys.iter().any(|known| known.name == key) {
                places.push(path.clone());
            }
            for known in &table.keys {
                collect_places(&known.shape, &path.key(&*known.name), key, places);
            }
        }
        Shape::Choice(variants) => {
            for variant in variants {
                if let Some(content) = &variant.content {
                    collect_places(content, &path.key(&*variant.name), key, places);
                }
            }
        }
        Shape::Array { items, .. } => collect_places(items, &path.index(0), key, places),
        _ => {}
    }
}

/// How a value of the wrong type should be written.
pub(super) fn wrong_type_hint(
    path: &KeyPath,
    value: &DeValue<'_>,
    shape: &Shape,
) -> Option<String> {
    let plain = |text: &str| format!("write `{text}` without quotes");
    match (shape, value) {
        // The message names the words already.
        (Shape::Either(shapes), _) => shapes
            .iter()
            .filter(|shape| !matches!(shape, Shape::Choice(_)))
            .find_map(|shape| wrong_type_hint(path, value, shape)),
        (Shape::Integer(_), DeValue::String(text)) if text.trim().parse::<i64>().is_ok() => {
            Some(plain(text.trim()))
        }
        (Shape::Number(_), DeValue::String(text))
            if text.trim().parse::<f64>().is_ok_and(f64::is_finite) =>
        {
            Some(plain(text.trim()))
        }
        (Shape::Boolean, DeValue::String(text)) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" => Some(plain("true")),
            "false" | "no" | "off" => Some(plain("false")),
            _ => None,
        },
        (Shape::Boolean, DeValue::Integer(number)) => match number.as_str() {
            "1" => Some("write `true`".into()),
            "0" => Some("write `false`".into()),
            _ => None,
        },
        (Shape::Integer(_), DeValue::Float(float)) => {
            let number = float.as_str().parse::<f64>().ok()?;
            (number.fract() == 0.0 && number.abs() < 1e15).then(|| format!("write `{number}`"))
        }
        (Shape::Text { .. }, _) => Some(format!("write `{}`", quoted(&scalar(value)?))),
        (Shape::Array { items, .. }, DeValue::Table(_)) if matches!(**items, Shape::Table(_)) => {
            Some(format!(
                "write {} with double brackets",
                table_name(&path.index(0))
            ))
        }
        (Shape::Array { items, .. }, DeValue::String(text))
            if matches!(**items, Shape::Text { .. }) =>
        {
            Some(format!("write `[{}]`", quoted(text)))
        }
        (Shape::Array { items, .. }, _)
            if matches!(**items, Shape::Integer(_) | Shape::Number(_)) =>
        {
            Some(format!("write `[{}]`", scalar(value)?))
        }
        (Shape::Table(_) | Shape::Choice(_), DeValue::Array(array))
            if !array.is_empty() && is_tables(array) =>
        {
            Some(format!("write {} with single brackets", table_name(path)))
        }
        (Shape::Choice(variants), _) => Some(format!("choices are {}", choices(path, variants))),
        _ => None,
    }
}

fn is_tables(array: &toml::de::DeArray<'_>) -> bool {
    array
        .iter()
        .all(|entry| matches!(entry.get_ref(), DeValue::Table(_)))
}

/// A number, boolean or date as it is written.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(value) => Some(value.to_string()),
        DeValue::Float(value) => Some(value.to_string()),
        DeValue::Boolean(value) => Some(value.to_string()),
        DeValue::Datetime(value) => Some(value.to_string()),
        _ => None,
    }
}

/// How to add a key that is missing.
pub(super) fn example_of_missing(path: &KeyPath, shape: &Shape) -> String {
    let name = match path.segments().last() {
        Some(Segment::Key(key)) => key.as_str(),
        _ => "",
    };
    let example = match shape {
        Shape::Choice(variants) if variants.iter().all(|v| v.content.is_some()) => {
            return format!("add one of {}", choices(path, variants));
        }
        Shape::Choice(variants) => return format!("choices are {}", choices(path, variants)),
        Shape::Table(_) if name == "data" => {
            return "add `[data]` with `source = \"my.csv\"`".into();
        }
        Shape::Table(_) => return format!("add {}", table_name(path)),
        Shape::Array { items, .. } => match &**items {
            Shape::Table(table) if table.get("column").is_some() => {
                return format!("add {} with `column = \"...\"`", table_name(&path.index(0)));
            }
            Shape::Table(_) => return format!("add {}", table_name(&path.index(0))),
            Shape::Integer(_) => "[64, 64]",
            Shape::Number(_) => "[0.1, 0.9]",
            _ => "[\"...\"]",
        },
        Shape::Boolean => "true",
        Shape::Integer(_) => "1",
        Shape::Number(_) => "0.1",
        _ => "\"...\"",
    };
    format!("add `{name} = {example}`")
}
