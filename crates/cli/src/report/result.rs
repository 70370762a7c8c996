//! The first section: did it work, and is it better than the trivial answer?

use hob_training::forecast;
use hob_training::metrics::{Metrics, greater_is_better};
use hob_training::retrieve::KIND;

use super::text::{count, counted, escape, list_metric, metric, number, table};
use super::{OutputResult, ReportData, Section, recommend};

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
    let trivial = match output.kind.as_str() {
        KIND => "a random order",
        forecast::KIND => "the seasonal naive forecast",
        recommend::KIND => recommend::trivial(output).1,
        "tags" => "the most frequent tag of each word",
        _ => "the trivial answer",
    };
    let others = [
        (trivial, Some(&output.baseline)),
        (words_model(output).0, output.text_baseline.as_ref()),
    ];
    let mut others: Vec<String> = others
        .into_iter()
        .filter_map(|(name_of, report)| Some((name_of, report?.metrics.get(name)?)))
        .map(|(name_of, value)| format!("{name_of} has {}", number(value)))
        .collect();
    let beside = lists_beside(output).filter_map(|(name_of, metrics)| {
        let value = number(metrics.get(name)?);
        Some(format!("{} {value}", escape(name_of)))
    });
    others.extend(beside);
    let against = match others.is_empty() {
        true => String::new(),
        false => format!(", where {}", others.join(" and ")),
    };
    let judged = match output.kind.as_str() {
        recommend::KIND => recommend::judged(output),
        _ => format!("{} kept for the test", counted(output.test.rows, "row")),
    };
    Some(format!(
        "<li><code>{}</code>: {} <strong>{}</strong> on {judged}{against}.</li>",
        escape(&output.name),
        escape(&metric(name).0),
        number(value),
    ))
}

/// The model on words that stands beside an output: its name in a sentence, in a table, and what it is.
fn words_model(output: &OutputResult) -> (&'static str, &'static str, &'static str) {
    match output.kind.as_str() {
        KIND => (
            "search by words (BM25)",
            "BM25",
            "BM25 searches the same texts by their words.",
        ),
        _ => (
            "a linear model on words (TF-IDF)",
            "TF-IDF",
            "TF-IDF is a linear model (logistic regression) on the words and word pairs of the same texts.",
        ),
    }
}

/// What the model is compared with.
fn baseline_note(output: &OutputResult) -> String {
    let mut note = match output.kind.as_str() {
        forecast::KIND => {
            "The baseline repeats the season before (seasonal naive); the other columns are classical forecasts of the same \
             windows."
                .to_owned()
        }
        KIND => "The baseline puts the answers in a random order.".to_owned(),
        recommend::KIND => recommend::baseline_note(output).to_owned(),
        "tags" => {
            "The baseline gives every word the tag that it has most often in the training part."
                .to_owned()
        }
        _ => "The baseline gives every row the same answer, the best one that needs no inputs."
            .to_owned(),
    };
    if output.text_baseline.is_some() {
        note.push(' ');
        note.push_str(words_model(output).2);
    }
    note
}

/// Every metric beside the baseline.
pub(super) fn section(run: &ReportData) -> Section {
    let mut body = String::from(
        "<p class=\"note\">Test rows were seen neither in training nor in choosing the weights.</p>\n",
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

/// A model that something simpler beats is the most important thing a report can say.
fn warning(output: &OutputResult) -> Option<String> {
    let (name, value) = output.test.metrics.first()?;
    let is_better = |baseline: f64| match greater_is_better(name) {
        true => value > baseline,
        false => value < baseline,
    };
    let trivial = output.baseline.metrics.get(name);
    let words = output.text_baseline.as_ref();
    let words = words.and_then(|report| report.metrics.get(name));
    let mut beside = lists_beside(output)
        .filter(|(_, metrics)| metrics.get(name).is_some_and(|value| !is_better(value)));
    let beaten_by = match (trivial, words) {
        (Some(baseline), _) if !is_better(baseline) => match output.kind.as_str() {
            recommend::KIND => recommend::trivial(output).1,
            _ => "the trivial baseline",
        },
        (_, Some(baseline)) if !is_better(baseline) => words_model(output).0,
        _ => beside.next()?.0,
    };
    Some(format!(
        "<p class=\"warning\">By {} the model is not better than {}.</p>\n",
        escape(&metric(name).0),
        escape(beaten_by)
    ))
}

/// Other recommenders on the same lists or ratings, by name.
fn lists_beside(output: &OutputResult) -> impl Iterator<Item = (&str, &Metrics)> {
    let others = output.recommend.iter().flat_map(|detail| &detail.others);
    others.map(|other| (other.name.as_str(), &other.metrics))
}

/// A metric's name and what it says of this output: lists of items share some with searches.
fn described(output: &OutputResult, name: &str) -> (String, &'static str) {
    let of_lists = match output.kind.as_str() {
        recommend::KIND => list_metric(name),
        _ => None,
    };
    of_lists.unwrap_or_else(|| metric(name))
}

fn metrics_table(output: &OutputResult) -> String {
    let validation = output.validation.as_ref();
    let (trivial, rows) = match output.kind.as_str() {
        recommend::KIND => (recommend::trivial(output).0, recommend::rows(output)),
        _ => ("#Baseline", "Rows"),
    };
    let mut headings = vec!["Metric", "#Test", trivial];
    let words = output.text_baseline.as_ref();
    let words_heading = format!("#{}", words_model(output).1);
    if words.is_some() {
        headings.push(&words_heading);
    }
    let others = others(output);
    let named: Vec<String> = others.iter().map(|(name, _)| format!("#{name}")).collect();
    headings.extend(named.iter().map(String::as_str));
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
            let (title, meaning) = described(output, name);
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
            let of = |metrics: &Metrics| shown(metrics.get(name));
            cells.extend(words.map(|report| of(&report.metrics)));
            cells.extend(others.iter().map(|(_, metrics)| of(metrics)));
            cells.extend(validation.map(|report| of(&report.metrics)));
            cells.push(format!("<small>{}</small>", escape(meaning)));
            cells
        });
    let caption: Vec<String> = [("test", Some(&output.test)), ("validation", validation)]
        .into_iter()
        .filter_map(|(part, report)| report.map(|report| format!("{} {part}", count(report.rows))))
        .collect();
    let table = table("metrics", &headings, lines);
    let protocol = output.recommend.as_ref().map(recommend::protocol);
    format!(
        "{table}<p class=\"note\">{rows}: {}. {}</p>\n{}",
        caption.join(", "),
        baseline_note(output),
        protocol.unwrap_or_default()
    )
}

/// Other models on the same rows, by name.
fn others(output: &OutputResult) -> Vec<(&str, &Metrics)> {
    let forecasts = output.forecast.iter().flat_map(|detail| &detail.others);
    let forecasts = forecasts.map(|other| (other.name.as_str(), &other.metrics));
    forecasts.chain(lists_beside(output)).collect()
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
