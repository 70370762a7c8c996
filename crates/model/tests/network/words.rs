//! Heads that label words: padding, the text's own vector beside them, and configs that cannot be built.

use burn::{
    module::ModuleVisitor,
    module::Param,
    tensor::{Device, Int, Tensor, TensorData},
};
use hob_model::{
    Input, ModelError, Network, NetworkConfig, Text,
    config::{HeadConfig, InputsConfig, Norm, TextEncoderConfig, TextNetwork},
    summary, weights,
};

use crate::support::{
    assert_close, config, generator, mlp, outputs, seeded, sequence, text_encoders, values,
};
use burn::module::Module;

const SHORT: &[usize] = &[3, 8, 1];
const LONG: &[usize] = &[5, 2, 8, 8, 0, 1, 4, 7, 6];

fn tagging_encoders() -> Vec<TextEncoderConfig> {
    let encoders = text_encoders().into_iter();
    let encoders: Vec<_> = encoders.filter(TextEncoderConfig::has_tokens).collect();
    assert!(encoders.len() >= 5);
    encoders
}

/// A head per word and, with `vector`, one per text.
fn tagger(encoder: TextEncoderConfig, vector: bool) -> NetworkConfig {
    let inputs = InputsConfig {
        text_encoders: vec![encoder],
        texts: vec![0],
        ..Default::default()
    };
    let mut config = config(inputs, mlp(&[6], Norm::None));
    let head = |name: &str, width, words_of| HeadConfig {
        name: name.into(),
        width,
        words_of,
    };
    config.heads = vec![head("tags", 4, Some(0))];
    if vector {
        config.heads.push(head("intent", 3, None));
    }
    config
}

fn input(texts: &[&[usize]], starts: &[&[usize]], device: &Device) -> Input {
    let texts: Vec<Vec<usize>> = texts.iter().map(|text| text.to_vec()).collect();
    let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
    let places: Vec<i32> = starts
        .iter()
        .enumerate()
        .flat_map(|(row, starts)| {
            starts
                .iter()
                .map(move |start| (row * longest + start) as i32)
        })
        .collect();
    let Text::Sequence { ids, mask, .. } = sequence(&texts, device) else {
        panic!("`sequence` makes a sequence");
    };
    let count = places.len();
    let words: Tensor<1, Int> = Tensor::from_data(TensorData::new(places, [count]), device);
    Input {
        texts: vec![Text::Sequence {
            ids,
            mask,
            words: Some(words),
        }],
        ..Default::default()
    }
}

#[test]
fn words_have_the_same_numbers_alone_and_in_a_padded_batch() {
    let device = Device::flex();
    for encoder in tagging_encoders() {
        let what = format!("{:?}", encoder.network);
        let network = seeded(&tagger(encoder, false), &device, 61);
        let tags = |texts: &[&[usize]], starts: &[&[usize]]| {
            let found = network.forward(input(texts, starts, &device)).remove(0);
            assert_eq!(found.dims(), [starts.concat().len(), 4]);
            values(found)
        };
        let (short, long) = (tags(&[SHORT], &[&[0, 2]]), tags(&[LONG], &[&[1, 2, 8]]));
        let both = tags(&[SHORT, LONG], &[&[0, 2], &[1, 2, 8]]);
        assert_close(&both, &[short, long].concat(), 1e-5, &what);
        assert_ne!(both[..4], both[4..8], "{what}: two words, two answers");
    }
}

#[test]
fn a_text_that_is_read_both_ways_gives_what_it_gives_alone() {
    let device = Device::flex();
    for encoder in tagging_encoders() {
        let config = tagger(encoder, true);
        let network = seeded(&config, &device, 62);
        let batch = input(&[SHORT, LONG], &[&[0], &[3]], &device);
        let both = outputs(&network, batch.clone());
        // Without the head for words the vector comes from `TextEncoder::forward`.
        let mut alone = config.clone();
        alone.heads.remove(0);
        let vector = network.texts()[0].forward(batch.texts[0].clone());
        let pooled = network.texts()[0].pool(
            network.texts()[0].tokens(batch.texts[0].clone()),
            Tensor::from_data(
                [[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0; 9]],
                &device,
            ),
        );
        assert_close(&values(pooled), &values(vector), 1e-6, "pooled");
        assert_eq!((both[0].len(), both[1].len()), (2 * 4, 2 * 3));

        let bytes = weights::to_bytes(&network).unwrap();
        let loaded = weights::from_bytes(&config, bytes, &device).unwrap();
        assert_eq!(outputs(&loaded, batch), both);
    }
}

#[test]
fn a_head_for_words_teaches_the_encoder_and_leaves_the_body_alone() {
    let device = Device::flex().autodiff();
    for encoder in tagging_encoders() {
        let network = seeded(&tagger(encoder, false), &device, 63);
        let _guard = generator();
        let batch = input(&[SHORT, LONG], &[&[0, 1], &[3]], &device);
        let gradients = network
            .forward(batch)
            .remove(0)
            .powi_scalar(2)
            .sum()
            .backward();
        let (encoder, body) = learning(&network, &gradients);
        assert!(
            encoder > 0 && body == 0,
            "{encoder} and {body} tensors learn"
        );
    }
}

/// Tensors of the encoders and of the body that have a gradient.
fn learning(network: &Network, gradients: &burn::tensor::Gradients) -> (usize, usize) {
    struct Learning<'a> {
        gradients: &'a burn::tensor::Gradients,
        path: Vec<String>,
        counts: (usize, usize),
    }
    impl ModuleVisitor for Learning<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.val().grad(self.gradients).is_some() {
                match self.path[0].as_str() {
                    "texts" => self.counts.0 += 1,
                    "body" => self.counts.1 += 1,
                    _ => {}
                }
            }
        }
    }
    let mut learning = Learning {
        gradients,
        path: Vec::new(),
        counts: (0, 0),
    };
    network.visit(&mut learning);
    learning.counts
}

#[test]
fn the_layer_table_says_what_is_per_word() {
    let config = tagger(tagging_encoders().remove(0), true);
    let layers = summary::summary(&config, &Device::flex()).unwrap();
    let kinds: Vec<&str> = layers.iter().map(|layer| layer.kind.as_str()).collect();
    assert!(kinds.contains(&"linear (tags), per word") && kinds.contains(&"linear (intent)"));
}

#[test]
fn words_of_an_encoder_without_tokens_or_of_no_text_are_refused() {
    let refused = |config: &NetworkConfig| match config.check() {
        Err(ModelError::Config { field, reason }) => (field, reason),
        other => panic!("expected a problem, got {other:?}"),
    };
    for encoder in text_encoders() {
        let config = tagger(encoder.clone(), true);
        if encoder.has_tokens() {
            assert_eq!(config.check(), Ok(()));
            continue;
        }
        assert!(!matches!(
            encoder.network,
            TextNetwork::Rnn { .. } | TextNetwork::Bert(_)
        ));
        let (field, reason) = refused(&config);
        assert_eq!(field, "heads.0.words_of");
        assert_eq!(
            reason,
            "names a text whose encoder gives no vector per token"
        );
    }
    let mut config = tagger(tagging_encoders().remove(0), false);
    config.heads[0].words_of = Some(1);
    let (_, reason) = refused(&config);
    assert_eq!(reason, "names text column 1 of 1, counted from 0");
}
