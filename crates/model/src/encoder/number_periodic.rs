//! Periodic number embeddings: PLR and PLR-lite of Gorishniy et al., "On Embeddings for Numerical Features in Tabular
//! Deep Learning" (2022).
//!
//! `relu(linear([cos(2 pi c x), sin(2 pi c x)]))` with trained frequencies `c`, drawn from `N(0, sigma)` at the start.

use std::f64::consts::TAU;

use burn::{
    module::{Module, Param},
    nn::{Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use super::column_linear::ColumnLinear;

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Periodic {
    /// `[columns, frequencies]`
    pub frequencies: Param<Tensor<2>>,
    /// One layer per column, or
    pub linear: Option<ColumnLinear>,
    /// one layer for all columns (lite).
    pub shared: Option<Linear>,
}

/// What the columns of a periodic group have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodicSettings {
    /// Numbers of the embedding.
    pub dim: usize,
    /// Trained frequencies.
    pub frequencies: usize,
    /// Standard deviation of the frequencies at the start.
    pub sigma: f64,
    /// One linear layer for all columns.
    pub lite: bool,
}

impl Periodic {
    pub(crate) fn new(settings: PeriodicSettings, columns: usize, device: &Device) -> Self {
        let PeriodicSettings {
            dim,
            frequencies,
            sigma,
            lite,
        } = settings;
        let waves = 2 * frequencies;
        Self {
            frequencies: Initializer::Normal {
                mean: 0.0,
                std: sigma,
            }
            .init([columns, frequencies], device),
            linear: (!lite).then(|| ColumnLinear::new(columns, waves, dim, device)),
            shared: lite.then(|| LinearConfig::new(waves, dim).init(device)),
        }
    }

    /// Numbers of the embedding.
    pub fn dim(&self) -> usize {
        match (&self.linear, &self.shared) {
            (Some(linear), _) => linear.weight.lazy_shape()[2],
            (None, Some(shared)) => shared.weight.lazy_shape()[1],
            (None, None) => 0,
        }
    }

    /// `[batch, columns]` to `[batch, columns, dim]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<3> {
        let frequencies = self.frequencies.val().mul_scalar(TAU);
        let angles = x.unsqueeze_dim::<3>(2) * frequencies.unsqueeze_dim::<3>(0);
        let waves = Tensor::cat(vec![angles.clone().cos(), angles.sin()], 2);
        match (&self.linear, &self.shared) {
            (Some(linear), _) => relu(linear.forward(waves)),
            (None, Some(shared)) => relu(shared.forward(waves)),
            (None, None) => waves,
        }
    }
}
