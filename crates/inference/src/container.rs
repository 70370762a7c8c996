//! The bytes of a `.hob` file: a header, the manifest as JSON, the weights as a burnpack.
//!
//! ```text
//! 0   8  magic "HOBMODEL"
//! 8   4  format version, little endian
//! 12  4  zero
//! 16  8  length of the manifest
//! 24  8  length of the weights
//! 32 32  SHA-256 of manifest and weights
//! 64     manifest (UTF-8 JSON), then weights (burnpack)
//! ```
//!
//! Version 2 has an answer index: its length stands at 64, the manifest begins at 72, and the index follows the weights.
//! The checksum is of all three. Bundles without an index are still written as version 1.
//!
//! Nothing in the file is code, and nothing is trusted: lengths are compared with the file before anything is read by
//! them, and the checksum before anything is parsed.

use sha2::{Digest, Sha256};

use crate::error::BundleFault;

const MAGIC: &[u8; 8] = b"HOBMODEL";
/// The newest version this build reads.
pub(crate) const FORMAT_VERSION: u32 = 2;
const WITHOUT_INDEX: u32 = 1;
const HEADER: usize = 64;
const HEADER_WITH_INDEX: usize = 72;

/// What a bundle consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sections<'a> {
    pub(crate) manifest: &'a [u8],
    pub(crate) weights: &'a [u8],
    pub(crate) index: Option<&'a [u8]>,
}

/// Joins the sections into the bytes of a bundle.
pub(crate) fn encode(sections: Sections<'_>) -> Vec<u8> {
    let Sections {
        manifest,
        weights,
        index,
    } = sections;
    let version = index.map_or(WITHOUT_INDEX, |_| FORMAT_VERSION);
    let content = [manifest, weights, index.unwrap_or_default()];
    let length: usize = content.iter().map(|section| section.len()).sum();
    let mut bytes = Vec::with_capacity(HEADER_WITH_INDEX + length);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(manifest.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&(weights.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&checksum(&content));
    bytes.extend(
        index
            .map(|index| (index.len() as u64).to_le_bytes())
            .into_iter()
            .flatten(),
    );
    content
        .iter()
        .for_each(|section| bytes.extend_from_slice(section));
    bytes
}

/// Splits the bytes of a bundle into its sections.
///
/// # Errors
/// The bytes are no bundle, of a newer format, incomplete or changed.
pub(crate) fn decode(bytes: &[u8]) -> Result<Sections<'_>, BundleFault> {
    if bytes.len() < 8 || &bytes[..8] != MAGIC {
        return Err(BundleFault::NotABundle);
    }
    let header = header(bytes, HEADER)?;
    let version = u32::from_le_bytes(array(header, 8));
    if version > FORMAT_VERSION || version == 0 {
        return Err(BundleFault::Version {
            found: version,
            supported: FORMAT_VERSION,
        });
    }
    let manifest_len = u64::from_le_bytes(array(header, 16));
    let weights_len = u64::from_le_bytes(array(header, 24));
    let (start, index_len) = match version {
        WITHOUT_INDEX => (HEADER, 0),
        _ => {
            let header = self::header(bytes, HEADER_WITH_INDEX)?;
            (HEADER_WITH_INDEX, u64::from_le_bytes(array(header, HEADER)))
        }
    };
    let expected = (start as u64)
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
    let (manifest, rest) = bytes[start..].split_at(manifest_len as usize);
    let (weights, index) = rest.split_at(weights_len as usize);
    if checksum(&[manifest, weights, index]) != array::<32>(header, 32) {
        return Err(BundleFault::Damaged);
    }
    Ok(Sections {
        manifest,
        weights,
        index: (version != WITHOUT_INDEX).then_some(index),
    })
}

fn header(bytes: &[u8], length: usize) -> Result<&[u8], BundleFault> {
    bytes.get(..length).ok_or(BundleFault::Truncated {
        expected: length as u64,
        found: bytes.len() as u64,
    })
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
            assert_eq!(decode(&encode(sections)), Ok(sections));
        }
    }

    #[test]
    fn a_bundle_without_an_index_is_as_it_was_before_there_were_any() {
        let [plain, indexed] = bundles().map(encode);
        assert_eq!((plain[8], plain.len()), (1, 64 + 8 + 7));
        assert_eq!((indexed[8], indexed.len()), (2, 72 + 8 + 7 + 7));
    }

    #[test]
    fn every_truncation_is_an_error() {
        for bytes in bundles().map(encode) {
            for len in 0..bytes.len() {
                assert!(decode(&bytes[..len]).is_err(), "{len} bytes were accepted");
            }
        }
    }

    #[test]
    fn every_changed_byte_is_an_error() {
        for bytes in bundles().map(encode) {
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
    fn a_newer_format_is_named() {
        let mut bytes = encode(bundles()[0]);
        bytes[8] = 9;
        assert_eq!(
            decode(&bytes),
            Err(BundleFault::Version {
                found: 9,
                supported: FORMAT_VERSION
            })
        );
    }

    #[test]
    fn lengths_that_overflow_are_an_error() {
        let mut bytes = encode(bundles()[0]);
        bytes[16..32].fill(0xff);
        assert_eq!(decode(&bytes), Err(BundleFault::Damaged));
    }
}
