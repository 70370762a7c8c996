//! Burn's own format, `.bpk`.

use burn::tensor::TensorData;

use super::{Precision, to_half};
use crate::{
    ModelError, Network,
    weights::{self, collect},
};

/// The weights as a `.bpk` file, which Burn's `ModuleRecord::load` reads into the same [`Network`].
pub fn burnpack(network: &Network, precision: Precision) -> Result<Vec<u8>, ModelError> {
    if precision == Precision::F32 {
        return weights::to_bytes(network);
    }
    let mut tensors = Vec::new();
    for stored in collect(network) {
        let values = to_half(&stored.path, &stored.values()?)?;
        tensors.push(weights::pack(
            stored.path,
            stored.id,
            TensorData::new(values, stored.shape),
        ));
    }
    weights::write_pack(tensors)
}
