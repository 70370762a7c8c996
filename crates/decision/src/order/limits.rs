//! Limits that all items share, by linear programming.
//!
//! Each item's expected cost is convex and piecewise linear in its quantity, so the best use of a budget is a linear
//! program: as much of each piece as pays, `minimize sum of slope * units` under `sum of unit cost * units <= budget`.
//! Convexity makes the pieces fill in their order. Quantities are then cut to whole packs, and what the cuts free goes
//! to the packs that save most.

use super::curve::{CostCurve, Piece};
use super::terms::Terms;
use crate::error::DecisionError;
use crate::program::{Effort, Failure, Program, Var};

/// A limit over all items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) available: f64,
    /// Use of a unit, by item.
    pub(crate) per_unit: Vec<f64>,
}

impl Limit {
    pub(super) fn used(&self, quantities: &[f64]) -> f64 {
        let uses = self.per_unit.iter().zip(quantities);
        uses.map(|(per_unit, units)| per_unit * units).sum()
    }

    /// Rounding must not turn a limit that is just reached into one that is exceeded.
    fn slack(&self) -> f64 {
        1e-9 * self.available.abs().max(1.0)
    }

    /// The part of these quantities that it allows, at most 1.
    pub(crate) fn part_of(&self, quantities: &[f64]) -> f64 {
        if self.holds(quantities) {
            1.0
        } else {
            (self.available / self.used(quantities)).clamp(0.0, 1.0)
        }
    }

    pub(crate) fn holds(&self, quantities: &[f64]) -> bool {
        self.used(quantities) <= self.available + self.slack()
    }
}

/// One item in a limit.
pub(crate) struct Claim<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) curve: &'a CostCurve,
    /// What it would get without limits.
    pub(crate) wanted: f64,
}

/// Quantities within all limits, none above what is wanted, at the least expected cost.
pub(crate) fn share(claims: &[Claim<'_>], limits: &[Limit]) -> Result<Vec<f64>, DecisionError> {
    let wanted: Vec<f64> = claims.iter().map(|claim| claim.wanted).collect();
    if limits.iter().all(|limit| limit.holds(&wanted)) {
        return Ok(wanted);
    }
    let continuous = solve(claims, limits)?;
    let cut = claims.iter().zip(&continuous);
    let mut quantities: Vec<f64> = cut
        .map(|(claim, units)| claim.terms.round_down(*units).min(claim.wanted))
        .collect();
    fill(claims, limits, &mut quantities);
    Ok(quantities)
}

/// The linear program: the best quantities if packs could be split.
pub(super) fn solve(claims: &[Claim<'_>], limits: &[Limit]) -> Result<Vec<f64>, DecisionError> {
    let mut program = Program::default();
    let pieces: Vec<Vec<Var>> = claims
        .iter()
        .map(|claim| {
            let pieces = pieces_of(claim, claims.len()).into_iter();
            pieces
                .map(|piece| program.real(piece.width, piece.slope))
                .collect()
        })
        .collect();
    for limit in limits {
        let used = limit.per_unit.iter().zip(&pieces);
        let terms = used.flat_map(|(per_unit, vars)| vars.iter().map(|var| (*var, *per_unit)));
        program.at_most(terms.collect(), limit.available.max(0.0));
    }
    let solved = program
        .solve(&Effort::default())
        .map_err(|failure| DecisionError::Solver {
            what: "division of the budget or space",
            message: match failure {
                Failure::Infeasible => "it is infeasible".into(),
                Failure::Other(message) => message,
            },
        })?;
    Ok(pieces
        .iter()
        .map(|vars| vars.iter().map(|var| solved.value(*var).max(0.0)).sum())
        .collect())
}

/// Most pieces of all items together; a few thousand are solved in well under a second.
const MAX_PIECES: usize = 8000;

fn pieces_of(claim: &Claim<'_>, num_claims: usize) -> Vec<Piece> {
    if claim.wanted <= 0.0 {
        return Vec::new();
    }
    let most = (MAX_PIECES / num_claims.max(1)).clamp(4, 64);
    let packs = (claim.wanted / claim.terms.pack_size).round();
    let exact = claim.terms.pack_size > 0.0 && packs <= most as f64;
    let count = if exact { packs.max(1.0) as usize } else { most };
    let mut pieces = claim.curve.pieces(claim.wanted, count);
    for piece in &mut pieces {
        // A target service level may want more than costs alone do; what is wanted is still better than nothing.
        piece.slope = piece.slope.min(-1e-9);
    }
    pieces
}

/// Adds packs while they fit, the one that saves most per share of the limits first.
fn fill(claims: &[Claim<'_>], limits: &[Limit], quantities: &mut [f64]) {
    let mut used: Vec<f64> = limits.iter().map(|limit| limit.used(quantities)).collect();
    let offer = |item: usize, quantity: f64| offer(&claims[item], limits, item, quantity);
    let mut offers: Vec<Option<Offer>> = (0..claims.len())
        .map(|item| offer(item, quantities[item]))
        .collect();
    // Each item lost less than a pack to the cut, and a dropped minimum order frees some more: few rounds are left.
    for _ in 0..4 * claims.len() + 64 {
        let fits = |item: usize, more: f64| {
            let mut limits = limits.iter().zip(&used);
            limits.all(|(limit, used)| {
                used + limit.per_unit[item] * more <= limit.available + limit.slack()
            })
        };
        let mut best: Option<(usize, Offer)> = None;
        for (item, offer) in offers.iter().enumerate() {
            if let Some(offer) = offer
                && best.is_none_or(|(_, best)| offer.gain > best.gain)
                && fits(item, offer.more)
            {
                best = Some((item, *offer));
            }
        }
        let Some((item, Offer { more, .. })) = best else {
            return;
        };
        quantities[item] += more;
        offers[item] = offer(item, quantities[item]);
        for (limit, used) in limits.iter().zip(&mut used) {
            *used += limit.per_unit[item] * more;
        }
    }
}

/// A further pack of an item.
#[derive(Debug, Clone, Copy)]
struct Offer {
    more: f64,
    /// Cost saved per share of the limits.
    gain: f64,
}

fn offer(claim: &Claim<'_>, limits: &[Limit], item: usize, quantity: f64) -> Option<Offer> {
    let more = next_pack(claim, quantity)?;
    let saved = claim.curve.cost(quantity) - claim.curve.cost(quantity + more);
    let share: f64 = limits
        .iter()
        .map(|limit| limit.per_unit[item] * more / limit.available.max(1e-12))
        .sum();
    (saved > 0.0).then(|| Offer {
        more,
        gain: saved / share.max(1e-12),
    })
}

/// Units to the next larger order that is allowed and wanted.
fn next_pack(claim: &Claim<'_>, quantity: f64) -> Option<f64> {
    let step = if claim.terms.pack_size > 0.0 {
        claim.terms.pack_size
    } else {
        claim.wanted - quantity
    };
    let next = claim.terms.round_up(quantity + step).min(claim.wanted);
    (step > 0.0 && next > quantity + 1e-9).then_some(next - quantity)
}
