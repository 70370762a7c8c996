//! Which parameters are weight matrices, by their paths in a network.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// Paths of parameters that are treated in a special way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightPaths {
    /// Weight matrices and embedding tables: what weight decay and the L1 penalty reach.
    pub matrices: Vec<String>,
    /// Ids of the same.
    pub matrix_ids: Vec<ParamId>,
    /// Those of hidden linear layers: what Muon trains. Its authors leave embeddings and the last layer to AdamW.
    pub hidden: Vec<String>,
}

impl WeightPaths {
    /// Finds the weight matrices of a module.
    pub fn of<M: Module>(module: &M) -> Self {
        let mut finder = Finder::default();
        module.visit(&mut finder);
        finder.found
    }
}

#[derive(Default)]
struct Finder {
    path: Vec<String>,
    containers: Vec<String>,
    found: WeightPaths,
}

impl Finder {
    /// A matrix that multiplies its input. One dimension means a bias or the scale of a norm; the tokens of an
    /// FT-transformer are left out as in its authors' code.
    fn is_matrix(&self, rank: usize) -> bool {
        rank >= 2
            && self.path.last().is_some_and(|name| name.contains("weight"))
            && !self
                .path
                .iter()
                .any(|name| name.contains("token") || name.contains("norm"))
    }

    fn is_hidden(&self, rank: usize) -> bool {
        let linear = self
            .containers
            .iter()
            .rev()
            .any(|container| container.ends_with(":Linear"));
        rank == 2 && linear && !self.path.iter().any(|name| name == "heads")
    }
}

impl ModuleVisitor for Finder {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push(name.to_string());
        self.containers.push(container_type.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
        self.containers.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.is_matrix(D) {
            self.found.matrix_ids.push(param.id);
            let path = self.path.join(".");
            if self.is_hidden(D) {
                self.found.hidden.push(path.clone());
            }
            self.found.matrices.push(path);
        }
    }
}
