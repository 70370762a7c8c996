//! `hob report`: a run as one HTML page.

use std::fs;

use anyhow::{Context, Result};
use hob_inference::write_atomically;
use hob_training::plan::ColumnSummary;
use hob_training::result::{OutputResult, RunResult};
use hob_training::run_folder::RunFolder;

use crate::args::ReportArgs;
use crate::format::{bytes, count, counted, seconds};
use crate::output::say;
use crate::report::{self, ColumnLine, DataSummary, ReportData};

/// Writes the page, from the files of the run folder alone.
pub(crate) fn report(args: &ReportArgs) -> Result<()> {
    let folder = RunFolder::open(&args.run)?;
    let result = folder.load_result()?;
    let path = folder.recipe();
    let recipe_text =
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let data = ReportData {
        name: result.name.clone(),
        recipe_text,
        epochs: folder.epochs()?,
        best_epoch: result.best_epoch.map(|epoch| epoch as u64),
        outputs: result.outputs.iter().map(output).collect(),
        importance: result
            .importance
            .first()
            .map(|output| output.inputs.clone())
            .unwrap_or_default(),
        importance_metric: result
            .importance
            .first()
            .map(|output| output.metric.clone())
            .unwrap_or_default(),
        data: DataSummary {
            parts: vec![
                ("training".to_string(), result.rows.training),
                ("validation".to_string(), result.rows.validation),
                ("test".to_string(), result.rows.test),
            ],
            columns: result.columns.iter().map(column).collect(),
            warnings: result.warnings.clone(),
        },
        provenance: provenance(&result),
    };
    let target = args.output.clone().unwrap_or_else(|| folder.report());
    write_atomically(&target, report::html(&data).as_bytes())?;
    say(&format!("wrote {}", target.display()));
    Ok(())
}

fn output(output: &OutputResult) -> report::OutputResult {
    report::OutputResult {
        name: output.column.clone(),
        kind: output.kind.clone(),
        test: output.test.clone(),
        validation: output.validation.clone(),
        baseline: output.baseline.clone(),
        text_baseline: output.text_baseline.clone(),
        worst: output.worst.clone(),
        forecast: output.forecast.clone(),
        recommend: output.recommend.clone(),
        mistakes: output.mistakes.clone(),
        scope: output.scope.clone(),
        contradictions: output.contradictions.clone(),
    }
}

fn column(column: &ColumnSummary) -> ColumnLine {
    ColumnLine {
        column: column.name.clone(),
        role: column.role.name().to_string(),
        kind: column.kind.clone(),
        missing: column.missing,
        distinct: column.distinct,
        summary: column.describe(),
    }
}

fn provenance(result: &RunResult) -> Vec<(String, String)> {
    let mut lines = vec![
        ("hob".to_string(), result.hob.clone()),
        ("Burn".to_string(), result.burn.clone()),
        ("device".to_string(), result.device.clone()),
        ("seed".to_string(), result.seed.to_string()),
        ("parameters".to_string(), count(result.parameters)),
        (
            "epochs".to_string(),
            format!("{} ({})", result.epochs, result.stop.replace('_', " ")),
        ),
        (
            "training time".to_string(),
            seconds(result.training_seconds),
        ),
    ];
    for source in &result.sources {
        let value = format!(
            "{}, {}, SHA-256 {}",
            counted(source.rows, "row"),
            bytes(source.bytes),
            source.sha256
        );
        lines.push((source.name.clone(), value));
    }
    for left_out in &result.left_out {
        lines.push((
            "rows left out".to_string(),
            format!("{}: {}", count(left_out.rows), left_out.reason),
        ));
    }
    for note in &result.notes {
        lines.push(("test part".to_string(), note.clone()));
    }
    lines
}
