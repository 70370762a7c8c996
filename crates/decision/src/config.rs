//! `[decision]` in a recipe.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::order::OrderConfig;
use crate::simulate::SimulationConfig;

/// `[decision]`: what is done with the forecast.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionConfig {
    /// How much of each item to order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderConfig>,
    /// How orders are judged on held-out demand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulation: Option<SimulationConfig>,
}
