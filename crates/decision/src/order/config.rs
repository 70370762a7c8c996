//! `[decision.order]` in a recipe.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lead_time::LeadTimeConfig;
use crate::value::Value;

/// `[decision.order]`: how much of each item to order. Every number is a constant, or the name of a column of the stock
/// table. A period is a step of the forecast: a day, a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderConfig {
    /// The stock table: a CSV, JSON lines or Parquet file with a row per item, relative to the recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<String>,
    /// The column of the stock table that names the item as the forecast does.
    #[serde(default = "default_item")]
    pub item: String,
    /// Units in stock now.
    #[serde(default = "default_on_hand")]
    pub on_hand: Value,
    /// Units ordered and not yet delivered.
    #[serde(default = "zero")]
    pub on_order: Value,
    /// In how many periods the units on order arrive. Matters only for items with a shelf life.
    #[serde(default = "zero")]
    pub on_order_in: Value,
    /// What a unit costs to buy.
    pub unit_cost: Value,
    /// What a unit sells for. A lost sale then costs price less `unit_cost`, unless `shortage_cost` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Value>,
    /// What is earned on a unit sold, in place of `price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Value>,
    /// What keeping a unit costs per period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holding_cost: Option<Value>,
    /// What keeping stock costs per year as a part of `unit_cost`, in place of `holding_cost`: 0.25 for capital,
    /// storage and insurance is common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holding_rate: Option<Value>,
    /// Periods of a year, for `holding_rate`: 365 for days, 52 for weeks, 12 for months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1.0))]
    pub periods_per_year: Option<f64>,
    /// What a unit costs that is asked for and not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortage_cost: Option<Value>,
    /// Part of the order cycles that end without running out (cycle service level): 0.95. Without it the level follows
    /// from the costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_level: Option<Value>,
    /// What each order costs, whatever its size. Counted in simulations; the order quantity does not depend on it.
    #[serde(default = "zero")]
    pub order_cost: Value,
    /// Periods from order to delivery; 0 delivers before the period's demand. A number, a column, or a distribution.
    #[serde(default)]
    pub lead_time: LeadTimeConfig,
    /// Periods from one order to the next.
    #[serde(default = "one")]
    pub review_period: Value,
    /// Orders are multiples of this. 0 allows any quantity, also parts of a unit.
    #[serde(default = "one")]
    pub pack_size: Value,
    /// The smallest order, in units; a smaller need is rounded up to it.
    #[serde(default = "zero")]
    pub minimum_order: Value,
    /// Periods in which a delivered unit can be sold; what is left then is waste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_life: Option<Value>,
    /// Periods in which the units in stock now can still be sold; all of `shelf_life` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_life: Option<Value>,
    /// What a unit brings that is not sold in its shelf life.
    #[serde(default = "zero")]
    pub salvage: Value,
    /// What becomes of demand that finds no stock.
    #[serde(default)]
    pub unmet: Unmet,
    /// The most that all orders of a day together may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub budget: Option<f64>,
    /// The most space that all items together may fill when the orders arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub space: Option<f64>,
    /// Space of a unit.
    #[serde(default = "one")]
    pub unit_space: Value,
}

impl OrderConfig {
    /// The columns of the stock table that are named, besides `item`, each once.
    pub fn columns(&self) -> Vec<&str> {
        let optional = [
            &self.price,
            &self.margin,
            &self.holding_cost,
            &self.holding_rate,
            &self.shortage_cost,
            &self.service_level,
            &self.shelf_life,
            &self.remaining_life,
        ];
        let mut values: Vec<&Value> = vec![
            &self.on_hand,
            &self.on_order,
            &self.on_order_in,
            &self.unit_cost,
            &self.order_cost,
            &self.review_period,
            &self.pack_size,
            &self.minimum_order,
            &self.salvage,
            &self.unit_space,
        ];
        values.extend(optional.into_iter().flatten());
        match &self.lead_time {
            LeadTimeConfig::Fixed(value) => values.push(value),
            LeadTimeConfig::Normal(normal) => values.extend([&normal.mean, &normal.deviation]),
            LeadTimeConfig::Probabilities(_) => {}
        }
        let mut columns: Vec<&str> = Vec::new();
        for value in values {
            if let Value::Column(name) = value
                && !columns.contains(&name.as_str())
            {
                columns.push(name);
            }
        }
        columns
    }
}

/// What becomes of demand that finds no stock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unmet {
    /// The customer goes elsewhere.
    #[default]
    Lost,
    /// The customer waits and is served from the next delivery.
    Backordered,
}

fn default_item() -> String {
    "item".into()
}

fn default_on_hand() -> Value {
    Value::Column("on_hand".into())
}

fn zero() -> Value {
    Value::Constant(0.0)
}

fn one() -> Value {
    Value::Constant(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_recipe_has_defaults_and_survives_writing() {
        let config: OrderConfig =
            toml::from_str("unit_cost = 2\nservice_level = 0.95\nlead_time = \"days\"").unwrap();
        assert_eq!(config.on_hand, Value::Column("on_hand".into()));
        assert_eq!(
            config.lead_time,
            LeadTimeConfig::Fixed(Value::Column("days".into()))
        );
        let again: OrderConfig = toml::from_str(&toml::to_string(&config).unwrap()).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = toml::from_str::<OrderConfig>("unit_cost = 2\nleadtime = 3").unwrap_err();
        assert!(error.to_string().contains("leadtime"), "{error}");
    }

    #[test]
    fn every_key_is_documented_in_the_schema() {
        let schema = schemars::schema_for!(OrderConfig);
        let properties = schema.get("properties").unwrap().as_object().unwrap();
        assert!(properties.len() > 20);
        for (key, property) in properties {
            assert!(
                property.get("description").is_some(),
                "`{key}` has no documentation"
            );
        }
    }
}
