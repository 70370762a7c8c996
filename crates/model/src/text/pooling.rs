//! From the vectors of the tokens to the vector of the text.

use burn::tensor::Tensor;

use crate::config::Pooling;

/// What is added to a score that must not count. Not infinite: `inf - inf` would be NaN in gradients.
pub(super) const NEVER: f64 = 1e30;

/// Added to scores, it leaves those of tokens alone and takes the others out of every maximum and every softmax:
/// 0 where `mask` is 1, a very negative number where it is 0.
pub(super) fn exclusion<const D: usize>(mask: Tensor<D>) -> Tensor<D> {
    mask.sub_scalar(1.0).mul_scalar(NEVER)
}

impl Pooling {
    /// `[batch, longest, width]` and the mask `[batch, longest]` to `[batch, width]`.
    pub(super) fn pool(self, states: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Mean => {
                let tokens = mask.clone().sum_dim(1).clamp_min(1.0);
                let sums = mask.unsqueeze_dim::<3>(1).matmul(states);
                sums.squeeze_dim::<2>(1) / tokens
            }
            Self::Max => {
                let states = states + exclusion(mask).unsqueeze_dim::<3>(2);
                states.max_dim(1).squeeze_dim(1)
            }
            Self::Cls => states.narrow(1, 0, 1).squeeze_dim(1),
        }
    }

    /// Name in layer tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Cls => "cls",
        }
    }
}

/// Vectors scaled to length 1, as PyTorch's `normalize` does it.
pub(super) fn unit_length(vectors: Tensor<2>) -> Tensor<2> {
    let squares = vectors.clone().powi_scalar(2).sum_dim(1);
    // The clamp keeps the root of 0, whose gradient is infinite, out of the way.
    vectors / squares.clamp_min(1e-24).sqrt()
}
