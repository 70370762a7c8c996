//! A multi-layer perceptron.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use crate::{
    Input, NormLayer,
    config::{Activation, InputsConfig, MlpConfig},
    encoder::FlatEncoder,
    summary::Summary,
};

/// `[model.mlp]` up to its last hidden layer.
#[derive(Module, Debug)]
pub struct Mlp {
    encoder: FlatEncoder,
    layers: Vec<MlpLayer>,
}

impl Mlp {
    pub(crate) fn new(config: &MlpConfig, inputs: &InputsConfig, device: &Device) -> Self {
        let encoder = FlatEncoder::new(inputs, device);
        let mut input = encoder.width();
        let mut layers = Vec::with_capacity(config.hidden.len());
        for &width in &config.hidden {
            layers.push(MlpLayer::new(config, input, width, device));
            input = width;
        }
        Self { encoder, layers }
    }

    pub(crate) fn width(&self) -> usize {
        self.layers
            .last()
            .map_or(self.encoder.width(), MlpLayer::width)
    }

    /// The last hidden layer, `[batch, width]`.
    pub fn forward(&self, input: Input) -> Tensor<2> {
        self.layers
            .iter()
            .fold(self.encoder.forward(input), |x, layer| layer.forward(x))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        self.encoder.describe(&format!("{path}.encoder"), summary);
        for (index, layer) in self.layers.iter().enumerate() {
            layer.describe(&format!("{path}.layers.{index}"), summary);
        }
    }
}

/// Linear, norm, activation, dropout, and the way around them.
#[derive(Module, Debug)]
pub struct MlpLayer {
    linear: Linear,
    norm: Option<NormLayer>,
    #[module(skip)]
    activation: Activation,
    dropout: Dropout,
    residual: bool,
}

impl MlpLayer {
    fn new(config: &MlpConfig, input: usize, width: usize, device: &Device) -> Self {
        Self {
            linear: LinearConfig::new(input, width).init(device),
            norm: NormLayer::new(config.norm, width, device),
            activation: config.activation,
            dropout: DropoutConfig::new(config.dropout).init(),
            residual: config.residual && input == width,
        }
    }

    fn width(&self) -> usize {
        self.linear.weight.lazy_shape()[1]
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let around = self.residual.then(|| input.clone());
        let mut x = self.linear.forward(input);
        if let Some(norm) = &self.norm {
            x = norm.forward(x);
        }
        x = self.dropout.forward(self.activation.apply(x));
        match around {
            Some(around) => x + around,
            None => x,
        }
    }

    fn describe(&self, path: &str, summary: &mut Summary) {
        let width = self.width();
        let kind = if self.norm.is_some() {
            "linear".into()
        } else {
            self.kind("linear")
        };
        summary.add(&format!("{path}.linear"), &kind, vec![width], &self.linear);
        if let Some(norm) = &self.norm {
            norm.describe(&format!("{path}.norm"), width, summary);
        }
    }

    fn kind(&self, layer: &str) -> String {
        format!("{layer}, {}", self.activation.name())
    }
}
