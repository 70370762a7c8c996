//! Self-attention of Vaswani et al., "Attention Is All You Need" (2017).

use burn::{
    module::Module,
    nn::{Dropout, Linear},
    tensor::{Device, Tensor, activation::softmax, module::attention},
};

use super::{
    bert::linear,
    lora::{Adapter, Adapters, adapted},
};
use crate::config::BertConfig;

/// Every token looks at every token of its text.
#[derive(Module, Debug)]
pub struct SelfAttention {
    /// What a token looks for, `[width, width]`.
    pub query: Linear,
    /// What a token is found by, `[width, width]`.
    pub key: Linear,
    /// What a token gives, `[width, width]`.
    pub value: Linear,
    /// What becomes of all heads, `[width, width]`.
    pub output: Linear,
    dropout: Dropout,
    heads: usize,
}

impl SelfAttention {
    pub(super) fn new(config: &BertConfig, dropout: Dropout, device: &Device) -> Self {
        let linear = || linear(config.width, config.width, device);
        Self {
            query: linear(),
            key: linear(),
            value: linear(),
            output: linear(),
            dropout,
            heads: config.heads,
        }
    }

    pub(crate) fn heads(&self) -> usize {
        self.heads
    }

    /// `[batch * longest, width]` to the same shape; `exclusion` is `[batch, 1, longest, longest]`, added to the
    /// scores.
    pub(super) fn forward(
        &self,
        x: Tensor<2>,
        exclusion: Tensor<4>,
        adapters: &Adapters,
    ) -> Tensor<2> {
        let [batch, _, longest, _] = exclusion.dims();
        let [rows, width] = x.dims();
        let heads = [batch, longest, self.heads, width / self.heads];
        let split = |layer: &Linear, adapter: &Option<Adapter>| {
            let states = adapted(layer, adapter.as_ref(), x.clone());
            states.reshape(heads).swap_dims(1, 2)
        };
        let query = split(&self.query, &adapters.query);
        let key = split(&self.key, &adapters.key);
        let value = split(&self.value, &adapters.value);
        let mixed = if x.device().is_autodiff() {
            self.mix(query, key, value, exclusion)
        } else {
            // One kernel where the backend has one; it knows no dropout and no gradients.
            attention(query, key, value, None, Some(exclusion), Default::default())
        };
        let mixed = mixed.swap_dims(1, 2).reshape([rows, width]);
        adapted(&self.output, adapters.output.as_ref(), mixed)
    }

    fn mix(
        &self,
        query: Tensor<4>,
        key: Tensor<4>,
        value: Tensor<4>,
        exclusion: Tensor<4>,
    ) -> Tensor<4> {
        let scale = 1.0 / (query.dims()[3] as f64).sqrt();
        let scores = query.mul_scalar(scale).matmul(key.transpose()) + exclusion;
        self.dropout.forward(softmax(scores, 3)).matmul(value)
    }
}
