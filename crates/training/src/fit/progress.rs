//! Where a training stands: everything beside tensors that the next step depends on.

use serde::{Deserialize, Serialize};

use super::EpochRecord;
use super::validation::Means;
use crate::schedule::PlateauState;
use crate::training_config::EarlyStoppingConfig;

/// The part of a checkpoint that is not tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The current epoch, counted from 0.
    pub(crate) epoch: usize,
    /// Optimizer steps done in it.
    pub(crate) step: usize,
    /// Optimizer steps done in all.
    pub(crate) steps: usize,
    /// Loss of the current epoch so far.
    pub(crate) means: Means,
    /// Learning rate of the last step.
    pub(crate) learning_rate: f64,
    /// Seconds up to now, and up to the start of the epoch.
    pub(crate) seconds: f64,
    pub(crate) seconds_before_epoch: f64,
    /// Epochs that are done.
    pub(crate) history: Vec<EpochRecord>,
    /// Epoch with the lowest loss, counted from 1, and the loss.
    pub(crate) best: Option<(usize, f64)>,
    /// Epoch of the last weights with a finite loss, counted from 1.
    pub(crate) last_good: Option<usize>,
    pub(crate) patience: Patience,
    pub(crate) plateau: PlateauState,
}

impl Progress {
    pub(crate) fn new(outputs: usize) -> Self {
        Self {
            epoch: 0,
            step: 0,
            steps: 0,
            means: Means::new(outputs),
            learning_rate: 0.0,
            seconds: 0.0,
            seconds_before_epoch: 0.0,
            history: Vec::new(),
            best: None,
            last_good: None,
            patience: Patience::default(),
            plateau: PlateauState::default(),
        }
    }

    /// Moves to the next epoch.
    pub(crate) fn next_epoch(&mut self) {
        self.epoch += 1;
        self.step = 0;
        self.means = Means::new(self.means.outputs());
        self.seconds_before_epoch = self.seconds;
    }
}

/// How long early stopping has waited.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Patience {
    best: Option<f64>,
    waited: usize,
}

impl Patience {
    /// Takes the loss of an epoch; true when it is time to stop.
    pub(crate) fn observe(&mut self, config: &EarlyStoppingConfig, loss: f64) -> bool {
        if self.best.is_none_or(|best| loss < best - config.min_delta) {
            self.best = Some(loss);
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        self.waited >= config.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_after_epochs_without_a_fall() {
        let config = EarlyStoppingConfig {
            patience: 2,
            min_delta: 0.1,
            ..EarlyStoppingConfig::default()
        };
        let mut patience = Patience::default();
        let stops: Vec<bool> = [1.0, 0.95, 0.8, 0.75, 0.72]
            .iter()
            .map(|loss| patience.observe(&config, *loss))
            .collect();
        assert_eq!(stops, [false, false, false, false, true]);
    }
}
