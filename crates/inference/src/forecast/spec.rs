//! What a bundle knows of a model that continues series.

use std::sync::Arc;

use hob_data::forecast::{ForecastHead, ForecastPreprocessor, Panel, Place, Windows};
use hob_model::config::{CodeEncoder, SeriesConfig};
use serde::{Deserialize, Serialize};

use super::conformal::Conformal;
use super::dependence::Dependence;
use super::window_forecast::Decoder;

/// How a model that continues series answers. Its network has no heads: it gives some numbers for each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastSpec {
    /// How rows become windows.
    pub preprocessor: ForecastPreprocessor,
    /// Probabilities of the quantiles that are given, ascending.
    pub levels: Vec<f64>,
    /// What is added to the quantiles, where the recipe asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformal: Option<Conformal>,
    /// Whether no value of the training part is below 0. Then no forecast is.
    pub is_non_negative: bool,
    /// How the steps of a forecast go together.
    #[serde(default)]
    pub dependence: Dependence,
    /// The last steps of every series.
    pub history: Panel,
}

impl ForecastSpec {
    /// What the numbers of the network mean.
    pub fn decoder(&self) -> Decoder {
        let head = ForecastHead::from(&self.preprocessor.head);
        Decoder {
            conformal: self.conformal.clone(),
            ..Decoder::new(head, self.levels.clone(), self.is_non_negative)
        }
    }

    /// The shape of the network that reads these windows.
    pub fn series_config(&self) -> SeriesConfig {
        series_config(&self.preprocessor)
    }

    /// The first windows whose values are all stored, for a self-test; `None` if there is no such.
    pub fn example_windows(&self, count: usize) -> Option<Windows> {
        let horizon = self.preprocessor.horizon;
        let series = self.history.series.iter().enumerate();
        let places = series.filter(|(_, series)| series.target.len() > horizon);
        let places = places.map(|(place, series)| Place {
            series: place as u32,
            origin: (series.target.len() - horizon) as u32,
        });
        let places: Vec<Place> = places.take(count).collect();
        (!places.is_empty()).then(|| {
            let history = Arc::new(self.history.clone());
            self.preprocessor.windows(history, places)
        })
    }
}

/// The shape of the network for the windows of a preprocessor.
pub fn series_config(preprocessor: &ForecastPreprocessor) -> SeriesConfig {
    let layout = preprocessor.layout();
    SeriesConfig {
        context: layout.context,
        horizon: layout.horizon,
        past: layout.past.len(),
        future: layout.future.len(),
        static_numbers: layout.static_numbers.len(),
        static_codes: layout
            .static_codes
            .iter()
            .map(|code| CodeEncoder {
                cardinality: code.cardinality,
                dim: code.dim,
            })
            .collect(),
        params: ForecastHead::from(&preprocessor.head).params(),
    }
}
