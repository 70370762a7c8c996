//! `hob compare`: runs side by side, the best first.
//!
//! A rank is a claim, so runs of different data, or judged on different parts, are refused. Runs on other rows of the same
//! data, such as those of several seeds, are listed with a note.

use anyhow::Result;
use hob_training::basis::{Basis, Relation};
use hob_training::metrics::greater_is_better;
use hob_training::result::RunResult;
use hob_training::run_folder::RunFolder;
use serde_json::json;

use super::failure::WrongRequest;
use crate::args::CompareArgs;
use crate::format::{count, number, seconds, table};
use crate::output::{self, say};

/// Metrics shown per run.
const MAX_METRICS: usize = 5;

struct Entry {
    run: String,
    result: RunResult,
    basis: Basis,
}

/// Prints a leaderboard of runs for each output column they share.
pub(crate) fn compare(args: &CompareArgs) -> Result<()> {
    let mut entries = Vec::new();
    for path in &args.runs {
        let folder = RunFolder::open(path)?;
        let result = folder.load_result()?;
        entries.push(Entry {
            run: path.display().to_string(),
            basis: Basis::read(&folder, &result)?,
            result,
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
    let note = match (difference(&entries), args.any_data) {
        (Some(Difference { text, ranks: false }), false) => {
            let hint = "score the models on the same rows with `hob evaluate MODEL FILE`, or list them anyway with `--any-data`";
            return Err(WrongRequest(format!("{text}\nhint: {hint}")).into());
        }
        (difference, _) => difference.map(|difference| difference.text),
    };
    let columns = shared_columns(&entries);
    if let Some(metric) = &args.metric {
        let known: Vec<String> = columns
            .iter()
            .flat_map(|column| metric_names(&entries, column))
            .collect();
        if !known.contains(metric) {
            let text = format!("no metric `{metric}`; there are {}", known.join(", "));
            return Err(WrongRequest(text).into());
        }
    }
    if args.json {
        let by = sort(&mut entries, &column, args.metric.as_ref());
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
            &json!({ "column": column, "metric": by, "runs": rows.collect::<Vec<_>>(), "note": note }),
        );
    }
    if let Some(note) = note {
        say(&format!("note: {note}"));
    }
    let tables = columns.iter().map(|column| {
        let by = sort(&mut entries, column, args.metric.as_ref());
        leaderboard(&entries, column, &by)
    });
    output::line(&tables.collect::<Vec<_>>().join("\n\n"))
}

/// The output columns that every run predicts, in the order of the first.
fn shared_columns(entries: &[Entry]) -> Vec<String> {
    let outputs = entries[0].result.outputs.iter();
    let is_shared = |column: &&String| {
        let mut others = entries.iter();
        others.all(|entry| entry.result.outputs.iter().any(|o| o.column == **column))
    };
    outputs
        .map(|output| &output.column)
        .filter(is_shared)
        .cloned()
        .collect()
}

fn value(entry: &Entry, column: &str, metric: &str) -> Option<f64> {
    let mut outputs = entry.result.outputs.iter();
    let output = outputs.find(|output| output.column == column)?;
    output.test.metrics.get(metric)
}

/// Puts the best run first, by the metric asked for if the output has it, else by its first; gives the metric's name.
fn sort(entries: &mut [Entry], column: &str, asked: Option<&String>) -> String {
    let names = metric_names(entries, column);
    let by = asked.filter(|metric| names.contains(metric));
    let by = by.or(names.first()).cloned().unwrap_or_default();
    entries.sort_by(|a, b| {
        let of = |entry: &Entry| value(entry, column, &by).unwrap_or(f64::NAN);
        match greater_is_better(&by) {
            true => of(b).total_cmp(&of(a)),
            false => of(a).total_cmp(&of(b)),
        }
    });
    by
}

/// The runs in their order with some metrics of an output.
fn leaderboard(entries: &[Entry], column: &str, by: &str) -> String {
    let names = metric_names(entries, column);
    let others = names.iter().map(String::as_str).filter(|name| *name != by);
    let shown: Vec<&str> = std::iter::once(by)
        .chain(others.take(MAX_METRICS - 1))
        .collect();
    let heading = format!("{column}, by {by}");
    let header = std::iter::once(heading.as_str())
        .chain(shown.iter().copied())
        .chain(["parameters", "training"]);
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
                .map(|name| value(entry, column, name).map(number).unwrap_or_default()),
        );
        row.extend([
            count(entry.result.parameters),
            seconds(entry.result.training_seconds),
        ]);
        row
    });
    table(&header.collect::<Vec<_>>(), &[0], rows.collect())
}

/// What is not the same in all runs.
struct Difference {
    text: String,
    /// Whether the numbers may stand in one ranking all the same.
    ranks: bool,
}

/// The gravest difference between the first run and another.
fn difference(entries: &[Entry]) -> Option<Difference> {
    let (first, others) = entries.split_first()?;
    let with = |wanted: Relation| {
        others
            .iter()
            .find(|other| first.basis.relation(&other.basis) == wanted)
    };
    let (text, ranks) = if let Some(other) = with(Relation::OtherData) {
        let text = format!(
            "`{}` and `{}` were trained on different data files, so their numbers cannot be compared",
            first.run, other.run
        );
        (text, false)
    } else if let Some(other) = with(Relation::OtherPart) {
        let text = format!(
            "`{}` was judged on {} rows, `{}` on {} rows, so their numbers cannot be compared",
            first.run,
            first.basis.part(),
            other.run,
            other.basis.part()
        );
        (text, false)
    } else {
        let other = with(Relation::OtherRows)?;
        let text = format!(
            "`{}` and `{}` were judged on different rows of the same data, because of another seed or split; small \
             differences are chance",
            first.run, other.run
        );
        (text, true)
    };
    Some(Difference { text, ranks })
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
