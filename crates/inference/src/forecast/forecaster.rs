//! A bundle that continues series, ready to answer.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use hob_data::config::ForecastColumn;
use hob_data::features::{Features, Matrix};
use hob_data::forecast::{ForecastColumns, Panel, PanelReport, Windows};
use hob_data::source::{ColumnRequest, ReadOptions};
use hob_data::table::Table;
use hob_model::config::SeriesConfig;
use hob_model::{ModelError, Network, weights};

use super::spec::ForecastSpec;
use super::window_forecast::WindowForecast;
use crate::bundle::Bundle;
use crate::error::InferenceError;
use crate::manifest::Manifest;
use crate::model::ModelKind;
use crate::predictor::SELF_TEST_TOLERANCE;
use crate::{device, raw_outputs};

/// A bundle whose network is built and tested.
#[derive(Debug)]
pub struct Forecaster {
    manifest: Manifest,
    spec: ForecastSpec,
    network: Network,
    device: Device,
    device_name: &'static str,
}

impl Forecaster {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle or of a model of another kind, the device cannot be used, or the self-test fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        Self::new(bundle, device).map_err(|error| error.of_bundle(path))
    }

    /// Builds the network of a bundle and runs its self-test.
    ///
    /// # Errors
    /// The weights do not fit, the model is of another kind, the device cannot be used, or the self-test fails.
    pub fn new(bundle: Bundle, device: Option<&str>) -> Result<Self, InferenceError> {
        let mut manifest = bundle.manifest;
        let Some(spec) = manifest.forecast.take() else {
            return Err(InferenceError::OtherKind {
                found: ModelKind::of(&manifest),
                asked: ModelKind::Forecaster,
                name: manifest.name,
            });
        };
        check(&spec, manifest.network.inputs.series.as_ref())?;
        let (device_name, device) = device::device(device)?;
        let network = weights::from_bytes(&manifest.network, bundle.weights, &device)?;
        let forecaster = Self {
            manifest,
            spec,
            network,
            device,
            device_name,
        };
        forecaster.self_test()?;
        Ok(forecaster)
    }

    /// What the bundle says about itself, without [`Self::spec`].
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How it forecasts.
    pub fn spec(&self) -> &ForecastSpec {
        &self.spec
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Where the network runs.
    pub fn device(&self) -> &'static str {
        self.device_name
    }

    /// The same as Burn knows it.
    pub fn burn_device(&self) -> &Device {
        &self.device
    }

    /// The columns of new rows. Only time, series and what is known in advance must be there; rows without a target are
    /// the future.
    pub fn requests(&self) -> Vec<ColumnRequest> {
        let reading = &self.manifest.reading;
        requests(
            &self.spec.preprocessor.columns,
            &reading.hashed,
            &reading.salt,
        )
    }

    /// How to read them.
    pub fn read_options(&self) -> ReadOptions {
        self.manifest.reading.options()
    }

    /// A window for every series that the bundle knows, from where its data ended.
    ///
    /// # Errors
    /// The model needs columns that are known in advance: rows of the future must be given.
    pub fn stored_windows(&self) -> Result<Windows, InferenceError> {
        self.windows(self.spec.history.clone())
    }

    /// A window for every series of new rows, and what was done to these. They go on where the stored history ends; a row
    /// at a step of the history takes its place. Rows without a target after the last target are the future.
    ///
    /// # Errors
    /// Rows that cannot be series, such as times between steps, or a column that must be known in advance and is not.
    pub fn windows_of_rows(&self, table: &Table) -> Result<(Windows, PanelReport), InferenceError> {
        let fitted = &self.spec.preprocessor;
        let (panel, report) = fitted.continued(&self.spec.history, table)?;
        Ok((self.windows(panel)?, report))
    }

    fn windows(&self, panel: Panel) -> Result<Windows, InferenceError> {
        Ok(self.spec.preprocessor.forecast_windows(Arc::new(panel))?)
    }

    /// Forecasts windows.
    pub fn forecast(&self, windows: &Windows) -> Vec<WindowForecast> {
        self.spec
            .decoder()
            .forecasts(&self.network, windows, &self.device)
    }

    /// Computes the stored examples again.
    fn self_test(&self) -> Result<(), InferenceError> {
        let examples = &self.manifest.examples;
        let Some(windows) = self.spec.example_windows(examples.len()) else {
            return Ok(());
        };
        let features = Features::of_windows(windows);
        let raw = raw_outputs(&self.network, &features, &self.device);
        let raw: &Matrix<f32> = &raw[0];
        for (example, stored) in examples.iter().enumerate().take(features.num_rows) {
            let expected = stored.expected.iter().flatten();
            for (&found, &expected) in raw.row(example).iter().zip(expected) {
                // Written so that NaN fails.
                let close =
                    (found - expected).abs() <= SELF_TEST_TOLERANCE * (1.0 + expected.abs());
                if !close {
                    return Err(InferenceError::SelfTest {
                        example,
                        output: self.spec.preprocessor.columns.target.clone(),
                        expected,
                        found,
                    });
                }
            }
        }
        Ok(())
    }
}

/// The columns to read for series.
pub fn requests(columns: &ForecastColumns, hashed: &[String], salt: &str) -> Vec<ColumnRequest> {
    let request = |(name, usage): (&str, ForecastColumn)| ColumnRequest {
        name: name.to_string(),
        kind: usage.kind(&columns.time_formats),
        required: matches!(
            usage,
            ForecastColumn::Time | ForecastColumn::Series | ForecastColumn::Known
        ),
        hash_salt: hashed
            .iter()
            .any(|column| column == name)
            .then(|| salt.to_string()),
    };
    columns.columns().into_iter().map(request).collect()
}

/// Whether the parts of a bundle belong together. What passes cannot make forecasting panic.
fn check(spec: &ForecastSpec, network: Option<&SeriesConfig>) -> Result<(), ModelError> {
    let wrong = |field: &str, reason: &str| ModelError::Config {
        field: field.to_string(),
        reason: reason.to_string(),
    };
    let expected = spec.series_config();
    if network != Some(&expected) {
        return Err(wrong(
            "inputs.series",
            "differ from the columns of the bundle",
        ));
    }
    let levels = &spec.levels;
    let is_probability = |level: &f64| *level > 0.0 && *level < 1.0;
    if levels.is_empty()
        || !levels.iter().all(is_probability)
        || levels.windows(2).any(|pair| pair[0] >= pair[1])
    {
        return Err(wrong("levels", "are not probabilities in ascending order"));
    }
    match spec.preprocessor.is_consistent(&spec.history) {
        true => Ok(()),
        false => Err(wrong("forecast", "has parts that do not belong together")),
    }
}
