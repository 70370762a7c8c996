//! One item under one policy, period by period.
//!
//! The order of events in a period: deliveries arrive, waiting customers are served, the policy orders, demand is
//! served from the oldest units, what is left is counted, what is too old is thrown away.

use crate::order::{Batch, Position, Terms, Unmet, age, take};
use crate::random::Random;

/// What has happened to an item.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) demand: f64,
    /// Units served in the period in which they were asked for.
    pub(super) served: f64,
    pub(super) holding_cost: f64,
    pub(super) shortage_cost: f64,
    pub(super) waste_cost: f64,
    pub(super) order_cost: f64,
    pub(super) waste: f64,
    pub(super) orders: usize,
    pub(super) ordered: f64,
    /// Units in stock at the end of each period, summed, and what they cost.
    pub(super) stock: f64,
    pub(super) stock_value: f64,
    pub(super) cycles: usize,
    /// Cycles in which nobody went without.
    pub(super) full_cycles: usize,
}

impl Tally {
    pub(super) fn cost(&self) -> f64 {
        self.holding_cost + self.shortage_cost + self.waste_cost + self.order_cost
    }
}

/// An item's stock and what was ordered.
#[derive(Debug, Clone)]
pub(super) struct World<'a> {
    terms: &'a Terms,
    unmet: Unmet,
    seed: u64,
    position: Position,
    ran_out: bool,
    pub(super) tally: Tally,
}

impl<'a> World<'a> {
    pub(super) fn new(terms: &'a Terms, unmet: Unmet, seed: u64, start: Position) -> Self {
        Self {
            terms,
            unmet,
            seed,
            position: start,
            ran_out: false,
            tally: Tally::default(),
        }
    }

    pub(super) fn position(&self) -> &Position {
        &self.position
    }

    pub(super) fn is_reviewed(&self, period: usize) -> bool {
        period.is_multiple_of(self.terms.review_period)
    }

    /// Begin of a period.
    pub(super) fn receive(&mut self) {
        let life = self.terms.shelf_life;
        let (now, later) = self
            .position
            .arriving
            .iter()
            .partition::<Vec<(usize, f64)>, _>(|(periods, _)| *periods == 0);
        self.position.arriving = later;
        for (_, units) in now {
            self.position.on_hand.push(Batch { units, life });
        }
        self.position.owed -= take(&mut self.position.on_hand, self.position.owed);
    }

    pub(super) fn order(&mut self, period: usize, quantity: f64, is_counted: bool) {
        if quantity <= 0.0 {
            return;
        }
        let arrives = lead_time(self.terms, self.seed, period);
        self.position.arriving.push((arrives, quantity));
        if arrives == 0 {
            self.receive();
        }
        if is_counted {
            self.tally.orders += 1;
            self.tally.ordered += quantity;
            self.tally.order_cost += self.terms.order_cost;
        }
    }

    /// Demand, and the end of the period.
    pub(super) fn serve(&mut self, period: usize, demand: f64, is_counted: bool) {
        let served = take(&mut self.position.on_hand, demand);
        let short = demand - served;
        self.ran_out |= short > 1e-9;
        if self.unmet == Unmet::Backordered {
            self.position.owed += short;
        }
        let stock: f64 = self.position.on_hand.iter().map(|batch| batch.units).sum();
        let waste = age(&mut self.position.on_hand);
        for (periods, _) in &mut self.position.arriving {
            *periods = periods.saturating_sub(1);
        }
        let ends_cycle = self.is_reviewed(period + 1);
        if is_counted {
            let (terms, tally) = (self.terms, &mut self.tally);
            tally.demand += demand;
            tally.served += served;
            tally.stock += stock;
            tally.stock_value += stock * terms.unit_cost;
            tally.holding_cost += stock * terms.holding_cost;
            tally.shortage_cost += short * terms.shortage_cost.unwrap_or(0.0);
            tally.waste += waste;
            tally.waste_cost += waste * (terms.unit_cost - terms.salvage);
            if ends_cycle {
                tally.cycles += 1;
                tally.full_cycles += usize::from(!self.ran_out);
            }
        }
        if ends_cycle {
            self.ran_out = false;
        }
    }
}

/// How long an order of this period takes: the same under every policy, so that luck does not decide between them.
pub(super) fn lead_time(terms: &Terms, seed: u64, period: usize) -> usize {
    let uniform = Random::new(seed, &terms.item, 1 + period as u64).uniform();
    terms.lead_time.quantile(uniform)
}
