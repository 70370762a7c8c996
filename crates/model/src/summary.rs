//! The layers of a network with their shapes and parameter counts, for `hob check` and `hob show`.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::{ModelError, Network, NetworkConfig};

/// One layer that has parameters or changes the shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// Path of the layer; its weights in a safetensors file start with it.
    pub path: String,
    /// What it is, such as `linear, relu`.
    pub kind: String,
    /// Shape of what it gives per row (the batch axis is left out).
    pub output_shape: Vec<usize>,
    /// Trained numbers.
    pub parameters: usize,
}

/// Layers in the order of the forward pass. No weights are drawn.
pub fn summary(config: &NetworkConfig, device: &Device) -> Result<Vec<LayerSummary>, ModelError> {
    config.check()?;
    let mut summary = Summary::default();
    Network::planned(config, device).describe(config, &mut summary);
    Ok(summary.layers)
}

/// Trained numbers of all layers.
pub fn total_parameters(layers: &[LayerSummary]) -> usize {
    layers.iter().map(|layer| layer.parameters).sum()
}

/// Trained numbers of a module. Running statistics are not trained.
pub fn count_parameters(module: &impl Module) -> usize {
    let mut counter = Counter::default();
    module.visit(&mut counter);
    counter.parameters
}

/// Collects rows.
#[derive(Default)]
pub(crate) struct Summary {
    layers: Vec<LayerSummary>,
}

impl Summary {
    pub(crate) fn add(
        &mut self,
        path: &str,
        kind: &str,
        output_shape: Vec<usize>,
        module: &impl Module,
    ) {
        self.add_parameters(path, kind, output_shape, count_parameters(module));
    }

    pub(crate) fn add_parameters(
        &mut self,
        path: &str,
        kind: &str,
        output_shape: Vec<usize>,
        parameters: usize,
    ) {
        let (path, kind) = (path.to_owned(), kind.to_owned());
        self.layers.push(LayerSummary {
            path,
            kind,
            output_shape,
            parameters,
        });
    }
}

/// Whether a path ends in a statistic that is kept with the weights but not trained.
pub(crate) fn is_running_statistic(name: &str) -> bool {
    matches!(name, "running_mean" | "running_var")
}

#[derive(Default)]
struct Counter {
    path: Vec<String>,
    parameters: usize,
}

impl ModuleVisitor for Counter {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !self
            .path
            .last()
            .is_some_and(|name| is_running_statistic(name))
        {
            self.parameters += param.lazy_shape().num_elements();
        }
    }
}
