//! Text encoders in a run: where their first weights come from, and what of them is trained.
//!
//! A frozen encoder gives the same vector for a text in every epoch, so it encodes each text once; the network that is
//! trained has the vectors as dense inputs, and is joined with the encoder at the end. Other encoders are trained with the
//! network, from pretrained weights if they have such; so are frozen ones whose words an output tags.

mod start;
mod vectors;

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_data::table::Table;
use hob_model::config::LoraConfig;
use hob_model::text::TextEncoder;
use hob_model::{Network, NetworkConfig};

use crate::error::RunError;
use crate::fit::{EncodedPart, FitObserver, ParameterGroup, first_network};
use crate::plan::{Plan, PlannedTextEncoder};
use vectors::Vectors;

/// The text encoders of a plan, on a device.
pub(crate) struct TextEncoders<'a> {
    plan: &'a Plan,
    device: &'a Device,
    /// The network of the model that training begins with.
    parent: Option<Network>,
    /// Those of the first encoders of the plan, which encode each text once.
    frozen: Vec<TextEncoder>,
    /// SHA-256 of the weights of each of them, taken when they were read.
    weights: Vec<[u8; 32]>,
}

impl<'a> TextEncoders<'a> {
    /// Reads the weights of frozen encoders, and of the model that training begins with.
    pub(crate) fn new(plan: &'a Plan, device: &'a Device) -> Result<Self, RunError> {
        let parent = plan.warm_start.as_ref();
        let parent = parent.map(|start| start.network(device)).transpose()?;
        let mut encoders = Self {
            plan,
            device,
            parent,
            frozen: Vec::new(),
            weights: Vec::new(),
        };
        let used_once = &plan.text_encoders[..plan.encoders_used_once()];
        for (place, encoder) in used_once.iter().enumerate() {
            let (pretrained, weights) = start::pretrained(encoder, device)?;
            let warmed = encoders.warm(pretrained, &format!("texts.{place}"))?;
            encoders.frozen.push(warmed);
            encoders.weights.push(weights);
        }
        Ok(encoders)
    }

    /// The encoders that are in the network that is trained.
    fn trained(&self) -> &'a [PlannedTextEncoder] {
        &self.plan.text_encoders[self.frozen.len()..]
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
        self.plan.network.behind(self.frozen.len())
    }

    /// The weights that training starts from, when they are not all random.
    pub(crate) fn initial(&self) -> Result<Option<Network>, RunError> {
        let planned = self.trained();
        let is_pretrained = |encoder: &PlannedTextEncoder| {
            encoder.weights.is_some() || encoder.word_vectors.is_some()
        };
        if self.parent.is_none() && !planned.iter().any(is_pretrained) {
            return Ok(None);
        }
        let config = self.network();
        let network = first_network(&config, self.plan.recipe.seed, self.device);
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
        let network = Network::join(texts, network, &config);
        let warmed = self.warm(self.whole(&network), "")?;
        let texts = warmed.texts()[self.frozen.len()..].to_vec();
        Ok(Some(Network::join(texts, warmed, &config)))
    }

    /// Which parts of the network learn at a rate of their own, and when.
    pub(crate) fn groups(&self) -> Vec<ParameterGroup> {
        Plan::groups(self.trained())
    }

    /// The adapters of each encoder.
    pub(crate) fn adapters(&self) -> Vec<Option<LoraConfig>> {
        let planned = self.trained().iter();
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

    /// Texts are replaced by their vectors where the encoder is frozen.
    fn seen(&self, features: Arc<Features>, observer: &mut dyn FitObserver) -> Arc<Features> {
        if self.frozen.is_empty() {
            return features;
        }
        self.vectors(&features, observer).replace_texts(&features)
    }

    fn vectors(&self, features: &Features, observer: &mut dyn FitObserver) -> Vectors {
        let readers = &self.plan.network.inputs.texts;
        Vectors::encode(&self.frozen, readers, features, self.device, observer)
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
                let vectors = self.vectors(&part.features, observer);
                vectors.write(file, &identity)?;
                vectors
            }
        };
        Ok(EncodedPart {
            features: vectors.replace_texts(&part.features),
            ..part
        })
    }

    /// The trained network with its encoders, as it goes into the bundle.
    pub(crate) fn whole(&self, trained: &Network) -> Network {
        let texts = self.frozen.iter().chain(trained.texts());
        Network::join(
            texts.cloned().collect(),
            trained.clone(),
            &self.plan.network,
        )
    }
}
