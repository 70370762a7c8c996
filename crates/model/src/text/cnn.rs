//! Convolutions over tokens, after Kim, "Convolutional Neural Networks for Sentence Classification" (2014).

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig, Linear, LinearConfig},
    tensor::{Device, Int, Tensor, activation::relu},
};

use super::pooling::exclusion;
use crate::summary::Summary;

/// Token vectors, filters of several widths, ReLU, the largest value of each filter over the text.
///
/// As in the paper's code a text is surrounded by `width - 1` zero vectors on either side, so a text that is shorter
/// than a filter has windows too.
#[derive(Module, Debug)]
pub struct Cnn {
    /// `[vocabulary, dim]`
    pub embedding: Embedding,
    /// One per width, `[width * dim, filters]`: the numbers of the first token of a window, then those of the second.
    pub filters: Vec<Linear>,
    dropout: Dropout,
}

impl Cnn {
    /// `(vocabulary, dim)` of the embedding. Starts as PyTorch's `Embedding` and `Conv1d`.
    pub(crate) fn new(
        (vocabulary, dim): (usize, usize),
        filters: usize,
        widths: &[usize],
        dropout: f64,
        device: &Device,
    ) -> Self {
        let filters = widths
            .iter()
            .map(|width| LinearConfig::new(width * dim, filters).init(device));
        Self {
            embedding: EmbeddingConfig::new(vocabulary, dim).init(device),
            filters: filters.collect(),
            dropout: DropoutConfig::new(dropout).init(),
        }
    }

    /// Numbers per text.
    pub fn width(&self) -> usize {
        let filters = self.filters.iter();
        filters.map(|filter| filter.weight.lazy_shape()[1]).sum()
    }

    /// The fields of [`Text::Sequence`](crate::Text::Sequence) to `[batch, width]`.
    pub fn forward(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> Tensor<2> {
        // Zeros after a text's end: the last windows of a text reach beyond it.
        let tokens = self.embedding.forward(ids) * mask.clone().unsqueeze_dim(2);
        let maxima = self
            .filters
            .iter()
            .map(|filter| largest(filter, tokens.clone(), mask.clone()))
            .collect();
        self.dropout.forward(Tensor::cat(maxima, 1))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let dim = self.embedding.weight.lazy_shape()[1];
        let shape = vec![dim];
        let table = format!("{path}.embedding");
        summary.add(&table, "embedding per token", shape, &self.embedding);
        for (index, filter) in self.filters.iter().enumerate() {
            let [inputs, filters] = filter.weight.lazy_shape().dims();
            let kind = format!("convolution over {} tokens, relu, max", inputs / dim);
            let path = format!("{path}.filters.{index}");
            summary.add(&path, &kind, vec![filters], filter);
        }
    }
}

/// `[batch, longest, dim]` to `[batch, filters]`.
///
/// The windows are laid side by side and multiplied at once. Burn's convolution computes the same and takes a fifth
/// longer to train on the CPU.
fn largest(filter: &Linear, tokens: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
    let [batch, longest, dim] = tokens.dims();
    let weight = filter.weight.val();
    let [inputs, filters] = weight.dims();
    let width = inputs / dim;
    let device = tokens.device();

    let windows = longest + width - 1;
    let (tokens, mask) = if width == 1 {
        (tokens, mask)
    } else {
        let edge = Tensor::zeros([batch, width - 1, dim], &device);
        let padded = Tensor::cat(vec![edge.clone(), tokens, edge], 1);
        let shifted = (0..width).map(|start| padded.clone().narrow(1, start, windows));
        // The windows before a text's first token always hold it; the others begin at a token.
        let first = Tensor::ones([batch, width - 1], &device);
        (
            Tensor::cat(shifted.collect(), 2),
            Tensor::cat(vec![first, mask], 1),
        )
    };
    let scores = tokens.reshape([batch * windows, inputs]).matmul(weight);
    let scores = scores.reshape([batch, windows, filters]) + exclusion(mask).unsqueeze_dim::<3>(2);
    // Bias and ReLU do not change which window is the largest, so they come after it: there is less to do.
    let mut largest = scores.max_dim(1).squeeze_dim::<2>(1);
    if let Some(bias) = &filter.bias {
        largest = largest + bias.val().unsqueeze();
    }
    relu(largest)
}
