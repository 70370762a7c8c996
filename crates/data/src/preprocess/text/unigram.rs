//! The unigram language model (Kudo 2018, "Subword Regularization"): the trainer of the `tokenizers` crate, made to give
//! the same pieces and scores in every run and with any number of threads.

use std::collections::BTreeMap;

use tokenizers::models::unigram::{Unigram, UnigramTrainer};

use crate::guard::guarded;

/// Longer words are cut; the trainer's sums would lose their precision.
const MAX_WORD_CHARACTERS: usize = 64;
/// A private character, which normalisation has taken out of every text.
const OTHER_END: char = '\u{e000}';
/// As in the trainer: how much more likely each character without a piece is made than the one before.
const PENALTY_STEP: f64 = 0.0001;

/// At most `place` pieces with their log-probabilities, the most likely first.
pub(super) fn learn(
    words: &BTreeMap<String, u64>,
    place: usize,
) -> Result<Vec<(String, f64)>, String> {
    let words = prepared(words, place);
    if words.is_empty() {
        return Err("there is no word in the training part".into());
    }
    let trainer = UnigramTrainer::builder()
        .show_progress(false)
        // One more for the other end, which is taken out again.
        .vocab_size(u32::try_from(place + 1).unwrap_or(u32::MAX))
        .build()
        .map_err(|problem| problem.to_string())?;
    let mut model = Unigram::default();
    // The trainer adds up what its threads find in an order that depends on their number.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|problem| problem.to_string())?;
    match pool.install(|| guarded(|| trainer.do_train(words, &mut model))) {
        Some(trained) => trained.map_err(|problem| problem.to_string())?,
        None => return Err("the words of the training part are too long or too odd".into()),
    };
    let mut pieces = in_order(model.iter().cloned().collect());
    pieces.retain(|(piece, _)| !piece.contains(OTHER_END));
    pieces.truncate(place);
    Ok(pieces)
}

/// Words in alphabetical order, cut at characters that are too rare to have a place.
fn prepared(words: &BTreeMap<String, u64>, place: usize) -> Vec<(String, u32)> {
    let mut characters: BTreeMap<char, u64> = BTreeMap::new();
    for (word, count) in words {
        for character in word.chars() {
            *characters.entry(character).or_default() += count;
        }
    }
    let mut kept: Vec<(char, u64)> = characters.into_iter().collect();
    kept.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    kept.truncate((place / 2).max(1));
    let mut kept: Vec<char> = kept.into_iter().map(|(character, _)| character).collect();
    kept.sort_unstable();

    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for (word, count) in words {
        // The trainer joins words with NUL.
        for part in word.split(|c: char| c == '\0' || kept.binary_search(&c).is_err()) {
            let characters: Vec<char> = part.chars().collect();
            for piece in characters.chunks(MAX_WORD_CHARACTERS) {
                *parts.entry(piece.iter().collect()).or_default() += count;
            }
        }
    }
    // Frequencies are added up in 32 bits.
    let total: u64 = parts.values().sum();
    let divisor = total / u64::from(u32::MAX / 128) + 1;
    parts
        .into_iter()
        .map(|(part, count)| (part, (count / divisor).max(1) as u32))
        .flat_map(with_another_end)
        .collect()
}

/// The trainer begins with strings that are in at least two places and do not go on alike in all of them. What always
/// ends a word goes on alike, so that no word and no ending would become a piece; hence one occurrence of each repeated
/// word gets another end.
fn with_another_end((word, count): (String, u32)) -> impl Iterator<Item = (String, u32)> {
    let other = (count > 1).then(|| (format!("{word}{OTHER_END}"), 1));
    std::iter::once((word, count - u32::from(count > 1))).chain(other)
}

/// The pieces in an order of their own.
///
/// Characters that lost their piece while training get scores just above the lowest one, in the order of a hash table;
/// here the same scores are given out in alphabetical order.
fn in_order(mut pieces: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let lowest = pieces
        .iter()
        .map(|(_, score)| *score)
        .fold(f64::INFINITY, f64::min);
    let mut given_out = Vec::new();
    let mut penalty = 0.0;
    for _ in 0..pieces.len() {
        given_out.push(lowest + penalty);
        penalty += PENALTY_STEP;
    }
    let (mut late, rest): (Vec<_>, Vec<_>) = pieces.drain(..).partition(|(piece, score)| {
        piece.chars().nth(1).is_none()
            && given_out
                .binary_search_by(|other| other.total_cmp(score))
                .is_ok()
    });
    let mut scores: Vec<f64> = late.iter().map(|(_, score)| *score).collect();
    scores.sort_by(f64::total_cmp);
    late.sort_by(|a, b| a.0.cmp(&b.0));
    let mut pieces: Vec<(String, f64)> = late
        .into_iter()
        .zip(scores)
        .map(|((piece, _), score)| (piece, score))
        .chain(rest)
        .collect();
    pieces.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_late_characters_do_not_depend_on_their_order() {
        let piece = |text: &str, score: f64| (text.to_owned(), score);
        let step = -9.0 + PENALTY_STEP;
        let one = in_order(vec![
            piece("the", -2.0),
            piece("x", -9.0),
            piece("é", step),
            piece("q", -9.0),
        ]);
        let other = in_order(vec![
            piece("é", -9.0),
            piece("the", -2.0),
            piece("q", step),
            piece("x", -9.0),
        ]);
        assert_eq!(one, other);
        assert_eq!(one[0], piece("the", -2.0));
    }

    #[test]
    fn frequent_words_become_pieces() {
        let words: BTreeMap<String, u64> = [("▁train", 50), ("▁station", 40), ("▁rain", 9)]
            .map(|(word, count)| (word.to_owned(), count))
            .into();
        let pieces = learn(&words, 60).unwrap();
        assert!(pieces.len() <= 60);
        assert!(pieces.iter().any(|(piece, _)| piece == "▁train"));
        for character in "▁trainso".chars() {
            assert!(
                pieces
                    .iter()
                    .any(|(piece, _)| *piece == character.to_string())
            );
        }
    }
}
