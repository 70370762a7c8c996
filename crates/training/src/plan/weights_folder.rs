//! Folders of pretrained weights: which a recipe names, and what they lack.

use std::path::{Path, PathBuf};

use hob_data::config::{InputConfig, TextEncoderConfig};

use super::texts::encoder_key;
use crate::recipe::{Finding, Recipe};

/// Folders of weights that are not there, or lack a file.
pub(crate) fn missing_weights(recipe: &Recipe, folder: &Path) -> Vec<Finding> {
    let inputs = recipe.inputs.iter().enumerate();
    let missing = inputs.filter_map(|(place, input)| {
        let (name, key) = weights_folder(input)?;
        let message = lacks(&folder.join(name), key.0 == "bert")?;
        let key = encoder_key(place).key(key.0).key(key.1);
        Some(Finding::error(key, message).with_hint(FETCH))
    });
    missing.collect()
}

const FETCH: &str = "`weights/fetch.sh minilm` of hob's repository gets `weights/minilm`; paths are relative to the recipe";

/// What a folder of weights lacks.
fn lacks(folder: &Path, is_bert: bool) -> Option<String> {
    if !folder.is_dir() {
        return Some(format!("there is no folder `{}`", folder.display()));
    }
    let needed = ["config.json", "tokenizer.json"].into_iter();
    let missing = needed
        .filter(|_| is_bert)
        .find(|name| !folder.join(name).is_file());
    match missing {
        Some(name) => Some(format!("`{}` has no `{name}`", folder.display())),
        None => weights_file(folder).err(),
    }
}

fn weights_folder(input: &InputConfig) -> Option<(&str, (&'static str, &'static str))> {
    match &input.text.as_ref()?.encoder {
        TextEncoderConfig::Bert(bert) => Some((&bert.weights, ("bert", "weights"))),
        TextEncoderConfig::Cnn(cnn) => {
            Some((cnn.word_vectors.as_deref()?, ("cnn", "word_vectors")))
        }
        TextEncoderConfig::Rnn(rnn) => {
            Some((rnn.word_vectors.as_deref()?, ("rnn", "word_vectors")))
        }
        TextEncoderConfig::Bag(_) | TextEncoderConfig::Transformer(_) => None,
    }
}

/// The one `*.safetensors` file of a folder.
pub(crate) fn weights_file(folder: &Path) -> Result<PathBuf, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "safetensors"))
        .collect();
    files.sort();
    match files.len() {
        1 => Ok(files.remove(0)),
        0 => Err(format!(
            "`{}` has no `*.safetensors` file",
            folder.display()
        )),
        count => Err(format!(
            "`{}` has {count} `*.safetensors` files, but weights in one file are expected",
            folder.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each file that is put in place makes the next one the first that is missing.
    #[test]
    fn what_a_folder_of_weights_lacks_is_named_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("minilm");
        let mut found = Vec::new();
        let mut note = |is_bert| {
            let text = lacks(&path, is_bert).unwrap_or("nothing".to_string());
            found.push(text.replace(&folder.path().display().to_string(), "weights"));
        };
        note(true);
        std::fs::create_dir(&path).unwrap();
        note(true);
        note(false);
        for file in [
            "config.json",
            "tokenizer.json",
            "model.safetensors",
            "more.safetensors",
        ] {
            std::fs::write(path.join(file), "").unwrap();
            note(true);
        }
        insta::assert_snapshot!(found.join("\n"));
    }
}
