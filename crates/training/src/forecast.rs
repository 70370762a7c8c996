//! Series continued: `[forecast]` of a recipe.
//!
//! ```text
//! table --hob_data::forecast--> panel of series --windows by time--> training, validation, test
//! network per window --numbers per step--> quantiles --backtest--> metrics beside classical forecasts
//! ```
//!
//! A row of the training loop is a window: a series and the step at which its forecast begins. Its network has no heads.

mod backtest;
pub mod baselines;
mod columns;
mod judge;
pub mod metrics;
mod plan;
mod result;

pub(crate) use backtest::{Backtest, decoder, headline};
pub(crate) use columns::keyed_columns;
pub use judge::{ForecastJudgement, judge};
pub use plan::PlannedForecast;
pub(crate) use plan::{read, requests, warnings};
pub use result::{Fan, ForecastDetail, OtherForecast};

/// The kind of output in `result.json`.
pub const KIND: &str = "forecast";
