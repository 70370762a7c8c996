//! Configs, inputs and comparisons for the tests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::{Device, Tensor, TensorData};
use hob_model::{
    Input, Network, NetworkConfig,
    config::{
        Activation, BodyConfig, CodeEncoder, FtTransformerConfig, HeadConfig, InputsConfig,
        LinearConfig, MlpConfig, Norm, NumberEncoder, ResnetConfig,
    },
};

static GENERATOR: Mutex<()> = Mutex::new(());

/// Held while weights or dropout masks are drawn: the generator of a device belongs to the whole process.
pub(crate) fn generator() -> MutexGuard<'static, ()> {
    GENERATOR.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn seeded(config: &NetworkConfig, device: &Device, seed: u64) -> Network {
    let _guard = generator();
    device.seed(seed);
    Network::new(config, device)
}

/// Every kind of column.
pub(crate) fn mixed_inputs() -> InputsConfig {
    let periodic = |lite| NumberEncoder::Periodic {
        dim: 3,
        frequencies: 4,
        sigma: 0.5,
        lite,
    };
    let piecewise = |edges: &[f32]| NumberEncoder::PiecewiseLinear {
        dim: 2,
        edges: edges.to_vec(),
    };
    let code = |cardinality, dim| CodeEncoder { cardinality, dim };
    InputsConfig {
        numbers: vec![
            periodic(false),
            NumberEncoder::Plain,
            piecewise(&[-1.0, 0.0, 2.0]),
            periodic(true),
            periodic(false),
            piecewise(&[0.0, 1.0]),
        ],
        dense: vec![2, 3],
        codes: vec![code(4, 2), code(3, 5), code(6, 2)],
    }
}

pub(crate) fn plain_inputs(columns: usize) -> InputsConfig {
    InputsConfig {
        numbers: vec![NumberEncoder::Plain; columns],
        ..Default::default()
    }
}

pub(crate) fn config(inputs: InputsConfig, body: BodyConfig) -> NetworkConfig {
    let head = |name: &str, width| HeadConfig {
        name: name.into(),
        width,
    };
    NetworkConfig {
        inputs,
        body,
        heads: vec![head("kind", 3), head("price", 1)],
    }
}

pub(crate) fn mlp(hidden: &[usize], norm: Norm) -> BodyConfig {
    BodyConfig::Mlp(MlpConfig {
        hidden: hidden.to_vec(),
        activation: Activation::Relu,
        dropout: 0.2,
        norm,
        residual: true,
    })
}

/// One config per body, each with every kind of column.
pub(crate) fn every_body() -> Vec<NetworkConfig> {
    let resnet = ResnetConfig {
        blocks: 2,
        width: 6,
        hidden: 8,
        ..Default::default()
    };
    let transformer = FtTransformerConfig {
        blocks: 2,
        width: 8,
        heads: 2,
        ..Default::default()
    };
    [
        BodyConfig::Linear(LinearConfig {}),
        mlp(&[6, 6], Norm::Batch),
        mlp(&[5], Norm::Layer),
        BodyConfig::Resnet(resnet),
        BodyConfig::FtTransformer(transformer),
    ]
    .map(|body| config(mixed_inputs(), body))
    .into()
}

/// Some rows that fit the config; the same for the same config.
pub(crate) fn rows(config: &NetworkConfig, batch: usize, device: &Device) -> Input {
    let inputs = &config.inputs;
    let matrix = |width: usize| {
        let values: Vec<f32> = (0..batch * width)
            .map(|i| (i as f32 * 0.7).sin() * 1.5)
            .collect();
        (width > 0).then(|| Tensor::from_data(TensorData::new(values, [batch, width]), device))
    };
    let columns = inputs.codes.len();
    let codes: Vec<i32> = (0..batch * columns)
        .map(|i| (i % inputs.codes[i % columns].cardinality) as i32)
        .collect();
    Input {
        numbers: matrix(inputs.numbers.len()),
        dense: matrix(inputs.dense.iter().sum()),
        codes: (columns > 0)
            .then(|| Tensor::from_data(TensorData::new(codes, [batch, columns]), device)),
    }
}

pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .try_into_vec_as::<f32>()
        .expect("the tensor is on the CPU")
}

pub(crate) fn outputs(network: &Network, input: Input) -> Vec<Vec<f32>> {
    network.forward(input).into_iter().map(values).collect()
}

/// Equal within `tolerance`, absolute for small numbers and relative for large ones.
#[track_caller]
pub(crate) fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = tolerance * expected.abs().max(1.0);
        assert!(
            (found - expected).abs() <= allowed,
            "{what}: value {index} is {found}, expected {expected}"
        );
    }
}
