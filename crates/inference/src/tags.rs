//! Tags of words: from raw numbers to valid BIO, and to entities with their place in the text.

use hob_data::features::{Features, Matrix, Words};
use hob_data::tags::{OUTSIDE, entity_spans, with_beginnings};
use hob_data::target::{TagsTarget, TargetKind};
use serde_json::{Value, json};

use crate::decode::{largest, softmax};
use crate::manifest::OutputSpec;

/// Marks around a word that are no part of an entity's text.
const MARKS: [char; 15] = [
    '.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '[', ']', '“', '”', '…',
];

/// The tags of some texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TagAnswers {
    /// The text of each row. Words stand between blanks.
    pub texts: Vec<String>,
    /// A tag per word of each row. Words beyond `max_tokens` are `O`.
    pub tags: Vec<Vec<String>>,
    /// The probability of each tag; there is none for words beyond `max_tokens`.
    pub probabilities: Vec<Vec<f32>>,
}

/// The words that an output tags; `None` for outputs of other types.
pub fn tagged_words<'a>(spec: &OutputSpec, features: &'a Features) -> Option<&'a Words> {
    match &spec.encoder.kind {
        TargetKind::Tags(target) => features.words(&target.text),
        _ => None,
    }
}

/// What a head gives for one row: of a head that labels words all numbers of its words.
pub fn raw_of_row<'a>(raw: &'a Matrix<f32>, words: Option<&Words>, row: usize) -> &'a [f32] {
    match words {
        Some(words) => {
            let range = words.range(row);
            &raw.values[range.start * raw.width..range.end * raw.width]
        }
        None => raw.row(row),
    }
}

/// The most probable tag of every word. Where that makes an entity begin with `I-`, it is written `B-`.
pub(crate) fn decode(target: &TagsTarget, raw: &Matrix<f32>, words: &Words) -> TagAnswers {
    let mut answers = TagAnswers::default();
    for (row, text) in words.texts.iter().enumerate() {
        let (mut tags, mut probabilities) = (Vec::new(), Vec::new());
        for logits in raw_of_row(raw, Some(words), row).chunks_exact(raw.width.max(1)) {
            let shares = softmax(logits, 1.0);
            let best = largest(&shares);
            tags.push(target.tags[best].clone());
            probabilities.push(shares[best]);
        }
        tags.resize(text.split_whitespace().count(), OUTSIDE.to_owned());
        with_beginnings(&mut tags);
        answers.texts.push(text.clone());
        answers.tags.push(tags);
        answers.probabilities.push(probabilities);
    }
    answers
}

impl TagAnswers {
    /// The answer of one row: the tags, and the entities in the order of the text. `start` and `end` count characters
    /// (Unicode code points) from 0, `end` is one past the last; punctuation around an entity is left out. An entity's
    /// probability is the product of those of its tags.
    pub(crate) fn to_json(&self, row: usize) -> Value {
        let (text, probabilities) = (&self.texts[row], &self.probabilities[row]);
        let tags: Vec<&str> = self.tags[row].iter().map(String::as_str).collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        let entities = entity_spans(&tags).unwrap_or_default();
        let entities = entities.iter().map(|span| {
            let (start, end) = place(text, words[span.start], words[span.end - 1]);
            let before = text[..start].chars().count();
            let entity = &text[start..end];
            json!({
                "type": span.kind,
                "text": entity,
                "start": before,
                "end": before + entity.chars().count(),
                "probability": probabilities[span.start..span.end].iter().product::<f32>(),
            })
        });
        json!({ "value": tags, "entities": entities.collect::<Vec<_>>() })
    }
}

/// Where two words of a text begin and end in bytes, without the punctuation around them.
fn place(text: &str, first: &str, last: &str) -> (usize, usize) {
    let offset = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let (start, end) = (offset(first), offset(last) + last.len());
    let whole = &text[start..end];
    let inner = whole.trim_matches(MARKS);
    if inner.is_empty() {
        return (start, end);
    }
    (offset(inner), offset(inner) + inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> TagsTarget {
        TagsTarget {
            text: "text".into(),
            tags: ["O", "B-city", "I-city"].map(String::from).to_vec(),
        }
    }

    fn words(text: &str, starts: usize) -> Words {
        Words {
            column: "text".into(),
            offsets: vec![0, starts],
            starts: (0..starts as i32).collect(),
            texts: vec![text.into()],
        }
    }

    /// A row of raw numbers per word, with a clear winner.
    fn raw(winners: &[usize]) -> Matrix<f32> {
        let row = |&winner: &usize| (0..3).map(move |tag| if tag == winner { 9.0 } else { 0.0 });
        Matrix {
            width: 3,
            values: winners.iter().flat_map(row).collect(),
        }
    }

    #[test]
    fn an_entity_has_its_text_and_place_in_characters() {
        let text = "  zug über \"Köln Süd\"?  bitte";
        let answers = decode(&target(), &raw(&[0, 0, 1, 2, 0]), &words(text, 5));
        let answer = answers.to_json(0);
        assert_eq!(answer["value"], json!(["O", "O", "B-city", "I-city", "O"]));
        let entity = &answer["entities"][0];
        assert_eq!(entity["text"], "Köln Süd");
        assert_eq!((&entity["start"], &entity["end"]), (&json!(12), &json!(20)));
        let probability = entity["probability"].as_f64().unwrap();
        assert!((0.99..1.0).contains(&probability));
        assert_eq!(answer["entities"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn an_entity_begins_with_b_and_cut_words_are_outside() {
        let answers = decode(&target(), &raw(&[2, 2, 0]), &words("a b c d e", 3));
        assert_eq!(answers.tags[0], ["B-city", "I-city", "O", "O", "O"]);
        let empty = decode(&target(), &raw(&[]), &words(" ", 0));
        assert_eq!(empty.to_json(0), json!({ "value": [], "entities": [] }));
    }

    #[test]
    fn an_entity_of_marks_alone_keeps_them() {
        let answers = decode(&target(), &raw(&[0, 1]), &words("a ?!", 2));
        assert_eq!(answers.to_json(0)["entities"][0]["text"], "?!");
    }
}
