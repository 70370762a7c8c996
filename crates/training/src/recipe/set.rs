//! `--set training.epochs=3`: assignments made in the text of a recipe, before it is parsed.
//!
//! The text is edited, not the parsed recipe: there is one parser and one way to report a problem, and the text with the
//! assignments is what a run keeps.

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::recipe::key_path::{KeyPath, KeyPathError, Segment};
use crate::recipe::shape::{self, Shape};

/// The text of a recipe with assignments `key=value` made in it, in their order.
///
/// A key is a path such as `training.epochs` or `inputs[0].number.normalize` (`inputs.0.number.normalize` too). A value
/// is TOML; what is not TOML is a string, so that `optimizer.adam.learning_rate=0.1` and `model.mlp.norm=batch` both
/// work in a shell. Tables on the way are made. Where one of several tables is chosen, as in `[model.*]`, a new choice
/// replaces the old one: `model.linear={}` in a recipe with `[model.mlp]`.
pub fn apply_set(text: &str, assignments: &[String]) -> Result<String, SetError> {
    let assignments = assignments
        .iter()
        .map(|a| Assignment::parse(a))
        .collect::<Result<Vec<_>, _>>()?;
    apply(text, &assignments)
}

/// An assignment that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// No `=`.
    #[error("`--set {assignment}` has no `=`; write it like `--set training.epochs=3`")]
    NoValue {
        /// What was given.
        assignment: String,
    },
    /// The part before `=` is no key.
    #[error("`--set {assignment}`: {source}")]
    Key {
        /// What was given.
        assignment: String,
        /// Why.
        source: KeyPathError,
    },
    /// A value on the way is no table.
    #[error("`--set {assignment}`: `{key}` is {found}, so nothing can be set in it")]
    NotATable {
        /// What was given.
        assignment: String,
        /// The value on the way.
        key: String,
        /// What it is.
        found: &'static str,
    },
    /// An array on the way was not followed by an index.
    #[error("`--set {assignment}`: `{key}` is an array, so it needs a number, such as `{key}[0]`")]
    NoIndex {
        /// What was given.
        assignment: String,
        /// The array.
        key: String,
    },
    /// An entry that is not there.
    #[error("`--set {assignment}`: `{key}` has {length} entries, so there is no `{key}[{index}]`")]
    OutOfRange {
        /// What was given.
        assignment: String,
        /// The array.
        key: String,
        /// Its entries.
        length: usize,
        /// The one asked for, from 0.
        index: usize,
    },
    /// An entry of `[[...]]` was given something else than a table.
    #[error("`--set {assignment}`: `{key}` is a table, so its value is written `{{ ... }}`")]
    NeedsTable {
        /// What was given.
        assignment: String,
        /// The entry.
        key: String,
    },
    /// The recipe is not TOML.
    #[error("the recipe is not TOML: {message}")]
    Recipe {
        /// Why, with line and column.
        message: String,
    },
}

/// One `key=value`.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    text: String,
    key: KeyPath,
    value: Value,
    value_start: usize,
}

impl Assignment {
    pub(crate) fn parse(text: &str) -> Result<Self, SetError> {
        let assignment = || text.to_string();
        let equals = equals_sign(text).ok_or_else(|| SetError::NoValue {
            assignment: assignment(),
        })?;
        let key = KeyPath::parse(&text[..equals]).map_err(|source| SetError::Key {
            assignment: assignment(),
            source,
        })?;
        let written = text[equals + 1..].trim();
        // Not TOML, so it is meant as text; what should have been TOML is refused by the schema with its type.
        let value = written.parse().unwrap_or_else(|_| Value::from(written));
        Ok(Self {
            text: assignment(),
            key,
            value,
            value_start: equals + 1,
        })
    }

    /// As it was given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The part after `=`.
    pub(crate) fn value_text(&self) -> &str {
        &self.text[self.value_start..]
    }

    /// Whether a key has its value from this assignment.
    pub(crate) fn sets(&self, key: &KeyPath) -> bool {
        let mut key = Some(key.clone());
        while let Some(path) = key {
            if self.key.matches(&path) {
                return true;
            }
            key = path.parent();
        }
        false
    }
}

/// The first `=` outside quotes.
fn equals_sign(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

/// The text with all assignments made.
pub(crate) fn apply(text: &str, assignments: &[Assignment]) -> Result<String, SetError> {
    if assignments.is_empty() {
        return Ok(text.to_string());
    }
    let mut document: DocumentMut =
        text.parse()
            .map_err(|error: toml_edit::TomlError| SetError::Recipe {
                message: error.to_string().trim().to_string(),
            })?;
    for assignment in assignments {
        let edit = Edit { assignment };
        edit.in_table(
            document.as_table_mut(),
            &KeyPath::root(),
            assignment.key.segments(),
            Some(shape::recipe()),
        )?;
    }
    Ok(document.to_string())
}

struct Edit<'a> {
    assignment: &'a Assignment,
}

impl Edit<'_> {
    fn in_table(
        &self,
        table: &mut dyn TableLike,
        path: &KeyPath,
        keys: &[Segment],
        shape: Option<&Shape>,
    ) -> Result<(), SetError> {
        let Some((first, rest)) = keys.split_first() else {
            return Ok(());
        };
        let Segment::Key(key) = first else {
            return Err(self.not_a_table(path, "a table without numbered entries"));
        };
        let mut replaced = None;
        if let Some(Shape::Choice(variants)) = shape
            && variants.iter().any(|variant| variant.name == *key)
        {
            for other in variants.iter().filter(|variant| variant.name != *key) {
                replaced = replaced.or(table.remove(&other.name));
            }
        }
        let inner_path = path.key(&**key);
        let inner = shape.and_then(|shape| step(shape, first));
        if table.get(key).is_none_or(Item::is_none) {
            table.insert(
                key,
                new_table(rest.is_empty(), replaced.as_ref().and_then(Item::as_table)),
            );
        }
        let item = table
            .get_mut(key)
            .expect("it was just inserted where it was not there");
        self.in_item(item, &inner_path, rest, inner)
    }

    fn in_item(
        &self,
        item: &mut Item,
        path: &KeyPath,
        keys: &[Segment],
        shape: Option<&Shape>,
    ) -> Result<(), SetError> {
        if keys.is_empty() {
            replace_item(item, &self.assignment.value);
            return Ok(());
        }
        match item {
            Item::None => Ok(()),
            Item::Table(table) => self.in_table(table, path, keys, shape),
            Item::Value(value) => self.in_value(value, path, keys, shape),
            Item::ArrayOfTables(tables) => {
                let (index, rest) = self.index(path, keys, tables.len())?;
                let table = tables
                    .get_mut(index)
                    .expect("the index was compared with the length");
                let path = path.index(index);
                if !rest.is_empty() {
                    return self.in_table(
                        table,
                        &path,
                        rest,
                        shape.and_then(|shape| step(shape, &keys[0])),
                    );
                }
                let Value::InlineTable(new) = &self.assignment.value else {
                    let assignment = self.assignment.text.clone();
                    return Err(SetError::NeedsTable {
                        assignment,
                        key: path.to_string(),
                    });
                };
                let mut new = new.clone().into_table();
                if let Some(position) = table.position() {
                    new.set_position(Some(position));
                }
                *table = new;
                Ok(())
            }
        }
    }

    fn in_value(
        &self,
        value: &mut Value,
        path: &KeyPath,
        keys: &[Segment],
        shape: Option<&Shape>,
    ) -> Result<(), SetError> {
        if keys.is_empty() {
            replace_value(value, &self.assignment.value);
            return Ok(());
        }
        match value {
            Value::InlineTable(table) => self.in_table(table, path, keys, shape),
            Value::Array(array) => {
                let (index, rest) = self.index(path, keys, array.len())?;
                let entry = array
                    .get_mut(index)
                    .expect("the index was compared with the length");
                self.in_value(
                    entry,
                    &path.index(index),
                    rest,
                    shape.and_then(|shape| step(shape, &keys[0])),
                )
            }
            // A name alone, `class_weights = "balanced"`, gives way to a choice with settings.
            Value::String(_) if matches!(shape, Some(Shape::Choice(_))) => {
                let mut table = InlineTable::new();
                self.in_table(&mut table, path, keys, shape)?;
                replace_value(value, &Value::InlineTable(table));
                Ok(())
            }
            other => Err(self.not_a_table(path, type_name(other))),
        }
    }

    fn index<'k>(
        &self,
        path: &KeyPath,
        keys: &'k [Segment],
        length: usize,
    ) -> Result<(usize, &'k [Segment]), SetError> {
        let assignment = || self.assignment.text.clone();
        let index = match &keys[0] {
            Segment::Index(index) => Some(*index),
            Segment::Key(key) => key.parse().ok(),
        };
        match index {
            Some(index) if index < length => Ok((index, &keys[1..])),
            Some(index) => Err(SetError::OutOfRange {
                assignment: assignment(),
                key: path.to_string(),
                length,
                index,
            }),
            None => Err(SetError::NoIndex {
                assignment: assignment(),
                key: path.to_string(),
            }),
        }
    }

    fn not_a_table(&self, path: &KeyPath, found: &'static str) -> SetError {
        SetError::NotATable {
            assignment: self.assignment.text.clone(),
            key: path.to_string(),
            found,
        }
    }
}

fn step<'a>(shape: &'a Shape, segment: &Segment) -> Option<&'a Shape> {
    crate::recipe::shape::shape_at(shape, std::slice::from_ref(segment))
}

/// A table on the way, or the place of the value itself. It stands where the one that it replaces stood, below the same
/// comment.
fn new_table(is_value: bool, replaced: Option<&Table>) -> Item {
    let mut table = Table::new();
    // `[optimizer]` above `[optimizer.adam]` says nothing.
    table.set_implicit(!is_value);
    if let Some(replaced) = replaced {
        table.set_position(replaced.position());
        *table.decor_mut() = replaced.decor().clone();
    }
    Item::Table(table)
}

fn replace_item(item: &mut Item, new: &Value) {
    match (&mut *item, new) {
        (Item::Table(old), Value::InlineTable(new)) => {
            let mut table = new.clone().into_table();
            table.set_position(old.position());
            *table.decor_mut() = old.decor().clone();
            *item = Item::Table(table);
        }
        (Item::Value(old), new) => replace_value(old, new),
        (_, new) => *item = Item::Value(new.clone().decorated(" ", "")),
    }
}

/// Keeps blanks and comments around the old value.
fn replace_value(old: &mut Value, new: &Value) {
    let decor = old.decor().clone();
    *old = new.clone();
    *old.decor_mut() = decor;
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::InlineTable(_) => "a table",
    }
}

#[cfg(test)]
mod tests;
