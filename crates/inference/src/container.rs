//! The bytes of a `.hob` file: a header, the manifest as JSON, the weights as a burnpack.
//!
//! ```text
//! 0   8  magic "HOBMODEL"
//! 8   4  format version, little endian
//! 12  4  zero
//! 16  8  length of the manifest
//! 24  8  length of the weights
//! 32 32  SHA-256 of manifest, weights and index
//! 64  8  length of the index of answers or items; 0 without one
//! 72     manifest (UTF-8 JSON), then weights (burnpack), then the index
//! ```
//!
//! Versions 1 and 2 stored the tokenizer of each text column on its own; they are not read any more.
//!
//! Nothing in the file is code, and nothing is trusted: lengths are compared with the file before anything is read by
//! them, and the checksum before anything is parsed.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::error::BundleFault;

const MAGIC: &[u8; 8] = b"HOBMODEL";
/// The version that this build writes and reads.
pub(crate) const FORMAT_VERSION: u32 = 3;
const HEADER: usize = 72;

/// What a bundle consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sections<'a> {
    pub(crate) manifest: &'a [u8],
    pub(crate) weights: &'a [u8],
    pub(crate) index: Option<&'a [u8]>,
}

/// The bytes of a bundle, one part after the other. They are not joined: weights can be a large part of the memory.
pub(crate) fn encode(sections: Sections<'_>) -> [Cow<'_, [u8]>; 4] {
    let Sections {
        manifest,
        weights,
        index,
    } = sections;
    let index = index.unwrap_or_default();
    let mut bytes = Vec::with_capacity(HEADER);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(manifest.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&(weights.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&checksum(&[manifest, weights, index]));
    bytes.extend_from_slice(&(index.len() as u64).to_le_bytes());
    [bytes.into(), manifest.into(), weights.into(), index.into()]
}

/// Splits the bytes of a bundle into its sections.
///
/// # Errors
/// The bytes are no bundle, of another format version, incomplete or changed.
pub(crate) fn decode(bytes: &[u8]) -> Result<Sections<'_>, BundleFault> {
    if bytes.len() < 8 || &bytes[..8] != MAGIC {
        return Err(BundleFault::NotABundle);
    }
    let short = BundleFault::Truncated {
        expected: HEADER as u64,
        found: bytes.len() as u64,
    };
    // The version comes first: another one may have another header.
    let version = bytes.get(..12).ok_or_else(|| short.clone())?;
    let version = u32::from_le_bytes(array(version, 8));
    if version != FORMAT_VERSION {
        return Err(BundleFault::Version {
            found: version,
            supported: FORMAT_VERSION,
        });
    }
    let header = bytes.get(..HEADER).ok_or(short)?;
    let length = |at| u64::from_le_bytes(array(header, at));
    let (manifest_len, weights_len, index_len) = (length(16), length(24), length(64));
    let expected = (HEADER as u64)
        .checked_add(manifest_len)
        .and_then(|sum| sum.checked_add(weights_len))
        .and_then(|sum| sum.checked_add(index_len));
    let found = bytes.len() as u64;
    match expected {
        Some(expected) if expected == found => {}
        Some(expected) if expected > found => {
            return Err(BundleFault::Truncated { expected, found });
        }
        _ => return Err(BundleFault::Damaged),
    }
    let (manifest, rest) = bytes[HEADER..].split_at(manifest_len as usize);
    let (weights, index) = rest.split_at(weights_len as usize);
    if checksum(&[manifest, weights, index]) != array::<32>(header, 32) {
        return Err(BundleFault::Damaged);
    }
    Ok(Sections {
        manifest,
        weights,
        index: (!index.is_empty()).then_some(index),
    })
}

/// Hex SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn checksum(sections: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    sections.iter().for_each(|section| digest.update(section));
    digest.finalize().into()
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N]
        .try_into()
        .expect("the header holds every field")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundles() -> [Sections<'static>; 2] {
        let plain = Sections {
            manifest: b"{\"a\": 1}",
            weights: b"weights",
            index: None,
        };
        let index = Some(b"answers".as_slice());
        [plain, Sections { index, ..plain }]
    }

    #[test]
    fn what_is_encoded_comes_back() {
        for sections in bundles() {
            assert_eq!(decode(&encode(sections).concat()), Ok(sections));
        }
    }

    #[test]
    fn every_truncation_is_an_error() {
        for bytes in bundles().map(|sections| encode(sections).concat()) {
            for len in 0..bytes.len() {
                assert!(decode(&bytes[..len]).is_err(), "{len} bytes were accepted");
            }
        }
    }

    #[test]
    fn every_changed_byte_is_an_error() {
        for bytes in bundles().map(|sections| encode(sections).concat()) {
            // Bytes 12 to 15 are reserved.
            for index in (0..12).chain(16..bytes.len()) {
                let mut changed = bytes.clone();
                changed[index] ^= 0x11;
                assert!(
                    decode(&changed).is_err(),
                    "a change of byte {index} was accepted"
                );
            }
        }
    }

    #[test]
    fn another_format_is_named_with_what_to_do() {
        let text = |version| {
            let mut bytes = encode(bundles()[0]).concat();
            bytes[8] = version;
            decode(&bytes).unwrap_err().to_string()
        };
        assert_eq!(
            text(2),
            "it has format version 2, this hob reads 3; train the model again with this hob"
        );
        assert_eq!(
            text(9),
            "it has format version 9, this hob reads 3; use a newer hob"
        );
    }
}
