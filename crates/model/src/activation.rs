//! The functions between layers.

use burn::tensor::{Tensor, activation as burn_activation};

use crate::config::Activation;

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

impl Activation {
    /// The function, element by element.
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Relu => burn_activation::relu(x),
            Self::LeakyRelu => burn_activation::leaky_relu(x, 0.01),
            Self::Gelu => burn_activation::gelu(x),
            Self::Silu => burn_activation::silu(x),
            Self::Elu => exponential_linear(x, 1.0),
            Self::Selu => exponential_linear(x, SELU_ALPHA).mul_scalar(SELU_SCALE),
            Self::Sigmoid => burn_activation::sigmoid(x),
            Self::Tanh => x.tanh(),
        }
    }

    /// Name in layer tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky_relu",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Elu => "elu",
            Self::Selu => "selu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
        }
    }
}

/// `x`, or `alpha (e^x - 1)` when negative.
///
/// The exponent never sees a positive number: Burn's own `elu` and `selu` compute `e^x` for all and mask it, and the
/// gradient of the masked part is `0 * inf`, NaN, from `x = 89` on.
fn exponential_linear<const D: usize>(x: Tensor<D>, alpha: f64) -> Tensor<D> {
    let negative = x
        .clone()
        .clamp_max(0.0)
        .exp()
        .sub_scalar(1.0)
        .mul_scalar(alpha);
    burn_activation::relu(x) + negative
}
