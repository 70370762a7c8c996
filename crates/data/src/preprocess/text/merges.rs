//! Byte-pair encoding on characters (Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with
//! Subword Units"): the pair of neighbours that occurs most often becomes a token, again and again.
//!
//! Word pieces are learned in the same way, as the `tokenizers` crate does, and are then looked up by the longest match.
//! Of pairs that occur equally often the one with the smaller ids comes first, so that nothing depends on chance.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
};

/// In front of pieces that continue a word.
pub(super) const CONTINUATION: &str = "##";
/// Behind pieces that end a word.
pub(super) const END: &str = "</w>";

/// How pieces tell their place in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marking {
    /// `##` in front of all but the first, as BERT.
    Continuation,
    /// `</w>` behind the last.
    End,
}

/// What was learned.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Learned {
    /// Characters in alphabetical order, then what was merged.
    pub(super) tokens: Vec<String>,
    /// Both parts of each merge, in order.
    pub(super) merges: Vec<[String; 2]>,
}

type Pair = (u32, u32);

/// Learns at most `place` tokens from words with their counts. Characters and pairs seen less often than `min_count` are
/// left out, and so are words of more than `max_characters`.
pub(super) fn learn(
    words: &BTreeMap<String, u64>,
    marking: Marking,
    place: usize,
    min_count: u64,
    max_characters: usize,
) -> Learned {
    let words: Vec<(&str, u64)> = words
        .iter()
        .map(|(word, &count)| (word.as_str(), count))
        .filter(|(word, _)| word.chars().count() <= max_characters)
        .collect();
    let mut learner = Learner::new(&words, marking, place, min_count);
    while learner.tokens.len() < place && learner.merge_next(min_count) {}
    Learned {
        merges: learner
            .merges
            .iter()
            .map(|&(left, right)| [left, right].map(|id| learner.tokens[id as usize].clone()))
            .collect(),
        tokens: learner.tokens,
    }
}

/// A word, or the part of one between characters that are left out.
struct Part {
    pieces: Vec<u32>,
    count: u64,
}

#[derive(Default)]
struct Occurrences {
    count: u64,
    /// Parts that have or had the pair; some twice.
    parts: Vec<usize>,
}

struct Learner {
    marking: Marking,
    tokens: Vec<String>,
    ids: HashMap<String, u32>,
    merges: Vec<Pair>,
    parts: Vec<Part>,
    pairs: HashMap<Pair, Occurrences>,
    /// With counts as they were when pushed; those of today are in `pairs`.
    queue: BinaryHeap<(u64, Reverse<Pair>)>,
}

impl Learner {
    fn new(words: &[(&str, u64)], marking: Marking, place: usize, min_count: u64) -> Self {
        let tokens = alphabet(words, marking, place, min_count);
        let ids: HashMap<String, u32> = tokens.iter().cloned().zip(0..).collect();
        let mut learner = Self {
            marking,
            parts: Vec::new(),
            tokens,
            ids,
            merges: Vec::new(),
            pairs: HashMap::new(),
            queue: BinaryHeap::new(),
        };
        for &(word, count) in words {
            learner.add_word(word, count);
        }
        let mut found = BTreeSet::new();
        for index in 0..learner.parts.len() {
            learner.count_pairs(index, &mut found);
        }
        learner.push(found);
        learner
    }

    fn add_word(&mut self, word: &str, count: u64) {
        let mut pieces = Vec::new();
        for symbol in symbols(word, self.marking) {
            match self.ids.get(&symbol) {
                Some(&id) => pieces.push(id),
                None => self.add_part(std::mem::take(&mut pieces), count),
            }
        }
        self.add_part(pieces, count);
    }

    fn add_part(&mut self, pieces: Vec<u32>, count: u64) {
        if pieces.len() > 1 {
            self.parts.push(Part { pieces, count });
        }
    }

    fn count_pairs(&mut self, index: usize, found: &mut BTreeSet<Pair>) {
        let part = &self.parts[index];
        for pair in part.pieces.windows(2) {
            let pair = (pair[0], pair[1]);
            let occurrences = self.pairs.entry(pair).or_default();
            occurrences.count += part.count;
            if occurrences.parts.last() != Some(&index) {
                occurrences.parts.push(index);
            }
            found.insert(pair);
        }
    }

    fn uncount_pairs(&mut self, index: usize) {
        let part = &self.parts[index];
        for pair in part.pieces.windows(2) {
            if let Some(occurrences) = self.pairs.get_mut(&(pair[0], pair[1])) {
                occurrences.count -= part.count;
            }
        }
    }

    fn push(&mut self, found: BTreeSet<Pair>) {
        for pair in found {
            let count = self.pairs.get(&pair).map_or(0, |pair| pair.count);
            if count > 0 {
                self.queue.push((count, Reverse(pair)));
            }
        }
    }

    /// Merges the most frequent pair; `false` when none is frequent enough.
    fn merge_next(&mut self, min_count: u64) -> bool {
        while let Some((count, Reverse(pair))) = self.queue.pop() {
            let today = self.pairs.get(&pair).map_or(0, |pair| pair.count);
            if today != count {
                if today > 0 && today < count {
                    self.queue.push((today, Reverse(pair)));
                }
                continue;
            }
            if count < min_count {
                return false;
            }
            self.merge(pair);
            return true;
        }
        false
    }

    fn merge(&mut self, pair: Pair) {
        let token = self.joined(pair);
        let next = self.tokens.len() as u32;
        // `a` + `bc` and `ab` + `c` are one token.
        let id = *self.ids.entry(token.clone()).or_insert(next);
        if id == next {
            self.tokens.push(token);
        }
        self.merges.push(pair);
        let mut parts = self
            .pairs
            .get_mut(&pair)
            .map(|pair| std::mem::take(&mut pair.parts))
            .unwrap_or_default();
        parts.sort_unstable();
        parts.dedup();
        let mut found = BTreeSet::new();
        for index in parts {
            self.uncount_pairs(index);
            replace(&mut self.parts[index].pieces, pair, id);
            let mut here = BTreeSet::new();
            self.count_pairs(index, &mut here);
            found.extend(here.into_iter().filter(|&(a, b)| a == id || b == id));
        }
        self.pairs.remove(&pair);
        self.push(found);
    }

    fn joined(&self, (left, right): Pair) -> String {
        let [left, right] = [left, right].map(|id| self.tokens[id as usize].as_str());
        let right = match self.marking {
            Marking::Continuation => right.strip_prefix(CONTINUATION).unwrap_or(right),
            Marking::End => right,
        };
        format!("{left}{right}")
    }
}

fn replace(pieces: &mut Vec<u32>, pair: Pair, id: u32) {
    let mut read = 0;
    let mut write = 0;
    while read < pieces.len() {
        let is_pair = read + 1 < pieces.len() && (pieces[read], pieces[read + 1]) == pair;
        pieces[write] = if is_pair { id } else { pieces[read] };
        read += if is_pair { 2 } else { 1 };
        write += 1;
    }
    pieces.truncate(write);
}

/// Characters that occur often enough, in both forms: a letter seen only inside words may begin one tomorrow.
fn alphabet(words: &[(&str, u64)], marking: Marking, place: usize, min_count: u64) -> Vec<String> {
    let mut counts: BTreeMap<char, u64> = BTreeMap::new();
    for &(word, count) in words {
        for character in word.chars() {
            *counts.entry(character).or_default() += count;
        }
    }
    let mut kept: Vec<(char, u64)> = counts
        .into_iter()
        .filter(|&(_, count)| count >= min_count)
        .collect();
    kept.sort_by_key(|&(_, count)| Reverse(count));
    // Scripts with thousands of characters must leave place for words.
    kept.truncate((place / 4).max(1));
    let mut tokens: Vec<String> = kept
        .iter()
        .flat_map(|&(character, _)| {
            let marked = match marking {
                Marking::Continuation => format!("{CONTINUATION}{character}"),
                Marking::End => format!("{character}{END}"),
            };
            [character.to_string(), marked]
        })
        .collect();
    tokens.sort();
    tokens.truncate(place);
    tokens
}

/// The characters of a word, marked.
fn symbols(word: &str, marking: Marking) -> impl Iterator<Item = String> {
    let num_characters = word.chars().count();
    word.chars().enumerate().map(move |(index, character)| {
        let is_last = index + 1 == num_characters;
        match marking {
            Marking::Continuation if index > 0 => format!("{CONTINUATION}{character}"),
            Marking::End if is_last => format!("{character}{END}"),
            _ => character.to_string(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
        counts
            .iter()
            .map(|&(word, count)| (word.to_owned(), count))
            .collect()
    }

    /// The words of Sennrich et al., figure 1. By hand: `e r</w>` is there 9 times, `l o` 7 times; of the pairs that are
    /// there 6 times, `e w` and then `n ew` have the smallest ids; `lo w</w>` is there 5 times.
    #[test]
    fn the_most_frequent_pair_is_merged_first() {
        let words = words(&[("low", 5), ("lowest", 2), ("newer", 6), ("wider", 3)]);
        let learned = learn(&words, Marking::End, 1000, 1, 100);
        let first: Vec<String> = learned.merges[..6]
            .iter()
            .map(|[left, right]| format!("{left} {right}"))
            .collect();
        let expected = ["e r</w>", "l o", "e w", "n ew", "new er</w>", "lo w</w>"];
        assert_eq!(first, expected);
    }

    #[test]
    fn counts_are_kept_up_to_date_after_every_merge() {
        let words = words(&[("aaaa", 3), ("aab", 4), ("abab", 5), ("ba", 6)]);
        let place = 1000;
        let list: Vec<(&str, u64)> = words.iter().map(|(w, &c)| (w.as_str(), c)).collect();
        let mut learner = Learner::new(&list, Marking::Continuation, place, 1);
        loop {
            let mut recounted: BTreeMap<Pair, u64> = BTreeMap::new();
            for part in &learner.parts {
                for pair in part.pieces.windows(2) {
                    *recounted.entry((pair[0], pair[1])).or_default() += part.count;
                }
            }
            let kept: BTreeMap<Pair, u64> = learner
                .pairs
                .iter()
                .filter(|(_, pair)| pair.count > 0)
                .map(|(&key, pair)| (key, pair.count))
                .collect();
            assert_eq!(kept, recounted);
            let best = recounted.values().max().copied();
            let tokens = learner.tokens.len();
            if !learner.merge_next(1) {
                assert_eq!(best, None);
                break;
            }
            let merged = learner.merges.last().copied().unwrap();
            assert_eq!(recounted.get(&merged).copied(), best);
            assert!(learner.tokens.len() <= tokens + 1);
        }
        // Every word is one piece in the end.
        assert!(learner.parts.iter().all(|part| part.pieces.len() == 1));
    }

    #[test]
    fn rare_characters_and_pairs_are_left_out() {
        let learned = learn(
            &words(&[("aé", 1), ("ab", 3)]),
            Marking::Continuation,
            100,
            2,
            100,
        );
        assert_eq!(learned.tokens, ["##a", "##b", "a", "b", "ab"]);
    }

    #[test]
    fn the_vocabulary_has_no_more_tokens_than_asked_for() {
        let words = words(&[("abcdefgh", 3), ("bcdefgh", 9)]);
        for place in [1, 5, 17, 20] {
            assert!(learn(&words, Marking::End, place, 1, 100).tokens.len() <= place);
        }
    }
}
