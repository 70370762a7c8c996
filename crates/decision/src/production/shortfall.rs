//! What is missing for a plan that keeps every rule.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::factory::Factory;
use super::model::Model;
use crate::program::Solved;
use crate::text::plain;

/// A rule that no plan keeps, and by how much. If every shortfall of a list were filled, there would be a plan.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Shortfall {
    /// What kind of rule: `capacity`, `material`, `backlog_limit`, `stock_limit` or `final_stock`.
    pub rule: &'static str,
    /// The resource, material or product.
    pub name: String,
    /// The period, from 1.
    pub period: usize,
    /// How much is missing: hours or units.
    pub amount: f64,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            period,
            amount,
            ..
        } = self;
        let amount = plain(*amount);
        match self.rule {
            "capacity" => write!(f, "{amount} more hours of `{name}` in period {period}"),
            "material" => write!(f, "{amount} more of material `{name}` by period {period}"),
            "backlog_limit" => write!(
                f,
                "{amount} more units of `{name}` allowed to be late at the end of period {period} (`backlog_limit`)"
            ),
            "stock_limit" => write!(
                f,
                "room for {amount} more units of `{name}` at the end of period {period} (`stock_limit`)"
            ),
            _ => write!(
                f,
                "{amount} fewer units of `{name}` wanted at the end (`final_stock`)"
            ),
        }
    }
}

/// A rule of the program, with the places of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Capacity(usize, usize),
    Material(usize, usize),
    Backlog(usize, usize),
    StockLimit(usize, usize),
    FinalStock(usize),
}

impl Rule {
    /// Misses are counted as parts of what is usual: hours of capacity, units of demand. What customers or the
    /// warehouse were promised weighs more, so that causes (hours, material) are named before effects; of several
    /// periods the last is named that is early enough.
    pub(super) fn weight(self, factory: &Factory<'_>) -> f64 {
        let periods = factory.periods as f64;
        let demand =
            |product: usize| factory.products[product].demand.iter().sum::<f64>() / periods;
        let early = |period: usize| 1.0 + 1e-3 * (periods - period as f64);
        let (usual, importance) = match self {
            Self::Capacity(resource, period) => {
                let capacity = &factory.config.resources[resource].capacity;
                let hours: f64 = (0..factory.periods).map(|period| capacity.at(period)).sum();
                (hours / periods, early(period))
            }
            Self::Material(material, period) => {
                let products = factory.products.iter().enumerate();
                let used =
                    products.map(|(place, product)| product.materials[material] * demand(place));
                (used.sum(), early(period))
            }
            Self::Backlog(product, _)
            | Self::StockLimit(product, _)
            | Self::FinalStock(product) => (demand(product), 10.0),
        };
        importance / usual.max(1e-3)
    }

    fn shortfall(self, factory: &Factory<'_>, amount: f64) -> Shortfall {
        let config = factory.config;
        let (rule, name, period) = match self {
            Self::Capacity(place, period) => ("capacity", &config.resources[place].name, period),
            Self::Material(place, period) => ("material", &config.materials[place].name, period),
            Self::Backlog(place, period) => ("backlog_limit", &config.products[place].name, period),
            Self::StockLimit(place, period) => {
                ("stock_limit", &config.products[place].name, period)
            }
            Self::FinalStock(place) => (
                "final_stock",
                &config.products[place].name,
                factory.periods - 1,
            ),
        };
        Shortfall {
            rule,
            name: name.clone(),
            period: period + 1,
            amount,
        }
    }
}

/// The rules that the elastic program misses.
pub(super) fn shortfalls(factory: &Factory<'_>, model: &Model, solved: &Solved) -> Vec<Shortfall> {
    model
        .slacks
        .iter()
        .map(|(rule, slack)| (rule, solved.value(*slack)))
        .filter(|(_, amount)| *amount > 1e-6)
        .map(|(rule, amount)| rule.shortfall(factory, amount))
        .collect()
}
