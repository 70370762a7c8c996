//! The card of a model: one page of Markdown that says what it is, what it was made from, how good it is, and where not to
//! use it (after Mitchell et al., "Model Cards for Model Reporting", 2019).

use std::fmt::Write as _;

use hob_data::count::{count, counted, number, plain};
use hob_data::preprocess::InputColumnSchema;
use hob_data::target::TargetKind;
use hob_inference::manifest::Manifest;

use crate::result::{OutputResult, RunResult};

/// Known values listed of a column.
const MAX_VALUES: usize = 8;

/// The card. It holds no row of the data.
pub(crate) fn model_card(manifest: &Manifest, result: &RunResult) -> String {
    let sections = [
        format!("# {}\n\n{}", manifest.name, what_it_is(manifest, result)),
        format!("## Data\n\n{}", data(result)),
        format!("## Result\n\n{}", results(result)),
        format!("## Use\n\n{}", intended_use(manifest)),
        format!("## Limits\n\n{}", limits(manifest, result)),
        format!(
            "## Recipe\n\n```toml\n{}\n```",
            manifest.provenance.recipe.trim()
        ),
    ];
    let mut card = sections.join("\n\n");
    card.push('\n');
    card
}

fn what_it_is(manifest: &Manifest, result: &RunResult) -> String {
    let mut text = format!(
        "{}. A network of {}, trained for {} with seed {} by hob {} (Burn {}) on {}.",
        does(manifest),
        counted(manifest.parameters, "parameter"),
        counted(result.epochs, "epoch"),
        result.seed,
        result.hob,
        result.burn,
        result.device,
    );
    if let Some(parent) = &result.warm_start {
        let _ = write!(
            text,
            " It began with {} of {} tensors of the model {} (SHA-256 {}).",
            parent.taken, parent.tensors, parent.name, parent.sha256
        );
    }
    text
}

fn does(manifest: &Manifest) -> String {
    if let Some(retrieval) = &manifest.retrieval {
        return format!(
            "Finds the stored `{}` that fits a `{}`",
            retrieval.answer, retrieval.question
        );
    }
    if let Some(forecast) = &manifest.forecast {
        let fitted = &forecast.preprocessor;
        return format!(
            "Forecasts `{}` for {}, with quantiles",
            fitted.columns.target,
            counted(fitted.horizon, "step")
        );
    }
    if let Some(recommend) = &manifest.recommend {
        return format!("Recommends `{}` to `{}`", recommend.item, recommend.user);
    }
    let outputs: Vec<String> = manifest
        .outputs
        .iter()
        .map(|spec| format!("`{}` ({})", spec.column, spec.encoder.kind.name()))
        .collect();
    format!("Predicts {}", outputs.join(", "))
}

fn data(result: &RunResult) -> String {
    let mut lines: Vec<String> = result
        .sources
        .iter()
        .map(|source| {
            format!(
                "- `{}`: {}, {} bytes, SHA-256 `{}`",
                source.name,
                counted(source.rows, "row"),
                count(source.bytes as usize),
                source.sha256
            )
        })
        .collect();
    let rows = &result.rows;
    lines.push(format!(
        "- {} for training, {} for validation, {} for the test",
        count(rows.training),
        count(rows.validation),
        count(rows.test)
    ));
    for left_out in &result.left_out {
        lines.push(format!(
            "- {} left out: {}",
            counted(left_out.rows, "row"),
            left_out.reason
        ));
    }
    if result.rejected > 0 {
        lines.push(format!(
            "- {} left out that could not be read",
            counted(result.rejected, "row")
        ));
    }
    lines.join("\n")
}

fn results(result: &RunResult) -> String {
    let outputs: Vec<String> = result.outputs.iter().map(scores).collect();
    outputs.join("\n\n")
}

fn scores(output: &OutputResult) -> String {
    let mut text = format!(
        "`{}`, measured on {} of the {} part, which the network has not seen:\n\n\
         | metric | model | baseline |{}\n| --- | ---: | ---: |{}",
        output.column,
        counted(output.test.rows, "row"),
        output.part,
        output.text_baseline.as_ref().map_or("", |_| " words |"),
        output.text_baseline.as_ref().map_or("", |_| " ---: |"),
    );
    if output.part == "training" {
        text = text.replace(
            ", which the network has not seen",
            ", **the rows it was trained on**",
        );
    }
    let value = |value: Option<f64>| value.map_or(String::new(), number);
    for (name, found) in output.test.metrics.iter() {
        let baseline = output.baseline.metrics.get(name);
        let _ = write!(
            text,
            "\n| {name} | {} | {} |",
            number(found),
            value(baseline)
        );
        if let Some(words) = &output.text_baseline {
            let _ = write!(text, " {} |", value(words.metrics.get(name)));
        }
    }
    text
}

fn intended_use(manifest: &Manifest) -> String {
    let columns: Vec<String> = manifest
        .inputs
        .columns()
        .map(|column| seen(&column))
        .collect();
    let mut text = "For rows like those it was trained on, from the same source and time. Its answers are estimates: look \
                    at the result above before acting on one of them, and keep a person in decisions about people."
        .to_string();
    if !columns.is_empty() {
        let _ = write!(
            text,
            "\n\n| column | type | training saw |\n| --- | --- | --- |\n{}",
            columns.join("\n")
        );
    }
    text
}

fn seen(column: &InputColumnSchema) -> String {
    let mut values: Vec<String> = column
        .values
        .iter()
        .take(MAX_VALUES)
        .map(|value| cell(value))
        .collect();
    if column.num_values > values.len() {
        values.push(format!("{} in all", count(column.num_values)));
    }
    let saw = match (column.min, column.max, column.kind.name()) {
        (Some(min), Some(max), "number") => format!("{} to {}", plain(min), plain(max)),
        _ => values.join(", "),
    };
    format!(
        "| {} | {} | {saw} |",
        cell(&column.name),
        column.kind.name()
    )
}

/// A bar or a line break would end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn limits(manifest: &Manifest, result: &RunResult) -> String {
    let mut lines = Vec::new();
    for spec in &manifest.outputs {
        let name = &spec.column;
        if matches!(
            spec.encoder.kind,
            TargetKind::Category(_) | TargetKind::Binary(_)
        ) && spec.temperature == 1.0
        {
            lines.push(format!("The probabilities of `{name}` are not calibrated."));
        }
        if matches!(spec.encoder.kind, TargetKind::Category(_)) && spec.scope.is_none() {
            lines.push(format!(
                "It always answers with one of the {} classes of `{name}`, also where none fits.",
                count(spec.encoder.classes().len())
            ));
        }
    }
    lines.extend(result.warnings.iter().cloned());
    let notes = result.notes.iter();
    lines.extend(notes.map(|note| format!("When it was judged: {note}")));
    if lines.is_empty() {
        lines.push("None were found while it was trained.".to_string());
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("- {}", line.replace('\n', "\n  ")))
        .collect();
    lines.join("\n")
}
