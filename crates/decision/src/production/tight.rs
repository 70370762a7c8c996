//! A tighter description of when a setup is needed: the facility location formulation (Krarup, Bilde 1977), with
//! backlog and safety stock.
//!
//! In the plain program a setup of a tenth allows a tenth of all that is ever needed, so the bound of its relaxation is
//! far too low and the search proves nothing. Here every unit made is assigned to the period it is needed for, and a
//! setup of a tenth allows a tenth of *that period's* need. Plans are the same; the bound is much nearer to them.

use super::factory::Product;
use super::model::Lot;
use crate::program::{Program, Var};

/// Adds the assignment of what is made to what is needed.
pub(super) fn tighten(program: &mut Program, product: &Product<'_>, lots: &[Lot]) {
    let periods = lots.len();
    let Needs { new, ahead } = Needs::of(product);
    // assigned[s][t]: made in s, needed for t.
    let assigned: Vec<Vec<Option<Var>>> = lots
        .iter()
        .map(|lot| {
            let needs = new.iter().map(|need| {
                let setup = lot.setup.filter(|_| *need > 0.0)?;
                let units = program.real(f64::INFINITY, 0.0);
                program.at_most(vec![(units, 1.0), (setup, -need)], 0.0);
                Some(units)
            });
            needs.collect()
        })
        .collect();
    for (lot, row) in lots.iter().zip(&assigned) {
        let mut terms = vec![(lot.made, -1.0)];
        terms.extend(row.iter().flatten().map(|var| (*var, 1.0)));
        program.at_most(terms, 0.0);
    }
    let missing: Vec<Var> = new.iter().map(|need| program.real(*need, 0.0)).collect();
    for period in 0..periods {
        let mut terms = vec![(missing[period], 1.0)];
        terms.extend(assigned.iter().filter_map(|row| Some((row[period]?, 1.0))));
        program.equal(terms, new[period]);
    }
    for (period, lot) in lots.iter().enumerate() {
        // Made up to now for later is in stock, above what the safety stock keeps.
        let mut early: Vec<(Var, f64)> = assigned[..=period]
            .iter()
            .flat_map(|row| row[period + 1..].iter().flatten())
            .map(|var| (*var, 1.0))
            .collect();
        early.push((lot.stock, -1.0));
        early.extend(lot.below_safety.map(|below| (below, -1.0)));
        program.at_most(early, -product.safety_stock[period]);
        // Needed up to now and made later, or never, is late or missing from the safety stock.
        let mut late: Vec<(Var, f64)> = assigned[period + 1..]
            .iter()
            .flat_map(|row| row[..=period].iter().flatten())
            .chain(&missing[..=period])
            .map(|var| (*var, 1.0))
            .collect();
        late.push((lot.backlog, -1.0));
        late.extend(lot.below_safety.map(|below| (below, -1.0)));
        program.at_most(late, ahead[period]);
    }
}

/// What has to be made for each period.
struct Needs {
    /// Units that the period needs beyond what earlier ones did.
    new: Vec<f64>,
    /// Units that earlier periods needed beyond this one, where the safety stock falls faster than demand adds.
    ahead: Vec<f64>,
}

impl Needs {
    fn of(product: &Product<'_>) -> Self {
        let mut needs = Self {
            new: Vec::new(),
            ahead: Vec::new(),
        };
        let mut demand = -product.config.stock;
        let mut most = 0.0_f64;
        for (units, safety_stock) in product.demand.iter().zip(&product.safety_stock) {
            demand += units;
            let total = demand + safety_stock;
            needs.new.push((total - most).max(0.0));
            most = most.max(total);
            needs.ahead.push(most - total);
        }
        needs
    }
}
