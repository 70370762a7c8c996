//! PatchTST of Nie et al., "A Time Series is Worth 64 Words" (2023): patches of the window are the tokens of a transformer,
//! and one linear layer maps all of them to the horizon. Covariates that are known ahead are mapped step by step and added,
//! and so is what belongs to the series.
//!
//! Unlike the paper's, the layers normalise each token alone, and the window is not normalised once more: it comes in
//! units of its own.

use burn::{
    module::{Module, Param},
    nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{SeriesInput, linear::Covariates, parts::zero_linear};
use crate::{
    config::{BertConfig, PatchtstConfig, Pooling, SeriesConfig},
    summary::Summary,
    text::bert::Layer,
};

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Patchtst {
    /// `[patch, width]`
    pub embedding: Linear,
    /// `[patch, width]`, without bias: which steps are missing.
    pub missing: Linear,
    /// `[patches, width]`
    pub positions: Param<Tensor<2>>,
    /// From the first to the last.
    pub layers: Vec<Layer>,
    /// `[patches * width, horizon * params]`
    pub head: Linear,
    covariates: Covariates,
    dropout: Dropout,
    patch: usize,
    stride: usize,
}

impl PatchtstConfig {
    /// Patches of a window. The last ones reach beyond its end by up to `stride` steps, which equal the last one.
    pub(crate) fn patches(&self, context: usize) -> usize {
        (context - self.patch) / self.stride + 2
    }
}

impl Patchtst {
    pub(crate) fn new(config: &PatchtstConfig, series: &SeriesConfig, device: &Device) -> Self {
        let patches = config.patches(series.context);
        let uniform = Initializer::Uniform {
            min: -0.02,
            max: 0.02,
        };
        let layer = transformer(config, patches);
        Self {
            embedding: LinearConfig::new(config.patch, config.width).init(device),
            missing: zero_linear(config.patch, config.width, device),
            positions: uniform.init([patches, config.width], device),
            layers: (0..config.layers)
                .map(|_| Layer::new(&layer, device))
                .collect(),
            head: LinearConfig::new(patches * config.width, series.width()).init(device),
            covariates: Covariates::new(series, device),
            dropout: DropoutConfig::new(config.dropout).init(),
            patch: config.patch,
            stride: config.stride,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.head.weight.lazy_shape()[1]
    }

    /// `[batch, horizon * params]`
    pub fn forward(&self, input: &SeriesInput) -> Tensor<2> {
        let values = self.patches(input.values());
        let missing = self.patches(input.missing());
        let [batch, patches, _] = values.dims();
        let x = self.embedding.forward(values) + self.missing.forward(missing);
        let x = self.dropout.forward(x + self.positions.val().unsqueeze());
        // As in `text::bert`: a batch is a matrix with a row per token. No token is excluded.
        let width = x.dims()[2];
        let exclusion = Tensor::zeros([batch, 1, patches, patches], &x.device());
        let x = x.reshape([batch * patches, width]);
        let layers = self.layers.iter();
        let x = layers.fold(x, |x, layer| layer.forward(x, exclusion.clone()));
        let steps = self.head.forward(x.reshape([batch, patches * width]));
        self.covariates.add(steps, input)
    }

    /// `[batch, context]` to `[batch, patches, patch]`.
    fn patches(&self, steps: Tensor<2>) -> Tensor<3> {
        let context = steps.dims()[1];
        let end = steps.clone().narrow(1, context - 1, 1);
        let padded = Tensor::cat(vec![steps, end.repeat_dim(1, self.stride)], 1);
        padded.unfold(1, self.patch, self.stride)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let [patches, width] = self.positions.lazy_shape().dims();
        let shape = vec![patches, width];
        let kind = format!("linear, of {} steps", self.patch);
        let embedding = format!("{path}.embedding");
        summary.add(&embedding, &kind, shape.clone(), &self.embedding);
        let missing = format!("{path}.missing");
        let kind = "linear, of missing steps";
        summary.add(&missing, kind, shape.clone(), &self.missing);
        let positions = format!("{path}.positions");
        let kind = "added to each patch";
        summary.add_parameters(&positions, kind, shape.clone(), patches * width);
        for (index, layer) in self.layers.iter().enumerate() {
            let kind = format!("transformer layer, {} heads", layer.attention.heads());
            let path = format!("{path}.layers.{index}");
            summary.add(&path, &kind, shape.clone(), layer);
        }
        self.covariates.describe(path, summary);
        let kind = "linear, of all patches";
        summary.add(
            &format!("{path}.head"),
            kind,
            vec![self.width()],
            &self.head,
        );
    }
}

/// The settings of a layer of BERT, which this network's layers are.
fn transformer(config: &PatchtstConfig, patches: usize) -> BertConfig {
    BertConfig {
        width: config.width,
        layers: config.layers,
        heads: config.heads,
        feed_forward: config.feed_forward,
        activation: config.activation,
        max_tokens: patches,
        first_position: 0,
        segments: 0,
        epsilon: 1e-5,
        dropout: config.dropout,
        pooling: Pooling::Mean,
        normalize: false,
    }
}
