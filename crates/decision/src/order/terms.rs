//! What the recipe and the stock table say about each item, checked.

use super::config::OrderConfig;
use super::lead_time::{LeadTime, LeadTimeConfig};
use super::reader::{MAX_PERIODS, Reader, Rule};
use crate::error::{DecisionError, Problem};
use crate::stock::StockTable;
use crate::value::Value;

/// One item's numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Terms {
    pub(crate) item: String,
    pub(crate) on_hand: f64,
    pub(crate) on_order: f64,
    pub(crate) on_order_in: usize,
    pub(crate) unit_cost: f64,
    /// Of a unit short, as given or earned; `None` where only a service level says what shortage is worth.
    pub(crate) shortage_cost: Option<f64>,
    pub(crate) holding_cost: f64,
    pub(crate) service_level: Option<f64>,
    pub(crate) order_cost: f64,
    pub(crate) lead_time: LeadTime,
    pub(crate) review_period: usize,
    pub(crate) pack_size: f64,
    pub(crate) minimum_order: f64,
    pub(crate) shelf_life: Option<usize>,
    pub(crate) remaining_life: Option<usize>,
    pub(crate) salvage: f64,
    pub(crate) unit_space: f64,
}

impl Terms {
    /// Periods over which an order can matter before the next one arrives.
    pub(crate) fn reach(&self) -> usize {
        self.lead_time.longest() + self.review_period
    }

    /// The shortage cost that decides how a limit is shared: as given, or the one that makes the target service level
    /// the cheapest, `holding * review * level / (1 - level)` from the critical ratio.
    pub(crate) fn shortage_value(&self) -> f64 {
        self.shortage_cost.unwrap_or_else(|| {
            let level = self.service_level.unwrap_or(0.5).min(0.9999);
            let holding = self.holding_cost.max(1e-6 * self.unit_cost.max(1.0));
            holding * self.review_period as f64 * level / (1.0 - level)
        })
    }

    /// `quantity` in whole packs, and at least the minimum order; zero stays zero.
    pub(crate) fn round_up(&self, quantity: f64) -> f64 {
        if quantity <= 1e-9 {
            return 0.0;
        }
        let quantity = quantity.max(self.minimum_order);
        if self.pack_size <= 0.0 {
            return quantity;
        }
        // 24.000000001 of packs of 12 are two packs, not three.
        (quantity / self.pack_size - 1e-9).ceil().max(1.0) * self.pack_size
    }

    /// The largest order within `quantity`: whole packs, zero where the minimum is not reached.
    pub(crate) fn round_down(&self, quantity: f64) -> f64 {
        let rounded = if self.pack_size <= 0.0 {
            quantity.max(0.0)
        } else {
            (quantity / self.pack_size + 1e-9).floor().max(0.0) * self.pack_size
        };
        if rounded + 1e-9 < self.minimum_order {
            0.0
        } else {
            rounded
        }
    }
}

/// The numbers of all items, or every problem.
pub(crate) fn resolve(
    config: &OrderConfig,
    stock: &StockTable,
) -> Result<Vec<Terms>, DecisionError> {
    let mut reader = Reader {
        stock,
        problems: Vec::new(),
    };
    let columns = Columns::read(config, &mut reader);
    let lead_times = lead_times(&config.lead_time, &mut reader);
    contradictions(config, &mut reader.problems);
    for (key, limit) in [("budget", config.budget), ("space", config.space)] {
        if let Some(value) = limit.filter(|value| !(value.is_finite() && *value >= 0.0)) {
            reader.problems.push(Problem::Setting {
                key: key.into(),
                value,
                rule: Rule::NotNegative.text(),
            });
        }
    }
    DecisionError::unless_empty(reader.problems)?;
    let items = stock.items().iter().zip(lead_times).enumerate();
    Ok(items
        .map(|(row, (item, lead_time))| columns.terms(row, item, lead_time, config))
        .collect())
}

fn contradictions(config: &OrderConfig, problems: &mut Vec<Problem>) {
    if config.price.is_some() && config.margin.is_some() {
        problems.push(Problem::Both {
            first: "price",
            second: "margin",
            reason: "the margin is the price less the unit cost",
        });
    }
    if config.holding_cost.is_some() && config.holding_rate.is_some() {
        problems.push(Problem::Both {
            first: "holding_cost",
            second: "holding_rate",
            reason: "both say what keeping a unit costs",
        });
    }
    let mut missing = |key: &str, reason: &str| {
        problems.push(Problem::Missing {
            key: key.into(),
            reason: reason.into(),
        });
    };
    if config.holding_rate.is_some() && config.periods_per_year.is_none() {
        missing(
            "periods_per_year",
            "`holding_rate` is a rate per year; 365 for days, 52 for weeks, 12 for months",
        );
    }
    let has_shortage =
        config.shortage_cost.is_some() || config.price.is_some() || config.margin.is_some();
    if !has_shortage && config.service_level.is_none() {
        missing(
            "service_level",
            "without `service_level`, `shortage_cost`, `price` or `margin` nothing says how bad it is to run out",
        );
    }
    let has_holding = config.holding_cost.is_some()
        || config.holding_rate.is_some()
        || config.shelf_life.is_some();
    if config.service_level.is_none() && !has_holding {
        missing(
            "holding_cost",
            "without `service_level` the level follows from the costs, and stock that costs nothing has no limit; \
             give `holding_cost`, `holding_rate` or `service_level`",
        );
    }
}

fn lead_times(config: &LeadTimeConfig, reader: &mut Reader<'_>) -> Vec<LeadTime> {
    match config {
        LeadTimeConfig::Fixed(periods) => reader
            .whole("lead_time", periods, 0)
            .into_iter()
            .map(LeadTime::fixed)
            .collect(),
        LeadTimeConfig::Normal(normal) => {
            let means = reader.read("lead_time.normal.mean", &normal.mean, Rule::Periods);
            let deviations = reader.read(
                "lead_time.normal.deviation",
                &normal.deviation,
                Rule::Periods,
            );
            means
                .into_iter()
                .zip(deviations)
                .map(|(mean, deviation)| LeadTime::normal(mean, deviation))
                .collect()
        }
        LeadTimeConfig::Probabilities(list) => {
            let bad = list
                .weights
                .iter()
                .find(|weight| !(weight.is_finite() && **weight >= 0.0));
            let sum: f64 = list.weights.iter().sum();
            if let Some(value) = bad.copied().or((sum <= 0.0).then_some(sum)) {
                reader.problems.push(Problem::Setting {
                    key: "lead_time.probabilities.weights".into(),
                    value,
                    rule: "numbers from 0 with a sum above 0".into(),
                });
            }
            if f64::from(list.from) > MAX_PERIODS {
                reader.problems.push(Problem::Setting {
                    key: "lead_time.probabilities.from".into(),
                    value: f64::from(list.from),
                    rule: Rule::Periods.text(),
                });
            }
            vec![LeadTime::weighted(list.from as usize, &list.weights); reader.stock.items().len()]
        }
    }
}

/// One vector per key, an entry per item.
struct Columns {
    on_hand: Vec<f64>,
    on_order: Vec<f64>,
    on_order_in: Vec<usize>,
    unit_cost: Vec<f64>,
    price: Option<Vec<f64>>,
    margin: Option<Vec<f64>>,
    holding_cost: Option<Vec<f64>>,
    holding_rate: Option<Vec<f64>>,
    shortage_cost: Option<Vec<f64>>,
    service_level: Option<Vec<f64>>,
    order_cost: Vec<f64>,
    review_period: Vec<usize>,
    pack_size: Vec<f64>,
    minimum_order: Vec<f64>,
    shelf_life: Option<Vec<usize>>,
    remaining_life: Option<Vec<usize>>,
    salvage: Vec<f64>,
    unit_space: Vec<f64>,
}

impl Columns {
    fn read(config: &OrderConfig, reader: &mut Reader<'_>) -> Self {
        let optional =
            |reader: &mut Reader<'_>, key: &'static str, value: &Option<Value>, rule: Rule| {
                value.as_ref().map(|value| reader.read(key, value, rule))
            };
        let life = |reader: &mut Reader<'_>, key: &'static str, value: &Option<Value>, min| {
            value.as_ref().map(|value| reader.whole(key, value, min))
        };
        let rule = Rule::NotNegative;
        Self {
            // Below zero: more is promised to customers than there is.
            on_hand: reader.read("on_hand", &config.on_hand, Rule::Any),
            on_order: reader.read("on_order", &config.on_order, rule),
            on_order_in: reader.whole("on_order_in", &config.on_order_in, 0),
            unit_cost: reader.read("unit_cost", &config.unit_cost, rule),
            price: optional(reader, "price", &config.price, rule),
            margin: optional(reader, "margin", &config.margin, rule),
            holding_cost: optional(reader, "holding_cost", &config.holding_cost, rule),
            holding_rate: optional(reader, "holding_rate", &config.holding_rate, rule),
            shortage_cost: optional(reader, "shortage_cost", &config.shortage_cost, rule),
            service_level: optional(reader, "service_level", &config.service_level, Rule::Part),
            order_cost: reader.read("order_cost", &config.order_cost, rule),
            review_period: reader.whole("review_period", &config.review_period, 1),
            pack_size: reader.read("pack_size", &config.pack_size, rule),
            minimum_order: reader.read("minimum_order", &config.minimum_order, rule),
            shelf_life: life(reader, "shelf_life", &config.shelf_life, 1),
            remaining_life: life(reader, "remaining_life", &config.remaining_life, 0),
            salvage: reader.read("salvage", &config.salvage, rule),
            unit_space: reader.read("unit_space", &config.unit_space, rule),
        }
    }

    fn terms(&self, row: usize, item: &str, lead_time: LeadTime, config: &OrderConfig) -> Terms {
        let get = |values: &Option<Vec<f64>>| values.as_ref().map(|values| values[row]);
        let unit_cost = self.unit_cost[row];
        let earned = get(&self.margin).or(get(&self.price).map(|price| price - unit_cost));
        let rate = get(&self.holding_rate)
            .map(|rate| rate * unit_cost / config.periods_per_year.unwrap_or(1.0));
        let shelf_life = self.shelf_life.as_ref().map(|values| values[row]);
        let remaining = self.remaining_life.as_ref().map(|values| values[row]);
        Terms {
            item: item.to_string(),
            on_hand: self.on_hand[row],
            on_order: self.on_order[row],
            on_order_in: self.on_order_in[row],
            unit_cost,
            // Nothing is lost where a sale loses money.
            shortage_cost: get(&self.shortage_cost).or(earned.map(|earned| earned.max(0.0))),
            holding_cost: get(&self.holding_cost).or(rate).unwrap_or(0.0),
            service_level: get(&self.service_level),
            order_cost: self.order_cost[row],
            lead_time,
            review_period: self.review_period[row],
            pack_size: self.pack_size[row],
            minimum_order: self.minimum_order[row],
            shelf_life,
            remaining_life: shelf_life.map(|life| remaining.unwrap_or(life)),
            salvage: self.salvage[row].min(unit_cost),
            unit_space: self.unit_space[row],
        }
    }
}
