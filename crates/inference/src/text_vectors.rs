//! Texts with vectors as bytes, and the product of two vectors: what all searches need.
//!
//! ```text
//! 0   8  length of the texts
//! 8   8  numbers per vector
//! 16     texts (UTF-8 JSON), then a little-endian f32 for each number of each vector
//! ```

use hob_data::features::Matrix;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::BundleFault;

/// The bytes for a bundle.
///
/// # Errors
/// The texts cannot be written as JSON.
pub(crate) fn encode(
    texts: &impl Serialize,
    vectors: &Matrix<f32>,
) -> Result<Vec<u8>, BundleFault> {
    let texts = serde_json::to_vec(texts).map_err(|error| BundleFault::Index(error.to_string()))?;
    let mut bytes = Vec::with_capacity(16 + texts.len() + 4 * vectors.values.len());
    bytes.extend((texts.len() as u64).to_le_bytes());
    bytes.extend((vectors.width as u64).to_le_bytes());
    bytes.extend(texts);
    bytes.extend(vectors.values.iter().flat_map(|value| value.to_le_bytes()));
    Ok(bytes)
}

/// What [`encode`] has written. The number of vectors is not checked.
///
/// # Errors
/// The bytes are cut off, or the texts are others.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, Matrix<f32>), BundleFault> {
    let short = || BundleFault::Index("it ends early".to_string());
    let mut rest = bytes;
    let mut number = || {
        let (number, later) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        rest = later;
        usize::try_from(u64::from_le_bytes(*number)).map_err(|_| short())
    };
    let (length, width) = (number()?, number()?);
    let (texts, vectors) = rest.split_at_checked(length).ok_or_else(short)?;
    let texts =
        serde_json::from_slice(texts).map_err(|error| BundleFault::Index(error.to_string()))?;
    let (numbers, remainder) = vectors.as_chunks::<4>();
    if !remainder.is_empty() {
        return Err(short());
    }
    let values = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let values = values.collect();
    Ok((texts, Matrix { width, values }))
}

/// Sixteen sums side by side, which the compiler turns into vector instructions.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}
