//! FT-Transformer of Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data" (2021): every column is a
//! token, and a transformer mixes the tokens into the first one, which the heads see.

pub mod block;
pub mod tokenizer;

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig},
    tensor::{Device, Tensor, activation::relu},
};

use self::{block::Block, tokenizer::Tokenizer};
use crate::{
    Input,
    config::{FtTransformerConfig, InputsConfig},
    summary::Summary,
};

impl FtTransformerConfig {
    /// Width of the gated part inside a block.
    pub fn feed_forward_width(&self) -> usize {
        ((self.width as f64 * self.feed_forward) as usize).max(1)
    }
}

/// `[model.ft_transformer]` up to its last activation.
#[derive(Module, Debug)]
pub struct FtTransformer {
    tokenizer: Tokenizer,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

impl FtTransformer {
    pub(crate) fn new(
        config: &FtTransformerConfig,
        inputs: &InputsConfig,
        device: &Device,
    ) -> Self {
        Self {
            tokenizer: Tokenizer::new(inputs, config.width, device),
            blocks: (0..config.blocks)
                .map(|index| Block::new(config, index == 0, device))
                .collect(),
            norm: LayerNormConfig::new(config.width).init(device),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.norm.gamma.lazy_shape()[0]
    }

    /// The last hidden layer, `[batch, width]`.
    pub fn forward(&self, input: Input) -> Tensor<2> {
        let mut tokens = self.tokenizer.forward(input);
        for (index, block) in self.blocks.iter().enumerate() {
            tokens = block.forward(tokens, index + 1 == self.blocks.len());
        }
        let first = tokens.narrow(1, 0, 1).squeeze_dim::<2>(1);
        relu(self.norm.forward(first))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let width = self.width();
        let tokens = self.tokenizer.count();
        self.tokenizer
            .describe(&format!("{path}.tokenizer"), summary);
        for (index, block) in self.blocks.iter().enumerate() {
            let left = if index + 1 == self.blocks.len() {
                1
            } else {
                tokens
            };
            block.describe(
                &format!("{path}.blocks.{index}"),
                vec![left, width],
                summary,
            );
        }
        summary.add(
            &format!("{path}.norm"),
            "layer_norm, relu",
            vec![width],
            &self.norm,
        );
    }
}
