//! From forecasts to decisions: the stock table read, futures made into demand, held-out demand replayed.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use hob_data::forecast::{Panel, Place, Windows};
use hob_data::source::{self, ColumnKind, ColumnRequest, ReadOptions};
use hob_data::table::Values;
use hob_decision::{
    DecisionError, DemandSamples, ItemHistory, OrderConfig, SimulationConfig, SimulationResult,
    StockColumn, StockTable, simulate,
};
use hob_inference::Forecaster;
use hob_inference::forecast::{Decoder, Dependence, paths};
use hob_model::Network;

use crate::error::RunError;
use crate::forecast::PlannedForecast;

/// Futures drawn per item.
pub const NUM_PATHS: usize = 500;
/// The same in a simulation, which draws them anew for every period.
const SIMULATED_PATHS: usize = 200;

/// Reads what `[decision.order]` names of a stock table.
///
/// # Errors
/// The file or a column is missing, or a cell is no number.
pub fn stock_table(config: &OrderConfig, path: &Path) -> Result<StockTable, RunError> {
    let request = |name: &str, kind: ColumnKind| ColumnRequest {
        name: name.to_string(),
        kind,
        required: true,
        hash_salt: None,
    };
    let mut requests = vec![request(&config.item, ColumnKind::Category)];
    let columns = config.columns();
    requests.extend(columns.iter().map(|name| request(name, ColumnKind::Number)));
    let paths = [PathBuf::from(path)];
    let (table, _) = source::read(&paths, &requests, &ReadOptions::default())?;
    let mut items = Vec::new();
    let mut numbers = Vec::new();
    for column in &table.columns {
        match &column.values {
            Values::Category(cells) => {
                items = (0..table.num_rows)
                    .map(|row| cells.get(row).unwrap_or_default().to_string())
                    .collect();
            }
            Values::Number(cells) => numbers.push(StockColumn {
                name: column.name.clone(),
                values: cells
                    .iter()
                    .map(|&cell| (!cell.is_nan()).then_some(cell))
                    .collect(),
            }),
            _ => {}
        }
    }
    Ok(StockTable::new(items, numbers)?)
}

/// What an item is called: the key of its series; with several key columns, their values with ` / ` between.
pub fn item(panel: &Panel, series: usize) -> String {
    match panel.series[series].key.as_slice() {
        [] => panel.columns.target.clone(),
        key => key.join(" / "),
    }
}

/// The futures of every series of windows that the model continues.
pub fn demand(forecaster: &Forecaster, windows: &Windows, seed: u64) -> Vec<DemandSamples> {
    let spec = forecaster.spec();
    let futures = Futures {
        decoder: spec.decoder().dense(),
        network: forecaster.network(),
        device: forecaster.burn_device(),
        dependence: &spec.dependence,
    };
    futures.draw(windows, NUM_PATHS, seed)
}

/// What futures are drawn from.
struct Futures<'a> {
    decoder: Decoder,
    network: &'a Network,
    device: &'a Device,
    dependence: &'a Dependence,
}

impl Futures<'_> {
    fn draw(&self, windows: &Windows, num_paths: usize, seed: u64) -> Vec<DemandSamples> {
        let forecasts = self.decoder.forecasts(self.network, windows, self.device);
        let levels = &self.decoder.levels;
        let drawn = paths(&forecasts, levels, self.dependence, num_paths, seed);
        let places = windows.places.iter().zip(drawn);
        places
            .map(|(place, paths)| DemandSamples {
                item: item(&windows.panel, place.series as usize),
                paths,
                num_paths,
                periods: windows.horizon(),
            })
            .collect()
    }
}

/// A trained network that is asked again every period.
pub(crate) struct Replay<'a> {
    pub(crate) planned: &'a PlannedForecast,
    pub(crate) network: &'a Network,
    pub(crate) device: &'a Device,
    pub(crate) decoder: &'a Decoder,
    pub(crate) dependence: &'a Dependence,
}

impl Replay<'_> {
    /// Replays the steps of the test windows under hob's orders, a simple policy and perfect foresight. `None` if no item
    /// of the stock table has a series that goes through all of them.
    pub(crate) fn run(
        &self,
        config: &OrderConfig,
        simulation: &SimulationConfig,
        stock: &StockTable,
        seed: u64,
    ) -> Result<Option<SimulationResult>, DecisionError> {
        let windows = &self.planned.windows;
        let panel = &windows.panel;
        let (first, end) = (self.planned.test_begin, panel.num_steps());
        let held_out: Vec<usize> = (0..panel.series.len())
            .filter(|&place| {
                let series = &panel.series[place];
                let is_known = stock.items().contains(&item(panel, place));
                is_known && series.start + windows.context() <= first && series.end() == end
            })
            .collect();
        if held_out.is_empty() {
            return Ok(None);
        }
        let known = |value: &f32| if value.is_nan() { 0.0 } else { *value };
        let histories: Vec<ItemHistory> = held_out
            .iter()
            .map(|&place| {
                let series = &panel.series[place];
                let (before, after) = series.target.split_at(first - series.start);
                ItemHistory {
                    item: item(panel, place),
                    before: before.iter().map(known).collect(),
                    held_out: after.iter().map(known).collect(),
                }
            })
            .collect();
        let futures = Futures {
            decoder: self.decoder.dense(),
            network: self.network,
            device: self.device,
            dependence: self.dependence,
        };
        let mut forecaster = |step: usize| {
            let places = held_out.iter().map(|&place| Place {
                series: place as u32,
                origin: (first + step - panel.series[place].start) as u32,
            });
            let windows = windows.with_places(places.collect());
            let seed = seed.wrapping_add(step as u64);
            Ok(futures.draw(&windows, SIMULATED_PATHS, seed))
        };
        let is_replayed = |item: &str| histories.iter().any(|history| history.item == item);
        let stock = stock.only(is_replayed);
        let result = simulate(
            config,
            simulation,
            &stock,
            &histories,
            &mut forecaster,
            seed,
        )?;
        Ok(Some(result))
    }
}
