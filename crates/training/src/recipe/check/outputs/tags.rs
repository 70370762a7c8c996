//! Rules of `[outputs.tags]`.

use hob_data::config::{InputConfig, TextEncoderConfig};
use hob_model::config::BodyConfig;

use crate::recipe::Recipe;
use crate::recipe::check::inputs::columns;
use crate::recipe::check::path;
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;

pub(super) fn check(recipe: &Recipe, findings: &mut Vec<Finding>) {
    for (index, output) in recipe.outputs.iter().enumerate() {
        if let Some(tags) = &output.tags {
            let key = path(&["outputs"]).index(index).key("tags").key("text");
            findings.extend(text(recipe, &tags.text, key));
        }
    }
    if !recipe.outputs.is_empty() && recipe.outputs.iter().all(|output| output.tags.is_some()) {
        unread(recipe, findings);
    }
}

/// Whether the text is an input whose encoder tells its words apart.
fn text(recipe: &Recipe, name: &str, key: KeyPath) -> Option<Finding> {
    let has = |input: &&InputConfig| {
        columns(std::slice::from_ref(*input))
            .iter()
            .any(|(_, column)| *column == name)
    };
    let Some(input) = recipe.inputs.iter().find(has) else {
        let message = format!("`{name}` is no column of an input, so its words cannot be tagged");
        return Some(Finding::error(key, message));
    };
    let encoder = match input.text.as_ref().map(|text| &text.encoder) {
        None => {
            let message = format!("`{name}` is not said to be a text");
            let hint = "give its input `[inputs.text.encoder.bert]`, `rnn` or `transformer`";
            return Some(Finding::error(key, message).with_hint(hint));
        }
        Some(TextEncoderConfig::Bag(_)) => "bag",
        Some(TextEncoderConfig::Cnn(_)) => "cnn",
        Some(
            TextEncoderConfig::Rnn(_)
            | TextEncoderConfig::Transformer(_)
            | TextEncoderConfig::Bert(_),
        ) => return None,
    };
    let message = format!("the encoder `{encoder}` of `{name}` makes one vector of all words");
    let hint = "use the encoder `bert`, `rnn` or `transformer`, which have one per word";
    Some(Finding::error(key, message).with_hint(hint))
}

/// What no head reads when all outputs are tags: they see nothing but their text.
fn unread(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let tagged = |name: &str| {
        let mut tags = recipe
            .outputs
            .iter()
            .filter_map(|output| output.tags.as_ref());
        tags.any(|tags| tags.text == name)
    };
    for (key, name) in columns(&recipe.inputs) {
        if !tagged(name) {
            let message = format!(
                "`{name}` has no effect: every output tags words, and sees their text only"
            );
            findings.push(Finding::error(key, message).with_hint("remove it"));
        }
    }
    let body = match &recipe.model {
        None | Some(BodyConfig::Linear(_)) => return,
        Some(body) => body.name(),
    };
    let key = path(&["model", body]);
    let message = format!("`{key}` has no effect: every output tags words, and reads the encoder");
    let finding = Finding::error(key, message).on_key();
    findings.push(finding.with_hint("write `[model.linear]`"));
}
