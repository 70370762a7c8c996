//! DLinear and NLinear of Zeng et al., "Are Transformers Effective for Time Series Forecasting?" (2023): one linear map from
//! the steps of the context to those of the horizon. Covariates that are known ahead are mapped step by step, all steps with
//! the same weights, and so is what belongs to the series.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{
    SeriesInput,
    parts::{add_level, constant, encode, last_observed, part_of_linear, statics},
};
use crate::{
    config::{DlinearConfig, SeriesConfig},
    encoder::FlatEncoder,
    summary::Summary,
};

/// Trend and remainder, each with a linear map of its own.
///
/// The trend at a step is the mean of the observed values around it, where the first and last step stand for those beyond
/// the ends. A missing value is taken to lie on the trend.
#[derive(Module, Debug)]
pub struct Dlinear {
    /// `[context, context]`: column `t` has the weights of all steps in the mean at `t`. A constant, not a weight.
    average: Tensor<2>,
    /// `[context, horizon * params]`
    pub trend: Linear,
    /// `[context, horizon * params]`
    pub remainder: Linear,
    covariates: Covariates,
}

/// The last observed value is subtracted before the linear map and added to the location after it. A missing value is
/// taken to equal the last observed one.
#[derive(Module, Debug)]
pub struct Nlinear {
    /// `[context, horizon * params]`
    pub linear: Linear,
    covariates: Covariates,
    params: usize,
}

impl Dlinear {
    pub(crate) fn new(config: &DlinearConfig, series: &SeriesConfig, device: &Device) -> Self {
        let linear = || LinearConfig::new(series.context, series.width()).init(device);
        Self {
            average: average(config.kernel, series.context, device),
            trend: linear(),
            remainder: linear(),
            covariates: Covariates::new(series, device),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.trend.weight.lazy_shape()[1]
    }

    /// `[batch, horizon * params]`
    pub fn forward(&self, input: &SeriesInput) -> Tensor<2> {
        let values = input.values();
        let observed = input.observed.clone();
        let average = self.average.clone();
        let share = observed.clone().matmul(average.clone()).clamp_min(1e-6);
        let trend = values.clone().matmul(average) / share;
        let remainder = (values - trend.clone()) * observed;
        let steps = self.trend.forward(trend) + self.remainder.forward(remainder);
        self.covariates.add(steps, input)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        self.covariates.describe(path, summary);
        let shape = vec![self.width()];
        let trend = format!("{path}.trend");
        summary.add(&trend, "linear, of the trend", shape.clone(), &self.trend);
        let remainder = format!("{path}.remainder");
        summary.add(
            &remainder,
            "linear, of the remainder",
            shape,
            &self.remainder,
        );
    }
}

impl Nlinear {
    pub(crate) fn new(series: &SeriesConfig, device: &Device) -> Self {
        Self {
            linear: LinearConfig::new(series.context, series.width()).init(device),
            covariates: Covariates::new(series, device),
            params: series.params,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.linear.weight.lazy_shape()[1]
    }

    /// `[batch, horizon * params]`
    pub fn forward(&self, input: &SeriesInput) -> Tensor<2> {
        let (values, observed) = (input.values(), input.observed.clone());
        let last = last_observed(values.clone(), observed.clone());
        let steps = self.linear.forward((values - last.clone()) * observed);
        self.covariates
            .add(add_level(steps, last, self.params), input)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        self.covariates.describe(path, summary);
        let linear = format!("{path}.linear");
        let kind = "linear, since the last value";
        summary.add(&linear, kind, vec![self.width()], &self.linear);
    }
}

/// What is added to the forecast of a step.
#[derive(Module, Debug)]
pub struct Covariates {
    /// `[future, params]`, without bias.
    future: Option<Linear>,
    statics: Option<FlatEncoder>,
    /// `[statics, params]`, without bias.
    level: Option<Linear>,
}

impl Covariates {
    pub(super) fn new(series: &SeriesConfig, device: &Device) -> Self {
        let statics = statics(series, device);
        let static_width = statics.as_ref().map_or(0, FlatEncoder::width);
        let linear = |inputs: usize| {
            let all = series.future + static_width;
            (inputs > 0).then(|| part_of_linear((inputs, series.params), all, false, device))
        };
        Self {
            future: linear(series.future),
            statics,
            level: linear(static_width),
        }
    }

    /// To `[batch, horizon * params]`.
    pub(super) fn add(&self, mut steps: Tensor<2>, input: &SeriesInput) -> Tensor<2> {
        let [batch, width] = steps.dims();
        if let Some(future) = &self.future {
            let added = future.forward(input.expect_future());
            steps = steps + added.reshape([batch, width]);
        }
        if let (Some(statics), Some(level)) = (&self.statics, &self.level) {
            let added = level.forward(encode(statics, input));
            let horizon = width / added.dims()[1];
            steps = steps + added.repeat_dim(1, horizon);
        }
        steps
    }

    pub(super) fn describe(&self, path: &str, summary: &mut Summary) {
        let path = format!("{path}.covariates");
        if let Some(future) = &self.future {
            let shape = vec![future.weight.lazy_shape()[1]];
            let kind = "linear, of what is known of each step";
            summary.add(&format!("{path}.future"), kind, shape, future);
        }
        if let (Some(statics), Some(level)) = (&self.statics, &self.level) {
            statics.describe(&format!("{path}.statics"), summary);
            let shape = vec![level.weight.lazy_shape()[1]];
            summary.add(&format!("{path}.level"), "linear, all steps", shape, level);
        }
    }
}

/// The moving average over `kernel` steps as a matrix, `[context, context]`.
fn average(kernel: usize, context: usize, device: &Device) -> Tensor<2> {
    let half = kernel / 2;
    let mut weights = vec![0.0; context * context];
    for step in 0..context {
        for place in step..step + kernel {
            let seen = place.saturating_sub(half).min(context - 1);
            weights[seen * context + step] += 1.0 / kernel as f32;
        }
    }
    constant(weights, [context, context], device)
}
