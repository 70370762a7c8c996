//! How the parameters of a new network are drawn and known.

use burn::{
    module::{ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};

/// Draws the weights of every parameter it sees. Left alone, Burn would draw each at its first use.
pub(crate) struct Draw;

impl ModuleVisitor for Draw {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        param.val();
    }
}

/// Derives the id of a parameter from its path. Burn draws ids at random, and they are stored with the weights, so
/// two equal runs would write different files.
#[derive(Default)]
pub(super) struct StableIds {
    path: Vec<String>,
}

impl ModuleMapper for StableIds {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, mut param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.id = stable_id(&self.path.join("."));
        param
    }
}

/// 64-bit FNV-1a of the path.
pub(crate) fn stable_id(path: &str) -> ParamId {
    let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ParamId::from(hash)
}
