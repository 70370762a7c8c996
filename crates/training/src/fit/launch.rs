//! How Burn's `SupervisedTraining` comes to run our loop.
//!
//! Burn owns its training strategy, which therefore can hold no borrowed callback, while observer and metrics are
//! borrowed from the caller. So Burn is launched in a thread of its own, our strategy hands learner, loaders and events
//! to the calling thread, and waits until the loop there is done. Two messages per training; all tensors stay here.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use burn::module::Module;
use burn::tensor::Device;
use burn::train::logger::InMemoryMetricLogger;
use burn::train::metric::LossMetric;
use burn::train::renderer::MetricsRenderer;
use burn::train::{
    Learner, LearningResult, SupervisedLearningStrategy, SupervisedTraining,
    SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents, TrainingStrategy,
    ValidLoader,
};
use hob_model::Network;

use super::batches::{BatchPlan, Loader};
use super::checkpoint::{self, Checkpoint};
use super::error::FitError;
use super::events::EventsSetup;
use super::fingerprint::Fingerprint;
use super::groups;
use super::observer::FitObserver;
use super::progress::Progress;
use super::silent::SilentRenderer;
use super::step::{Task, Trainee};
use super::training_loop::{Clock, TrainingLoop};
use super::{FitRequest, Fitted, Validate, first_network, validation, with_adapters};
use crate::optimizer::weights::WeightPaths;
use crate::schedule::{Schedule, Span};

/// Rows judged at a time, at least and at most; between them it is the batch size of training.
const VALIDATION_ROWS: (usize, usize) = (256, 4096);

pub(crate) fn launch(
    mut request: FitRequest,
    observer: &mut dyn FitObserver,
    validate: &mut Validate<'_>,
) -> Result<Fitted, FitError> {
    let renderer = request.renderer.take();
    let initial = request.initial.take();
    let request = &request;
    let mut start = Start::new(request, initial)?;
    let events = EventsSetup {
        shown: renderer.is_some(),
        interrupter: request.interrupter.clone(),
    };
    let learner = start
        .learner
        .take()
        .expect("a start has its learner until it is launched");
    let (hand_over, handed_over) = channel();
    let (give_back, given_back) = channel();
    let strategy = HandOverStrategy {
        hand_over,
        given_back: Mutex::new(given_back),
    };
    let (train, validation) = (start.train.clone(), start.validation.clone());
    let epochs = request.training.epochs;
    let epochs_done = start.progress.epoch;
    let interrupter = request.interrupter.clone();
    let directory = request.directory.clone();
    let (fitted, error) = thread::scope(|scope| {
        // Owned here so that a panic of the loop drops it: Burn's thread would wait for it for ever, and the scope for
        // Burn's thread.
        let give_back = give_back;
        let burn = scope.spawn(move || {
            let shown = renderer.is_some();
            let renderer: Box<dyn MetricsRenderer> =
                renderer.unwrap_or_else(|| Box::new(SilentRenderer));
            let training = SupervisedTraining::<Trainee>::new(
                directory,
                Arc::new(train),
                Arc::new(validation),
            )
            .with_metric_logger(InMemoryMetricLogger::default())
            .with_application_logger(None)
            .with_interrupter(interrupter)
            .renderer(renderer)
            .num_epochs(epochs)
            .with_training_strategy(TrainingStrategy::Custom(Arc::new(strategy)));
            let training = if epochs_done > 0 {
                training.checkpoint(epochs_done)
            } else {
                training
            };
            let training = if shown {
                training.metrics((LossMetric::new(),))
            } else {
                training
            };
            let LearningResult {
                renderer, error, ..
            } = training.launch(learner);
            drop(renderer);
            error.map(|error| error.to_string())
        });
        let Ok(HandOver {
            learner,
            train,
            validation,
            processor,
        }) = handed_over.recv()
        else {
            // Burn ended before it came to the strategy.
            let error = burn.join().unwrap_or_else(|panic| resume_unwind(panic));
            return (
                None,
                error.or_else(|| Some("Burn did not start".to_string())),
            );
        };
        let mut training_loop = TrainingLoop {
            request,
            task: start.task,
            learner,
            schedule: start.schedule,
            position: start.train.position(),
            steps_per_epoch: start.train.steps(),
            train,
            validation,
            events: events.events(processor),
            observer,
            validate,
            clock: Clock::new(start.progress.seconds),
            progress: start.progress,
            average: start.average,
            best: start.best,
            last_good: start.last_good,
            fingerprint: start.fingerprint,
        };
        let fitted = training_loop.run();
        let back = (
            training_loop.learner.model(),
            training_loop.events.processor,
        );
        let _ = give_back.send(back);
        let error = burn.join().unwrap_or_else(|panic| resume_unwind(panic));
        (Some(fitted), error)
    });
    match (fitted, error) {
        (_, Some(error)) => Err(FitError::Burn(error)),
        (Some(fitted), None) => fitted,
        (None, None) => Err(FitError::Burn("Burn did not start".to_string())),
    }
}

/// Everything before the first step, fresh or from a checkpoint.
struct Start {
    task: Arc<Task>,
    learner: Option<Learner<Trainee>>,
    schedule: Schedule,
    train: Loader,
    validation: Loader,
    progress: Progress,
    average: Option<Network>,
    best: Option<Network>,
    last_good: Option<Network>,
    fingerprint: Option<Fingerprint>,
}

impl Start {
    fn new(request: &FitRequest, initial: Option<Network>) -> Result<Self, FitError> {
        let (checkpoint, fingerprint) = stored(request)?;
        let autodiff = request.device.clone().autodiff();
        let network = match initial {
            Some(initial) => initial,
            None => first_network(&request.network, request.seed, &request.device),
        };
        let network = with_adapters(network, request);
        let mut network = network.train().fork(&autodiff);
        if network.num_params() == 0 {
            return Err(FitError::NoWeights);
        }
        let losses: Arc<[_]> = request.losses.clone().into();
        let mut progress = Progress::new(losses.len());
        let mut average = request.training.ema.as_ref().map(|_| network.valid());
        let (mut best, mut last_good, mut optimizer_record) = (None, None, None);
        if let Some(checkpoint) = checkpoint {
            let load =
                |network: Network, record| checkpoint::apply(&request.directory, network, record);
            let plain = network.valid();
            network = load(network, checkpoint.model)?;
            let plain = |record| load(plain.valid(), record);
            average = checkpoint.average.map(plain).transpose()?;
            best = checkpoint.best.map(plain).transpose()?;
            last_good = checkpoint.last_good.map(plain).transpose()?;
            optimizer_record = Some(checkpoint.optimizer);
            progress = checkpoint.progress;
        }
        let network = groups::freeze(network, &request.groups);
        let (train, validation) = loaders(request, losses.clone(), &autodiff);
        check_heads(request, &network, &train)?;
        let matrices = WeightPaths::of(&network).matrix_ids;
        let config = &request.training;
        let task = Arc::new(Task::new(losses, config, matrices, request.groups.clone()));
        let trainee = Trainee::new(network, task.clone());
        let optimizer = request
            .optimizer
            .init(&WeightPaths::of(&trainee), &request.device);
        let span = Span {
            steps_per_epoch: train.steps(),
            total_steps: train.steps() * config.epochs,
        };
        let schedule = Schedule::new(
            request.schedule.clone(),
            request.optimizer.learning_rate(),
            span,
        );
        let scheduler = groups::scheduler(&schedule, &trainee, &request.groups);
        let mut learner = Learner::new(trainee, optimizer, scheduler);
        if let Some(record) = optimizer_record {
            learner.load_optim(record);
            learner.load_scheduler(Schedule::position(
                progress.steps,
                progress.plateau.factor,
                request.groups.len(),
            ));
        }
        let learner = Some(learner);
        Ok(Self {
            task,
            learner,
            schedule,
            train,
            validation,
            progress,
            average,
            best,
            last_good,
            fingerprint,
        })
    }
}

/// The checkpoint to go on from. A new training removes an old one, which nobody should take for its own.
fn stored(request: &FitRequest) -> Result<(Option<Checkpoint>, Option<Fingerprint>), FitError> {
    let directory = &request.directory;
    if !request.resume {
        let removed = checkpoint::remove_checkpoint(directory);
        return removed
            .map(|()| (None, None))
            .map_err(|source| checkpoint::failed("remove", directory, source));
    }
    let checkpoint = Checkpoint::read(directory)?;
    let fingerprint = Fingerprint::of(request);
    checkpoint.expect(directory, &fingerprint)?;
    Ok((Some(checkpoint), Some(fingerprint)))
}

fn loaders(
    request: &FitRequest,
    losses: Arc<[crate::loss::OutputLoss]>,
    autodiff: &Device,
) -> (Loader, Loader) {
    let config = &request.training;
    let num_rows = request.train.features.num_rows;
    let plan = BatchPlan {
        seed: request.seed,
        losses: losses.clone(),
        batch_size: config.batch_size.rows(num_rows),
        accumulation: config.gradient_accumulation.max(1),
        shuffle: config.shuffle,
        unknown_rates: request.unknown_rates.clone(),
    };
    // Texts take memory by the token, so what is known to fit is not exceeded.
    let judged_rows = match request.train.features.texts.is_empty() {
        true => plan.batch_size.clamp(VALIDATION_ROWS.0, VALIDATION_ROWS.1),
        false => plan.batch_size,
    };
    let validation_plan = BatchPlan {
        seed: request.seed,
        losses,
        batch_size: judged_rows,
        accumulation: 1,
        shuffle: false,
        unknown_rates: Vec::new(),
    };
    let train = Arc::new(request.train.clone());
    let validation = match &request.validation {
        Some(part) => Loader::new(
            Arc::new(part.clone()),
            validation_plan,
            request.device.clone(),
        ),
        None => Loader::new(train.clone(), validation_plan, request.device.clone()).without_rows(),
    };
    (Loader::new(train, plan, autodiff.clone()), validation)
}

/// Sends one batch through the network, so that a mistake in its shapes shows before hours of training.
fn check_heads(request: &FitRequest, network: &Network, train: &Loader) -> Result<(), FitError> {
    let plain = train.clone().on(&request.device);
    let widths = validation::head_widths(network, &plain);
    for ((head, loss), found) in request
        .network
        .heads
        .iter()
        .zip(&request.losses)
        .zip(widths)
    {
        if let Some(expected) = loss.width().filter(|width| found != *width) {
            return Err(FitError::HeadWidth {
                head: head.name.clone(),
                found,
                expected,
            });
        }
    }
    Ok(())
}

/// What Burn has prepared for a strategy.
struct HandOver {
    learner: Learner<Trainee>,
    train: TrainLoader<Trainee>,
    validation: ValidLoader<Trainee>,
    processor: SupervisedTrainingEventProcessor<Trainee>,
}

type Back = (Trainee, SupervisedTrainingEventProcessor<Trainee>);

/// Gives the training away and waits for it to come back.
struct HandOverStrategy {
    hand_over: Sender<HandOver>,
    given_back: Mutex<Receiver<Back>>,
}

impl SupervisedLearningStrategy<Trainee> for HandOverStrategy {
    fn fit(
        &self,
        components: TrainingComponents<Trainee>,
        learner: Learner<Trainee>,
        train: TrainLoader<Trainee>,
        validation: ValidLoader<Trainee>,
        _starting_epoch: usize,
    ) -> Back {
        let processor = components.event_processor;
        let sent = self.hand_over.send(HandOver {
            learner,
            train,
            validation,
            processor,
        });
        let given_back = self
            .given_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match sent.map(|()| given_back.recv()) {
            Ok(Ok(back)) => back,
            // The loop panicked; that panic is the one to report.
            _ => resume_unwind(Box::new("the training loop ended early")),
        }
    }
}
