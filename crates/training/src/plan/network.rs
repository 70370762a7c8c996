//! From features and outputs to the shape of the network.

use hob_data::config::NumberEmbedding;
use hob_data::features::{FeatureLayout, NumberFeature};
use hob_model::config::{
    BodyConfig, CodeEncoder, HeadConfig, InputsConfig, NetworkConfig, NumberEncoder,
};

use super::PlannedOutput;
use super::texts::{self, PlannedTextEncoder};

/// The network for these features and outputs.
pub(crate) fn network(
    layout: &FeatureLayout,
    text_encoders: &[PlannedTextEncoder],
    body: Option<&BodyConfig>,
    outputs: &[PlannedOutput],
) -> NetworkConfig {
    NetworkConfig {
        inputs: InputsConfig {
            numbers: layout.numbers.iter().map(number_encoder).collect(),
            dense: layout.dense.iter().map(|block| block.width).collect(),
            codes: layout
                .codes
                .iter()
                .map(|code| CodeEncoder {
                    cardinality: code.cardinality,
                    dim: code.dim,
                })
                .collect(),
            text_encoders: text_encoders
                .iter()
                .map(|encoder| encoder.network.clone())
                .collect(),
            texts: texts::readers(layout, text_encoders),
            series: None,
            interactions: None,
        },
        body: body.cloned().unwrap_or_default(),
        heads: outputs
            .iter()
            .map(|output| HeadConfig {
                name: output.config.column.clone(),
                width: output.encoder.width(),
                words_of: words_of(output, layout),
            })
            .collect(),
    }
}

/// The text column whose words an output tags.
fn words_of(output: &PlannedOutput, layout: &FeatureLayout) -> Option<usize> {
    let tags = output.config.tags.as_ref()?;
    layout
        .texts
        .iter()
        .position(|text| text.column == tags.text)
}

fn number_encoder(feature: &NumberFeature) -> NumberEncoder {
    match &feature.embedding {
        NumberEmbedding::Plain => NumberEncoder::Plain,
        NumberEmbedding::Periodic(config) => NumberEncoder::Periodic {
            dim: config.dim,
            frequencies: config.frequencies,
            sigma: config.sigma,
            lite: config.lite,
        },
        NumberEmbedding::PiecewiseLinear(config) => NumberEncoder::PiecewiseLinear {
            dim: config.dim,
            edges: feature.edges.clone(),
        },
    }
}
