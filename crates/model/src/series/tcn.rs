//! A temporal convolutional network: the residual blocks of Bai et al., "An Empirical Evaluation of Generic Convolutional and
//! Recurrent Networks for Sequence Modeling" (2018), without their weight normalisation, and a decoder per step.
//!
//! Each step of the context becomes a vector of what stands at it and before it: a convolution looks at steps that are
//! `dilation` apart and never ahead. The vector of the last step and what belongs to the series are mapped to a vector for
//! each step of the horizon; what is known of that step is added, and a layer that all steps share gives the numbers.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use super::{
    SeriesInput,
    parts::{encode, part_of_linear, statics},
};
use crate::{
    config::{SeriesConfig, TcnConfig},
    encoder::FlatEncoder,
    summary::Summary,
};

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Tcn {
    statics: Option<FlatEncoder>,
    /// From the finest dilation to the coarsest.
    pub blocks: Vec<TcnBlock>,
    /// `[channels + statics, horizon * decoder]`
    pub steps: Linear,
    /// `[future, decoder]`, without bias.
    pub future: Option<Linear>,
    /// `[decoder, params]`
    pub output: Linear,
    dropout: Dropout,
    reads_past: bool,
}

/// `relu(x + dropout(relu(convolution(dropout(relu(convolution(x)))))))`
#[derive(Module, Debug)]
pub struct TcnBlock {
    convolution1: Convolution,
    convolution2: Convolution,
    /// On the way around, where the widths differ.
    around: Option<Linear>,
    dropout: Dropout,
}

/// Looks at a step and at those `dilation`, `2 * dilation` ... before it; zeros before the first.
#[derive(Module, Debug)]
pub struct Convolution {
    /// `[kernel * inputs, outputs]`, from the earliest step to the latest.
    pub linear: Linear,
    kernel: usize,
    dilation: usize,
}

impl Tcn {
    pub(crate) fn new(config: &TcnConfig, series: &SeriesConfig, device: &Device) -> Self {
        let statics = statics(series, device);
        // Value and whether it is missing.
        let mut inputs = 2 + series.past;
        let mut blocks = Vec::with_capacity(config.dilations.len());
        for &dilation in &config.dilations {
            blocks.push(TcnBlock::new(config, inputs, dilation, device));
            inputs = config.channels;
        }
        let state = config.channels + statics.as_ref().map_or(0, FlatEncoder::width);
        let all = state + series.future;
        let steps = (state, series.horizon * config.decoder);
        let future = (series.future, config.decoder);
        Self {
            statics,
            blocks,
            steps: part_of_linear(steps, all, true, device),
            future: (series.future > 0).then(|| part_of_linear(future, all, false, device)),
            output: LinearConfig::new(config.decoder, series.params).init(device),
            dropout: DropoutConfig::new(config.dropout).init(),
            reads_past: series.past > 0,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.horizon() * self.output.weight.lazy_shape()[1]
    }

    fn horizon(&self) -> usize {
        self.steps.weight.lazy_shape()[1] / self.decoder()
    }

    fn decoder(&self) -> usize {
        self.output.weight.lazy_shape()[0]
    }

    /// `[batch, horizon * params]`
    pub fn forward(&self, input: &SeriesInput) -> Tensor<2> {
        let states = self.states(input);
        let last = states.dims()[1] - 1;
        let mut state = states.narrow(1, last, 1).squeeze_dim::<2>(1);
        if let Some(statics) = &self.statics {
            state = Tensor::cat(vec![state, encode(statics, input)], 1);
        }
        let batch = state.dims()[0];
        let shape = [batch, self.horizon(), self.decoder()];
        let mut steps = self.steps.forward(state).reshape(shape);
        if let Some(future) = &self.future {
            steps = steps + future.forward(input.expect_future());
        }
        let output = self.output.forward(self.dropout.forward(relu(steps)));
        output.flatten(1, 2)
    }

    /// A vector for each step of the context, `[batch, context, channels]`.
    pub fn states(&self, input: &SeriesInput) -> Tensor<3> {
        let lane = |steps: Tensor<2>| steps.unsqueeze_dim::<3>(2);
        let mut lanes = vec![lane(input.values()), lane(input.missing())];
        if self.reads_past {
            lanes.push(input.expect_past());
        }
        let blocks = self.blocks.iter();
        blocks.fold(Tensor::cat(lanes, 2), |x, block| block.forward(x))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        for (index, block) in self.blocks.iter().enumerate() {
            block.describe(&format!("{path}.blocks.{index}"), summary);
        }
        if let Some(statics) = &self.statics {
            statics.describe(&format!("{path}.statics"), summary);
        }
        let shape = vec![self.horizon(), self.decoder()];
        let kind = "linear, of the last step";
        summary.add(&format!("{path}.steps"), kind, shape.clone(), &self.steps);
        if let Some(future) = &self.future {
            let kind = "linear, of what is known of each step, relu";
            summary.add(&format!("{path}.future"), kind, shape, future);
        }
        let output = format!("{path}.output");
        let kind = "linear, per step";
        summary.add(&output, kind, vec![self.width()], &self.output);
    }
}

impl TcnBlock {
    fn new(config: &TcnConfig, inputs: usize, dilation: usize, device: &Device) -> Self {
        let channels = config.channels;
        let convolution = |inputs: usize| Convolution {
            linear: LinearConfig::new(config.kernel * inputs, channels).init(device),
            kernel: config.kernel,
            dilation,
        };
        Self {
            convolution1: convolution(inputs),
            convolution2: convolution(channels),
            around: (inputs != channels).then(|| LinearConfig::new(inputs, channels).init(device)),
            dropout: DropoutConfig::new(config.dropout).init(),
        }
    }

    /// `[batch, steps, inputs]` to `[batch, steps, channels]`.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let around = match &self.around {
            Some(around) => around.forward(x.clone()),
            None => x.clone(),
        };
        let x = self.dropout.forward(relu(self.convolution1.forward(x)));
        let x = self.dropout.forward(relu(self.convolution2.forward(x)));
        relu(around + x)
    }

    fn describe(&self, path: &str, summary: &mut Summary) {
        let shape = vec![self.convolution1.linear.weight.lazy_shape()[1]];
        let mut add = |name: &str, convolution: &Convolution| {
            let (kernel, dilation) = (convolution.kernel, convolution.dilation);
            let kind = format!("convolution over {kernel} steps, {dilation} apart, relu");
            let path = format!("{path}.{name}");
            summary.add(&path, &kind, shape.clone(), convolution);
        };
        add("convolution1", &self.convolution1);
        add("convolution2", &self.convolution2);
        if let Some(around) = &self.around {
            summary.add(&format!("{path}.around"), "linear, per step", shape, around);
        }
    }
}

impl Convolution {
    /// The steps that it looks at are laid side by side and multiplied at once, as in [`text::cnn`](crate::text::cnn).
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, steps, inputs] = x.dims();
        if self.kernel == 1 {
            return self.linear.forward(x);
        }
        let before = (self.kernel - 1) * self.dilation;
        let edge = Tensor::zeros([batch, before, inputs], &x.device());
        let padded = Tensor::cat(vec![edge, x], 1);
        let shifted = |tap: usize| padded.clone().narrow(1, tap * self.dilation, steps);
        let taps = (0..self.kernel).map(shifted).collect();
        self.linear.forward(Tensor::cat(taps, 2))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;

    #[test]
    fn a_step_knows_nothing_of_later_ones() {
        let device = Device::flex();
        let series = SeriesConfig {
            context: 20,
            horizon: 2,
            params: 1,
            ..Default::default()
        };
        let config = TcnConfig {
            channels: 4,
            ..Default::default()
        };
        let tcn = Tcn::new(&config, &series, &device);
        let states = |change: f32| {
            let values = (0..20).map(|i| (i as f32).sin() + if i > 12 { change } else { 0.0 });
            let input = SeriesInput {
                past_target: Tensor::from_data(TensorData::new(values.collect(), [1, 20]), &device),
                observed: Tensor::ones([1, 20], &device),
                past: None,
                future: None,
                static_numbers: None,
                static_codes: None,
                target: None,
            };
            let states = tcn.states(&input).try_into_vec_as::<f32>().unwrap();
            (states[..13 * 4].to_vec(), states[13 * 4..].to_vec())
        };
        let ((before, after), (same, other)) = (states(0.0), states(1.0));
        assert_eq!(before, same);
        assert_ne!(after, other);
    }
}
