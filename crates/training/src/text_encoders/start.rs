//! The first weights of a text encoder.

use std::path::Path;

use burn::tensor::Device;
use hob_data::preprocess::Preprocessor;
use hob_model::pretrained::{self, PretrainedError};
use hob_model::text::TextEncoder;
use sha2::{Digest, Sha256};

use crate::error::RunError;
use crate::plan::{PlannedTextEncoder, weights_file};

/// The encoder with its pretrained weights, and the SHA-256 of their file; random ones where it has none.
pub(super) fn pretrained(
    planned: &PlannedTextEncoder,
    device: &Device,
) -> Result<(TextEncoder, [u8; 32]), RunError> {
    let Some(path) = &planned.weights else {
        return Ok((TextEncoder::new(&planned.network, device), [0; 32]));
    };
    let bytes = read(path)?;
    let encoder = pretrained::bert_weights(&planned.network, &bytes, device)
        .map_err(|error| failed(path, error))?;
    Ok((encoder, Sha256::digest(&bytes).into()))
}

/// The encoder that training starts from: pretrained, or `random` with the vectors of known words.
pub(super) fn encoder(
    planned: &PlannedTextEncoder,
    random: TextEncoder,
    preprocessor: &Preprocessor,
    device: &Device,
) -> Result<TextEncoder, RunError> {
    if planned.weights.is_some() {
        return pretrained(planned, device).map(|(encoder, _)| encoder);
    }
    let Some(folder) = &planned.word_vectors else {
        return Ok(random);
    };
    let path = weights_file(folder).map_err(|reason| RunError::Weights {
        path: folder.clone(),
        reason,
    })?;
    let names = folder.join("vocab.txt");
    let words = read(&names)?;
    let words = String::from_utf8(words).map_err(|_| RunError::Weights {
        path: names,
        reason: "it is not UTF-8".to_string(),
    })?;
    let vectors =
        pretrained::word_vectors(&read(&path)?, &words).map_err(|error| failed(&path, error))?;
    let text = preprocessor
        .text(&planned.columns[0])
        .expect("the column of a text encoder is a text");
    let rows: Vec<Option<Vec<f32>>> = text
        .words()
        .iter()
        .map(|word| vectors.get(word).cloned())
        .collect();
    random
        .with_word_vectors(&rows)
        .map_err(|error| failed(&path, error))
}

fn read(path: &Path) -> Result<Vec<u8>, RunError> {
    std::fs::read(path).map_err(|source| RunError::io("read", path, source))
}

fn failed(path: &Path, error: PretrainedError) -> RunError {
    RunError::Weights {
        path: path.to_path_buf(),
        reason: error.to_string(),
    }
}
