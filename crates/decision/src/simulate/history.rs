//! The demand that is replayed, and what was known before it.

use super::config::SimulationConfig;
use crate::error::{DecisionError, Problem};
use crate::order::{Batch, OrderConfig, Position, Terms};
use crate::stock::duplicates;

/// Demand of one item, cut where the simulation begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemHistory {
    /// The item, as in the stock table.
    pub item: String,
    /// Units per period before the simulation, the latest last.
    pub before: Vec<f32>,
    /// Units per period that are replayed.
    pub held_out: Vec<f32>,
}

/// All items of a simulation.
pub(super) struct Items<'a> {
    pub(super) config: &'a OrderConfig,
    pub(super) simulation: &'a SimulationConfig,
    pub(super) terms: Vec<Terms>,
    /// In the order of `terms`.
    histories: Vec<&'a ItemHistory>,
    pub(super) seed: u64,
    /// Periods that are replayed.
    pub(super) periods: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(
        config: &'a OrderConfig,
        simulation: &'a SimulationConfig,
        terms: Vec<Terms>,
        histories: &'a [ItemHistory],
        seed: u64,
    ) -> Result<Self, DecisionError> {
        let names: Vec<String> = histories
            .iter()
            .map(|history| history.item.clone())
            .collect();
        let problem = |item: &str, what: String| Problem::History {
            item: item.to_string(),
            what,
        };
        let mut problems: Vec<Problem> = duplicates(&names)
            .map(|item| problem(&item, "there are several histories".into()))
            .collect();
        let periods = histories
            .iter()
            .map(|history| history.held_out.len())
            .max()
            .unwrap_or(0);
        problems.extend(simulation.check(periods));
        let mut found = Vec::with_capacity(terms.len());
        for terms in &terms {
            let Some(history) = histories.iter().find(|history| history.item == terms.item) else {
                problems.push(problem(&terms.item, "there is no history".into()));
                continue;
            };
            if history.held_out.len() != periods {
                let found = history.held_out.len();
                let what = format!("{found} periods to replay, but others have {periods}");
                problems.push(problem(&terms.item, what));
            }
            let all = history.before.iter().chain(&history.held_out);
            if all.clone().any(|units| !units.is_finite()) {
                problems.push(problem(
                    &terms.item,
                    "a demand of the history is not a number".into(),
                ));
            }
            found.push(history);
        }
        DecisionError::unless_empty(problems)?;
        Ok(Self {
            config,
            simulation,
            terms,
            histories: found,
            seed,
            periods,
        })
    }

    pub(super) fn demand(&self, item: usize, period: usize) -> f64 {
        f64::from(self.histories[item].held_out[period]).max(0.0)
    }

    /// Demand from a period on; none after the end of what is replayed.
    pub(super) fn future(&self, item: usize, period: usize, length: usize) -> Vec<f32> {
        let held_out = &self.histories[item].held_out;
        (period..period + length)
            .map(|period| held_out.get(period).copied().unwrap_or(0.0))
            .collect()
    }

    /// Mean demand of the last periods before this one.
    pub(super) fn recent_mean(&self, item: usize, period: usize) -> f64 {
        let history = self.histories[item];
        let known = history.held_out[..period]
            .iter()
            .rev()
            .chain(history.before.iter().rev());
        let recent: Vec<f64> = known
            .take(self.simulation.window)
            .map(|units| f64::from(*units).max(0.0))
            .collect();
        recent.iter().sum::<f64>() / recent.len().max(1) as f64
    }

    /// Stock at the start, the same for every policy.
    pub(super) fn start(&self, item: usize) -> Position {
        let terms = &self.terms[item];
        let Some(cover) = self.simulation.initial_cover else {
            return Position::of(terms);
        };
        let units = cover * self.recent_mean(item, 0);
        let mut position = Position::default();
        if units > 0.0 {
            position.on_hand.push(Batch {
                units,
                life: terms.shelf_life,
            });
        }
        position
    }
}
