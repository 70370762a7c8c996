//! What each policy orders.

use super::Forecaster;
use super::history::Items;
use super::world::{World, lead_time};
use crate::demand::DemandSamples;
use crate::error::{DecisionError, Problem};
use crate::order::{
    LeadTime, OrderConfig, Outlook, Request, Terms, by_item, decide, limits, quantity,
};

/// A rule that says how much to order.
pub(super) enum Policy<'a> {
    /// hob's: from the futures of a forecast.
    Forecast(&'a mut dyn Forecaster),
    /// Mean of the last month over lead time and review period, plus so many weeks of it.
    Simple { weeks: f64 },
    /// As if demand and lead times were known.
    Foresight,
}

impl Policy<'_> {
    /// Quantities of the items that are reviewed in this period, zero for the others.
    pub(super) fn quantities(
        &mut self,
        items: &Items<'_>,
        worlds: &[World<'_>],
        period: usize,
    ) -> Result<Vec<f64>, DecisionError> {
        let reviewed: Vec<usize> = (0..worlds.len())
            .filter(|item| worlds[*item].is_reviewed(period))
            .collect();
        let mut all = vec![0.0; worlds.len()];
        if reviewed.is_empty() {
            return Ok(all);
        }
        let quantities = match self {
            Self::Forecast(forecaster) => {
                let samples =
                    forecaster
                        .samples(period)
                        .map_err(|source| DecisionError::Forecast {
                            step: period,
                            source,
                        })?;
                forecast(items, worlds, &reviewed, &samples, period)?
            }
            Self::Simple { weeks } => simple(items, worlds, &reviewed, period, *weeks),
            Self::Foresight => foresight(items, worlds, &reviewed, period),
        };
        for (item, quantity) in reviewed.into_iter().zip(quantities) {
            all[item] = quantity;
        }
        Ok(all)
    }
}

fn forecast(
    items: &Items<'_>,
    worlds: &[World<'_>],
    reviewed: &[usize],
    samples: &[DemandSamples],
    period: usize,
) -> Result<Vec<f64>, DecisionError> {
    let samples = by_item(samples)?;
    let mut requests = Vec::with_capacity(reviewed.len());
    let mut problems = Vec::new();
    for item in reviewed {
        let terms = &items.terms[*item];
        match samples.get(terms.item.as_str()) {
            Some(samples) => requests.push(Request {
                terms,
                position: worlds[*item].position().clone(),
                samples,
            }),
            None => problems.push(Problem::History {
                item: terms.item.clone(),
                what: format!("there is no forecast for period {period} of the simulation"),
            }),
        }
    }
    DecisionError::unless_empty(problems)?;
    let (lines, _) = decide(items.config, &requests, items.seed)?;
    Ok(lines.into_iter().map(|line| line.quantity).collect())
}

fn simple(
    items: &Items<'_>,
    worlds: &[World<'_>],
    reviewed: &[usize],
    period: usize,
    weeks: f64,
) -> Vec<f64> {
    let wanted = reviewed.iter().map(|item| {
        let terms = &items.terms[*item];
        let position = worlds[*item].position();
        let mean = items.recent_mean(*item, period);
        let protection = terms.lead_time.mean() + terms.review_period as f64;
        let level = mean * (protection + weeks * items.simulation.week);
        let quantity = level - position.on_hand() - position.on_order();
        let there = position.on_hand() + position.on_order() - mean * terms.lead_time.mean();
        (terms.round_up(quantity), there.max(0.0))
    });
    within_limits(items, reviewed, wanted.collect())
}

fn foresight(
    items: &Items<'_>,
    worlds: &[World<'_>],
    reviewed: &[usize],
    period: usize,
) -> Vec<f64> {
    let wanted = reviewed.iter().map(|item| {
        let arrives = lead_time(&items.terms[*item], items.seed, period);
        let terms = Terms {
            lead_time: LeadTime::fixed(arrives),
            // Of a single future every level is the same quantile.
            service_level: Some(0.5),
            ..items.terms[*item].clone()
        };
        let review = terms.review_period;
        let until = review + lead_time(&items.terms[*item], items.seed, period + review);
        let until = until.max(arrives + 1);
        let reach = until.max(arrives + terms.shelf_life.unwrap_or(1));
        let future = items.future(*item, period, reach);
        let samples = DemandSamples::certain(terms.item.clone(), future);
        let position = worlds[*item].position();
        let unmet = items.config.unmet;
        let outlook = Outlook::new(&terms, position, &samples, unmet, items.seed, Some(until));
        let there = position.on_hand() + position.on_order() - outlook.before_arrival();
        (quantity(&terms, &outlook).rounded, there.max(0.0))
    });
    within_limits(items, reviewed, wanted.collect())
}

/// Without a forecast nothing says which item needs its order most: all are cut alike.
fn within_limits(items: &Items<'_>, reviewed: &[usize], wanted: Vec<(f64, f64)>) -> Vec<f64> {
    let terms: Vec<&Terms> = reviewed.iter().map(|item| &items.terms[*item]).collect();
    let (wanted, there): (Vec<f64>, Vec<f64>) = wanted.into_iter().unzip();
    let config: &OrderConfig = items.config;
    let part = limits(config, &terms, &there)
        .iter()
        .map(|limit| limit.part_of(&wanted))
        .fold(1.0, f64::min);
    if part >= 1.0 {
        return wanted;
    }
    let cut = terms.iter().zip(wanted);
    cut.map(|(terms, wanted)| terms.round_down(wanted * part))
        .collect()
}
