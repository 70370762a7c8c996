//! What differs between training and prediction, and what must not break in training.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor},
};
use hob_model::{
    config::{Activation, BodyConfig, MlpConfig, Norm},
    weights,
};

use crate::support::{
    assert_close, config, every_body, generator, mlp, outputs, plain_inputs, rows, seeded, values,
};

#[test]
fn every_network_trains_and_then_predicts() {
    let training = Device::flex().autodiff();
    for config in every_body() {
        let network = seeded(&config, &training, 7);
        let loss = {
            let _guard = generator();
            total(network.forward(rows(&config, 6, &training)))
        };
        assert_finite(&network, &loss.backward());

        let predicting = network.valid();
        let first = outputs(&predicting, rows(&config, 6, &Device::flex()));
        let alone = outputs(&predicting, rows(&config, 1, &Device::flex()));
        let again = outputs(
            &predicting.train().valid(),
            rows(&config, 6, &Device::flex()),
        );
        assert_eq!(first, again);
        for (all, alone) in first.iter().zip(&alone) {
            assert_close(
                &all[..alone.len()],
                alone,
                1e-5,
                "a row does not depend on the others",
            );
        }
    }
}

#[test]
fn a_batch_of_one_row_gives_no_nan() {
    let training = Device::flex().autodiff();
    for config in every_body() {
        let network = seeded(&config, &training, 8);
        for _ in 0..3 {
            let _guard = generator();
            let loss = total(network.forward(rows(&config, 1, &training)));
            assert_finite(&network, &loss.backward());
        }
        let predicted = outputs(&network.valid(), rows(&config, 1, &Device::flex()));
        assert!(
            predicted.iter().flatten().all(|value| value.is_finite()),
            "{predicted:?}"
        );
    }
}

#[test]
fn large_inputs_give_finite_gradients_with_every_activation() {
    let training = Device::flex().autodiff();
    for activation in [
        Activation::Relu,
        Activation::LeakyRelu,
        Activation::Gelu,
        Activation::Silu,
        Activation::Elu,
        Activation::Selu,
        Activation::Sigmoid,
        Activation::Tanh,
    ] {
        for size in [200.0, -200.0] {
            let x = Tensor::<2>::full([1, 1], size, &training).require_grad();
            let gradients = activation.apply(x.clone()).sum().backward();
            let gradient = values(x.grad(&gradients).unwrap());
            assert!(
                gradient[0].is_finite(),
                "{activation:?} at {size}: {gradient:?}"
            );
        }
    }
}

#[test]
fn dropout_acts_in_training_only() {
    let body = MlpConfig {
        hidden: vec![50],
        activation: Activation::Relu,
        dropout: 0.5,
        norm: Norm::None,
        residual: false,
    };
    let config = config(plain_inputs(3), BodyConfig::Mlp(body));
    let training = Device::flex().autodiff();
    let network = seeded(&config, &training, 9);
    let _guard = generator();
    let forward = || outputs(&network, rows(&config, 2, &training));
    assert_ne!(forward(), forward());
    let predicting = network.valid();
    let forward = || outputs(&predicting, rows(&config, 2, &Device::flex()));
    assert_eq!(forward(), forward());
}

#[test]
fn files_hold_the_running_statistics_of_the_last_step() {
    let config = config(plain_inputs(3), mlp(&[4], Norm::Batch));
    let training = Device::flex().autodiff();
    let network = seeded(&config, &training, 10);
    let before = weights::to_bytes(&network).unwrap();
    {
        let _guard = generator();
        let _ = network.forward(rows(&config, 5, &training));
    }
    let after = weights::to_bytes(&network).unwrap();
    assert!(before != after);

    let loaded = weights::from_bytes(&config, after, &Device::flex()).unwrap();
    let input = || rows(&config, 5, &Device::flex());
    assert_eq!(
        outputs(&loaded, input()),
        outputs(&network.valid(), input())
    );
}

fn total(outputs: Vec<Tensor<2>>) -> Tensor<1> {
    let squares = outputs
        .into_iter()
        .map(|output| output.powf_scalar(2.0).sum());
    squares
        .reduce(|all, one| all + one)
        .expect("a network has outputs")
}

#[track_caller]
fn assert_finite(network: &hob_model::Network, gradients: &Gradients) {
    let mut finite = Finite {
        gradients,
        found: 0,
    };
    network.visit(&mut finite);
    assert!(finite.found > 0);
}

struct Finite<'a> {
    gradients: &'a Gradients,
    found: usize,
}

impl ModuleVisitor for Finite<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // Running statistics have none.
        if let Some(gradient) = param.val().grad(self.gradients) {
            assert!(values(gradient).iter().all(|value| value.is_finite()));
            self.found += 1;
        }
    }
}
