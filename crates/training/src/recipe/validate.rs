//! Every value of a recipe against its shape: unknown and missing keys, wrong types, values out of range.
//!
//! serde would stop at the first of them. What passes here is read by serde without an error.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;
use crate::recipe::shape::{Bounds, Key, Shape, Table, Variant};

mod hints;
mod words;

use hints::{belongs_to, did_you_mean, example_of_missing, wrong_type_hint};
use words::{choices, expected, found, listed, number_text};

/// Everything wrong with the values of a recipe, taken one by one.
pub(crate) fn validate(root: &DeTable<'_>, shape: &Shape) -> Vec<Finding> {
    let mut walk = Walk {
        root: shape,
        findings: Vec::new(),
    };
    if let Shape::Table(table) = shape {
        walk.table(&KeyPath::root(), root, table);
    }
    walk.findings
}

struct Walk<'a> {
    root: &'a Shape,
    findings: Vec<Finding>,
}

impl Walk<'_> {
    fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn value(&mut self, path: &KeyPath, value: &DeValue<'_>, shape: &Shape) {
        match (shape, value) {
            (Shape::Any, _) | (Shape::Boolean, DeValue::Boolean(_)) => {}
            (Shape::Integer(bounds), DeValue::Integer(_)) => self.integer(path, value, *bounds),
            (Shape::Number(bounds), DeValue::Integer(_) | DeValue::Float(_)) => {
                self.number(path, value, *bounds)
            }
            (Shape::Text { single }, DeValue::String(text)) => self.text(path, text, *single),
            (Shape::Array { items, min, max }, DeValue::Array(array)) => {
                self.length(path, array.len(), *min, *max);
                for (index, item) in array.iter().enumerate() {
                    self.value(&path.index(index), item.get_ref(), items);
                }
            }
            (Shape::Table(shape), DeValue::Table(table)) => self.table(path, table, shape),
            (Shape::Choice(variants), DeValue::Table(table)) => self.choice(path, table, variants),
            (Shape::Choice(variants), DeValue::String(name)) => self.word(path, name, variants),
            (Shape::Either(shapes), _) => self.either(path, value, shapes),
            _ => self.wrong_type(path, value, shape),
        }
    }

    fn wrong_type(&mut self, path: &KeyPath, value: &DeValue<'_>, shape: &Shape) {
        let message = format!(
            "`{path}` must be {}, but is {}",
            expected(shape),
            found(value)
        );
        let hint = wrong_type_hint(path, value, shape);
        self.push(Finding {
            hint,
            ..Finding::error(path, message)
        });
    }

    fn integer(&mut self, path: &KeyPath, value: &DeValue<'_>, bounds: Bounds) {
        match whole_number(value) {
            Some(number) => self.range(path, number as f64, value, bounds),
            None => {
                let message = format!(
                    "`{path}` is {}, but the largest integer is {}",
                    found_number(value),
                    i64::MAX
                );
                self.push(Finding::error(path, message));
            }
        }
    }

    fn number(&mut self, path: &KeyPath, value: &DeValue<'_>, bounds: Bounds) {
        let number = match value {
            DeValue::Integer(_) => return self.integer(path, value, bounds),
            DeValue::Float(float) => float.as_str().parse::<f64>().unwrap_or(f64::NAN),
            _ => return,
        };
        if number.is_finite() {
            self.range(path, number, value, bounds);
        } else {
            let message = format!(
                "`{path}` must be a finite number, but is {}",
                found_number(value)
            );
            self.push(Finding::error(path, message));
        }
    }

    fn range(&mut self, path: &KeyPath, number: f64, value: &DeValue<'_>, bounds: Bounds) {
        let fits = bounds.min.is_none_or(|min| number >= min)
            && bounds.max.is_none_or(|max| number <= max)
            && bounds.above.is_none_or(|above| number > above)
            && bounds.below.is_none_or(|below| number < below);
        if !fits {
            let message = format!(
                "`{path}` must be {}, but is {}",
                range_text(bounds),
                found_number(value)
            );
            self.push(Finding::error(path, message));
        }
    }

    fn text(&mut self, path: &KeyPath, text: &str, single: bool) {
        let count = text.chars().count();
        if single && count != 1 {
            let message = format!("`{path}` must be a single character, but has {count}");
            self.push(Finding::error(path, message));
        }
    }

    fn length(&mut self, path: &KeyPath, length: usize, min: Option<u64>, max: Option<u64>) {
        let entries = |n: u64| format!("{n} entr{}", if n == 1 { "y" } else { "ies" });
        let too_few = min.is_some_and(|min| (length as u64) < min);
        let too_many = max.is_some_and(|max| (length as u64) > max);
        let rule = match (min, max) {
            (Some(min), Some(max)) if min == max => format!("exactly {}", entries(min)),
            (Some(min), _) if too_few => format!("at least {}", entries(min)),
            (_, Some(max)) => format!("at most {}", entries(max)),
            _ => String::new(),
        };
        if too_few || too_many {
            let is = if length == 0 {
                "is empty".to_string()
            } else {
                format!("has {length}")
            };
            self.push(Finding::error(
                path,
                format!("`{path}` must have {rule}, but {is}"),
            ));
        }
    }

    fn table(&mut self, path: &KeyPath, table: &DeTable<'_>, shape: &Table) {
        for (key, value) in in_order(table) {
            let path = path.key(key.get_ref().as_ref());
            match shape.get(key.get_ref()) {
                Some(shape) => self.value(&path, value.get_ref(), shape),
                None => self.unknown_key(&path, key.get_ref(), shape),
            }
        }
        self.alternatives(path, table, shape);
        let is_missing = |key: &&Key| {
            key.required
                && !table.contains_key(key.name.as_str())
                && key.replacement(|other| table.contains_key(other)).is_none()
        };
        for key in shape.keys.iter().filter(is_missing) {
            let missing = path.key(&*key.name);
            // A mistyped key says enough: `hiden` with "did you mean `hidden`".
            let is_misspelt = table.keys().any(|written| {
                shape.get(written.get_ref()).is_none()
                    && did_you_mean(written.get_ref(), [&*key.name]).is_some()
            });
            if !is_misspelt {
                let hint = example_of_missing(&missing, &key.shape);
                self.push(
                    Finding::error(missing.clone(), format!("`{missing}` is missing"))
                        .with_hint(hint),
                );
            }
        }
    }

    /// Keys that are given although another stands in their place.
    fn alternatives(&mut self, path: &KeyPath, table: &DeTable<'_>, shape: &Table) {
        for key in shape
            .keys
            .iter()
            .filter(|key| table.contains_key(key.name.as_str()))
        {
            let Some(other) = key.replacement(|other| table.contains_key(other)) else {
                continue;
            };
            let name = &key.name;
            let message = format!("`[{other}]` stands in place of `{name}`, but both are given");
            let finding = Finding::error(path.key(name.as_str()), message).on_key();
            self.push(finding.with_hint(format!("remove `{name}` or `[{other}]`")));
        }
    }

    fn unknown_key(&mut self, path: &KeyPath, key: &str, shape: &Table) {
        let place = match path.parent() {
            Some(table) if !table.is_root() => format!("of {}", words::table_name(&table)),
            _ => "at the top of a recipe".to_string(),
        };
        let names = || shape.keys.iter().map(|key| key.name.as_str());
        let known = format!("known here: {}", listed(names()));
        let hint = match (did_you_mean(key, names()), belongs_to(key, path, self.root)) {
            (Some(name), _) => format!("did you mean `{name}`? {known}"),
            (None, Some(elsewhere)) => format!("{elsewhere}; {known}"),
            (None, None) => known,
        };
        self.push(
            Finding::error(path, format!("`{key}` is not a key {place}"))
                .on_key()
                .with_hint(hint),
        );
    }

    fn choice(&mut self, path: &KeyPath, table: &DeTable<'_>, variants: &[Variant]) {
        let mut chosen: Vec<&str> = Vec::new();
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            let inner = path.key(name);
            let Some(variant) = variants.iter().find(|variant| variant.name == name) else {
                self.unknown_choice(&inner, name, value.get_ref(), variants);
                continue;
            };
            if let Some(first) = chosen.first() {
                let message =
                    format!("`{path}` is one choice, but both `{first}` and `{name}` are given");
                self.push(
                    Finding::error(inner.clone(), message)
                        .on_key()
                        .with_hint("remove one of them"),
                );
            }
            chosen.push(&variant.name);
            match (&variant.content, value.get_ref()) {
                (Some(shape), value) => self.value(&inner, value, shape),
                (None, DeValue::Table(table)) if table.is_empty() => {}
                (None, _) => {
                    let hint =
                        format!("write `{path} = {}`", crate::recipe::key_path::quoted(name));
                    self.push(
                        Finding::error(inner, format!("`{name}` has no settings")).with_hint(hint),
                    );
                }
            }
        }
        if table.is_empty() {
            let hint = format!("choices are {}", choices(path, variants));
            self.push(
                Finding::error(path, format!("`{path}` must name a choice, but is empty"))
                    .with_hint(hint),
            );
        }
    }

    fn unknown_choice(
        &mut self,
        path: &KeyPath,
        name: &str,
        value: &DeValue<'_>,
        variants: &[Variant],
    ) {
        let names = || variants.iter().map(|variant| variant.name.as_str());
        let parent = path.parent().unwrap_or_default();
        let known = format!("choices are {}", choices(&parent, variants));
        // `[model] type = "mlp"`, as other tools write it.
        let named = match value {
            DeValue::String(text) => names().find(|variant| variant == text),
            _ => None,
        };
        let hint = match (did_you_mean(name, names()), named) {
            (_, Some(variant)) => format!("write {}", words::table_name(&parent.key(variant))),
            (Some(near), None) => format!("did you mean `{near}`? {known}"),
            (None, None) => match belongs_to(name, path, self.root) {
                Some(elsewhere) => format!("{elsewhere}; {known}"),
                None => known,
            },
        };
        self.push(
            Finding::error(path, format!("`{name}` is not a choice for `{parent}`"))
                .on_key()
                .with_hint(hint),
        );
    }

    fn word(&mut self, path: &KeyPath, name: &str, variants: &[Variant]) {
        let names = || variants.iter().map(|variant| variant.name.as_str());
        let known = format!("choices are {}", choices(path, variants));
        match variants.iter().find(|variant| variant.name == name) {
            Some(variant) if variant.content.is_none() => {}
            Some(_) => {
                let message = format!("`{path}` must be a table, but is {}", words::text(name));
                let hint = format!("write {}", words::table_name(&path.key(name)));
                self.push(Finding::error(path, message).with_hint(hint));
            }
            None => {
                let message = format!("`{path}` cannot be {}", words::shortened(name));
                let hint = match did_you_mean(name, names()) {
                    Some(near) => format!("did you mean `{near}`? {known}"),
                    None => known,
                };
                self.push(Finding::error(path, message).with_hint(hint));
            }
        }
    }

    /// The problems of the shape that has the value's type, so that they are about the value, not about its type.
    fn either(&mut self, path: &KeyPath, value: &DeValue<'_>, shapes: &[Shape]) {
        match shapes
            .iter()
            .find(|shape| has_type(value, shape) && !is_other_word(value, shape))
        {
            Some(shape) => self.value(path, value, shape),
            None => self.wrong_type(path, value, &Shape::Either(shapes.to_vec())),
        }
    }
}

fn has_type(value: &DeValue<'_>, shape: &Shape) -> bool {
    match (shape, value) {
        (Shape::Any, _) => true,
        (Shape::Either(shapes), _) => shapes.iter().any(|shape| has_type(value, shape)),
        (Shape::Boolean, DeValue::Boolean(_))
        | (Shape::Integer(_) | Shape::Number(_), DeValue::Integer(_))
        | (Shape::Number(_), DeValue::Float(_))
        | (Shape::Text { .. } | Shape::Choice(_), DeValue::String(_))
        | (Shape::Array { .. }, DeValue::Array(_))
        | (Shape::Table(_) | Shape::Choice(_), DeValue::Table(_)) => true,
        _ => false,
    }
}

/// A word that is none of a choice: of several shapes, another may be meant.
fn is_other_word(value: &DeValue<'_>, shape: &Shape) -> bool {
    match (shape, value) {
        (Shape::Choice(variants), DeValue::String(word)) => {
            variants.iter().all(|variant| variant.name != *word)
        }
        _ => false,
    }
}

/// The entries of a table as they are written; the table itself is sorted by key.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(
    &'a Spanned<std::borrow::Cow<'i, str>>,
    &'a Spanned<DeValue<'i>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn whole_number(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
        _ => None,
    }
}

/// A number as it is written.
fn found_number(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(integer) => integer.to_string(),
        DeValue::Float(float) => float.as_str().to_string(),
        other => found(other),
    }
}

fn range_text(bounds: Bounds) -> String {
    let low = bounds.min.map(|n| format!("at least {}", number_text(n)));
    let high = bounds.max.map(|n| format!("at most {}", number_text(n)));
    let above = bounds
        .above
        .map(|n| format!("greater than {}", number_text(n)));
    let below = bounds
        .below
        .map(|n| format!("less than {}", number_text(n)));
    match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => format!("between {} and {}", number_text(min), number_text(max)),
        _ => [low, above, high, below]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" and "),
    }
}
