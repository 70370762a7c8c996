//! Forecasts in the report: fans over what happened, errors per step and series, what orders would have cost.

use hob_training::forecast::{Fan, ForecastDetail};
use serde_json::Value;

use super::plot::{self, Axes, Series, figure};
use super::text::{capitalised, cell_text, count, escape, metric, number, table};
use crate::simulation::sentence;

/// Metrics of the table of series.
const SERIES_METRICS: [&str; 4] = ["mase", "wape", "wql", "coverage_80"];
/// Lines of the table of series.
const MAX_SERIES: usize = 50;

/// Everything about the windows of the test part.
pub(super) fn body(name: &str, detail: &ForecastDetail) -> String {
    let mut body = format!(
        "<p class=\"note\">{} windows of {} steps, {} series; the classical forecasts see the same history. Seasonal naive \
         repeats the value of {} steps before.</p>\n",
        count(detail.windows),
        detail.horizon,
        count(detail.series),
        detail.season
    );
    let fans: String = detail
        .fans
        .iter()
        .map(|fan| drawn(name, fan, &detail.levels))
        .collect();
    body.push_str(&format!("<div class=\"figures\">\n{fans}</div>\n"));
    body.push_str(
        "<p class=\"note\">Dark: what was and what happened; blue: the median forecast, with its outermost and a middle pair \
         of quantiles around it. The series with the largest values, their last test window.</p>\n",
    );
    body.push_str(&steps(detail));
    body.push_str(&series(detail));
    body.extend(detail.simulation.as_ref().map(simulation));
    body
}

/// History, forecast and what happened of one series.
fn drawn(name: &str, fan: &Fan, levels: &[f64]) -> String {
    let first = fan.history.len();
    let known = |values: &[Option<f64>], from: usize| -> Vec<(f64, f64)> {
        let values = values.iter().enumerate();
        values
            .filter_map(|(place, value)| Some(((from + place) as f64, (*value)?)))
            .collect()
    };
    let mut past = known(&fan.history, 0);
    past.extend(known(&fan.actual, first));
    let steps = |value: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        (0..fan.median.len())
            .map(|step| ((first + step) as f64, value(step)))
            .collect()
    };
    let median = steps(&|step| fan.median[step]);
    let last = levels.len().saturating_sub(1);
    let middle = levels
        .iter()
        .position(|level| *level >= 0.25)
        .unwrap_or(0)
        .min(last / 2);
    let bands: Vec<[Vec<(f64, f64)>; 2]> = [0, middle]
        .into_iter()
        .map(|place| [place, last - place].map(|place| steps(&|step| fan.quantiles[step][place])))
        .collect();
    let lines = vec![
        Series {
            label: "forecast".to_string(),
            points: median,
        },
        Series {
            label: "what happened".to_string(),
            points: past,
        },
    ];
    let mut all: Vec<Series> = bands
        .iter()
        .flatten()
        .map(|points| Series {
            label: String::new(),
            points: points.clone(),
        })
        .collect();
    all.extend(lines.iter().map(|line| Series {
        label: String::new(),
        points: line.points.clone(),
    }));
    let edge = |place: usize| fan.times.get(place).map(String::as_str).unwrap_or_default();
    let x_label = format!(
        "steps from {} to {}",
        edge(0),
        edge(fan.times.len().saturating_sub(1))
    );
    let axes = Axes {
        marked_x: Some(first as f64 - 0.5),
        ..Axes::around(&all, &x_label, name)
    };
    let title = match fan.series.is_empty() {
        true => name.to_string(),
        false => fan.series.clone(),
    };
    figure(&title, &plot::fan(&axes, &bands, &lines), &[])
}

/// How errors grow with the distance.
fn steps(detail: &ForecastDetail) -> String {
    let line = |name: &str| Series {
        label: metric(name).0,
        points: detail
            .per_step
            .iter()
            .filter_map(|line| Some((line.step as f64, line.metrics.get(name)?)))
            .collect(),
    };
    let errors = [line("mae"), line("rmse")];
    if errors[0].points.len() < 2 {
        return String::new();
    }
    let axes = Axes::around(&errors, "steps ahead", "");
    let mut figures = figure("Error by distance", &plot::lines(&axes, &errors), &errors);
    let coverage = [line("coverage_80")];
    if coverage[0].points.len() > 1 {
        let last = detail.per_step.len() as f64;
        let axes = Axes {
            x: 1.0..last,
            ..Axes::unit("steps ahead", "")
        };
        figures.push_str(&figure(
            "Share inside the 80 % interval by distance",
            &plot::lines(&axes, &coverage),
            &[],
        ));
    }
    format!("<div class=\"figures\">\n{figures}</div>\n")
}

/// The series with the largest values, beside the baseline.
fn series(detail: &ForecastDetail) -> String {
    if detail.per_series.len() < 2 {
        return String::new();
    }
    let names: Vec<&str> = SERIES_METRICS
        .into_iter()
        .filter(|name| {
            detail
                .per_series
                .iter()
                .any(|line| line.metrics.get(name).is_some())
        })
        .collect();
    let mut headings = vec!["Series".to_string(), "#Mean value".to_string()];
    headings.extend(names.iter().map(|name| format!("#{}", metric(name).0)));
    headings.push("#MASE of seasonal naive".to_string());
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let shown = |value: Option<f64>| value.map_or("\u{2013}".to_owned(), number);
    let lines = detail.per_series.iter().take(MAX_SERIES).map(|line| {
        let mut cells = vec![cell_text(&line.series), number(line.weight)];
        cells.extend(names.iter().map(|name| shown(line.metrics.get(name))));
        cells.push(shown(line.baseline.get("mase")));
        cells
    });
    let table = table("series", &headings, lines);
    let shown = detail.per_series.len().min(MAX_SERIES);
    format!(
        "<h3>Series</h3>\n<p class=\"note\">The {} with the largest values of {}.</p>\n{table}",
        count(shown),
        count(detail.series)
    )
}

/// What orders would have cost in the test windows.
fn simulation(result: &Value) -> String {
    let interval = |value: &Value, key: &str| {
        let part = |end: &str| value[key][end].as_f64().unwrap_or(f64::NAN);
        format!(
            "{} <small>({}\u{2013}{})</small>",
            number(part("value")),
            number(part("low")),
            number(part("high"))
        )
    };
    let line = |name: String, policy: &Value| {
        let plain = |key: &str| number(policy[key].as_f64().unwrap_or(f64::NAN));
        vec![
            name,
            interval(policy, "cost"),
            interval(policy, "fill_rate"),
            plain("cycle_service"),
            plain("stock"),
            plain("waste"),
            plain("holding_cost"),
            plain("shortage_cost"),
        ]
    };
    let simple = result["simple"].as_array().into_iter().flatten();
    let mut lines = vec![line(
        "<strong>orders from the forecast</strong>".to_string(),
        &result["forecast"],
    )];
    lines.extend(simple.map(|policy| {
        let weeks = policy["safety"].as_f64().unwrap_or(0.0);
        line(format!("last month's mean + {weeks} weeks"), policy)
    }));
    lines.push(line("perfect foresight".to_string(), &result["foresight"]));
    let headings = [
        "Policy",
        "#Cost",
        "#Fill rate",
        "#Cycle service",
        "#Mean stock",
        "#Waste",
        "#Holding",
        "#Shortage",
    ];
    format!(
        "<h3>What orders would have cost</h3>\n<p class=\"note\">The test windows replayed step by step, with the same \
         lead times and stock at the start for every policy. Intervals by drawing items anew.</p>\n<p>{}.</p>\n{}",
        escape(&capitalised(&sentence(result))),
        table("simulation", &headings, lines.into_iter()),
    )
}
