//! Networks for forecasts: windows of series to numbers per step of the horizon.
//!
//! | file | networks | recipe |
//! |---|---|---|
//! | [`linear`] | one linear map | `[model.dlinear]`, `[model.nlinear]` |
//! | [`stacks`] | blocks that explain what others left | `[model.nbeats]`, `[model.nhits]` |
//! | [`tcn`] | dilated convolutions | `[model.tcn]` |
//! | [`deepar`] | an LSTM that sees its own forecast | `[model.deepar]` |
//! | [`patchtst`] | a transformer over patches | `[model.patchtst]` |
//!
//! Each gives `[batch, horizon * params]`: the numbers of the first step, then those of the second, and so on. The first
//! number of a step is a location: a level that was subtracted from the window is added to it and to no other. Values are
//! in the units of the window, so 0 is a sensible guess for a missing one; what a network sees of a missing step beyond
//! that, it is told in so many words.

pub mod deepar;
pub mod linear;
pub mod lstm;
pub mod patchtst;
pub mod stacks;
pub mod tcn;

mod bases;
mod parts;

use burn::tensor::{Int, Tensor};

/// A batch of windows.
#[derive(Debug, Clone)]
pub struct SeriesInput {
    /// `[batch, context]`: the values, 0 where one is missing.
    pub past_target: Tensor<2>,
    /// `[batch, context]`: 1 for a value, 0 where it is missing.
    pub observed: Tensor<2>,
    /// `[batch, context, past]`
    pub past: Option<Tensor<3>>,
    /// `[batch, horizon, future]`
    pub future: Option<Tensor<3>>,
    /// `[batch, static_numbers]`
    pub static_numbers: Option<Tensor<2>>,
    /// `[batch, static_codes]`
    pub static_codes: Option<Tensor<2, Int>>,
    /// `[batch, horizon]`: the values to be forecast, 0 where unknown. In training, for networks that forecast a step from
    /// the one before it.
    pub target: Option<Tensor<2>>,
}

impl SeriesInput {
    /// `[batch, context]`: 0 where missing, whatever the input holds there.
    pub(crate) fn values(&self) -> Tensor<2> {
        self.past_target.clone() * self.observed.clone()
    }

    /// `[batch, context]`: 1 where missing.
    pub(crate) fn missing(&self) -> Tensor<2> {
        self.observed.clone().neg().add_scalar(1.0)
    }

    pub(crate) fn expect_past(&self) -> Tensor<3> {
        let past = self.past.as_ref();
        past.expect("the config has covariates of the past, so the input has them")
            .clone()
    }

    pub(crate) fn expect_future(&self) -> Tensor<3> {
        let future = self.future.as_ref();
        future
            .expect("the config has covariates of the future, so the input has them")
            .clone()
    }
}
