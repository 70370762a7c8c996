//! How a plan is searched: first a good one, then the proof.
//!
//! The relaxation without whole numbers gives a bound. *Relax and fix* decides the setups of a few periods at a time,
//! from the first to the last, and *fix and optimize* decides some periods anew while the others stay (Pochet, Wolsey
//! 2006, chapter 3.6; Helber, Sahling 2010). Where their plan is not within the gap of the bound, branch and bound goes
//! on from it until the time is up. On the example factory the first step alone takes seconds and comes within 1.5 %,
//! which branch and bound alone does not reach in 20 seconds.

use std::time::{Duration, Instant};

use super::config::SolverConfig;
use super::model::Model;
use crate::program::{Effort, Failure, Program, Solved, Var};

/// Whole numbers that branch and bound settles at once.
const FEW: usize = 16;
/// Periods that are decided together.
const WINDOW: usize = 4;
/// Periods by which the window moves on.
const STEP: usize = 2;
/// Part of the wanted gap that is enough within a window.
const INNER: f64 = 0.2;

pub(super) fn search(model: &Model, config: &SolverConfig) -> Result<Solved, Failure> {
    let clock = Clock {
        start: Instant::now(),
        limit: Duration::try_from_secs_f64(config.time_limit_seconds)
            .unwrap_or(Duration::from_secs(3600)),
    };
    let all = model.integers.iter().flatten();
    let root = relaxed(&model.program, all.clone()).solve(&Effort::default())?;
    if all.clone().count() <= FEW {
        return finish(model, config, &clock, None);
    }
    let bound = model.program.cost(&root);
    let Ok(mut best) = relax_and_fix(model, config, &clock) else {
        return finish(model, config, &clock, None);
    };
    loop {
        best.solved.gap = gap(best.cost, bound);
        if best.solved.gap <= config.gap {
            best.solved.is_cut_short = false;
            return Ok(best.solved);
        }
        // Branch and bound keeps half of the time: it also raises the bound.
        if clock.used() > 0.5 || !fix_and_optimize(model, config, &clock, &mut best) {
            best.solved.gap = gap(best.cost, bound);
            break;
        }
    }
    finish(model, config, &clock, Some(best))
}

/// A plan whose whole numbers are known.
struct Candidate {
    solved: Solved,
    cost: f64,
    values: Vec<(Var, f64)>,
}

impl Candidate {
    fn new(model: &Model, solved: Solved) -> Self {
        let all = model.integers.iter().flatten();
        Self {
            cost: model.program.cost(&solved),
            values: all.map(|var| (*var, solved.value(*var).round())).collect(),
            solved,
        }
    }
}

struct Clock {
    start: Instant,
    limit: Duration,
}

impl Clock {
    /// Part of the time that is over.
    fn used(&self) -> f64 {
        self.start.elapsed().as_secs_f64() / self.limit.as_secs_f64()
    }

    fn left(&self) -> f64 {
        self.limit
            .saturating_sub(self.start.elapsed())
            .as_secs_f64()
            .max(0.05)
    }
}

fn gap(cost: f64, bound: f64) -> f64 {
    ((cost - bound) / cost.abs().max(1e-9)).max(0.0)
}

fn relaxed<'a>(program: &Program, vars: impl Iterator<Item = &'a Var>) -> Program {
    let mut program = program.clone();
    vars.for_each(|var| program.relax(*var));
    program
}

/// Decides the whole numbers of a window of periods, keeps those of its first periods, and moves on.
fn relax_and_fix(
    model: &Model,
    config: &SolverConfig,
    clock: &Clock,
) -> Result<Candidate, Failure> {
    let periods = model.integers.len();
    let mut fixed: Vec<(Var, f64)> = Vec::new();
    let mut first = 0;
    let mut is_cut_short = false;
    loop {
        let end = (first + WINDOW).min(periods);
        let mut program = relaxed(&model.program, model.integers[end..].iter().flatten());
        for (var, value) in &fixed {
            program.fix(*var, *value);
        }
        let mut solved = program.solve(&Effort {
            gap: INNER * config.gap,
            seconds: Some(clock.left() / 4.0),
            start: Vec::new(),
        })?;
        is_cut_short |= solved.is_cut_short;
        if end == periods {
            solved.is_cut_short = is_cut_short;
            return Ok(Candidate::new(model, solved));
        }
        let decided = model.integers[first..first + STEP].iter().flatten();
        fixed.extend(decided.map(|var| (*var, solved.value(*var).round())));
        first += STEP;
    }
}

/// Decides each window of periods anew; says whether that made the plan cheaper.
fn fix_and_optimize(
    model: &Model,
    config: &SolverConfig,
    clock: &Clock,
    best: &mut Candidate,
) -> bool {
    let before = best.cost;
    for first in (0..model.integers.len()).step_by(STEP) {
        let end = (first + WINDOW).min(model.integers.len());
        let free: Vec<Var> = model.integers[first..end]
            .iter()
            .flatten()
            .copied()
            .collect();
        let mut program = model.program.clone();
        for (var, value) in &best.values {
            if !free.contains(var) {
                program.fix(*var, *value);
            }
        }
        let solved = program.solve(&Effort {
            gap: INNER * config.gap,
            seconds: Some(clock.left() / 8.0),
            start: best.values.clone(),
        });
        // A window without a better plan is no failure: the plan at hand still stands.
        if let Ok(solved) = solved
            && model.program.cost(&solved) < best.cost
        {
            *best = Candidate::new(model, solved);
        }
        if clock.used() > 0.5 {
            break;
        }
    }
    best.cost < before * (1.0 - 1e-4)
}

/// Branch and bound over all whole numbers, from the best plan so far.
fn finish(
    model: &Model,
    config: &SolverConfig,
    clock: &Clock,
    best: Option<Candidate>,
) -> Result<Solved, Failure> {
    let found = model.program.solve(&Effort {
        gap: config.gap,
        seconds: Some(clock.left()),
        start: best
            .as_ref()
            .map(|best| best.values.clone())
            .unwrap_or_default(),
    });
    let Some(mut best) = best else { return found };
    match found {
        // The same plan again has the same cost but for rounding.
        Ok(solved) if model.program.cost(&solved) <= best.cost * (1.0 + 1e-9) => Ok(solved),
        Ok(solved) => {
            // The start was not accepted, but what was proven holds for it too.
            let bound = model.program.cost(&solved) * (1.0 - solved.gap.min(1.0));
            best.solved.gap = best.solved.gap.min(gap(best.cost, bound));
            best.solved.is_cut_short = true;
            Ok(best.solved)
        }
        Err(_) => {
            best.solved.is_cut_short = true;
            Ok(best.solved)
        }
    }
}
