//! Whether the parts of a bundle belong together. What passes cannot make a prediction panic.

use hob_data::features::{FeatureLayout, TextFeature};
use hob_data::target::TargetKind;
use hob_model::ModelError;
use hob_model::config::{HeadConfig, InputsConfig, TextNetwork};

use crate::manifest::{Manifest, OutputSpec};
use crate::scope::ScopeScore;

/// Whether the parts of a manifest belong together. What passes cannot make encoding or decoding panic.
pub(super) fn check(manifest: &Manifest) -> Result<(), ModelError> {
    let (layout, inputs) = (manifest.inputs.layout(), &manifest.network.inputs);
    if !layout_fits(&layout, inputs) {
        return Err(ModelError::Config {
            field: "inputs".to_string(),
            reason: "differ from the columns of the bundle".to_string(),
        });
    }
    for (output, head) in manifest.outputs.iter().zip(&manifest.network.heads) {
        if output.encoder.width() != head.width {
            return Err(ModelError::Config {
                field: format!("heads.{}", head.name),
                reason: format!(
                    "has {} numbers, its output needs {}",
                    head.width,
                    output.encoder.width()
                ),
            });
        }
        check_words(output, head, &layout)?;
    }
    Ok(())
}

/// Whether a network reads what these columns become.
pub(crate) fn layout_fits(layout: &FeatureLayout, inputs: &InputsConfig) -> bool {
    let dense: Vec<usize> = layout.dense.iter().map(|block| block.width).collect();
    let cardinalities = inputs.codes.iter().map(|code| code.cardinality);
    let codes = layout.codes.iter().map(|code| code.cardinality);
    layout.numbers.len() == inputs.numbers.len()
        && dense == inputs.dense
        && codes.eq(cardinalities)
        && texts_fit(layout, inputs)
}

/// Whether a head labels the words of the text that its output names, if it labels words.
fn check_words(
    output: &OutputSpec,
    head: &HeadConfig,
    layout: &FeatureLayout,
) -> Result<(), ModelError> {
    let tagged = match &output.encoder.kind {
        TargetKind::Tags(target) => Some(&target.text),
        _ => None,
    };
    let read = head.words_of.map(|column| layout.texts.get(column));
    let fits = match (tagged, read) {
        (None, None) => true,
        (Some(tagged), Some(Some(text))) => text.tagged && text.column == *tagged,
        _ => false,
    };
    match fits {
        true => Ok(()),
        false => Err(ModelError::Config {
            field: format!("heads.{}.words_of", head.name),
            reason: "is not the text that the output names".to_string(),
        }),
    }
}

/// Whether each text column is read by an encoder that knows its tokens.
fn texts_fit(layout: &FeatureLayout, inputs: &InputsConfig) -> bool {
    let fits = |(feature, &reader): (&TextFeature, &usize)| {
        let Some(encoder) = inputs.text_encoders.get(reader) else {
            return false;
        };
        let longest = match &encoder.network {
            TextNetwork::Bert(bert) => bert.max_tokens,
            _ => usize::MAX,
        };
        feature.vocabulary <= encoder.vocabulary
            && feature.max_tokens <= longest
            && feature.bag == matches!(encoder.network, TextNetwork::Bag { .. })
    };
    layout.texts.len() == inputs.texts.len() && layout.texts.iter().zip(&inputs.texts).all(fits)
}

/// Whether the class centers of an output are those of its network's hidden layer.
pub(super) fn scope_fits(output: &OutputSpec, width: usize) -> bool {
    match output.scope.as_ref().map(|scope| &scope.score) {
        Some(ScopeScore::Distance(centers)) => {
            let centers_width = centers.width;
            let (centers, weights) = (&centers.centers, &centers.weights);
            width > 0
                && centers_width == width
                && weights.len() == width
                && centers.len().is_multiple_of(width)
        }
        _ => true,
    }
}
