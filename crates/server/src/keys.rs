//! API keys: who may ask.
//!
//! A key is long and random (`openssl rand -hex 32`), so its plain SHA-256 is enough; no slow hash is needed as for
//! passwords that people choose. Files hold hashes alone, and comparing takes the same time wherever they differ.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::ServeError;

/// The keys that are accepted. Without any, everybody may ask.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    name: String,
    sha256: [u8; 32],
}

impl Keys {
    /// From a file of hashes and a key in plain.
    pub(crate) fn new(file: Option<&Path>, plain: Option<&str>) -> Result<Self, ServeError> {
        let mut keys = match file {
            Some(path) => read(path)?,
            None => Vec::new(),
        };
        keys.extend(plain.map(|key| Key {
            name: "environment".to_string(),
            sha256: Sha256::digest(key).into(),
        }));
        Ok(Self { keys })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The number and name of the key. All are compared, so that time tells nothing.
    pub(crate) fn find(&self, key: &str) -> Option<(usize, &str)> {
        let sha256: [u8; 32] = Sha256::digest(key).into();
        let mut found = None;
        for (place, known) in self.keys.iter().enumerate() {
            if bool::from(known.sha256.ct_eq(&sha256)) {
                found = Some(place);
            }
        }
        found.map(|place| (place, self.keys[place].name.as_str()))
    }
}

fn read(path: &Path) -> Result<Vec<Key>, ServeError> {
    let text = fs::read_to_string(path).map_err(|source| ServeError::File {
        path: path.into(),
        source,
    })?;
    let mut keys = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |reason| ServeError::Key {
            path: path.into(),
            line: number,
            reason,
        };
        let (name, hash) = line
            .split_once(char::is_whitespace)
            .ok_or_else(|| wrong("it has no blank between a name and a hash"))?;
        // `sha256sum` writes the name of a file behind it.
        let hash = hash.split_whitespace().next().unwrap_or_default();
        let sha256 = from_hex(hash)
            .ok_or_else(|| wrong("what follows the name is no SHA-256 of 64 hexadecimal digits"))?;
        keys.push(Key {
            name: name.to_string(),
            sha256,
        });
    }
    match keys.is_empty() {
        // An empty list would let everybody in, which nobody means who names a file.
        true => Err(ServeError::Key {
            path: path.into(),
            line: 1,
            reason: "the file has no key",
        }),
        false => Ok(keys),
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(0..) {
        *byte = u8::from_str_radix(&text[2 * pair..2 * pair + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        // printf %s abc | sha256sum
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        fs::write(&path, format!("# shop\nshop {hash}\n")).unwrap();
        let keys = Keys::new(Some(&path), Some("plain")).unwrap();
        assert_eq!(keys.find("abc"), Some((0, "shop")));
        assert_eq!(keys.find("plain"), Some((1, "environment")));
        assert_eq!(keys.find("abd"), None);
    }

    #[test]
    fn a_line_that_is_no_hash_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        fs::write(&path, "shop secret\n").unwrap();
        let error = Keys::new(Some(&path), None).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
        fs::write(&path, "# nobody\n").unwrap();
        assert!(Keys::new(Some(&path), None).is_err());
    }
}
