//! One output in detail: confusion or residuals, curves, calibration, classes, worst rows.

use hob_training::metrics::{
    CalibrationBin, ClassReport, Confusion, CurveKind, OutputReport, Residuals, WorstRow,
};

use super::plot::{self, Axes, Series, figure};
use super::text::{cell_text, count, counted, escape, number, table};
use super::{OutputResult, Section};
use super::{forecast, mistakes, recommend};

/// Up to this many classes a cell of the confusion matrix also shows its percentage.
const MAX_PERCENT_CLASSES: usize = 12;

/// Up to this many classes the confusion matrix stands among the plots.
const MAX_FIGURE_CLASSES: usize = 5;

/// Up to this many inputs each has a column in the table of the worst rows.
const MAX_INPUT_COLUMNS: usize = 12;

/// Lines of the table of classes.
const MAX_CLASS_LINES: usize = 200;

/// Everything about one output, if there is more to say than its metrics.
pub(super) fn section(place: usize, output: &OutputResult) -> Option<Section> {
    let test = &output.test;
    let mut body = String::new();
    if let Some(detail) = &output.forecast {
        body.push_str(&forecast::body(&output.name, detail));
    }
    if let Some(detail) = &output.recommend {
        body.push_str(&recommend::body(output, detail));
    }
    let (small, large) = match &test.confusion {
        Some(counts) if counts.labels.len() <= MAX_FIGURE_CLASSES => (Some(counts), None),
        counts => (None, counts.as_ref()),
    };
    body.extend(large.map(|counts| format!("<h3>Confusion matrix</h3>\n{}", confusion(counts))));
    body.push_str(&figures(output, small));
    body.extend(test.residuals.as_ref().map(residual_note));
    body.push_str(&classes(&test.per_class));
    body.push_str(&mistakes::mistakes(output));
    // For a plain number the loss of a row is its error.
    let loss = if test.residuals.is_some() && test.calibration.is_empty() {
        "#Error"
    } else {
        "#Loss"
    };
    if !lists_all(output) {
        body.push_str(&worst(&output.worst, loss));
    }
    let title = format!("{} ({})", output.name, output.kind);
    (!body.is_empty()).then(|| Section::new(format!("output-{place}"), title, body))
}

/// Whether the list of mistakes says all that the worst rows would: they have no inputs but a text.
fn lists_all(output: &OutputResult) -> bool {
    output.mistakes.is_some() && output.worst.iter().all(|row| row.inputs.len() <= 1)
}

/// Counts with the share of the row as shade.
fn confusion(confusion: &Confusion) -> String {
    let classes = confusion.labels.len();
    let with_percent = classes <= MAX_PERCENT_CLASSES;
    let head: String = confusion
        .labels
        .iter()
        .map(|label| format!("<th scope=\"col\">{}</th>", cell_text(label)))
        .collect();
    let mut lines = String::new();
    for (label, counts) in confusion.labels.iter().zip(&confusion.counts) {
        let total: usize = counts.iter().sum();
        lines.push_str(&format!("<tr><th scope=\"row\">{}</th>", cell_text(label)));
        for &cell in counts {
            let share = if total == 0 {
                0.0
            } else {
                cell as f64 / total as f64
            };
            let percent = format!("{:.1} %", share * 100.0);
            let below = if with_percent {
                format!("<small>{percent}</small>")
            } else {
                String::new()
            };
            // Text turns white where the shade is dark.
            let class = if share > 0.55 { " class=\"deep\"" } else { "" };
            lines.push_str(&format!(
                "<td{class} style=\"--share:{share:.3}\" title=\"{percent} of {}\">{}{below}</td>",
                escape(label),
                count(cell)
            ));
        }
        lines.push_str("</tr>\n");
    }
    let size = if with_percent {
        "confusion"
    } else {
        "confusion small"
    };
    format!(
        "<p class=\"note\">Rows are what is, columns what was predicted; the shade is the share of the row.</p>\n\
         <div class=\"scroll\"><table class=\"{size}\">\n<thead><tr><td></td>{head}</tr></thead>\n\
         <tbody>\n{lines}</tbody></table></div>\n"
    )
}

/// All plots of an output side by side.
fn figures(output: &OutputResult, small_confusion: Option<&Confusion>) -> String {
    let report = &output.test;
    let mut figures = String::new();
    figures.extend(small_confusion.map(|counts| {
        format!(
            "<figure>\n<figcaption>Confusion matrix</figcaption>\n{}</figure>\n",
            confusion(counts)
        )
    }));
    if let Some(residuals) = &report.residuals {
        figures.push_str(&figure(
            "Predicted over actual",
            &plot::scatter(&residuals.sample, "actual", "predicted"),
            &[],
        ));
        figures.push_str(&figure(
            "Errors (predicted minus actual)",
            &plot::histogram(
                &residuals.histogram.edges,
                &residuals.histogram.counts,
                "error",
                "rows",
            ),
            &[],
        ));
    }
    figures.push_str(&curve_figure(report, CurveKind::Roc));
    figures.push_str(&curve_figure(report, CurveKind::PrecisionRecall));
    if !report.calibration.is_empty() {
        figures.push_str(&calibration(&report.calibration));
    }
    figures.push_str(&mistakes::figures(output));
    if figures.is_empty() {
        figures
    } else {
        format!("<div class=\"figures\">\n{figures}</div>\n")
    }
}

fn curve_figure(report: &OutputReport, kind: CurveKind) -> String {
    let of_kind: Vec<_> = report
        .curves
        .iter()
        .filter(|curve| curve.kind == kind)
        .collect();
    if of_kind.is_empty() {
        return String::new();
    }
    let series: Vec<Series> = of_kind
        .iter()
        .map(|curve| Series {
            label: format!("{} ({})", curve.label, number(curve.area)),
            points: curve.points.iter().map(|&[x, y]| (x, y)).collect(),
        })
        .collect();
    let (title, axes) = match kind {
        CurveKind::Roc => (
            "ROC curve",
            Axes {
                diagonal: true,
                ..Axes::unit("false positive rate", "true positive rate")
            },
        ),
        CurveKind::PrecisionRecall => ("Precision and recall", Axes::unit("recall", "precision")),
    };
    figure(title, &plot::lines(&axes, &series), &series)
}

/// Stated over actual probability; the size of a dot is the share of rows.
fn calibration(bins: &[CalibrationBin]) -> String {
    let points: Vec<(f64, f64)> = bins
        .iter()
        .map(|bin| (bin.predicted, bin.observed))
        .collect();
    let largest = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1);
    let sizes: Vec<f64> = bins
        .iter()
        .map(|bin| (bin.count as f64 / largest as f64).sqrt())
        .collect();
    let quantiles = bins.iter().all(|bin| bin.lower == bin.upper);
    let (x, y) = if quantiles {
        ("predicted quantile", "share of rows below")
    } else {
        ("stated probability", "share that is so")
    };
    figure(
        "Calibration",
        &plot::dots(
            &Axes {
                diagonal: true,
                ..Axes::unit(x, y)
            },
            &points,
            &sizes,
        ),
        &[],
    )
}

fn residual_note(residuals: &Residuals) -> String {
    let outside = residuals.histogram.below + residuals.histogram.above;
    let mut text = format!(
        "Mean error {}, median {}, standard deviation {}.",
        number(residuals.mean),
        number(residuals.median),
        number(residuals.deviation)
    );
    if outside > 0 {
        text.push_str(&format!(
            " {} with larger errors lie outside the histogram.",
            counted(outside, "row")
        ));
    }
    if residuals.zero_targets > 0 {
        text.push_str(&format!(
            " MAPE leaves out {} whose target is 0.",
            counted(residuals.zero_targets, "row")
        ));
    }
    format!("<p class=\"note\">{text}</p>\n")
}

fn classes(classes: &[ClassReport]) -> String {
    if classes.is_empty() {
        return String::new();
    }
    let area = |value: Option<f64>| value.map_or("\u{2013}".to_owned(), number);
    let lines = classes.iter().take(MAX_CLASS_LINES).map(|class| {
        vec![
            cell_text(&class.label),
            count(class.support),
            number(class.precision),
            number(class.recall),
            number(class.f1),
            area(class.roc_auc),
            area(class.pr_auc),
        ]
    });
    let headings = [
        "Class",
        "#Rows",
        "#Precision",
        "#Recall",
        "#F1",
        "#ROC AUC",
        "#PR AUC",
    ];
    let left_out = classes.len().saturating_sub(MAX_CLASS_LINES);
    let note = if left_out == 0 {
        String::new()
    } else {
        format!("<p class=\"note\">{} more.</p>\n", count(left_out))
    };
    format!(
        "<h3>Per class</h3>\n{}{note}",
        table("classes", &headings, lines)
    )
}

fn worst(worst: &[WorstRow], loss: &'static str) -> String {
    let Some(first) = worst.first() else {
        return String::new();
    };
    let columns: Vec<&str> = first
        .inputs
        .iter()
        .map(|(column, _)| column.as_str())
        .collect();
    let wide = columns.len() <= MAX_INPUT_COLUMNS;
    let mut headings = vec!["#Row", loss, "Actual", "Predicted"];
    // A column's name may start with the mark of number columns.
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\u{200b}{column}"))
        .collect();
    if wide {
        headings.extend(names.iter().map(String::as_str));
    } else {
        headings.push("Inputs");
    }
    let lines = worst.iter().map(|row| {
        let mut cells = vec![
            count(row.row),
            number(row.loss),
            format!("<strong>{}</strong>", cell_text(&row.target)),
            cell_text(&row.prediction),
        ];
        if wide {
            cells.extend(row.inputs.iter().map(|(_, value)| cell_text(value)));
        } else {
            cells.push(
                row.inputs
                    .iter()
                    .map(|(column, value)| chip(column, value))
                    .collect(),
            );
        }
        cells
    });
    format!(
        "<h3>Worst rows</h3>\n<p class=\"note\">The test rows with the largest loss: look here for mislabelled cells and \
         for inputs that are missing. Rows count from 1, as in parts.csv.</p>\n{}",
        table(if wide { "worst" } else { "worst chips" }, &headings, lines)
    )
}

fn chip(column: &str, value: &str) -> String {
    format!(
        "<span class=\"chip\"><small>{}</small> {}</span> ",
        cell_text(column),
        cell_text(value)
    )
}
