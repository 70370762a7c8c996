//! Who is told what happens during training.

use super::EpochRecord;

/// What is known before the first step.
#[derive(Debug, Clone, PartialEq)]
pub struct FitStart {
    /// Epochs of the whole training.
    pub epochs: usize,
    /// Optimizer steps per epoch.
    pub steps_per_epoch: usize,
    /// Optimizer steps that a resumed run has behind it.
    pub steps_done: usize,
    /// Epochs that a resumed run has behind it.
    pub history: Vec<EpochRecord>,
}

/// Is told what happens during training, from the thread that trains.
pub trait FitObserver: Send {
    /// While frozen text encoders encode, how many texts of a part are done.
    fn texts(&mut self, _done: usize, _total: usize) {}

    /// Before the first step.
    fn started(&mut self, _start: &FitStart) {}

    /// After each optimizer step. Epoch and step are counted from 1, the step within the epoch.
    fn step(
        &mut self,
        _epoch: usize,
        _step: usize,
        _steps_per_epoch: usize,
        _loss: f64,
        _learning_rate: f64,
    ) {
    }

    /// After each epoch, validation included.
    fn epoch(&mut self, _record: &EpochRecord) {}

    /// Something worth a line, such as a lower learning rate.
    fn note(&mut self, _text: &str) {}
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl FitObserver for Silent {}
