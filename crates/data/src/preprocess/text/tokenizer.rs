//! A tokenizer ready for use: the `tokenizers` crate, with what that leaves open checked and counted.
//!
//! The crate trusts its files, so that an odd one may end in a panic; here every call is guarded, and every id is checked.

use serde_json::Value;
use tokenizers::Tokenizer;

use super::{Encoded, cut};
use crate::guard::guarded;

/// Ids from here on would make tables that no machine holds.
const MAX_VOCABULARY: usize = 10_000_000;
/// Encoded once while loading: letters, a script and a symbol that few vocabularies have.
const PROBES: [&str; 3] = ["", "a", "zq \u{1F9FF} \u{12000}"];
/// The special tokens of BERT and, in the same order, of RoBERTa.
const SPECIAL: [[&str; 2]; 4] = [
    ["[PAD]", "<pad>"],
    ["[UNK]", "<unk>"],
    ["[CLS]", "<s>"],
    ["[SEP]", "</s>"],
];

/// A loaded tokenizer.json.
pub(in crate::preprocess) struct Tokenization {
    /// The file, without blanks.
    json: String,
    tokenizer: Tokenizer,
    vocabulary: usize,
    padding: i32,
    unknown: Option<i32>,
    /// Special tokens in front of every text.
    before: Vec<i32>,
    /// Special tokens behind every text.
    behind: Vec<i32>,
}

impl PartialEq for Tokenization {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl std::fmt::Debug for Tokenization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokenization({} tokens)", self.vocabulary)
    }
}

impl Tokenization {
    /// Reads a tokenizer.json, or says what is wrong with it.
    pub(super) fn load(json: &str) -> Result<Self, String> {
        let file: Value =
            serde_json::from_str(json).map_err(|problem| format!("it is not JSON: {problem}"))?;
        Self::from_value(&file)
    }

    /// As [`Self::load`].
    pub(super) fn from_value(file: &Value) -> Result<Self, String> {
        if !file["model"].is_object() {
            return Err("it has no `model`".into());
        }
        let json = file.to_string();
        let mut tokenizer = outcome(|| Tokenizer::from_bytes(json.as_bytes()))?;
        // Texts are cut and batches are filled elsewhere. Some files fill every text up to 128 tokens.
        tokenizer.with_padding(None);
        outcome(|| tokenizer.with_truncation(None).map(|_| ()))?;
        // A text that has `[CLS]` in it has these letters in it, not the token.
        tokenizer.set_encode_special_tokens(true);
        let vocabulary = outcome(|| Ok(num_ids(&tokenizer)))?;
        if vocabulary == 0 {
            return Err("it has no tokens".into());
        }
        if vocabulary > MAX_VOCABULARY {
            return Err(format!(
                "it has ids up to {}, more than {MAX_VOCABULARY}",
                vocabulary - 1
            ));
        }
        let mut loaded = Self {
            json,
            tokenizer,
            vocabulary,
            padding: 0,
            unknown: None,
            before: Vec::new(),
            behind: Vec::new(),
        };
        loaded.padding = file["padding"]["pad_id"]
            .as_u64()
            .filter(|&id| id < vocabulary as u64)
            .map(|id| id as i32)
            .or_else(|| loaded.special_id(0))
            .unwrap_or(0);
        loaded.unknown = loaded.find_unknown(&file["model"]);
        loaded.find_special()?;
        for text in PROBES {
            loaded.pieces(text)?;
        }
        Ok(loaded)
    }

    fn find_unknown(&self, model: &Value) -> Option<i32> {
        let named = model["unk_token"]
            .as_str()
            .and_then(|token| self.tokenizer.token_to_id(token));
        let numbered = model["unk_id"]
            .as_u64()
            .and_then(|id| u32::try_from(id).ok());
        named
            .or(numbered)
            .filter(|&id| (id as usize) < self.vocabulary)
            .map(|id| id as i32)
            .or_else(|| self.special_id(1))
    }

    /// What the tokenizer puts around a text.
    fn find_special(&mut self) -> Result<(), String> {
        let encoding = outcome(|| self.tokenizer.encode("a", true))?;
        let ids = self.checked(encoding.get_ids())?;
        let is_special = encoding.get_special_tokens_mask();
        let num_before = is_special.iter().take_while(|&&mask| mask == 1).count();
        let num_behind = is_special[num_before..]
            .iter()
            .rev()
            .take_while(|&&mask| mask == 1)
            .count();
        self.before = ids[..num_before].to_vec();
        self.behind = ids[ids.len() - num_behind..].to_vec();
        Ok(())
    }

    fn special_id(&self, which: usize) -> Option<i32> {
        SPECIAL[which]
            .iter()
            .find_map(|token| self.tokenizer.token_to_id(token))
            .filter(|&id| (id as usize) < self.vocabulary)
            .map(|id| id as i32)
    }

    /// The file, from which [`Self::load`] makes the same tokenizer.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    /// Ids are below it.
    pub(super) fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// The id that fills batches.
    pub(super) fn padding(&self) -> i32 {
        self.padding
    }

    /// Number of special tokens around a text.
    pub(super) fn num_special(&self) -> usize {
        self.before.len() + self.behind.len()
    }

    /// Special tokens in front of and behind a text.
    pub(super) fn special(&self) -> (Vec<i32>, Vec<i32>) {
        (self.before.clone(), self.behind.clone())
    }

    /// Tokens by id.
    pub(super) fn words(&self) -> Vec<String> {
        (0..self.vocabulary as u32)
            .map(|id| self.tokenizer.id_to_token(id).unwrap_or_default())
            .collect()
    }

    /// Why weights with that many token vectors belong to another tokenizer.
    pub(super) fn misfit(&self, num_vectors: usize) -> Option<String> {
        let mut problems = Vec::new();
        if self.vocabulary > num_vectors {
            problems.push(format!(
                "it has {} tokens, but the weights have vectors for {num_vectors}",
                self.vocabulary
            ));
        }
        let missing: Vec<String> = SPECIAL
            .iter()
            .filter(|names| {
                names
                    .iter()
                    .all(|name| self.tokenizer.token_to_id(name).is_none())
            })
            .map(|names| format!("`{}`", names[0]))
            .collect();
        if !missing.is_empty() {
            problems.push(format!("it has no special token {}", missing.join(", ")));
        } else if self.before.is_empty() || self.behind.is_empty() {
            problems.push(
                "it puts no `[CLS]` and `[SEP]` around a text (`post_processor` is missing)".into(),
            );
        }
        (!problems.is_empty()).then(|| problems.join("; "))
    }

    /// The ids of a text, special tokens around them, at most `max_tokens` in all.
    pub(super) fn encode(&self, text: &str, max_tokens: usize) -> Result<Encoded, String> {
        let (text, cut) = cut::head(text, max_tokens);
        let pieces = self.pieces(text)?;
        let place = max_tokens.saturating_sub(self.num_special());
        let kept = &pieces[..pieces.len().min(place)];
        let mut ids = Vec::with_capacity(kept.len() + self.num_special());
        ids.extend_from_slice(&self.before);
        ids.extend_from_slice(kept);
        ids.extend_from_slice(&self.behind);
        if ids.is_empty() {
            ids.push(self.stand_in());
        }
        Ok(Encoded {
            ids,
            truncated: cut || kept.len() < pieces.len(),
            unknown: self.unknown.is_some_and(|unknown| kept.contains(&unknown)),
            empty: pieces.is_empty(),
            ..Encoded::default()
        })
    }

    /// See [`FittedText::encode_words`](super::FittedText::encode_words).
    pub(super) fn encode_words(
        &self,
        words: &[&str],
        max_tokens: usize,
    ) -> Result<Encoded, String> {
        let place = max_tokens.saturating_sub(self.behind.len());
        let mut encoded = Encoded {
            ids: self.before.clone(),
            empty: words.is_empty(),
            ..Encoded::default()
        };
        for word in words {
            if encoded.ids.len() >= place {
                break;
            }
            encoded.starts.push(encoded.ids.len() as i32);
            let (word, cut) = cut::head(word, max_tokens);
            let pieces = self.pieces(word)?;
            encoded.truncated |= cut;
            if pieces.is_empty() {
                encoded.ids.push(self.stand_in());
            }
            encoded.ids.extend(pieces);
        }
        encoded.cut_words = words.len() - encoded.starts.len();
        encoded.truncated |= encoded.cut_words > 0 || encoded.ids.len() > place;
        encoded.ids.truncate(place);
        let kept = &encoded.ids[self.before.len()..];
        encoded.unknown = self.unknown.is_some_and(|unknown| kept.contains(&unknown));
        encoded.ids.extend_from_slice(&self.behind);
        if encoded.ids.is_empty() {
            encoded.ids.push(self.stand_in());
        }
        Ok(encoded)
    }

    /// What stands where there is no token.
    fn stand_in(&self) -> i32 {
        self.unknown.unwrap_or(self.padding)
    }

    /// The ids of a text without special tokens around it.
    fn pieces(&self, text: &str) -> Result<Vec<i32>, String> {
        let encoding = outcome(|| self.tokenizer.encode_fast(text, false))?;
        self.checked(encoding.get_ids())
    }

    fn checked(&self, ids: &[u32]) -> Result<Vec<i32>, String> {
        ids.iter()
            .map(|&id| {
                if (id as usize) < self.vocabulary {
                    Ok(id as i32)
                } else {
                    Err(format!(
                        "it gives id {id}, but has {} tokens",
                        self.vocabulary
                    ))
                }
            })
            .collect()
    }
}

/// One more than the largest id.
fn num_ids(tokenizer: &Tokenizer) -> usize {
    tokenizer
        .get_vocab(true)
        .into_values()
        .max()
        .map_or(0, |id| id as usize + 1)
}

/// The outcome of a call into the crate, which may panic on a file that nobody made with it.
fn outcome<T>(call: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
    match guarded(call) {
        Some(outcome) => outcome.map_err(|problem| problem.to_string()),
        None => Err("its settings contradict each other".into()),
    }
}
