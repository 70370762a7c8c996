//! What would have happened: held-out demand is replayed under several policies.
//!
//! ```text
//! ItemHistory --> World per item --period by period--> Tally     for each Policy:
//!     hob's order() on the forecaster's futures, the mean of the last month plus k weeks, perfect foresight
//! Tallies --> SimulationResult    cost, service, stock, waste; bootstrap over items; cost at equal service
//! ```
//!
//! Every policy starts from the same stock, orders on the same days, waits the same lead times, and is bound by the same
//! packs, minimum orders and limits.

mod config;
mod history;
mod policy;
mod result;
#[cfg(test)]
mod tests;
mod world;

pub use config::SimulationConfig;
pub use history::ItemHistory;
use history::Items;
use policy::Policy;
use result::Tallies;
pub use result::{EqualService, Interval, PolicyResult, SimulationResult};
use world::{Tally, World};

use crate::demand::DemandSamples;
use crate::error::DecisionError;
use crate::order::{OrderConfig, resolve};
use crate::stock::StockTable;

/// Gives the futures of all items as they look at a period of the simulation.
pub trait Forecaster {
    /// `step` counts from 0, the first period that is replayed; period 0 of the samples is that same period. Only
    /// demand before it may be used.
    fn samples(
        &mut self,
        step: usize,
    ) -> Result<Vec<DemandSamples>, Box<dyn std::error::Error + Send + Sync>>;
}

impl<F> Forecaster for F
where
    F: FnMut(usize) -> Result<Vec<DemandSamples>, Box<dyn std::error::Error + Send + Sync>>,
{
    fn samples(
        &mut self,
        step: usize,
    ) -> Result<Vec<DemandSamples>, Box<dyn std::error::Error + Send + Sync>> {
        self(step)
    }
}

/// Replays the held-out periods of all items of the stock table. The same seed gives the same result.
pub fn simulate(
    config: &OrderConfig,
    simulation: &SimulationConfig,
    stock: &StockTable,
    histories: &[ItemHistory],
    forecaster: &mut dyn Forecaster,
    seed: u64,
) -> Result<SimulationResult, DecisionError> {
    let terms = resolve(config, stock)?;
    let items = Items::new(config, simulation, terms, histories, seed)?;
    let tallies = Tallies {
        forecast: replay(&items, Policy::Forecast(forecaster))?,
        simple: simulation
            .safety
            .iter()
            .map(|weeks| Ok((*weeks, replay(&items, Policy::Simple { weeks: *weeks })?)))
            .collect::<Result<_, DecisionError>>()?,
        foresight: replay(&items, Policy::Foresight)?,
    };
    let periods = items.periods - simulation.warm_up;
    Ok(tallies.result(periods, simulation.resamples, seed))
}

fn replay(items: &Items<'_>, mut policy: Policy<'_>) -> Result<Vec<Tally>, DecisionError> {
    let mut worlds: Vec<World<'_>> = items
        .terms
        .iter()
        .enumerate()
        .map(|(item, terms)| World::new(terms, items.config.unmet, items.seed, items.start(item)))
        .collect();
    for period in 0..items.periods {
        let is_counted = period >= items.simulation.warm_up;
        worlds.iter_mut().for_each(World::receive);
        let quantities = policy.quantities(items, &worlds, period)?;
        for (item, world) in worlds.iter_mut().enumerate() {
            world.order(period, quantities[item], is_counted);
            world.serve(period, items.demand(item, period), is_counted);
        }
    }
    Ok(worlds.into_iter().map(|world| world.tally).collect())
}
