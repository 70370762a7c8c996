//! `hob order`: how much of each item to order, and why.

use anyhow::{Context, Result};
use hob_data::write::{self, OutputCells, OutputColumn};
use hob_decision::{OrderConfig, OrderLine, OrderPlan};
use hob_inference::{Forecaster, write_atomically};
use hob_training::decision::stock_table;
use hob_training::recipe::{Recipe, RecipeError, RecipeSource, apply_set};

use super::failure::WrongRequest;
use super::futures::futures;
use crate::args::OrderArgs;
use crate::format::{count, number, table};
use crate::output::{self, say};

/// Items listed; the file has all of them.
const MAX_SHOWN: usize = 40;

/// Decides what to order.
pub(crate) fn order(args: &OrderArgs) -> Result<()> {
    let forecaster = Forecaster::open(&args.model, args.device.as_deref())?;
    let config = config(&forecaster, &args.set)?;
    let stock = stock_table(&config, &args.stock)?;
    let seed = forecaster.manifest().provenance.seed;
    let demand = futures(&forecaster, args.data.as_deref(), seed)?;
    let plan = hob_decision::order(&config, &stock, &demand, seed)?;
    if let Some(path) = &args.output {
        let bytes = write::csv(&columns(&plan), plan.lines.len())?;
        write_atomically(path, &bytes)?;
        say(&format!(
            "wrote {} items to {}",
            count(plan.lines.len()),
            path.display()
        ));
    }
    if args.json {
        return output::json(&serde_json::to_value(&plan)?);
    }
    for (items, what) in [
        (
            &plan.without_forecast,
            "of the stock table have no forecast",
        ),
        (
            &plan.without_stock,
            "that are forecast are not in the stock table",
        ),
    ] {
        if let Some(first) = items.first() {
            let text = format!(
                "{} items {what}, such as `{first}`; nothing is ordered for them",
                count(items.len())
            );
            say(&format!("note: {text}"));
        }
    }
    output::line(&shown(&plan))
}

/// `[decision.order]` of the recipe that the model was trained with, with `--set` made.
fn config(forecaster: &Forecaster, set: &[String]) -> Result<OrderConfig> {
    let recipe = &forecaster.manifest().provenance.recipe;
    let text = apply_set(recipe, set)?;
    let source = RecipeSource::new(None, &text);
    let recipe = Recipe::parse(&source).map_err(|problems| RecipeError::Problems {
        problems,
        recipe: Box::new(source.clone()),
    })?;
    let order = recipe.decision.and_then(|decision| decision.order);
    order.with_context(|| {
        WrongRequest(
            "the recipe of this model has no `[decision.order]`\n\
             hint: give it here, as in `--set decision.order.unit_cost=\"cost\" --set decision.order.service_level=0.95`"
                .to_string(),
        )
    })
}

fn shown(plan: &OrderPlan) -> String {
    let mut lines: Vec<&OrderLine> = plan.lines.iter().collect();
    lines.sort_by(|a, b| b.cost.total_cmp(&a.cost).then_with(|| a.item.cmp(&b.item)));
    let rows = lines.iter().take(MAX_SHOWN).map(|line| {
        vec![
            format!("  {}", line.item),
            units(line.quantity),
            units(line.on_hand),
            units(line.on_order),
            units(line.order_up_to),
            units(line.safety_stock),
            line.cover.map(number).unwrap_or_default(),
            format!("{:.1} %", line.probability_of_running_out * 100.0),
            number(line.cost),
        ]
    });
    let header = [
        "item",
        "order",
        "on hand",
        "on order",
        "order up to",
        "safety stock",
        "cover",
        "runs out",
        "cost",
    ];
    let mut text = table(&header, &[0], rows.collect());
    if lines.len() > MAX_SHOWN {
        text.push_str(&format!(
            "\n  ... and {} more: `-o FILE` writes all",
            count(lines.len() - MAX_SHOWN)
        ));
    }
    let ordered = plan.lines.iter().filter(|line| line.quantity > 0.0).count();
    text.push_str(&format!(
        "\n\n{} of {} items are ordered for {} in all",
        count(ordered),
        count(plan.lines.len()),
        number(plan.cost)
    ));
    for limit in &plan.limits {
        text.push_str(&format!(
            "\n{}: {} of {} used",
            limit.name,
            number(limit.used),
            number(limit.limit)
        ));
    }
    for line in lines.iter().take(3) {
        text.push_str(&format!("\n{}: {}", line.item, line.why));
    }
    text
}

fn units(value: f64) -> String {
    match value.abs() < 1e9 {
        true => format!(
            "{}{}",
            if value < -0.5 { "-" } else { "" },
            count(value.abs().round() as usize)
        ),
        false => number(value),
    }
}

/// A number of a line.
type Number = fn(&OrderLine) -> f64;

fn columns(plan: &OrderPlan) -> Vec<OutputColumn> {
    let lines = &plan.lines;
    let text = |name: &str, cell: &dyn Fn(&OrderLine) -> String| OutputColumn {
        name: name.to_string(),
        cells: OutputCells::Text(lines.iter().map(cell).collect()),
    };
    let numbers: [(&str, Number); 15] = [
        ("quantity", |line| line.quantity),
        ("wanted", |line| line.wanted),
        ("cost", |line| line.cost),
        ("on_hand", |line| line.on_hand),
        ("on_order", |line| line.on_order),
        ("order_up_to", |line| line.order_up_to),
        ("protection", |line| line.protection),
        ("expected_demand", |line| line.expected_demand),
        ("safety_stock", |line| line.safety_stock),
        ("cover", |line| line.cover.unwrap_or(f64::NAN)),
        ("probability_of_running_out", |line| {
            line.probability_of_running_out
        }),
        ("expected_cost", |line| line.expected_cost),
        ("expected_lost_sales", |line| line.expected_lost_sales),
        ("expected_waste", |line| line.expected_waste),
        ("limited", |line| {
            f64::from(u8::from(line.limited_by.is_some()))
        }),
    ];
    let mut columns = vec![text("item", &|line| line.item.clone())];
    columns.extend(numbers.into_iter().map(|(name, value)| OutputColumn {
        name: name.to_string(),
        cells: OutputCells::Double(lines.iter().map(value).collect()),
    }));
    columns.push(text("why", &|line| line.why.clone()));
    columns
}
