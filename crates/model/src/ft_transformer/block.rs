//! A transformer block: attention, then a gated feed-forward part, each added to what came in.

use burn::{
    module::Module,
    nn::{
        Dropout, DropoutConfig, Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig,
        attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};

use crate::{config::FtTransformerConfig, summary::Summary};

/// Norms stand before each part (pre-norm); the first block has none before its attention.
#[derive(Module, Debug)]
pub struct Block {
    attention_norm: Option<LayerNorm>,
    attention: MultiHeadAttention,
    attention_residual_dropout: Dropout,
    feed_forward_norm: LayerNorm,
    feed_forward: FeedForward,
    feed_forward_residual_dropout: Dropout,
}

/// `linear2(dropout(a * relu(b)))` with `[a, b] = linear1(x)` (ReGLU).
#[derive(Module, Debug)]
pub struct FeedForward {
    linear1: Linear,
    dropout: Dropout,
    linear2: Linear,
}

impl Block {
    pub(crate) fn new(config: &FtTransformerConfig, is_first: bool, device: &Device) -> Self {
        let norm = || LayerNormConfig::new(config.width).init(device);
        let residual_dropout = || DropoutConfig::new(config.residual_dropout).init();
        Self {
            attention_norm: (!is_first).then(norm),
            attention: attention(config, device),
            attention_residual_dropout: residual_dropout(),
            feed_forward_norm: norm(),
            feed_forward: FeedForward::new(config, device),
            feed_forward_residual_dropout: residual_dropout(),
        }
    }

    /// `[batch, tokens, width]` to the same shape, or to the first token alone when `first_only`: after the last
    /// block nobody looks at the others.
    pub(crate) fn forward(&self, tokens: Tensor<3>, first_only: bool) -> Tensor<3> {
        let normed = match &self.attention_norm {
            Some(norm) => norm.forward(tokens.clone()),
            None => tokens.clone(),
        };
        let (query, around) = if first_only {
            (normed.clone().narrow(1, 0, 1), tokens.narrow(1, 0, 1))
        } else {
            (normed.clone(), tokens)
        };
        let mixed = self
            .attention
            .forward(MhaInput::new(query, normed.clone(), normed))
            .context;
        let x = around + self.attention_residual_dropout.forward(mixed);

        let fed = self
            .feed_forward
            .forward(self.feed_forward_norm.forward(x.clone()));
        x + self.feed_forward_residual_dropout.forward(fed)
    }

    pub(crate) fn describe(&self, path: &str, shape: Vec<usize>, summary: &mut Summary) {
        if let Some(norm) = &self.attention_norm {
            summary.add(
                &format!("{path}.attention_norm"),
                "layer_norm",
                shape.clone(),
                norm,
            );
        }
        let kind = format!("attention, {} heads", self.attention.n_heads);
        summary.add(
            &format!("{path}.attention"),
            &kind,
            shape.clone(),
            &self.attention,
        );
        let norm = &self.feed_forward_norm;
        summary.add(
            &format!("{path}.feed_forward_norm"),
            "layer_norm",
            shape.clone(),
            norm,
        );
        summary.add(
            &format!("{path}.feed_forward"),
            "reglu",
            shape,
            &self.feed_forward,
        );
    }
}

/// Burn's attention with biases that start at 0, as the paper's code has them.
fn attention(config: &FtTransformerConfig, device: &Device) -> MultiHeadAttention {
    let mut attention = MultiHeadAttentionConfig::new(config.width, config.heads)
        .with_dropout(config.attention_dropout)
        .init(device);
    let zeros = || Some(Initializer::Zeros.init([config.width], device));
    attention.query.bias = zeros();
    attention.key.bias = zeros();
    attention.value.bias = zeros();
    attention.output.bias = zeros();
    attention
}

impl FeedForward {
    fn new(config: &FtTransformerConfig, device: &Device) -> Self {
        let hidden = config.feed_forward_width();
        Self {
            linear1: LinearConfig::new(config.width, 2 * hidden).init(device),
            dropout: DropoutConfig::new(config.feed_forward_dropout).init(),
            linear2: LinearConfig::new(hidden, config.width).init(device),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let both = self.linear1.forward(x);
        let hidden = both.dims()[2] / 2;
        let gated = both.clone().narrow(2, 0, hidden) * relu(both.narrow(2, hidden, hidden));
        self.linear2.forward(self.dropout.forward(gated))
    }
}
