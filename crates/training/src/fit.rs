//! Training a network: Burn's learner in a loop that can stop and go on anywhere.
//!
//! ```text
//! fit(FitRequest) --launch--> Burn's SupervisedTraining --our strategy--> Loop
//!                                                       epochs of steps of batches, validation, checkpoints
//! ```
//!
//! A run that was interrupted at any step, or killed, and then resumed gives the same weights, bit by bit, as one that
//! ran through (on the CPU devices). This rests on five rules:
//! - The order of rows is a function of seed and epoch; cells shown as "unknown" are a function of seed, epoch and row.
//! - Before each batch the device's generator is seeded from seed and batch, so dropout does not depend on the past.
//! - A checkpoint holds everything else that a step depends on, and is one file that is replaced whole.
//! - Nothing that is drawn or summed depends on when a checkpoint is written.
//! - Which parts of the network are trained is a function of the epoch.

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use burn::train::Interrupter;
use burn::train::renderer::MetricsRenderer;
use hob_data::features::{Features, Matrix, Targets};
use hob_model::config::LoraConfig;
use hob_model::{Network, NetworkConfig, weights};
use serde::{Deserialize, Serialize};

use crate::loss::OutputLoss;
use crate::metrics::Metrics;
use crate::optimizer::OptimizerConfig;
use crate::schedule::ScheduleConfig;
use crate::training_config::TrainingConfig;

mod batches;
mod buckets;
mod check;
mod checkpoint;
mod ema;
mod error;
mod events;
mod fingerprint;
mod gradients;
mod groups;
mod launch;
mod not_finite;
mod observer;
mod progress;
pub(crate) mod random;
mod silent;
mod step;
mod training_loop;
mod validation;

#[cfg(test)]
mod tests;

pub use self::checkpoint::{has_checkpoint, remove_checkpoint};
pub use self::error::FitError;
pub use self::groups::ParameterGroup;
pub(crate) use self::groups::count_frozen;
pub use self::observer::{FitObserver, FitStart, Silent};

/// Everything a training needs.
pub struct FitRequest {
    /// Seed of everything random.
    pub seed: u64,
    /// Where to compute, without autodiff.
    pub device: Device,
    /// The network to build.
    pub network: NetworkConfig,
    /// Share of training cells shown as "unknown", per column of the code lane.
    pub unknown_rates: Vec<f64>,
    /// One loss per head.
    pub losses: Vec<OutputLoss>,
    /// How gradients become steps.
    pub optimizer: OptimizerConfig,
    /// How the learning rate changes.
    pub schedule: ScheduleConfig,
    /// Epochs, batches and the like.
    pub training: TrainingConfig,
    /// What is learned from.
    pub train: EncodedPart,
    /// What is watched meanwhile.
    pub validation: Option<EncodedPart>,
    /// Folder of the checkpoint; it must exist.
    pub directory: PathBuf,
    /// Go on from the checkpoint in `directory`.
    pub resume: bool,
    /// Ends the training after the current step.
    pub interrupter: Interrupter,
    /// Burn's own display, beside the observer.
    pub renderer: Option<Box<dyn MetricsRenderer>>,
    /// Weights to start from, in place of random ones.
    pub initial: Option<Network>,
    /// Parts of the network that learn at another rate than the rest, or not at all.
    pub groups: Vec<ParameterGroup>,
    /// Adapters of the network's text encoders; they become part of the weights at the end.
    pub adapters: Vec<Option<LoraConfig>>,
    /// Checksum of the model that `initial` has weights of.
    pub origin: Option<String>,
    /// Whether the best epoch is the one with the highest headline metric, in place of the lowest loss.
    pub watches_metric: bool,
}

/// Encoded rows and what they should give.
#[derive(Debug, Clone)]
pub struct EncodedPart {
    /// What the network sees.
    pub features: Arc<Features>,
    /// One entry per output.
    pub targets: Vec<Targets>,
}

/// What is known of an epoch at its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean loss over the epoch's rows, each at the weights of its step, without the L1 penalty.
    pub train_loss: f64,
    /// Mean loss over the validation part at the epoch's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_loss: Option<f64>,
    /// Metrics of the validation part, by name.
    pub validation: Metrics,
    /// Learning rate of the epoch's last step.
    pub learning_rate: f64,
    /// Seconds the epoch took.
    pub seconds: f64,
    /// Whether the loss is the lowest so far.
    pub best: bool,
}

/// A trained network.
#[derive(Debug)]
pub struct Fitted {
    /// For inference, on the plain device.
    pub network: Network,
    /// One record per epoch, those before an interruption included.
    pub epochs: Vec<EpochRecord>,
    /// Why training ended.
    pub stop: StopReason,
    /// Optimizer steps.
    pub steps: usize,
    /// Seconds of training, those before an interruption included.
    pub seconds: f64,
    /// The epoch with the lowest loss, counted from 1.
    pub best_epoch: Option<usize>,
    /// The epoch whose weights were kept, counted from 1; `None` when it is the last.
    pub kept_epoch: Option<usize>,
}

impl Fitted {
    /// A network that needs no training, after so many seconds.
    pub(crate) fn untrained(network: Network, seconds: f64) -> Self {
        Self {
            network,
            epochs: Vec::new(),
            stop: StopReason::Finished,
            steps: 0,
            seconds,
            best_epoch: None,
            kept_epoch: None,
        }
    }
}

/// Why training ended.
#[derive(Debug, Clone, PartialEq)]
pub enum StopReason {
    /// All epochs are done.
    Finished,
    /// The loss has not fallen for a while.
    EarlyStopping,
    /// The time is used up.
    TimeLimit,
    /// By the user; a checkpoint was written.
    Interrupted,
    /// The loss became infinite or not a number; the weights are those of an earlier epoch.
    NotFinite {
        /// Epoch it happened in, counted from 1.
        epoch: usize,
        /// Optimizer step it happened in, counted from 1.
        step: usize,
        /// The likely cause and what to do.
        cause: String,
    },
}

/// Computes headline metrics of the validation part from a network and the raw numbers of each of its heads.
pub type Validate<'a> = dyn FnMut(&Network, &[Matrix<f32>]) -> Metrics + 'a;

/// The random weights that a training with this seed begins with: the same on every device of a build. They are drawn
/// on the default one, because each device has a generator of its own.
pub(crate) fn first_network(config: &NetworkConfig, seed: u64, device: &Device) -> Network {
    let seed = random::number(seed, random::Purpose::Weights, &[]);
    let drawn_on = |device: &Device| {
        device.seed(seed);
        Network::new(config, device)
    };
    match hob_inference::device::device(None) {
        Ok((_, default)) if default != *device => {
            // As bytes: a network that is moved keeps the integer type of the device it comes from, which may be
            // another one.
            let moved = weights::to_bytes(&drawn_on(&default))
                .and_then(|bytes| weights::from_bytes(config, bytes, device));
            moved.expect("weights fit the network that they were drawn for")
        }
        _ => drawn_on(device),
    }
}

/// The network with its adapters. They too are drawn on the default device.
fn with_adapters(network: Network, request: &FitRequest) -> Network {
    if request.adapters.iter().all(Option::is_none) {
        return network;
    }
    let default = hob_inference::device::device(None);
    let drawn_on = default.map_or_else(|_| request.device.clone(), |(_, device)| device);
    drawn_on.seed(random::number(request.seed, random::Purpose::Adapters, &[]));
    network.with_lora(&request.adapters, &drawn_on)
}

/// Trains a network.
///
/// # Errors
/// Parts, losses and network do not fit together, the checkpoint cannot be read or written, the loss is not finite
/// before the first epoch is done, or Burn reports an error.
pub fn fit(
    request: FitRequest,
    observer: &mut dyn FitObserver,
    validate: &mut Validate<'_>,
) -> Result<Fitted, FitError> {
    check::check(&request)?;
    launch::launch(request, observer, validate)
}
