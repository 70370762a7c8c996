//! The weights of one network as the start of another.
//!
//! What belongs together is for the caller to say ([`Kinship`]): a network does not know its columns and classes. A body
//! is taken only when all that it reads was taken, and a head likewise: weights behind random ones mean nothing.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Tensor, TensorData},
};

use super::{collect, expected, load::Expected};
use crate::{ModelError, Network, NetworkConfig};

/// Which parts of an old network mean the same as those of a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinship {
    /// For each text encoder of the new network the one of the old network that reads the same tokens.
    pub texts: Vec<Option<usize>>,
    /// Whether both bodies read the same columns, encoded alike.
    pub body: bool,
    /// For each head of the new network the one of the old network that answers the same.
    pub heads: Vec<Option<usize>>,
}

/// A part of a network that is taken or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetworkPart {
    /// A text encoder, by its place.
    Text(usize),
    /// What lies between inputs and heads.
    Body,
    /// A head, by its place.
    Head(usize),
}

impl NetworkPart {
    /// Where the paths of its weights begin.
    fn path(self) -> String {
        match self {
            Self::Text(place) => format!("texts.{place}."),
            Self::Body => "body.".to_owned(),
            Self::Head(place) => format!("heads.{place}."),
        }
    }
}

/// How many tensors of a part are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartTransfer {
    /// Which part.
    pub part: NetworkPart,
    /// Tensors that begin with old weights.
    pub taken: usize,
    /// All tensors of the part.
    pub tensors: usize,
}

impl PartTransfer {
    /// Whether nothing of the part is new.
    pub fn is_whole(&self) -> bool {
        self.taken == self.tensors
    }
}

/// Which tensors of a new network begin with which weights of an old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Path in the old network by path in the new one.
    sources: BTreeMap<String, String>,
    /// Every part of the new network that has weights.
    pub parts: Vec<PartTransfer>,
}

impl Transfer {
    /// Pairs tensors of kindred parts whose names and shapes are equal. No weights are drawn.
    ///
    /// # Panics
    /// When [`NetworkConfig::check`] would refuse one of the configs.
    pub fn new(
        new: &NetworkConfig,
        old: &NetworkConfig,
        kinship: &Kinship,
        device: &Device,
    ) -> Self {
        let wanted = expected(&Network::planned(new, device));
        let there = expected(&Network::planned(old, device)).into_iter();
        let there = there.map(|tensor| (tensor.path, tensor.shape)).collect();
        let mut pairing = Pairing {
            wanted: &wanted,
            there,
            sources: BTreeMap::new(),
            parts: Vec::new(),
        };
        let mut texts = Vec::new();
        for place in 0..new.inputs.text_encoders.len() {
            let source = kinship.texts.get(place).copied().flatten();
            texts.push(pairing.part(NetworkPart::Text(place), source.map(NetworkPart::Text)));
        }
        let reads_old = kinship.body && texts.iter().all(|is_whole| *is_whole);
        let is_body_whole = pairing.part(NetworkPart::Body, reads_old.then_some(NetworkPart::Body));
        for (place, head) in new.heads.iter().enumerate() {
            let reads_old = match head.words_of {
                Some(column) => texts[new.inputs.texts[column]],
                None => reads_old && is_body_whole,
            };
            let source = kinship.heads.get(place).copied().flatten();
            let source = source.filter(|_| reads_old);
            pairing.part(NetworkPart::Head(place), source.map(NetworkPart::Head));
        }
        Self {
            sources: pairing.sources,
            parts: pairing.parts,
        }
    }

    /// Tensors that are taken, and all of the new network.
    pub fn counts(&self) -> (usize, usize) {
        let sum = |count: fn(&PartTransfer) -> usize| self.parts.iter().map(count).sum();
        (sum(|part| part.taken), sum(|part| part.tensors))
    }

    /// `module`, which stands in the new network at `path` (empty for all of it), with the weights taken from `old`.
    pub fn apply<M: Module>(&self, module: M, path: &str, old: &Network) -> Result<M, ModelError> {
        let stored = collect(old).into_iter().map(|stored| {
            let values = stored.values()?;
            Ok((stored.path, TensorData::new(values, stored.shape)))
        });
        let stored = stored.collect::<Result<BTreeMap<_, _>, ModelError>>()?;
        Ok(module.map(&mut Setter {
            path: path
                .split('.')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            sources: &self.sources,
            stored,
        }))
    }
}

struct Pairing<'a> {
    wanted: &'a [Expected],
    there: BTreeMap<String, Vec<usize>>,
    sources: BTreeMap<String, String>,
    parts: Vec<PartTransfer>,
}

impl Pairing<'_> {
    /// Whether all of a part can be taken; a part without tensors can.
    fn part(&mut self, part: NetworkPart, source: Option<NetworkPart>) -> bool {
        let prefix = part.path();
        let mut found = PartTransfer {
            part,
            taken: 0,
            tensors: 0,
        };
        for tensor in self.wanted {
            let Some(rest) = tensor.path.strip_prefix(&prefix) else {
                continue;
            };
            found.tensors += 1;
            let Some(source) = source.map(|source| format!("{}{rest}", source.path())) else {
                continue;
            };
            if self.there.get(&source) == Some(&tensor.shape) {
                self.sources.insert(tensor.path.clone(), source);
                found.taken += 1;
            }
        }
        if found.tensors > 0 {
            self.parts.push(found);
        }
        found.is_whole()
    }
}

struct Setter<'a> {
    path: Vec<String>,
    sources: &'a BTreeMap<String, String>,
    stored: BTreeMap<String, TensorData>,
}

impl ModuleMapper for Setter<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let source = self.sources.get(&self.path.join("."));
        match source.and_then(|source| self.stored.get(source)) {
            Some(data) => {
                let tensor = Tensor::from_data(data.clone(), &param.lazy_device());
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
            None => param,
        }
    }
}
