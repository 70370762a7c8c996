//! What the run was made from: data, recipe, provenance.

use super::text::{cell_text, count, escape, table};
use super::{DataSummary, ReportData, Section};

/// The last sections of the page.
pub(super) fn sections(run: &ReportData) -> Vec<Section> {
    let recipe = format!(
        "<pre><code>{}</code></pre>\n",
        escape(run.recipe_text.trim_end())
    );
    let mut sections = vec![
        Section::new("data", "Data", data(&run.data)),
        Section::new("recipe", "Recipe", recipe),
    ];
    if !run.provenance.is_empty() {
        let lines = run
            .provenance
            .iter()
            .map(|(name, value)| vec![escape(name), escape(value)]);
        sections.push(Section::new(
            "provenance",
            "Provenance",
            table("provenance", &["What", "Value"], lines),
        ));
    }
    sections
}

fn data(data: &DataSummary) -> String {
    let mut body = String::new();
    let total: usize = data.parts.iter().map(|(_, rows)| rows).sum();
    let tiles: String = data
        .parts
        .iter()
        .map(|(part, rows)| {
            let percent = if total == 0 { 0.0 } else { *rows as f64 / total as f64 * 100.0 };
            let part = escape(part);
            format!("<div class=\"tile\"><span>{part}</span><strong>{}</strong><small>rows, {percent:.0} %</small></div>", count(*rows))
        })
        .collect();
    if !tiles.is_empty() {
        body.push_str(&format!("<div class=\"tiles\">{tiles}</div>\n"));
    }
    for warning in &data.warnings {
        body.push_str(&format!("<p class=\"warning\">{}</p>\n", escape(warning)));
    }
    if !data.columns.is_empty() {
        let lines = data.columns.iter().map(|line| {
            vec![
                format!("<code>{}</code>", cell_text(&line.column)),
                escape(&line.role),
                escape(&line.kind),
                count(line.missing),
                count(line.distinct),
                format!("<small>{}</small>", cell_text(&line.summary)),
            ]
        });
        let headings = ["Column", "Use", "Type", "#Missing", "#Distinct", "Values"];
        body.push_str(&table("columns", &headings, lines));
    }
    body
}
