//! What an order placed now has to serve, in every future.
//!
//! An order is the last that can serve demand until the next one arrives, a review period and the next one's lead time
//! from now: the protection interval. In one future the order's *need* is what is
//! asked for until then and not served by stock and earlier orders. `order-up-to level = stock position + quantile of
//! the need` is the classical level (Silver, Pyke, Thomas: Inventory and Production Management, chapter 6), with two
//! refinements: demand lost before the order arrives is not ordered afterwards, and of perishable stock only what can
//! still be sold counts.

use super::config::Unmet;
use super::curve::CostCurve;
use super::terms::Terms;
use crate::demand::DemandSamples;
use crate::random::Random;

/// Units that are there or under way.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Position {
    /// In stock, the oldest first.
    pub(crate) on_hand: Vec<Batch>,
    /// Under way: periods until they arrive, and units.
    pub(crate) arriving: Vec<(usize, f64)>,
    /// Promised to waiting customers.
    pub(crate) owed: f64,
}

/// Units that were delivered together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Batch {
    pub(crate) units: f64,
    /// Periods in which they can be sold, this one included; `None` for ever.
    pub(crate) life: Option<usize>,
}

impl Position {
    pub(crate) fn on_hand(&self) -> f64 {
        self.on_hand.iter().map(|batch| batch.units).sum::<f64>() - self.owed
    }

    pub(crate) fn on_order(&self) -> f64 {
        self.arriving.iter().map(|(_, units)| units).sum()
    }

    /// As the stock table says.
    pub(crate) fn of(terms: &Terms) -> Self {
        let mut position = Self {
            owed: (-terms.on_hand).max(0.0),
            ..Self::default()
        };
        if terms.on_hand > 0.0 && terms.remaining_life != Some(0) {
            position.on_hand.push(Batch {
                units: terms.on_hand,
                life: terms.remaining_life,
            });
        }
        if terms.on_order > 0.0 {
            position.arriving.push((terms.on_order_in, terms.on_order));
        }
        position
    }
}

/// Takes up to `wanted` units, the oldest first; says how many were taken.
pub(crate) fn take(batches: &mut Vec<Batch>, wanted: f64) -> f64 {
    let mut left = wanted;
    for batch in batches.iter_mut() {
        let taken = batch.units.min(left);
        batch.units -= taken;
        left -= taken;
    }
    batches.retain(|batch| batch.units > 0.0);
    wanted - left
}

/// A period passes; says how many units can no longer be sold.
pub(crate) fn age(batches: &mut Vec<Batch>) -> f64 {
    let mut expired = 0.0;
    for batch in batches.iter_mut() {
        if let Some(life) = &mut batch.life {
            *life = life.saturating_sub(1);
            if *life == 0 {
                expired += batch.units;
            }
        }
    }
    batches.retain(|batch| batch.life != Some(0));
    expired
}

/// What an order has to serve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outlook {
    /// Need of each future, ascending; below zero where stock is left over.
    pub(super) needs: Vec<f64>,
    /// Demand of the protection interval in each future, ascending.
    pub(super) demand: Vec<f64>,
    /// Mean units short that no order placed now can prevent.
    pub(super) unavoidable: f64,
    before_arrival: f64,
    /// Expected cost by quantity.
    pub(crate) curve: CostCurve,
    /// Waste by quantity, in units.
    waste: CostCurve,
}

impl Outlook {
    /// The samples must reach over the longest lead time and the review period. `next_arrival`: when the next order
    /// arrives, if that is known.
    pub(crate) fn new(
        terms: &Terms,
        position: &Position,
        samples: &DemandSamples,
        unmet: Unmet,
        seed: u64,
        next_arrival: Option<usize>,
    ) -> Self {
        let count = samples.num_paths;
        let part = 1.0 / count as f64;
        // This order's lead time and the next one's are drawn apart: what counts is when the next one arrives.
        let draw = |which| {
            Random::new(seed, &terms.item, which)
                .stratified(count)
                .into_iter()
        };
        let mut outlook = Self {
            needs: Vec::with_capacity(count),
            demand: Vec::with_capacity(count),
            unavoidable: 0.0,
            before_arrival: 0.0,
            curve: CostCurve::default(),
            waste: CostCurve::default(),
        };
        let rate = samples.mean_rate();
        for (path, (this, next)) in draw(0).zip(draw(1)).enumerate() {
            let until = next_arrival
                .unwrap_or_else(|| terms.review_period + terms.lead_time.quantile(next));
            let future = Future {
                terms,
                position,
                samples,
                unmet,
                path,
                // Orders do not overtake each other, the usual assumption (Hadley, Whitin 1963).
                arrives: terms.lead_time.quantile(this).min(until.saturating_sub(1)),
                until,
            };
            outlook.add(&future, part, rate);
        }
        outlook.needs.sort_by(f64::total_cmp);
        outlook.demand.sort_by(f64::total_cmp);
        outlook
    }

    fn add(&mut self, future: &Future<'_>, part: f64, rate: f64) {
        let Future {
            terms,
            samples,
            path,
            arrives,
            until,
            ..
        } = *future;
        let served = future.served();
        let in_cycle = (until - arrives).min(served.needs.len());
        let sold = terms.shelf_life.map_or(in_cycle, |life| life.min(in_cycle));
        let (Some(need), Some(whole)) = (
            sold.checked_sub(1).map(|last| served.needs[last]),
            in_cycle.checked_sub(1).map(|last| served.needs[last]),
        ) else {
            return;
        };
        for held in &served.needs[..sold] {
            self.curve.add(*held, terms.holding_cost * part, 0.0);
        }
        self.curve.add(need, 0.0, terms.shortage_value() * part);
        if let Some(life) = terms.shelf_life {
            // Where the forecast ends before the shelf life does, demand goes on at its mean.
            let known = life.min(served.needs.len());
            let last = served.needs[known - 1] + rate * (life - known) as f64;
            self.curve
                .add(last, (terms.unit_cost - terms.salvage) * part, 0.0);
            self.waste.add(last, part, 0.0);
        }
        self.needs.push(need);
        self.demand.push(samples.sum(path, until));
        self.before_arrival += part * samples.sum(path, arrives);
        self.unavoidable += part * (served.short_before + whole - need);
    }

    /// Mean demand until the order arrives.
    pub(crate) fn before_arrival(&self) -> f64 {
        self.before_arrival
    }

    /// Mean units short until the next order arrives.
    pub(super) fn short(&self, quantity: f64) -> f64 {
        let short: f64 = self
            .needs
            .iter()
            .map(|need| (need - quantity).max(0.0))
            .sum();
        short / self.needs.len() as f64 + self.unavoidable
    }

    /// Part of the futures that run out before the next order arrives.
    pub(super) fn runs_out(&self, quantity: f64) -> f64 {
        let short = self
            .needs
            .iter()
            .filter(|need| **need > quantity + 1e-9)
            .count();
        short as f64 / self.needs.len() as f64
    }

    /// Mean units of the order that are not sold in their shelf life.
    pub(super) fn wasted(&self, quantity: f64) -> f64 {
        self.waste.cost(quantity)
    }

    pub(super) fn expected_demand(&self) -> f64 {
        self.demand.iter().sum::<f64>() / self.demand.len() as f64
    }
}

/// One future.
struct Future<'a> {
    terms: &'a Terms,
    position: &'a Position,
    samples: &'a DemandSamples,
    unmet: Unmet,
    path: usize,
    /// The period at whose begin the order arrives.
    arrives: usize,
    /// The period at whose begin the next order arrives.
    until: usize,
}

/// One future, without the new order.
struct Served {
    /// What the new order has to serve until the end of each period from its arrival on, summed.
    needs: Vec<f64>,
    /// Units lost before it arrives.
    short_before: f64,
}

impl Future<'_> {
    fn served(&self) -> Served {
        match self.terms.shelf_life {
            None => self.lasting(),
            Some(life) => self.perishable(life),
        }
    }

    /// Stock and earlier orders serve whatever comes before the order's arrival and then what they can.
    fn lasting(&self) -> Served {
        let available = self.position.on_hand() + self.position.on_order();
        let before = self.samples.sum(self.path, self.arrives);
        let short_before = match self.unmet {
            Unmet::Lost => (before - available.max(0.0)).max(0.0),
            Unmet::Backordered => 0.0,
        };
        let mut need = before - short_before - available;
        let needs = (self.arrives..self.until).map(|period| {
            need += self.samples.units(self.path, period);
            need
        });
        Served {
            needs: needs.collect(),
            short_before,
        }
    }

    /// The oldest units are sold first, so those of the new order wait until older ones are sold or spoiled, and later
    /// orders do not matter to them.
    fn perishable(&self, life: usize) -> Served {
        let end = self
            .until
            .max(self.arrives + life)
            .min(self.samples.periods);
        let mut batches = self.position.on_hand.clone();
        let mut served = Served {
            needs: Vec::with_capacity(end.saturating_sub(self.arrives)),
            short_before: 0.0,
        };
        let mut need = self.position.owed;
        for period in 0..end {
            let arriving = self.position.arriving.iter();
            let arrived = arriving.filter(|(when, _)| *when == period);
            batches.extend(arrived.map(|(_, units)| Batch {
                units: *units,
                life: Some(life),
            }));
            if period <= self.arrives {
                need -= take(&mut batches, need);
            }
            let demand = self.samples.units(self.path, period);
            let short = demand - take(&mut batches, demand);
            if period < self.arrives && self.unmet == Unmet::Lost {
                served.short_before += short;
            } else {
                need += short;
            }
            if period >= self.arrives {
                served.needs.push(need);
            }
            age(&mut batches);
        }
        served
    }
}
