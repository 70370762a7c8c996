//! What of a network is trained: frozen layers, rates of their own, adapters, and layers that join later.

use hob_data::config::{BertEncoder, Freeze, LoraTarget, TextEncoderConfig};
use hob_model::config::{self as model, BertConfig, LoraConfig, TextNetwork};
use hob_model::{Network, summary};

use super::{Plan, PlannedTextEncoder};
use crate::fit::{ParameterGroup, count_frozen};

/// Numbers of a network by what training does with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterCounts {
    /// Those that are trained; they are in the model, or adapters that become part of it.
    pub trained: usize,
    /// Those of the model that stay as they are.
    pub frozen: usize,
}

impl Plan {
    /// Which parts of a network that has these text encoders learn at a rate of their own, not at all, or not from the
    /// start.
    pub(crate) fn groups(encoders: &[PlannedTextEncoder]) -> Vec<ParameterGroup> {
        let encoders = encoders.iter().enumerate();
        encoders
            .flat_map(|(place, encoder)| groups(place, encoder))
            .collect()
    }

    /// How much of the network is trained. No weights are drawn.
    pub fn parameter_counts(&self) -> ParameterCounts {
        let Ok((_, device)) = hob_inference::device::device(None) else {
            return ParameterCounts {
                trained: 0,
                frozen: 0,
            };
        };
        let network = Network::planned(&self.network, &device);
        let frozen = count_frozen(&network, &Self::groups(&self.text_encoders));
        ParameterCounts {
            trained: summary::count_parameters(&network) - frozen + self.adapter_parameters(),
            frozen,
        }
    }

    /// Numbers of all adapters.
    pub(crate) fn adapter_parameters(&self) -> usize {
        let counts = self.text_encoders.iter().filter_map(|encoder| {
            let (_, shape) = encoder.bert()?;
            let per_layer = encoder
                .adapters()?
                .parameters_per_layer(shape.width, shape.feed_forward);
            Some(per_layer * shape.layers)
        });
        counts.sum()
    }
}

impl PlannedTextEncoder {
    /// Whether nothing of it is trained.
    pub fn is_frozen(&self) -> bool {
        self.bert()
            .is_some_and(|(bert, _)| bert.freeze == Freeze::All && bert.lora.is_none())
    }

    /// Whether each text is encoded once, before the training: nothing of the encoder is trained, and no output tags
    /// words, which a vector per text does not tell apart.
    pub fn encodes_once(&self) -> bool {
        self.is_frozen() && !self.is_tagged
    }

    /// The adapters that are trained beside its weights.
    pub(crate) fn adapters(&self) -> Option<LoraConfig> {
        let lora = self.bert()?.0.lora.as_ref()?;
        let target = |target: &LoraTarget| match target {
            LoraTarget::Query => model::LoraTarget::Query,
            LoraTarget::Key => model::LoraTarget::Key,
            LoraTarget::Value => model::LoraTarget::Value,
            LoraTarget::Output => model::LoraTarget::Output,
            LoraTarget::Linear1 => model::LoraTarget::Linear1,
            LoraTarget::Linear2 => model::LoraTarget::Linear2,
        };
        Some(LoraConfig {
            rank: lora.rank,
            alpha: lora.alpha,
            dropout: lora.dropout,
            targets: lora.targets.iter().map(target).collect(),
        })
    }

    /// Layers that a training of so many epochs never reaches, and all that it may train, the embeddings counted as one.
    pub(crate) fn unreached_layers(&self, epochs: usize) -> Option<(usize, usize)> {
        let groups = groups(0, self).into_iter();
        let trained: Vec<_> = groups
            .filter(|group| group.from_epoch > 0 && group.learning_rate_factor > 0.0)
            .collect();
        let late = trained.iter().filter(|group| group.from_epoch >= epochs);
        Some((late.count(), trained.len())).filter(|(late, _)| *late > 0)
    }

    /// Settings and shape of a pretrained encoder.
    fn bert(&self) -> Option<(&BertEncoder, &BertConfig)> {
        match (&self.config.encoder, &self.network.network) {
            (TextEncoderConfig::Bert(bert), TextNetwork::Bert(shape)) => Some((bert, shape)),
            _ => None,
        }
    }
}

/// Discriminative learning rates and gradual unfreezing (Howard and Ruder 2018), frozen layers and adapters of one
/// encoder.
fn groups(place: usize, encoder: &PlannedTextEncoder) -> Vec<ParameterGroup> {
    let Some((bert, shape)) = encoder.bert() else {
        return Vec::new();
    };
    let frozen_layers = match bert.freeze {
        Freeze::None => None,
        Freeze::Embeddings => Some(0),
        Freeze::Layers(layers) => Some(layers),
        Freeze::All => Some(shape.layers),
    };
    let epochs_per_layer = bert
        .gradual_unfreezing
        .as_ref()
        .map_or(0, |gradual| gradual.epochs_per_layer);
    // The embeddings are level 0, below layer 0; the heads learn at the full rate.
    let below_heads = |level: usize| shape.layers + 1 - level;
    let decayed = |level: usize| bert.layer_decay.powi(below_heads(level) as i32);
    let group = |level: usize, part: String| {
        let is_frozen = frozen_layers.is_some_and(|frozen| level <= frozen);
        ParameterGroup {
            path: format!("texts.{place}.Bert.{part}"),
            learning_rate_factor: if is_frozen { 0.0 } else { decayed(level) },
            from_epoch: match is_frozen {
                true => 0,
                false => epochs_per_layer.saturating_mul(below_heads(level)),
            },
        }
    };
    let weights = std::iter::once(group(0, "embeddings".to_string()))
        .chain((0..shape.layers).map(|layer| group(layer + 1, format!("layers.{layer}"))))
        .filter(|group| group.learning_rate_factor != 1.0 || group.from_epoch > 0);
    let adapters = (0..shape.layers).map(|layer| ParameterGroup {
        path: format!("texts.{place}.Bert.layers.{layer}.adapters"),
        learning_rate_factor: decayed(layer + 1),
        from_epoch: 0,
    });
    match bert.lora {
        Some(_) => weights.chain(adapters).collect(),
        None => weights.collect(),
    }
}
