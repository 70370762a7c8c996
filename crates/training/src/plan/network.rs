//! From features and outputs to the shape of the network.

use hob_data::config::NumberEmbedding;
use hob_data::features::{FeatureLayout, NumberFeature};
use hob_model::config::{
    BodyConfig, CodeEncoder, HeadConfig, InputsConfig, NetworkConfig, NumberEncoder,
};

use super::PlannedOutput;

/// The network for these features and outputs.
pub(crate) fn network(
    layout: &FeatureLayout,
    body: &BodyConfig,
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
        },
        body: body.clone(),
        heads: outputs
            .iter()
            .map(|output| HeadConfig {
                name: output.config.column.clone(),
                width: output.encoder.width(),
            })
            .collect(),
    }
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
