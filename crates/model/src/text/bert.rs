//! The encoder of Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019), which RoBERTa and
//! DistilBERT share. The norms come after each part (post-norm).

use burn::{
    module::{Module, Param},
    nn::{
        Dropout, DropoutConfig, Embedding, EmbeddingConfig, Initializer, LayerNorm,
        LayerNormConfig, Linear, LinearConfig,
    },
    tensor::{Device, Int, Tensor},
};

pub use super::{
    attention::SelfAttention,
    lora::{Adapter, Adapters},
};
use super::{
    gelu,
    lora::{adapted, merged},
    parts::in_parts,
    pooling::{exclusion, unit_length},
};
use crate::{
    config::{Activation, BertConfig, LoraConfig, LoraTarget, Pooling},
    network::Draw,
    summary::Summary,
};

/// Embeddings, layers, pooling.
#[derive(Module, Debug)]
pub struct Bert {
    /// What a token is before the first layer.
    pub embeddings: Embeddings,
    /// From the first to the last.
    pub layers: Vec<Layer>,
    #[module(skip)]
    pooling: Pooling,
    normalize: bool,
}

/// The sum of what a token is, where it stands and in which segment, normalised.
#[derive(Module, Debug)]
pub struct Embeddings {
    /// `[vocabulary, width]`
    pub words: Embedding,
    /// `[positions, width]`
    pub positions: Embedding,
    /// `[segments, width]`; the first is used.
    pub segments: Option<Embedding>,
    /// Over the numbers of a token.
    pub norm: LayerNorm,
    dropout: Dropout,
    first_position: usize,
}

/// Attention, then a network of two linear layers, each added to what came in and normalised.
#[derive(Module, Debug)]
pub struct Layer {
    /// Mixes the tokens of a text.
    pub attention: SelfAttention,
    /// After the attention.
    pub attention_norm: LayerNorm,
    /// `[width, feed_forward]`
    pub linear1: Linear,
    /// `[feed_forward, width]`
    pub linear2: Linear,
    /// After the linear layers.
    pub feed_forward_norm: LayerNorm,
    /// Beside the linear layers, in training with LoRA.
    pub adapters: Adapters,
    dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl Bert {
    /// Starts as BERT does: normal with a standard deviation of 0.02, biases 0.
    pub(crate) fn new(config: &BertConfig, vocabulary: usize, device: &Device) -> Self {
        Self {
            embeddings: Embeddings::new(config, vocabulary, device),
            layers: (0..config.layers)
                .map(|_| Layer::new(config, device))
                .collect(),
            pooling: config.pooling,
            normalize: config.normalize,
        }
    }

    pub(super) fn with_lora(mut self, config: &LoraConfig, drawn_on: &Device) -> Self {
        let layers = self.layers.into_iter();
        self.layers = layers
            .map(|layer| layer.with_lora(config, drawn_on))
            .collect();
        self
    }

    pub(super) fn merged(mut self) -> Self {
        self.layers = self.layers.into_iter().map(Layer::merged).collect();
        self
    }

    /// Numbers per token and per text.
    pub fn width(&self) -> usize {
        self.embeddings.words.weight.lazy_shape()[1]
    }

    /// The fields of [`Text::Sequence`](crate::Text::Sequence) to `[batch, width]`.
    pub fn forward(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> Tensor<2> {
        self.draw();
        in_parts(ids, mask, |ids, mask| {
            let states = self.states(ids, mask.clone());
            self.pool(states, mask)
        })
    }

    /// States of the last layer and mask to `[batch, width]`.
    pub(super) fn pool(&self, states: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
        let vectors = self.pooling.pool(states, mask);
        if self.normalize {
            unit_length(vectors)
        } else {
            vectors
        }
    }

    /// As BERT's own head for a label per token drops some of what it reads.
    pub(super) fn drop_out(&self, states: Tensor<2>) -> Tensor<2> {
        self.embeddings.dropout.forward(states)
    }

    /// The fields of [`Text::Sequence`](crate::Text::Sequence) to the last layer, `[batch, longest, width]`.
    pub fn tokens(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> Tensor<3> {
        self.draw();
        in_parts(ids, mask, |ids, mask| self.states(ids, mask))
    }

    /// Weights that nobody has looked at yet are drawn here, in their order and not in that of the threads.
    fn draw(&self) {
        self.visit(&mut Draw);
    }

    fn states(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> Tensor<3> {
        let [batch, longest] = ids.dims();
        let x = self.embeddings.forward(ids);
        let exclusion = exclusion(mask)
            .reshape([batch, 1, 1, longest])
            .repeat_dim(2, longest);
        // A batch of texts is a matrix with a row per token: the linear layers then are one product each.
        let x = x.reshape([batch * longest, self.width()]);
        let layers = self.layers.iter();
        let x = layers.fold(x, |x, layer| layer.forward(x, exclusion.clone()));
        x.reshape([batch, longest, self.width()])
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let width = self.width();
        let embeddings = format!("{path}.embeddings");
        summary.add(
            &embeddings,
            "embeddings per token, layer_norm",
            vec![width],
            &self.embeddings,
        );
        for (index, layer) in self.layers.iter().enumerate() {
            let last = index + 1 == self.layers.len();
            let end = if last {
                format!(", {}", self.pooling.name())
            } else {
                String::new()
            };
            let kind = format!("transformer layer, {} heads{end}", layer.attention.heads());
            let path = format!("{path}.layers.{index}");
            summary.add(&path, &kind, vec![width], layer);
        }
    }
}

impl Embeddings {
    fn new(config: &BertConfig, vocabulary: usize, device: &Device) -> Self {
        let table = |rows| {
            EmbeddingConfig::new(rows, config.width)
                .with_initializer(normal())
                .init(device)
        };
        Self {
            words: table(vocabulary),
            positions: table(config.first_position + config.max_tokens),
            segments: (config.segments > 0).then(|| table(config.segments)),
            norm: norm(config, device),
            dropout: DropoutConfig::new(config.dropout).init(),
            first_position: config.first_position,
        }
    }

    fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let longest = ids.dims()[1];
        let positions = self.positions.weight.val();
        let mut places = positions.narrow(0, self.first_position, longest);
        if let Some(segments) = &self.segments {
            places = places + segments.weight.val().narrow(0, 0, 1);
        }
        let x = self.words.forward(ids) + places.unsqueeze();
        self.dropout.forward(self.norm.forward(x))
    }
}

impl Layer {
    pub(crate) fn new(config: &BertConfig, device: &Device) -> Self {
        let dropout = || DropoutConfig::new(config.dropout).init();
        Self {
            attention: SelfAttention::new(config, dropout(), device),
            attention_norm: norm(config, device),
            linear1: linear(config.width, config.feed_forward, device),
            linear2: linear(config.feed_forward, config.width, device),
            feed_forward_norm: norm(config, device),
            adapters: Adapters::default(),
            dropout: dropout(),
            activation: config.activation,
        }
    }

    /// `[batch * longest, width]` to the same shape; `exclusion` is `[batch, 1, longest, longest]`, added to the scores.
    pub(crate) fn forward(&self, x: Tensor<2>, exclusion: Tensor<4>) -> Tensor<2> {
        let adapters = &self.adapters;
        let mixed = self.attention.forward(x.clone(), exclusion, adapters);
        let x = self.attention_norm.forward(x + self.dropout.forward(mixed));
        let inner = match &adapters.linear1 {
            Some(_) => {
                let inner = adapted(&self.linear1, adapters.linear1.as_ref(), x.clone());
                self.activation.apply(inner)
            }
            None => gelu::linear(&self.linear1, x.clone(), self.activation),
        };
        let fed = adapted(&self.linear2, adapters.linear2.as_ref(), inner);
        self.feed_forward_norm
            .forward(x + self.dropout.forward(fed))
    }

    fn with_lora(mut self, config: &LoraConfig, drawn_on: &Device) -> Self {
        let attention = &self.attention;
        let layer = |target| match target {
            LoraTarget::Query => &attention.query,
            LoraTarget::Key => &attention.key,
            LoraTarget::Value => &attention.value,
            LoraTarget::Output => &attention.output,
            LoraTarget::Linear1 => &self.linear1,
            LoraTarget::Linear2 => &self.linear2,
        };
        self.adapters = Adapters::new(layer, config, drawn_on);
        self
    }

    fn merged(mut self) -> Self {
        let adapters = std::mem::take(&mut self.adapters);
        let attention = &mut self.attention;
        attention.query = merged(attention.query.clone(), adapters.query);
        attention.key = merged(attention.key.clone(), adapters.key);
        attention.value = merged(attention.value.clone(), adapters.value);
        attention.output = merged(attention.output.clone(), adapters.output);
        self.linear1 = merged(self.linear1, adapters.linear1);
        self.linear2 = merged(self.linear2, adapters.linear2);
        self
    }
}

fn normal() -> Initializer {
    Initializer::Normal {
        mean: 0.0,
        std: 0.02,
    }
}

fn norm(config: &BertConfig, device: &Device) -> LayerNorm {
    LayerNormConfig::new(config.width)
        .with_epsilon(config.epsilon)
        .init(device)
}

pub(super) fn linear(inputs: usize, outputs: usize, device: &Device) -> Linear {
    let mut linear = LinearConfig::new(inputs, outputs)
        .with_initializer(normal())
        .init(device);
    let bias: Param<Tensor<1>> = Initializer::Zeros.init([outputs], device);
    linear.bias = Some(bias);
    linear
}
