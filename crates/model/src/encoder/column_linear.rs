//! One linear layer per column, all columns in one matrix product.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};

/// A linear layer of its own for each column.
#[derive(Module, Debug)]
pub struct ColumnLinear {
    /// `[columns, input, output]`
    pub weight: Param<Tensor<3>>,
    /// `[columns, output]`
    pub bias: Param<Tensor<2>>,
}

impl ColumnLinear {
    /// Starts as PyTorch's `Linear`: uniform within `1 / sqrt(input)`.
    pub(crate) fn new(columns: usize, input: usize, output: usize, device: &Device) -> Self {
        let bound = 1.0 / (input as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Self {
            weight: uniform.init([columns, input, output], device),
            bias: uniform.init([columns, output], device),
        }
    }

    /// `[batch, columns, input]` to `[batch, columns, output]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let by_column = x.swap_dims(0, 1).matmul(self.weight.val());
        by_column.swap_dims(0, 1) + self.bias.val().unsqueeze_dim(0)
    }
}
