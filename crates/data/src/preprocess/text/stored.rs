//! A fitted text column in a bundle: with all of its tokenizer, so that no other file is needed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FittedText, Method, ngrams::Ngrams, tokenizer::Tokenization};

/// A fitted column as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    group: String,
    max_tokens: usize,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    tagged: bool,
    method: StoredMethod,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredMethod {
    Ngrams(Box<Ngrams>),
    /// `tokenizer.json` as text: its own reader is strict about how it is read.
    Tokenizer(String),
}

impl From<FittedText> for Stored {
    fn from(text: FittedText) -> Self {
        Self {
            method: match &*text.method {
                Method::Ngrams(ngrams) => StoredMethod::Ngrams(ngrams.clone()),
                Method::Tokens(tokens) => StoredMethod::Tokenizer(tokens.json().to_owned()),
            },
            group: text.group,
            max_tokens: text.max_tokens,
            tagged: text.tagged,
        }
    }
}

impl TryFrom<Stored> for FittedText {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let method = match stored.method {
            StoredMethod::Ngrams(ngrams) => Method::Ngrams(Box::new(ngrams.checked()?)),
            StoredMethod::Tokenizer(json) => {
                let tokens = Tokenization::load(&json)
                    .map_err(|problem| format!("the stored tokenizer is damaged: {problem}"))?;
                if stored.max_tokens <= tokens.num_special() {
                    return Err(format!(
                        "`max_tokens` is {}, but {} special tokens stand around every text",
                        stored.max_tokens,
                        tokens.num_special()
                    ));
                }
                Method::Tokens(Box::new(tokens))
            }
        };
        Ok(Self {
            group: stored.group,
            max_tokens: stored.max_tokens,
            tagged: stored.tagged,
            method: Arc::new(method),
        })
    }
}
