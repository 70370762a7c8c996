//! Hashed n-grams of words and characters, as fastText (Joulin et al. 2017, "Bag of Tricks for Efficient Text
//! Classification"; Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information").
//!
//! Words are those between the word boundaries of Unicode (Standard Annex 29); punctuation marks are words too. An
//! n-gram's id is 1 + FNV-1a (64 bits) of a byte that says its kind and of its text, modulo the number of buckets; words
//! of an n-gram are joined by a space. Id 0 fills up batches.

use serde::{Deserialize, Serialize};
use tokenizers::{NormalizedString, Normalizer, NormalizerWrapper};
use unicode_segmentation::UnicodeSegmentation;

use super::{Encoded, cut, normal::Normalization};
use crate::{
    config::{BagEncoder, TextConfig},
    preprocess::PreprocessError,
};

/// The id that no n-gram has.
pub(super) const PADDING: i32 = 0;
/// As in the schema.
const MAX_BUCKETS: usize = 10_000_000;
const MAX_WORDS: usize = 5;
const MAX_CHARACTERS: usize = 10;
/// Character n-grams are taken from so many characters of a word; beyond them it is no word but data.
const MAX_WORD_CHARACTERS: usize = 100;

/// Kinds of n-grams, so that the word `the` and the characters `the` have ids of their own.
const WORD_NGRAM: u8 = b'w';
const CHARACTER_NGRAM: u8 = b'c';

/// Makes the ids of n-grams; nothing of it is learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::preprocess) struct Ngrams {
    /// Longest word n-gram.
    words: usize,
    /// Shortest and longest character n-gram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    characters: Option<[usize; 2]>,
    buckets: usize,
    normalization: Normalization,
    /// Made of `normalization`.
    #[serde(skip)]
    normalizer: Normalizing,
}

/// Has no equality of its own; what it was made of is compared beside it.
#[derive(Debug, Clone, Default)]
struct Normalizing(Option<NormalizerWrapper>);

impl PartialEq for Normalizing {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Ngrams {
    pub(super) fn new(
        column: &str,
        config: &TextConfig,
        bag: &BagEncoder,
    ) -> Result<Self, PreprocessError> {
        let characters = match bag.characters.as_slice() {
            [] => None,
            &[only] => Some([only, only]),
            &[shortest, longest, ..] => Some([shortest, longest]),
        };
        Self {
            words: bag.words,
            characters,
            buckets: bag.buckets,
            normalization: Normalization::from(config),
            normalizer: Normalizing::default(),
        }
        .checked()
        .map_err(|problem| PreprocessError::BadNgrams {
            column: column.to_owned(),
            problem,
        })
    }

    /// Ready for use, if every number is one that a recipe may have.
    pub(super) fn checked(mut self) -> Result<Self, String> {
        if !(1..=MAX_WORDS).contains(&self.words) {
            return Err(format!(
                "`words` must be between 1 and {MAX_WORDS}, but is {}",
                self.words
            ));
        }
        if !(1..=MAX_BUCKETS).contains(&self.buckets) {
            return Err(format!(
                "`buckets` must be between 1 and {MAX_BUCKETS}, but is {}",
                self.buckets
            ));
        }
        if let Some([shortest, longest]) = self.characters
            && !(1 <= shortest && shortest <= longest && longest <= MAX_CHARACTERS)
        {
            return Err(format!(
                "`characters` must be [shortest, longest] between 1 and {MAX_CHARACTERS}, \
                 but is [{shortest}, {longest}]"
            ));
        }
        let normalizer = NormalizerWrapper::deserialize(&self.normalization.json(true))
            .map_err(|problem| problem.to_string())?;
        self.normalizer = Normalizing(Some(normalizer));
        Ok(self)
    }

    /// Ids are below it.
    pub(super) fn vocabulary(&self) -> usize {
        self.buckets + 1
    }

    /// The n-grams of the first `max_words` words.
    pub(super) fn encode(&self, text: &str, max_words: usize) -> Encoded {
        let (text, cut) = cut::head(text, max_words);
        let text = self.normalize(text);
        let mut words: Vec<&str> = text
            .split_word_bounds()
            .filter(|word| !word.chars().all(char::is_whitespace))
            .take(max_words.saturating_add(1))
            .collect();
        let truncated = cut || words.len() > max_words;
        words.truncate(max_words);
        let mut ids = Vec::with_capacity(words.len() * 4);
        self.add_word_ngrams(&words, &mut ids);
        if let Some([shortest, longest]) = self.characters {
            for word in &words {
                self.add_character_ngrams(word, shortest, longest, &mut ids);
            }
        }
        Encoded {
            empty: words.is_empty(),
            ids,
            truncated,
            unknown: false,
            ..Encoded::default()
        }
    }

    fn normalize(&self, text: &str) -> String {
        let mut normalized = NormalizedString::from(text);
        if let Some(normalizer) = &self.normalizer.0
            && normalizer.normalize(&mut normalized).is_err()
        {
            return text.to_owned();
        }
        normalized.get().to_owned()
    }

    fn add_word_ngrams(&self, words: &[&str], ids: &mut Vec<i32>) {
        for start in 0..words.len() {
            let mut hash = Fnv::new(WORD_NGRAM);
            for (index, word) in words[start..].iter().take(self.words).enumerate() {
                if index > 0 {
                    hash.add(b" ");
                }
                hash.add(word.as_bytes());
                ids.push(self.id(hash));
            }
        }
    }

    /// The n-grams of `<word>`. The whole of it is left out, since the word has an id already.
    fn add_character_ngrams(
        &self,
        word: &str,
        shortest: usize,
        longest: usize,
        ids: &mut Vec<i32>,
    ) {
        let bracketed: Vec<char> = std::iter::once('<')
            .chain(word.chars().take(MAX_WORD_CHARACTERS))
            .chain(['>'])
            .collect();
        for start in 0..bracketed.len() {
            let mut hash = Fnv::new(CHARACTER_NGRAM);
            let rest = &bracketed[start..];
            for (index, character) in rest.iter().take(longest).enumerate() {
                hash.add(character.encode_utf8(&mut [0; 4]).as_bytes());
                let length = index + 1;
                let is_bracket = length == 1 && (start == 0 || start + 1 == bracketed.len());
                if length >= shortest && length < bracketed.len() && !is_bracket {
                    ids.push(self.id(hash));
                }
            }
        }
    }

    fn id(&self, hash: Fnv) -> i32 {
        // Below 10 million, so that it fits.
        (hash.0 % self.buckets as u64) as i32 + 1
    }
}

/// FNV-1a with 64 bits (Fowler, Noll and Vo).
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Fnv {
    fn new(kind: u8) -> Self {
        let mut hash = Self(0xcbf2_9ce4_8422_2325);
        hash.add(&[kind]);
        hash
    }

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ngrams(words: usize, characters: &[usize]) -> Ngrams {
        let bag = BagEncoder {
            words,
            characters: characters.to_vec(),
            ..BagEncoder::default()
        };
        Ngrams::new("t", &TextConfig::default(), &bag).unwrap()
    }

    fn ids(texts: &[(u8, &str)], buckets: u64) -> Vec<i32> {
        texts
            .iter()
            .map(|&(kind, text)| {
                let mut hash = Fnv::new(kind);
                hash.add(text.as_bytes());
                (hash.0 % buckets) as i32 + 1
            })
            .collect()
    }

    // From the authors' test suite: FNV-1a of "foobar".
    #[test]
    fn the_hash_is_fnv_1a() {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        hash.add(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn words_and_pairs_of_words_have_ids() {
        let encoded = ngrams(2, &[]).encode("Don't  PANIC!", 10);
        let (w, n) = (WORD_NGRAM, 100_000);
        assert_eq!(
            encoded.ids,
            ids(
                &[
                    (w, "don't"),
                    (w, "don't panic"),
                    (w, "panic"),
                    (w, "panic !"),
                    (w, "!")
                ],
                n
            )
        );
        assert!(!encoded.truncated && !encoded.empty);
    }

    #[test]
    fn characters_are_taken_from_the_word_in_brackets() {
        let encoded = ngrams(1, &[3, 5]).encode("où", 10);
        // `<où>` itself has 4 characters and stands for the word already.
        assert_eq!(
            encoded.ids,
            ids(
                &[
                    (WORD_NGRAM, "où"),
                    (CHARACTER_NGRAM, "<où"),
                    (CHARACTER_NGRAM, "où>")
                ],
                100_000
            )
        );
    }

    #[test]
    fn brackets_alone_are_no_ngrams() {
        let encoded = ngrams(1, &[1]).encode("ab", 10);
        assert_eq!(encoded.ids.len(), 3);
    }

    #[test]
    fn words_beyond_the_limit_are_cut_off() {
        let long = ngrams(1, &[]).encode("a b c d e", 4);
        assert!(long.truncated);
        assert_eq!(long.ids.len(), 4);
        assert!(!ngrams(1, &[]).encode("a b c d", 4).truncated);
    }

    #[test]
    fn a_text_without_words_is_empty() {
        for text in ["", " \t\n", "\0\u{1}"] {
            let encoded = ngrams(2, &[3, 5]).encode(text, 4);
            assert!(encoded.empty && encoded.ids.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn settings_that_make_no_ngrams_are_errors() {
        let new = |bag| Ngrams::new("t", &TextConfig::default(), &bag);
        let error = new(BagEncoder {
            characters: vec![5, 3],
            ..BagEncoder::default()
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the encoder `bag` of column `t` cannot be used: `characters` must be [shortest, longest] between 1 and \
             10, but is [5, 3]"
        );
        assert!(
            new(BagEncoder {
                buckets: 0,
                ..BagEncoder::default()
            })
            .is_err()
        );
    }
}
