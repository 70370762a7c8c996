//! A bundle of any kind.

use std::path::Path;

use burn::tensor::Device;
use hob_model::Network;

use crate::bundle::Bundle;
use crate::error::InferenceError;
use crate::forecast::Forecaster;
use crate::manifest::Manifest;
use crate::predictor::Predictor;
use crate::recommend::Recommender;
use crate::retriever::Retriever;

/// What a bundle turns out to be.
#[derive(Debug)]
pub enum Model {
    /// It predicts columns of a table.
    Predictor(Box<Predictor>),
    /// It finds answers to questions.
    Retriever(Box<Retriever>),
    /// It continues series.
    Forecaster(Box<Forecaster>),
    /// It recommends items.
    Recommender(Box<Recommender>),
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// It predicts columns of a table.
    Predictor,
    /// It finds answers to questions.
    Retriever,
    /// It continues series.
    Forecaster,
    /// It recommends items.
    Recommender,
}

impl ModelKind {
    /// The kind that a manifest describes.
    pub fn of(manifest: &Manifest) -> Self {
        match (&manifest.retrieval, &manifest.forecast, &manifest.recommend) {
            (Some(_), _, _) => Self::Retriever,
            (None, Some(_), _) => Self::Forecaster,
            (None, None, Some(_)) => Self::Recommender,
            (None, None, None) => Self::Predictor,
        }
    }

    /// What such a model does, in words.
    pub(crate) fn does(self) -> &'static str {
        match self {
            Self::Predictor => "predicts columns",
            Self::Retriever => "finds answers to questions",
            Self::Forecaster => "continues series",
            Self::Recommender => "recommends items",
        }
    }

    /// What another kind of model does not do.
    pub(crate) fn lacks(self) -> &'static str {
        match self {
            Self::Predictor => "predicts no columns",
            Self::Retriever => "finds no answers",
            Self::Forecaster => "continues no series",
            Self::Recommender => "recommends no items",
        }
    }
}

impl Model {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle, the device cannot be used, or the self-test fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        let model = match ModelKind::of(&bundle.manifest) {
            ModelKind::Predictor => Predictor::new(bundle, device)
                .map(Box::new)
                .map(Self::Predictor),
            ModelKind::Retriever => Retriever::new(bundle, device)
                .map(Box::new)
                .map(Self::Retriever),
            ModelKind::Forecaster => Forecaster::new(bundle, device)
                .map(Box::new)
                .map(Self::Forecaster),
            ModelKind::Recommender => Recommender::new(bundle, device)
                .map(Box::new)
                .map(Self::Recommender),
        };
        model.map_err(|error| error.of_bundle(path))
    }

    /// What the bundle says about itself.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::Predictor(predictor) => predictor.manifest(),
            Self::Retriever(retriever) => retriever.encoder().manifest(),
            Self::Forecaster(forecaster) => forecaster.manifest(),
            Self::Recommender(recommender) => recommender.manifest(),
        }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        match self {
            Self::Predictor(predictor) => predictor.network(),
            Self::Retriever(retriever) => retriever.encoder().network(),
            Self::Forecaster(forecaster) => forecaster.network(),
            Self::Recommender(recommender) => recommender.network(),
        }
    }

    /// Where the network runs.
    pub fn burn_device(&self) -> &Device {
        match self {
            Self::Predictor(predictor) => predictor.burn_device(),
            Self::Retriever(retriever) => retriever.encoder().burn_device(),
            Self::Forecaster(forecaster) => forecaster.burn_device(),
            Self::Recommender(recommender) => recommender.burn_device(),
        }
    }
}
