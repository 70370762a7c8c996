//! What a plan says, from the values of the program.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::factory::Factory;
use super::model::Model;
use crate::program::{Solved, Var};
use crate::text::plain;

/// What to make when. Lists have one entry per period.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProductionPlan {
    /// Periods planned.
    pub periods: usize,
    /// A plan per product, in the order of the file.
    pub products: Vec<ProductPlan>,
    /// Use of each resource.
    pub resources: Vec<ResourcePlan>,
    /// Need of each material, and when to order it.
    pub materials: Vec<MaterialPlan>,
    /// Cost by kind.
    pub cost: PlanCost,
    /// What holds the plan back.
    pub binding: Vec<Binding>,
    /// The plan costs at most this part more than the least possible.
    pub gap: f64,
    /// The time limit ended the search before the wanted gap was proven; another machine may find another plan.
    pub is_cut_short: bool,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProductPlan {
    /// Its name.
    pub name: String,
    /// Planned demand.
    pub demand: Vec<f64>,
    /// Units made.
    pub produce: Vec<f64>,
    /// Whether it is set up for; wherever it is made if setups are free.
    pub setup: Vec<bool>,
    /// Units in stock at the end.
    pub stock: Vec<f64>,
    /// Units late at the end.
    pub backlog: Vec<f64>,
    /// Target stock at the end.
    pub safety_stock: Vec<f64>,
}

/// One resource.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ResourcePlan {
    /// Its name.
    pub name: String,
    /// Hours used, setups and overtime included.
    pub hours: Vec<f64>,
    /// Hours there are without overtime.
    pub capacity: Vec<f64>,
    /// Hours of overtime.
    pub overtime: Vec<f64>,
}

/// One material.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MaterialPlan {
    /// Its name.
    pub name: String,
    /// Units used.
    pub used: Vec<f64>,
    /// Units in stock at the end.
    pub stock: Vec<f64>,
    /// What to order, and when.
    pub orders: Vec<MaterialOrder>,
}

/// An order of a material.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MaterialOrder {
    /// The period in which to order, from 1.
    pub order_in: usize,
    /// The period at whose begin it arrives.
    pub arrives_in: usize,
    /// Units.
    pub quantity: f64,
    /// What they cost.
    pub cost: f64,
}

/// Cost by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub struct PlanCost {
    /// Making units.
    pub production: f64,
    /// Setting up.
    pub setup: f64,
    /// Keeping products.
    pub holding: f64,
    /// Being late.
    pub backlog: f64,
    /// Being below the safety stock.
    pub below_safety_stock: f64,
    /// Overtime.
    pub overtime: f64,
    /// Buying materials.
    pub material: f64,
    /// Keeping materials.
    pub material_holding: f64,
    /// Making, after the plan, what is late or missing from the safety stock at its end.
    pub unfinished: f64,
    /// All of them.
    pub total: f64,
}

/// A rule that holds the plan back: with more of it, the plan could cost less.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Binding {
    /// `capacity` (all hours used), `overtime_limit` (all overtime used too), `material` (none left, and none can
    /// arrive by then), `stock_limit`, `backlog_limit` or `safety_stock` (the plan stays below it).
    pub rule: &'static str,
    /// The resource, material or product.
    pub name: String,
    /// Where, from 1.
    pub periods: Vec<usize>,
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.rule {
            "capacity" => write!(f, "all hours of `{name}` are used")?,
            "overtime_limit" => write!(f, "all overtime of `{name}` is used")?,
            "material" => write!(f, "`{name}` is used up, and none can arrive by then")?,
            "stock_limit" => write!(f, "there is no room for more `{name}`")?,
            "backlog_limit" => write!(f, "no more of `{name}` may be late")?,
            _ => write!(f, "`{name}` stays below its safety stock")?,
        }
        write!(f, " in {}", spans(&self.periods))
    }
}

/// `periods 1-3, 5`.
fn spans(periods: &[usize]) -> String {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for period in periods {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *period => *last = *period,
            _ => spans.push((*period, *period)),
        }
    }
    let parts: Vec<String> = spans
        .iter()
        .map(|(first, last)| {
            if first == last {
                plain(*first as f64)
            } else {
                format!("{first}-{last}")
            }
        })
        .collect();
    let noun = if periods.len() == 1 {
        "period"
    } else {
        "periods"
    };
    format!("{noun} {}", parts.join(", "))
}

impl ProductionPlan {
    pub(super) fn new(factory: &Factory<'_>, model: &Model, solved: &Solved) -> Self {
        let list = |vars: Vec<Var>| vars.into_iter().map(|var| solved.value(var)).collect();
        let products: Vec<ProductPlan> = factory
            .products
            .iter()
            .zip(&model.products)
            .map(|(product, lots)| {
                let produce: Vec<f64> = list(lots.iter().map(|lot| lot.made).collect());
                ProductPlan {
                    name: product.config.name.clone(),
                    demand: product.demand.clone(),
                    setup: produce.iter().map(|units| *units > 0.0).collect(),
                    produce,
                    stock: list(lots.iter().map(|lot| lot.stock).collect()),
                    backlog: list(lots.iter().map(|lot| lot.backlog).collect()),
                    safety_stock: product.safety_stock.clone(),
                }
            })
            .collect();
        let resources = resources(factory, model, solved, &products);
        let materials = materials(factory, model, solved, &products);
        let mut plan = Self {
            periods: factory.periods,
            cost: PlanCost::default(),
            binding: Vec::new(),
            products,
            resources,
            materials,
            gap: solved.gap,
            is_cut_short: solved.is_cut_short,
        };
        plan.cost = plan.costs(factory);
        plan.binding = plan.bindings(factory);
        plan
    }

    /// From the numbers shown, not from the program, so that the table adds up.
    fn costs(&self, factory: &Factory<'_>) -> PlanCost {
        let mut cost = PlanCost::default();
        for (product, plan) in factory.products.iter().zip(&self.products) {
            let config = product.config;
            cost.production += config.unit_cost * plan.produce.iter().sum::<f64>();
            if product.has_setup() {
                let setups = plan.setup.iter().filter(|setup| **setup).count();
                cost.setup += config.setup_cost * setups as f64;
            }
            cost.holding += config.holding_cost * plan.stock.iter().sum::<f64>();
            cost.backlog += config.backlog_cost * plan.backlog.iter().sum::<f64>();
            let below = plan.safety_stock.iter().zip(&plan.stock);
            let below: f64 = below.map(|(target, stock)| (target - stock).max(0.0)).sum();
            let last = self.periods - 1;
            let missing = (plan.safety_stock[last] - plan.stock[last]).max(0.0);
            cost.unfinished += product.value * (plan.backlog[last] + missing);
            cost.below_safety_stock += product.safety_cost() * below;
        }
        for (resource, plan) in factory.config.resources.iter().zip(&self.resources) {
            cost.overtime += resource.overtime_cost * plan.overtime.iter().sum::<f64>();
        }
        for (material, plan) in factory.config.materials.iter().zip(&self.materials) {
            cost.material += plan.orders.iter().map(|order| order.cost).sum::<f64>();
            cost.material_holding += material.holding_cost * plan.stock.iter().sum::<f64>();
        }
        cost.total = cost.production
            + cost.setup
            + cost.holding
            + cost.backlog
            + cost.below_safety_stock
            + cost.overtime
            + cost.material
            + cost.material_holding
            + cost.unfinished;
        cost
    }

    fn bindings(&self, factory: &Factory<'_>) -> Vec<Binding> {
        let mut found = Vec::new();
        let mut add = |rule, name: &str, holds: &dyn Fn(usize) -> bool| {
            let periods: Vec<usize> = (0..self.periods)
                .filter(|period| holds(*period))
                .map(|period| period + 1)
                .collect();
            if !periods.is_empty() {
                found.push(Binding {
                    rule,
                    name: name.to_string(),
                    periods,
                });
            }
        };
        let is_full = |used: f64, limit: f64| used >= limit - 1e-6 * limit.abs().max(1.0);
        for (resource, plan) in factory.config.resources.iter().zip(&self.resources) {
            add("capacity", &plan.name, &|period| {
                is_full(plan.hours[period], plan.capacity[period])
            });
            add("overtime_limit", &plan.name, &|period| {
                let limit = resource.overtime_limit.at(period);
                limit > 0.0 && is_full(plan.overtime[period], limit)
            });
        }
        for (material, plan) in factory.config.materials.iter().zip(&self.materials) {
            add("material", &plan.name, &|period| {
                let can_arrive = material.lead_time.is_some_and(|lead| lead <= period);
                !can_arrive && plan.stock[period] <= 1e-6
            });
        }
        for (product, plan) in factory.products.iter().zip(&self.products) {
            let config = product.config;
            add("stock_limit", &plan.name, &|period| {
                config
                    .stock_limit
                    .is_some_and(|limit| is_full(plan.stock[period], limit))
            });
            add("backlog_limit", &plan.name, &|period| {
                config
                    .backlog_limit
                    .is_some_and(|limit| limit > 0.0 && is_full(plan.backlog[period], limit))
            });
            add("safety_stock", &plan.name, &|period| {
                plan.stock[period] < plan.safety_stock[period] - 1e-6
            });
        }
        found
    }
}

fn resources(
    factory: &Factory<'_>,
    model: &Model,
    solved: &Solved,
    products: &[ProductPlan],
) -> Vec<ResourcePlan> {
    let resources = factory.config.resources.iter().zip(&model.overtime);
    resources
        .enumerate()
        .map(|(place, (resource, overtime))| {
            let hours = (0..factory.periods).map(|period| {
                let used = factory.products.iter().zip(products);
                used.map(|(product, plan)| {
                    let setup = if plan.setup[period] {
                        product.setup_hours[place]
                    } else {
                        0.0
                    };
                    product.hours[place] * plan.produce[period] + setup
                })
                .sum()
            });
            ResourcePlan {
                name: resource.name.clone(),
                hours: hours.collect(),
                capacity: (0..factory.periods)
                    .map(|period| resource.capacity.at(period))
                    .collect(),
                overtime: overtime.iter().map(|var| solved.value(*var)).collect(),
            }
        })
        .collect()
}

fn materials(
    factory: &Factory<'_>,
    model: &Model,
    solved: &Solved,
    products: &[ProductPlan],
) -> Vec<MaterialPlan> {
    let materials = factory.config.materials.iter().zip(&model.materials);
    materials
        .enumerate()
        .map(|(place, (material, supplies))| {
            let used = (0..factory.periods).map(|period| {
                let used = factory.products.iter().zip(products);
                used.map(|(product, plan)| product.materials[place] * plan.produce[period])
                    .sum()
            });
            let orders = supplies.iter().enumerate().filter_map(|(period, supply)| {
                let quantity = solved.value(supply.arrives?);
                (quantity > 0.0).then(|| MaterialOrder {
                    order_in: period + 1 - material.lead_time.unwrap_or(0),
                    arrives_in: period + 1,
                    quantity,
                    cost: quantity * material.unit_cost,
                })
            });
            MaterialPlan {
                name: material.name.clone(),
                used: used.collect(),
                stock: supplies
                    .iter()
                    .map(|supply| solved.value(supply.stock))
                    .collect(),
                orders: orders.collect(),
            }
        })
        .collect()
}
