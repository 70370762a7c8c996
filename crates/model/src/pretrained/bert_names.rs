//! Names of tensors in Hugging Face's files.

/// What may stand before every name, depending on the class that saved the file.
pub(super) const PREFIXES: [&str; 6] = [
    "",
    "bert.",
    "roberta.",
    "distilbert.",
    "model.",
    "0.auto_model.",
];

/// The tensor that every file has.
pub(super) const ANCHOR: &str = "embeddings.word_embeddings.weight";

/// Parts of a file that compute something else than the encoder.
const OTHER_PARTS: [&str; 11] = [
    "pooler.",
    "cls.",
    "lm_head.",
    "classifier.",
    "pre_classifier.",
    "qa_outputs.",
    "vocab_transform.",
    "vocab_layer_norm.",
    "vocab_projector.",
    "embeddings.position_ids",
    "embeddings.token_type_ids",
];

/// Our name, BERT's and RoBERTa's, DistilBERT's.
const LAYER: [(&str, &str, &str); 8] = [
    ("attention.query", "attention.self.query", "attention.q_lin"),
    ("attention.key", "attention.self.key", "attention.k_lin"),
    ("attention.value", "attention.self.value", "attention.v_lin"),
    (
        "attention.output",
        "attention.output.dense",
        "attention.out_lin",
    ),
    (
        "attention_norm",
        "attention.output.LayerNorm",
        "sa_layer_norm",
    ),
    ("linear1", "intermediate.dense", "ffn.lin1"),
    ("linear2", "output.dense", "ffn.lin2"),
    ("feed_forward_norm", "output.LayerNorm", "output_layer_norm"),
];

const EMBEDDINGS: [(&str, &str); 4] = [
    ("embeddings.words", "embeddings.word_embeddings"),
    ("embeddings.positions", "embeddings.position_embeddings"),
    ("embeddings.segments", "embeddings.token_type_embeddings"),
    ("embeddings.norm", "embeddings.LayerNorm"),
];

/// The names that our tensor `name` may have in a file, the usual one first.
pub(super) fn candidates(name: &str) -> Vec<String> {
    let (module, end) = name.rsplit_once('.').unwrap_or(("", name));
    let mut modules = Vec::new();
    if let Some((_, theirs)) = EMBEDDINGS.iter().find(|(ours, _)| *ours == module) {
        modules.push((*theirs).to_owned());
    }
    let layer = module.strip_prefix("layers.");
    if let Some((index, part)) = layer.and_then(|layer| layer.split_once('.')) {
        for (_, bert, distilbert) in LAYER.iter().filter(|(ours, _, _)| *ours == part) {
            modules.push(format!("encoder.layer.{index}.{bert}"));
            modules.push(format!("transformer.layer.{index}.{distilbert}"));
        }
    }
    // TensorFlow's names for scale and shift, in the oldest files.
    let old = if end == "weight" { "gamma" } else { "beta" };
    let mut names: Vec<String> = modules
        .iter()
        .map(|module| format!("{module}.{end}"))
        .collect();
    let norms = modules
        .iter()
        .filter(|module| module.ends_with("LayerNorm"));
    names.extend(norms.map(|module| format!("{module}.{old}")));
    names
}

/// Whether a tensor of the file can be left alone.
pub(super) fn is_other_part(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| OTHER_PARTS.iter().any(|part| rest.starts_with(part)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_has_a_name_per_family() {
        assert_eq!(
            candidates("layers.3.attention.query.bias"),
            [
                "encoder.layer.3.attention.self.query.bias",
                "transformer.layer.3.attention.q_lin.bias",
            ]
        );
        assert_eq!(
            candidates("embeddings.norm.weight"),
            ["embeddings.LayerNorm.weight", "embeddings.LayerNorm.gamma"]
        );
    }

    #[test]
    fn heads_are_left_alone_and_layers_are_not() {
        assert!(is_other_part("bert.pooler.dense.weight"));
        assert!(is_other_part("cls.predictions.bias"));
        assert!(!is_other_part("encoder.layer.0.output.dense.weight"));
        assert!(!is_other_part("encoder.relative_attention_bias.weight"));
    }
}
