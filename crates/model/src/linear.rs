//! Linear and logistic regression: no hidden layer.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use crate::{Input, config::InputsConfig, encoder::FlatEncoder, summary::Summary};

/// `[model.linear]`: the heads see the encoded input.
#[derive(Module, Debug)]
pub struct LinearBody {
    encoder: FlatEncoder,
}

impl LinearBody {
    pub(crate) fn new(inputs: &InputsConfig, device: &Device) -> Self {
        Self {
            encoder: FlatEncoder::new(inputs, device),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.encoder.width()
    }

    pub(crate) fn forward(&self, input: Input) -> Tensor<2> {
        self.encoder.forward(input)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        self.encoder.describe(&format!("{path}.encoder"), summary);
    }
}
