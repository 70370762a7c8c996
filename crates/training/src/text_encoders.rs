//! Text encoders in a run: where their first weights come from, and what of them is trained.
//!
//! A frozen encoder gives the same vector for a text in every epoch. When all encoders of a plan are frozen, each text
//! is encoded once; the network that is trained has the vectors as dense inputs, and is joined with the encoders at the
//! end. Otherwise, and where an output tags words, the whole network is trained, from the pretrained weights.

mod start;
mod vectors;

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use hob_data::config::{Freeze, TextEncoderConfig};
use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_data::table::Table;
use hob_model::config::{InputsConfig, TextNetwork};
use hob_model::text::TextEncoder;
use hob_model::{Network, NetworkConfig};

use crate::error::RunError;
use crate::fit::{EncodedPart, FitObserver, ParameterGroup, first_network};
use crate::plan::{Plan, PlannedTextEncoder};
use vectors::{Vectors, with_vectors};

/// The text encoders of a plan, on a device.
pub(crate) struct TextEncoders<'a> {
    plan: &'a Plan,
    device: &'a Device,
    /// The pretrained encoders when nothing of any is trained; empty otherwise.
    frozen: Vec<TextEncoder>,
    /// SHA-256 of the weights of each of them, taken when they were read.
    weights: Vec<[u8; 32]>,
}

impl<'a> TextEncoders<'a> {
    /// Reads the weights of frozen encoders.
    pub(crate) fn new(plan: &'a Plan, device: &'a Device) -> Result<Self, RunError> {
        let planned = &plan.text_encoders;
        let are_frozen = plan.encodes_texts_once();
        let pretrained = planned
            .iter()
            .filter(|_| are_frozen)
            .map(|encoder| start::pretrained(encoder, device));
        let pretrained = pretrained.collect::<Result<Vec<_>, _>>()?;
        let (frozen, weights) = pretrained.into_iter().unzip();
        Ok(Self {
            plan,
            device,
            frozen,
            weights,
        })
    }

    /// The shape of what is trained.
    pub(crate) fn network(&self) -> NetworkConfig {
        let network = &self.plan.network;
        match self.frozen.is_empty() {
            true => network.clone(),
            false => NetworkConfig {
                inputs: InputsConfig::without_texts(&network.inputs),
                ..network.clone()
            },
        }
    }

    /// The weights that training starts from, when they are not all random.
    pub(crate) fn initial(&self) -> Result<Option<Network>, RunError> {
        let planned = &self.plan.text_encoders;
        let is_pretrained = |encoder: &PlannedTextEncoder| {
            encoder.weights.is_some() || encoder.word_vectors.is_some()
        };
        if !self.frozen.is_empty() || !planned.iter().any(is_pretrained) {
            return Ok(None);
        }
        let network = first_network(&self.plan.network, self.plan.recipe.seed, self.device);
        let texts = planned
            .iter()
            .zip(network.texts())
            .map(|(encoder, random)| {
                start::encoder(
                    encoder,
                    random.clone(),
                    &self.plan.preprocessor,
                    self.device,
                )
            });
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Network::join(
            texts,
            network,
            &self.plan.network.inputs,
        )))
    }

    /// Which parts of the network learn at a rate of their own.
    pub(crate) fn groups(&self) -> Vec<ParameterGroup> {
        if !self.frozen.is_empty() {
            return Vec::new();
        }
        let planned = self.plan.text_encoders.iter().enumerate();
        planned
            .flat_map(|(place, encoder)| groups(place, encoder))
            .collect()
    }

    /// What the trained network sees of some rows.
    pub(crate) fn encode(
        &self,
        rows: &[usize],
        observer: &mut dyn FitObserver,
    ) -> Result<(EncodedPart, TransformReport), RunError> {
        let (part, report) = self.plan.encode(rows)?;
        let features = self.seen(part.features, observer);
        Ok((EncodedPart { features, ..part }, report))
    }

    /// What the trained network sees of other rows, which have the inputs of the plan but no targets.
    pub(crate) fn encode_table(
        &self,
        table: &Table,
        rows: &[usize],
        observer: &mut dyn FitObserver,
    ) -> Result<Arc<Features>, RunError> {
        let (features, _) = self.plan.preprocessor.transform(table, rows)?;
        Ok(self.seen(Arc::new(features), observer))
    }

    /// Texts are replaced by their vectors where the encoders are frozen.
    fn seen(&self, features: Arc<Features>, observer: &mut dyn FitObserver) -> Arc<Features> {
        if self.frozen.is_empty() {
            return features;
        }
        let vectors = Vectors::encode(&self.frozen, self.plan, &features, self.device, observer);
        with_vectors(&features, &vectors)
    }

    /// The same for a part of the training, with the vectors kept in a file of the run folder: a resumed run reads them.
    pub(crate) fn encode_kept(
        &self,
        rows: &[usize],
        file: &Path,
        observer: &mut dyn FitObserver,
    ) -> Result<EncodedPart, RunError> {
        let (part, _) = self.plan.encode(rows)?;
        if self.frozen.is_empty() {
            return Ok(part);
        }
        let identity = vectors::identity(self.plan, &self.weights, &part.features);
        let kept = Vectors::read(file, &identity);
        let vectors = match kept {
            Some(vectors) => vectors,
            None => {
                let vectors = Vectors::encode(
                    &self.frozen,
                    self.plan,
                    &part.features,
                    self.device,
                    observer,
                );
                vectors.write(file, &identity)?;
                vectors
            }
        };
        Ok(EncodedPart {
            features: with_vectors(&part.features, &vectors),
            ..part
        })
    }

    /// The trained network with its encoders, as it goes into the bundle.
    pub(crate) fn whole(&self, trained: &Network) -> Network {
        match self.frozen.is_empty() {
            true => trained.clone(),
            false => Network::join(
                self.frozen.clone(),
                trained.clone(),
                &self.plan.network.inputs,
            ),
        }
    }
}

/// Discriminative learning rates (Howard and Ruder 2018) and frozen layers of one encoder.
fn groups(place: usize, encoder: &PlannedTextEncoder) -> Vec<ParameterGroup> {
    let (TextEncoderConfig::Bert(bert), TextNetwork::Bert(shape)) =
        (&encoder.config.encoder, &encoder.network.network)
    else {
        return Vec::new();
    };
    let frozen_layers = match bert.freeze {
        Freeze::None => None,
        Freeze::Embeddings => Some(0),
        Freeze::Layers(layers) => Some(layers),
        Freeze::All => Some(shape.layers),
    };
    // The embeddings are level 0, below layer 0; the heads learn at the full rate.
    let level = |level: usize, part: String| {
        let is_frozen = frozen_layers.is_some_and(|frozen| level <= frozen);
        ParameterGroup {
            path: format!("texts.{place}.Bert.{part}"),
            learning_rate_factor: match is_frozen {
                true => 0.0,
                false => bert.layer_decay.powi((shape.layers + 1 - level) as i32),
            },
        }
    };
    std::iter::once(level(0, "embeddings".to_string()))
        .chain((0..shape.layers).map(|layer| level(layer + 1, format!("layers.{layer}"))))
        .filter(|group| group.learning_rate_factor != 1.0)
        .collect()
}
