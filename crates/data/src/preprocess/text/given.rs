//! A tokenizer.json that the recipe names, or that lies beside the weights of a pretrained encoder.

use std::path::{Path, PathBuf};

use super::{TextInput, tokenizer::Tokenization};
use crate::{
    config::{TextEncoderConfig, TokenizerConfig},
    preprocess::PreprocessError,
};

/// The file to read, `None` where the tokenizer is to be trained.
pub(super) fn path(column: &str, input: &TextInput) -> Result<Option<PathBuf>, PreprocessError> {
    match (&input.config.encoder, &input.config.tokenizer) {
        (TextEncoderConfig::Bert(_), Some(_)) => Err(PreprocessError::TwoTokenizers {
            column: column.to_owned(),
        }),
        (TextEncoderConfig::Bert(bert), None) => Ok(Some(
            input.folder.join(&bert.weights).join("tokenizer.json"),
        )),
        (_, Some(TokenizerConfig::File(file))) => Ok(Some(input.folder.join(file))),
        _ => Ok(None),
    }
}

/// Larger files are no tokenizers; the largest known ones have 35 MB.
const MAX_BYTES: u64 = 256 << 20;

pub(super) fn read(column: &str, path: &Path) -> Result<Tokenization, PreprocessError> {
    let cannot_read = |problem: std::io::Error| PreprocessError::NoTokenizer {
        column: column.to_owned(),
        path: path.to_owned(),
        problem: problem.to_string(),
    };
    let bad = |problem: String| PreprocessError::BadTokenizer {
        column: column.to_owned(),
        path: path.to_owned(),
        problem,
    };
    let size = std::fs::metadata(path).map_err(cannot_read)?.len();
    if size > MAX_BYTES {
        return Err(bad(format!("it has {size} bytes")));
    }
    let bytes = std::fs::read(path).map_err(cannot_read)?;
    let text = String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8".into()))?;
    Tokenization::load(&text).map_err(bad)
}
