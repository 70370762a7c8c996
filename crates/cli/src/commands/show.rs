//! `hob show`: what a model is, expects, answers and scored.

use std::collections::BTreeSet;

use anyhow::Result;
use hob_data::preprocess::InputColumnSchema;
use hob_data::target::TargetKind;
use hob_inference::manifest::{OutputSpec, Retrieval};
use hob_inference::{AnswerIndex, Bundle, Manifest};
use serde_json::{Value, json};

use super::{forecasts, recommendations};
use crate::args::ShowArgs;
use crate::format::{count, counted, number, plain, table};
use crate::output;

/// Known values listed per column.
const MAX_VALUES: usize = 6;

/// Shows a bundle.
pub(crate) fn show(args: &ShowArgs) -> Result<()> {
    let bundle = Bundle::read(&args.model)?;
    let Bundle {
        manifest,
        weights,
        index,
        ..
    } = &bundle;
    if args.json {
        let inputs: Vec<InputColumnSchema> = manifest.inputs.columns().collect();
        return output::json(&json!({
            "name": manifest.name,
            "provenance": manifest.provenance,
            "inputs": inputs,
            "outputs": manifest.outputs,
            "network": manifest.network,
            "parameters": manifest.parameters,
            "test": manifest.test,
            "baseline": manifest.baseline,
            "retrieval": manifest.retrieval,
            "forecast": manifest.forecast.as_ref().map(forecasts::to_json),
            "recommend": manifest.recommend,
            "answers": index.as_ref().map(|index| index.texts().answers.len()),
        }));
    }
    let provenance = &manifest.provenance;
    let [training, validation, test] = provenance.rows.map(count);
    output::line(&format!(
        "{}: {} parameters, {} of weights\ntrained by hob {} (Burn {}) on {} for {} epochs, seed {}\n\
         on {training} training, {validation} validation, {test} test rows",
        manifest.name,
        count(manifest.parameters),
        crate::format::bytes(weights.len() as u64),
        provenance.hob,
        provenance.burn,
        provenance.device,
        provenance.epochs,
        provenance.seed,
    ))?;
    for source in &provenance.sources {
        let checksum = source.sha256.get(..12).unwrap_or(&source.sha256);
        output::line(&format!(
            "from {} ({}, SHA-256 {checksum}...)",
            source.name,
            counted(source.rows, "row")
        ))?;
    }
    if let Some(parent) = &provenance.warm_start {
        let checksum = parent.sha256.get(..12).unwrap_or(&parent.sha256);
        output::line(&format!(
            "began with {} of {} tensors of the model {} (SHA-256 {checksum}...)",
            parent.taken, parent.tensors, parent.name
        ))?;
    }
    if let Some(spec) = &manifest.recommend {
        output::line(&format!("\n{}", recommendations::shown(&bundle, spec)))?;
        return output::line(&format!("\n{}", scores(manifest)));
    }
    if let Some(spec) = &manifest.forecast {
        output::line(&format!("\n{}", forecasts::shown(spec)))?;
        return output::line(&format!("\n{}", scores(manifest)));
    }
    output::line(&format!("\n{}", inputs(manifest)))?;
    match (&manifest.retrieval, index) {
        (Some(retrieval), Some(index)) => {
            output::line(&format!("\n{}", search(retrieval, index)))?;
        }
        _ => output::line(&format!("\n{}", outputs(manifest)))?,
    }
    output::line(&format!("\n{}", scores(manifest)))
}

fn inputs(manifest: &Manifest) -> String {
    let rows = manifest.inputs.columns().map(|column| {
        let missing = if column.can_be_missing {
            ""
        } else {
            "required"
        };
        vec![
            format!("  {}", column.name),
            column.kind.name().to_string(),
            seen(&column),
            missing.to_string(),
        ]
    });
    table(
        &["expects", "type", "seen in training", ""],
        &[0, 1, 2, 3],
        rows.collect(),
    )
}

fn seen(column: &InputColumnSchema) -> String {
    match (column.min, column.max, column.num_values) {
        (Some(min), Some(max), _) if column.kind.name() == "number" => {
            format!("{} to {}", plain(min), plain(max))
        }
        (.., known) if known > 0 => {
            let shown: Vec<&str> = column
                .values
                .iter()
                .take(MAX_VALUES)
                .map(String::as_str)
                .collect();
            let more = if known > shown.len() {
                format!(" and {} more", known - shown.len())
            } else {
                String::new()
            };
            format!("{}{more}", shown.join(", "))
        }
        _ => String::new(),
    }
}

fn outputs(manifest: &Manifest) -> String {
    let rows = manifest.outputs.iter().map(|output| {
        vec![
            format!("  {}", output.column),
            output.encoder.kind.name().to_string(),
            answers(output),
        ]
    });
    table(&["answers", "type", ""], &[0, 1, 2], rows.collect())
}

fn search(retrieval: &Retrieval, index: &AnswerIndex) -> String {
    let texts = index.texts();
    let unknown = match retrieval.threshold {
        Some(threshold) => format!("\"I don't know\" below the score {threshold:.3}"),
        None => "always answers".to_string(),
    };
    let line = format!(
        "{} different ones of {}, {} of {}; gives the best {}; {unknown}",
        count(texts.answers.len()),
        counted(texts.rows.len(), "row"),
        counted(texts.keys.len(), "vector"),
        counted(index.width(), "number"),
        retrieval.top,
    );
    let row = vec![
        format!("  {}", retrieval.answer),
        "search".to_string(),
        line,
    ];
    table(&["answers", "type", ""], &[0, 1, 2], vec![row])
}

fn answers(output: &OutputSpec) -> String {
    match &output.encoder.kind {
        TargetKind::Category(category) => category.classes.join(", "),
        TargetKind::Binary(binary) => {
            format!(
                "{} or {} (from {})",
                binary.negative,
                binary.positive,
                plain(output.threshold)
            )
        }
        TargetKind::Number(number) => format!(
            "{} to {} in training",
            plain(number.seen[0]),
            plain(number.seen[1])
        ),
        TargetKind::Set(set) => set.labels.join(", "),
        TargetKind::Tags(target) => {
            let types = target.tags.iter().filter_map(|tag| tag.split_once('-'));
            let types: BTreeSet<&str> = types.map(|(_, kind)| kind).collect();
            let types: Vec<&str> = types.into_iter().collect();
            format!("in `{}`: {}", target.text, types.join(", "))
        }
    }
}

fn scores(manifest: &Manifest) -> String {
    let mut rows = Vec::new();
    for (column, metrics) in &manifest.test {
        let baseline = manifest.baseline.get(column);
        for (name, value) in metrics.as_object().into_iter().flatten() {
            let base = baseline
                .and_then(|metrics| metrics.get(name))
                .and_then(Value::as_f64);
            let value = value.as_f64().map(number).unwrap_or_default();
            rows.push(vec![
                format!("  {column} {name}"),
                value,
                base.map(number).unwrap_or_default(),
            ]);
        }
    }
    table(&["scored", "model", "baseline"], &[0], rows)
}
