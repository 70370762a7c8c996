//! The same text under different labels: at most one of them can be answered rightly.

use std::collections::HashMap;

use hob_data::count::counted;
use hob_data::preprocess::InputKind;
use hob_data::table::{Table, Values};
use hob_data::target::TargetKind;
use serde::{Deserialize, Serialize};

use super::columns::cell_keys;
use super::{Plan, PlannedOutput};
use crate::mistakes::{short, text};

/// Texts listed one by one.
const MAX_LISTED: usize = 50;
/// Rows listed of each label of a text.
const MAX_ROWS: usize = 10;

/// Marks that do not make another sentence; `C#` and `C` do.
const MARKS: [char; 11] = [
    '.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '\u{2026}',
];

/// Texts with several labels.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contradictions {
    /// All of them.
    pub count: usize,
    /// In order of their first row.
    pub listed: Vec<Contradiction>,
}

/// A text with several labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contradiction {
    /// As in its first row.
    pub text: String,
    /// The labels, in order of their first row.
    pub labels: Vec<LabelRows>,
}

/// The rows that give a text one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelRows {
    /// The label.
    pub label: String,
    /// How many rows have it.
    pub count: usize,
    /// The first of them, from 1 as in `parts.csv`.
    pub rows: Vec<usize>,
}

impl Contradictions {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Rows of all parts whose inputs are the same but for case, blanks and the marks around words, and whose labels
/// differ. Only for plans with texts: of other columns, equal rows with different outcomes are what a model is for.
pub(crate) fn contradictions(plan: &Plan, output: &PlannedOutput) -> Contradictions {
    let column = &output.config.column;
    let is_labelled = matches!(
        output.encoder.kind,
        TargetKind::Category(_) | TargetKind::Binary(_) | TargetKind::Tags(_)
    );
    let Some(Values::Category(labels)) = plan.table.column(column).map(|column| &column.values)
    else {
        return Contradictions::default();
    };
    if !is_labelled || plan.text_encoders.is_empty() {
        return Contradictions::default();
    }
    let mut groups: HashMap<Vec<u64>, Vec<usize>> = HashMap::new();
    let columns = input_keys(plan);
    for row in plan.all_rows() {
        let key = columns.iter().map(|column| column[row]).collect();
        groups.entry(key).or_default().push(row);
    }
    let differ = |rows: &&Vec<usize>| {
        rows.iter()
            .any(|&row| labels.codes[row] != labels.codes[rows[0]])
    };
    let mut groups: Vec<&Vec<usize>> = groups.values().filter(differ).collect();
    groups.sort_unstable_by_key(|rows| rows[0]);
    let texts: Vec<&str> = text_columns(plan).collect();
    let listed = groups.iter().take(MAX_LISTED).map(|rows| Contradiction {
        text: short(&text(&plan.table, &texts, rows[0])),
        labels: by_label(rows, |row| labels.get(row).unwrap_or_default()),
    });
    Contradictions {
        count: groups.len(),
        listed: listed.collect(),
    }
}

fn by_label<'a>(rows: &[usize], label: impl Fn(usize) -> &'a str) -> Vec<LabelRows> {
    let mut labels: Vec<LabelRows> = Vec::new();
    for &row in rows {
        let known = labels.iter().position(|known| known.label == label(row));
        let place = known.unwrap_or_else(|| {
            labels.push(LabelRows {
                label: label(row).to_string(),
                count: 0,
                rows: Vec::new(),
            });
            labels.len() - 1
        });
        labels[place].count += 1;
        if labels[place].rows.len() < MAX_ROWS {
            labels[place].rows.push(row + 1);
        }
    }
    labels
}

fn text_columns(plan: &Plan) -> impl Iterator<Item = &str> {
    let encoders = plan.text_encoders.iter();
    encoders.flat_map(|encoder| encoder.columns.iter().map(String::as_str))
}

/// A number per row for each input; equal numbers are equal inputs.
fn input_keys(plan: &Plan) -> Vec<Vec<u64>> {
    let key = |input: &hob_data::preprocess::InputColumn| match &input.kind {
        // Words to be tagged are counted by their place, so only equal texts are equal.
        InputKind::Text(config) if config.tagged.is_empty() => {
            text_keys(&plan.table, &input.column)
        }
        _ => cell_keys(&plan.table, &input.column),
    };
    plan.inputs.iter().map(key).collect()
}

fn text_keys(table: &Table, column: &str) -> Vec<u64> {
    let codes = cell_keys(table, column);
    let Some(Values::Category(cells)) = table.column(column).map(|column| &column.values) else {
        return codes;
    };
    let mut known: HashMap<String, u64> = HashMap::new();
    let keys = cells.dictionary.iter().map(|text| {
        let next = known.len() as u64;
        *known.entry(plain(text)).or_insert(next)
    });
    let keys: Vec<u64> = keys.collect();
    let key = |code: u64| {
        usize::try_from(code)
            .ok()
            .and_then(|code| keys.get(code).copied())
    };
    codes
        .into_iter()
        .map(|code| key(code).unwrap_or(u64::MAX))
        .collect()
}

/// What two spellings of the same sentence have in common.
fn plain(text: &str) -> String {
    let words = text
        .split_whitespace()
        .map(|word| word.trim_matches(MARKS).to_lowercase());
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    match words.is_empty() {
        // Marks alone are all that there is.
        true => text.trim().to_string(),
        false => words.join(" "),
    }
}

/// The texts with several labels as one line for a reader.
pub(super) fn warning(column: &str, found: &Contradictions) -> Option<String> {
    const NAMED: usize = 3;
    if found.is_empty() {
        return None;
    }
    let label = |label: &LabelRows| {
        let rows: Vec<String> = label
            .rows
            .iter()
            .take(NAMED)
            .map(usize::to_string)
            .collect();
        let more = if label.count > NAMED { ", ..." } else { "" };
        let noun = if label.count == 1 { "row" } else { "rows" };
        format!("`{}` ({noun} {}{more})", label.label, rows.join(", "))
    };
    let named = found.listed.iter().take(NAMED).map(|text| {
        let labels: Vec<String> = text.labels.iter().map(label).collect();
        format!("\"{}\" is {}", text.text, labels.join(" and "))
    });
    let mut named: Vec<String> = named.collect();
    if found.count > named.len() {
        named.push(format!("{} more", found.count - named.len()));
    }
    let have = if found.count == 1 { "has" } else { "have" };
    Some(format!(
        "{} {have} several values of `{column}`, of which one at most can be answered rightly: {}",
        counted(found.count, "text"),
        named.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_sentence_are_the_same() {
        assert_eq!(plain("  How do I  pay?"), plain("how do i pay"));
        assert_ne!(plain("can't pay"), plain("can pay"));
        assert_eq!(plain(" ?! "), "?!");
    }

    #[test]
    fn rows_stand_with_their_label() {
        let labels = ["a", "b", "a", "a"];
        let found = by_label(&[0, 1, 2, 3], |row| labels[row]);
        let shown: Vec<(&str, usize, &[usize])> = found
            .iter()
            .map(|one| (one.label.as_str(), one.count, one.rows.as_slice()))
            .collect();
        assert_eq!(shown, [("a", 3, &[1, 3, 4][..]), ("b", 1, &[2])]);
    }

    #[test]
    fn the_warning_names_the_first_texts_and_their_rows() {
        let rows = |label: &str, count: usize| LabelRows {
            label: label.to_string(),
            count,
            rows: (1..=count.min(MAX_ROWS)).collect(),
        };
        let one = |text: &str| Contradiction {
            text: text.to_string(),
            labels: vec![rows("pay", 1), rows("refund", 5)],
        };
        let found = Contradictions {
            count: 1,
            listed: vec![one("money back")],
        };
        insta::assert_snapshot!(warning("intent", &found).unwrap());
        let found = Contradictions {
            count: 9,
            listed: ["a", "b", "c", "d"].map(one).to_vec(),
        };
        insta::assert_snapshot!(warning("intent", &found).unwrap());
        assert_eq!(warning("intent", &Contradictions::default()), None);
    }
}
