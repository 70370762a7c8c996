//! Rules of `[inputs.text]`.

use hob_data::config::{
    BertEncoder, Freeze, LoraConfig, TextConfig, TextEncoderConfig, TokenizerConfig,
};

use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;

pub(in crate::recipe::check) fn check(
    text: &TextConfig,
    section: &KeyPath,
    findings: &mut Vec<Finding>,
) {
    let encoder = section.key("encoder");
    match &text.encoder {
        TextEncoderConfig::Bert(bert) => {
            fine_tuning(bert, &encoder.key("bert"), findings);
            no_tokenizer(
                text,
                section,
                "a pretrained encoder brings its own tokenizer",
                findings,
            );
        }
        TextEncoderConfig::Bag(bag) => {
            no_tokenizer(
                text,
                section,
                "`bag` cuts texts into n-grams by itself",
                findings,
            );
            let key = encoder.key("bag").key("characters");
            match bag.characters.as_slice() {
                [] => {}
                [shortest, longest] if shortest <= longest => {}
                given => findings.push(Finding::error(
                    key.clone(),
                    format!(
                        "`{key}` must be [shortest, longest], such as [3, 5], but is {given:?}"
                    ),
                )),
            }
        }
        TextEncoderConfig::Cnn(cnn) => {
            let key = encoder.key("cnn").key("word_vectors");
            words_for_vectors(text, cnn.word_vectors.is_some(), key, findings);
        }
        TextEncoderConfig::Rnn(rnn) => {
            let key = encoder.key("rnn").key("word_vectors");
            words_for_vectors(text, rnn.word_vectors.is_some(), key, findings);
        }
        TextEncoderConfig::Transformer(transformer) => {
            let (width, heads) = (transformer.width, transformer.heads);
            if !width.is_multiple_of(heads) {
                let key = encoder.key("transformer").key("width");
                let message =
                    format!("`{key}` must be a multiple of `heads` ({heads}), but is {width}");
                findings.push(Finding::error(key, message));
            }
        }
    }
}

/// What `freeze`, `lora` and `gradual_unfreezing` say must be possible at once.
fn fine_tuning(bert: &BertEncoder, section: &KeyPath, findings: &mut Vec<Finding>) {
    let is_frozen = bert.freeze == Freeze::All;
    if let Some(lora) = &bert.lora {
        if !is_frozen {
            let key = section.key("freeze");
            let message =
                format!("`{key}` trains weights of the encoder, but `lora` keeps all of them");
            findings.push(
                Finding::error(key, message)
                    .with_hint("remove `freeze` (\"all\" goes with `lora`), or remove `lora`"),
            );
        }
        repeated_targets(lora, &section.key("lora").key("targets"), findings);
    }
    if bert.gradual_unfreezing.is_some() && (is_frozen || bert.lora.is_some()) {
        let key = section.key("gradual_unfreezing");
        let (keeps, hint) = match bert.lora {
            Some(_) => (
                "`lora` keeps all weights of the encoder",
                "remove one of the two",
            ),
            None => ("`freeze` is \"all\"", "add `freeze = \"none\"`"),
        };
        let message = format!("`{key}` has nothing to unfreeze: {keeps}");
        findings.push(Finding::error(key, message).on_key().with_hint(hint));
    }
}

fn repeated_targets(lora: &LoraConfig, key: &KeyPath, findings: &mut Vec<Finding>) {
    for (place, target) in lora.targets.iter().enumerate() {
        if lora.targets[..place].contains(target) {
            let message = format!("`{key}` names a layer twice");
            findings.push(Finding::error(key.index(place), message));
        }
    }
}

fn no_tokenizer(text: &TextConfig, section: &KeyPath, why: &str, findings: &mut Vec<Finding>) {
    if text.tokenizer.is_some() {
        let key = section.key("tokenizer");
        let message = format!("`{key}` has no effect: {why}");
        findings.push(Finding::error(key, message).on_key().with_hint("remove it"));
    }
}

fn words_for_vectors(
    text: &TextConfig,
    has_vectors: bool,
    key: KeyPath,
    findings: &mut Vec<Finding>,
) {
    if has_vectors && !matches!(text.tokenizer, None | Some(TokenizerConfig::Words(_))) {
        let message = format!("`{key}` needs the tokenizer `words`");
        findings.push(Finding::error(key, message));
    }
}
