//! Wrong entities: missed, invented, of another type, or with other words.

use hob_data::tags::{EntitySpan, entity_spans};
use hob_inference::tags::TagAnswers;

use super::{Mistake, Mistakes, short};

/// Compares the entities of every row. A found entity that shares words with one to be found is a wrong version of it.
pub(super) fn mistakes(
    rows: &[usize],
    words: &[Vec<String>],
    tags: &[Vec<String>],
    answers: &TagAnswers,
) -> Mistakes {
    let mut found = Vec::new();
    for (place, &row) in rows.iter().enumerate() {
        let words = &words[place];
        let named = |span: &EntitySpan<'_>| {
            let text = words
                .get(span.start..span.end)
                .unwrap_or_default()
                .join(" ");
            format!("{}: {text}", span.kind)
        };
        let confidence = |span: &EntitySpan<'_>| {
            let shares = answers.probabilities[place].get(span.start..span.end)?;
            Some(shares.iter().map(|&share| f64::from(share)).product())
        };
        let (expected, predicted) = (borrowed(&tags[place]), borrowed(&answers.tags[place]));
        let expected = entity_spans(&expected).unwrap_or_default();
        let predicted = entity_spans(&predicted).unwrap_or_default();
        for [expected, predicted] in differences(&expected, &predicted) {
            let kind = |span: Option<EntitySpan<'_>>| {
                span.map(|span| span.kind.to_string()).unwrap_or_default()
            };
            let pair = [kind(expected), kind(predicted)];
            let mistake = Mistake {
                row: row + 1,
                text: short(&words.join(" ")),
                expected: expected.as_ref().map(named).unwrap_or_default(),
                predicted: predicted.as_ref().map(named).unwrap_or_default(),
                confidence: predicted.or(expected).as_ref().and_then(confidence),
                ..Mistake::default()
            };
            found.push((mistake, Some(pair)));
        }
    }
    Mistakes::new(found)
}

fn borrowed(tags: &[String]) -> Vec<&str> {
    tags.iter().map(String::as_str).collect()
}

/// Pairs of what is and what was found instead; either may be nothing.
fn differences<'a>(
    expected: &[EntitySpan<'a>],
    predicted: &[EntitySpan<'a>],
) -> Vec<[Option<EntitySpan<'a>>; 2]> {
    let mut left: Vec<EntitySpan<'a>> = predicted
        .iter()
        .filter(|span| !expected.contains(span))
        .copied()
        .collect();
    let mut differences = Vec::new();
    for span in expected.iter().filter(|span| !predicted.contains(span)) {
        let shared = |other: &EntitySpan| {
            other
                .end
                .min(span.end)
                .saturating_sub(other.start.max(span.start))
        };
        let nearest = (0..left.len())
            .filter(|&place| shared(&left[place]) > 0)
            .max_by_key(|&place| (shared(&left[place]), left[place].kind == span.kind));
        let instead = nearest.map(|place| left.remove(place));
        differences.push([Some(*span), instead]);
    }
    differences.extend(left.into_iter().map(|span| [None, Some(span)]));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_entity_counts_once_with_what_was_found_instead() {
        let words: Vec<String> = "from Ulm West to Bonn at nine today"
            .split(' ')
            .map(String::from)
            .collect();
        let tags = |text: &str| vec![text.split(' ').map(String::from).collect::<Vec<_>>()];
        let answers = TagAnswers {
            texts: vec![words.join(" ")],
            tags: tags("O B-from O O B-to O O B-time"),
            probabilities: vec![vec![1.0, 0.5, 1.0, 1.0, 0.9, 1.0, 0.75]],
        };
        let expected = tags("O B-from I-from O B-from O B-time O");
        let mistakes = mistakes(&[6], &[words], &expected, &answers);
        let listed: Vec<(&str, &str, Option<f64>)> = mistakes
            .listed
            .iter()
            .map(|one| {
                (
                    one.expected.as_str(),
                    one.predicted.as_str(),
                    one.confidence,
                )
            })
            .collect();
        let nine = f64::from(0.9_f32);
        assert_eq!(
            listed,
            [
                ("from: Bonn", "to: Bonn", Some(nine)),
                ("time: nine", "", Some(0.75)),
                ("from: Ulm West", "from: Ulm", Some(0.5)),
                ("", "time: today", None),
            ]
        );
        assert_eq!(mistakes.count, 4);
        assert!(mistakes.listed.iter().all(|one| one.row == 7));
        let pairs = mistakes
            .pairs
            .iter()
            .map(|pair| (pair.expected.as_str(), pair.predicted.as_str()));
        assert_eq!(
            pairs.collect::<Vec<_>>(),
            [("", "time"), ("from", "from"), ("from", "to"), ("time", "")]
        );
    }
}
