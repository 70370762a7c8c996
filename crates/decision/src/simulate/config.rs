//! `[decision.simulation]` in a recipe.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// `[decision.simulation]`: how held-out demand is replayed under several policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationConfig {
    /// Periods that the simple policy averages: the last month.
    #[serde(default = "default_window")]
    #[schemars(range(min = 1))]
    pub window: usize,
    /// Periods of a unit of `safety`: 7 days are a week.
    #[serde(default = "default_week")]
    #[schemars(range(min = 0.0))]
    pub week: f64,
    /// Safety stocks of the simple policy, in weeks of mean demand. Several, so that costs can be compared at the same
    /// service.
    #[serde(default = "default_safety")]
    pub safety: Vec<f64>,
    /// First periods that are replayed but not counted, while stocks find their level.
    #[serde(default)]
    pub warm_up: usize,
    /// Stock at the start in periods of mean demand, the same for every policy; what the stock table says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub initial_cover: Option<f64>,
    /// Samples of items behind each confidence interval (bootstrap).
    #[serde(default = "default_resamples")]
    #[schemars(range(min = 0, max = 100_000))]
    pub resamples: usize,
}

impl Default for SimulationConfig {
    fn default() -> Self {
        Self {
            window: default_window(),
            week: default_week(),
            safety: default_safety(),
            warm_up: 0,
            initial_cover: None,
            resamples: default_resamples(),
        }
    }
}

impl SimulationConfig {
    pub(super) fn check(&self, periods: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut rule = |key: &str, value: f64, is_good: bool, rule: &str| {
            if !is_good || !value.is_finite() {
                problems.push(Problem::Setting {
                    key: format!("simulation.{key}"),
                    value,
                    rule: rule.into(),
                });
            }
        };
        rule(
            "window",
            self.window as f64,
            self.window > 0,
            "a whole number from 1",
        );
        rule("week", self.week, self.week >= 0.0, "a number from 0");
        for weeks in &self.safety {
            rule("safety", *weeks, true, "a list of numbers");
        }
        let cover = self.initial_cover.unwrap_or(0.0);
        rule("initial_cover", cover, cover >= 0.0, "a number from 0");
        let text = format!("below the {periods} periods that are replayed");
        rule(
            "warm_up",
            self.warm_up as f64,
            self.warm_up < periods,
            &text,
        );
        problems
    }
}

fn default_window() -> usize {
    28
}

fn default_week() -> f64 {
    7.0
}

fn default_safety() -> Vec<f64> {
    vec![0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0]
}

fn default_resamples() -> usize {
    1000
}
