//! A bundle of either kind.

use std::path::Path;

use crate::bundle::Bundle;
use crate::error::InferenceError;
use crate::predictor::Predictor;
use crate::retriever::Retriever;

/// What a bundle turns out to be.
#[derive(Debug)]
pub enum Model {
    /// It predicts columns of a table.
    Predictor(Box<Predictor>),
    /// It finds answers to questions.
    Retriever(Box<Retriever>),
}

impl Model {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle, the device cannot be used, or the self-test fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        let model = match bundle.manifest.retrieval {
            Some(_) => Retriever::new(bundle, device)
                .map(Box::new)
                .map(Self::Retriever),
            None => Predictor::new(bundle, device)
                .map(Box::new)
                .map(Self::Predictor),
        };
        model.map_err(|error| error.of_bundle(path))
    }

    /// What reads rows: the predictor itself, or what makes the vectors of questions.
    pub fn encoder(&self) -> &Predictor {
        match self {
            Self::Predictor(predictor) => predictor,
            Self::Retriever(retriever) => retriever.encoder(),
        }
    }
}
