//! Epochs of steps, validation after each, and what is decided from it.

use std::sync::Arc;
use std::time::Instant;

use burn::data::dataloader::DataLoader;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsAccumulator;
use burn::tensor::Tensor;
use burn::train::Learner;
use hob_model::Network;

use super::batches::{Batch, Position};
use super::checkpoint::{Checkpoint, record};
use super::ema;
use super::error::FitError;
use super::events::Events;
use super::fingerprint::Fingerprint;
use super::not_finite::likely_cause;
use super::observer::{FitObserver, FitStart};
use super::progress::Progress;
use super::random::{self, Purpose};
use super::step::{Task, Trainee, optimizer_record};
use super::validation::{Means, floats, judge};
use super::{EpochRecord, FitRequest, Fitted, StopReason, Validate};
use crate::metrics::Metrics;
use crate::schedule::{Schedule, ScheduleConfig};

/// A training under way.
pub(crate) struct TrainingLoop<'a, 'v> {
    pub(crate) request: &'a FitRequest,
    pub(crate) task: Arc<Task>,
    pub(crate) learner: Learner<Trainee>,
    pub(crate) schedule: Schedule,
    pub(crate) train: Arc<dyn DataLoader<Batch>>,
    pub(crate) position: Arc<Position>,
    pub(crate) steps_per_epoch: usize,
    /// Without rows when there is no validation part.
    pub(crate) validation: Arc<dyn DataLoader<Batch>>,
    pub(crate) events: Events,
    pub(crate) observer: &'a mut dyn FitObserver,
    pub(crate) validate: &'a mut Validate<'v>,
    pub(crate) progress: Progress,
    /// Moving average of the weights.
    pub(crate) average: Option<Network>,
    /// Weights of the epoch with the lowest loss, if they are kept.
    pub(crate) best: Option<Network>,
    /// Weights of the last epoch with a finite loss.
    pub(crate) last_good: Option<Network>,
    pub(crate) clock: Clock,
    /// Computed when the first checkpoint is written, because it reads all data.
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// Time of this and earlier sittings.
pub(crate) struct Clock {
    started: Instant,
    before: f64,
    written: Instant,
}

impl Clock {
    pub(crate) fn new(before: f64) -> Self {
        Self {
            started: Instant::now(),
            before,
            written: Instant::now(),
        }
    }

    fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }
}

impl TrainingLoop<'_, '_> {
    /// Trains until there is a reason to stop.
    pub(crate) fn run(&mut self) -> Result<Fitted, FitError> {
        self.observer.started(&FitStart {
            epochs: self.request.training.epochs,
            steps_per_epoch: self.steps_per_epoch,
            steps_done: self.progress.steps,
            history: self.progress.history.clone(),
        });
        let mut stop = None;
        while stop.is_none() && self.progress.epoch < self.request.training.epochs {
            stop = self.epoch()?;
        }
        self.fitted(stop.unwrap_or(StopReason::Finished))
    }

    /// An epoch, or the rest of one.
    fn epoch(&mut self) -> Result<Option<StopReason>, FitError> {
        let epoch = self.progress.epoch + 1;
        self.events.start_train(epoch, self.train.num_items());
        let early = self.steps()?;
        self.events.end_train(epoch);
        if matches!(
            early,
            Some(StopReason::Interrupted | StopReason::NotFinite { .. })
        ) {
            return Ok(early);
        }
        let Some(record) = self.judge_epoch() else {
            return Ok(Some(self.not_finite()));
        };
        self.events.end_epoch(epoch);
        self.observer.epoch(&record);
        let loss = self.watched(&record);
        self.progress.history.push(record);
        self.reduce_on_plateau(loss);
        self.progress.next_epoch();
        let config = &self.request.training;
        let stopping = config.early_stopping.as_ref();
        if stopping.is_some_and(|config| self.progress.patience.observe(config, loss)) {
            return Ok(Some(StopReason::EarlyStopping));
        }
        if early.is_some() || self.progress.epoch == config.epochs {
            return Ok(early);
        }
        self.after_step()
    }

    /// The steps that are left of the current epoch.
    fn steps(&mut self) -> Result<Option<StopReason>, FitError> {
        self.position.set(self.progress.epoch, self.progress.step);
        self.task.set_epoch(self.progress.epoch);
        self.tell_of_new_groups();
        let train = self.train.clone();
        let mut batches = train.iter();
        let mut gradients = GradientsAccumulator::new();
        let mut means = Means::new(self.task.losses.len());
        while let Some(Ok(batch)) = batches.next() {
            let (completes_step, weights) = (batch.completes_step, weights(&batch));
            let place = [self.progress.epoch as u64, batch.index as u64];
            self.request
                .device
                .seed(random::number(self.request.seed, Purpose::Batch, &place));
            let output = self.learner.train_step(batch);
            let sums = floats(output.item.sums.clone());
            if sums.iter().any(|sum| !sum.is_finite()) {
                return Ok(Some(self.not_finite()));
            }
            means.add(&sums, &weights);
            self.events
                .train_item(output.item, batches.progress(), &self.learner);
            if !completes_step {
                gradients.accumulate(&self.learner.model(), output.grads);
                continue;
            }
            let gradients = if self.request.training.gradient_accumulation > 1 {
                gradients.accumulate(&self.learner.model(), output.grads);
                gradients.grads()
            } else {
                output.grads
            };
            self.learner.lr_step();
            self.learner.optimizer_step(gradients);
            self.stepped(std::mem::replace(
                &mut means,
                Means::new(self.task.losses.len()),
            ));
            // After the last step the epoch is judged first, whatever the time or the user say.
            if self.progress.step < self.steps_per_epoch
                && let Some(stop) = self.after_step()?
            {
                return Ok(Some(stop));
            }
        }
        Ok(None)
    }

    fn tell_of_new_groups(&mut self) {
        let Progress { epoch, step, .. } = self.progress;
        let groups = self.request.groups.iter();
        let joining = groups.filter(|group| step == 0 && epoch > 0 && group.from_epoch == epoch);
        for group in joining {
            let epoch = epoch + 1;
            self.observer.note(&format!(
                "from epoch {epoch} on `{}` is trained",
                group.path
            ));
        }
    }

    /// Takes note of an optimizer step.
    fn stepped(&mut self, means: Means) {
        let config = &self.request.training;
        let progress = &mut self.progress;
        progress.learning_rate = self
            .schedule
            .learning_rate(progress.steps, progress.plateau.factor);
        progress.steps += 1;
        progress.step += 1;
        progress.means.merge(&means);
        if let (Some(config), Some(average)) = (&config.ema, self.average.take()) {
            let network = self.learner.model().network;
            self.average = Some(ema::updated(
                average,
                &network,
                config.decay,
                progress.steps,
            ));
        }
        let loss = means.total(&self.task.losses);
        let (epoch, step, rate) = (progress.epoch + 1, progress.step, progress.learning_rate);
        self.observer
            .step(epoch, step, self.steps_per_epoch, loss, rate);
    }

    /// Between two steps: whether to stop, and whether a checkpoint is due.
    fn after_step(&mut self) -> Result<Option<StopReason>, FitError> {
        self.progress.seconds = self.clock.seconds();
        if self.request.interrupter.should_stop() {
            self.write_checkpoint()?;
            return Ok(Some(StopReason::Interrupted));
        }
        let config = &self.request.training;
        if config
            .time_limit_seconds
            .is_some_and(|limit| self.progress.seconds >= limit)
        {
            return Ok(Some(StopReason::TimeLimit));
        }
        if self.clock.written.elapsed().as_secs_f64() >= config.checkpoint_seconds
            && let Err(error) = self.write_checkpoint()
        {
            // A full disk may be emptied before the next one; hours of training should not end for it.
            self.observer.note(&format!("{error}; training goes on"));
        }
        Ok(None)
    }

    /// Validation and bookkeeping at the end of an epoch; `None` when the loss or the weights are not finite.
    fn judge_epoch(&mut self) -> Option<EpochRecord> {
        let epoch = self.progress.epoch + 1;
        let network = self.current();
        let train_loss = self.progress.means.total(&self.task.losses);
        let mut record = EpochRecord {
            epoch,
            train_loss,
            validation_loss: None,
            validation: Metrics::default(),
            learning_rate: self.progress.learning_rate,
            seconds: 0.0,
            best: false,
        };
        if self.validation.num_items() > 0 {
            self.events
                .start_validation(epoch, self.validation.num_items());
            let judged = judge(
                &network,
                &self.task,
                &*self.validation,
                |output, progress| {
                    self.events.validation_item(output, progress);
                },
            );
            self.events.end_validation(epoch);
            record.validation_loss = Some(judged.loss);
            if judged.loss.is_finite() {
                record.validation = (self.validate)(&network, &judged.raw);
            }
        }
        let loss = record.validation_loss.unwrap_or(train_loss);
        if !loss.is_finite() || (record.validation_loss.is_none() && !has_finite_weights(&network))
        {
            return None;
        }
        let watched = self.watched(&record);
        record.best = self.progress.best.is_none_or(|(_, best)| watched < best);
        if record.best {
            self.progress.best = Some((epoch, watched));
            self.best = self.request.training.keeps_best().then(|| network.clone());
        }
        self.progress.last_good = Some(epoch);
        self.last_good = Some(network);
        self.progress.seconds = self.clock.seconds();
        record.seconds = self.progress.seconds - self.progress.seconds_before_epoch;
        Some(record)
    }

    /// What should fall: the loss, or a metric turned round.
    fn watched(&self, record: &EpochRecord) -> f64 {
        match record.validation.first() {
            Some((_, metric)) if self.request.watches_metric => -metric,
            _ => record.validation_loss.unwrap_or(record.train_loss),
        }
    }

    fn reduce_on_plateau(&mut self, loss: f64) {
        let ScheduleConfig::ReduceOnPlateau(config) = &self.request.schedule else {
            return;
        };
        if self.progress.plateau.observe(config, loss) {
            let (steps, factor) = (self.progress.steps, self.progress.plateau.factor);
            self.learner.load_scheduler(Schedule::position(
                steps,
                factor,
                self.request.groups.len(),
            ));
            let rate = self.request.optimizer.learning_rate() * factor;
            self.observer.note(&format!(
                "the loss has not fallen; the learning rate is now {rate:e}"
            ));
        }
    }

    /// The weights that are judged: the moving average if there is one. A copy that training does not change.
    fn current(&self) -> Network {
        match &self.average {
            Some(average) => average.valid(),
            None => self.learner.model().network.valid(),
        }
    }

    fn write_checkpoint(&mut self) -> Result<(), FitError> {
        let request = self.request;
        let fingerprint = self
            .fingerprint
            .get_or_insert_with(|| Fingerprint::of(request))
            .clone();
        self.clock.written = Instant::now();
        let checkpoint = Checkpoint {
            fingerprint,
            progress: self.progress.clone(),
            model: record(&self.learner.model().network),
            optimizer: optimizer_record(&mut self.learner),
            average: self.average.as_ref().map(record),
            best: self.best.as_ref().map(record),
            last_good: self.last_good.as_ref().map(record),
        };
        checkpoint.write(&request.directory)
    }

    fn not_finite(&self) -> StopReason {
        let rate = self
            .schedule
            .learning_rate(self.progress.steps, self.progress.plateau.factor);
        StopReason::NotFinite {
            epoch: self.progress.epoch + 1,
            step: self.progress.steps + 1,
            cause: likely_cause(&self.request.train, rate),
        }
    }

    fn fitted(&mut self, stop: StopReason) -> Result<Fitted, FitError> {
        let best_epoch = self.progress.best.map(|(epoch, _)| epoch);
        let best = self.best.take().zip(best_epoch);
        let kept = match (&stop, best) {
            (_, Some(best)) => Some(best),
            (StopReason::NotFinite { .. }, None) => {
                self.last_good.take().zip(self.progress.last_good)
            }
            _ => None,
        };
        if let (StopReason::NotFinite { epoch, step, cause }, None) = (&stop, &kept) {
            return Err(FitError::NotFinite {
                epoch: *epoch,
                step: *step,
                cause: cause.clone(),
            });
        }
        let (network, kept_epoch) = match kept {
            Some((network, epoch)) => (network, Some(epoch)),
            None => (self.current(), None),
        };
        Ok(Fitted {
            network: network.merged(),
            epochs: self.progress.history.clone(),
            stop,
            steps: self.progress.steps,
            seconds: self.clock.seconds(),
            best_epoch,
            kept_epoch: kept_epoch.filter(|&epoch| epoch != self.progress.history.len()),
        })
    }
}

fn weights(batch: &Batch) -> Vec<f64> {
    batch.targets.iter().map(|targets| targets.weight).collect()
}

/// Without a validation part nothing else would show that the last step of an epoch went wrong.
fn has_finite_weights(network: &Network) -> bool {
    struct Finder(bool);
    impl ModuleVisitor for Finder {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 &= floats(param.val().abs().max())
                .iter()
                .all(|largest| largest.is_finite());
        }
    }
    let mut finder = Finder(true);
    network.visit(&mut finder);
    finder.0
}
