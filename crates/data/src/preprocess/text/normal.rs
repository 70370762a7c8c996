//! How characters are made alike before a text is cut into tokens.
//!
//! In order: Unicode normalisation; control characters, NUL and U+FFFD are left out and every kind of blank becomes a
//! space; where words are looked for, each Chinese character becomes a word; accents are taken off; letters become lower
//! case.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::{TextConfig, UnicodeForm};

/// What a recipe says about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Normalization {
    unicode: UnicodeForm,
    strip_accents: bool,
    lowercase: bool,
}

impl From<&TextConfig> for Normalization {
    fn from(config: &TextConfig) -> Self {
        Self {
            unicode: config.unicode,
            strip_accents: config.strip_accents,
            lowercase: config.lowercase,
        }
    }
}

impl Normalization {
    /// The part of a tokenizer.json that does this. `words` says whether Chinese characters are words.
    pub(super) fn json(self, words: bool) -> Value {
        let mut steps = Vec::new();
        match self.unicode {
            UnicodeForm::Nfc => steps.push(json!({"type": "NFC"})),
            UnicodeForm::Nfkc => steps.push(json!({"type": "NFKC"})),
            UnicodeForm::None => {}
        }
        steps.push(json!({
            "type": "BertNormalizer",
            "clean_text": true,
            "handle_chinese_chars": words,
            "strip_accents": self.strip_accents,
            "lowercase": self.lowercase,
        }));
        if self.strip_accents {
            // Taking accents off leaves other composed letters, such as Korean ones, in parts.
            steps.push(json!({"type": "NFC"}));
        }
        json!({"type": "Sequence", "normalizers": steps})
    }
}
