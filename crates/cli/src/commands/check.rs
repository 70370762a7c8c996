//! `hob check`: what a recipe would do, and every problem in it.

use std::collections::BTreeMap;

use anyhow::Result;
use hob_data::features::{Features, Matrix};
use hob_data::table::Values;
use hob_data::tags::entity_spans;
use hob_data::target::{TargetKind, words};
use hob_model::summary::{summary, total_parameters};
use hob_training::error::RunError;
use hob_training::forecast::PlannedForecast;
use hob_training::plan::{ColumnSummary, Plan, WarmStart};
use hob_training::recommend::PlannedRecommend;
use serde_json::{Value, json};

use super::{failure, forecasts, memory, planning, recommendations};
use crate::args::CheckArgs;
use crate::format::{bytes, count, counted, number, table};
use crate::output;

/// Rows shown as the network will see them.
const SHOWN_ROWS: usize = 2;
/// Numbers shown of each lane.
const SHOWN_NUMBERS: usize = 12;

/// Shows the plan of a recipe.
pub(crate) fn check(args: &CheckArgs) -> Result<()> {
    let plan = planning::plan(&args.recipe, &args.set, None)
        .map_err(|error| failure::report_json(error, args.json))?;
    let layers = summary(&plan.network, &hob_inference::device::device(None)?.1)?;
    if args.json {
        return output::json(&document(&plan, &layers));
    }
    let files = plan.report.files.iter().map(|file| {
        let delimiter = match file.delimiter {
            Some(delimiter) if file.delimiter_detected => {
                format!(", delimiter {delimiter:?} (detected)")
            }
            Some(delimiter) => format!(", delimiter {delimiter:?}"),
            None => String::new(),
        };
        format!(
            "{}: {}, {}{delimiter}",
            file.path.display(),
            counted(file.rows, "row"),
            bytes(file.bytes)
        )
    });
    for file in files {
        output::line(&file)?;
    }
    if plan.report.rejected.num_rows > 0 {
        output::line(&format!(
            "{} rejected",
            counted(plan.report.rejected.num_rows, "row")
        ))?;
    }
    for left_out in &plan.left_out {
        output::line(&format!(
            "{} left out: {}",
            counted(left_out.rows, "row"),
            left_out.reason
        ))?;
    }
    let events = plan.recommend.iter().flat_map(PlannedRecommend::notes);
    for note in plan
        .forecast
        .iter()
        .flat_map(PlannedForecast::notes)
        .chain(events)
    {
        output::line(&note)?;
    }
    let found = plan.columns();
    output::line(&format!("\n{}", columns(&found)))?;
    output::line(&format!("\n{}", parts(&plan)))?;
    for block in balance(&plan)? {
        output::line(&format!("\n{block}"))?;
    }
    let rows = layers.iter().map(|layer| {
        vec![
            format!("  {}", layer.path),
            layer.kind.clone(),
            shape(&layer.output_shape),
            count(layer.parameters),
        ]
    });
    output::line(&format!(
        "\n{}",
        table(
            &["layers", "kind", "output", "parameters"],
            &[0, 1],
            rows.collect()
        )
    ))?;
    let parameters = total_parameters(&layers);
    output::line(&format!(
        "  {} parameters, about {} in training",
        count(parameters),
        bytes(memory::estimate(&plan))
    ))?;
    let counts = plan.parameter_counts();
    if counts.trained != parameters {
        output::line(&format!(
            "  {} trained, {} frozen",
            count(counts.trained),
            count(counts.frozen)
        ))?;
    }
    if let Some(start) = &plan.warm_start {
        output::line(&format!("  warm start: {}", start.describe()))?;
    }
    output::line(&format!("\n{}", as_seen(&plan)?))?;
    let mut warnings = plan.warnings(&found);
    warnings.extend(memory::shortage(&plan));
    if !warnings.is_empty() {
        output::line("")?;
    }
    for warning in warnings {
        output::line(&format!("warning: {warning}"))?;
    }
    Ok(())
}

fn columns(columns: &[ColumnSummary]) -> String {
    let rows = columns.iter().map(|column| {
        vec![
            format!("  {}", column.name),
            column.role.name().to_string(),
            column.kind.clone(),
            count(column.missing),
            count(column.distinct),
            column.describe(),
        ]
    });
    let header = [
        "columns",
        "role",
        "type",
        "missing",
        "distinct",
        "min / median / max, or values",
    ];
    table(&header, &[0, 1, 2, 5], rows.collect())
}

fn parts(plan: &Plan) -> String {
    let rows = plan.rows();
    let all = (rows.training + rows.validation + rows.test).max(1);
    let line = |name: &str, rows: usize| {
        vec![
            format!("  {name}"),
            count(rows),
            format!("{:.1} %", rows as f64 * 100.0 / all as f64),
        ]
    };
    let lines = vec![
        line("training", rows.training),
        line("validation", rows.validation),
        line("test", rows.test),
    ];
    let of = match (&plan.forecast, &plan.recommend) {
        (Some(_), _) => "windows",
        (None, Some(_)) => "events",
        (None, None) => "rows",
    };
    table(&["parts", of, ""], &[0], lines)
}

/// Rows per class and part of every output with classes; entities per type and part of tags.
fn balance(plan: &Plan) -> Result<Vec<String>> {
    let mut blocks = Vec::new();
    let parts = [&plan.parts.train, &plan.parts.validation, &plan.parts.test];
    for output in &plan.outputs {
        let classes = output.encoder.classes();
        if classes.is_empty() {
            continue;
        }
        if matches!(output.encoder.kind, TargetKind::Tags(_)) {
            blocks.push(entity_table(plan, &output.config.column));
            continue;
        }
        let mut counts = vec![[0_usize; 3]; classes.len()];
        for (place, rows) in parts.iter().enumerate() {
            use hob_data::features::Targets;
            match output
                .encoder
                .encode(&plan.table, rows)
                .map_err(RunError::from)?
            {
                Targets::Classes(codes) => codes
                    .iter()
                    .for_each(|&code| counts[code as usize][place] += 1),
                Targets::Binary(values) => {
                    values
                        .iter()
                        .for_each(|&value| counts[usize::from(value > 0.5)][place] += 1);
                }
                Targets::Labels(labels) => {
                    for (index, &value) in labels.values.iter().enumerate() {
                        counts[index % labels.width][place] += usize::from(value > 0.5);
                    }
                }
                Targets::Numbers(_)
                | Targets::Tags(_)
                | Targets::Windows(_)
                | Targets::Interactions(_) => {}
            }
        }
        let rows = classes.iter().zip(&counts).map(|(class, counts)| {
            std::iter::once(format!("  {class}"))
                .chain(counts.iter().map(|rows| count(*rows)))
                .collect()
        });
        blocks.push(by_part(&output.config.column, rows.collect()));
    }
    Ok(blocks)
}

fn by_part(column: &str, rows: Vec<Vec<String>>) -> String {
    table(&[column, "training", "validation", "test"], &[0], rows)
}

fn entity_table(plan: &Plan, column: &str) -> String {
    let mut types: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let parts = [&plan.parts.train, &plan.parts.validation, &plan.parts.test];
    if let Some(Values::Category(cells)) = plan.table.column(column).map(|column| &column.values) {
        for (place, rows) in parts.into_iter().enumerate() {
            for &row in rows {
                let tags: Vec<&str> = words(cells, row).collect();
                for span in entity_spans(&tags).unwrap_or_default() {
                    types.entry(span.kind).or_default()[place] += 1;
                }
            }
        }
    }
    let rows = types.iter().map(|(kind, counts)| {
        std::iter::once(format!("  {kind}"))
            .chain(counts.iter().map(|entities| count(*entities)))
            .collect()
    });
    by_part(&format!("entities of {column}"), rows.collect())
}

fn shape(shape: &[usize]) -> String {
    let sizes = shape.iter().map(usize::to_string);
    format!("[batch, {}]", sizes.collect::<Vec<_>>().join(", "))
}

/// The first training rows, encoded.
fn as_seen(plan: &Plan) -> Result<String> {
    if let Some(forecast) = &plan.forecast {
        return Ok(forecasts::as_seen(plan, forecast));
    }
    if let Some(recommend) = &plan.recommend {
        return Ok(recommendations::as_seen(recommend));
    }
    let rows: Vec<usize> = plan.parts.train.iter().copied().take(SHOWN_ROWS).collect();
    let (part, _) = plan.encode(&rows)?;
    let features: &Features = &part.features;
    let layout = plan.preprocessor.layout();
    let mut lines = vec!["as the network sees them".to_string()];
    for (place, row) in rows.iter().enumerate() {
        let mut lanes = Vec::new();
        push_lane(&mut lanes, "numbers", &features.numbers, place, |value| {
            number(f64::from(value))
        });
        push_lane(&mut lanes, "dense", &features.dense, place, |value| {
            number(f64::from(value))
        });
        push_lane(&mut lanes, "codes", &features.codes, place, |value| {
            value.to_string()
        });
        for (lists, text) in features.texts.iter().zip(&layout.texts) {
            let tokens = lists.row(place);
            let mut values: Vec<String> = tokens
                .iter()
                .take(SHOWN_NUMBERS)
                .map(i32::to_string)
                .collect();
            if tokens.len() > SHOWN_NUMBERS {
                values.push(format!("... ({} in all)", tokens.len()));
            }
            lanes.push(format!("tokens of {} {}", text.name, values.join(" ")));
        }
        lines.push(format!("  row {}: {}", row + 1, lanes.join("; ")));
    }
    Ok(lines.join("\n"))
}

fn push_lane<T: Copy>(
    lanes: &mut Vec<String>,
    name: &str,
    matrix: &Matrix<T>,
    row: usize,
    text: impl Fn(T) -> String,
) {
    if matrix.width == 0 {
        return;
    }
    let mut values: Vec<String> = matrix
        .row(row)
        .iter()
        .take(SHOWN_NUMBERS)
        .map(|&value| text(value))
        .collect();
    if matrix.width > SHOWN_NUMBERS {
        values.push(format!("... ({} in all)", matrix.width));
    }
    lanes.push(format!("{name} {}", values.join(" ")));
}

fn document(plan: &Plan, layers: &[hob_model::LayerSummary]) -> Value {
    let layers: Vec<Value> = layers
        .iter()
        .map(|layer| {
            json!({
                "path": layer.path,
                "kind": layer.kind,
                "output_shape": layer.output_shape,
                "parameters": layer.parameters,
            })
        })
        .collect();
    let parameters: u64 = layers
        .iter()
        .filter_map(|layer| layer["parameters"].as_u64())
        .sum();
    let columns = plan.columns();
    let counts = plan.parameter_counts();
    json!({
        "name": plan.name,
        "rows": plan.rows(),
        "left_out": plan.left_out,
        "rejected": plan.report.rejected.num_rows,
        "columns": columns,
        "layers": layers,
        "parameters": parameters,
        "trained_parameters": counts.trained,
        "frozen_parameters": counts.frozen,
        "memory_bytes": memory::estimate(plan),
        "warm_start": plan.warm_start.as_ref().map(WarmStart::parent),
        "warnings": plan.warnings(&columns),
        "problems": [],
    })
}
