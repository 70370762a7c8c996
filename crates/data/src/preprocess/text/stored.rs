//! A fitted text column in a bundle: with all of its tokenizer, so that no other file is needed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FittedText, Method, ngrams::Ngrams, tokenizer::Tokenization};

/// A fitted column as it is stored.
#[derive(Serialize, Deserialize)]
pub(in crate::preprocess) struct StoredText {
    group: String,
    max_tokens: usize,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    tagged: bool,
    /// Place of its method, which it shares with the other columns of its group.
    method: usize,
}

/// How ids are made of a text, as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::preprocess) enum StoredMethod {
    /// Hashed n-grams.
    Ngrams(Box<Ngrams>),
    /// `tokenizer.json` as text: its own reader is strict about how it is read.
    Tokenizer(String),
}

impl Method {
    pub(in crate::preprocess) fn stored(&self) -> StoredMethod {
        match self {
            Self::Ngrams(ngrams) => StoredMethod::Ngrams(ngrams.clone()),
            Self::Tokens(tokens) => StoredMethod::Tokenizer(tokens.json().to_owned()),
        }
    }

    pub(in crate::preprocess) fn load(stored: StoredMethod) -> Result<Arc<Self>, String> {
        Ok(Arc::new(match stored {
            StoredMethod::Ngrams(ngrams) => Self::Ngrams(Box::new(ngrams.checked()?)),
            StoredMethod::Tokenizer(json) => {
                let tokens = Tokenization::load(&json)
                    .map_err(|problem| format!("the stored tokenizer is damaged: {problem}"))?;
                Self::Tokens(Box::new(tokens))
            }
        }))
    }
}

impl FittedText {
    /// Puts the method among those of the other columns, unless it is one of them.
    pub(in crate::preprocess) fn stored(self, methods: &mut Vec<Arc<Method>>) -> StoredText {
        let known = methods
            .iter()
            .position(|known| Arc::ptr_eq(known, &self.method) || *known == self.method);
        let method = known.unwrap_or_else(|| {
            methods.push(self.method);
            methods.len() - 1
        });
        StoredText {
            group: self.group,
            max_tokens: self.max_tokens,
            tagged: self.tagged,
            method,
        }
    }

    pub(in crate::preprocess) fn load(
        stored: StoredText,
        methods: &[Arc<Method>],
    ) -> Result<Self, String> {
        let method = methods
            .get(stored.method)
            .ok_or_else(|| format!("there is no tokenizer {}", stored.method))?;
        if let Method::Tokens(tokens) = &**method
            && stored.max_tokens <= tokens.num_special()
        {
            return Err(format!(
                "`max_tokens` is {}, but {} special tokens stand around every text",
                stored.max_tokens,
                tokens.num_special()
            ));
        }
        Ok(Self {
            group: stored.group,
            max_tokens: stored.max_tokens,
            tagged: stored.tagged,
            method: Arc::clone(method),
        })
    }
}
