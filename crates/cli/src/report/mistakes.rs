//! What was wrong in texts: pairs of classes, contradictions of the data, and the mistakes one by one.

use hob_training::mistakes::{ConfusedPair, Mistake, Mistakes, ScoreHistogram};
use hob_training::plan::{Contradictions, LabelRows};
use hob_training::retrieve::KIND;

use super::OutputResult;
use super::plot::{self, Series, figure};
use super::text::{cell_text, count, escape, number, table};

/// Everything that is wrong, the parts that help most first.
pub(super) fn mistakes(output: &OutputResult) -> String {
    let mut body = String::new();
    if let Some(mistakes) = &output.mistakes {
        body.push_str(&pairs(&output.kind, &mistakes.pairs));
    }
    body.push_str(&contradictions(&output.contradictions));
    if let Some(mistakes) = &output.mistakes {
        body.push_str(&listed(&output.kind, mistakes));
    }
    body
}

/// How sure right and wrong answers were, and how familiar what is in and out of scope looked.
pub(super) fn figures(output: &OutputResult) -> String {
    let confidence = output
        .mistakes
        .as_ref()
        .and_then(|mistakes| mistakes.confidence.as_ref());
    let (title, scope_title) = ("Right and wrong answers", "In scope and out of scope");
    let mut figures = String::new();
    figures.extend(confidence.map(|found| histogram(title, found)));
    figures.extend(
        output
            .scope
            .as_ref()
            .map(|found| histogram(scope_title, found)),
    );
    figures
}

fn histogram(title: &str, found: &ScoreHistogram) -> String {
    let counts: Vec<&[usize]> = found
        .groups
        .iter()
        .map(|group| group.counts.as_slice())
        .collect();
    let svg = plot::histograms(&found.edges, &counts, found.threshold, &found.score);
    let legend = found.groups.iter().map(|group| Series {
        label: format!("{} ({})", group.name, count(group.counts.iter().sum())),
        points: Vec::new(),
    });
    let title = match found.threshold {
        Some(threshold) => format!("{title} (threshold {})", number(threshold)),
        None => title.to_owned(),
    };
    figure(&title, &svg, &legend.collect::<Vec<_>>())
}

/// A class, an answer or an entity; a word for none. Texts were cut when they were stored.
fn name(text: &str) -> String {
    match text {
        "" => "<em>nothing</em>".to_owned(),
        text => escape(text),
    }
}

fn strong(text: &str) -> String {
    match text {
        "" => name(text),
        text => format!("<strong>{}</strong>", name(text)),
    }
}

fn pairs(kind: &str, pairs: &[ConfusedPair]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let lines = pairs.iter().map(|pair| {
        let predicted = match pair.predicted == pair.expected {
            true => format!("{}, other words", name(&pair.predicted)),
            false => name(&pair.predicted),
        };
        let examples = pair.examples.iter().map(|text| escape(text));
        vec![
            strong(&pair.expected),
            predicted,
            count(pair.count),
            examples.collect::<Vec<_>>().join("<br>"),
        ]
    });
    let (title, note) = match kind {
        "tags" => (
            "Wrong entities by type",
            "An entity counts as right when its words and its type are. Nothing found is one that was missed, nothing to \
             find one that was made up.",
        ),
        _ => (
            "Confused classes",
            "The most frequent pair first. Two classes that are often taken for each other may mean the same, or need \
             more examples of what tells them apart.",
        ),
    };
    format!(
        "<h3>{title}</h3>\n<p class=\"note\">{note}</p>\n{}",
        table("pairs", &["Is", "Taken for", "#Times", "Such as"], lines)
    )
}

fn contradictions(found: &Contradictions) -> String {
    if found.count == 0 {
        return String::new();
    }
    let label = |label: &LabelRows| {
        let mut rows: Vec<String> = label.rows.iter().map(|&row| count(row)).collect();
        if label.count > rows.len() {
            rows.push(format!("{} more", count(label.count - rows.len())));
        }
        let noun = if label.count == 1 { "row" } else { "rows" };
        let name = cell_text(&label.label);
        format!("{name} <small>{noun} {}</small>", rows.join("; "))
    };
    let lines = found.listed.iter().map(|one| {
        let labels: Vec<String> = one.labels.iter().map(label).collect();
        vec![escape(&one.text), labels.join("<br>")]
    });
    let left_out = found.count - found.listed.len();
    format!(
        "<h3>Texts with several labels ({})</h3>\n<p class=\"note\">The same text but for case, blanks and the marks around \
         words; at most one of its labels can be answered rightly. In all parts of the data.</p>\n{}{}",
        count(found.count),
        table("pairs", &["Text", "Labels"], lines),
        more(left_out)
    )
}

fn listed(kind: &str, mistakes: &Mistakes) -> String {
    if mistakes.count == 0 {
        return String::new();
    }
    let certainty = |mistake: &Mistake| {
        mistake
            .confidence
            .map_or("\u{2013}".to_owned(), |value| format!("{value:.3}"))
    };
    let lines = mistakes.listed.iter().map(|mistake| {
        let mut predicted = name(&mistake.predicted);
        if let Some(like) = &mistake.like {
            predicted.push_str(&format!("<br><small>as to: {}</small>", escape(like)));
        }
        let mut cells = vec![
            count(mistake.row),
            escape(&mistake.text),
            match kind {
                // Answers are long; what is looked for is the question.
                KIND => name(&mistake.expected),
                _ => strong(&mistake.expected),
            },
            predicted,
            certainty(mistake),
        ];
        cells.extend(mistake.rank.map(count));
        cells
    });
    let (title, note, headings): (_, _, &[&str]) = match kind {
        KIND => (
            "Questions that found a wrong answer",
            "The highest score first. The rank is that of the right answer; \"as to\", if a stored question was found, is \
             that question.",
            &[
                "#Row",
                "Question",
                "Right answer",
                "Found",
                "#Score",
                "#Rank",
            ],
        ),
        "tags" => (
            "Wrong entities",
            "The surest first; of a missed one, how sure its words were said to be something else.",
            &["#Row", "Text", "Is", "Found", "#Probability"],
        ),
        _ => (
            "Mistakes",
            "The surest first: a mistake that the model is sure of is often one of the data.",
            &["#Row", "Text", "Is", "Predicted", "#Probability"],
        ),
    };
    format!(
        "<h3>{} ({})</h3>\n<p class=\"note\">{} Rows count from 1, as in parts.csv.</p>\n{}{}",
        escape(title),
        count(mistakes.count),
        escape(note),
        table("pairs", headings, lines),
        more(mistakes.count - mistakes.listed.len())
    )
}

fn more(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        left_out => format!("<p class=\"note\">{} more.</p>\n", count(left_out)),
    }
}
