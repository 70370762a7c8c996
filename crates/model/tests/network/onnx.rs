//! ONNX files, where they can be written. Built with the feature `onnx`.

use std::{env, fs, path::Path, process::Command};

use burn::tensor::Device;
use hob_model::{
    ModelError, NetworkConfig,
    config::{
        Activation, BodyConfig, CodeEncoder, InputsConfig, LinearConfig, MlpConfig, Norm,
        NumberEncoder, ResnetConfig,
    },
    export,
};

use crate::{
    exports::expectation,
    support::{config, every_body, mixed_inputs, plain_inputs, seeded},
};

fn activated(activation: Activation) -> BodyConfig {
    BodyConfig::Mlp(MlpConfig {
        hidden: vec![5, 5],
        activation,
        dropout: 0.1,
        norm: Norm::Batch,
        residual: true,
    })
}

fn supported() -> Vec<NetworkConfig> {
    let lanes = InputsConfig {
        numbers: vec![NumberEncoder::Plain; 3],
        dense: vec![2],
        ..Default::default()
    };
    let resnet = ResnetConfig {
        blocks: 2,
        width: 6,
        hidden: 8,
        ..Default::default()
    };
    let mut bodies = vec![
        BodyConfig::Linear(LinearConfig {}),
        BodyConfig::Resnet(resnet),
    ];
    bodies.extend(
        [
            Activation::Relu,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Silu,
        ]
        .map(activated),
    );
    let coded = InputsConfig {
        codes: vec![
            CodeEncoder {
                cardinality: 4,
                dim: 2,
            },
            CodeEncoder {
                cardinality: 3,
                dim: 5,
            },
        ],
        ..Default::default()
    };
    let plain = bodies
        .clone()
        .into_iter()
        .map(|body| config(plain_inputs(4), body));
    let mixed = bodies
        .clone()
        .into_iter()
        .map(|body| config(lanes.clone(), body));
    let coded = bodies.into_iter().map(|body| config(coded.clone(), body));
    plain.chain(mixed).chain(coded).collect()
}

/// ONNX Runtime computes the same where HOB_PYTHON names a Python with numpy, onnx and onnxruntime.
#[test]
fn simple_networks_become_onnx_files() {
    let python = env::var("HOB_PYTHON").ok();
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/exported_onnx.py");
    for (index, config) in supported().into_iter().enumerate() {
        let network = seeded(&config, &device, 31);
        let bytes = export::onnx(&network, &config, &device).unwrap();
        let Some(python) = &python else { continue };
        let file = folder.path().join(format!("{index}.onnx"));
        let expected = folder.path().join("expected.json");
        fs::write(&file, bytes).unwrap();
        fs::write(&expected, expectation(&network, &config, 5).to_string()).unwrap();
        let output = Command::new(python)
            .arg("-B")
            .arg(&script)
            .arg(&file)
            .arg(&expected)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{config:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn other_networks_are_refused_by_the_operation() {
    let device = Device::flex();
    let mut refused = vec![config(mixed_inputs(), BodyConfig::Linear(LinearConfig {}))];
    // The FT-transformer, networks with texts, and those for forecasts.
    refused.extend(every_body().split_off(4));
    refused.extend(
        [Activation::Gelu, Activation::Elu].map(|one| config(plain_inputs(2), activated(one))),
    );
    for config in refused {
        let network = seeded(&config, &device, 32);
        match export::onnx(&network, &config, &device) {
            Err(ModelError::OnnxOperation { operation }) => {
                assert!(operation.len() < 200, "{operation}")
            }
            other => panic!("{config:?}: {:?}", other.map(|bytes| bytes.len())),
        }
    }
}
