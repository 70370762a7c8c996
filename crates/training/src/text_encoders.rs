//! Text encoders in a run: where their first weights come from, and what of them is trained.
//!
//! A frozen encoder gives the same vector for a text in every epoch. When all encoders of a plan are frozen, each text
//! is encoded once; the network that is trained has the vectors as dense inputs, and is joined with the encoders at the
//! end. Otherwise, and where an output tags words, the whole network is trained, from the pretrained weights.

mod start;
mod vectors;

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_data::table::Table;
use hob_model::config::{InputsConfig, LoraConfig};
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
    /// The network of the model that training begins with.
    parent: Option<Network>,
    /// The pretrained encoders when nothing of any is trained; empty otherwise.
    frozen: Vec<TextEncoder>,
    /// SHA-256 of the weights of each of them, taken when they were read.
    weights: Vec<[u8; 32]>,
}

impl<'a> TextEncoders<'a> {
    /// Reads the weights of frozen encoders, and of the model that training begins with.
    pub(crate) fn new(plan: &'a Plan, device: &'a Device) -> Result<Self, RunError> {
        let planned = &plan.text_encoders;
        let are_frozen = plan.encodes_texts_once();
        let parent = plan.warm_start.as_ref();
        let parent = parent.map(|start| start.network(device)).transpose()?;
        let mut encoders = Self {
            plan,
            device,
            parent,
            frozen: Vec::new(),
            weights: Vec::new(),
        };
        if are_frozen {
            for (place, encoder) in planned.iter().enumerate() {
                let (pretrained, weights) = start::pretrained(encoder, device)?;
                let warmed = encoders.warm(pretrained, &format!("texts.{place}"))?;
                encoders.frozen.push(warmed);
                encoders.weights.push(weights);
            }
        }
        Ok(encoders)
    }

    /// The module at a path of the network with what the recipe's other model has for it.
    fn warm<M: Module>(&self, module: M, path: &str) -> Result<M, RunError> {
        match (&self.plan.warm_start, &self.parent) {
            (Some(start), Some(parent)) => {
                let warmed = start.transfer().apply(module, path, parent);
                Ok(warmed.map_err(hob_inference::InferenceError::from)?)
            }
            _ => Ok(module),
        }
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
        let is_plain = !self.frozen.is_empty() || !planned.iter().any(is_pretrained);
        if is_plain && self.parent.is_none() {
            return Ok(None);
        }
        let network = first_network(&self.network(), self.plan.recipe.seed, self.device);
        if is_plain {
            return self.warm(network, "").map(Some);
        }
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
        let network = Network::join(texts, network, &self.plan.network.inputs);
        self.warm(network, "").map(Some)
    }

    /// Which parts of the network learn at a rate of their own, and when.
    pub(crate) fn groups(&self) -> Vec<ParameterGroup> {
        match self.frozen.is_empty() {
            true => self.plan.groups(),
            false => Vec::new(),
        }
    }

    /// The adapters of each encoder.
    pub(crate) fn adapters(&self) -> Vec<Option<LoraConfig>> {
        let planned = self.plan.text_encoders.iter();
        planned.map(PlannedTextEncoder::adapters).collect()
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
