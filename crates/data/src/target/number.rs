//! `[outputs.number]`: a quantity, scaled for training and given in its own units.
//!
//! A quantile loss has one output per quantile, in ascending order of probability. So that quantiles never cross, they
//! are not the network's outputs themselves: the first output is the lowest quantile `q[0]`, and each further one is a
//! step up, `q[i] = q[i - 1] + softplus(output[i])` with `softplus(x) = ln(1 + e^x)`, all in scaled units. The loss and
//! [`NumberTarget::decode`] must agree on this.

use serde::{Deserialize, Serialize};

use super::TargetError;
use crate::{
    config::{Normalize, NumberLoss, NumberOutput},
    features::Targets,
    preprocess::scaling::{Affine, finite, min_max},
};

/// A fitted quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberTarget {
    /// From the column's units to what the loss sees. A column with one value is 0 there.
    pub scaling: Affine,
    /// Probabilities of the quantiles that are predicted, ascending; empty for losses with one prediction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
    /// Smallest and largest value of the training part.
    pub seen: [f64; 2],
}

impl NumberTarget {
    pub(super) fn fit(
        column: &str,
        config: &NumberOutput,
        cells: &[f64],
        rows: &[usize],
    ) -> Result<Self, TargetError> {
        let column = column.to_owned();
        if config.normalize == Normalize::Quantile {
            return Err(TargetError::QuantileNormalize { column });
        }
        let quantiles = match &config.loss {
            NumberLoss::Quantiles(quantiles) if are_quantiles(quantiles) => quantiles.clone(),
            NumberLoss::Quantiles(quantiles) => {
                return Err(TargetError::BadQuantiles {
                    column,
                    quantiles: quantiles.clone(),
                });
            }
            NumberLoss::Squared | NumberLoss::Absolute | NumberLoss::Huber(_) => Vec::new(),
        };
        let values: Vec<f64> = rows
            .iter()
            .map(|&row| cells[row])
            .filter(|value| value.is_finite())
            .collect();
        if values.is_empty() {
            return Err(TargetError::AllMissing { column });
        }
        let (min, max) = min_max(&values);
        let scaling = Affine::fit(config.normalize, &values).unwrap_or(Affine::IDENTITY);
        Ok(Self {
            scaling,
            quantiles,
            seen: [min, max],
        })
    }

    pub(super) fn encode(&self, cells: &[f64], rows: &[usize]) -> Targets {
        Targets::Numbers(
            rows.iter()
                .map(|&row| finite(self.scale(cells[row])))
                .collect(),
        )
    }

    /// Outputs of the network.
    pub(super) fn width(&self) -> usize {
        self.quantiles.len().max(1)
    }

    /// From the column's units to what the loss sees.
    pub fn scale(&self, value: f64) -> f64 {
        self.scaling.scale(value)
    }

    /// Back to the column's units.
    pub fn unscale(&self, scaled: f64) -> f64 {
        self.scaling.unscale(scaled)
    }

    /// The network's outputs for one row as predictions in the column's units: one, or one per quantile, never
    /// crossing.
    pub fn decode(&self, outputs: &[f32]) -> Vec<f64> {
        let mut scaled = 0.0;
        let mut predictions = Vec::with_capacity(outputs.len());
        for (index, &output) in outputs.iter().enumerate() {
            scaled = if index == 0 {
                f64::from(output)
            } else {
                scaled + softplus(f64::from(output))
            };
            predictions.push(self.unscale(scaled));
        }
        predictions
    }

    /// The prediction that stands for all: index of the quantile nearest to the median (the lower of two), else 0.
    pub fn central(&self) -> usize {
        let distance = |index: usize| (self.quantiles[index] - 0.5).abs();
        (0..self.quantiles.len())
            .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
            .unwrap_or(0)
    }
}

fn are_quantiles(quantiles: &[f64]) -> bool {
    !quantiles.is_empty()
        && quantiles
            .iter()
            .all(|&quantile| quantile > 0.0 && quantile < 1.0)
        && quantiles.windows(2).all(|pair| pair[0] < pair[1])
}

/// `ln(1 + e^x)`, without overflow.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
