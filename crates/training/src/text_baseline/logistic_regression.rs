//! A linear classifier.

use hob_data::features::Matrix;

use super::TextBaselineError;
use super::lbfgs::{Stop, minimize};
use super::sparse::SparseRows;

/// scikit-learn stops at a gradient of 1e-4; going on costs some steps and takes chance out of the third digit.
const STOP: Stop = Stop {
    gradient: 1e-6,
    iterations: 300,
};

/// Logistic regression with an L2 penalty, as scikit-learn's `LogisticRegression`: binomial for two classes, else
/// multinomial; the intercept is free. Classes without a training row get probability 0.
#[derive(Debug)]
pub struct LogisticRegression {
    /// All classes that could have been.
    num_classes: usize,
    /// Those with training rows, ascending.
    present: Vec<usize>,
    linear: Linear,
    /// `linear.num_weights()` values.
    weights: Vec<f64>,
}

/// The shape of the weights: per feature one for each logit, then one intercept per logit.
#[derive(Debug, Clone, Copy)]
struct Linear {
    num_features: usize,
    num_logits: usize,
}

impl LogisticRegression {
    /// Fits on rows and their classes. `inverse_penalty` is scikit-learn's `C`: the larger, the freer the weights.
    ///
    /// # Errors
    /// No rows, targets of another length, or a target that is no class.
    pub fn fit(
        rows: &SparseRows,
        targets: &[i32],
        num_classes: usize,
        inverse_penalty: f64,
    ) -> Result<Self, TextBaselineError> {
        let targets = check_targets(rows.num_rows(), targets, num_classes)?;
        let mut present = targets.clone();
        present.sort_unstable();
        present.dedup();
        let linear = Linear {
            num_features: rows.width(),
            num_logits: match present.len() {
                1 => 0,
                2 => 1,
                more => more,
            },
        };
        let place = |class: &usize| present.partition_point(|known| known < class);
        let problem = Problem {
            rows,
            targets: targets.iter().map(place).collect(),
            linear,
            penalty: 1.0 / (inverse_penalty * targets.len() as f64),
        };
        let start = vec![0.0; linear.num_weights()];
        let weights = minimize(start, STOP, |weights, gradient| {
            problem.evaluate(weights, gradient)
        });
        Ok(Self {
            num_classes,
            present,
            linear,
            weights,
        })
    }

    /// Probability per row and class; rows sum to 1. `rows` come from the same features as those of [`Self::fit`].
    pub fn probabilities(&self, rows: &SparseRows) -> Matrix<f32> {
        let mut values = vec![0.0; rows.num_rows() * self.num_classes];
        let mut logits = vec![0.0; self.linear.num_logits];
        for (row, probabilities) in values.chunks_exact_mut(self.num_classes).enumerate() {
            self.linear
                .logits(&self.weights, rows.row(row), &mut logits);
            match (self.present.as_slice(), logits.as_mut_slice()) {
                (&[only], _) => probabilities[only] = 1.0,
                (&[no, yes], &mut [logit]) => {
                    probabilities[no] = sigmoid(-logit) as f32;
                    probabilities[yes] = sigmoid(logit) as f32;
                }
                (classes, logits) => {
                    softmax(logits);
                    for (&class, &probability) in classes.iter().zip(logits.iter()) {
                        probabilities[class] = probability as f32;
                    }
                }
            }
        }
        Matrix {
            width: self.num_classes,
            values,
        }
    }
}

/// The classes of the rows as indices.
fn check_targets(
    num_rows: usize,
    targets: &[i32],
    num_classes: usize,
) -> Result<Vec<usize>, TextBaselineError> {
    if num_rows != targets.len() {
        return Err(TextBaselineError::Targets {
            rows: num_rows,
            targets: targets.len(),
        });
    }
    if targets.is_empty() {
        return Err(TextBaselineError::Empty);
    }
    let class = |(row, &target): (usize, &i32)| {
        usize::try_from(target)
            .ok()
            .filter(|&class| class < num_classes)
            .ok_or(TextBaselineError::Class {
                row,
                target,
                num_classes,
            })
    };
    targets.iter().enumerate().map(class).collect()
}

impl Linear {
    fn num_weights(self) -> usize {
        (self.num_features + 1) * self.num_logits
    }

    fn logits(self, weights: &[f64], row: impl Iterator<Item = (usize, f64)>, logits: &mut [f64]) {
        let (weights, intercepts) = weights.split_at(self.num_features * self.num_logits);
        logits.copy_from_slice(intercepts);
        for (feature, value) in row {
            let weights = &weights[feature * self.num_logits..][..self.num_logits];
            for (logit, weight) in logits.iter_mut().zip(weights) {
                *logit += value * weight;
            }
        }
    }

    /// Adds the gradient of a row, given that of its logits.
    fn add_gradient(
        self,
        slopes: &[f64],
        row: impl Iterator<Item = (usize, f64)>,
        gradient: &mut [f64],
    ) {
        let (weights, intercepts) = gradient.split_at_mut(self.num_features * self.num_logits);
        for (intercept, slope) in intercepts.iter_mut().zip(slopes) {
            *intercept += slope;
        }
        for (feature, value) in row {
            let weights = &mut weights[feature * self.num_logits..][..self.num_logits];
            for (weight, slope) in weights.iter_mut().zip(slopes) {
                *weight += value * slope;
            }
        }
    }
}

/// What is minimised: mean log loss plus half the penalty times the squared weights.
struct Problem<'a> {
    rows: &'a SparseRows,
    /// Place of each row's class among those present.
    targets: Vec<usize>,
    linear: Linear,
    penalty: f64,
}

impl Problem<'_> {
    fn evaluate(&self, weights: &[f64], gradient: &mut [f64]) -> f64 {
        let share = 1.0 / self.targets.len() as f64;
        let mut logits = vec![0.0; self.linear.num_logits];
        let mut loss = 0.0;
        for (row, &target) in self.targets.iter().enumerate() {
            self.linear.logits(weights, self.rows.row(row), &mut logits);
            loss += share * loss_and_slopes(&mut logits, target);
            logits.iter_mut().for_each(|slope| *slope *= share);
            self.linear
                .add_gradient(&logits, self.rows.row(row), gradient);
        }
        let num_penalized = self.linear.num_features * self.linear.num_logits;
        for (weight, slope) in weights[..num_penalized].iter().zip(gradient) {
            loss += 0.5 * self.penalty * weight * weight;
            *slope += self.penalty * weight;
        }
        loss
    }
}

/// The log loss of a row; its derivatives by the logits take the place of the logits.
fn loss_and_slopes(logits: &mut [f64], target: usize) -> f64 {
    match logits {
        [] => 0.0,
        [logit] => {
            let right = if target == 1 { *logit } else { -*logit };
            let loss = (-right.abs()).exp().ln_1p() + (-right).max(0.0);
            *logit = sigmoid(*logit) - target as f64;
            loss
        }
        logits => {
            let wanted = logits[target];
            let loss = softmax(logits) - wanted;
            logits[target] -= 1.0;
            loss
        }
    }
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Logits become probabilities; returns the logarithm of the sum of their exponentials.
fn softmax(logits: &mut [f64]) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logits
        .iter_mut()
        .for_each(|logit| *logit = (*logit - largest).exp());
    let sum: f64 = logits.iter().sum();
    logits.iter_mut().for_each(|value| *value /= sum);
    largest + sum.ln()
}
