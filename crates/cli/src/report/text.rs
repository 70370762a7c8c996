//! Text for the page: escaping, numbers, tables, and what a metric means.

pub(super) use crate::format::{count, counted};

/// Longest text of a cell; a page is no place for a document that stands in a cell.
const MAX_CELL: usize = 160;

/// Makes text safe inside elements and quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\0' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Escapes and cuts text that is too long for a cell.
pub(super) fn cell_text(text: &str) -> String {
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}\u{2026}", escape(&text[..end])),
        None => escape(text),
    }
}

/// A number with about four significant digits: `0.9667`, `12.35`, `48,213`, `1.2e-7`.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if value == 0.0 => "0".to_owned(),
        _ if !(1e-4..1e15).contains(&size) => format!("{value:.2e}"),
        _ if size < 10.0 => format!("{value:.4}"),
        _ if size < 100.0 => format!("{value:.2}"),
        _ if size < 1000.0 => format!("{value:.1}"),
        _ => group_thousands(&format!("{value:.0}")),
    };
    text.replace('-', "\u{2212}")
}

/// A number on an axis, with no more places than the space between two marks needs.
pub(super) fn tick(value: f64, span: f64) -> String {
    let size = value.abs().max(span);
    if value.abs() < span * 1e-9 {
        return "0".to_owned();
    }
    if !(1e-4..1e7).contains(&size) {
        return format!("{value:.1e}").replace('-', "\u{2212}");
    }
    let places = (1.0 - span.log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{value:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    group_thousands(text).replace('-', "\u{2212}")
}

fn group_thousands(text: &str) -> String {
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or(grouped.clone(), |fraction| format!("{grouped}.{fraction}"))
}

/// A table that scrolls sideways on a narrow screen. Headings whose text starts with `#` are of numbers. Cells are
/// HTML already.
pub(super) fn table(
    class: &str,
    headings: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let numeric = |place: usize| {
        headings
            .get(place)
            .is_some_and(|heading| heading.starts_with('#'))
    };
    let attribute = |place| if numeric(place) { r#" class="n""# } else { "" };
    let head: String = headings
        .iter()
        .enumerate()
        .map(|(place, heading)| {
            format!(
                r#"<th scope="col"{}>{}</th>"#,
                attribute(place),
                escape(heading.trim_start_matches('#'))
            )
        })
        .collect();
    let mut body = String::new();
    for row in rows {
        body.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            body.push_str(&format!("<td{}>{cell}</td>", attribute(place)));
        }
        body.push_str("</tr>\n");
    }
    format!(
        "<div class=\"scroll\"><table class=\"{class}\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )
}

/// A metric's name as people write it, and what it says in a few words.
pub(super) fn metric(name: &str) -> (String, &'static str) {
    let (title, meaning) = match name {
        "accuracy" => ("Accuracy", "share of rows answered right"),
        "balanced_accuracy" => ("Balanced accuracy", "mean share answered right per class"),
        "roc_auc" => (
            "ROC AUC",
            "chance that a yes is ranked above a no; 0.5 is guessing",
        ),
        "pr_auc" => ("PR AUC", "average precision over all thresholds"),
        "log_loss" => (
            "Log loss",
            "cost of the probabilities; confident wrong answers cost most",
        ),
        "brier" => (
            "Brier score",
            "squared distance of the probabilities from what happened",
        ),
        "ece" => (
            "Calibration error",
            "mean gap between stated and actual probability (ECE)",
        ),
        "precision" => ("Precision", "of rows answered yes, the share that is"),
        "recall" => ("Recall", "of rows that are yes, the share found"),
        "f1" => ("F1", "balance of precision and recall"),
        "f1_macro" => ("F1, macro", "mean of F1 over classes"),
        "f1_micro" => ("F1, micro", "F1 over all answers taken together"),
        "f1_weighted" => ("F1, weighted", "F1 over classes weighted by their rows"),
        "precision_macro" => ("Precision, macro", "mean of precision over classes"),
        "precision_weighted" => (
            "Precision, weighted",
            "precision weighted by the classes' rows",
        ),
        "recall_macro" => ("Recall, macro", "mean of recall over classes"),
        "recall_weighted" => ("Recall, weighted", "recall weighted by the classes' rows"),
        "top_3" => (
            "Top 3",
            "share with the right class among the three most probable",
        ),
        "top_5" => (
            "Top 5",
            "share with the right class among the five most probable",
        ),
        "rmse" => (
            "RMSE",
            "typical error, large ones weigh more; in the target's units",
        ),
        "mse" => ("MSE", "mean squared error"),
        "mae" => ("MAE", "mean size of the error, in the target's units"),
        "median_absolute_error" => ("Median error", "half of all errors are smaller"),
        "mape" => ("MAPE", "mean error as a share of the target"),
        "r2" => (
            "R\u{b2}",
            "share of the variation explained; 0 is the mean, 1 is perfect",
        ),
        "pinball" => (
            "Pinball loss",
            "mean cost of the quantiles, in the target's units",
        ),
        "jaccard" => ("Jaccard index", "overlap of predicted and actual labels"),
        "subset_accuracy" => ("Subset accuracy", "share of rows with every label right"),
        "hamming_loss" => ("Hamming loss", "share of single labels that are wrong"),
        "mrr" => ("MRR", "mean of one over the rank of the right answer"),
        "recall_at_1" => ("Recall at 1", "share with the right answer first"),
        "recall_at_5" => ("Recall at 5", "share with the right answer among five"),
        "recall_at_10" => ("Recall at 10", "share with the right answer among ten"),
        "answered" => ("Answered", "share of questions above the threshold"),
        "answered_correctly" => (
            "Answered correctly",
            "of those, the share with the right answer first",
        ),
        "mrr_at_10" => (
            "MRR at 10",
            "the same, where ranks beyond ten count nothing",
        ),
        "ndcg_at_10" => (
            "NDCG at 10",
            "the first ten, each discounted by its rank; 1 is perfect",
        ),
        "unknown_rejected" => (
            "Unknown rejected",
            "of questions whose answer is not stored, the share not answered",
        ),
        "entity_f1" => (
            "Entity F1",
            "F1 over all entities, words and type both right",
        ),
        "entity_precision" => (
            "Entity precision",
            "of entities found, the share that is right",
        ),
        "entity_recall" => ("Entity recall", "of entities there are, the share found"),
        "entity_f1_macro" => ("Entity F1, macro", "mean of F1 over types of entities"),
        "token_accuracy" => ("Word accuracy", "share of words with the right tag"),
        "sequence_accuracy" => ("Text accuracy", "share of texts with every tag right"),
        "in_scope_accuracy" => (
            "In-scope accuracy",
            "of rows in scope, the share accepted and answered right",
        ),
        "in_scope_acceptance" => (
            "In-scope acceptance",
            "of rows in scope, the share accepted",
        ),
        "out_of_scope_recall" => (
            "Out-of-scope recall",
            "of rows out of scope, the share refused",
        ),
        "out_of_scope_precision" => (
            "Out-of-scope precision",
            "of refused rows, the share that is out of scope",
        ),
        "out_of_scope_roc_auc" => (
            "Scope ROC AUC",
            "chance that a row in scope scores above one that is not",
        ),
        "fpr_at_95_tpr" => (
            "Passing at 95 %",
            "of rows out of scope, the share that passes when 95 % in scope do",
        ),
        "smape" => (
            "sMAPE",
            "error as a share of the mean of value and forecast, 0 to 2",
        ),
        "wape" => ("WAPE", "sum of the errors over the sum of the values"),
        "mase" => (
            "MASE",
            "error next to that of repeating the season, in the history; below 1 is better",
        ),
        "rmsse" => ("RMSSE", "the same of squared errors"),
        "wql" => (
            "Weighted quantile loss",
            "cost of all quantiles over the sum of the values",
        ),
        "crps" => (
            "CRPS",
            "mean distance of the whole forecast distribution from what happened",
        ),
        "bias" => (
            "Bias",
            "mean of forecast less value; above 0 it is too high",
        ),
        "coverage_80" => (
            "Coverage of 80 %",
            "share of values inside the interval that should hold 80 %",
        ),
        "width_80" => ("Width of 80 %", "mean width of that interval"),
        _ => return list_metric(name).unwrap_or_else(|| (other_metric(name), "")),
    };
    (title.to_owned(), meaning)
}

/// The same of a metric of lists of items, such as `recall_at_20`; nothing of another.
pub(super) fn list_metric(name: &str) -> Option<(String, &'static str)> {
    let (name, length) = name.split_once("_at_")?;
    let (title, meaning) = match name {
        "ndcg" => (
            "NDCG",
            "hits, each discounted by its rank; 1 is a perfect list",
        ),
        "recall" => ("Recall", "of the items held back, the share in the list"),
        "precision" => ("Precision", "of the list, the share that was held back"),
        "hit" => ("Hit rate", "share of users with a hit in the list"),
        "mrr" => ("MRR", "mean of one over the rank of the first hit"),
        "map" => ("MAP", "precision at the rank of each hit, mean over users"),
        "coverage" => ("Coverage", "share of all items that are in some list"),
        "gini" => (
            "Gini coefficient",
            "0 if all items are listed equally often, near 1 if always the same few",
        ),
        "novelty" => (
            "Novelty",
            "how little known the listed items are, in bits; less for popular ones",
        ),
        _ => return None,
    };
    Some((format!("{title} at {length}"), meaning))
}

fn other_metric(name: &str) -> String {
    if let Some(percent) = name.strip_prefix("coverage_") {
        return format!("Coverage of {percent} %");
    }
    capitalised(&name.replace('_', " "))
}

/// Text that begins with a capital letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
