//! Text encoders: padding, order, empty texts, and networks put together from parts.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor},
};
use hob_model::{
    Input, Network, NetworkConfig, Text, TextEncoder,
    config::{InputsConfig, Norm, Pooling, TextEncoderConfig, TextNetwork, columns_by_encoder},
    summary, weights,
};

use crate::support::{
    VOCABULARY, assert_close, bag, bert, config, generator, mlp, outputs, plain_inputs, rows,
    seeded, sequence, text_encoders, text_inputs, token_lists, values,
};

fn encoder(config: &TextEncoderConfig, device: &Device, seed: u64) -> TextEncoder {
    let _guard = generator();
    device.seed(seed);
    let encoder = TextEncoder::new(config, device);
    // Draws the weights while the generator is held.
    struct Draw;
    impl ModuleVisitor for Draw {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            param.val();
        }
    }
    encoder.visit(&mut Draw);
    encoder
}

fn sequence_encoders() -> Vec<TextEncoderConfig> {
    let mut encoders = text_encoders();
    encoders.remove(0);
    encoders
}

const SHORT: &[usize] = &[3, 8, 1];
const LONG: &[usize] = &[5, 2, 8, 8, 0, 1, 4, 7, 6];

fn texts(texts: &[&[usize]]) -> Vec<Vec<usize>> {
    texts.iter().map(|text| text.to_vec()).collect()
}

#[test]
fn how_far_a_batch_is_padded_does_not_matter() {
    let device = Device::flex();
    for config in sequence_encoders() {
        let encoder = encoder(&config, &device, 41);
        let vector = |batch: &[&[usize]]| values(encoder.forward(sequence(&texts(batch), &device)));
        let what = format!("{:?}", config.network);
        let (alone, beside) = (vector(&[SHORT]), vector(&[SHORT, LONG]));
        assert_close(&beside[..alone.len()], &alone, 1e-5, &what);
        let long = vector(&[LONG]);
        assert_close(&beside[alone.len()..], &long, 1e-5, &what);
        let different = alone.iter().zip(&long).any(|(a, b)| (a - b).abs() > 1e-3);
        assert!(different, "{what}: the texts differ, the vectors must too");
    }
}

/// A BERT takes a large batch in parts.
#[test]
fn a_large_batch_gives_what_its_texts_give_alone() {
    let device = Device::flex();
    for config in text_encoders().split_off(5) {
        let encoder = encoder(&config, &device, 54);
        let batch = token_lists(0, 150, false);
        let together = values(encoder.forward(sequence(&batch, &device)));
        let states = encoder.tokens(sequence(&batch, &device));
        assert_eq!(states.dims(), [150, 7, encoder.width()]);
        for (text, vector) in batch.iter().zip(together.chunks(encoder.width())) {
            let alone = encoder.forward(sequence(std::slice::from_ref(text), &device));
            assert_close(vector, &values(alone), 1e-5, "together");
        }
    }
}

#[test]
fn what_stands_after_a_text_does_not_leak_into_it() {
    let device = Device::flex();
    for config in sequence_encoders() {
        let encoder = encoder(&config, &device, 42);
        let padded_with = |padding: i32| {
            let Text::Sequence { ids, mask, words } = sequence(&texts(&[SHORT, LONG]), &device)
            else {
                panic!("`sequence` makes a sequence");
            };
            let gaps = mask.clone().sub_scalar(1.0).neg().int();
            let ids = ids * mask.clone().int() + gaps.mul_scalar(padding);
            values(encoder.forward(Text::Sequence { ids, mask, words }))
        };
        let last = VOCABULARY as i32 - 1;
        assert_eq!(padded_with(0), padded_with(last), "{:?}", config.network);
    }
}

#[test]
fn the_training_path_computes_what_the_fast_path_computes() {
    let device = Device::flex();
    for mut config in sequence_encoders() {
        match &mut config.network {
            TextNetwork::Bag { dropout, .. }
            | TextNetwork::Cnn { dropout, .. }
            | TextNetwork::Rnn { dropout, .. } => *dropout = 0.0,
            TextNetwork::Bert(bert) => bert.dropout = 0.0,
        }
        let fast = encoder(&config, &device, 43);
        let slow = fast.clone().fork(&device.clone().autodiff());
        let batch = texts(&[SHORT, LONG]);
        let expected = values(fast.forward(sequence(&batch, &device)));
        let found = slow.forward(sequence(&batch, &device.clone().autodiff()));
        assert_close(
            &values(found),
            &expected,
            1e-5,
            &format!("{:?}", config.network),
        );
    }
}

#[test]
fn states_of_tokens_do_not_depend_on_padding() {
    let device = Device::flex();
    for config in sequence_encoders() {
        let encoder = encoder(&config, &device, 44);
        assert_eq!(encoder.width(), config.width());
        if !encoder.has_tokens() {
            assert!(matches!(config.network, TextNetwork::Cnn { .. }));
            continue;
        }
        let states = |batch: &[&[usize]]| encoder.tokens(sequence(&texts(batch), &device));
        let (alone, beside) = (states(&[SHORT]), states(&[SHORT, LONG]));
        assert_eq!(alone.dims(), [1, SHORT.len(), encoder.width()]);
        assert_eq!(beside.dims(), [2, LONG.len(), encoder.width()]);
        let alone = values(alone);
        assert_close(&values(beside)[..alone.len()], &alone, 1e-5, "states");
    }
}

#[test]
fn a_bert_whose_vector_is_normalised_gives_unit_vectors() {
    let device = Device::flex();
    let mut network = bert(Pooling::Mean);
    network.normalize = true;
    let config = TextEncoderConfig {
        vocabulary: VOCABULARY,
        network: TextNetwork::Bert(network),
    };
    let vectors = values(encoder(&config, &device, 45).forward(sequence(&texts(&[LONG]), &device)));
    let length: f32 = vectors.iter().map(|value| value * value).sum();
    assert!((length - 1.0).abs() < 1e-5, "{length}");
}

#[test]
fn a_text_may_be_as_long_as_there_are_positions() {
    let device = Device::flex();
    for config in text_encoders().split_off(5) {
        let TextNetwork::Bert(bert) = &config.network else {
            panic!("the last two are BERTs");
        };
        let text = vec![2; bert.max_tokens];
        let vector = encoder(&config, &device, 46).forward(sequence(&[text], &device));
        assert!(values(vector).iter().all(|value| value.is_finite()));
    }
}

#[test]
fn the_gradient_of_a_bag_is_the_share_of_each_n_gram() {
    let device = Device::flex().autodiff();
    let config = TextEncoderConfig {
        vocabulary: VOCABULARY,
        network: TextNetwork::Bag {
            dim: 2,
            dropout: 0.0,
        },
    };
    let encoder = encoder(&config, &device, 47);
    let batch = texts(&[&[], &[4, 4, 7, 0], &[7]]);
    let vectors = encoder.forward(bag(&batch, &device));
    assert_eq!(&values(vectors.clone())[..2], &[0.0, 0.0], "an empty text");
    let factors = [[5.0, 6.0], [1.0, 2.0], [10.0, 20.0]];
    let loss = (vectors * Tensor::from_data(factors, &device)).sum();
    let gradients = loss.backward();
    let TextEncoder::Bag(encoder) = &encoder else {
        panic!("the config says bag");
    };
    let gradient = encoder.embedding.weight.val().grad(&gradients).unwrap();
    let mut expected = vec![0.0; 2 * VOCABULARY];
    expected[0..2].copy_from_slice(&[0.25, 0.5]);
    expected[8..10].copy_from_slice(&[0.5, 1.0]);
    expected[14..16].copy_from_slice(&[10.25, 20.5]);
    assert_close(&values(gradient), &expected, 1e-6, "gradient");
}

#[test]
fn a_batch_of_empty_bags_gives_zeros() {
    let device = Device::flex();
    let config = text_encoders().remove(0);
    let vectors = encoder(&config, &device, 48).forward(bag(&texts(&[&[], &[]]), &device));
    assert_eq!(values(vectors), vec![0.0; 2 * config.width()]);
}

/// Path and id of every parameter.
fn parameters(network: &Network) -> Vec<(String, u64)> {
    #[derive(Default)]
    struct Ids {
        path: Vec<String>,
        found: Vec<(String, u64)>,
    }
    impl ModuleVisitor for Ids {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.push((self.path.join("."), param.id.val()));
        }
    }
    let mut ids = Ids::default();
    network.visit(&mut ids);
    ids.found
}

#[test]
fn every_parameter_of_a_text_network_learns() {
    let device = Device::flex().autodiff();
    let config = config(text_inputs(), mlp(&[6], Norm::None));
    let network = seeded(&config, &device, 49);
    let loss = {
        let _guard = generator();
        let outputs = network.forward(rows(&config, 5, &device));
        outputs
            .into_iter()
            .map(|output| output.sum())
            .reduce(|a, b| a + b)
    };
    let gradients = loss.unwrap().backward();
    struct Learns<'a>(&'a burn::tensor::Gradients, usize);
    impl ModuleVisitor for Learns<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = param.val().grad(self.0).expect("every parameter is used");
            assert!(values(gradient).iter().all(|value| value.is_finite()));
            self.1 += 1;
        }
    }
    let mut learns = Learns(&gradients, 0);
    network.visit(&mut learns);
    assert_eq!(learns.1, parameters(&network).len());
}

#[test]
fn a_network_put_together_is_one_built_as_a_whole() {
    let device = Device::flex();
    let mut whole_config = config(text_inputs(), mlp(&[6], Norm::Layer));
    // Vectors stand by encoder, whatever the order of the columns is.
    whole_config.inputs.texts.reverse();
    let encoders = whole_config.inputs.text_encoders.len();
    let whole = seeded(&whole_config, &device, 50);
    let input = rows(&whole_config, 4, &device);
    for encoded in 0..=encoders {
        let rest_config = whole_config.behind(encoded);
        let rest = seeded(&rest_config, &device, 51);
        let texts = whole.texts()[..encoded].iter().chain(rest.texts());
        let joined = Network::join(texts.cloned().collect(), rest.clone(), &whole_config);
        assert_eq!(parameters(&joined), parameters(&whole), "{encoded}");

        let columns = columns_by_encoder(&whole_config.inputs.texts).into_iter();
        let columns = columns.map(|column| (whole_config.inputs.texts[column], column));
        let columns = columns.filter(|(encoder, _)| *encoder < encoded);
        let vectors = columns
            .map(|(encoder, column)| whole.texts()[encoder].forward(input.texts[column].clone()));
        let dense = input.dense.clone().into_iter().chain(vectors).collect();
        let texts = input.texts.iter().zip(&whole_config.inputs.texts);
        let texts = texts.filter(|(_, encoder)| **encoder >= encoded);
        let seen = Input {
            dense: Some(Tensor::cat(dense, 1)),
            texts: texts.map(|(text, _)| text.clone()).collect(),
            ..Default::default()
        };
        assert_eq!(
            outputs(&joined, input.clone()),
            outputs(&rest, seen),
            "{encoded}"
        );
    }

    let bytes = weights::to_bytes(&whole).unwrap();
    let loaded = weights::from_bytes(&whole_config, bytes, &device).unwrap();
    assert_eq!(outputs(&loaded, input.clone()), outputs(&whole, input));
}

#[test]
fn the_body_of_a_network_without_its_text_encoders_is_named_alike() {
    let config = config(text_inputs(), mlp(&[6], Norm::Layer));
    let rest = config.behind(config.inputs.text_encoders.len());
    assert_eq!(rest.inputs, config.inputs.without_texts());
    assert_eq!(rest.inputs.dense, [2, 5, 4, 4, 8, 8, 4, 6, 6]);
    let device = Device::flex();
    let (whole, rest) = (seeded(&config, &device, 50), seeded(&rest, &device, 51));
    assert!(
        parameters(&whole).ends_with(&parameters(&rest)),
        "names of old networks stay"
    );
}

#[test]
fn configs_without_texts_read_as_before() {
    let config = config(plain_inputs(2), mlp(&[3], Norm::None));
    let json = serde_json::to_string(&config).unwrap();
    assert!(!json.contains("text"), "{json}");
    assert_eq!(
        serde_json::from_str::<NetworkConfig>(&json).unwrap(),
        config
    );
}

#[test]
fn the_table_names_the_text_encoders_first() {
    let inputs = InputsConfig {
        text_encoders: text_encoders(),
        texts: (0..7).collect(),
        ..Default::default()
    };
    let config = config(inputs, mlp(&[6], Norm::None));
    let layers = summary::summary(&config, &Device::flex()).unwrap();
    let rows: Vec<String> = layers
        .iter()
        .filter(|layer| layer.path.starts_with("texts"))
        .map(|layer| format!("{} | {} | {:?}", layer.path, layer.kind, layer.output_shape))
        .collect();
    assert_eq!(
        rows,
        [
            "texts.0.embedding | mean of n-gram embeddings | [5]",
            "texts.1.embedding | embedding per token | [3]",
            "texts.1.filters.0 | convolution over 1 tokens, relu, max | [2]",
            "texts.1.filters.1 | convolution over 4 tokens, relu, max | [2]",
            "texts.2.embedding | embedding per token | [3]",
            "texts.2.forward | lstm forward, max | [4]",
            "texts.2.backward | lstm backward, max | [4]",
            "texts.3.embedding | embedding per token | [3]",
            "texts.3.forward | gru forward, mean | [4]",
            "texts.3.backward | gru backward, mean | [4]",
            "texts.4.embedding | embedding per token | [3]",
            "texts.4.forward | gru forward, cls | [4]",
            "texts.5.embeddings | embeddings per token, layer_norm | [6]",
            "texts.5.layers.0 | transformer layer, 2 heads | [6]",
            "texts.5.layers.1 | transformer layer, 2 heads, mean | [6]",
            "texts.6.embeddings | embeddings per token, layer_norm | [6]",
            "texts.6.layers.0 | transformer layer, 2 heads | [6]",
            "texts.6.layers.1 | transformer layer, 2 heads, cls | [6]",
        ]
    );
}

#[test]
fn word_vectors_replace_the_rows_they_are_given_for() {
    let device = Device::flex();
    for config in text_encoders() {
        let before = encoder(&config, &device, 52);
        let mut rows = vec![None; VOCABULARY];
        rows[2] = Some(vec![1.0, 2.0, 3.0]);
        let table = |encoder: &TextEncoder| match encoder {
            TextEncoder::Cnn(encoder) => Some(values(encoder.embedding.weight.val())),
            TextEncoder::Rnn(encoder) => Some(values(encoder.embedding.weight.val())),
            TextEncoder::Bag(_) | TextEncoder::Bert(_) => None,
        };
        let Some(mut expected) = table(&before) else {
            assert!(before.with_word_vectors(&rows).is_err());
            continue;
        };
        assert!(before.clone().with_word_vectors(&rows[1..]).is_err());
        let narrow = vec![Some(vec![1.0]); VOCABULARY];
        let error = before.clone().with_word_vectors(&narrow).unwrap_err();
        let message =
            "cannot start from the word vectors: vectors of 1 numbers for an encoder with 3";
        assert_eq!(error.to_string(), message);
        expected[6..9].copy_from_slice(&[1.0, 2.0, 3.0]);
        let after = before.with_word_vectors(&rows).unwrap();
        assert_eq!(table(&after), Some(expected));
    }
}

#[test]
fn word_vectors_can_be_trained_on() {
    let device = Device::flex().autodiff();
    let config = text_encoders().remove(1);
    let rows = vec![Some(vec![0.5, -0.5, 1.0]); VOCABULARY];
    let encoder = encoder(&config, &device, 53);
    let encoder = encoder.with_word_vectors(&rows).unwrap();
    let TextEncoder::Cnn(cnn) = &encoder else {
        panic!("the second is a cnn");
    };
    let _guard = generator();
    let loss = encoder.forward(sequence(&texts(&[LONG]), &device)).sum();
    let gradients = loss.backward();
    assert!(cnn.embedding.weight.val().grad(&gradients).is_some());
}
