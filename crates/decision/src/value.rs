//! A number of a recipe that is the same for all items, or a column of the stock table.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `unit_cost = 4.5` for all items alike, `unit_cost = "cost"` for the column `cost` of the stock table.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The same for all items.
    Constant(f64),
    /// A column of the stock table.
    Column(String),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(number) => serializer.serialize_f64(*number),
            Self::Column(name) => serializer.serialize_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `#[serde(untagged)]`: that goes through a buffer and loses the line of an error.
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or the name of a column of the stock table")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Constant(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Constant(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Constant(number as f64))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Value, E> {
        Ok(Value::Column(name.to_string()))
    }
}

impl JsonSchema for Value {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, { "type": "string" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Text {
        cost: Value,
    }

    #[test]
    fn numbers_and_columns_are_read_and_written() {
        for (text, value) in [
            ("cost = 4.5", Value::Constant(4.5)),
            ("cost = 4", Value::Constant(4.0)),
            ("cost = \"price\"", Value::Column("price".into())),
        ] {
            let read: Text = toml::from_str(text).unwrap();
            assert_eq!(read.cost, value);
            let again: Text = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
            assert_eq!(again, read);
        }
    }

    #[test]
    fn other_types_are_refused_with_their_line() {
        let error = toml::from_str::<Text>("cost = [1]")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 1"), "{error}");
        assert!(
            error.contains("a number, or the name of a column"),
            "{error}"
        );
    }
}
