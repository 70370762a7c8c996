//! What a simulation found, with confidence intervals.
//!
//! Items are drawn with replacement, the same draws for every policy, and everything is computed again from the items
//! drawn (bootstrap; Efron 1979). The interval says how much another set of such items could have given.

use schemars::JsonSchema;
use serde::Serialize;

use super::world::Tally;
use crate::random::Random;

/// What a simulation found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SimulationResult {
    /// Periods that count.
    pub periods: usize,
    /// Items.
    pub items: usize,
    /// hob's policy.
    pub forecast: PolicyResult,
    /// Mean of the last month plus a safety stock, one per safety stock tried.
    pub simple: Vec<PolicyResult>,
    /// As if demand and lead times were known: what a perfect forecast would be worth.
    pub foresight: PolicyResult,
    /// Costs at the same service; none where no safety stock tried gives hob's fill rate.
    pub equal_service: Option<EqualService>,
}

/// One policy. Costs and units are sums over all items and periods that count.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PolicyResult {
    /// Weeks of safety stock, for the simple policy.
    pub safety: Option<f64>,
    /// Holding, shortage, waste and orders.
    pub cost: Interval,
    /// Keeping stock.
    pub holding_cost: f64,
    /// Units asked for in vain.
    pub shortage_cost: f64,
    /// Units that spoiled.
    pub waste_cost: f64,
    /// Orders, apart from the units.
    pub order_cost: f64,
    /// Part of the demand that is served at once.
    pub fill_rate: Interval,
    /// Part of the review periods in which no customer went without.
    pub cycle_service: f64,
    /// Mean units in stock at the end of a period.
    pub stock: f64,
    /// What they cost.
    pub stock_value: f64,
    /// Units that spoiled.
    pub waste: f64,
    /// Orders.
    pub orders: usize,
    /// Units ordered.
    pub ordered: f64,
}

/// A number with the interval that contains it in 95 of 100 draws of items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub struct Interval {
    /// From all items.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// hob's policy against the simple one with the safety stock that serves as well.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct EqualService {
    /// Fill rate of both.
    pub fill_rate: f64,
    /// Weeks of safety stock that the simple policy needs for it, between two that were tried.
    pub safety: f64,
    /// Its cost then.
    pub simple_cost: f64,
    /// hob's cost.
    pub forecast_cost: f64,
    /// Part of the simple policy's cost that is saved.
    pub saving: Interval,
}

/// Tallies of every item under every policy.
pub(super) struct Tallies {
    pub(super) forecast: Vec<Tally>,
    pub(super) simple: Vec<(f64, Vec<Tally>)>,
    pub(super) foresight: Vec<Tally>,
}

impl Tallies {
    pub(super) fn result(&self, periods: usize, resamples: usize, seed: u64) -> SimulationResult {
        let items = self.forecast.len();
        let draws: Vec<Vec<usize>> = (0..resamples)
            .map(|number| {
                let mut random = Random::new(seed, "bootstrap", number as u64);
                (0..items).map(|_| random.below(items)).collect()
            })
            .collect();
        let policy = |safety, tallies: &[Tally]| policy(safety, tallies, periods, &draws);
        SimulationResult {
            periods,
            items,
            forecast: policy(None, &self.forecast),
            simple: self
                .simple
                .iter()
                .map(|(weeks, tallies)| policy(Some(*weeks), tallies))
                .collect(),
            foresight: policy(None, &self.foresight),
            equal_service: self.equal_service(&draws),
        }
    }

    fn equal_service(&self, draws: &[Vec<usize>]) -> Option<EqualService> {
        let all: Vec<usize> = (0..self.forecast.len()).collect();
        let (found, fill_rate, forecast_cost) = self.at_equal_service(&all)?;
        let saved = |simple: f64, forecast: f64| {
            if simple > 0.0 {
                1.0 - forecast / simple
            } else {
                0.0
            }
        };
        let savings: Vec<f64> = draws
            .iter()
            .filter_map(|draw| {
                let (found, _, cost) = self.at_equal_service(draw)?;
                Some(saved(found.cost, cost))
            })
            .collect();
        Some(EqualService {
            fill_rate,
            safety: found.weeks,
            simple_cost: found.cost,
            forecast_cost,
            saving: interval(saved(found.cost, forecast_cost), savings),
        })
    }

    /// The simple policy at hob's fill rate, that rate, and hob's cost.
    fn at_equal_service(&self, draw: &[usize]) -> Option<(Point, f64, f64)> {
        let (wanted, cost) = (fill_rate(&self.forecast, draw), cost(&self.forecast, draw));
        let points = self.simple.iter().map(|(weeks, tallies)| Point {
            weeks: *weeks,
            fill_rate: fill_rate(tallies, draw),
            cost: self::cost(tallies, draw),
        });
        Some((interpolate(points.collect(), wanted)?, wanted, cost))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    weeks: f64,
    fill_rate: f64,
    cost: f64,
}

/// Between the two points whose fill rates enclose the one wanted.
fn interpolate(mut points: Vec<Point>, wanted: f64) -> Option<Point> {
    points.sort_by(|a, b| {
        a.fill_rate
            .total_cmp(&b.fill_rate)
            .then(b.cost.total_cmp(&a.cost))
    });
    // Of points that serve alike the cheapest, which is the last.
    if let Some(exact) = points.iter().rev().find(|point| point.fill_rate == wanted) {
        return Some(*exact);
    }
    let above = points.iter().position(|point| point.fill_rate > wanted)?;
    let (low, high) = (points.get(above.checked_sub(1)?)?, points.get(above)?);
    let part = (wanted - low.fill_rate) / (high.fill_rate - low.fill_rate);
    let between = |low: f64, high: f64| low + part * (high - low);
    Some(Point {
        weeks: between(low.weeks, high.weeks),
        fill_rate: wanted,
        cost: between(low.cost, high.cost),
    })
}

fn policy(
    safety: Option<f64>,
    tallies: &[Tally],
    periods: usize,
    draws: &[Vec<usize>],
) -> PolicyResult {
    let all: Vec<usize> = (0..tallies.len()).collect();
    let sum = |of: fn(&Tally) -> f64| tallies.iter().map(of).sum::<f64>();
    let cycles: usize = tallies.iter().map(|tally| tally.cycles).sum();
    let full: usize = tallies.iter().map(|tally| tally.full_cycles).sum();
    PolicyResult {
        safety,
        cost: interval(
            cost(tallies, &all),
            draws.iter().map(|draw| cost(tallies, draw)).collect(),
        ),
        holding_cost: sum(|tally| tally.holding_cost),
        shortage_cost: sum(|tally| tally.shortage_cost),
        waste_cost: sum(|tally| tally.waste_cost),
        order_cost: sum(|tally| tally.order_cost),
        fill_rate: interval(
            fill_rate(tallies, &all),
            draws.iter().map(|draw| fill_rate(tallies, draw)).collect(),
        ),
        cycle_service: if cycles == 0 {
            1.0
        } else {
            full as f64 / cycles as f64
        },
        stock: sum(|tally| tally.stock) / periods as f64,
        stock_value: sum(|tally| tally.stock_value) / periods as f64,
        waste: sum(|tally| tally.waste),
        orders: tallies.iter().map(|tally| tally.orders).sum(),
        ordered: sum(|tally| tally.ordered),
    }
}

fn cost(tallies: &[Tally], draw: &[usize]) -> f64 {
    draw.iter().map(|item| tallies[*item].cost()).sum()
}

/// 1 where nothing was asked for.
fn fill_rate(tallies: &[Tally], draw: &[usize]) -> f64 {
    let demand: f64 = draw.iter().map(|item| tallies[*item].demand).sum();
    let served: f64 = draw.iter().map(|item| tallies[*item].served).sum();
    if demand > 0.0 { served / demand } else { 1.0 }
}

fn interval(value: f64, mut draws: Vec<f64>) -> Interval {
    draws.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let place = (part * draws.len().saturating_sub(1) as f64).round() as usize;
        draws.get(place).copied().unwrap_or(value)
    };
    Interval {
        value,
        low: at(0.025),
        high: at(0.975),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(weeks: f64, fill_rate: f64, cost: f64) -> Point {
        Point {
            weeks,
            fill_rate,
            cost,
        }
    }

    #[test]
    fn costs_are_compared_between_the_points_that_enclose_the_service() {
        let points = vec![
            point(2.0, 0.98, 30.0),
            point(0.0, 0.9, 10.0),
            point(1.0, 0.96, 16.0),
        ];
        let found = interpolate(points.clone(), 0.97).unwrap();
        assert!((found.cost - 23.0).abs() < 1e-9 && (found.weeks - 1.5).abs() < 1e-9);
        assert_eq!(interpolate(points.clone(), 0.9).unwrap().cost, 10.0);
        assert_eq!(interpolate(points.clone(), 0.99), None);
        assert_eq!(interpolate(points, 0.8), None);
    }

    #[test]
    fn intervals_hold_the_middle_of_the_draws() {
        let draws = (0..=1000).rev().map(f64::from).collect();
        let Interval { value, low, high } = interval(500.0, draws);
        assert_eq!((value, low, high), (500.0, 25.0, 975.0));
        assert_eq!(interval(3.0, Vec::new()).high, 3.0);
    }
}
