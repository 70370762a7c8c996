//! What an item is: a row of a table, and what its features say.

use burn::{
    module::{Module, Param},
    nn::{Dropout, DropoutConfig, Initializer},
    tensor::{Device, Int, Tensor},
};

use super::{ItemsInput, tower::Tower};
use crate::{config::InteractionsConfig, summary::Summary};

/// Standard deviation of the vectors at the start.
pub(super) const SPREAD: f64 = 0.02;

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Items {
    /// `[items, dim]`
    pub vectors: Param<Tensor<2>>,
    /// `[items, 1]`: how much everyone wants it, or by how much its ratings are above the mean.
    pub levels: Param<Tensor<2>>,
    /// What its features say.
    pub tower: Option<Tower>,
    id_dropout: Dropout,
}

impl Items {
    pub(super) fn new(
        dim: usize,
        sizes: &InteractionsConfig,
        hidden: &[usize],
        id_dropout: f64,
        device: &Device,
    ) -> Self {
        let inputs = sizes.item_inputs.as_deref();
        Self {
            vectors: vectors(sizes.items, dim, device),
            levels: Initializer::Zeros.init([sizes.items, 1], device),
            tower: inputs.map(|inputs| Tower::new(inputs, hidden, dim, device)),
            id_dropout: DropoutConfig::new(id_dropout).init(),
        }
    }

    /// `[c, dim]`
    pub fn forward(&self, input: ItemsInput) -> Tensor<2> {
        let vectors = self.vectors.val().select(0, input.items.clone());
        match (&self.tower, input.features) {
            (Some(tower), Some(features)) => {
                let known = known(input.items, &self.id_dropout);
                vectors * known + tower.forward(*features)
            }
            _ => vectors,
        }
    }

    /// `[c, 1]`
    pub fn level(&self, items: Tensor<1, Int>) -> Tensor<2> {
        self.levels.val().select(0, items)
    }

    /// `[b, length]` codes to `[b, length, dim]`.
    pub fn of_history(&self, history: Tensor<2, Int>) -> Tensor<3> {
        let [batch, length] = history.dims();
        let vectors = self
            .vectors
            .val()
            .select(0, history.reshape([batch * length]));
        let dim = vectors.dims()[1];
        vectors.reshape([batch, length, dim])
    }

    pub(super) fn describe(&self, path: &str, summary: &mut Summary) {
        let [items, dim] = self.vectors.lazy_shape().dims();
        let vectors = format!("{path}.vectors");
        summary.add_parameters(&vectors, "vector of each item", vec![dim], items * dim);
        summary.add_parameters(
            &format!("{path}.levels"),
            "level of each item",
            vec![1],
            items,
        );
        if let Some(tower) = &self.tower {
            tower.describe(&format!("{path}.tower"), summary);
        }
    }
}

/// A table of vectors, drawn when first looked at.
pub(super) fn vectors(rows: usize, dim: usize, device: &Device) -> Param<Tensor<2>> {
    let normal = Initializer::Normal {
        mean: 0.0,
        std: SPREAD,
    };
    normal.init([rows, dim], device)
}

/// `[rows, 1]`: 0 for code 0, whose row of a table means nothing, and in training for some others, which then look as if
/// they were new (DropoutNet, Volkovs et al. 2017).
pub(super) fn known(codes: Tensor<1, Int>, dropout: &Dropout) -> Tensor<2> {
    let known = codes.greater_elem(0).float().unsqueeze_dim(1);
    dropout.forward(known)
}
