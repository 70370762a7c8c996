//! A training on disk: one file that is replaced whole.
//!
//! ```text
//! 0   8  magic "HOBCHECK"
//! 8   8  length of the head, little endian
//! 16     head: JSON of what the training is, where it stands, and the lengths of the sections
//!        sections: weights and optimizer as burnpacks
//! -32 32 SHA-256 of everything before
//! ```

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::OptimizerRecord;
use burn::store::{ModuleRecord, RecordError};
use burn::tensor::Bytes;
use hob_model::Network;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::FitError;
use super::fingerprint::Fingerprint;
use super::progress::Progress;

const MAGIC: &[u8; 8] = b"HOBCHECK";
const HEAD_AT: usize = 16;
const SUM_LEN: usize = 32;
const FILE_NAME: &str = "checkpoint.bin";

/// Whether a folder has a checkpoint to resume from.
pub fn has_checkpoint(directory: &Path) -> bool {
    path(directory).is_file()
}

/// Removes the checkpoint of a folder, if there is one: for a run whose result is written.
///
/// # Errors
/// The file cannot be removed.
pub fn remove_checkpoint(directory: &Path) -> io::Result<()> {
    match std::fs::remove_file(path(directory)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn path(directory: &Path) -> PathBuf {
    directory.join(FILE_NAME)
}

pub(crate) fn failed(action: &'static str, directory: &Path, source: io::Error) -> FitError {
    FitError::CheckpointIo {
        action,
        path: path(directory),
        source,
    }
}

/// Puts stored weights into a network of the same shape.
pub(crate) fn apply(
    directory: &Path,
    network: Network,
    record: ModuleRecord,
) -> Result<Network, FitError> {
    network
        .try_load_record(record)
        .map_err(|error| FitError::CheckpointDamaged {
            path: path(directory),
            reason: error.to_string(),
        })
}

/// What a checkpoint holds.
pub(crate) struct Checkpoint {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) progress: Progress,
    /// The weights the next step starts from.
    pub(crate) model: ModuleRecord,
    pub(crate) optimizer: OptimizerRecord,
    /// The moving average, if there is one.
    pub(crate) average: Option<ModuleRecord>,
    /// Weights of the epoch with the lowest loss, if they are kept.
    pub(crate) best: Option<ModuleRecord>,
    /// Weights of the last epoch with a finite loss.
    pub(crate) last_good: Option<ModuleRecord>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    fingerprint: Fingerprint,
    progress: Progress,
    /// Name and length of each section, in the order of the file.
    sections: Vec<(String, usize)>,
}

/// The weights of a network, statistics of batch normalisation included.
pub(crate) fn record(network: &Network) -> ModuleRecord {
    // Burn shares the statistics between clones and keeps the last update back; `valid` makes a copy that is complete.
    network.valid().into_record()
}

impl Checkpoint {
    /// Writes the checkpoint of a folder, replacing the previous one only when everything is on disk.
    pub(crate) fn write(self, directory: &Path) -> Result<(), FitError> {
        let path = path(directory);
        let (fingerprint, progress) = (self.fingerprint, self.progress);
        let mut sections = vec![
            ("model", self.model.into_bytes()),
            ("optimizer", self.optimizer.into_bytes()),
        ];
        for (name, record) in [
            ("average", self.average),
            ("best", self.best),
            ("last_good", self.last_good),
        ] {
            if let Some(record) = record {
                sections.push((name, record.into_bytes()));
            }
        }
        let damaged = |error: RecordError| FitError::CheckpointDamaged {
            path: path.clone(),
            reason: error.to_string(),
        };
        let sections: Result<Vec<(&str, Bytes)>, FitError> = sections
            .into_iter()
            .map(|(name, bytes)| Ok((name, bytes.map_err(damaged)?)))
            .collect();
        let sections = sections?;
        let lengths = sections
            .iter()
            .map(|(name, bytes)| (name.to_string(), bytes.len()))
            .collect();
        let head = serde_json::to_vec(&Head {
            fingerprint,
            progress,
            sections: lengths,
        });
        let head = head.expect("the head has only maps with text keys and finite numbers");
        let parts = std::iter::once(&head[..]).chain(sections.iter().map(|(_, bytes)| &bytes[..]));
        write_parts(directory, &path, head.len(), parts).map_err(|source| FitError::CheckpointIo {
            action: "write",
            path,
            source,
        })
    }

    /// Reads the checkpoint of a folder.
    pub(crate) fn read(directory: &Path) -> Result<Self, FitError> {
        let path = path(directory);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FitError::NoCheckpoint { path });
            }
            Err(source) => {
                return Err(FitError::CheckpointIo {
                    action: "read",
                    path,
                    source,
                });
            }
        };
        decode(&bytes).map_err(|reason| FitError::CheckpointDamaged { path, reason })
    }

    /// An error when the checkpoint was written by a training that differs.
    pub(crate) fn expect(
        &self,
        directory: &Path,
        fingerprint: &Fingerprint,
    ) -> Result<(), FitError> {
        match self.fingerprint.difference(fingerprint) {
            Some(what) => Err(FitError::CheckpointOfAnother {
                path: path(directory),
                what,
            }),
            None => Ok(()),
        }
    }
}

fn write_parts<'a>(
    directory: &Path,
    path: &Path,
    head_len: usize,
    parts: impl Iterator<Item = &'a [u8]>,
) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".checkpoint-")
        .tempfile_in(directory)?;
    let mut sum = Sha256::new();
    let mut put = |bytes: &[u8]| {
        sum.update(bytes);
        file.write_all(bytes)
    };
    put(MAGIC)?;
    put(&(head_len as u64).to_le_bytes())?;
    for part in parts {
        put(part)?;
    }
    let sum = sum.finalize();
    file.write_all(&sum)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name is on disk only when the folder is.
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Result<Checkpoint, String> {
    let Some(body_len) = bytes
        .len()
        .checked_sub(SUM_LEN)
        .filter(|&len| len >= HEAD_AT)
    else {
        return Err(format!("it has {} bytes", bytes.len()));
    };
    let (body, sum) = bytes.split_at(body_len);
    if &body[..8] != MAGIC {
        return Err("it does not begin like a checkpoint".to_string());
    }
    if Sha256::digest(body).as_slice() != sum {
        return Err("its checksum does not match".to_string());
    }
    // The checksum matches, so what follows fails only for a checkpoint of another version of hob.
    let head_len: [u8; 8] = body[8..HEAD_AT].try_into().expect("the range has 8 bytes");
    let end = usize::try_from(u64::from_le_bytes(head_len))
        .ok()
        .and_then(|len| len.checked_add(HEAD_AT));
    let head = end
        .and_then(|end| body.get(HEAD_AT..end))
        .ok_or("its head is cut off")?;
    let mut rest = &body[HEAD_AT + head.len()..];
    let head: Head = serde_json::from_slice(head)
        .map_err(|error| format!("its head cannot be read: {error}"))?;
    let mut sections = Vec::new();
    for (name, len) in head.sections {
        let (section, after) = rest
            .split_at_checked(len)
            .ok_or_else(|| format!("its {name} is cut off"))?;
        sections.push((name, section));
        rest = after;
    }
    let section = |wanted: &str| {
        let found = sections.iter().find(|(name, _)| name == wanted);
        found.map(|(_, section)| Bytes::from_bytes_vec(section.to_vec()))
    };
    let weights = |name: &str| -> Result<Option<ModuleRecord>, String> {
        section(name)
            .map(ModuleRecord::from_bytes)
            .transpose()
            .map_err(|error| error.to_string())
    };
    let optimizer = section("optimizer").ok_or("it has no optimizer")?;
    Ok(Checkpoint {
        fingerprint: head.fingerprint,
        progress: head.progress,
        model: weights("model")?.ok_or("it has no weights")?,
        optimizer: OptimizerRecord::from_bytes(optimizer).map_err(|error| error.to_string())?,
        average: weights("average")?,
        best: weights("best")?,
        last_good: weights("last_good")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cut_and_no_changed_byte_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = path(folder.path());
        write_parts(
            folder.path(),
            &checkpoint,
            2,
            [b"{}".as_slice(), b"weights"].into_iter(),
        )
        .unwrap();
        let bytes = std::fs::read(&checkpoint).unwrap();
        for len in 0..bytes.len() {
            assert!(decode(&bytes[..len]).is_err(), "{len} bytes were accepted");
        }
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 0x20;
            assert!(
                decode(&changed).is_err(),
                "a change of byte {index} was accepted"
            );
        }
    }

    #[test]
    fn a_missing_checkpoint_is_named_and_may_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_checkpoint(folder.path()));
        remove_checkpoint(folder.path()).unwrap();
        let error = Checkpoint::read(folder.path())
            .err()
            .expect("there is no file");
        assert!(error.to_string().contains("checkpoint.bin"), "{error}");
    }
}
