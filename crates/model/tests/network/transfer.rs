//! A network that begins with the weights of another.

use burn::tensor::Device;
use hob_model::{
    NetworkConfig,
    config::{Norm, Pooling, TextEncoderConfig, TextNetwork},
    weights::{Kinship, NetworkPart, Transfer},
};

use crate::support::{VOCABULARY, bert, config, mlp, outputs, plain_inputs, rows, seeded};

fn tabular() -> NetworkConfig {
    config(plain_inputs(3), mlp(&[8, 8], Norm::Batch))
}

fn same(config: &NetworkConfig) -> Kinship {
    let places = |count: usize| (0..count).map(Some).collect();
    Kinship {
        texts: places(config.inputs.text_encoders.len()),
        body: true,
        heads: places(config.heads.len()),
    }
}

fn taken(transfer: &Transfer, part: NetworkPart) -> (usize, usize) {
    let parts = transfer.parts.iter();
    let mut found = parts
        .filter(|found| found.part == part)
        .map(|found| (found.taken, found.tensors));
    found.next_back().unwrap()
}

#[test]
fn an_equal_network_becomes_the_old_one() {
    let device = Device::flex();
    let config = tabular();
    let (old, new) = (seeded(&config, &device, 1), seeded(&config, &device, 2));
    let transfer = Transfer::new(&config, &config, &same(&config), &device);
    let (taken, tensors) = transfer.counts();
    assert!(taken == tensors && tensors > 8, "{taken} of {tensors}");
    let input = || rows(&config, 4, &device);
    assert_ne!(outputs(&new, input()), outputs(&old, input()));
    let new = transfer.apply(new, "", &old).unwrap();
    assert_eq!(outputs(&new, input()), outputs(&old, input()));
}

#[test]
fn heads_are_found_at_another_place_and_others_are_new() {
    let device = Device::flex();
    let old_config = tabular();
    let mut config = old_config.clone();
    config.heads.reverse();
    config.heads[1].width += 2;
    let last = config.heads.len() - 1;
    let mut kinship = same(&config);
    kinship.heads.reverse();
    let transfer = Transfer::new(&config, &old_config, &kinship, &device);
    assert_eq!(taken(&transfer, NetworkPart::Head(0)), (2, 2));
    assert_eq!(taken(&transfer, NetworkPart::Head(1)), (0, 2));
    let old = seeded(&old_config, &device, 1);
    let new = seeded(&config, &device, 2);
    let before = outputs(&new, rows(&config, 4, &device));
    let new = transfer.apply(new, "", &old).unwrap();
    let after = outputs(&new, rows(&config, 4, &device));
    assert_eq!(after[0], outputs(&old, rows(&old_config, 4, &device))[last]);
    assert_eq!(after[1].len(), before[1].len());
}

#[test]
fn what_stands_behind_something_new_is_new() {
    let device = Device::flex();
    let mut old_config = tabular();
    let encoder = |width_factor: usize| {
        let mut shape = bert(Pooling::Mean);
        shape.feed_forward *= width_factor;
        TextEncoderConfig {
            vocabulary: VOCABULARY,
            network: TextNetwork::Bert(shape),
        }
    };
    old_config.inputs.text_encoders = vec![encoder(1)];
    old_config.inputs.texts = vec![0];
    let mut config = old_config.clone();
    let whole = Transfer::new(&config, &old_config, &same(&config), &device);
    assert_eq!(whole.counts().0, whole.counts().1);

    config.inputs.text_encoders = vec![encoder(2)];
    let transfer = Transfer::new(&config, &old_config, &same(&config), &device);
    let (some, all) = taken(&transfer, NetworkPart::Text(0));
    assert!(0 < some && some < all, "{some} of {all}");
    assert_eq!(taken(&transfer, NetworkPart::Body).0, 0);
    assert_eq!(taken(&transfer, NetworkPart::Head(0)).0, 0);

    let other_columns = Kinship {
        body: false,
        ..same(&old_config)
    };
    let transfer = Transfer::new(&old_config, &old_config, &other_columns, &device);
    let (some, all) = taken(&transfer, NetworkPart::Text(0));
    assert_eq!(some, all);
    assert_eq!(taken(&transfer, NetworkPart::Body).0, 0);
    assert_eq!(taken(&transfer, NetworkPart::Head(0)).0, 0);
}
