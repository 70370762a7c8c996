//! Weights that others trained. `golden/bert.py` wrote the files of `golden/bert`.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use burn::tensor::Device;
use hob_model::{
    Text, TextEncoder,
    config::{BertConfig, Pooling, TextEncoderConfig, TextNetwork},
    pretrained::{PretrainedError, bert_config, bert_weights, word_vectors},
};
use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};
use serde::Deserialize;

use crate::support::{assert_close, sequence, values};

#[derive(Deserialize)]
struct Golden {
    ids: Vec<usize>,
    vector: Vec<f32>,
}

fn golden(name: &str) -> Vec<Golden> {
    serde_json::from_slice(&file(&format!("{name}.json"))).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert");
    fs::read(folder.join(name)).unwrap()
}

fn config(json: &[u8]) -> TextEncoderConfig {
    let (bert, vocabulary) = bert_config(json, Pooling::Mean, false, 0.0).unwrap();
    TextEncoderConfig {
        vocabulary,
        network: TextNetwork::Bert(bert),
    }
}

fn tiny() -> TextEncoderConfig {
    config(&file("tiny_config.json"))
}

fn changed(config: &TextEncoderConfig, change: impl Fn(&mut BertConfig)) -> TextEncoderConfig {
    let mut config = config.clone();
    match &mut config.network {
        TextNetwork::Bert(bert) => change(bert),
        other => panic!("not a BERT: {other:?}"),
    }
    config
}

/// Alone and all together.
fn check(encoder: &TextEncoder, golden: &[Golden], tolerance: f32) {
    let device = Device::flex();
    let vector = |text: Text| values(encoder.forward(text));
    let all: Vec<Vec<usize>> = golden.iter().map(|one| one.ids.clone()).collect();
    let together = vector(sequence(&all, &device));
    for (one, together) in golden.iter().zip(together.chunks(encoder.width())) {
        let alone = vector(sequence(std::slice::from_ref(&one.ids), &device));
        assert_close(&alone, &one.vector, tolerance, "alone");
        assert_close(together, &one.vector, tolerance, "together");
    }
}

#[test]
fn a_tiny_bert_computes_what_numpy_computes() {
    let device = Device::flex();
    for name in ["tiny_f32.safetensors", "tiny_f16.safetensors"] {
        let encoder = bert_weights(&tiny(), &file(name), &device).unwrap();
        check(&encoder, &golden("tiny"), 1e-5);
    }
}

/// The folder `name` of weights that are too large for the repository, or nothing.
#[expect(clippy::print_stderr, reason = "a test that was skipped must say so")]
fn weights(name: &str) -> Option<PathBuf> {
    let folder = match env::var_os("HOB_WEIGHTS") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/weights"),
    };
    let folder = folder.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: {} is not there; HOB_WEIGHTS names another place",
        folder.display()
    );
    None
}

#[test]
fn minilm_computes_what_numpy_computes() {
    let Some(folder) = weights("minilm_l6_fp16") else {
        return;
    };
    let config = config(&fs::read(folder.join("config.json")).unwrap());
    let bytes = fs::read(folder.join("model.fp16.safetensors")).unwrap();
    let encoder = bert_weights(&config, &bytes, &Device::flex()).unwrap();
    check(&encoder, &golden("minilm"), 1e-4);
}

#[test]
fn glove_has_a_vector_per_word() {
    let Some(folder) = weights("glove50_20k") else {
        return;
    };
    let bytes = fs::read(folder.join("glove50_20k.fp16.safetensors")).unwrap();
    let words = fs::read_to_string(folder.join("vocab.txt")).unwrap();
    let vectors = word_vectors(&bytes, &words).unwrap();
    assert_eq!(vectors.len(), 20_000);
    assert!(vectors.values().all(|vector| vector.len() == 50));
    let cosine = |a: &str, b: &str| {
        let dot = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let (a, b) = (&vectors[a], &vectors[b]);
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    assert!(cosine("monday", "tuesday") > 0.9);
    assert!(cosine("monday", "tuesday") > cosine("monday", "banana") + 0.3);
}

type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

/// The tiny network, to be spoiled.
fn tensors() -> Tensors {
    let bytes = file("tiny_f32.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.tensors().into_iter();
    tensors
        .map(|(name, view)| {
            let name = name.strip_prefix("bert.").unwrap().to_owned();
            (
                name,
                (view.dtype(), view.shape().to_vec(), view.data().to_vec()),
            )
        })
        .collect()
}

fn written(tensors: &Tensors) -> Vec<u8> {
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    serialize(views, None).unwrap()
}

fn renamed(tensors: Tensors, names: &[(&str, &str)]) -> Tensors {
    let rename = |name: String| {
        let found = names.iter().find(|(from, _)| name.contains(from));
        found.map_or(name.clone(), |(from, to)| name.replace(from, to))
    };
    tensors
        .into_iter()
        .map(|(name, tensor)| (rename(name), tensor))
        .collect()
}

#[test]
fn the_oldest_names_of_norms_are_read() {
    let names = [
        ("LayerNorm.weight", "LayerNorm.gamma"),
        ("LayerNorm.bias", "LayerNorm.beta"),
    ];
    let bytes = written(&renamed(tensors(), &names));
    let encoder = bert_weights(&tiny(), &bytes, &Device::flex()).unwrap();
    check(&encoder, &golden("tiny"), 1e-5);
}

#[test]
fn a_distilbert_is_a_bert_without_segments_under_other_names() {
    let config = changed(&tiny(), |bert| bert.segments = 0);
    let mut plain = tensors();
    plain.remove("embeddings.token_type_embeddings.weight");
    let names = [
        ("attention.self.query", "attention.q_lin"),
        ("attention.self.key", "attention.k_lin"),
        ("attention.self.value", "attention.v_lin"),
        ("attention.output.dense", "attention.out_lin"),
        ("attention.output.LayerNorm", "sa_layer_norm"),
        ("intermediate.dense", "ffn.lin1"),
        ("output.dense", "ffn.lin2"),
        ("output.LayerNorm", "output_layer_norm"),
    ];
    let distilled = renamed(plain.clone(), &names);
    let distilled = renamed(
        distilled,
        &[("encoder.layer.", "distilbert.transformer.layer.")],
    );
    let distilled = distilled
        .into_iter()
        .map(|(name, tensor)| match name.starts_with("embeddings.") {
            true => (format!("distilbert.{name}"), tensor),
            false => (name, tensor),
        })
        .collect();
    let device = Device::flex();
    let vectors = |tensors: &Tensors| {
        let encoder = bert_weights(&config, &written(tensors), &device).unwrap();
        values(encoder.forward(sequence(&[vec![1, 2, 3]], &device)))
    };
    assert_eq!(vectors(&distilled), vectors(&plain));
}

#[test]
fn all_wrong_tensors_are_named_at_once() {
    let mut tensors = tensors();
    tensors.remove("encoder.layer.0.attention.self.key.weight");
    tensors.remove("embeddings.LayerNorm.bias");
    tensors
        .get_mut("encoder.layer.1.output.dense.weight")
        .unwrap()
        .1 = vec![24, 16];
    tensors
        .get_mut("encoder.layer.1.output.dense.bias")
        .unwrap()
        .0 = Dtype::I32;
    let infinite = f32::INFINITY.to_le_bytes();
    tensors
        .get_mut("encoder.layer.0.output.dense.bias")
        .unwrap()
        .2[..4]
        .copy_from_slice(&infinite);
    let extra = tensors["encoder.layer.0.output.dense.bias"].clone();
    tensors.insert("encoder.relative_attention_bias.weight".into(), extra);
    let error = bert_weights(&tiny(), &written(&tensors), &Device::flex()).unwrap_err();
    let message = error.to_string();
    let mut lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines.remove(0), "the weights do not fit the configuration:");
    lines.sort();
    assert_eq!(
        lines,
        [
            "  `embeddings.LayerNorm.bias`: expected [16], found nothing",
            "  `encoder.layer.0.attention.self.key.weight`: expected [16, 16], found nothing",
            "  `encoder.layer.0.output.dense.bias`: expected [16], found values that are not finite",
            "  `encoder.layer.1.output.dense.bias`: expected [16], found I32 values; weights are f16, bf16, f32 or f64",
            "  `encoder.layer.1.output.dense.weight`: expected [16, 24], found [24, 16]",
            "  `encoder.relative_attention_bias.weight`: belongs to a part that is not computed",
        ]
    );
}

#[test]
fn another_vocabulary_is_named_with_both_sizes() {
    let mut config = tiny();
    config.vocabulary = 21;
    let error = bert_weights(&config, &file("tiny_f32.safetensors"), &Device::flex()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the weights do not fit the configuration:\n  `bert.embeddings.word_embeddings.weight`: \
         expected [21, 16], found [20, 16]"
    );
}

#[test]
fn what_is_not_safetensors_is_refused() {
    let whole = file("tiny_f32.safetensors");
    let mut hostile = vec![0xff; 64];
    hostile[8] = b'{';
    for bytes in [
        &whole[..whole.len() - 1],
        &whole[..20],
        b"",
        b"PK\x03\x04",
        &hostile,
    ] {
        let error = bert_weights(&tiny(), bytes, &Device::flex()).unwrap_err();
        assert!(
            matches!(error, PretrainedError::Unreadable { .. }),
            "{error}"
        );
    }
}

#[test]
fn word_vectors_that_do_not_fit_their_words_are_refused() {
    let matrix = |values: &[f32], shape: &[usize]| {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let view = TensorView::new(Dtype::F32, shape.to_vec(), &bytes).unwrap();
        serialize([("vectors", view)], None).unwrap()
    };
    let two = matrix(&[1.0, 2.0, 3.0, 4.0], &[2, 2]);
    let vectors = word_vectors(&two, "the\ncat\n").unwrap();
    assert_eq!(vectors["cat"], [3.0, 4.0]);
    for (bytes, words, expected) in [
        (
            &two,
            "the\n",
            "`vectors` has the shape [2, 2], but there are 1 words",
        ),
        (&two, "cat\ncat\n", "line 2: `cat` stands there twice"),
        (
            &matrix(&[1.0, f32::NAN], &[2, 1]),
            "the\ncat\n",
            "the vector of line 2, `cat`, is not finite",
        ),
        (
            &matrix(&[1.0, 2.0], &[2]),
            "the\ncat\n",
            "`vectors` has the shape [2], not [words, numbers]",
        ),
        (
            &written(&tensors()),
            "the\n",
            "the file holds 39 tensors, not 1",
        ),
    ] {
        let error = word_vectors(bytes, words).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot read the word vectors: {expected}")
        );
    }
    assert!(word_vectors(b"no", "the\n").is_err());
}
