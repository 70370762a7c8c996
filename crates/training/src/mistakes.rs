//! The mistakes of a model that reads texts, one by one: numbers say how many there are, only the texts say why.

mod entities;
mod histogram;

#[cfg(test)]
mod tests;

use hob_data::table::{Table, Values};
use hob_inference::Answers;
use hob_inference::decode::largest;
use hob_inference::manifest::OutputSpec;
use serde::{Deserialize, Serialize};

use crate::evaluate::Known;
use crate::plan::Plan;

pub use histogram::{ScoreGroup, ScoreHistogram};

/// Mistakes listed one by one.
const MAX_LISTED: usize = 200;
/// Pairs of classes listed.
const MAX_PAIRS: usize = 30;
/// Example sentences of each pair.
const MAX_EXAMPLES: usize = 3;
/// Characters kept of a text: a page is no place for whole documents.
const MAX_CHARACTERS: usize = 300;

/// What a model got wrong in the texts that it was judged on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mistakes {
    /// All of them; for tags, wrong entities and not wrong words.
    pub count: usize,
    /// The surest first, for a sure mistake is often one of the data.
    pub listed: Vec<Mistake>,
    /// Classes taken for each other, the most frequent pair first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<ConfusedPair>,
    /// How sure right and wrong answers were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<ScoreHistogram>,
}

/// A wrong answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// Row of the data, from 1 as in `parts.csv`.
    pub row: usize,
    /// What was read.
    pub text: String,
    /// What it is; empty where there is nothing to find.
    pub expected: String,
    /// What the model said; empty where it found nothing.
    pub predicted: String,
    /// The probability of what it said, or the score of the answer it found; absent beyond `max_tokens`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Of a search: the rank of the right answer, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    /// Of a search: the stored text that the question was found to be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
}

/// A class taken for another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfusedPair {
    /// What it is; empty for an entity where there is none.
    pub expected: String,
    /// What the model said; empty for an entity that it missed. The same as `expected` for an entity of other words.
    pub predicted: String,
    /// How often.
    pub count: usize,
    /// Texts that are wrong in this way.
    pub examples: Vec<String>,
}

impl Mistakes {
    /// `mistakes` in any order, with the pair of classes that each is of.
    pub(crate) fn new(mut mistakes: Vec<(Mistake, Option<[String; 2]>)>) -> Self {
        let surest = |mistake: &Mistake| mistake.confidence.unwrap_or(f64::NEG_INFINITY);
        mistakes.sort_by(|(a, _), (b, _)| surest(b).total_cmp(&surest(a)).then(a.row.cmp(&b.row)));
        let mut pairs: Vec<ConfusedPair> = Vec::new();
        for (mistake, pair) in &mistakes {
            let Some([expected, predicted]) = pair else {
                continue;
            };
            let known = pairs
                .iter_mut()
                .find(|known| known.expected == *expected && known.predicted == *predicted);
            let (count, examples) = match known {
                Some(known) => (&mut known.count, &mut known.examples),
                None => {
                    pairs.push(ConfusedPair {
                        expected: expected.clone(),
                        predicted: predicted.clone(),
                        count: 0,
                        examples: Vec::new(),
                    });
                    let last = pairs.last_mut().expect("one was just put in");
                    (&mut last.count, &mut last.examples)
                }
            };
            *count += 1;
            if examples.len() < MAX_EXAMPLES && !examples.contains(&mistake.text) {
                examples.push(mistake.text.clone());
            }
        }
        pairs.sort_by(|a, b| {
            let names = |pair: &ConfusedPair| (pair.expected.clone(), pair.predicted.clone());
            b.count.cmp(&a.count).then_with(|| names(a).cmp(&names(b)))
        });
        pairs.truncate(MAX_PAIRS);
        let count = mistakes.len();
        mistakes.truncate(MAX_LISTED);
        Self {
            count,
            listed: mistakes.into_iter().map(|(mistake, _)| mistake).collect(),
            pairs,
            confidence: None,
        }
    }
}

/// The mistakes of an output of classes or tags on `rows`; `None` for other outputs, and for plans without texts.
pub(crate) fn mistakes(
    plan: &Plan,
    spec: &OutputSpec,
    known: &Known,
    answers: &Answers,
    rows: &[usize],
) -> Option<Mistakes> {
    let columns: Vec<&str> = plan
        .text_encoders
        .iter()
        .flat_map(|encoder| encoder.columns.iter().map(String::as_str))
        .collect();
    if columns.is_empty() {
        return None;
    }
    if let (Known::Tags { words, tags }, Answers::Tags(found)) = (known, answers) {
        return Some(entities::mistakes(rows, words, tags, found));
    }
    let confidence = |place: usize| match answers {
        Answers::Categories(matrix) => {
            let probabilities = matrix.row(place);
            Some(f64::from(probabilities[largest(probabilities)]))
        }
        Answers::Binary(values) => {
            let yes = f64::from(values[place]);
            Some(if yes >= spec.threshold {
                yes
            } else {
                1.0 - yes
            })
        }
        _ => None,
    };
    let (mut right, mut wrong, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (place, &row) in rows.iter().enumerate() {
        let confidence = confidence(place)?;
        let (expected, predicted) = (known.text(place), answers.text(spec, place));
        if expected == predicted {
            right.push(confidence);
            continue;
        }
        wrong.push(confidence);
        let mistake = Mistake {
            row: row + 1,
            text: short(&text(&plan.table, &columns, row)),
            expected: expected.clone(),
            predicted: predicted.clone(),
            confidence: Some(confidence),
            ..Mistake::default()
        };
        found.push((mistake, Some([expected, predicted])));
    }
    let groups = [("right", right), ("wrong", wrong)];
    Some(Mistakes {
        confidence: Some(ScoreHistogram::of_probabilities(
            "probability of the answer",
            &groups,
        )),
        ..Mistakes::new(found)
    })
}

/// The texts of a row, one behind the other.
pub(crate) fn text(table: &Table, columns: &[&str], row: usize) -> String {
    let cells = columns.iter().filter_map(|name| {
        let Values::Category(cells) = &table.column(name)?.values else {
            return None;
        };
        cells.get(row).filter(|text| !text.trim().is_empty())
    });
    cells.collect::<Vec<_>>().join(" | ")
}

/// The beginning of a text, on one line.
pub(crate) fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}\u{2026}", &line[..end]),
        None => line,
    }
}
