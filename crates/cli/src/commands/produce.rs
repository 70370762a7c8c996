//! `hob produce`: what to produce when, and which material to order.

use std::fs;

use anyhow::{Context, Result};
use hob_decision::{FactoryConfig, ProductionPlan};
use hob_inference::Forecaster;

use super::failure::WrongRequest;
use super::futures::futures;
use crate::args::ProduceArgs;
use crate::format::{number, table};
use crate::output;

/// Plans production.
pub(crate) fn produce(args: &ProduceArgs) -> Result<()> {
    let path = args.plan.display();
    let text = fs::read_to_string(&args.plan)
        .with_context(|| WrongRequest(format!("cannot read the factory file `{path}`")))?;
    let factory: FactoryConfig =
        toml::from_str(&text).map_err(|error| WrongRequest(format!("{path}: {error}")))?;
    let demand = match &args.model {
        None => Vec::new(),
        Some(model) => {
            let forecaster = Forecaster::open(model, args.device.as_deref())?;
            let seed = forecaster.manifest().provenance.seed;
            futures(&forecaster, args.data.as_deref(), seed)?
        }
    };
    let plan = hob_decision::plan(&factory, &demand)?;
    match args.json {
        true => output::json(&serde_json::to_value(&plan)?),
        false => output::line(&shown(&plan)),
    }
}

fn shown(plan: &ProductionPlan) -> String {
    let periods: Vec<String> = (1..=plan.periods)
        .map(|period| period.to_string())
        .collect();
    let block = |title: &str, rows: Vec<Vec<String>>| {
        let header: Vec<&str> = std::iter::once(title)
            .chain(periods.iter().map(String::as_str))
            .collect();
        table(&header, &[0], rows)
    };
    let row = |name: String, values: &[f64]| {
        let mut cells = vec![format!("  {name}")];
        cells.extend(values.iter().map(|value| match value.abs() < 0.05 {
            true => "-".to_string(),
            false => format!("{value:.0}"),
        }));
        cells
    };
    let mut blocks = Vec::new();
    for product in &plan.products {
        let rows = [
            ("demand", &product.demand),
            ("produce", &product.produce),
            ("stock", &product.stock),
            ("late", &product.backlog),
        ];
        let rows = rows
            .into_iter()
            .filter(|(name, values)| *name != "late" || values.iter().any(|units| *units > 0.05));
        let rows = rows.map(|(name, values)| row(name.to_string(), values));
        blocks.push(block(&product.name, rows.collect()));
    }
    let hours = plan.resources.iter().flat_map(|resource| {
        [
            row(format!("{}, used", resource.name), &resource.hours),
            row(format!("{}, there are", resource.name), &resource.capacity),
        ]
    });
    blocks.push(block("hours", hours.collect()));
    let used = plan
        .materials
        .iter()
        .map(|material| row(material.name.clone(), &material.used));
    blocks.push(block("material used", used.collect()));
    blocks.push(materials(plan));
    blocks.push(costs(plan));
    blocks.join("\n\n")
}

/// What to order of each material, and when.
fn materials(plan: &ProductionPlan) -> String {
    let rows = plan.materials.iter().flat_map(|material| {
        material.orders.iter().map(|order| {
            vec![
                format!("  {}", material.name),
                number(order.quantity),
                order.order_in.to_string(),
                order.arrives_in.to_string(),
            ]
        })
    });
    table(
        &[
            "material to order",
            "quantity",
            "order in period",
            "arrives in",
        ],
        &[0],
        rows.collect(),
    )
}

fn costs(plan: &ProductionPlan) -> String {
    let cost = &plan.cost;
    let rows = [
        ("making units", cost.production),
        ("setting up", cost.setup),
        ("keeping products", cost.holding),
        ("being late", cost.backlog),
        ("below safety stock", cost.below_safety_stock),
        ("overtime", cost.overtime),
        ("materials", cost.material),
        ("keeping materials", cost.material_holding),
        ("left undone at the end", cost.unfinished),
        ("in all", cost.total),
    ];
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .filter(|(_, value)| *value > 0.0)
        .map(|(name, value)| vec![format!("  {name}"), number(value)])
        .collect();
    let mut text = table(&["cost", ""], &[0], rows);
    text.push_str(&format!(
        "\nat most {:.1} % above the least possible{}",
        plan.gap * 100.0,
        if plan.is_cut_short {
            "; the time limit ended the search"
        } else {
            ""
        }
    ));
    for binding in &plan.binding {
        text.push_str(&format!("\n{binding}"));
    }
    text
}
