//! Weights survive a file, and nothing else comes out of one.

use burn::{
    module::Module,
    store::ModuleRecord,
    tensor::{Bytes, Device},
};
use hob_model::{
    ModelError, Network,
    config::{BodyConfig, Norm},
    weights,
};

use crate::support::{config, every_body, generator, mlp, outputs, plain_inputs, rows, seeded};

#[test]
fn a_network_comes_back_from_its_bytes() {
    let device = Device::flex();
    for config in every_body() {
        let network = seeded(&config, &device, 11);
        let bytes = weights::to_bytes(&network).unwrap();
        let loaded = weights::from_bytes(&config, bytes.clone(), &device).unwrap();
        let input = || rows(&config, 4, &device);
        assert_eq!(outputs(&loaded, input()), outputs(&network, input()));
        assert!(weights::to_bytes(&loaded).unwrap() == bytes);
    }
}

#[test]
fn loading_draws_no_random_numbers() {
    let device = Device::flex();
    let config = config(plain_inputs(3), mlp(&[4], Norm::Batch));
    let bytes = weights::to_bytes(&seeded(&config, &device, 12)).unwrap();
    let fresh = seeded(&config, &device, 13);
    let after_loading = {
        let _guard = generator();
        device.seed(13);
        weights::from_bytes(&config, bytes, &device).unwrap();
        Network::new(&config, &device)
    };
    assert!(weights::to_bytes(&fresh) == weights::to_bytes(&after_loading));
}

#[test]
fn loaded_weights_can_be_trained_on() {
    let training = Device::flex().autodiff();
    let config = config(plain_inputs(3), mlp(&[4], Norm::None));
    let bytes = weights::to_bytes(&seeded(&config, &training, 12)).unwrap();
    let network = weights::from_bytes(&config, bytes, &training).unwrap();
    let loss = {
        let _guard = generator();
        network.forward(rows(&config, 4, &training)).remove(0).sum()
    };
    let gradients = loss.backward();
    struct Any<'a>(&'a burn::tensor::Gradients, usize);
    impl burn::module::ModuleVisitor for Any<'_> {
        fn visit_float<const D: usize>(
            &mut self,
            param: &burn::module::Param<burn::tensor::Tensor<D>>,
        ) {
            self.1 += usize::from(param.val().grad(self.0).is_some());
        }
    }
    let mut any = Any(&gradients, 0);
    network.visit(&mut any);
    assert_eq!(
        any.1, 4,
        "weight and bias of the layer and of the first head"
    );
}

#[test]
fn burn_loads_the_bytes_as_a_record_and_hob_loads_a_record() {
    let device = Device::flex();
    for config in every_body() {
        let network = seeded(&config, &device, 14);
        let bytes = weights::to_bytes(&network).unwrap();
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes.clone())).unwrap();
        let loaded = Network::planned(&config, &device)
            .try_load_record(record)
            .unwrap();
        assert!(weights::to_bytes(&loaded).unwrap() == bytes);

        let record = network.into_record().into_bytes().unwrap();
        let loaded = weights::from_bytes(&config, record.to_vec(), &device).unwrap();
        assert!(weights::to_bytes(&loaded).unwrap() == bytes);
    }
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let device = Device::flex();
    let small = config(plain_inputs(3), mlp(&[4], Norm::None));
    let bytes = weights::to_bytes(&seeded(&small, &device, 15)).unwrap();
    let load = |inputs, hidden: &[usize], norm| {
        let config = config(plain_inputs(inputs), mlp(hidden, norm));
        weights::from_bytes(&config, bytes.clone(), &device)
            .map(|_| ())
            .unwrap_err()
    };
    let path = |layer: usize, name: &str| format!("body.Mlp.layers.{layer}.{name}");
    assert_eq!(
        load(5, &[4], Norm::None),
        ModelError::Shape {
            path: path(0, "linear.weight"),
            expected: vec![5, 4],
            found: vec![3, 4]
        }
    );
    assert_eq!(
        load(3, &[4, 4], Norm::None),
        ModelError::Missing {
            path: path(1, "linear.weight")
        }
    );
    assert_eq!(
        load(3, &[4], Norm::Layer),
        ModelError::Missing {
            path: path(0, "norm.Layer.gamma")
        }
    );

    let mut fewer = small.clone();
    fewer.heads.pop();
    let error = weights::from_bytes(&fewer, bytes.clone(), &device)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        error,
        ModelError::Unexpected {
            path: "heads.1.bias".into()
        }
    );

    let mut impossible = small.clone();
    impossible.body = BodyConfig::Mlp(hob_model::config::MlpConfig {
        hidden: vec![usize::MAX],
        activation: Default::default(),
        dropout: 0.0,
        norm: Norm::Batch,
        residual: false,
    });
    let error = weights::from_bytes(&impossible, bytes, &device)
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(error, ModelError::Config { .. }), "{error}");
}

#[test]
fn broken_bytes_are_refused_without_a_panic() {
    let device = Device::flex();
    let config = config(plain_inputs(3), mlp(&[4], Norm::Batch));
    let bytes = weights::to_bytes(&seeded(&config, &device, 16)).unwrap();
    let load = |bytes: Vec<u8>| weights::from_bytes(&config, bytes, &device);
    for length in (0..bytes.len()).step_by(7) {
        // The last tensor may end before the last byte.
        if bytes.len() - length > 256 {
            assert!(
                load(bytes[..length].to_vec()).is_err(),
                "cut to {length} bytes"
            );
        }
    }
    // Only the header and the table of tensors can be wrong: any four bytes are a weight.
    let table = bytes.len().min(1500);
    for index in 0..table {
        for flip in [0x01, 0x80, 0xff] {
            let mut broken = bytes.clone();
            broken[index] ^= flip;
            let _ = load(broken);
        }
    }
    for noise in [
        vec![],
        vec![0; 64],
        vec![0xff; 4096],
        b"PK\x03\x04 not weights".to_vec(),
    ] {
        assert!(load(noise).is_err());
    }
}
