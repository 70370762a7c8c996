//! ResNet for tables, after Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data" (2021).

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use crate::{
    Input, NormLayer,
    config::{Activation, InputsConfig, ResnetConfig},
    encoder::FlatEncoder,
    summary::Summary,
};

/// `[model.resnet]` up to its last activation.
#[derive(Module, Debug)]
pub struct Resnet {
    encoder: FlatEncoder,
    input: Linear,
    blocks: Vec<ResnetBlock>,
    norm: Option<NormLayer>,
    #[module(skip)]
    activation: Activation,
}

impl Resnet {
    pub(crate) fn new(config: &ResnetConfig, inputs: &InputsConfig, device: &Device) -> Self {
        let encoder = FlatEncoder::new(inputs, device);
        Self {
            input: LinearConfig::new(encoder.width(), config.width).init(device),
            encoder,
            blocks: (0..config.blocks)
                .map(|_| ResnetBlock::new(config, device))
                .collect(),
            norm: NormLayer::new(config.norm, config.width, device),
            activation: config.activation,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.input.weight.lazy_shape()[1]
    }

    /// The last hidden layer, `[batch, width]`.
    pub fn forward(&self, input: Input) -> Tensor<2> {
        let x = self.input.forward(self.encoder.forward(input));
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        self.activation.apply(normalize(self.norm.as_ref(), x))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let width = self.width();
        self.encoder.describe(&format!("{path}.encoder"), summary);
        summary.add(&format!("{path}.input"), "linear", vec![width], &self.input);
        for (index, block) in self.blocks.iter().enumerate() {
            block.describe(&format!("{path}.blocks.{index}"), width, summary);
        }
        if let Some(norm) = &self.norm {
            norm.describe(&format!("{path}.norm"), width, summary);
        }
    }
}

/// `x + dropout(linear(dropout(activation(linear(norm(x))))))`
#[derive(Module, Debug)]
pub struct ResnetBlock {
    norm: Option<NormLayer>,
    linear1: Linear,
    #[module(skip)]
    activation: Activation,
    hidden_dropout: Dropout,
    linear2: Linear,
    residual_dropout: Dropout,
}

impl ResnetBlock {
    fn new(config: &ResnetConfig, device: &Device) -> Self {
        Self {
            norm: NormLayer::new(config.norm, config.width, device),
            linear1: LinearConfig::new(config.width, config.hidden).init(device),
            activation: config.activation,
            hidden_dropout: DropoutConfig::new(config.hidden_dropout).init(),
            linear2: LinearConfig::new(config.hidden, config.width).init(device),
            residual_dropout: DropoutConfig::new(config.residual_dropout).init(),
        }
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let x = normalize(self.norm.as_ref(), input.clone());
        let x = self.activation.apply(self.linear1.forward(x));
        let x = self.linear2.forward(self.hidden_dropout.forward(x));
        input + self.residual_dropout.forward(x)
    }

    fn describe(&self, path: &str, width: usize, summary: &mut Summary) {
        if let Some(norm) = &self.norm {
            norm.describe(&format!("{path}.norm"), width, summary);
        }
        let hidden = self.linear1.weight.lazy_shape()[1];
        let kind = format!("linear, {}", self.activation.name());
        summary.add(
            &format!("{path}.linear1"),
            &kind,
            vec![hidden],
            &self.linear1,
        );
        summary.add(
            &format!("{path}.linear2"),
            "linear",
            vec![width],
            &self.linear2,
        );
    }
}

fn normalize(norm: Option<&NormLayer>, x: Tensor<2>) -> Tensor<2> {
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}
