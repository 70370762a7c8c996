//! Series continued: what a network says about windows becomes quantiles in the units of the target.
//!
//! ```text
//! Windows --network--> numbers per step --head, calibration, transform--> WindowForecast --Dependence--> joint paths
//! ```

mod columns;
mod conformal;
mod dependence;
mod forecaster;
mod sampled;
mod spec;
mod window_forecast;

pub use self::{
    conformal::{CalibrationWindow, Conformal, ConformalError},
    dependence::{Dependence, paths},
    forecaster::{Forecaster, requests},
    spec::{ForecastSpec, series_config},
    window_forecast::{Decoder, WindowForecast},
};
