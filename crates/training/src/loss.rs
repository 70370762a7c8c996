//! What training makes small: one loss per output, on the raw numbers of its head.
//!
//! A loss is a sum over rows and a weight that the sum is divided by. Kept apart, they can be added up over the batches
//! of a group or of an epoch and give exactly the mean over all of their rows, whatever the sizes of the batches.
//!
//! Everything that depends on targets alone (one-hot places, class weights, smoothing) is worked out on the way to the
//! device, so that a step has few operations on tensors: on small tables their number is what a step costs.

use burn::tensor::{Device, Tensor, TensorData};
use hob_data::config::{NumberLoss, OutputConfig};
use hob_data::features::{Targets, UNKNOWN_TAG};
use hob_data::forecast::ForecastHead;
use hob_data::target::{TargetEncoder, TargetKind};
use serde::Serialize;

mod forecast;
mod logistic;
mod number;
mod ranking;
mod recommend;
mod softmax;
mod stirling;

#[cfg(test)]
mod tests;

pub use recommend::ListLoss;

/// The loss of one output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutputLoss {
    /// What is computed.
    pub kind: LossKind,
    /// Factor in the total loss, from the output's `weight`.
    pub share: f64,
}

/// A loss by the type of its output.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// Cross-entropy after a softmax, one raw number per class; of tags, a row per word.
    Softmax {
        /// Number of classes.
        classes: usize,
        /// Weight of each class; empty when all count alike. The mean is over weights, as in PyTorch.
        class_weights: Vec<f32>,
        /// Share of the target spread over all classes.
        smoothing: f64,
        /// Exponent of the focal loss, 0 for none.
        gamma: f64,
    },
    /// Log loss after a sigmoid, one raw number.
    Logistic {
        /// Weights of no and yes; empty when both count alike. The mean is over weights, as for a softmax.
        class_weights: Vec<f32>,
        /// Share of the target moved to a half.
        smoothing: f64,
        /// Exponent of the focal loss, 0 for none.
        gamma: f64,
    },
    /// Squared error.
    Squared,
    /// Absolute error.
    Absolute,
    /// Half the squared error up to `delta`, in a line beyond.
    Huber {
        /// Where the line begins.
        delta: f64,
    },
    /// Mean pinball loss of several quantiles; see [`TargetKind::Number`] for what the raw numbers mean.
    Quantiles {
        /// Probabilities, ascending.
        levels: Vec<f32>,
    },
    /// Mean log loss of several independent labels, one raw number each.
    Labels {
        /// Number of labels.
        labels: usize,
    },
    /// Multiple negatives ranking (Henderson et al. 2017): the raw numbers are the vectors of a question and of its
    /// answer, and each question must be nearer to its own answer than to those of the other rows of the batch. Rows of
    /// one class are no negatives of each other.
    Ranking {
        /// Numbers of both vectors.
        width: usize,
        /// Factor of the cosines before the softmax.
        scale: f64,
    },
    /// What the head of a forecast says about each step: the pinball loss of quantiles, the negative log-likelihood of a
    /// distribution. Its batches are made by [`TargetBatch::forecast`].
    Forecast {
        /// Steps ahead.
        horizon: usize,
        /// The distribution of a step.
        head: ForecastHead,
    },
    /// How far the item of an event is above others, or its score from a rating. Its batches are made by
    /// `TargetBatch::of_lists`.
    List(ListLoss),
}

/// Targets of a batch as a loss compares them with raw numbers.
#[derive(Debug, Clone)]
pub struct TargetBatch {
    /// `[batch, width]` (of tags, a row per word; of forecasts, per step), `[batch, 1]` where one target is compared with each number, or
    /// `[batch, batch]` where rows are compared with each other.
    pub(crate) targets: Tensor<2>,
    /// Row weights, where they are not all 1.
    pub(crate) weights: Option<Tensor<2>>,
    /// What the sum over the batch is divided by.
    pub weight: f64,
}

impl TargetBatch {
    /// The ratings of a batch of questions, or what they weigh.
    pub(crate) fn of_lists(values: &[f32], weight: f64, device: &Device) -> Self {
        let shape = [values.len(), 1];
        Self {
            targets: Tensor::from_data(TensorData::new(values.to_vec(), shape), device),
            weights: None,
            weight,
        }
    }
}

impl OutputLoss {
    /// The loss of an output of the recipe, whose targets were fitted on the training part.
    pub fn new(output: &OutputConfig, encoder: &TargetEncoder) -> Self {
        let class_weights = encoder.class_weights().unwrap_or_default();
        let kind = match &encoder.kind {
            TargetKind::Category(target) => {
                let config = output.category.clone().unwrap_or_default();
                LossKind::Softmax {
                    classes: target.classes.len(),
                    class_weights,
                    smoothing: config.label_smoothing,
                    gamma: config.focal_gamma,
                }
            }
            TargetKind::Binary(_) => {
                let config = output.binary.clone().unwrap_or_default();
                LossKind::Logistic {
                    class_weights,
                    smoothing: config.label_smoothing,
                    gamma: config.focal_gamma,
                }
            }
            TargetKind::Number(_) => {
                match output
                    .number
                    .as_ref()
                    .map(|config| &config.loss)
                    .unwrap_or(&NumberLoss::Squared)
                {
                    NumberLoss::Squared => LossKind::Squared,
                    NumberLoss::Absolute => LossKind::Absolute,
                    NumberLoss::Huber(config) => LossKind::Huber {
                        delta: config.delta,
                    },
                    NumberLoss::Quantiles(levels) => LossKind::Quantiles {
                        levels: levels.iter().map(|&level| level as f32).collect(),
                    },
                }
            }
            TargetKind::Set(target) => LossKind::Labels {
                labels: target.labels.len(),
            },
            TargetKind::Tags(target) => LossKind::Softmax {
                classes: target.tags.len(),
                class_weights,
                smoothing: 0.0,
                gamma: 0.0,
            },
        };
        Self {
            kind,
            share: output.weight.unwrap_or(1.0),
        }
    }

    /// Raw numbers that the head must have; `None` where it is another number in each batch.
    pub fn width(&self) -> Option<usize> {
        Some(match &self.kind {
            LossKind::List(_) => return None,
            LossKind::Softmax { classes, .. } => *classes,
            LossKind::Quantiles { levels } => levels.len(),
            LossKind::Labels { labels } => *labels,
            LossKind::Ranking { width, .. } => *width,
            LossKind::Forecast { horizon, head } => horizon * head.params(),
            _ => 1,
        })
    }

    /// Whether the loss can be computed for these targets.
    pub fn accepts(&self, targets: &Targets) -> bool {
        match (&self.kind, targets) {
            (LossKind::Softmax { classes, .. }, Targets::Classes(codes)) => codes
                .iter()
                .all(|&code| usize::try_from(code).is_ok_and(|code| code < *classes)),
            (LossKind::Softmax { classes, .. }, Targets::Tags(lists)) => (lists.tags.iter())
                .all(|&tag| tag == UNKNOWN_TAG || (0..*classes as i64).contains(&i64::from(tag))),
            (LossKind::Logistic { .. }, Targets::Binary(_)) => true,
            (LossKind::Ranking { .. }, Targets::Classes(_)) => true,
            (LossKind::Forecast { horizon, .. }, Targets::Windows(windows)) => {
                windows.horizon() == *horizon
            }
            (LossKind::List(_), Targets::Interactions(_)) => true,
            (LossKind::Labels { labels }, Targets::Labels(matrix)) => matrix.width == *labels,
            (
                LossKind::Squared
                | LossKind::Absolute
                | LossKind::Huber { .. }
                | LossKind::Quantiles { .. },
                Targets::Numbers(_),
            ) => true,
            _ => false,
        }
    }

    /// What the sum over these rows is divided by.
    ///
    /// # Panics
    /// When the loss does not [accept](Self::accepts) the targets.
    pub fn weight(&self, targets: &Targets, rows: &[usize]) -> f64 {
        match (&self.kind, targets) {
            (LossKind::Softmax { class_weights, .. }, Targets::Classes(codes))
                if !class_weights.is_empty() =>
            {
                rows.iter()
                    .map(|&row| f64::from(class_weights[codes[row] as usize]))
                    .sum()
            }
            (LossKind::Logistic { class_weights, .. }, Targets::Binary(values))
                if !class_weights.is_empty() =>
            {
                rows.iter()
                    .map(|&row| f64::from(class_weights[usize::from(values[row] > 0.5)]))
                    .sum()
            }
            (_, Targets::Tags(lists)) => {
                let known = |place: &usize| lists.tags[*place] != UNKNOWN_TAG;
                lists
                    .places(rows)
                    .iter()
                    .filter(|place| known(place))
                    .count() as f64
            }
            (LossKind::Forecast { head, .. }, Targets::Windows(windows)) => {
                forecast::weight(head, windows.known_steps(rows))
            }
            (LossKind::List(_), Targets::Interactions(interactions)) => interactions.weight(rows),
            (LossKind::Quantiles { levels }, _) => (rows.len() * levels.len()) as f64,
            (LossKind::Labels { labels }, _) => (rows.len() * labels) as f64,
            _ => rows.len() as f64,
        }
    }

    /// The named rows as the loss needs them.
    ///
    /// # Panics
    /// When the loss does not [accept](Self::accepts) the targets.
    pub fn batch(&self, targets: &Targets, rows: &[usize], device: &Device) -> TargetBatch {
        if let (LossKind::Forecast { head, .. }, Targets::Windows(windows)) = (&self.kind, targets)
        {
            let cut = windows.batch(rows);
            return TargetBatch::forecast(head, &cut.target, &cut.scale, device);
        }
        let (values, width, weights) = match (&self.kind, targets) {
            (
                LossKind::Softmax {
                    classes,
                    class_weights,
                    smoothing,
                    ..
                },
                Targets::Classes(codes),
            ) => (
                softmax::targets(codes, rows, *classes, class_weights, *smoothing),
                *classes,
                None,
            ),
            (
                LossKind::Logistic {
                    class_weights,
                    smoothing,
                    ..
                },
                Targets::Binary(values),
            ) => {
                let (values, weights) = logistic::targets(values, rows, class_weights, *smoothing);
                (values, 1, weights)
            }
            (LossKind::Softmax { classes, .. }, Targets::Tags(lists)) => {
                let values = softmax::targets(&lists.tags, &lists.places(rows), *classes, &[], 0.0);
                (values, *classes, None)
            }
            (LossKind::Labels { labels }, Targets::Labels(matrix)) => {
                (matrix.gather(rows), *labels, None)
            }
            (LossKind::Ranking { .. }, Targets::Classes(codes)) => {
                (ranking::targets(codes, rows), rows.len(), None)
            }
            (_, Targets::Numbers(values)) => {
                (rows.iter().map(|&row| values[row]).collect(), 1, None)
            }
            (kind, _) => panic!("the loss {kind:?} was given targets of another type"),
        };
        let tensor = |values: Vec<f32>, width| {
            let rows = values.len() / width;
            Tensor::from_data(TensorData::new(values, [rows, width]), device)
        };
        TargetBatch {
            targets: tensor(values, width),
            weights: weights.map(|weights| tensor(weights, 1)),
            weight: self.weight(targets, rows),
        }
    }

    /// The sum of the loss over a batch, to be divided by [`TargetBatch::weight`]. One element.
    pub fn sum(&self, raw: Tensor<2>, batch: &TargetBatch) -> Tensor<1> {
        let targets = batch.targets.clone();
        match &self.kind {
            LossKind::Softmax { gamma, .. } => softmax::sum(raw, targets, *gamma),
            LossKind::Logistic { gamma, .. } => {
                logistic::sum(raw, targets, batch.weights.clone(), *gamma)
            }
            LossKind::Labels { .. } => logistic::sum(raw, targets, None, 0.0),
            LossKind::Ranking { scale, .. } => ranking::sum(raw, targets, *scale),
            LossKind::Forecast { head, .. } => forecast::sum(head, raw, batch),
            LossKind::List(loss) => loss.sum(raw, targets),
            LossKind::Squared => (raw - targets).square().sum(),
            LossKind::Absolute => (raw - targets).abs().sum(),
            LossKind::Huber { delta } => number::huber(raw - targets, *delta),
            LossKind::Quantiles { levels } => {
                number::pinball(number::ascending(raw), targets, levels)
            }
        }
    }
}
