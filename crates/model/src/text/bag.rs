//! The mean of the vectors of a text's n-grams, after Joulin et al., "Bag of Tricks for Efficient Text Classification"
//! (2017), known as fastText.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig, Initializer},
    tensor::{Device, IndexingUpdateOp, Int, Tensor},
};

use crate::summary::Summary;

/// One vector per bucket of n-grams; a text is the mean of its n-grams, and zeros without any.
#[derive(Module, Debug)]
pub struct Bag {
    /// `[vocabulary, dim]`
    pub embedding: Embedding,
    dropout: Dropout,
}

impl Bag {
    /// Vectors start uniformly within `1 / dim`, as in fastText: an n-gram that no text of the training part has must
    /// not drown the others, so PyTorch's standard normal will not do.
    pub(crate) fn new(vocabulary: usize, dim: usize, dropout: f64, device: &Device) -> Self {
        let bound = 1.0 / dim as f64;
        let initializer = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Self {
            embedding: EmbeddingConfig::new(vocabulary, dim)
                .with_initializer(initializer)
                .init(device),
            dropout: DropoutConfig::new(dropout).init(),
        }
    }

    /// Numbers per text.
    pub fn width(&self) -> usize {
        self.embedding.weight.lazy_shape()[1]
    }

    /// The fields of [`Text::Bag`](crate::Text::Bag) to `[batch, dim]`.
    pub fn forward(
        &self,
        ids: Tensor<1, Int>,
        rows: Tensor<1, Int>,
        shares: Tensor<2>,
    ) -> Tensor<2> {
        let [batch, _] = shares.dims();
        let sums = Tensor::zeros([batch, self.width()], &shares.device());
        // Backends differ in what they do with empty lists of indices.
        if ids.dims()[0] == 0 {
            return sums;
        }
        let vectors = self.embedding.weight.val().select(0, ids);
        let sums = sums.select_assign(0, rows, vectors, IndexingUpdateOp::Add);
        self.dropout.forward(sums * shares)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let shape = vec![self.width()];
        let kind = "mean of n-gram embeddings";
        summary.add(&format!("{path}.embedding"), kind, shape, &self.embedding);
    }
}
