//! The report of a run: one HTML page that needs nothing but itself.
//!
//! It is made from the files of the run folder alone, so it can be made again later. No scripts and no requests: the
//! page can be mailed, printed and opened in ten years. Everything that comes from data is escaped.

mod background;
mod forecast;
mod item_map;
mod learning;
mod mistakes;
mod output;
mod plot;
mod recommend;
mod result;
mod text;

#[cfg(test)]
mod tests;

use hob_training::forecast::ForecastDetail;
use hob_training::importance::Importance;
use hob_training::metrics::{OutputReport, WorstRow};
use hob_training::mistakes::{Mistakes, ScoreHistogram};
use hob_training::plan::Contradictions;
use hob_training::recommend::RecommendDetail;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use text::escape;

/// Everything a report shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReportData {
    /// The recipe's name, the title of the page.
    pub(crate) name: String,
    /// The recipe as used.
    pub(crate) recipe_text: String,
    /// The lines of `metrics.jsonl`.
    pub(crate) epochs: Vec<Value>,
    /// The epoch whose weights were kept.
    pub(crate) best_epoch: Option<u64>,
    /// A section per output.
    pub(crate) outputs: Vec<OutputResult>,
    /// Permutation importance, if it was asked for.
    pub(crate) importance: Vec<Importance>,
    /// The metric whose loss the importance is.
    pub(crate) importance_metric: String,
    /// Rows and columns.
    pub(crate) data: DataSummary,
    /// Versions, seed, device, checksums, seconds: names and values in order.
    pub(crate) provenance: Vec<(String, String)>,
}

/// How one output did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutputResult {
    /// The column.
    pub(crate) name: String,
    /// `category`, `binary`, `number`, `set`, `tags`, `answers`, `forecast` or `recommendations`.
    pub(crate) kind: String,
    /// On the test part.
    pub(crate) test: OutputReport,
    /// On the validation part.
    pub(crate) validation: Option<OutputReport>,
    /// The trivial baseline on the test part.
    pub(crate) baseline: OutputReport,
    /// A model on words alone on the test part: TF-IDF and logistic regression, or BM25.
    pub(crate) text_baseline: Option<OutputReport>,
    /// Test rows with the largest loss.
    pub(crate) worst: Vec<WorstRow>,
    /// Windows in detail, where series are continued.
    pub(crate) forecast: Option<ForecastDetail>,
    /// Lists in detail, where items are recommended.
    pub(crate) recommend: Option<RecommendDetail>,
    /// What was wrong in texts.
    pub(crate) mistakes: Option<Mistakes>,
    /// How familiar rows looked that are in and out of scope.
    pub(crate) scope: Option<ScoreHistogram>,
    /// Texts with several labels.
    pub(crate) contradictions: Contradictions,
}

/// What the run learned from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DataSummary {
    /// Part and number of rows.
    pub(crate) parts: Vec<(String, usize)>,
    /// A line per column.
    pub(crate) columns: Vec<ColumnLine>,
    /// What looked like a mistake.
    pub(crate) warnings: Vec<String>,
}

/// One column of the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ColumnLine {
    /// Its name.
    pub(crate) column: String,
    /// `input`, `output` or what else it was used for.
    pub(crate) role: String,
    /// Its type.
    pub(crate) kind: String,
    /// Cells without a value.
    pub(crate) missing: usize,
    /// Different values.
    pub(crate) distinct: usize,
    /// Range or frequent values.
    pub(crate) summary: String,
}

/// The page.
pub(crate) fn html(run: &ReportData) -> String {
    let mut sections = vec![result::section(run)];
    sections.extend(learning::section(run));
    sections.extend(
        run.outputs
            .iter()
            .enumerate()
            .filter_map(|(place, output)| output::section(place, output)),
    );
    sections.extend(result::importance_section(run));
    sections.extend(background::sections(run));
    let links: String = sections.iter().map(Section::link).collect();
    let body: String = sections.iter().map(Section::html).collect();
    let name = escape(&run.name);
    let style = include_str!("report/style.css");
    let subtitle = result::subtitle(run);
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="hob">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{name}: training report</title>
<style>
{style}</style>
</head>
<body>
<header>
<p class="kind">Training report</p>
<h1>{name}</h1>
{subtitle}<nav aria-label="Sections">{links}</nav>
</header>
<main>
{body}</main>
</body>
</html>
"#
    )
}

/// A part of the page with a heading and a link at the top.
struct Section {
    id: String,
    title: String,
    body: String,
}

impl Section {
    fn new(id: impl Into<String>, title: impl Into<String>, body: String) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            body,
        }
    }

    fn link(&self) -> String {
        format!(r##"<a href="#{}">{}</a>"##, self.id, escape(&self.title))
    }

    fn html(&self) -> String {
        format!(
            "<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n",
            self.id,
            escape(&self.title),
            self.body
        )
    }
}
