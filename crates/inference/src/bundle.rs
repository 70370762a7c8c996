//! A trained model as one file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::answer_index::AnswerIndex;
use crate::atomic::write_parts_atomically;
use crate::container::{self, Sections};
use crate::error::{BundleFault, InferenceError};
use crate::manifest::Manifest;
use crate::recommend::Catalog;

/// The file a run folder keeps its bundle in.
pub const BUNDLE_NAME: &str = "model.hob";

/// Manifest, weights, and the answers of a model that searches.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Everything but the weights.
    pub manifest: Manifest,
    /// The weights as a burnpack.
    pub weights: Vec<u8>,
    /// What a model that searches finds; exactly when the manifest says how it does so.
    pub index: Option<AnswerIndex>,
    /// What a model that recommends chooses from; exactly when the manifest says how it does so.
    pub catalog: Option<Catalog>,
}

impl Bundle {
    /// Reads a bundle, or the bundle of a run folder.
    ///
    /// # Errors
    /// The file cannot be read, or is no bundle, incomplete, damaged, or written by a newer hob.
    pub fn read(path: &Path) -> Result<Self, InferenceError> {
        Self::read_with_checksum(path).map(|(bundle, _)| bundle)
    }

    /// The same, with the hex SHA-256 of the file.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with_checksum(path: &Path) -> Result<(Self, String), InferenceError> {
        let path = match path.is_dir() {
            true => {
                let bundle = path.join(BUNDLE_NAME);
                if !bundle.exists() && path.join("recipe.toml").exists() {
                    return Err(InferenceError::NotFinished {
                        path: path.to_path_buf(),
                    });
                }
                bundle
            }
            false => path.to_path_buf(),
        };
        let bytes = std::fs::read(&path).map_err(|source| InferenceError::Io {
            action: "read",
            path: path.clone(),
            source,
        })?;
        let checksum = container::sha256(&bytes);
        match Self::from_bytes(&bytes) {
            Ok(bundle) => Ok((bundle, checksum)),
            Err(source) => Err(InferenceError::Bundle { path, source }),
        }
    }

    /// Reads a bundle from memory.
    ///
    /// # Errors
    /// The bytes are no usable bundle.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleFault> {
        let sections = container::decode(bytes)?;
        let manifest: Manifest = serde_json::from_slice(sections.manifest)
            .map_err(|error| BundleFault::Manifest(error.to_string()))?;
        if manifest.outputs.len() != manifest.network.heads.len() {
            return Err(BundleFault::Manifest(format!(
                "{} outputs for {} heads of the network",
                manifest.outputs.len(),
                manifest.network.heads.len()
            )));
        }
        if manifest.baseline_models.len() != manifest.outputs.len() {
            return Err(BundleFault::Manifest(
                "every output needs a baseline".to_string(),
            ));
        }
        let (index, catalog) = match &manifest.recommend {
            Some(_) => (None, sections.index.map(Catalog::from_bytes).transpose()?),
            None => (
                sections.index.map(AnswerIndex::from_bytes).transpose()?,
                None,
            ),
        };
        Ok(Self {
            manifest,
            weights: sections.weights.to_vec(),
            index,
            catalog,
        })
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// The manifest holds a number that JSON cannot hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BundleFault> {
        self.encode(|parts| parts.concat())
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// The manifest holds a number that JSON cannot hold, the folder cannot be written or the disk is full.
    pub fn write(&self, path: &Path) -> Result<(), InferenceError> {
        let written = self.encode(|parts| write_parts_atomically(path, parts));
        written.map_err(|source| InferenceError::Bundle {
            path: PathBuf::from(path),
            source,
        })?
    }

    fn encode<T>(&self, take: impl FnOnce(&[Cow<'_, [u8]>]) -> T) -> Result<T, BundleFault> {
        let manifest = serde_json::to_vec(&self.manifest)
            .map_err(|error| BundleFault::Manifest(error.to_string()))?;
        let index = match (&self.index, &self.catalog) {
            (Some(index), _) => Some(index.to_bytes()?),
            (None, Some(catalog)) => Some(catalog.to_bytes()?),
            (None, None) => None,
        };
        let sections = Sections {
            manifest: &manifest,
            weights: &self.weights,
            index: index.as_deref(),
        };
        Ok(take(&container::encode(sections)))
    }
}
