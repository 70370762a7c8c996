//! A factory file and the forecasts, checked: only a [`Factory`] can be planned.

use super::config::{FactoryConfig, PerPeriod, PlannedDemand, ProductConfig};
use crate::demand::{DemandSamples, quantile};
use crate::error::{DecisionError, Problem};
use crate::order::by_item;
use crate::stock::duplicates;

/// A factory with numbers in place of names.
#[derive(Debug, Clone)]
pub(super) struct Factory<'a> {
    pub(super) config: &'a FactoryConfig,
    pub(super) periods: usize,
    pub(super) products: Vec<Product<'a>>,
}

/// A product with its demand.
#[derive(Debug, Clone)]
pub(super) struct Product<'a> {
    pub(super) config: &'a ProductConfig,
    /// Planned demand per period.
    pub(super) demand: Vec<f64>,
    /// Target stock at the end of each period.
    pub(super) safety_stock: Vec<f64>,
    /// Hours of each resource a unit takes.
    pub(super) hours: Vec<f64>,
    /// Hours of each resource a setup takes.
    pub(super) setup_hours: Vec<f64>,
    /// Units of each material in a unit.
    pub(super) materials: Vec<f64>,
    /// What making a unit costs, materials included.
    pub(super) value: f64,
}

impl Product<'_> {
    pub(super) fn has_setup(&self) -> bool {
        let hours: f64 = self.setup_hours.iter().sum();
        self.config.setup_cost > 0.0 || hours > 0.0 || self.config.minimum_run > 0.0
    }

    pub(super) fn safety_cost(&self) -> f64 {
        self.config
            .safety_cost
            .unwrap_or(0.5 * self.config.backlog_cost)
    }
}

impl<'a> Factory<'a> {
    pub(super) fn new(
        config: &'a FactoryConfig,
        forecasts: &[DemandSamples],
    ) -> Result<Self, DecisionError> {
        let forecasts = by_item(forecasts)?;
        let mut problems = Vec::new();
        if config.products.is_empty() {
            problems.push(Problem::Missing {
                key: "products".into(),
                reason: "a factory makes at least one".into(),
            });
        }
        let names = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<String>>();
        let products = names(
            config
                .products
                .iter()
                .map(|product| &product.name)
                .collect(),
        );
        let resources = names(config.resources.iter().map(|part| &part.name).collect());
        let materials = names(config.materials.iter().map(|part| &part.name).collect());
        for (what, list) in [
            ("products", &products),
            ("resources", &resources),
            ("materials", &materials),
        ] {
            problems.extend(duplicates(list).map(|name| Problem::DuplicateName { what, name }));
        }
        let mut sources: Vec<Source<'_>> = Vec::new();
        for product in &config.products {
            let name = product.forecast.as_ref().unwrap_or(&product.name);
            match (&product.demand, forecasts.get(name.as_str())) {
                (Some(demand), _) => sources.push(Source::Firm(demand)),
                (None, Some(samples)) => sources.push(Source::Forecast(samples)),
                (None, None) => problems.push(Problem::Unknown {
                    key: format!("products.{}.forecast", product.name),
                    name: name.clone(),
                    what: "forecast",
                    known: forecasts.keys().map(ToString::to_string).collect(),
                }),
            }
        }
        let shortest = sources.iter().map(Source::periods).min().unwrap_or(0);
        let periods = config.periods.unwrap_or(shortest);
        check_numbers(config, periods, &mut problems);
        if sources.len() == config.products.len() {
            for (product, source) in config.products.iter().zip(&sources) {
                source.check(product, periods, &mut problems);
            }
        }
        for product in &config.products {
            for (key, used, known, what) in [
                ("hours", &product.hours, &resources, "resource"),
                ("setup_hours", &product.setup_hours, &resources, "resource"),
                ("materials", &product.materials, &materials, "material"),
            ] {
                let unknown = used.keys().filter(|name| !known.contains(name));
                problems.extend(unknown.map(|name| Problem::Unknown {
                    key: format!("products.{}.{key}", product.name),
                    name: name.clone(),
                    what,
                    known: known.clone(),
                }));
            }
        }
        DecisionError::unless_empty(problems)?;
        let products = config.products.iter().zip(sources);
        Ok(Self {
            config,
            periods,
            products: products
                .map(|(product, source)| {
                    let numbers = |list: &std::collections::BTreeMap<String, f64>,
                                   names: &[String]| {
                        let of = |name| list.get(name).copied().unwrap_or(0.0);
                        names.iter().map(of).collect::<Vec<f64>>()
                    };
                    let parts = numbers(&product.materials, &materials);
                    let costs = config.materials.iter().zip(&parts);
                    let cost: f64 = costs
                        .map(|(material, units)| material.unit_cost * units)
                        .sum();
                    Product {
                        value: product.unit_cost + cost,
                        config: product,
                        demand: source.demand(config.demand, periods),
                        safety_stock: source.safety_stock(product, periods),
                        hours: numbers(&product.hours, &resources),
                        setup_hours: numbers(&product.setup_hours, &resources),
                        materials: parts,
                    }
                })
                .collect(),
        })
    }
}

/// Where demand comes from.
enum Source<'a> {
    Firm(&'a [f64]),
    Forecast(&'a DemandSamples),
}

impl Source<'_> {
    fn periods(&self) -> usize {
        match self {
            Self::Firm(demand) => demand.len(),
            Self::Forecast(samples) => samples.periods,
        }
    }

    fn check(&self, product: &ProductConfig, periods: usize, problems: &mut Vec<Problem>) {
        if self.periods() < periods || self.periods() == 0 {
            problems.push(Problem::ListLength {
                key: format!("products.{}.demand", product.name),
                expected: periods.max(1),
                found: self.periods(),
            });
        }
        if let (Self::Firm(_), Some(_)) = (self, product.service_level) {
            problems.push(Problem::Missing {
                key: format!("products.{}.forecast", product.name),
                reason: "`service_level` takes the safety stock from a forecast; \
                         give `safety_stock` where demand is firm"
                    .into(),
            });
        }
    }

    fn demand(&self, planned: PlannedDemand, periods: usize) -> Vec<f64> {
        match self {
            Self::Firm(demand) => demand[..periods].to_vec(),
            Self::Forecast(samples) => (0..periods)
                .map(|period| match planned {
                    PlannedDemand::Mean => samples.mean(period),
                    PlannedDemand::Quantile(level) => {
                        let mut units: Vec<f64> = (0..samples.num_paths)
                            .map(|path| samples.units(path, period))
                            .collect();
                        units.sort_by(f64::total_cmp);
                        quantile(&units, level)
                    }
                })
                .collect(),
        }
    }

    /// The quantile of the demand of the periods that follow (while a change of plan has no effect yet) less its mean.
    /// The last periods look over what is left of the forecast, never over fewer periods than there are.
    fn safety_stock(&self, product: &ProductConfig, periods: usize) -> Vec<f64> {
        let fixed = vec![product.safety_stock.unwrap_or(0.0); periods];
        let (Self::Forecast(samples), Some(level)) = (self, product.service_level) else {
            return fixed;
        };
        let length = product.safety_periods.min(samples.periods);
        (0..periods)
            .map(|period| {
                let from = (period + 1).min(samples.periods - length);
                let mut sums: Vec<f64> = (0..samples.num_paths)
                    .map(|path| samples.sum(path, from + length) - samples.sum(path, from))
                    .collect();
                sums.sort_by(f64::total_cmp);
                let mean = sums.iter().sum::<f64>() / sums.len() as f64;
                (quantile(&sums, level) - mean).max(0.0)
            })
            .collect()
    }
}

/// Every number in its range, every list long enough.
fn check_numbers(config: &FactoryConfig, periods: usize, problems: &mut Vec<Problem>) {
    let mut range = |key: String, value: f64, is_good: bool, rule: &str| {
        if !is_good || !value.is_finite() {
            problems.push(Problem::Setting {
                key,
                value,
                rule: rule.into(),
            });
        }
    };
    let solver = config.solver;
    range(
        "solver.gap".into(),
        solver.gap,
        (0.0..=0.5).contains(&solver.gap),
        "between 0 and 0.5",
    );
    let seconds = solver.time_limit_seconds;
    range(
        "solver.time_limit_seconds".into(),
        seconds,
        (0.1..1e6).contains(&seconds),
        "from 0.1",
    );
    if let PlannedDemand::Quantile(level) = config.demand {
        range(
            "demand.quantile".into(),
            level,
            0.0 < level && level < 1.0,
            "between 0 and 1",
        );
    }
    for product in &config.products {
        let key = |name: &str| format!("products.{}.{name}", product.name);
        let mut not_negative = |name: &str, value: f64| {
            range(key(name), value, value >= 0.0, "a number from 0");
        };
        for (name, value) in [
            ("stock", product.stock),
            ("unit_cost", product.unit_cost),
            ("holding_cost", product.holding_cost),
            ("backlog_cost", product.backlog_cost),
            ("final_stock", product.final_stock),
            ("setup_cost", product.setup_cost),
            ("minimum_run", product.minimum_run),
        ] {
            not_negative(name, value);
        }
        for (name, value) in [
            ("backlog_limit", product.backlog_limit),
            ("safety_stock", product.safety_stock),
            ("safety_cost", product.safety_cost),
            ("stock_limit", product.stock_limit),
        ] {
            value
                .into_iter()
                .for_each(|value| not_negative(name, value));
        }
        for (name, list) in [
            ("hours", &product.hours),
            ("setup_hours", &product.setup_hours),
            ("materials", &product.materials),
        ] {
            for (part, value) in list {
                not_negative(&format!("{name}.{part}"), *value);
            }
        }
        for value in product.demand.iter().flatten() {
            not_negative("demand", *value);
        }
        if let Some(value) = product.batch_size {
            range(key("batch_size"), value, value > 0.0, "a number above 0");
        }
        if let Some(value) = product.service_level {
            range(
                key("service_level"),
                value,
                (0.5..1.0).contains(&value),
                "between 0.5 and 1",
            );
        }
        if product.safety_periods == 0 {
            range(key("safety_periods"), 0.0, false, "a whole number from 1");
        }
    }
    for resource in &config.resources {
        let key = |name: &str| format!("resources.{}.{name}", resource.name);
        range(
            key("overtime_cost"),
            resource.overtime_cost,
            resource.overtime_cost >= 0.0,
            "a number from 0",
        );
        for (name, list) in [
            ("capacity", &resource.capacity),
            ("overtime_limit", &resource.overtime_limit),
        ] {
            let numbers = match list {
                PerPeriod::Same(number) => std::slice::from_ref(number),
                PerPeriod::List(numbers) => numbers,
            };
            for value in numbers {
                range(key(name), *value, *value >= 0.0, "a number from 0");
            }
        }
    }
    for material in &config.materials {
        let key = |name: &str| format!("materials.{}.{name}", material.name);
        for (name, value) in [
            ("stock", material.stock),
            ("unit_cost", material.unit_cost),
            ("holding_cost", material.holding_cost),
        ] {
            range(key(name), value, value >= 0.0, "a number from 0");
        }
        for delivery in &material.deliveries {
            let period = delivery.period as f64;
            range(
                key("deliveries.period"),
                period,
                delivery.period >= 1,
                "a whole number from 1",
            );
            range(
                key("deliveries.quantity"),
                delivery.quantity,
                delivery.quantity >= 0.0,
                "a number from 0",
            );
        }
    }
    for resource in &config.resources {
        for (name, list) in [
            ("capacity", &resource.capacity),
            ("overtime_limit", &resource.overtime_limit),
        ] {
            if let PerPeriod::List(numbers) = list
                && numbers.len() < periods
            {
                problems.push(Problem::ListLength {
                    key: format!("resources.{}.{name}", resource.name),
                    expected: periods,
                    found: numbers.len(),
                });
            }
        }
    }
}
