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
            &json!({ "column": column, "metric": by, "runs": rows.collect::<Vec<_>>(), "note": note }),
        );
    }
    if let Some(note) = note {
        say(&format!("note: {note}"));
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
