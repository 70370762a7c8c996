//! Puts weights into a network, or a part of one, whose own have not been drawn yet.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{DType, Tensor, TensorData},
};

use crate::ModelError;

/// A tensor of a file.
pub(crate) struct Source {
    /// Name of the kind of number.
    pub(crate) kind: String,
    pub(crate) id: Option<u64>,
    pub(crate) shape: Vec<usize>,
    /// `None` when the kind is not floating point.
    pub(crate) data: Option<TensorData>,
}

/// A tensor that the network has.
pub(crate) struct Expected {
    pub(crate) path: String,
    pub(crate) containers: Vec<String>,
    pub(crate) shape: Vec<usize>,
}

/// Sets all weights, or none: the network is given back only when every tensor of it and of the file has matched.
pub(crate) fn load<M: Module>(
    network: M,
    mut sources: BTreeMap<String, Source>,
) -> Result<M, ModelError> {
    let mut tensors = BTreeMap::new();
    for Expected { path, shape, .. } in expected(&network) {
        let Some(source) = sources.remove(&path) else {
            return Err(ModelError::Missing { path });
        };
        if source.shape != shape {
            return Err(ModelError::Shape {
                path,
                expected: shape,
                found: source.shape,
            });
        }
        let Some(data) = source.data else {
            return Err(ModelError::Kind {
                path,
                kind: source.kind,
            });
        };
        tensors.insert(path, (data, source.id.map(ParamId::from)));
    }
    if let Some(path) = sources.into_keys().next() {
        return Err(ModelError::Unexpected { path });
    }
    Ok(network.map(&mut Loader {
        path: Vec::new(),
        tensors,
    }))
}

/// Paths and shapes of the network. Draws no weights.
pub(crate) fn expected(network: &impl Module) -> Vec<Expected> {
    let mut lister = Lister::default();
    network.visit(&mut lister);
    lister.expected
}

#[derive(Default)]
struct Lister {
    names: Vec<String>,
    containers: Vec<String>,
    expected: Vec<Expected>,
}

impl ModuleVisitor for Lister {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.names.push(name.to_owned());
        self.containers.push(container_type.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.names.pop();
        self.containers.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.expected.push(Expected {
            path: self.names.join("."),
            containers: self.containers.clone(),
            shape: param.lazy_shape().to_vec(),
        });
    }
}

struct Loader {
    path: Vec<String>,
    tensors: BTreeMap<String, (TensorData, Option<ParamId>)>,
}

impl ModuleMapper for Loader {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let found = self.tensors.remove(&self.path.join("."));
        let (data, id) = found.expect("`load` has matched every path of this network");
        let tensor = Tensor::from_data(data.convert_dtype(DType::F32), &param.lazy_device());
        let id = id.unwrap_or(param.id);
        param.transform_for_load(tensor, id)
    }
}
