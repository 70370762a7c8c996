//! The first section: did it work, and is it better than the trivial answer?

use hob_training::metrics::greater_is_better;

use super::text::{count, escape, metric, number, rows, table};
use super::{OutputResult, ReportData, Section};

/// The line below the title.
pub(super) fn subtitle(run: &ReportData) -> String {
    let sentences: Vec<String> = run.outputs.iter().filter_map(sentence).collect();
    if sentences.is_empty() {
        String::new()
    } else {
        format!("<ul class=\"subtitle\">{}</ul>\n", sentences.concat())
    }
}

fn sentence(output: &OutputResult) -> Option<String> {
    let (name, value) = output.test.metrics.first()?;
    let baseline = output.baseline.metrics.get(name);
    let against = baseline.map(|value| format!(", where the trivial answer has {}", number(value)));
    Some(format!(
        "<li><code>{}</code>: {} <strong>{}</strong> on {} kept for the test{}.</li>",
        escape(&output.name),
        escape(&metric(name).0),
        number(value),
        rows(output.test.rows),
        against.unwrap_or_default(),
    ))
}

/// Every metric beside the baseline.
pub(super) fn section(run: &ReportData) -> Section {
    let mut body = String::from(
        "<p class=\"note\">Test rows were seen neither in training nor in choosing the weights. The baseline gives every \
         row the same answer, the best one that needs no inputs.</p>\n",
    );
    for output in &run.outputs {
        if run.outputs.len() > 1 {
            body.push_str(&format!("<h3>{}</h3>\n", escape(&output.name)));
        }
        body.push_str(&warning(output).unwrap_or_default());
        body.push_str(&metrics_table(output));
    }
    Section::new("result", "Result", body)
}

/// A model that the trivial answer beats is the most important thing a report can say.
fn warning(output: &OutputResult) -> Option<String> {
    let (name, value) = output.test.metrics.first()?;
    let baseline = output.baseline.metrics.get(name)?;
    let better = if greater_is_better(name) {
        value > baseline
    } else {
        value < baseline
    };
    (!better).then(|| {
        format!(
            "<p class=\"warning\">By {} the model is not better than the trivial baseline.</p>\n",
            escape(&metric(name).0)
        )
    })
}

fn metrics_table(output: &OutputResult) -> String {
    let validation = output.validation.as_ref();
    let mut headings = vec!["Metric", "#Test", "#Baseline"];
    if validation.is_some() {
        headings.push("#Validation");
    }
    headings.push("What it says");
    let shown = |value: Option<f64>| value.map_or("\u{2013}".to_owned(), number);
    let lines = output
        .test
        .metrics
        .iter()
        .enumerate()
        .map(|(place, (name, value))| {
            let (title, meaning) = metric(name);
            let title = escape(&title);
            let title = if place == 0 {
                format!("<strong>{title}</strong>")
            } else {
                title
            };
            let mut cells = vec![
                format!("<span title=\"{}\">{title}</span>", escape(name)),
                format!("<strong>{}</strong>", number(value)),
                shown(output.baseline.metrics.get(name)),
            ];
            if let Some(validation) = validation {
                cells.push(shown(validation.metrics.get(name)));
            }
            cells.push(format!("<small>{}</small>", escape(meaning)));
            cells
        });
    let caption: Vec<String> = [("test", Some(&output.test)), ("validation", validation)]
        .into_iter()
        .filter_map(|(part, report)| report.map(|report| format!("{} {part}", count(report.rows))))
        .collect();
    let table = table("metrics", &headings, lines);
    format!(
        "{table}<p class=\"note\">Rows: {}.</p>\n",
        caption.join(", ")
    )
}

/// What the model loses when a column is shuffled.
pub(super) fn importance_section(run: &ReportData) -> Option<Section> {
    let largest = run
        .importance
        .iter()
        .map(|line| line.mean.abs())
        .fold(0.0, f64::max);
    if run.importance.is_empty() {
        return None;
    }
    let bars = run.importance.iter().map(|line| {
        let share = if largest > 0.0 {
            (line.mean.max(0.0) / largest * 100.0).min(100.0)
        } else {
            0.0
        };
        vec![
            format!("<code>{}</code>", super::text::cell_text(&line.column)),
            format!("<span class=\"bar\"><i style=\"width:{share:.1}%\"></i></span>"),
            number(line.mean),
            format!("\u{b1} {}", number(line.deviation)),
        ]
    });
    let repeats = run.importance[0].drops.len();
    let intro = format!(
        "<p class=\"note\">How much worse {} gets on the test part when the values of one column are shuffled, mean and \
         standard deviation of {repeats} shuffles. Columns that say the same cover for each other.</p>\n",
        escape(&metric(&run.importance_metric).0),
    );
    let table = table(
        "importance",
        &["Column", "", "#Gets worse by", "#Deviation"],
        bars,
    );
    Some(Section::new(
        "importance",
        "Importance of inputs",
        intro + &table,
    ))
}
