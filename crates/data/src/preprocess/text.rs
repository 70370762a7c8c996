//! `[inputs.text]`: sentences and longer texts, as lists of token ids.
//!
//! A tokenizer is trained on the training rows of all columns of an `[[inputs]]`, or is given as a file; the encoder
//! `bag` needs none, because it hashes n-grams. Whichever it is, all of it is stored with the fitted column, so that a
//! bundle needs no other file.
//!
//! Invariants: ids are below [`FittedText::vocabulary`]. A text is encoded alike alone and among others. Nothing
//! depends on the order of a hash table or on the number of threads.

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

pub(super) use self::stored::{StoredMethod, StoredText};
use self::{ngrams::Ngrams, tokenizer::Tokenization};
use super::{
    cells, error::PreprocessError, lanes::Lanes, report::ColumnReport, vocabulary::count_categories,
};
use crate::{
    config::{TextConfig, TextEncoderConfig},
    features::{FeatureLayout, TextFeature},
    table::{Categories, Table},
};

mod cut;
mod given;
mod merges;
mod ngrams;
mod normal;
mod rows;
mod stored;
mod tokenizer;
mod train;
mod unigram;

/// A text column and what it shares with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextInput {
    /// As in the recipe.
    pub config: TextConfig,
    /// All columns of the same `[[inputs]]`; they share tokenizer and encoder.
    pub columns: Vec<String>,
    /// Those of them whose words an output tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tagged: Vec<String>,
    /// The folder that paths of the configuration begin at. Only fitting needs it, so it is not stored.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A fitted text column.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedText {
    /// First column of the `[[inputs]]`.
    group: String,
    max_tokens: usize,
    /// Whether words are cut into tokens one by one, because an output tags them.
    tagged: bool,
    /// Shared by the columns of a group.
    method: Arc<Method>,
}

/// How ids are made of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Method {
    Ngrams(Box<Ngrams>),
    Tokens(Box<Tokenization>),
}

/// A text as ids, and what was done to it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Encoded {
    ids: Vec<i32>,
    truncated: bool,
    unknown: bool,
    empty: bool,
    /// As [`Words::starts`](crate::features::Words::starts); only where words are encoded one by one.
    starts: Vec<i32>,
    /// Words beyond `max_tokens`.
    cut_words: usize,
}

/// The pieces of a text whose words are given one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordPieces {
    /// Token ids, special tokens included.
    pub ids: Vec<i32>,
    /// The place in `ids` of the first piece of each word. Words whose first piece is beyond `max_tokens` have no
    /// entry, so there may be fewer entries than words.
    pub first: Vec<usize>,
}

impl FittedText {
    /// Trains or loads the tokenizer of a group of columns, or takes that of `known`: another column of the group, or the
    /// column of an earlier model.
    pub(super) fn fit(
        column: &str,
        input: &TextInput,
        known: Option<&Self>,
        table: &Table,
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        require_value(column, table, rows)?;
        let method = match known {
            Some(known) => Arc::clone(&known.method),
            None => Arc::new(Method::fit(column, input, table, rows)?),
        };
        let group = input.columns.first().map_or(column, String::as_str);
        Ok(Self {
            group: group.to_owned(),
            max_tokens: input.config.max_tokens,
            tagged: input.tagged.iter().any(|name| name == column),
            method,
        })
    }

    /// Whether both cut texts into the same ids. How many are kept of a text may differ.
    pub fn tokenizes_like(&self, other: &Self) -> bool {
        self.method == other.method
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        layout.texts.push(TextFeature {
            name: column.to_owned(),
            column: column.to_owned(),
            group: self.group.clone(),
            vocabulary: self.vocabulary(),
            max_tokens: self.max_tokens,
            bag: matches!(*self.method, Method::Ngrams(_)),
            tagged: self.tagged,
            padding: self.padding(),
        });
    }

    pub(super) fn transform(
        &self,
        cells: &Categories,
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) -> Result<(), PreprocessError> {
        lanes.text(rows::encode(self, cells, rows, report)?);
        Ok(())
    }

    fn encode_text(
        &self,
        column: &str,
        text: &str,
        row: usize,
    ) -> Result<Encoded, PreprocessError> {
        let encoded = match (&*self.method, self.tagged) {
            (Method::Ngrams(ngrams), _) => Ok(ngrams.encode(text, self.max_tokens)),
            (Method::Tokens(tokens), false) => tokens.encode(text, self.max_tokens),
            (Method::Tokens(tokens), true) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                tokens.encode_words(&words, self.max_tokens)
            }
        };
        encoded.map_err(|problem| PreprocessError::BadText {
            column: column.to_owned(),
            row,
            problem,
        })
    }

    /// The ids of one text, as [`transform`](super::Preprocessor::transform) makes them.
    pub fn encode(&self, text: &str) -> Result<Vec<i32>, PreprocessError> {
        Ok(self.encode_text(&self.group, text, 0)?.ids)
    }

    /// The ids of a text whose words are known, and where each word begins: for labels per word. Every word is cut into
    /// pieces by itself and has at least one. `None` for the encoder `bag`, whose ids have no order.
    pub fn encode_words(&self, words: &[&str]) -> Option<Result<WordPieces, PreprocessError>> {
        let Method::Tokens(tokens) = &*self.method else {
            return None;
        };
        let encoded = tokens.encode_words(words, self.max_tokens);
        let pieces = encoded.map(|encoded| WordPieces {
            ids: encoded.ids,
            first: encoded.starts.iter().map(|&start| start as usize).collect(),
        });
        Some(pieces.map_err(|problem| PreprocessError::BadText {
            column: self.group.clone(),
            row: 0,
            problem,
        }))
    }

    /// Ids are below it.
    pub fn vocabulary(&self) -> usize {
        match &*self.method {
            Method::Ngrams(ngrams) => ngrams.vocabulary(),
            Method::Tokens(tokens) => tokens.vocabulary(),
        }
    }

    /// The id that fills a batch up to its longest text.
    pub fn padding(&self) -> i32 {
        match &*self.method {
            Method::Ngrams(_) => ngrams::PADDING,
            Method::Tokens(tokens) => tokens.padding(),
        }
    }

    /// Tokens of the longest list, special ones included; of a bag, words.
    pub fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// The tokens by id, for word vectors; empty where an id has none. Empty for the encoder `bag`.
    pub fn words(&self) -> Vec<String> {
        match &*self.method {
            Method::Ngrams(_) => Vec::new(),
            Method::Tokens(tokens) => tokens.words(),
        }
    }

    /// The special tokens in front of and behind every text, such as `[CLS]` and `[SEP]`.
    pub fn special_tokens(&self) -> (Vec<i32>, Vec<i32>) {
        match &*self.method {
            Method::Ngrams(_) => (Vec::new(), Vec::new()),
            Method::Tokens(tokens) => tokens.special(),
        }
    }

    /// Whether the tokenizer belongs to weights with that many token vectors: no id is beyond them, and the special
    /// tokens of BERT or of RoBERTa are there.
    pub fn check_weights(&self, column: &str, num_vectors: usize) -> Result<(), PreprocessError> {
        let problem = match &*self.method {
            Method::Ngrams(_) => None,
            Method::Tokens(tokens) => tokens.misfit(num_vectors),
        };
        problem.map_or(Ok(()), |problem| {
            Err(PreprocessError::TokenizerOfOtherWeights {
                column: column.to_owned(),
                problem,
            })
        })
    }
}

impl Method {
    fn fit(
        column: &str,
        input: &TextInput,
        table: &Table,
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        if let TextEncoderConfig::Bag(bag) = &input.config.encoder {
            let ngrams = Ngrams::new(column, &input.config, bag)?;
            return Ok(Self::Ngrams(Box::new(ngrams)));
        }
        let tokens = match given::path(column, input)? {
            Some(path) => given::read(column, &path)?,
            None => {
                let columns = input
                    .columns
                    .iter()
                    .map(|column| cells::categories(table, column))
                    .collect::<Result<Vec<_>, _>>()?;
                train::train(column, &input.config, &columns, rows)?
            }
        };
        let least = tokens.num_special() + 1;
        if input.config.max_tokens < least {
            return Err(PreprocessError::TooFewTokens {
                column: column.to_owned(),
                max_tokens: input.config.max_tokens,
                least,
            });
        }
        Ok(Self::Tokens(Box::new(tokens)))
    }
}

fn require_value(column: &str, table: &Table, rows: &[usize]) -> Result<(), PreprocessError> {
    let counts = count_categories(cells::categories(table, column)?, rows);
    if counts.iter().all(|&count| count == 0) {
        return Err(PreprocessError::AllMissing {
            column: column.to_owned(),
        });
    }
    Ok(())
}
