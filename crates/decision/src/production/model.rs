//! The mixed-integer program of a plan: capacitated lot sizing with backlog, overtime, safety stock and a bill of
//! materials (Pochet, Wolsey: Production Planning by Mixed Integer Programming, 2006).
//!
//! Per product and period: units made, batches, setup, stock, backlog, units below the safety stock. Per resource and
//! period: overtime. Per material and period: purchases that arrive, stock.

use super::factory::{Factory, Product};
use super::shortfall::Rule;
use super::tight;
use crate::program::{Program, Var};

/// The program and where its numbers stand.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) program: Program,
    /// By product, then period.
    pub(super) products: Vec<Vec<Lot>>,
    /// By resource, then period.
    pub(super) overtime: Vec<Vec<Var>>,
    /// By material, then period.
    pub(super) materials: Vec<Vec<Supply>>,
    /// What each rule is missed by; only in an elastic model.
    pub(super) slacks: Vec<(Rule, Var)>,
    /// Setups and batches, by period.
    pub(super) integers: Vec<Vec<Var>>,
}

/// One product in one period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot {
    pub(super) made: Var,
    pub(super) setup: Option<Var>,
    pub(super) stock: Var,
    pub(super) backlog: Var,
    pub(super) below_safety: Option<Var>,
}

/// One material in one period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Supply {
    /// Ordered as part of the plan; `None` before the lead time is over.
    pub(super) arrives: Option<Var>,
    pub(super) stock: Var,
}

/// What the program minimizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Costs, with every rule kept.
    Cost,
    /// How far rules are missed, whatever it costs (elastic program).
    Shortfall,
}

impl Model {
    pub(super) fn new(factory: &Factory<'_>, goal: Goal) -> Self {
        let mut model = Self {
            program: Program::default(),
            products: Vec::new(),
            overtime: Vec::new(),
            materials: Vec::new(),
            slacks: Vec::new(),
            integers: vec![Vec::new(); factory.periods],
        };
        for product in 0..factory.products.len() {
            model.product(factory, product, goal);
        }
        model.resources(factory, goal);
        model.materials(factory, goal);
        model
    }

    fn product(&mut self, factory: &Factory<'_>, place: usize, goal: Goal) {
        let product = &factory.products[place];
        let config = product.config;
        let cost = |cost: f64| if goal == Goal::Cost { cost } else { 0.0 };
        let last = factory.periods - 1;
        let mut lots: Vec<Lot> = Vec::with_capacity(factory.periods);
        for period in 0..factory.periods {
            let most = most_made(factory, product, period, goal);
            let made = self.program.real(f64::INFINITY, cost(config.unit_cost));
            let setup = product.has_setup().then(|| {
                let setup = self.program.integer(1.0, cost(config.setup_cost));
                self.integers[period].push(setup);
                self.program.at_most(vec![(made, 1.0), (setup, -most)], 0.0);
                if config.minimum_run > 0.0 {
                    self.program
                        .at_least(vec![(made, 1.0), (setup, -config.minimum_run)], 0.0);
                }
                setup
            });
            if let Some(size) = config.batch_size {
                let batches = self.program.integer((most / size).ceil(), 0.0);
                self.integers[period].push(batches);
                self.program.equal(vec![(made, 1.0), (batches, -size)], 0.0);
            }
            let stock = self.program.real(f64::INFINITY, cost(config.holding_cost));
            // What is not made in the plan has to be made after it; else the plan would end in a sale of what is left.
            let after = if period == last { product.value } else { 0.0 };
            let backlog = self
                .program
                .real(f64::INFINITY, cost(config.backlog_cost + after));
            let target = product.safety_stock[period];
            let below_safety = (target > 0.0).then(|| {
                let below = self
                    .program
                    .real(target, cost(product.safety_cost() + after));
                self.program
                    .at_least(vec![(stock, 1.0), (below, 1.0)], target);
                below
            });
            // Stock before + made = demand + backlog before + stock after - backlog after.
            let mut balance = vec![(made, 1.0), (stock, -1.0), (backlog, 1.0)];
            let mut demand = product.demand[period];
            match lots.last() {
                Some(before) => balance.extend([(before.stock, 1.0), (before.backlog, -1.0)]),
                None => demand -= config.stock,
            }
            self.program.equal(balance, demand);
            if let Some(limit) = config.backlog_limit {
                let rule = Rule::Backlog(place, period);
                self.limit(vec![(backlog, 1.0)], limit, rule, factory, goal);
            }
            if let Some(limit) = config.stock_limit {
                let rule = Rule::StockLimit(place, period);
                self.limit(vec![(stock, 1.0)], limit, rule, factory, goal);
            }
            if period == last && config.final_stock > 0.0 {
                let rule = Rule::FinalStock(place);
                self.limit(
                    vec![(stock, -1.0)],
                    -config.final_stock,
                    rule,
                    factory,
                    goal,
                );
            }
            lots.push(Lot {
                made,
                setup,
                stock,
                backlog,
                below_safety,
            });
        }
        self.products.push(lots);
        if product.has_setup() {
            tight::tighten(&mut self.program, product, &self.products[place]);
        }
    }

    /// `terms <= bound`; in an elastic model the rule may be missed.
    fn limit(
        &mut self,
        mut terms: Vec<(Var, f64)>,
        bound: f64,
        rule: Rule,
        factory: &Factory<'_>,
        goal: Goal,
    ) {
        if goal == Goal::Shortfall {
            let slack = self.program.real(f64::INFINITY, rule.weight(factory));
            terms.push((slack, -1.0));
            self.slacks.push((rule, slack));
        }
        self.program.at_most(terms, bound);
    }

    fn resources(&mut self, factory: &Factory<'_>, goal: Goal) {
        for (place, resource) in factory.config.resources.iter().enumerate() {
            let mut of_resource = Vec::with_capacity(factory.periods);
            for period in 0..factory.periods {
                let cost = match goal {
                    Goal::Cost => resource.overtime_cost,
                    Goal::Shortfall => 0.0,
                };
                let overtime = self.program.real(resource.overtime_limit.at(period), cost);
                let mut hours = vec![(overtime, -1.0)];
                for (product, lots) in factory.products.iter().zip(&self.products) {
                    if product.hours[place] > 0.0 {
                        hours.push((lots[period].made, product.hours[place]));
                    }
                    if let Some(setup) = lots[period].setup
                        && product.setup_hours[place] > 0.0
                    {
                        hours.push((setup, product.setup_hours[place]));
                    }
                }
                let capacity = resource.capacity.at(period);
                let rule = Rule::Capacity(place, period);
                self.limit(hours, capacity, rule, factory, goal);
                of_resource.push(overtime);
            }
            self.overtime.push(of_resource);
        }
    }

    fn materials(&mut self, factory: &Factory<'_>, goal: Goal) {
        for (place, material) in factory.config.materials.iter().enumerate() {
            let cost = |cost: f64| if goal == Goal::Cost { cost } else { 0.0 };
            let mut of_material: Vec<Supply> = Vec::with_capacity(factory.periods);
            for period in 0..factory.periods {
                let can_arrive = material.lead_time.is_some_and(|lead| lead <= period);
                let arrives =
                    can_arrive.then(|| self.program.real(f64::INFINITY, cost(material.unit_cost)));
                let stock = self
                    .program
                    .real(f64::INFINITY, cost(material.holding_cost));
                let delivered = material
                    .deliveries
                    .iter()
                    .filter(|delivery| delivery.period == period + 1);
                let mut there: f64 = delivered.map(|delivery| delivery.quantity).sum();
                // Stock after + used - arrived - stock before = delivered.
                let mut balance = vec![(stock, 1.0)];
                for (product, lots) in factory.products.iter().zip(&self.products) {
                    if product.materials[place] > 0.0 {
                        balance.push((lots[period].made, product.materials[place]));
                    }
                }
                balance.extend(arrives.map(|arrives| (arrives, -1.0)));
                match of_material.last() {
                    Some(before) => balance.push((before.stock, -1.0)),
                    None => there += material.stock,
                }
                if goal == Goal::Shortfall {
                    let rule = Rule::Material(place, period);
                    let slack = self.program.real(f64::INFINITY, rule.weight(factory));
                    balance.push((slack, -1.0));
                    self.slacks.push((rule, slack));
                }
                self.program.equal(balance, there);
                of_material.push(Supply { arrives, stock });
            }
            self.materials.push(of_material);
        }
    }
}

/// The most units that make sense in a period, which keeps the link between setup and quantity tight: all that is ever
/// needed, and no more than the hours allow.
fn most_made(factory: &Factory<'_>, product: &Product<'_>, period: usize, goal: Goal) -> f64 {
    let config = product.config;
    let demand: f64 = product.demand.iter().sum();
    let safety = product.safety_stock.iter().copied().fold(0.0, f64::max);
    let needed = (demand + safety.max(config.final_stock)).max(config.minimum_run);
    let needed = needed + config.batch_size.unwrap_or(0.0);
    if goal == Goal::Shortfall {
        return needed;
    }
    let resources = factory.config.resources.iter().enumerate();
    let by_hours = resources.filter(|(place, _)| product.hours[*place] > 0.0);
    by_hours
        .map(|(place, resource)| {
            let hours = resource.capacity.at(period) + resource.overtime_limit.at(period);
            ((hours - product.setup_hours[place]) / product.hours[place]).max(0.0)
        })
        .fold(needed, f64::min)
}
