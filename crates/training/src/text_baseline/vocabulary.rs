//! The terms of one column of texts: words and pairs of neighbouring words.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::words::{has_no_spaces, words};

use super::TextBaselineOptions;

/// Mark of a term that is no feature.
const DROPPED: u32 = u32::MAX;

/// Number of each term that is a feature. Maps are only asked, never walked, so hashing cannot change a result.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: HashMap<String, u32>,
    /// Feature of each word, or [`DROPPED`].
    word_features: Vec<u32>,
    /// Feature of each pair of words.
    pairs: HashMap<[u32; 2], u32>,
}

impl Vocabulary {
    /// Reads all texts once; returns the terms and the number of texts with each of them.
    pub(super) fn fit(texts: &[&str], options: &TextBaselineOptions) -> (Self, Vec<u32>) {
        let mut vocabulary = Self::default();
        let (mut word_counts, mut pair_counts) = (TextCounts::default(), TextCounts::default());
        for (row, text) in texts.iter().enumerate() {
            let mut previous = None;
            for word in terms(&text.to_lowercase()) {
                let id = vocabulary.word_id(word);
                word_counts.add(id, row);
                if let Some(previous) = previous.replace(id) {
                    let next = vocabulary.pairs.len() as u32;
                    let pair = *vocabulary.pairs.entry([previous, id]).or_insert(next);
                    pair_counts.add(pair, row);
                }
            }
        }
        let num_words = vocabulary.words.len();
        let mut frequencies = word_counts.texts;
        frequencies.extend(pair_counts.texts);
        let kept = most_frequent(&frequencies, options);
        vocabulary.number_features(&kept, num_words, frequencies.len());
        let frequencies = kept.iter().map(|&term| frequencies[term]).collect();
        (vocabulary, frequencies)
    }

    /// Calls `use_feature` for every occurrence of a feature in a text.
    pub(super) fn for_each_feature(&self, text: &str, mut use_feature: impl FnMut(u32)) {
        let mut previous = None;
        for word in terms(&text.to_lowercase()) {
            let id = self.words.get(word).copied();
            if let Some(feature) = id.map(|id| self.word_features[id as usize])
                && feature != DROPPED
            {
                use_feature(feature);
            }
            if let (Some(previous), Some(id)) = (previous, id)
                && let Some(&feature) = self.pairs.get(&[previous, id])
            {
                use_feature(feature);
            }
            previous = id;
        }
    }

    fn word_id(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.words.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.words.insert(word.to_owned(), id);
        id
    }

    /// Numbers the kept terms, of which words come before pairs, and forgets the others.
    fn number_features(&mut self, kept: &[usize], num_words: usize, num_terms: usize) {
        let mut features = vec![DROPPED; num_terms];
        for (feature, &term) in kept.iter().enumerate() {
            features[term] = feature as u32;
        }
        self.pairs.retain(|_, pair| {
            *pair = features[num_words + *pair as usize];
            *pair != DROPPED
        });
        self.pairs.shrink_to_fit();
        features.truncate(num_words);
        self.word_features = features;
    }
}

/// Words of at least two characters, as scikit-learn takes them. A character of a script without spaces is enough.
fn terms(lowered: &str) -> impl Iterator<Item = &str> {
    words(lowered).filter(|word| {
        let mut characters = word.chars();
        characters.next().is_some_and(has_no_spaces) || characters.next().is_some()
    })
}

/// Terms by number, ascending: those in enough texts, and of these the most frequent. Among terms that are in equally
/// many texts those that appear first stay.
fn most_frequent(frequencies: &[u32], options: &TextBaselineOptions) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..frequencies.len())
        .filter(|&term| frequencies[term] as usize >= options.min_df)
        .collect();
    if options.max_features < kept.len() {
        let key = |&term: &usize| (Reverse(frequencies[term]), term);
        kept.select_nth_unstable_by_key(options.max_features, key);
        kept.truncate(options.max_features);
        kept.sort_unstable();
    }
    kept
}

/// In how many texts each term occurs.
#[derive(Debug, Default)]
struct TextCounts {
    texts: Vec<u32>,
    /// The row that last raised the count.
    last: Vec<usize>,
}

impl TextCounts {
    /// Notes that a term occurs in a row. New terms come in the order of their number.
    fn add(&mut self, term: u32, row: usize) {
        let term = term as usize;
        if term == self.texts.len() {
            self.texts.push(0);
            self.last.push(usize::MAX);
        }
        if self.last[term] != row {
            self.last[term] = row;
            self.texts[term] += 1;
        }
    }
}
