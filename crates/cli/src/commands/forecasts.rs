//! What is printed of models that continue series.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use hob_data::source::Format;
use hob_inference::Forecaster;
use hob_inference::forecast::ForecastSpec;
use hob_training::forecast::{self, PlannedForecast};
use hob_training::plan::Plan;
use serde_json::{Value, json};

use super::failure::WrongRequest;
use super::{predict, results};
use crate::args::{EvaluateArgs, PredictArgs};
use crate::format::{count, number, table};
use crate::output::{self, say};

/// Windows shown as the network will see them.
const SHOWN_WINDOWS: usize = 2;
/// Steps shown of each.
const SHOWN_STEPS: usize = 8;

/// Continues the series of a file, of standard input, or those the model knows.
pub(super) fn predict(forecaster: &Forecaster, args: &PredictArgs) -> Result<()> {
    if !args.keep.is_empty() {
        let text = "`--keep` is for rows that are answered one by one; a forecast has the columns of its series";
        return Err(WrongRequest(text.to_string()).into());
    }
    let (windows, format) = match &args.data {
        None => (forecaster.stored_windows()?, Format::Csv),
        Some(_) => {
            let (requests, options) = (forecaster.requests(), forecaster.read_options());
            let (table, report) = predict::read(&requests, &options, args)?;
            predict::say_rejected(&report);
            let format = report.files.first().map_or(Format::Csv, |file| file.format);
            let (windows, report) = forecaster.windows_of_rows(&table)?;
            for note in report.notes() {
                say(&format!("note: {note}"));
            }
            (windows, format)
        }
    };
    let format = predict::output_format(args, format)?;
    let forecasts = forecaster.forecast(&windows);
    let num_rows = windows.len() * windows.horizon();
    let bytes = predict::encode(
        || forecaster.columns(&windows, &forecasts),
        |row| forecaster.row_to_json(&windows, &forecasts, row),
        Vec::new(),
        num_rows,
        format,
    )?;
    predict::write_answers(args, &bytes, num_rows)
}

/// Scores a model on the last steps of the series of files.
pub(super) fn evaluate(
    forecaster: &Forecaster,
    paths: &[PathBuf],
    args: &EvaluateArgs,
    started: Instant,
) -> Result<()> {
    let judgement = forecast::judge(forecaster, paths, args.max_rejected)?;
    let output = &judgement.output;
    if args.json {
        return output::json(&json!({
            "bundle": args.model,
            "seconds": started.elapsed().as_secs_f64(),
            "device": forecaster.device(),
            "parameters": forecaster.manifest().parameters,
            "test": { output.column.as_str(): &output.test.metrics },
            "baseline": { output.column.as_str(): &output.baseline.metrics },
        }));
    }
    if judgement.rejected > 0 {
        say(&format!(
            "left out {} rows that cannot be read",
            count(judgement.rejected)
        ));
    }
    for note in judgement.report.notes() {
        say(&format!("note: {note}"));
    }
    output::line(&results::results(std::slice::from_ref(output)))
}

/// One line that says what is about to happen.
pub(super) fn heading(plan: &Plan, planned: &PlannedForecast) -> String {
    let rows = plan.rows();
    format!(
        "{}: the next {} steps of {} from {}, {}; {} training, {} validation, {} test windows",
        plan.name,
        planned.config.horizon,
        planned.config.target,
        planned.config.context,
        planned.preprocessor.frequency(),
        count(rows.training),
        count(rows.validation),
        count(rows.test),
    )
}

/// The first training windows.
pub(super) fn as_seen(plan: &Plan, planned: &PlannedForecast) -> String {
    let rows: Vec<usize> = plan
        .parts
        .train
        .iter()
        .copied()
        .take(SHOWN_WINDOWS)
        .collect();
    let windows = &planned.windows;
    let batch = windows.batch(&rows);
    let layout = planned.preprocessor.layout();
    let mut lines = vec!["as the network sees them".to_string()];
    for (place, &row) in rows.iter().enumerate() {
        let all =
            |values: &[f32], width: usize| values[place * width..(place + 1) * width].to_vec();
        let list = |name: &str, values: Vec<f32>, from_end: bool| {
            let shown = values.len().min(SHOWN_STEPS);
            let shown = match from_end {
                true => &values[values.len() - shown..],
                false => &values[..shown],
            };
            let texts: Vec<String> = shown
                .iter()
                .map(|value| number(f64::from(*value)))
                .collect();
            let (before, after) = match (shown.len() < values.len(), from_end) {
                (true, true) => ("... ", ""),
                (true, false) => ("", " ..."),
                (false, _) => ("", ""),
            };
            format!("{name} {before}{}{after}", texts.join(" "))
        };
        let key = match windows
            .panel
            .series_text(windows.places[row].series as usize)
        {
            key if key.is_empty() => String::new(),
            key => format!("{key}, "),
        };
        let time = planned.preprocessor.columns.time_text(windows.time(row, 0));
        lines.push(format!(
            "  {key}forecast from {time} (unit {}): {}; {}",
            number(f64::from(batch.scale[place])),
            list("sees", all(&batch.past_target, windows.context()), true),
            list("to forecast", all(&batch.target, windows.horizon()), false),
        ));
        let named = [
            ("covariates", &layout.past),
            ("known ahead", &layout.future),
        ];
        for (what, names) in named
            .into_iter()
            .filter(|(_, names)| place == 0 && !names.is_empty())
        {
            lines.push(format!("    {what}: {}", names.join(", ")));
        }
    }
    lines.join("\n")
}

/// What a model expects and answers.
pub(super) fn shown(spec: &ForecastSpec) -> String {
    let fitted = &spec.preprocessor;
    let columns = &fitted.columns;
    let mut rows = vec![vec![
        format!("  {}", columns.time),
        "time".to_string(),
        fitted.frequency().to_string(),
    ]];
    let lists = [
        (&columns.series, "series", ""),
        (&columns.known, "known", "also for the steps to forecast"),
        (&columns.past, "past", ""),
        (&columns.static_numbers, "static", "a number per series"),
        (&columns.static_texts, "static", "a text per series"),
    ];
    for (names, usage, what) in lists {
        rows.extend(
            names
                .iter()
                .map(|name| vec![format!("  {name}"), usage.to_string(), what.to_string()]),
        );
    }
    let series = spec.history.series.len();
    let last = (0..series)
        .map(|place| spec.history.series[place].end())
        .max()
        .unwrap_or(0);
    let last = fitted.grid.time(spec.history.first + last as i64 - 1);
    let levels: Vec<String> = spec.levels.iter().map(f64::to_string).collect();
    let answers = vec![vec![
        format!("  {}", columns.target),
        format!("the next {} steps from {}", fitted.horizon, fitted.context),
        format!("quantiles {}", levels.join(", ")),
    ]];
    format!(
        "{}\n\n{}\n  continues {} series stored up to {}; rows of a file go on where they end",
        table(&["expects", "as", ""], &[0, 1, 2], rows),
        table(&["answers", "", ""], &[0, 1, 2], answers),
        count(series),
        columns.time_text(last),
    )
}

/// The same for `--json`, without the stored history.
pub(super) fn to_json(spec: &ForecastSpec) -> Value {
    json!({
        "preprocessor": spec.preprocessor,
        "levels": spec.levels,
        "calibrated": spec.conformal.is_some(),
        "series": spec.history.series.len(),
    })
}
