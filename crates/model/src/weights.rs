//! Weights as bytes, and back.
//!
//! [`to_bytes`] writes burnpack (`.bpk`), which Burn's `ModuleRecord` loads as well. [`from_bytes`] takes bytes from
//! anywhere: it compares every path, shape and kind with the config before a single weight is set, so what it returns
//! is either the whole network or an error.

mod collect;
mod load;
mod names;
mod transfer;

use std::collections::BTreeMap;

use burn::{
    module::Module,
    store::burn_pack::{Bytes, Error as PackError, Reader, Tensor as PackTensor, Writer},
    tensor::{DType, Device, TensorData},
};
use safetensors::SafeTensors;

pub use self::transfer::{Kinship, NetworkPart, PartTransfer, Transfer};
pub(crate) use self::{
    collect::collect,
    load::{Expected, Source, expected, load},
    names::{TorchLayout, from_torch, torch_layout, transpose},
};
use crate::{ModelError, Network, NetworkConfig};

/// The weights as burnpack bytes. Equal networks give equal bytes.
pub fn to_bytes(network: &Network) -> Result<Vec<u8>, ModelError> {
    let tensors = collect(network).into_iter().map(|stored| {
        let (path, shape, id) = (stored.path.clone(), stored.shape.clone(), Some(stored.id));
        let length = 4 * shape.iter().product::<usize>();
        PackTensor::deferred(path, DType::F32, shape, id, length, move || {
            let values = stored.values();
            let values = values.map_err(|error| PackError::IoError(error.to_string()))?;
            Ok(Bytes::from_elems(values))
        })
    });
    write_pack(tensors.collect())
}

/// A network with the given burnpack weights (f32, f16, bf16 or f64), on `device`, in f32.
pub fn from_bytes(
    config: &NetworkConfig,
    bytes: Vec<u8>,
    device: &Device,
) -> Result<Network, ModelError> {
    config.check()?;
    let unreadable = |error: burn::store::burn_pack::Error| ModelError::Unreadable {
        reason: error.to_string(),
    };
    let tensors = Reader::from_bytes(Bytes::from_bytes_vec(bytes)).map_err(unreadable)?;
    let mut sources = BTreeMap::new();
    for tensor in tensors.into_tensors().map_err(unreadable)? {
        let (path, dtype, shape, id, bytes) = tensor.into_parts().map_err(unreadable)?;
        let shape = shape.to_vec();
        let data = is_float(dtype).then(|| TensorData::from_bytes(bytes, shape.clone(), dtype));
        sources.insert(
            path,
            Source {
                kind: format!("{dtype:?}"),
                id,
                shape,
                data,
            },
        );
    }
    load(Network::planned(config, device), sources)
}

/// A network with the weights of a safetensors file as [`export::safetensors`](crate::export::safetensors) writes it,
/// for weights that were trained on elsewhere.
pub fn from_safetensors(
    config: &NetworkConfig,
    bytes: &[u8],
    device: &Device,
) -> Result<Network, ModelError> {
    config.check()?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| ModelError::Unreadable {
        reason: error.to_string(),
    })?;
    let network = Network::planned(config, device);
    let mut tensors: BTreeMap<String, _> = file.tensors().into_iter().collect();
    let mut sources = BTreeMap::new();
    for expected in expected(&network) {
        let layout = torch_layout(&expected.path, &expected.containers);
        let Some(view) = tensors.remove(&layout.name) else {
            return Err(ModelError::Missing { path: layout.name });
        };
        let source = from_torch(&layout, &view);
        sources.insert(expected.path, source);
    }
    if let Some(path) = tensors.into_keys().next() {
        return Err(ModelError::Unexpected { path });
    }
    load(network, sources)
}

pub(crate) fn pack(path: String, id: u64, data: TensorData) -> PackTensor {
    let (bytes, shape, dtype) = data.into_parts();
    PackTensor::new(path, dtype, shape, Some(id), bytes)
}

pub(crate) fn write_pack(tensors: Vec<PackTensor>) -> Result<Vec<u8>, ModelError> {
    let bytes = Writer::new(tensors).into_bytes();
    let bytes = bytes.map_err(|error| ModelError::Unwritable {
        reason: error.to_string(),
    })?;
    Ok(bytes
        .try_into_vec::<u8>()
        .unwrap_or_else(|bytes| bytes.to_vec()))
}

/// `network` as it stands. Burn keeps the running statistics of the last training step apart until somebody asks;
/// without this they would be one step old in the file.
pub(crate) fn settled(network: &Network) -> Network {
    network.valid()
}

fn is_float(dtype: DType) -> bool {
    matches!(dtype, DType::F64 | DType::F32 | DType::F16 | DType::BF16)
}
