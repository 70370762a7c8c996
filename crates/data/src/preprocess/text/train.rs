//! Tokenizers learned from the training part, written as a tokenizer.json that other programs read as well.
//!
//! Ids 0 and 1 are `[PAD]` and `[UNK]`; for the encoder `transformer`, 2 and 3 are `[CLS]` and `[SEP]`, which then stand
//! around every text. The trainers of the `tokenizers` crate go through hash tables and would give other ids in every
//! run; those here give the same bytes for the same texts.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokenizers::{
    NormalizedString, Normalizer, NormalizerWrapper, OffsetReferential, OffsetType,
    PreTokenizedString, PreTokenizer, PreTokenizerWrapper,
};

use super::{
    cut,
    merges::{self, Marking},
    normal::Normalization,
    tokenizer::Tokenization,
    unigram,
};
use crate::{
    config::{TextConfig, TextEncoderConfig, TokenizerConfig, VocabularyConfig},
    preprocess::{PreprocessError, vocabulary::count_categories},
    table::Categories,
};

/// Texts whose words are counted together.
const CHUNK: usize = 512;
const UNKNOWN: &str = "[UNK]";
/// Longer words are unknown to `wordpiece`, as in BERT.
const MAX_WORD_CHARACTERS: usize = 100;

/// Trains the tokenizer that the recipe asks for on the rows of all columns.
pub(super) fn train(
    column: &str,
    config: &TextConfig,
    columns: &[&Categories],
    rows: &[usize],
) -> Result<Tokenization, PreprocessError> {
    train_on_texts(config, &count_texts(columns, rows)).map_err(|problem| {
        PreprocessError::TokenizerTraining {
            column: column.to_owned(),
            problem,
        }
    })
}

/// Each different text with the number of cells that have it, in alphabetical order.
fn count_texts<'a>(columns: &[&'a Categories], rows: &[usize]) -> BTreeMap<&'a str, u64> {
    let mut texts = BTreeMap::new();
    for cells in columns {
        let counts = count_categories(cells, rows);
        for (text, count) in cells.dictionary.iter().zip(counts) {
            if count > 0 {
                *texts.entry(text.as_str()).or_default() += count as u64;
            }
        }
    }
    texts
}

fn train_on_texts(
    config: &TextConfig,
    texts: &BTreeMap<&str, u64>,
) -> Result<Tokenization, String> {
    let kind = config.tokenizer.clone().unwrap_or_default();
    let special = special_tokens(&config.encoder);
    let parts = Parts::new(config, &kind);
    let words = parts.count(config, texts)?;
    let model = model(&kind, &words, &special)?;
    let post_processor = match special.as_slice() {
        [_, _, start, end] => json!({"type": "BertProcessing", "sep": [end, 3], "cls": [start, 2]}),
        _ => Value::Null,
    };
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": parts.normalizer,
        "pre_tokenizer": parts.pre_tokenizer,
        "post_processor": post_processor,
        "decoder": null,
        "model": model,
    });
    Tokenization::from_value(&file)
}

fn special_tokens(encoder: &TextEncoderConfig) -> Vec<&'static str> {
    let mut tokens = vec!["[PAD]", UNKNOWN];
    if matches!(encoder, TextEncoderConfig::Transformer(_)) {
        tokens.extend(["[CLS]", "[SEP]"]);
    }
    tokens
}

/// The parts of a tokenizer.json in front of its model.
struct Parts {
    normalizer: Value,
    pre_tokenizer: Value,
}

impl Parts {
    fn new(config: &TextConfig, kind: &TokenizerConfig) -> Self {
        let pre_tokenizer = match kind {
            TokenizerConfig::Characters(_) => Value::Null,
            // Punctuation stands alone, or `[PAD]` in a text could become the token.
            TokenizerConfig::Unigram(_) => json!({"type": "Sequence", "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always", "split": true},
                {"type": "Punctuation", "behavior": "Isolated"},
            ]}),
            _ => json!({"type": "BertPreTokenizer"}),
        };
        let has_words = !matches!(
            kind,
            TokenizerConfig::Characters(_) | TokenizerConfig::Unigram(_)
        );
        Self {
            normalizer: Normalization::from(config).json(has_words),
            pre_tokenizer,
        }
    }

    /// The words of the texts with their counts, in alphabetical order.
    fn count(
        &self,
        config: &TextConfig,
        texts: &BTreeMap<&str, u64>,
    ) -> Result<BTreeMap<String, u64>, String> {
        let splitter = Splitter::new(self)?;
        let texts: Vec<(&str, u64)> = texts.iter().map(|(&text, &count)| (text, count)).collect();
        let chunks: Vec<BTreeMap<String, u64>> = texts
            .par_chunks(CHUNK)
            .map(|chunk| {
                let mut counts = BTreeMap::new();
                for &(text, count) in chunk {
                    let (text, _) = cut::head(text, config.max_tokens);
                    splitter.add(text, count, &mut counts)?;
                }
                Ok::<_, String>(counts)
            })
            .collect::<Result<_, _>>()?;
        let mut total = BTreeMap::new();
        for (word, count) in chunks.into_iter().flatten() {
            *total.entry(word).or_default() += count;
        }
        Ok(total)
    }
}

/// The parts at work.
struct Splitter {
    normalizer: NormalizerWrapper,
    /// Without one, characters are counted.
    pre_tokenizer: Option<PreTokenizerWrapper>,
}

impl Splitter {
    fn new(parts: &Parts) -> Result<Self, String> {
        let wrong = |problem: serde_json::Error| problem.to_string();
        Ok(Self {
            normalizer: NormalizerWrapper::deserialize(&parts.normalizer).map_err(wrong)?,
            pre_tokenizer: Option::deserialize(&parts.pre_tokenizer).map_err(wrong)?,
        })
    }

    fn add(
        &self,
        text: &str,
        count: u64,
        counts: &mut BTreeMap<String, u64>,
    ) -> Result<(), String> {
        let mut normalized = NormalizedString::from(text);
        self.normalizer
            .normalize(&mut normalized)
            .map_err(|problem| problem.to_string())?;
        let mut add = |word: &str| match counts.get_mut(word) {
            Some(known) => *known += count,
            None => {
                counts.insert(word.to_owned(), count);
            }
        };
        let Some(pre_tokenizer) = &self.pre_tokenizer else {
            let text = normalized.get();
            for (start, character) in text.char_indices() {
                add(&text[start..start + character.len_utf8()]);
            }
            return Ok(());
        };
        let mut words = PreTokenizedString::from(normalized);
        pre_tokenizer
            .pre_tokenize(&mut words)
            .map_err(|problem| problem.to_string())?;
        for (word, _, _) in words.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            if !word.is_empty() {
                add(word);
            }
        }
        Ok(())
    }
}

/// The `model` of a tokenizer.json.
fn model(
    kind: &TokenizerConfig,
    words: &BTreeMap<String, u64>,
    special: &[&str],
) -> Result<Value, String> {
    let place = |config: &VocabularyConfig| config.vocabulary.saturating_sub(special.len()).max(1);
    let min_count = |config: &VocabularyConfig| config.min_count.max(1) as u64;
    match kind {
        TokenizerConfig::Words(config) => {
            let tokens = frequent(words, place(config), min_count(config))?;
            Ok(json!({
                "type": "WordLevel",
                "vocab": ids(special, &tokens),
                "unk_token": UNKNOWN,
            }))
        }
        TokenizerConfig::Characters(config) => {
            let tokens = frequent(words, place(config), min_count(config))?;
            Ok(bpe(ids(special, &tokens), Vec::new(), None))
        }
        TokenizerConfig::Wordpiece(config) => {
            let learned = merges::learn(
                words,
                Marking::Continuation,
                place(config),
                min_count(config),
                MAX_WORD_CHARACTERS,
            );
            require(&learned.tokens, config)?;
            Ok(json!({
                "type": "WordPiece",
                "unk_token": UNKNOWN,
                "continuing_subword_prefix": merges::CONTINUATION,
                "max_input_chars_per_word": MAX_WORD_CHARACTERS,
                "vocab": ids(special, &learned.tokens),
            }))
        }
        TokenizerConfig::Bpe(config) => {
            let learned = merges::learn(
                words,
                Marking::End,
                place(config),
                min_count(config),
                MAX_WORD_CHARACTERS,
            );
            require(&learned.tokens, config)?;
            let pairs = learned
                .merges
                .iter()
                .map(|[left, right]| json!([left, right]))
                .collect();
            Ok(bpe(ids(special, &learned.tokens), pairs, Some(merges::END)))
        }
        TokenizerConfig::Unigram(config) => {
            let pieces = unigram::learn(words, place(config))?;
            let vocabulary: Vec<Value> = special
                .iter()
                .map(|token| json!([token, 0.0]))
                .chain(pieces.iter().map(|(piece, score)| json!([piece, score])))
                .collect();
            Ok(json!({
                "type": "Unigram",
                "unk_id": 1,
                "vocab": vocabulary,
                "byte_fallback": false,
            }))
        }
        // Read by `given`, never trained.
        TokenizerConfig::File(path) => Err(format!("`{path}` was not read")),
    }
}

fn bpe(vocabulary: Value, merges: Vec<Value>, end: Option<&str>) -> Value {
    json!({
        "type": "BPE",
        "dropout": null,
        "unk_token": UNKNOWN,
        "continuing_subword_prefix": null,
        "end_of_word_suffix": end,
        "fuse_unk": false,
        "byte_fallback": false,
        "ignore_merges": false,
        "vocab": vocabulary,
        "merges": merges,
    })
}

/// The most frequent words, equals in alphabetical order.
fn frequent(
    words: &BTreeMap<String, u64>,
    place: usize,
    min_count: u64,
) -> Result<Vec<&str>, String> {
    let mut kept: Vec<(&str, u64)> = words
        .iter()
        .map(|(word, &count)| (word.as_str(), count))
        .filter(|&(_, count)| count >= min_count)
        .collect();
    // Stable, so that equals stay in the order of the map.
    kept.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    kept.truncate(place);
    if kept.is_empty() {
        return Err(format!(
            "no token is in the training part {min_count} times; lower `min_count`"
        ));
    }
    Ok(kept.into_iter().map(|(word, _)| word).collect())
}

fn require(tokens: &[String], config: &VocabularyConfig) -> Result<(), String> {
    if tokens.is_empty() {
        return Err(format!(
            "no character is in the training part {} times; lower `min_count`",
            config.min_count
        ));
    }
    Ok(())
}

/// `vocab`: special tokens first, the others in their order.
fn ids<S: AsRef<str>>(special: &[&str], tokens: &[S]) -> Value {
    let tokens = tokens.iter().map(AsRef::as_ref);
    let ids: Map<String, Value> = special
        .iter()
        .copied()
        .chain(tokens)
        .enumerate()
        .map(|(id, token)| (token.to_owned(), json!(id)))
        .collect();
    Value::Object(ids)
}
