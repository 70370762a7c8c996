//! Reads every weight of a network from its device.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};

use super::settled;
use crate::{ModelError, Network, network::stable_id, summary::is_running_statistic};

/// One weight tensor.
pub(crate) struct Stored {
    /// Path as Burn's records have it.
    pub(crate) path: String,
    /// Types around it, outermost first, as Burn names them: `Struct:Linear`, `Enum:Body`, `Vec`.
    pub(crate) containers: Vec<String>,
    /// Burn's id of the parameter.
    pub(crate) id: u64,
    pub(crate) shape: Vec<usize>,
    /// All in one row. It shares memory with the network.
    tensor: Tensor<1>,
}

impl Stored {
    /// Reads the values from the device. Tensor by tensor, a network does not take its memory twice.
    pub(crate) fn values(&self) -> Result<Vec<f32>, ModelError> {
        let values = self.tensor.clone().try_into_vec_as::<f32>();
        values.map_err(|error| ModelError::Device {
            path: self.path.clone(),
            reason: format!("{error:?}"),
        })
    }
}

/// Every weight and running statistic, in the order of the forward pass.
pub(crate) fn collect(network: &Network) -> Vec<Stored> {
    let mut collector = Collector::default();
    settled(network).visit(&mut collector);
    collector.stored
}

#[derive(Default)]
struct Collector {
    names: Vec<String>,
    containers: Vec<String>,
    stored: Vec<Stored>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.names.push(name.to_owned());
        self.containers.push(container_type.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.names.pop();
        self.containers.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.names.join(".");
        // Burn gives running statistics a random id and keeps no state for them; a stable one keeps files equal.
        let is_statistic = self
            .names
            .last()
            .is_some_and(|name| is_running_statistic(name));
        let id = if is_statistic {
            stable_id(&path)
        } else {
            param.id
        };
        let tensor = param.val();
        self.stored.push(Stored {
            path,
            containers: self.containers.clone(),
            id: id.val(),
            shape: tensor.dims().to_vec(),
            tensor: tensor.flatten(0, D - 1),
        });
    }
}
