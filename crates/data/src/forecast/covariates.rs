//! Covariates in the units of the network, fitted on the training steps.

use serde::{Deserialize, Serialize};

use super::panel::{Panel, Series};
use crate::features::Matrix;
use crate::preprocess::Vocabulary;

/// `(value - mean) / deviation`. A missing value becomes 0, the mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StandardScaling {
    /// Of the training steps.
    pub mean: f64,
    /// Of the training steps, population; 1 for a constant column.
    pub deviation: f64,
}

impl StandardScaling {
    /// Of values that are not NaN.
    pub fn fit(values: impl Iterator<Item = f32> + Clone) -> Self {
        let values = values.filter(|value| !value.is_nan()).map(f64::from);
        let (count, sum) = values
            .clone()
            .fold((0u64, 0.0), |(count, sum), value| (count + 1, sum + value));
        if count == 0 {
            return Self {
                mean: 0.0,
                deviation: 1.0,
            };
        }
        let mean = sum / count as f64;
        let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / count as f64).sqrt();
        let is_constant = deviation <= 1e-9 * mean.abs().max(1e-30);
        Self {
            mean,
            deviation: if is_constant { 1.0 } else { deviation },
        }
    }

    /// The scaled value.
    pub fn apply(&self, value: f32) -> f32 {
        match value.is_nan() {
            true => 0.0,
            false => ((f64::from(value) - self.mean) / self.deviation) as f32,
        }
    }
}

/// Scaling of each column of a step, from the steps of the panel before `train_end`.
pub(super) fn fit_steps(
    panel: &Panel,
    train_end: usize,
    columns: usize,
    matrix: impl Fn(&Series) -> &Matrix<f32>,
) -> Vec<StandardScaling> {
    let of_column = |column: usize| {
        let series = panel.series.iter();
        let values = series.flat_map(|series| {
            let steps = train_end
                .saturating_sub(series.start)
                .min(series.target.len());
            let matrix = matrix(series);
            (0..steps).map(move |step| matrix.values[step * columns + column])
        });
        StandardScaling::fit(values)
    };
    (0..columns).map(of_column).collect()
}

/// Codes of a static text: 0 unknown, 1 missing, known values follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StaticCodes {
    /// Values of the training series.
    pub vocabulary: Vocabulary,
}

const UNKNOWN: i32 = 0;
const MISSING: i32 = 1;
const FIRST: i32 = 2;

impl StaticCodes {
    pub(super) fn fit<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut values: Vec<String> = values.map(String::from).collect();
        values.sort_unstable();
        values.dedup();
        Self {
            vocabulary: Vocabulary { values },
        }
    }

    /// The code of a value.
    pub fn code(&self, value: Option<&str>) -> i32 {
        let Some(value) = value else {
            return MISSING;
        };
        let place = self
            .vocabulary
            .values
            .binary_search_by(|known| known.as_str().cmp(value));
        place.map_or(UNKNOWN, |place| FIRST + place as i32)
    }

    /// Number of codes.
    pub fn cardinality(&self) -> usize {
        self.vocabulary.len() + FIRST as usize
    }
}
