//! Normalisation between layers.

use burn::{
    module::Module,
    nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig},
    tensor::{Device, Tensor},
};

use crate::{config::Norm, summary::Summary};

/// A normalisation, see [`Norm`].
///
/// Batch normalisation keeps the biased variance of a batch (PyTorch keeps the unbiased one), so a batch of one row
/// moves the running variance towards 0 and gives no NaN.
#[derive(Module, Debug)]
pub enum NormLayer {
    /// Over the batch.
    Batch(BatchNorm),
    /// Over the features of a row.
    Layer(LayerNorm),
}

impl NormLayer {
    pub(crate) fn new(norm: Norm, width: usize, device: &Device) -> Option<Self> {
        match norm {
            Norm::None => None,
            Norm::Batch => Some(Self::Batch(BatchNormConfig::new(width).init(device))),
            Norm::Layer => Some(Self::Layer(LayerNormConfig::new(width).init(device))),
        }
    }

    /// `[batch, width]` to the same shape.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Batch(norm) => norm.forward(x),
            Self::Layer(norm) => norm.forward(x),
        }
    }

    pub(crate) fn describe(&self, path: &str, width: usize, summary: &mut Summary) {
        match self {
            Self::Batch(norm) => summary.add(path, "batch_norm", vec![width], norm),
            Self::Layer(norm) => summary.add(path, "layer_norm", vec![width], norm),
        }
    }
}
