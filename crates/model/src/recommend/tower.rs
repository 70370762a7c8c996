//! From the features of a user or item to its vector.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use crate::{
    Input, Network,
    config::{
        BodyConfig, InputsConfig, LinearConfig as LinearBodyConfig, MlpConfig, NetworkConfig,
    },
    summary::Summary,
};

/// A network without heads, and a linear layer.
#[derive(Module, Debug)]
pub struct Tower {
    /// Reads the features; a list of one, because a network holds towers itself.
    network: Vec<Network>,
    /// `[hidden, dim]`
    pub output: Linear,
}

impl Tower {
    /// What its network looks like.
    pub(crate) fn config(inputs: &InputsConfig, hidden: &[usize]) -> NetworkConfig {
        let body = match hidden {
            [] => BodyConfig::Linear(LinearBodyConfig {}),
            hidden => BodyConfig::Mlp(MlpConfig {
                hidden: hidden.to_vec(),
                activation: Default::default(),
                dropout: 0.0,
                norm: Default::default(),
                residual: false,
            }),
        };
        NetworkConfig {
            inputs: inputs.clone(),
            body,
            heads: Vec::new(),
        }
    }

    pub(crate) fn new(
        inputs: &InputsConfig,
        hidden: &[usize],
        dim: usize,
        device: &Device,
    ) -> Self {
        let network = Network::planned(&Self::config(inputs, hidden), device);
        Self {
            output: LinearConfig::new(network.hidden_width(), dim).init(device),
            network: vec![network],
        }
    }

    /// `[rows, dim]`
    pub fn forward(&self, input: Input) -> Tensor<2> {
        self.output.forward(self.network[0].hidden(input))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let dim = self.output.weight.lazy_shape()[1];
        let kind = "features as a vector";
        summary.add(path, kind, vec![dim], self);
    }
}
