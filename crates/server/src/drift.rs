//! What comes in and what goes out, so that one sees when the world has moved away from the training data.

use hob_data::count::plain;
use hob_data::preprocess::TransformReport;
use hob_data::target::TargetKind;
use hob_inference::manifest::{Manifest, OutputSpec};
use hob_inference::{Answers, Predictions};
use prometheus_client::metrics::counter::Counter;
use serde_json::{Value, json};

use crate::metrics::{AnswerLabels, ColumnLabels, Metrics, ModelLabels};

/// Classes or labels counted by name; the rest is one value.
const MAX_VALUES: usize = 100;
/// Ranges that numbers are counted by, between the smallest and the largest of the training part.
const NUM_RANGES: usize = 8;
/// What answers outside of the scope of a model are counted as.
const OUT_OF_SCOPE: &str = "(does not know)";

/// The counters of one model.
#[derive(Debug)]
pub(crate) struct Drift {
    rows: Counter,
    columns: Vec<ColumnCounters>,
    outputs: Vec<OutputCounters>,
}

#[derive(Debug)]
struct ColumnCounters {
    column: String,
    missing: Counter,
    unknown: Counter,
    out_of_range: Counter,
}

#[derive(Debug)]
struct OutputCounters {
    column: String,
    /// By class, label or range; what is beyond them comes last.
    values: Vec<(String, Counter)>,
    does_not_know: Option<Counter>,
    /// Upper bounds of all ranges but the last.
    bounds: Vec<f64>,
}

impl Drift {
    /// Counters of the same names go on counting after a bundle is reloaded.
    pub(crate) fn new(model: &str, manifest: &Manifest, metrics: &Metrics) -> Self {
        let labels = ModelLabels {
            model: model.to_string(),
        };
        let columns = manifest.inputs.inputs().map(|input| {
            let counter = |what| {
                let labels = ColumnLabels {
                    model: model.to_string(),
                    column: input.column.clone(),
                    what,
                };
                metrics.columns.get_or_create_owned(&labels)
            };
            ColumnCounters {
                column: input.column.clone(),
                missing: counter("missing"),
                unknown: counter("unknown"),
                out_of_range: counter("out_of_range"),
            }
        });
        let outputs = manifest
            .outputs
            .iter()
            .map(|spec| OutputCounters::new(model, spec, metrics));
        Self {
            rows: metrics.rows.get_or_create_owned(&labels),
            columns: columns.collect(),
            outputs: outputs.collect(),
        }
    }

    /// Counts rows that were encoded.
    pub(crate) fn add_rows(&self, report: &TransformReport) {
        self.rows.inc_by(report.num_rows as u64);
        for (counters, counts) in self.columns.iter().zip(&report.columns) {
            let pairs = [
                (&counters.missing, counts.missing),
                (&counters.unknown, counts.unknown),
                (&counters.out_of_range, counts.out_of_range),
            ];
            for (counter, count) in pairs.into_iter().filter(|(_, count)| *count > 0) {
                counter.inc_by(count as u64);
            }
        }
    }

    /// Counts rows of a model that predicts no columns.
    pub(crate) fn add_count(&self, rows: usize) {
        self.rows.inc_by(rows as u64);
    }

    /// Counts answers, and the rows they were given to.
    pub(crate) fn add(&self, predictions: &Predictions, threshold: impl Fn(usize) -> f64) {
        self.add_rows(&predictions.report);
        let answers = predictions.answers.iter().zip(&predictions.in_scope);
        for (place, (counters, (answers, in_scope))) in self.outputs.iter().zip(answers).enumerate()
        {
            let knows = |row: usize| in_scope.as_ref().is_none_or(|in_scope| in_scope[row]);
            counters.add(answers, knows, threshold(place));
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let columns = self.columns.iter().map(|counters| {
            json!({
                "column": counters.column,
                "missing": counters.missing.get(),
                "unknown": counters.unknown.get(),
                "out_of_range": counters.out_of_range.get(),
            })
        });
        let outputs = self.outputs.iter().map(OutputCounters::to_json);
        json!({
            "rows": self.rows.get(),
            "columns": columns.collect::<Vec<_>>(),
            "outputs": outputs.collect::<Vec<_>>(),
        })
    }
}

impl OutputCounters {
    fn new(model: &str, spec: &OutputSpec, metrics: &Metrics) -> Self {
        let counter = |value: String| {
            let labels = AnswerLabels {
                model: model.to_string(),
                output: spec.column.clone(),
                value: value.clone(),
            };
            (value, metrics.answers.get_or_create_owned(&labels))
        };
        let (mut names, mut bounds) = (Vec::new(), Vec::new());
        match &spec.encoder.kind {
            TargetKind::Number(number) => {
                let [low, high] = number.seen;
                let step = (high - low) / NUM_RANGES as f64;
                bounds = (0..=NUM_RANGES)
                    .map(|place| low + step * place as f64)
                    .collect();
                names = range_names(&bounds);
            }
            TargetKind::Tags(_) => {}
            _ => {
                let classes = spec.encoder.classes();
                names.extend(classes.iter().take(MAX_VALUES).map(|name| name.to_string()));
                if classes.len() > MAX_VALUES {
                    names.push("(others)".to_string());
                }
            }
        }
        let does_not_know = spec
            .scope
            .as_ref()
            .map(|_| counter(OUT_OF_SCOPE.to_string()).1);
        Self {
            column: spec.column.clone(),
            values: names.into_iter().map(counter).collect(),
            does_not_know,
            bounds,
        }
    }

    fn add(&self, answers: &Answers, knows: impl Fn(usize) -> bool, threshold: f64) {
        let Some(last) = self.values.len().checked_sub(1) else {
            return;
        };
        for row in 0..answers.num_rows() {
            if let (Some(counter), false) = (&self.does_not_know, knows(row)) {
                counter.inc();
                continue;
            }
            let count = |place: usize| {
                self.values[place.min(last)].1.inc();
            };
            match answers {
                Answers::Categories(matrix) => {
                    count(hob_inference::decode::largest(matrix.row(row)));
                }
                Answers::Binary(values) => {
                    count(usize::from(f64::from(values[row]) >= threshold));
                }
                Answers::Sets(matrix) => {
                    let chosen = matrix.row(row).iter().enumerate();
                    chosen
                        .filter(|(_, p)| f64::from(**p) >= threshold)
                        .for_each(|(place, _)| count(place));
                }
                Answers::Numbers(values) => count(self.range(values[row])),
                Answers::Quantiles(matrix) => {
                    let values = matrix.row(row);
                    count(self.range(values[values.len() / 2]));
                }
                Answers::Tags(_) => {}
            }
        }
    }

    /// 0 below the first bound, one more above each.
    fn range(&self, value: f64) -> usize {
        let last = self.bounds.len().saturating_sub(1);
        match self.bounds.get(last) {
            // The largest value of the training part is not above it.
            Some(highest) if value == *highest => last,
            _ => self.bounds.partition_point(|bound| *bound <= value),
        }
    }

    fn to_json(&self) -> Value {
        let counts = self
            .values
            .iter()
            .map(|(value, counter)| (value.as_str(), counter));
        let not_known = self
            .does_not_know
            .iter()
            .map(|counter| (OUT_OF_SCOPE, counter));
        let counts = counts
            .chain(not_known)
            .map(|(value, counter)| json!({ "value": value, "count": counter.get() }));
        json!({ "column": self.column, "counts": counts.collect::<Vec<_>>() })
    }
}

/// Names of the ranges below, between and above some bounds, with as many digits as tell them apart.
fn range_names(bounds: &[f64]) -> Vec<String> {
    let mut texts: Vec<String> = bounds.iter().map(|bound| plain(*bound)).collect();
    if texts.windows(2).any(|pair| pair[0] == pair[1]) {
        texts = bounds.iter().map(f64::to_string).collect();
    }
    let between = texts
        .windows(2)
        .map(|pair| format!("{} to {}", pair[0], pair[1]));
    let below = texts.first().map(|low| format!("below {low}"));
    let above = texts.last().map(|high| format!("above {high}"));
    below.into_iter().chain(between).chain(above).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_by_range() {
        let counters = OutputCounters {
            column: "price".to_string(),
            values: Vec::new(),
            does_not_know: None,
            bounds: vec![0.0, 1.0, 2.0],
        };
        let ranges = [-1.0, 0.0, 0.5, 1.0, 2.0, 2.1].map(|value| counters.range(value));
        assert_eq!(ranges, [0, 1, 1, 2, 2, 3]);
    }

    #[test]
    fn ranges_have_names_of_their_own() {
        assert_eq!(
            range_names(&[0.0, 0.5]),
            ["below 0", "0 to 0.5000", "above 0.5000"]
        );
        let years: Vec<f64> = (0..=8)
            .map(|place| 2001.0 + 0.002 * f64::from(place))
            .collect();
        let names = range_names(&years);
        let distinct: std::collections::HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), 10, "{names:?}");
    }
}
