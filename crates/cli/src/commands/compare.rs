//! `hob compare`: runs side by side, the best first.

use anyhow::Result;
use hob_training::metrics::greater_is_better;
use hob_training::result::RunResult;
use hob_training::run_folder::RunFolder;
use serde_json::json;

use super::failure::WrongRequest;
use crate::args::CompareArgs;
use crate::format::{count, number, seconds, table};
use crate::output;

/// Metrics shown per run.
const MAX_METRICS: usize = 5;

struct Entry {
    run: String,
    result: RunResult,
}

/// Prints a leaderboard of runs for each output column they share.
pub(crate) fn compare(args: &CompareArgs) -> Result<()> {
    let mut entries = Vec::new();
    for path in &args.runs {
        let folder = RunFolder::open(path)?;
        entries.push(Entry {
            run: path.display().to_string(),
            result: folder.load_result()?,
        });
    }
    let column = entries[0].result.outputs[0].column.clone();
    if let Some(other) = entries
        .iter()
        .find(|entry| entry.result.test().get(&column).is_none())
    {
        let text = format!(
            "`{}` does not predict `{column}`, as `{}` does",
            other.run, entries[0].run
        );
        return Err(WrongRequest(text).into());
    }
    let names = metric_names(&entries, &column);
    let by = match &args.metric {
        Some(metric) if names.contains(metric) => metric.clone(),
        Some(metric) => {
            let text = format!("no metric `{metric}`; there are {}", names.join(", "));
            return Err(WrongRequest(text).into());
        }
        None => names.first().cloned().unwrap_or_default(),
    };
    let value = |entry: &Entry, name: &str| {
        entry
            .result
            .outputs
            .iter()
            .find(|output| output.column == column)
            .and_then(|o| o.test.metrics.get(name))
    };
    entries.sort_by(|a, b| {
        let (a, b) = (
            value(a, &by).unwrap_or(f64::NAN),
            value(b, &by).unwrap_or(f64::NAN),
        );
        if greater_is_better(&by) {
            b.total_cmp(&a)
        } else {
            a.total_cmp(&b)
        }
    });
    if args.json {
        let rows = entries.iter().map(|entry| {
            json!({
                "run": entry.run,
                "test": entry.result.test(),
                "baseline": entry.result.baseline(),
                "parameters": entry.result.parameters,
                "seconds": entry.result.training_seconds,
            })
        });
        return output::json(
            &json!({ "column": column, "metric": by, "runs": rows.collect::<Vec<_>>() }),
        );
    }
    let mut shown = vec![by.clone()];
    shown.extend(
        names
            .into_iter()
            .filter(|name| *name != by)
            .take(MAX_METRICS - 1),
    );
    let heading = format!("{column}, by {by}");
    let mut header = vec![heading.as_str()];
    header.extend(shown.iter().map(String::as_str));
    header.extend(["parameters", "training"]);
    let rows = entries.iter().map(|entry| {
        let part = &entry.result.outputs[0].part;
        let judged = if part == "test" {
            String::new()
        } else {
            format!(" (on {part} rows)")
        };
        let mut row = vec![format!("  {}{judged}", entry.run)];
        row.extend(
            shown
                .iter()
                .map(|name| value(entry, name).map(number).unwrap_or_default()),
        );
        row.extend([
            count(entry.result.parameters),
            seconds(entry.result.training_seconds),
        ]);
        row
    });
    output::line(&table(&header, &[0], rows.collect()))
}

fn metric_names(entries: &[Entry], column: &str) -> Vec<String> {
    let first = entries[0]
        .result
        .outputs
        .iter()
        .find(|output| output.column == column);
    first
        .map(|output| {
            output
                .test
                .metrics
                .iter()
                .map(|(name, _)| name.to_string())
                .collect()
        })
        .unwrap_or_default()
}
