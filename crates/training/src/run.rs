//! From a plan to a run folder: train, judge on the test part beside a trivial baseline, pack the bundle.

mod answers;
#[cfg(feature = "tui")]
mod dashboard;
mod finish;
mod fit_request;
mod forecasts;
mod recommendations;
mod scope;
mod words;

use std::time::Instant;

use burn::train::Interrupter;
use hob_data::config::NumberLoss;
use hob_data::features::{Features, Matrix};
use hob_inference::decode::decode;
use hob_inference::manifest::OutputSpec;
use hob_inference::write_atomically;
use hob_model::Network;
use hob_model::config::BodyConfig;

use crate::error::RunError;
use crate::evaluate::{Known, predicted};
use crate::fit::{
    EncodedPart, EpochRecord, FitObserver, FitRequest, FitStart, Fitted, Silent, StopReason,
    first_network, fit, remove_checkpoint,
};
use crate::forecast;
use crate::metrics::{self, Metrics};
use crate::plan::{Plan, PlannedOutput};
use crate::recommend::Evaluation;
use crate::result::RunResult;
use crate::run_folder::{MetricsLog, RunFolder};
use crate::text_encoders::TextEncoders;
use finish::Finish;
use fit_request::fit_request;

/// How a plan is run.
pub struct RunRequest<'a> {
    /// What to run.
    pub plan: &'a Plan,
    /// Where to.
    pub folder: &'a RunFolder,
    /// Device by name; the recipe's, or the default one, when absent.
    pub device: Option<&'a str>,
    /// Go on from the folder's checkpoint.
    pub resume: bool,
    /// Stops the run after the current step, from another thread.
    pub interrupter: Interrupter,
    /// Burn's own display, instead of none.
    pub renderer: Option<Box<dyn Renderer>>,
}

pub use burn::train::renderer::MetricsRenderer as Renderer;
#[cfg(feature = "tui")]
pub use dashboard::{KILLED, dashboard};

/// Trains on one batch and writes nothing; gives the seconds of the step.
///
/// # Errors
/// The device cannot be used, or the step fails.
pub fn dry_run(plan: &Plan, device: Option<&str>) -> Result<f64, RunError> {
    let (_, device) =
        hob_inference::device::device(device.or(plan.recipe.training.device.as_deref()))?;
    let rows = plan.recipe.training.batch_size.rows(plan.parts.train.len());
    let texts = TextEncoders::new(plan, &device)?;
    let started = Instant::now();
    let (train, _) = texts.encode(&plan.parts.train[..rows], &mut Silent)?;
    if !plan.is_trained() {
        return Ok(started.elapsed().as_secs_f64());
    }
    let folder = tempfile::tempdir()
        .map_err(|source| RunError::io("create", &std::env::temp_dir(), source))?;
    let mut training = plan.recipe.training.clone();
    training.epochs = 1;
    let request = FitRequest {
        training,
        ..fit_request(plan, &texts, &device, train, None, folder.path())?
    };
    let fitted = fit(request, &mut Silent, &mut |_, _| Metrics::default())?;
    Ok(fitted.seconds)
}

/// How a run ended.
#[derive(Debug)]
pub enum RunOutcome {
    /// With a result and a bundle.
    Done(Box<RunResult>),
    /// By the user; the run can be resumed.
    Interrupted {
        /// Epochs that are done.
        epochs: usize,
    },
}

/// Runs a plan.
///
/// # Errors
/// The device cannot be used, the folder cannot be written, or training fails.
pub fn run(
    request: RunRequest<'_>,
    observer: &mut dyn FitObserver,
) -> Result<RunOutcome, RunError> {
    let RunRequest {
        plan,
        folder,
        device,
        resume,
        interrupter,
        renderer,
    } = request;
    let (device_name, device) =
        hob_inference::device::device(device.or(plan.recipe.training.device.as_deref()))?;
    if !resume {
        write_atomically(&folder.recipe(), plan.source.text().as_bytes())?;
        plan.write(folder, device_name)?;
    }

    let texts = TextEncoders::new(plan, &device)?;
    if !plan.is_trained() {
        let started = Instant::now();
        let mut network = first_network(&texts.network(), plan.recipe.seed, &device);
        if let Some(planned) = &plan.recommend {
            network = planned.solved(network, &device);
        }
        let fitted = Fitted::untrained(network, started.elapsed().as_secs_f64());
        let finish = Finish {
            plan,
            texts: &texts,
            fitted: &fitted,
            specs: Vec::new(),
            device_name,
            device: &device,
        };
        let result = match &plan.recommend {
            Some(planned) => finish.recommendations(planned, folder)?,
            None => finish.answers(folder, observer)?,
        };
        return Ok(RunOutcome::Done(Box::new(result)));
    }
    let train = texts.encode_kept(&plan.parts.train, &folder.text_vectors("train"), observer)?;
    let kept = folder.text_vectors("validation");
    let validation = texts.encode_kept(&plan.parts.validation, &kept, observer)?;
    let specs: Vec<OutputSpec> = plan.outputs.iter().map(output_spec).collect();
    let known_validation = known(plan, &specs, &validation, &plan.parts.validation);
    let features = validation.features.clone();
    let series = plan
        .forecast
        .as_ref()
        .zip(validation.features.windows.clone());
    let series = series.map(|(planned, windows)| (forecast::decoder(planned), windows));
    // What a network that forecasts step by step gives in training is not its forecast.
    let is_direct = !matches!(plan.network.body, BodyConfig::Deepar(_));
    let lists = plan
        .recommend
        .as_ref()
        .filter(|planned| planned.range.is_none());
    let lists = lists.map(|planned| Evaluation::validation(planned).watched());
    let mut judge = |network: &Network, raw: &[Matrix<f32>]| match &series {
        _ if plan.recommend.is_some() => match &lists {
            Some(lists) => lists.headline(network, &device),
            None => Metrics::default(),
        },
        Some((decoder, windows)) if is_direct => forecast::headline(decoder, windows, &raw[0]),
        Some(_) => Metrics::default(),
        None => headline(&specs, &known_validation, raw, &features),
    };

    let watched = (!plan.parts.validation.is_empty()).then(|| validation.clone());
    let mut log = Logged {
        folder,
        interrupter: interrupter.clone(),
        log: None,
        failed: None,
        inner: observer,
    };
    let fit_request = FitRequest {
        resume,
        interrupter,
        renderer,
        ..fit_request(plan, &texts, &device, train.clone(), watched, folder.path())?
    };
    let fitted = fit(fit_request, &mut log, &mut judge);
    let Logged { failed, inner, .. } = log;
    // It came first: on a full disk the checkpoint cannot be written either.
    if let Some(error) = failed {
        return Err(error);
    }
    let fitted = fitted?;
    if fitted.stop == StopReason::Interrupted {
        return Ok(RunOutcome::Interrupted {
            epochs: fitted.epochs.len(),
        });
    }
    let finish = Finish {
        plan,
        texts: &texts,
        fitted: &fitted,
        specs,
        device_name,
        device: &device,
    };
    let result = match (&plan.forecast, &plan.recommend, &plan.recipe.retrieve) {
        (Some(planned), ..) => finish.forecasts(planned, folder, inner)?,
        (None, Some(planned), _) => finish.recommendations(planned, folder)?,
        (None, None, Some(_)) => finish.answers(folder, inner)?,
        (None, None, None) => {
            finish.finish(&train, &validation, &known_validation, folder, inner)?
        }
    };
    // Only now: a crash while the result is written can still be resumed.
    remove_checkpoint(folder.path())
        .and_then(|()| folder.remove_text_vectors())
        .map_err(|source| RunError::io("remove", folder.path(), source))?;
    Ok(RunOutcome::Done(Box::new(result)))
}

/// Appends every epoch to `metrics.jsonl` on its way to the screen. When that fails, the training is stopped.
struct Logged<'a> {
    folder: &'a RunFolder,
    interrupter: Interrupter,
    log: Option<MetricsLog>,
    failed: Option<RunError>,
    inner: &'a mut dyn FitObserver,
}

impl Logged<'_> {
    fn keep<T>(&mut self, result: Result<T, RunError>) -> Option<T> {
        result
            .map_err(|error| {
                self.interrupter
                    .stop(Some("a file of the run cannot be written"));
                self.failed.get_or_insert(error);
            })
            .ok()
    }
}

impl FitObserver for Logged<'_> {
    fn started(&mut self, start: &FitStart) {
        // A resumed run may have logged epochs after its checkpoint; they are trained again.
        let log = MetricsLog::start(self.folder, &start.history);
        if let Some(log) = self.keep(log) {
            self.log = Some(log);
        }
        self.inner.started(start);
    }

    fn step(
        &mut self,
        epoch: usize,
        step: usize,
        steps_per_epoch: usize,
        loss: f64,
        learning_rate: f64,
    ) {
        self.inner
            .step(epoch, step, steps_per_epoch, loss, learning_rate);
    }

    fn epoch(&mut self, record: &EpochRecord) {
        if let Some(log) = &mut self.log {
            let appended = log.append(record);
            self.keep(appended);
        }
        self.inner.epoch(record);
    }

    fn note(&mut self, text: &str) {
        self.inner.note(text);
    }
}

/// The word for the end of a training in `result.json`.
fn stop_name(stop: &StopReason) -> &'static str {
    match stop {
        StopReason::Finished => "finished",
        StopReason::EarlyStopping => "early_stopping",
        StopReason::TimeLimit => "time_limit",
        StopReason::Interrupted => "interrupted",
        StopReason::NotFinite { .. } => "not_finite",
    }
}

/// The headline metrics of every output, as `column.metric` where there are several outputs.
fn headline(
    specs: &[OutputSpec],
    known: &[Known],
    raw: &[Matrix<f32>],
    features: &Features,
) -> Metrics {
    let mut all = Metrics::default();
    for ((spec, known), raw) in specs.iter().zip(known).zip(raw) {
        // A network that has diverged gives NaN, for which no metric is defined; the loss tells of it.
        let Ok(metrics) = metrics::headline(known.truth(), predicted(&decode(spec, raw, features)))
        else {
            continue;
        };
        for (name, value) in metrics.iter() {
            match specs.len() {
                1 => all.push(name, value),
                _ => all.push(format!("{}.{name}", spec.column), value),
            }
        }
    }
    all
}

fn output_spec(output: &PlannedOutput) -> OutputSpec {
    let config = &output.config;
    let threshold = match (&config.binary, &config.set) {
        (Some(binary), _) => binary.threshold.unwrap_or(0.5),
        (_, Some(set)) => set.threshold,
        _ => 0.5,
    };
    OutputSpec {
        column: config.column.clone(),
        encoder: output.encoder.clone(),
        temperature: 1.0,
        threshold,
        scope: None,
    }
}

fn known(plan: &Plan, specs: &[OutputSpec], part: &EncodedPart, rows: &[usize]) -> Vec<Known> {
    let outputs = plan.outputs.iter().zip(specs).zip(&part.targets);
    outputs
        .map(|((output, spec), targets)| Known::new(spec, loss(output), targets, &plan.table, rows))
        .collect()
}

fn loss(output: &PlannedOutput) -> Option<&NumberLoss> {
    output.config.number.as_ref().map(|number| &number.loss)
}
