//! How much of each item to order now.
//!
//! ```text
//! OrderConfig + StockTable --> Terms per item     (checked, every problem at once)
//! Terms + DemandSamples    --> Outlook            (what the order must serve in every future; expected cost curve)
//! Outlook                  --> Quantity           (quantile of the need, or the least expected cost; packs, minimum)
//! Quantities + limits      --> shared budget and space by linear programming
//! all                      --> OrderLine          (numbers and the reason in a sentence)
//! ```

mod config;
mod curve;
mod lead_time;
mod limits;
mod line;
mod outlook;
mod quantity;
mod reader;
mod terms;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

pub use config::{OrderConfig, Unmet};
pub use lead_time::{LeadTimeConfig, LeadTimeProbabilities, NormalLeadTime};

pub(crate) use lead_time::LeadTime;
use limits::{Claim, Limit, share};
pub use line::OrderLine;
use line::Parts;
pub(crate) use outlook::{Batch, Outlook, Position, age, take};
pub(crate) use quantity::{Quantity, quantity};
pub(crate) use terms::{Terms, resolve};

use crate::demand::DemandSamples;
use crate::error::{DecisionError, Problem};
use crate::stock::{StockTable, duplicates};

/// What to order now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OrderPlan {
    /// A line per item that has stock row and forecast, in the order of the stock table.
    pub lines: Vec<OrderLine>,
    /// What all orders cost together.
    pub cost: f64,
    /// How far each limit is used.
    pub limits: Vec<LimitUse>,
    /// Items of the stock table without a forecast: nothing is ordered for them.
    pub without_forecast: Vec<String>,
    /// Forecasts of items that are not in the stock table: nothing is ordered for them.
    pub without_stock: Vec<String>,
}

/// How far a limit over all items is used.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LimitUse {
    /// `budget` or `space`.
    pub name: &'static str,
    /// What the orders and, for space, the stock on their arrival take.
    pub used: f64,
    /// What there is.
    pub limit: f64,
}

/// How much of each item to order now. `seed` draws the lead times; the same seed gives the same plan.
pub fn order(
    config: &OrderConfig,
    stock: &StockTable,
    forecasts: &[DemandSamples],
    seed: u64,
) -> Result<OrderPlan, DecisionError> {
    let all = resolve(config, stock)?;
    let by_item = by_item(forecasts)?;
    let (known, without): (Vec<Terms>, Vec<Terms>) = all
        .into_iter()
        .partition(|terms| by_item.contains_key(terms.item.as_str()));
    if known.is_empty() {
        return Err(DecisionError::Problems(vec![Problem::NothingInCommon {
            stock: stock.items().to_vec(),
            forecasts: forecasts
                .iter()
                .map(|samples| samples.item.clone())
                .collect(),
        }]));
    }
    let requests: Vec<Request<'_>> = known
        .iter()
        .map(|terms| Request {
            terms,
            position: Position::of(terms),
            samples: by_item[terms.item.as_str()],
        })
        .collect();
    let (lines, limits) = decide(config, &requests, seed)?;
    Ok(OrderPlan {
        cost: lines.iter().map(|line| line.cost).sum(),
        lines,
        limits,
        without_forecast: without.into_iter().map(|terms| terms.item).collect(),
        without_stock: forecasts
            .iter()
            .filter(|samples| !stock.items().contains(&samples.item))
            .map(|samples| samples.item.clone())
            .collect(),
    })
}

/// Periods of forecast that [`order`] needs: the longest lead time and review period of all items. Also checks recipe
/// and stock table before there is a forecast.
pub fn periods_needed(config: &OrderConfig, stock: &StockTable) -> Result<usize, DecisionError> {
    let terms = resolve(config, stock)?;
    Ok(terms.iter().map(Terms::reach).max().unwrap_or(0))
}

/// An item that may be ordered now.
pub(crate) struct Request<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) position: Position,
    pub(crate) samples: &'a DemandSamples,
}

/// The forecasts by item, checked.
pub(crate) fn by_item(
    forecasts: &[DemandSamples],
) -> Result<BTreeMap<&str, &DemandSamples>, DecisionError> {
    let names: Vec<String> = forecasts
        .iter()
        .map(|samples| samples.item.clone())
        .collect();
    let mut problems: Vec<Problem> = forecasts.iter().filter_map(DemandSamples::check).collect();
    problems.extend(duplicates(&names).map(|item| Problem::DuplicateForecast { item }));
    DecisionError::unless_empty(problems)?;
    Ok(forecasts
        .iter()
        .map(|samples| (samples.item.as_str(), samples))
        .collect())
}

/// The order lines of all requests, and the use of the limits.
pub(crate) fn decide(
    config: &OrderConfig,
    requests: &[Request<'_>],
    seed: u64,
) -> Result<(Vec<OrderLine>, Vec<LimitUse>), DecisionError> {
    let problems = requests.iter().filter_map(too_short).collect();
    DecisionError::unless_empty(problems)?;
    let outlooks: Vec<Outlook> = requests
        .iter()
        .map(|request| {
            let Request {
                terms,
                position,
                samples,
            } = request;
            Outlook::new(terms, position, samples, config.unmet, seed, None)
        })
        .collect();
    let wanted: Vec<Quantity> = requests
        .iter()
        .zip(&outlooks)
        .map(|(request, outlook)| quantity(request.terms, outlook))
        .collect();
    let claims: Vec<Claim<'_>> = requests
        .iter()
        .zip(&outlooks)
        .zip(&wanted)
        .map(|((request, outlook), wanted)| Claim {
            terms: request.terms,
            curve: &outlook.curve,
            wanted: wanted.rounded,
        })
        .collect();
    let there: Vec<f64> = requests
        .iter()
        .zip(&outlooks)
        .map(|(request, outlook)| {
            let position = request.position.on_hand() + request.position.on_order();
            (position - outlook.before_arrival()).max(0.0)
        })
        .collect();
    let terms: Vec<&Terms> = requests.iter().map(|request| request.terms).collect();
    let limits = limits(config, &terms, &there);
    let quantities = share(&claims, &limits)?;
    let rounded: Vec<f64> = wanted.iter().map(|wanted| wanted.rounded).collect();
    let binding = limits.iter().find(|limit| !limit.holds(&rounded));
    let lines = requests.iter().enumerate().map(|(item, request)| {
        let is_limited = quantities[item] + 1e-9 < rounded[item];
        Parts {
            terms: request.terms,
            position: &request.position,
            outlook: &outlooks[item],
            wanted: wanted[item],
            quantity: quantities[item],
            limited_by: binding.filter(|_| is_limited).map(|limit| limit.name),
            num_paths: request.samples.num_paths,
            rate: request.samples.mean_rate(),
            unmet: config.unmet,
        }
        .line()
    });
    let lines: Vec<OrderLine> = lines.collect();
    let uses = limits
        .iter()
        .map(|limit| limit_use(limit, config, &quantities));
    Ok((lines, uses.collect()))
}

fn too_short(request: &Request<'_>) -> Option<Problem> {
    let needed = request.terms.reach();
    (request.samples.periods < needed).then(|| Problem::ForecastTooShort {
        item: request.terms.item.clone(),
        needed,
        periods: request.samples.periods,
    })
}

/// `there`: units of each item in stock when the order arrives, on average.
pub(crate) fn limits(config: &OrderConfig, terms: &[&Terms], there: &[f64]) -> Vec<Limit> {
    let mut limits = Vec::new();
    if let Some(available) = config.budget {
        limits.push(Limit {
            name: "budget",
            available,
            per_unit: terms.iter().map(|terms| terms.unit_cost).collect(),
        });
    }
    if let Some(space) = config.space {
        let per_unit: Vec<f64> = terms.iter().map(|terms| terms.unit_space).collect();
        let filled: f64 = per_unit
            .iter()
            .zip(there)
            .map(|(space, units)| space * units)
            .sum();
        limits.push(Limit {
            name: "space",
            // Stock that overflows already leaves no room for orders.
            available: (space - filled).max(0.0),
            per_unit,
        });
    }
    limits
}

fn limit_use(limit: &Limit, config: &OrderConfig, quantities: &[f64]) -> LimitUse {
    let whole = match limit.name {
        "space" => config.space.unwrap_or(limit.available),
        _ => limit.available,
    };
    LimitUse {
        name: limit.name,
        used: whole - limit.available + limit.used(quantities),
        limit: whole,
    }
}
