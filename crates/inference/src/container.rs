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
//! Nothing in the file is code, and nothing is trusted: lengths are compared with the file before anything is read by
//! them, and the checksum before anything is parsed.

use sha2::{Digest, Sha256};

use crate::error::BundleFault;

const MAGIC: &[u8; 8] = b"HOBMODEL";
/// Version this build writes, and the newest it reads.
pub(crate) const FORMAT_VERSION: u32 = 1;
const HEADER: usize = 64;

/// Joins manifest and weights into the bytes of a bundle.
pub(crate) fn encode(manifest: &[u8], weights: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + manifest.len() + weights.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(manifest.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&(weights.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&checksum(manifest, weights));
    bytes.extend_from_slice(manifest);
    bytes.extend_from_slice(weights);
    bytes
}

/// Splits the bytes of a bundle into manifest and weights.
///
/// # Errors
/// The bytes are no bundle, of a newer format, incomplete or changed.
pub(crate) fn decode(bytes: &[u8]) -> Result<(&[u8], &[u8]), BundleFault> {
    if bytes.len() < 8 || &bytes[..8] != MAGIC {
        return Err(BundleFault::NotABundle);
    }
    let Some(header) = bytes.get(..HEADER) else {
        return Err(BundleFault::Truncated {
            expected: HEADER as u64,
            found: bytes.len() as u64,
        });
    };
    let version = u32::from_le_bytes(array(header, 8));
    if version > FORMAT_VERSION || version == 0 {
        return Err(BundleFault::Version {
            found: version,
            supported: FORMAT_VERSION,
        });
    }
    let manifest_len = u64::from_le_bytes(array(header, 16));
    let weights_len = u64::from_le_bytes(array(header, 24));
    let expected = (HEADER as u64)
        .checked_add(manifest_len)
        .and_then(|sum| sum.checked_add(weights_len));
    let found = bytes.len() as u64;
    match expected {
        Some(expected) if expected == found => {}
        Some(expected) if expected > found => {
            return Err(BundleFault::Truncated { expected, found });
        }
        _ => return Err(BundleFault::Damaged),
    }
    let (manifest, weights) = bytes[HEADER..].split_at(manifest_len as usize);
    if checksum(manifest, weights) != array::<32>(header, 32) {
        return Err(BundleFault::Damaged);
    }
    Ok((manifest, weights))
}

fn checksum(manifest: &[u8], weights: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(manifest)
        .chain_update(weights)
        .finalize()
        .into()
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N]
        .try_into()
        .expect("the header holds every field")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_back() {
        let bytes = encode(b"{}", b"weights");
        assert_eq!(
            decode(&bytes),
            Ok((b"{}".as_slice(), b"weights".as_slice()))
        );
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = encode(b"{\"a\": 1}", b"weights");
        for len in 0..bytes.len() {
            assert!(decode(&bytes[..len]).is_err(), "{len} bytes were accepted");
        }
    }

    #[test]
    fn every_changed_byte_is_an_error() {
        let bytes = encode(b"{\"a\": 1}", b"weights");
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

    #[test]
    fn a_newer_format_is_named() {
        let mut bytes = encode(b"{}", b"");
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
        let mut bytes = encode(b"{}", b"");
        bytes[16..32].fill(0xff);
        assert_eq!(decode(&bytes), Err(BundleFault::Damaged));
    }
}
