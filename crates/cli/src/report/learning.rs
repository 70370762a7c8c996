//! Learning curves from the lines of `metrics.jsonl`.

use serde_json::Value;

use super::plot::{Axes, Series, figure, lines};
use super::text::metric;
use super::{ReportData, Section};

/// Numbers of an epoch that are no curve.
const NOT_DRAWN: [&str; 8] = [
    "epoch",
    "epochs",
    "step",
    "steps",
    "seconds",
    "rows",
    "rows_per_second",
    "seconds_left",
];

/// Keys that name the part themselves, such as `train_loss`.
const PREFIXES: [(&str, &str); 3] = [
    ("train_", "train"),
    ("training_", "train"),
    ("validation_", "validation"),
];

/// A curve's name and its points, by metric, in the order in which they first appear.
type Curves = Vec<(String, Vec<(String, Vec<(f64, f64)>)>)>;

/// Losses, headline metrics and learning rate over epochs.
pub(super) fn section(run: &ReportData) -> Option<Section> {
    let curves = curves(&run.epochs);
    let mut figures = String::new();
    for (name, series) in &curves {
        let flat = series
            .iter()
            .all(|(_, points)| points.iter().all(|point| point.1 == points[0].1));
        if name == "learning_rate" && flat {
            continue;
        }
        figures.push_str(&curve_figure(name, series, run.best_epoch));
    }
    if figures.is_empty() {
        return None;
    }
    let note = run.best_epoch.map_or(String::new(), |epoch| {
        format!("<p class=\"note\">The weights of epoch {epoch} were kept; the dashed line marks it.</p>\n")
    });
    Some(Section::new(
        "learning",
        "Learning curves",
        format!("{note}<div class=\"figures\">\n{figures}</div>\n"),
    ))
}

fn curve_figure(
    name: &str,
    series: &[(String, Vec<(f64, f64)>)],
    best_epoch: Option<u64>,
) -> String {
    let title = if name == "loss" {
        "Loss".to_owned()
    } else {
        metric(name).0
    };
    let drawn: Vec<Series> = series
        .iter()
        .map(|(label, points)| Series {
            label: label.clone(),
            points: points.clone(),
        })
        .collect();
    let mut axes = Axes::around(&drawn, "epoch", "");
    axes.marked_x = best_epoch.map(|epoch| epoch as f64);
    figure(&title, &lines(&axes, &drawn), &drawn)
}

/// Collects every number of every epoch by metric and by where it was measured.
///
/// A number's path is its keys in the line: `validation.species.accuracy` is the metric `accuracy` of the curve
/// `validation species`, and `train_loss` the metric `loss` of the curve `train`.
fn curves(epochs: &[Value]) -> Curves {
    let mut curves = Curves::new();
    for (place, line) in epochs.iter().enumerate() {
        let epoch = line
            .get("epoch")
            .and_then(Value::as_f64)
            .unwrap_or((place + 1) as f64);
        let mut numbers = Vec::new();
        collect(line, &mut Vec::new(), &mut numbers);
        for (path, value) in numbers {
            let (name, label) = split_path(&path);
            if NOT_DRAWN.contains(&name.as_str()) {
                continue;
            }
            let metric = entry(&mut curves, &name);
            entry(metric, &label).push((epoch, value));
        }
    }
    // Losses first, the learning rate last, the rest as they stand in the lines.
    curves.sort_by_key(|(name, _)| match name.as_str() {
        "loss" => 0,
        "learning_rate" => 2,
        _ => 1,
    });
    curves
}

fn entry<'a, T: Default>(list: &'a mut Vec<(String, T)>, name: &str) -> &'a mut T {
    let place = list
        .iter()
        .position(|(known, _)| known == name)
        .unwrap_or_else(|| {
            list.push((name.to_owned(), T::default()));
            list.len() - 1
        });
    &mut list[place].1
}

fn collect(value: &Value, path: &mut Vec<String>, numbers: &mut Vec<(Vec<String>, f64)>) {
    match value {
        Value::Number(number) => {
            numbers.extend(number.as_f64().map(|number| (path.clone(), number)))
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                path.push(key.clone());
                collect(value, path, numbers);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The metric and the curve of a path.
fn split_path(path: &[String]) -> (String, String) {
    let Some((last, before)) = path.split_last() else {
        return Default::default();
    };
    let mut label: Vec<&str> = before
        .iter()
        .map(String::as_str)
        .filter(|key| *key != "metrics")
        .collect();
    let mut name = last.as_str();
    for (prefix, part) in PREFIXES {
        if let Some(rest) = name.strip_prefix(prefix) {
            label.insert(0, part);
            name = rest;
        }
    }
    (name.to_owned(), label.join(" "))
}
