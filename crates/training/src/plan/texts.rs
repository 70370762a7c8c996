//! What reads the texts of a plan: the shape of each encoder, and where its first weights come from.

use std::path::{Path, PathBuf};

use hob_data::config::{
    BertEncoder, Freeze, InputConfig, Pooling, RnnCell, TextConfig, TextEncoderConfig,
};
use hob_data::features::{FeatureLayout, TextFeature};
use hob_model::config::{self as model, BertConfig, TextNetwork};
use hob_model::pretrained;

use super::weights_folder::weights_file;
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
    /// Whether an output tags words of its texts.
    pub is_tagged: bool,
}

pub(super) fn encoder_key(place: usize) -> KeyPath {
    KeyPath::root()
        .key("inputs")
        .index(place)
        .key("text")
        .key("encoder")
}

/// The encoders of all text columns, each once: those that encode each text once come first, so that their vectors stand
/// before those of trained encoders in the network that is trained. Otherwise in the order of the columns.
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
        let columns = columns.filter(|other| other.group == feature.group);
        let is_tagged = columns.clone().any(|other| other.tagged);
        let (place, config) = text_config(recipe, &feature.column);
        match shape(&config, feature, folder) {
            Ok((network, weights)) => encoders.push(PlannedTextEncoder {
                columns: columns.map(|other| other.column.clone()).collect(),
                is_tagged,
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
    encoders.sort_by_key(|encoder| !encoder.encodes_once());
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

fn pooling(pooling: Pooling) -> model::Pooling {
    match pooling {
        Pooling::Mean => model::Pooling::Mean,
        Pooling::Max => model::Pooling::Max,
        Pooling::Cls => model::Pooling::Cls,
    }
}
