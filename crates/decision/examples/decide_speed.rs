//! How long decisions take: `cargo run --release -p hob-decision --example decide_speed`.
#![allow(clippy::print_stdout, reason = "an example talks on the terminal")]

use std::error::Error;
use std::time::Instant;

use hob_decision::{
    DemandSamples, FactoryConfig, ItemHistory, OrderConfig, SimulationConfig, StockTable, order,
    plan, simulate,
};

const PATHS: usize = 1000;
const PERIODS: usize = 28;

/// Intermittent demand without a generator: a golden-ratio sequence is spread evenly enough.
fn samples(num_items: usize, step: usize) -> Vec<DemandSamples> {
    let item = |item: usize| DemandSamples {
        item: format!("item {item}"),
        paths: (0..PATHS * PERIODS)
            .map(|place| {
                let draw =
                    ((place + step * 7919 + item * 104_729) as f64 * 0.618_033_988_75).fract();
                if draw < 0.4 {
                    0.0
                } else {
                    (draw * (3.0 + item as f64 % 20.0)) as f32
                }
            })
            .collect(),
        num_paths: PATHS,
        periods: PERIODS,
    };
    (0..num_items).map(item).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let text = "unit_cost = 2\nprice = 3\nholding_cost = 0.01\nlead_time = 7\nreview_period = 7\npack_size = 6\non_hand = 10";
    for num_items in [200, 1000] {
        let names = (0..num_items).map(|item| format!("item {item}")).collect();
        let stock = StockTable::new(names, Vec::new())?;
        let forecasts = samples(num_items, 0);
        for limits in ["", "budget = 20000", "budget = 20000\nspace = 30000"] {
            let config: OrderConfig = toml::from_str(&format!("{text}\n{limits}"))?;
            let start = Instant::now();
            let made = order(&config, &stock, &forecasts, 1)?;
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "order, {num_items} items, {limits:?}: {seconds:.3} s, cost {:.0}",
                made.cost
            );
        }
    }
    let names: Vec<String> = (0..200).map(|item| format!("item {item}")).collect();
    let stock = StockTable::new(names, Vec::new())?;
    let histories: Vec<ItemHistory> = samples(200, 1)
        .into_iter()
        .map(|samples| ItemHistory {
            item: samples.item,
            before: samples.paths[..28].to_vec(),
            held_out: samples.paths[28..118].to_vec(),
        })
        .collect();
    let mut forecaster = |step: usize| Ok(samples(200, step));
    let config: OrderConfig =
        toml::from_str(&text.replace("review_period = 7", "review_period = 1"))?;
    let start = Instant::now();
    simulate(
        &config,
        &SimulationConfig::default(),
        &stock,
        &histories,
        &mut forecaster,
        1,
    )?;
    let seconds = start.elapsed().as_secs_f64();
    println!("simulate, 200 items, 90 days, an order a day: {seconds:.1} s, forecasts included");

    let factory = include_str!("../../../datasets/workshop/factory.toml");
    for gap in [0.02, 0.01, 0.005] {
        let mut config: FactoryConfig = toml::from_str(factory)?;
        config.solver.gap = gap;
        let start = Instant::now();
        let made = plan(&config, &[])?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "plan within {gap}: {seconds:.1} s, cost {:.0}, gap {:.4}, cut short {}",
            made.cost.total, made.gap, made.is_cut_short
        );
    }
    Ok(())
}
