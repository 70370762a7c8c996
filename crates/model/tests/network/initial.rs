//! Fresh networks, and the table that describes them.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor},
};
use hob_model::{
    config::{BodyConfig, FtTransformerConfig, Norm},
    summary::{self, count_parameters, total_parameters},
    weights,
};

use crate::support::{config, every_body, mlp, plain_inputs, rows, seeded, values};

#[test]
fn equal_seeds_give_equal_files_and_others_do_not() {
    let device = Device::flex();
    for config in every_body() {
        let bytes = |seed| weights::to_bytes(&seeded(&config, &device, seed)).unwrap();
        assert!(bytes(3) == bytes(3));
        assert!(bytes(3) != bytes(4));
    }
}

#[test]
fn a_training_device_draws_the_same_weights() {
    for config in every_body() {
        let plain = seeded(&config, &Device::flex(), 3);
        let training = seeded(&config, &Device::flex().autodiff(), 3);
        assert!(weights::to_bytes(&plain) == weights::to_bytes(&training));
    }
}

#[test]
fn the_table_counts_every_parameter_and_names_every_output() {
    let device = Device::flex();
    for config in every_body() {
        let network = seeded(&config, &device, 6);
        let layers = summary::summary(&config, &device).unwrap();
        assert_eq!(total_parameters(&layers), count_parameters(&network));
        let last: Vec<_> = layers[layers.len() - config.num_outputs()..]
            .iter()
            .map(|layer| &layer.output_shape)
            .collect();
        let outputs = network.forward(rows(&config, 2, &device));
        let widths: Vec<_> = outputs
            .iter()
            .map(|output| vec![output.dims()[1]])
            .collect();
        assert_eq!(last, widths.iter().collect::<Vec<_>>());
    }
}

#[test]
fn the_table_of_a_small_network_reads_well() {
    let config = config(plain_inputs(4), mlp(&[64, 64], Norm::None));
    let layers = summary::summary(&config, &Device::flex()).unwrap();
    let rows: Vec<String> = layers
        .iter()
        .map(|layer| {
            format!(
                "{} | {} | {:?} | {}",
                layer.path, layer.kind, layer.output_shape, layer.parameters
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "body.encoder | row as a vector | [4] | 0",
            "body.layers.0.linear | linear, relu | [64] | 320",
            "body.layers.1.linear | linear, relu | [64] | 4160",
            "heads.0 | linear (kind) | [3] | 195",
            "heads.1 | linear (price) | [1] | 65",
        ]
    );
}

#[test]
fn linear_layers_start_as_in_pytorch() {
    let config = config(plain_inputs(100), mlp(&[200], Norm::None));
    let network = seeded(&config, &Device::flex(), 5);
    let mut extremes = Extremes::default();
    network.visit(&mut extremes);
    let (path, weight) = &extremes.largest[0];
    assert_eq!(path, "weight");
    assert!(
        (0.099..=0.1).contains(weight),
        "U(-0.1, 0.1) expected, largest is {weight}"
    );
    let (path, bias) = &extremes.largest[1];
    assert_eq!(path, "bias");
    assert!(
        (0.09..=0.1).contains(bias),
        "U(-0.1, 0.1) expected, largest is {bias}"
    );
}

#[test]
fn attention_biases_start_at_zero() {
    let body = FtTransformerConfig {
        blocks: 1,
        width: 8,
        heads: 2,
        ..Default::default()
    };
    let network = seeded(
        &config(plain_inputs(2), BodyConfig::FtTransformer(body)),
        &Device::flex(),
        5,
    );
    let mut extremes = Extremes::default();
    network.visit(&mut extremes);
    let zeros = extremes
        .largest
        .iter()
        .filter(|(name, largest)| name == "bias" && *largest == 0.0);
    assert_eq!(zeros.count(), 4);
}

/// The last segment of each path, and the largest absolute value.
#[derive(Default)]
struct Extremes {
    name: String,
    largest: Vec<(String, f32)>,
}

impl ModuleVisitor for Extremes {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        name.clone_into(&mut self.name);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let largest = values(param.val())
            .into_iter()
            .map(f32::abs)
            .fold(0.0, f32::max);
        self.largest.push((self.name.clone(), largest));
    }
}
