//! Whether an input is one that the network was made for: the score of a row, and the threshold below which the answer
//! is "I don't know".

use hob_data::features::Matrix;
use serde::{Deserialize, Serialize};

/// How rows that belong to no class are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// What is compared with the threshold; larger for a row that looks familiar.
    pub score: ScopeScore,
    /// A row with a lower score is out of scope.
    pub threshold: f64,
}

/// What tells how familiar a row looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeScore {
    /// See [`maximum_probabilities`].
    MaxSoftmax,
    /// See [`energies`].
    Energy,
    /// See [`ClassCenters::scores`].
    Distance(ClassCenters),
}

impl Scope {
    /// The score of every row. `hidden` is the last hidden layer, `[rows, width]`, which only a distance needs.
    ///
    /// # Panics
    /// A distance without hidden layer.
    pub fn scores(
        &self,
        logits: &Matrix<f32>,
        temperature: f64,
        hidden: Option<&Matrix<f32>>,
    ) -> Vec<f32> {
        match &self.score {
            ScopeScore::MaxSoftmax => maximum_probabilities(logits, temperature),
            ScopeScore::Energy => energies(logits, temperature),
            ScopeScore::Distance(centers) => {
                centers.scores(hidden.expect("a distance is asked for with the hidden layer"))
            }
        }
    }

    /// Whether a row with this score is answered. A score that is not a number is not.
    pub fn accepts(&self, score: f32) -> bool {
        f64::from(score) >= self.threshold
    }
}

/// The probability of the most probable class (Hendrycks and Gimpel 2017), one per row of `logits`. A temperature above 1
/// makes it less sure; it changes the order of rows, too.
pub fn maximum_probabilities(logits: &Matrix<f32>, temperature: f64) -> Vec<f32> {
    per_row(logits, |logits| {
        let (largest, sum) = largest_and_sum(logits, temperature);
        // The largest logit adds 1 to the sum.
        if largest.is_finite() {
            1.0 / sum
        } else {
            f64::NAN
        }
    })
}

/// The negative energy `temperature * ln(sum(exp(logit / temperature)))` (Liu et al. 2020), one per row of `logits`.
/// Unlike a softmax it keeps how large the logits are.
pub fn energies(logits: &Matrix<f32>, temperature: f64) -> Vec<f32> {
    per_row(logits, |logits| {
        let (largest, sum) = largest_and_sum(logits, temperature);
        largest + temperature * sum.ln()
    })
}

fn per_row(logits: &Matrix<f32>, score: impl Fn(&[f32]) -> f64) -> Vec<f32> {
    logits
        .values
        .chunks_exact(logits.width.max(1))
        .map(|row| score(row) as f32)
        .collect()
}

/// The largest logit, and the sum of `exp((logit - largest) / temperature)`.
fn largest_and_sum(logits: &[f32], temperature: f64) -> (f64, f64) {
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum = logits
        .iter()
        .map(|&logit| ((f64::from(logit) - largest) / temperature).exp())
        .sum();
    (largest, sum)
}

/// The mean hidden layer of every class, and the spread around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassCenters {
    /// Numbers of the hidden layer.
    pub width: usize,
    /// `width` values for each class with training rows.
    pub centers: Vec<f64>,
    /// What the squared difference of each number is multiplied by.
    pub weights: Vec<f64>,
}

impl ClassCenters {
    /// Minus the squared distance to the nearest center, one per row.
    pub fn scores(&self, hidden: &Matrix<f32>) -> Vec<f32> {
        let nearest = |row: &[f32]| {
            self.centers
                .chunks_exact(self.width.max(1))
                .map(|center| self.squared_distance(row, center))
                .fold(f64::INFINITY, f64::min)
        };
        let rows = hidden.values.chunks_exact(hidden.width.max(1));
        rows.map(|row| -nearest(row) as f32).collect()
    }

    fn squared_distance(&self, row: &[f32], center: &[f64]) -> f64 {
        row.iter()
            .zip(center)
            .zip(&self.weights)
            .map(|((&value, center), weight)| weight * (f64::from(value) - center).powi(2))
            .sum()
    }
}
