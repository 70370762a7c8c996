//! What reads the texts of a plan: the shape of each encoder, and where its first weights come from.

use std::path::{Path, PathBuf};

use hob_data::config::{
    BertEncoder, Freeze, InputConfig, Pooling, RnnCell, TextConfig, TextEncoderConfig,
};
use hob_data::features::{FeatureLayout, TextFeature};
use hob_model::config::{self as model, BertConfig, TextNetwork};
use hob_model::pretrained;

use crate::recipe::{Finding, KeyPath, Recipe};

/// An encoder of texts.
#[derive(Debug, Clone)]
pub struct PlannedTextEncoder {
    /// The columns that it reads.
    pub columns: Vec<String>,
    /// As in the recipe.
    pub config: TextConfig,
    /// Its shape.
    pub network: model::TextEncoderConfig,
    /// The file of its pretrained weights.
    pub weights: Option<PathBuf>,
    /// The folder of the word vectors it starts from.
    pub word_vectors: Option<PathBuf>,
}

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

fn encoder_key(place: usize) -> KeyPath {
    KeyPath::root()
        .key("inputs")
        .index(place)
        .key("text")
        .key("encoder")
}

/// The encoders of all text columns, each once, in the order of the columns.
pub(crate) fn encoders(
    recipe: &Recipe,
    layout: &FeatureLayout,
    folder: &Path,
) -> Result<Vec<PlannedTextEncoder>, Vec<Finding>> {
    let mut encoders: Vec<PlannedTextEncoder> = Vec::new();
    let mut found = Vec::new();
    for feature in &layout.texts {
        if feature.group != feature.column {
            continue;
        }
        let columns = layout.texts.iter();
        let columns = columns
            .filter(|other| other.group == feature.group)
            .map(|other| other.column.clone());
        let (place, config) = text_config(recipe, &feature.column);
        match shape(&config, feature, folder) {
            Ok((network, weights)) => encoders.push(PlannedTextEncoder {
                columns: columns.collect(),
                word_vectors: match &config.encoder {
                    TextEncoderConfig::Cnn(cnn) => cnn.word_vectors.as_ref(),
                    TextEncoderConfig::Rnn(rnn) => rnn.word_vectors.as_ref(),
                    _ => None,
                }
                .map(|name| folder.join(name)),
                config,
                network,
                weights,
            }),
            Err(message) => found.push(Finding::error(encoder_key(place), message)),
        }
    }
    if found.is_empty() {
        Ok(encoders)
    } else {
        Err(found)
    }
}

/// Which encoder reads each text column.
pub(crate) fn readers(layout: &FeatureLayout, encoders: &[PlannedTextEncoder]) -> Vec<usize> {
    let reader = |feature: &TextFeature| {
        encoders
            .iter()
            .position(|encoder| encoder.columns.contains(&feature.column))
            .expect("every text column has its encoder")
    };
    layout.texts.iter().map(reader).collect()
}

/// The settings of a text column. A column whose type was inferred has the default ones.
fn text_config(recipe: &Recipe, column: &str) -> (usize, TextConfig) {
    let names = |input: &InputConfig| {
        input.column.as_deref() == Some(column)
            || input.columns.iter().flatten().any(|name| name == column)
    };
    let place = recipe.inputs.iter().position(names).unwrap_or(0);
    let config = recipe
        .inputs
        .get(place)
        .and_then(|input| input.text.clone());
    (place, config.unwrap_or_default())
}

/// The shape of an encoder, and the file of its weights if it is pretrained.
fn shape(
    config: &TextConfig,
    feature: &TextFeature,
    folder: &Path,
) -> Result<(model::TextEncoderConfig, Option<PathBuf>), String> {
    let network = match &config.encoder {
        TextEncoderConfig::Bag(bag) => TextNetwork::Bag {
            dim: bag.dim,
            dropout: bag.dropout,
        },
        TextEncoderConfig::Cnn(cnn) => TextNetwork::Cnn {
            dim: cnn.dim,
            filters: cnn.filters,
            widths: cnn.widths.clone(),
            dropout: cnn.dropout,
        },
        TextEncoderConfig::Rnn(rnn) => TextNetwork::Rnn {
            cell: match rnn.cell {
                RnnCell::Lstm => model::RnnCell::Lstm,
                RnnCell::Gru => model::RnnCell::Gru,
            },
            dim: rnn.dim,
            hidden: rnn.hidden,
            bidirectional: rnn.bidirectional,
            pooling: pooling(rnn.pooling),
            dropout: rnn.dropout,
        },
        TextEncoderConfig::Transformer(transformer) => TextNetwork::Bert(BertConfig {
            width: transformer.width,
            layers: transformer.layers,
            heads: transformer.heads,
            feed_forward: transformer.feed_forward,
            activation: model::Activation::Gelu,
            max_tokens: config.max_tokens,
            first_position: 0,
            segments: 0,
            epsilon: 1e-12,
            dropout: transformer.dropout,
            pooling: pooling(transformer.pooling),
            normalize: false,
        }),
        TextEncoderConfig::Bert(bert) => return pretrained_shape(bert, config, feature, folder),
    };
    let vocabulary = feature.vocabulary;
    Ok((
        model::TextEncoderConfig {
            vocabulary,
            network,
        },
        None,
    ))
}

fn pretrained_shape(
    bert: &BertEncoder,
    config: &TextConfig,
    feature: &TextFeature,
    folder: &Path,
) -> Result<(model::TextEncoderConfig, Option<PathBuf>), String> {
    let folder = folder.join(&bert.weights);
    let path = folder.join("config.json");
    let json = std::fs::read(&path)
        .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let (shape, vocabulary) =
        pretrained::bert_config(&json, pooling(bert.pooling), bert.normalize, bert.dropout)
            .map_err(|error| format!("`{}`: {error}", path.display()))?;
    if feature.vocabulary > vocabulary {
        return Err(format!(
            "the tokenizer of `{}` has {} tokens, but its weights know {vocabulary}: they do not belong together",
            folder.display(),
            feature.vocabulary
        ));
    }
    if config.max_tokens > shape.max_tokens {
        return Err(format!(
            "`max_tokens` is {}, but this model reads at most {} tokens",
            config.max_tokens, shape.max_tokens
        ));
    }
    if let Freeze::Layers(layers) = bert.freeze
        && layers > shape.layers
    {
        return Err(format!(
            "`freeze` names {layers} layers, but this model has {}",
            shape.layers
        ));
    }
    if let Some(lora) = &bert.lora
        && lora.rank >= shape.width
    {
        return Err(format!(
            "`lora.rank` is {}, but the matrices of this model have {} rows: adapters would be no smaller than they",
            lora.rank, shape.width
        ));
    }
    let weights = weights_file(&folder)?;
    let network = TextNetwork::Bert(shape);
    Ok((
        model::TextEncoderConfig {
            vocabulary,
            network,
        },
        Some(weights),
    ))
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

fn pooling(pooling: Pooling) -> model::Pooling {
    match pooling {
        Pooling::Mean => model::Pooling::Mean,
        Pooling::Max => model::Pooling::Max,
        Pooling::Cls => model::Pooling::Cls,
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
