//! Adapters beside the linear layers of a BERT.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Distribution, Tensor},
};
use hob_model::{
    Network, NetworkConfig,
    config::BodyConfig,
    config::{
        InputsConfig, LinearConfig, LoraConfig, LoraTarget, Pooling, TextEncoderConfig, TextNetwork,
    },
    summary::count_parameters,
    weights,
};

use crate::support::{VOCABULARY, assert_close, bert, config, generator, outputs, rows, seeded};

const ALL: [LoraTarget; 6] = [
    LoraTarget::Query,
    LoraTarget::Key,
    LoraTarget::Value,
    LoraTarget::Output,
    LoraTarget::Linear1,
    LoraTarget::Linear2,
];

fn network_config() -> NetworkConfig {
    let encoder = TextEncoderConfig {
        vocabulary: VOCABULARY,
        network: TextNetwork::Bert(bert(Pooling::Mean)),
    };
    let inputs = InputsConfig {
        text_encoders: vec![encoder],
        texts: vec![0, 0],
        ..Default::default()
    };
    config(inputs, BodyConfig::Linear(LinearConfig {}))
}

fn lora(targets: &[LoraTarget]) -> LoraConfig {
    LoraConfig {
        rank: 3,
        alpha: 6.0,
        dropout: 0.0,
        targets: targets.to_vec(),
    }
}

fn adapted(plain: &Network, targets: &[LoraTarget], device: &Device) -> Network {
    let _guard = generator();
    device.seed(5);
    plain.clone().with_lora(&[Some(lora(targets))], device)
}

/// Gives `B` weights as training does.
struct Trained;

impl ModuleMapper for Trained {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_zero = param.val().abs().max().into_scalar::<f32>() == 0.0;
        param.map(|tensor: Tensor<D>| match is_zero && D == 2 {
            true => tensor.random_like(Distribution::Normal(0.0, 0.5)),
            false => tensor,
        })
    }
}

#[test]
fn a_new_adapter_changes_nothing() {
    let device = Device::flex();
    let config = network_config();
    let plain = seeded(&config, &device, 3);
    let input = || rows(&config, 5, &device);
    let expected = outputs(&plain, input());
    assert_eq!(outputs(&adapted(&plain, &ALL, &device), input()), expected);
}

#[test]
fn merged_and_unmerged_outputs_agree() {
    let device = Device::flex();
    let config = network_config();
    let plain = seeded(&config, &device, 3);
    let input = || rows(&config, 5, &device);
    for targets in [
        &ALL[..],
        &[LoraTarget::Query, LoraTarget::Value],
        &[LoraTarget::Linear1],
    ] {
        let adapted = adapted(&plain, targets, &device);
        let adapted = {
            let _guard = generator();
            device.seed(6);
            adapted.map(&mut Trained)
        };
        let (apart, expected) = (outputs(&adapted, input()), outputs(&plain, input()));
        let merged = adapted.merged();
        for ((merged, apart), plain) in outputs(&merged, input()).iter().zip(&apart).zip(expected) {
            assert_close(merged, apart, 1e-5, "merged");
            let moved = apart.iter().zip(&plain).any(|(a, b)| (a - b).abs() > 1e-3);
            assert!(moved, "the adapters do something");
        }
        // It is a network like any other.
        let bytes = weights::to_bytes(&merged).unwrap();
        let read = weights::from_bytes(&config, bytes, &device).unwrap();
        assert_eq!(outputs(&read, input()), outputs(&merged, input()));
    }
}

#[test]
fn adapters_are_as_large_as_their_config_says() {
    let device = Device::flex();
    let config = network_config();
    let plain = seeded(&config, &device, 3);
    for targets in [&ALL[..], &[LoraTarget::Query, LoraTarget::Value]] {
        let adapted = adapted(&plain, targets, &device);
        let found = count_parameters(&adapted) - count_parameters(&plain);
        let shape = bert(Pooling::Mean);
        let per_layer = lora(targets).parameters_per_layer(shape.width, shape.feed_forward);
        assert_eq!(found, per_layer * shape.layers);
    }
}
