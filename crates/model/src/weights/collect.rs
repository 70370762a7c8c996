//! Reads every weight of a network from its device.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};

use super::settled;
use crate::{ModelError, Network, network::stable_id, summary::is_running_statistic};

/// One weight tensor, on the host.
pub(crate) struct Stored {
    /// Path as Burn's records have it.
    pub(crate) path: String,
    /// Types around it, outermost first, as Burn names them: `Struct:Linear`, `Enum:Body`, `Vec`.
    pub(crate) containers: Vec<String>,
    /// Burn's id of the parameter.
    pub(crate) id: u64,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// Every weight and running statistic, in the order of the forward pass.
pub(crate) fn collect(network: &Network) -> Result<Vec<Stored>, ModelError> {
    let mut collector = Collector::default();
    settled(network).visit(&mut collector);
    match collector.error {
        Some(error) => Err(error),
        None => Ok(collector.stored),
    }
}

#[derive(Default)]
struct Collector {
    names: Vec<String>,
    containers: Vec<String>,
    stored: Vec<Stored>,
    error: Option<ModelError>,
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
        let shape = tensor.dims().to_vec();
        match tensor.try_into_vec_as::<f32>() {
            Ok(values) => {
                let containers = self.containers.clone();
                self.stored.push(Stored {
                    path,
                    containers,
                    id: id.val(),
                    shape,
                    values,
                });
            }
            Err(error) => {
                self.error.get_or_insert(ModelError::Device {
                    path,
                    reason: format!("{error:?}"),
                });
            }
        }
    }
}
