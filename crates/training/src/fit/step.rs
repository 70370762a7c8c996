//! The network together with its losses, as Burn's learner trains it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use burn::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
use burn::module::{Module, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::{ExecutionError, Tensor};
use burn::train::metric::{Adaptor, LossInput};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};

use hob_model::Network;

use super::batches::Batch;
use super::gradients;
use super::groups::{self, ParameterGroup};
use crate::loss::OutputLoss;
use crate::training_config::TrainingConfig;

/// What a step needs beside the network.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) losses: Arc<[OutputLoss]>,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) l1: f64,
    /// Ids of the weight matrices, which the L1 penalty reaches.
    pub(crate) matrices: Vec<ParamId>,
    /// Parts of the network that may not be trained yet.
    groups: Vec<ParameterGroup>,
    /// Counted from 0.
    epoch: AtomicUsize,
    /// See [`optimizer_record`].
    optimizer: Mutex<OptimizerSlot>,
}

#[derive(Debug, Default)]
enum OptimizerSlot {
    #[default]
    Unwanted,
    Wanted,
    Filled(Box<OptimizerRecord>),
}

impl Task {
    pub(crate) fn new(
        losses: Arc<[OutputLoss]>,
        config: &TrainingConfig,
        matrices: Vec<ParamId>,
        groups: Vec<ParameterGroup>,
    ) -> Self {
        Self {
            losses,
            clip_norm: config.clip_norm,
            l1: config.l1,
            matrices,
            groups,
            epoch: AtomicUsize::new(0),
            optimizer: Mutex::default(),
        }
    }

    /// Says which epoch the next steps belong to, counted from 0.
    pub(crate) fn set_epoch(&self, epoch: usize) {
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    fn is_record_wanted(&self) -> bool {
        matches!(
            *self
                .optimizer
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            OptimizerSlot::Wanted
        )
    }

    /// Puts something into the slot and gives back what was in it.
    fn fill(&self, slot: OptimizerSlot) -> OptimizerSlot {
        std::mem::replace(
            &mut *self
                .optimizer
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            slot,
        )
    }
}

/// A network in training.
#[derive(Module, Debug)]
pub(crate) struct Trainee {
    pub(crate) network: Network,
    #[module(skip)]
    pub(crate) task: Arc<Task>,
}

impl Trainee {
    pub(crate) fn new(network: Network, task: Arc<Task>) -> Self {
        Self { network, task }
    }

    /// The sums of all losses, the total that is made small, and the raw numbers.
    fn losses(&self, network: &Network, batch: Batch) -> (StepOutput, Tensor<1>) {
        let mut raw = network.forward(batch.input);
        let mut sums = Vec::with_capacity(raw.len());
        let mut total: Option<Tensor<1>> = None;
        for (index, loss) in self.task.losses.iter().enumerate() {
            let sum = loss.sum(raw[index].clone(), &batch.targets[index]);
            let part = sum.clone().mul_scalar(batch.scales[index]);
            total = Some(match total {
                Some(total) => total + part,
                None => part,
            });
            sums.push(sum.without_autodiff());
        }
        let total = total.expect("a network has at least one head");
        if self.task.losses.iter().any(|loss| loss.width().is_none()) {
            // They are about the items of their batch and mean nothing beside those of another.
            raw.clear();
        }
        let sums = if sums.len() == 1 {
            sums.remove(0)
        } else {
            Tensor::cat(sums, 0)
        };
        (
            StepOutput {
                loss: total.clone().without_autodiff(),
                sums,
                raw,
            },
            total,
        )
    }
}

/// What a batch gave.
pub(crate) struct StepOutput {
    /// The total loss as the batch's part of its step.
    pub(crate) loss: Tensor<1>,
    /// Sum of each output's loss over the batch.
    pub(crate) sums: Tensor<1>,
    /// Raw numbers of each head; empty after a training step.
    pub(crate) raw: Vec<Tensor<2>>,
}

impl TrainStep for Trainee {
    type Input = Batch;
    type Output = StepOutput;

    fn step(&self, batch: Batch) -> TrainOutput<StepOutput> {
        // Without gradients for parts that are not trained yet, nothing is computed for them either, and the optimizer
        // leaves them alone.
        let epoch = self.task.epoch.load(Ordering::Relaxed);
        let awake = groups::awake(&self.network, &self.task.groups, epoch);
        let (mut output, total) = self.losses(awake.as_ref().unwrap_or(&self.network), batch);
        output.raw.clear();
        TrainOutput::new(self, total.backward(), output)
    }

    fn optimize(
        self,
        optimizer: &mut ModuleOptimizer,
        learning_rate: ModuleLearningRate,
        mut gradients: GradientsParams,
    ) -> Self {
        if self.task.is_record_wanted() {
            self.task
                .fill(OptimizerSlot::Filled(Box::new(optimizer.to_record())));
            return self;
        }
        if self.task.l1 > 0.0 {
            gradients::add_l1(&self, &mut gradients, self.task.l1, &self.task.matrices);
        }
        if let Some(norm) = self.task.clip_norm {
            gradients::clip_norm(&self, &mut gradients, norm);
        }
        optimizer.step(learning_rate, self, gradients)
    }
}

impl InferenceStep for Trainee {
    type Input = Batch;
    type Output = StepOutput;

    fn step(&self, batch: Batch) -> StepOutput {
        self.losses(&self.network, batch).0
    }
}

/// The state of a learner's optimizer.
///
/// A `Learner` shows its optimizer to nobody but [`TrainStep::optimize`], and hands records only to checkpointers that
/// write three files in threads of their own. So that a checkpoint is one file, this asks for a step without gradients,
/// and `optimize` answers with the record in place of a step. It can be done between any two steps and changes nothing.
pub(crate) fn optimizer_record(learner: &mut burn::train::Learner<Trainee>) -> OptimizerRecord {
    let task = learner.model().task;
    task.fill(OptimizerSlot::Wanted);
    learner.optimizer_step(GradientsParams::new());
    match task.fill(OptimizerSlot::Unwanted) {
        OptimizerSlot::Filled(record) => *record,
        _ => unreachable!("`optimize` fills the slot whenever a record is wanted"),
    }
}

impl ItemLazy for StepOutput {
    fn sync(self) -> Result<Self, ExecutionError> {
        self.loss.device().flush()?;
        Ok(self)
    }
}

impl Adaptor<LossInput> for StepOutput {
    fn adapt(&self) -> LossInput {
        LossInput::new(self.loss.clone())
    }
}
