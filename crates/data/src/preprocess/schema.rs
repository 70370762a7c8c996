//! What a fitted preprocessor expects of each column, for `hob show`, error messages and servers.

use serde::{Deserialize, Serialize};

use super::{Fitted, InputColumn, InputKind};

/// Known values listed per column; the count says how many there are.
pub const MAX_SCHEMA_VALUES: usize = 100;

/// One input column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputColumnSchema {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: InputType,
    /// Known values, at most [`MAX_SCHEMA_VALUES`]: of a category or set the most frequent first, of a binary input no
    /// before yes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Number of known values, 0 for types without.
    pub num_values: usize,
    /// Smallest number of the training part, or its earliest date in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest number of the training part, or its latest date in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The number that stands in for a missing one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical: Option<f64>,
    /// Numbers per cell of a vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
    /// Whether a row without a value can be predicted.
    pub can_be_missing: bool,
}

/// The name of an input type, as in a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputType {
    /// `[inputs.number]`
    Number,
    /// `[inputs.category]`
    Category,
    /// `[inputs.binary]`
    Binary,
    /// `[inputs.date]`
    Date,
    /// `[inputs.set]`
    Set,
    /// `[inputs.vector]`
    Vector,
    /// `[inputs.hash]`
    Hash,
    /// `[inputs.text]`
    Text,
}

impl InputType {
    /// The word in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Category => "category",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Set => "set",
            Self::Vector => "vector",
            Self::Hash => "hash",
            Self::Text => "text",
        }
    }
}

impl InputKind {
    /// The type without its configuration.
    pub fn input_type(&self) -> InputType {
        match self {
            Self::Number(_) => InputType::Number,
            Self::Category(_) => InputType::Category,
            Self::Binary(_) => InputType::Binary,
            Self::Date(_) => InputType::Date,
            Self::Set(_) => InputType::Set,
            Self::Vector(_) => InputType::Vector,
            Self::Hash(_) => InputType::Hash,
            Self::Text(_) => InputType::Text,
        }
    }
}

impl InputColumnSchema {
    pub(super) fn new(input: &InputColumn, fitted: &Fitted) -> Self {
        let mut schema = Self {
            name: input.column.clone(),
            kind: input.kind.input_type(),
            values: Vec::new(),
            num_values: 0,
            min: None,
            max: None,
            typical: None,
            width: None,
            can_be_missing: true,
        };
        match fitted {
            Fitted::Number(number) => {
                schema.min = Some(number.seen[0]);
                schema.max = Some(number.seen[1]);
                schema.typical = number.fill();
                schema.can_be_missing = schema.typical.is_some();
            }
            Fitted::Category(category) => schema.set_values(category.known.values.iter()),
            Fitted::Binary(binary) => {
                schema.set_values(
                    binary
                        .values
                        .negative
                        .iter()
                        .chain([&binary.values.positive]),
                );
            }
            Fitted::Date(date) => {
                schema.min = Some(date.seen[0] as f64);
                schema.max = Some(date.seen[1] as f64);
            }
            Fitted::Set(set) => schema.set_values(set.known.values.iter()),
            Fitted::Vector(vector) => schema.width = Some(vector.width()),
            Fitted::Hash(_) | Fitted::Text(_) => {}
        }
        schema
    }

    fn set_values<'a>(&mut self, values: impl Iterator<Item = &'a String> + Clone) {
        self.num_values = values.clone().count();
        self.values = values.take(MAX_SCHEMA_VALUES).cloned().collect();
    }
}
