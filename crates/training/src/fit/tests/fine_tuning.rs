//! A BERT of which a part is trained: adapters, and layers that join one after the other.

use hob_data::features::TokenLists;
use hob_model::config::{
    BertConfig, LoraConfig, LoraTarget, Pooling, TextEncoderConfig, TextNetwork,
};

use super::exactness::assert_exact;
use super::*;
use crate::fit::{ParameterGroup, first_network};

const VOCABULARY: usize = 9;
const LAYERS: usize = 2;

/// Texts of one to six tokens with a class that follows from the first.
fn text_part(num_rows: usize) -> EncodedPart {
    let mut lists = TokenLists {
        offsets: vec![0],
        ..TokenLists::default()
    };
    let mut classes = Vec::new();
    for row in 0..num_rows {
        let token = |place: usize| ((row * 4 + place * 7) % VOCABULARY) as i32;
        lists.ids.extend((0..1 + row % 6).map(token));
        lists.offsets.push(lists.ids.len());
        classes.push(token(0) % 3);
    }
    EncodedPart {
        features: Arc::new(Features {
            num_rows,
            texts: vec![lists],
            ..Features::default()
        }),
        targets: vec![Targets::Classes(classes)],
    }
}

fn bert_request(directory: &Path, dropout: f64) -> FitRequest {
    let bert = BertConfig {
        width: 8,
        layers: LAYERS,
        heads: 2,
        feed_forward: 12,
        activation: Activation::Gelu,
        max_tokens: 8,
        first_position: 0,
        segments: 0,
        epsilon: 1e-12,
        dropout,
        pooling: Pooling::Mean,
        normalize: false,
    };
    let softmax = LossKind::Softmax {
        classes: 3,
        class_weights: Vec::new(),
        smoothing: 0.0,
        gamma: 0.0,
    };
    FitRequest {
        network: NetworkConfig {
            inputs: InputsConfig {
                text_encoders: vec![TextEncoderConfig {
                    vocabulary: VOCABULARY,
                    network: TextNetwork::Bert(bert),
                }],
                texts: vec![0],
                ..InputsConfig::default()
            },
            body: BodyConfig::Linear(LinearConfig {}),
            heads: vec![HeadConfig {
                name: "class".to_string(),
                width: 3,
                words_of: None,
            }],
        },
        unknown_rates: Vec::new(),
        losses: vec![OutputLoss {
            kind: softmax,
            share: 1.0,
        }],
        optimizer: OptimizerConfig::Adam(AdamOptimizer {
            learning_rate: 0.01,
            // It would move whatever the optimizer gets hold of.
            weight_decay: 1e-2,
            ..AdamOptimizer::default()
        }),
        train: text_part(50),
        validation: Some(text_part(20)),
        ..request(directory)
    }
}

fn group(part: &str, learning_rate_factor: f64, from_epoch: usize) -> ParameterGroup {
    ParameterGroup {
        path: format!("texts.0.Bert{part}"),
        learning_rate_factor,
        from_epoch,
    }
}

fn with_lora(request: FitRequest, rank: usize) -> FitRequest {
    let adapters = (0..LAYERS).map(|layer| group(&format!(".layers.{layer}.adapters"), 1.0, 0));
    FitRequest {
        groups: std::iter::once(group("", 0.0, 0)).chain(adapters).collect(),
        adapters: vec![Some(LoraConfig {
            rank,
            alpha: 4.0,
            dropout: 0.1,
            targets: vec![LoraTarget::Query, LoraTarget::Value, LoraTarget::Linear2],
        })],
        ..request
    }
}

/// The head alone, then the layers from the top, then the embeddings.
fn unfrozen_gradually(request: FitRequest) -> FitRequest {
    let layers = (0..LAYERS).map(|layer| group(&format!(".layers.{layer}"), 0.5, LAYERS - layer));
    FitRequest {
        groups: std::iter::once(group(".embeddings", 1.0, LAYERS + 1))
            .chain(layers)
            .collect(),
        ..request
    }
}

/// Paths of the weights that a training has moved.
fn moved(request: FitRequest) -> Vec<String> {
    let first = first_network(&request.network, request.seed, &request.device);
    let (first, last) = (bits(&first), bits(&run(request).network));
    assert!(
        first.keys().eq(last.keys()),
        "the network has other weights than its config says"
    );
    let paths = last.keys().filter(|path| first[*path] != last[*path]);
    paths.cloned().collect()
}

#[test]
fn only_adapted_matrices_and_the_head_change_with_lora() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let moved = moved(with_lora(bert_request(folder.path(), 0.1), 2));
    let mut expected = vec!["heads.0.bias".to_string(), "heads.0.weight".to_string()];
    for layer in 0..LAYERS {
        let weight = |name: &str| format!("texts.0.Bert.layers.{layer}.{name}.weight");
        expected.extend(["attention.query", "attention.value", "linear2"].map(weight));
    }
    expected.sort();
    assert_eq!(moved, expected);
}

#[test]
fn the_first_step_with_lora_is_that_of_the_frozen_network() {
    let _generator = generator();
    let first_loss = |change: fn(FitRequest) -> FitRequest| {
        let folder = tempfile::tempdir().unwrap();
        let request = change(bert_request(folder.path(), 0.0));
        let mut watch = Watch::stopping_after(2, &request.interrupter);
        fit(request, &mut watch, &mut |_, _| Metrics::default()).unwrap();
        (watch.losses[0].to_bits(), watch.losses[1].to_bits())
    };
    let frozen = first_loss(|request| FitRequest {
        groups: vec![group("", 0.0, 0)],
        ..request
    });
    let adapted = first_loss(|request| with_lora(request, 2));
    assert_eq!(frozen.0, adapted.0);
    assert_ne!(frozen.1, adapted.1);
}

#[test]
fn a_stopped_run_with_lora_resumes_exactly() {
    let _generator = generator();
    assert_exact(&[2, 5, 9], |request| {
        *request = with_lora(bert_request(&request.directory, 0.1), 2);
        request.training.ema = Some(EmaConfig { decay: 0.9 });
        request.training.keep_best = Some(true);
    });
}

#[test]
fn a_checkpoint_with_other_adapters_is_refused() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let first = with_lora(bert_request(folder.path(), 0.0), 2);
    let mut watch = Watch::stopping_after(1, &first.interrupter);
    fit(first, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    let mut other = with_lora(bert_request(folder.path(), 0.0), 3);
    other.resume = true;
    let error = fit(other, &mut Silent, &mut |_, _| Metrics::default()).unwrap_err();
    assert!(
        matches!(error, FitError::CheckpointOfAnother { .. }),
        "{error}"
    );
}

#[test]
fn layers_join_from_the_top() {
    let _generator = generator();
    let moved_in = |epochs: usize| {
        let folder = tempfile::tempdir().unwrap();
        let mut request = unfrozen_gradually(bert_request(folder.path(), 0.1));
        request.training.epochs = epochs;
        let mut parts: Vec<String> = moved(request)
            .iter()
            .map(|path| match path.strip_prefix("texts.0.Bert.layers.") {
                Some(rest) => format!("layer {}", &rest[..1]),
                None => path.split('.').nth(3).unwrap_or("head").to_string(),
            })
            .collect();
        parts.dedup();
        parts
    };
    assert_eq!(moved_in(1), ["head"]);
    assert_eq!(moved_in(2), ["head", "layer 1"]);
    assert_eq!(moved_in(3), ["head", "layer 0", "layer 1"]);
    assert_eq!(moved_in(4), ["head", "embeddings", "layer 0", "layer 1"]);
}

#[test]
fn each_layer_that_joins_is_named() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let request = unfrozen_gradually(bert_request(folder.path(), 0.1));
    let mut watch = Watch::stopping_after(usize::MAX, &request.interrupter);
    fit(request, &mut watch, &mut |_, _| Metrics::default()).unwrap();
    assert_eq!(
        watch.notes,
        [
            "from epoch 2 on `texts.0.Bert.layers.1` is trained",
            "from epoch 3 on `texts.0.Bert.layers.0` is trained",
        ]
    );
}

#[test]
fn a_run_stopped_between_two_layers_resumes_exactly() {
    let _generator = generator();
    // 50 rows in batches of 8 are 7 steps: within an epoch, at the end of one, and within a later one.
    assert_exact(&[3, 4, 9], |request| {
        *request = unfrozen_gradually(bert_request(&request.directory, 0.1));
        request.training.epochs = 5;
        request.training.gradient_accumulation = 2;
    });
}
