//! A whole part through a network, without learning from it.

use std::sync::Arc;

use burn::data::dataloader::{DataLoader, Progress};
use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::InferenceStep;
use hob_data::features::Matrix;
use hob_model::Network;

use super::batches::{Batch, Loader};
use super::step::{StepOutput, Task, Trainee};
use crate::loss::OutputLoss;

/// What a network makes of a part.
pub(crate) struct Judged {
    /// Mean total loss.
    pub(crate) loss: f64,
    /// Raw numbers of each head for all rows.
    pub(crate) raw: Vec<Matrix<f32>>,
}

/// Runs all batches of a loader through a network. `each` sees every output.
pub(crate) fn judge(
    network: &Network,
    task: &Arc<Task>,
    loader: &dyn DataLoader<Batch>,
    mut each: impl FnMut(StepOutput, Progress),
) -> Judged {
    let trainee = Trainee::new(network.clone(), task.clone());
    let mut means = Means::new(task.losses.len());
    let mut raw: Vec<Matrix<f32>> = vec![Matrix::default(); task.losses.len()];
    let mut batches = loader.iter();
    while let Some(Ok(batch)) = batches.next() {
        let weights: Vec<f64> = batch.targets.iter().map(|targets| targets.weight).collect();
        let mut output = InferenceStep::step(&trainee, batch);
        means.add(&floats(output.sums.clone()), &weights);
        for (all, part) in raw.iter_mut().zip(output.raw.drain(..)) {
            all.width = part.dims()[1];
            all.values.extend(floats(part));
        }
        each(output, batches.progress());
    }
    Judged {
        loss: means.total(&task.losses),
        raw,
    }
}

/// Widths of the heads, from one batch.
pub(crate) fn head_widths(network: &Network, loader: &Loader) -> Vec<usize> {
    let Some(batch) = loader.first() else {
        return Vec::new();
    };
    network
        .valid()
        .forward(batch.input)
        .iter()
        .map(|raw| raw.dims()[1])
        .collect()
}

/// The values of a tensor. Reading waits for the device.
pub(crate) fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .into_data()
        .convert::<f32>()
        .try_to_vec()
        .expect("the data was converted to f32")
}

/// Losses added up over batches.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Means {
    sums: Vec<f64>,
    weights: Vec<f64>,
}

impl Means {
    pub(crate) fn new(outputs: usize) -> Self {
        Self {
            sums: vec![0.0; outputs],
            weights: vec![0.0; outputs],
        }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.sums.len()
    }

    pub(crate) fn add(&mut self, sums: &[f32], weights: &[f64]) {
        for (all, sum) in self.sums.iter_mut().zip(sums) {
            *all += f64::from(*sum);
        }
        for (all, weight) in self.weights.iter_mut().zip(weights) {
            *all += weight;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in self.sums.iter_mut().zip(&other.sums) {
            *own += other;
        }
        for (own, other) in self.weights.iter_mut().zip(&other.weights) {
            *own += other;
        }
    }

    /// The total loss over everything added.
    pub(crate) fn total(&self, losses: &[OutputLoss]) -> f64 {
        let means = self.sums.iter().zip(&self.weights).zip(losses);
        means
            .map(|((sum, weight), loss)| {
                if *weight > 0.0 {
                    loss.share * sum / weight
                } else {
                    0.0
                }
            })
            .sum()
    }
}
