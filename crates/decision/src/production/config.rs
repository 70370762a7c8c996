//! `factory.toml`: products, resources, materials.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `factory.toml`: what is made of what, on what. Periods are the steps of the forecast and counted from 1, the one
/// that begins now; hours stand for whatever limits a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactoryConfig {
    /// Periods to plan; those of the demand when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub periods: Option<usize>,
    /// Which demand of the forecast is planned for.
    #[serde(default)]
    pub demand: PlannedDemand,
    /// How hard the solver tries.
    #[serde(default)]
    pub solver: SolverConfig,
    /// What is made.
    pub products: Vec<ProductConfig>,
    /// Machines and people, with their hours.
    #[serde(default)]
    pub resources: Vec<ResourceConfig>,
    /// What products are made of.
    #[serde(default)]
    pub materials: Vec<MaterialConfig>,
}

/// Which demand of the forecast is planned for. Safety stock comes on top of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlannedDemand {
    /// The mean of the futures.
    #[default]
    Mean,
    /// The smallest demand that this part of the futures does not exceed, in each period.
    Quantile(#[schemars(range(min = 0.01, max = 0.99))] f64),
}

/// `[solver]`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SolverConfig {
    /// The plan may cost this part more than the least cost that the solver could not rule out.
    #[serde(default = "default_gap")]
    #[schemars(range(min = 0.0, max = 0.5))]
    pub gap: f64,
    /// Then the best plan so far is taken, and says how far from the best it may be.
    #[serde(default = "default_seconds")]
    #[schemars(range(min = 0.1))]
    pub time_limit_seconds: f64,
}

impl Default for SolverConfig {
    fn default() -> Self {
        Self {
            gap: default_gap(),
            time_limit_seconds: default_seconds(),
        }
    }
}

/// `[[products]]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductConfig {
    /// Its name.
    pub name: String,
    /// The item of the forecast; one of the same name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<String>,
    /// Firm demand per period, in place of a forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<Vec<f64>>,
    /// Units in stock now.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub stock: f64,
    /// What making a unit costs beside materials and overtime.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub unit_cost: f64,
    /// What keeping a unit costs per period.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub holding_cost: f64,
    /// What a unit that is late costs per period.
    #[schemars(range(min = 0.0))]
    pub backlog_cost: f64,
    /// Most units late at the end of a period; 0 forbids it. No limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub backlog_limit: Option<f64>,
    /// Stock to keep beyond the planned demand, in units. The plan falls short of it only where that is cheaper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub safety_stock: Option<f64>,
    /// Safety stock from the forecast, in place of `safety_stock`: enough in this part of the futures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.5, max = 0.999))]
    pub service_level: Option<f64>,
    /// For `service_level`: periods that a change of plan takes to have effect.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub safety_periods: usize,
    /// What a unit below the safety stock costs per period; half of `backlog_cost` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub safety_cost: Option<f64>,
    /// Most units in stock at the end of a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub stock_limit: Option<f64>,
    /// Least units in stock at the end of the plan.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub final_stock: f64,
    /// Hours of each resource that a unit takes.
    #[serde(default)]
    pub hours: BTreeMap<String, f64>,
    /// Hours of each resource that setting up for it takes, in each period in which it is made.
    #[serde(default)]
    pub setup_hours: BTreeMap<String, f64>,
    /// What setting up costs.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub setup_cost: f64,
    /// It is made in multiples of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub batch_size: Option<f64>,
    /// Fewest units in a period in which it is made.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub minimum_run: f64,
    /// Units of each material in a unit (bill of materials).
    #[serde(default)]
    pub materials: BTreeMap<String, f64>,
}

/// `[[resources]]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceConfig {
    /// Its name.
    pub name: String,
    /// Hours per period: one number, or a list.
    pub capacity: PerPeriod,
    /// Most hours of overtime per period.
    #[serde(default)]
    pub overtime_limit: PerPeriod,
    /// What an hour of overtime costs.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub overtime_cost: f64,
}

/// `[[materials]]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialConfig {
    /// Its name.
    pub name: String,
    /// Units in stock now.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub stock: f64,
    /// Deliveries on their way.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
    /// Periods from an order to its delivery; without it nothing more can be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<usize>,
    /// What a unit costs.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub unit_cost: f64,
    /// What keeping a unit costs per period.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub holding_cost: f64,
}

/// A delivery on its way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The period at whose begin it arrives, from 1.
    #[schemars(range(min = 1))]
    pub period: usize,
    /// Units.
    #[schemars(range(min = 0.0))]
    pub quantity: f64,
}

/// One number for all periods, or a list with one for each.
#[derive(Debug, Clone, PartialEq)]
pub enum PerPeriod {
    /// The same in all periods.
    Same(f64),
    /// One for each.
    List(Vec<f64>),
}

impl PerPeriod {
    /// The number of a period, from 0.
    pub(super) fn at(&self, period: usize) -> f64 {
        match self {
            Self::Same(number) => *number,
            Self::List(numbers) => numbers.get(period).copied().unwrap_or(0.0),
        }
    }
}

impl Default for PerPeriod {
    fn default() -> Self {
        Self::Same(0.0)
    }
}

impl Serialize for PerPeriod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same(number) => serializer.serialize_f64(*number),
            Self::List(numbers) => numbers.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PerPeriod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PerPeriodVisitor)
    }
}

struct PerPeriodVisitor;

impl<'de> Visitor<'de> for PerPeriodVisitor {
    type Value = PerPeriod;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a list with a number for each period")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<PerPeriod, E> {
        Ok(PerPeriod::Same(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<PerPeriod, E> {
        Ok(PerPeriod::Same(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<PerPeriod, E> {
        Ok(PerPeriod::Same(number as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<PerPeriod, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = sequence.next_element::<f64>()? {
            numbers.push(number);
        }
        Ok(PerPeriod::List(numbers))
    }
}

impl JsonSchema for PerPeriod {
    fn schema_name() -> Cow<'static, str> {
        "PerPeriod".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "number", "minimum": 0 },
                { "type": "array", "items": { "type": "number", "minimum": 0 } }
            ]
        })
    }
}

fn default_gap() -> f64 {
    0.02
}

fn default_seconds() -> f64 {
    30.0
}

fn one() -> usize {
    1
}
