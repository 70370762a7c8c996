//! What a training is, so that a checkpoint of another one is not taken for its own.

use hob_data::features::{Features, Matrix, Targets};
use hob_data::forecast::Windows;
use hob_data::recommend::InteractionRows;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{EncodedPart, FitRequest};
use crate::training_config::TrainingConfig;

/// Digests of everything that the weights depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    seed: u64,
    network: String,
    data: String,
    losses: String,
    optimizer: String,
    schedule: String,
    training: String,
    #[serde(default)]
    origin: Option<String>,
}

impl Fingerprint {
    pub(crate) fn of(request: &FitRequest) -> Self {
        // A run may be made longer, and what says how it is run and not what comes out may change.
        let fixed = TrainingConfig::default();
        let training = TrainingConfig {
            epochs: fixed.epochs,
            device: fixed.device,
            checkpoint_seconds: fixed.checkpoint_seconds,
            time_limit_seconds: fixed.time_limit_seconds,
            ..request.training.clone()
        };
        Self {
            seed: request.seed,
            network: json(&request.network),
            data: data(request),
            losses: json(&request.losses),
            optimizer: json(&(&request.optimizer, &request.groups, &request.adapters)),
            schedule: json(&request.schedule),
            training: json(&training),
            origin: request.origin.clone(),
        }
    }

    /// The first thing that differs.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        let pairs = [
            ("data", &self.data, &other.data),
            ("network", &self.network, &other.network),
            ("loss", &self.losses, &other.losses),
            ("optimizer", &self.optimizer, &other.optimizer),
            ("schedule", &self.schedule, &other.schedule),
            ("`[training]` section", &self.training, &other.training),
        ];
        if self.seed != other.seed {
            return Some("seed");
        }
        if self.origin != other.origin {
            return Some("model in `training.warm_start`");
        }
        pairs
            .into_iter()
            .find(|(_, own, other)| own != other)
            .map(|(what, _, _)| what)
    }
}

fn json<T: Serialize>(value: &T) -> String {
    let text = serde_json::to_vec(value).expect("a configuration has only maps with text keys");
    hex(Sha256::digest(text).as_slice())
}

fn data(request: &FitRequest) -> String {
    let mut digest = Sha256::new();
    for part in std::iter::once(&request.train).chain(&request.validation) {
        add_part(&mut digest, part);
    }
    for rate in &request.unknown_rates {
        digest.update(rate.to_le_bytes());
    }
    hex(digest.finalize().as_slice())
}

fn add_features(digest: &mut Sha256, features: &Features) {
    let Features {
        num_rows,
        numbers,
        dense,
        codes,
        texts,
        windows,
        interactions,
    } = features;
    digest.update((*num_rows as u64).to_le_bytes());
    add_floats(digest, numbers.width, &numbers.values);
    add_floats(digest, dense.width, &dense.values);
    add_codes(digest, codes.width, &codes.values);
    for lists in texts {
        let offsets: Vec<i32> = lists.offsets.iter().map(|&offset| offset as i32).collect();
        add_codes(digest, 1, &offsets);
        add_codes(digest, 1, &lists.ids);
    }
    if let Some(windows) = windows {
        add_windows(digest, windows);
    }
    if let Some(interactions) = interactions {
        add_interactions(digest, interactions);
    }
}

fn add_part(digest: &mut Sha256, part: &EncodedPart) {
    add_features(digest, &part.features);
    for targets in &part.targets {
        match targets {
            // They are those of the features.
            Targets::Windows(_) | Targets::Interactions(_) => {}
            Targets::Classes(values) => add_codes(digest, 1, values),
            Targets::Binary(values) | Targets::Numbers(values) => add_floats(digest, 1, values),
            Targets::Labels(Matrix { width, values }) => add_floats(digest, *width, values),
            Targets::Tags(lists) => {
                for offset in &lists.offsets {
                    digest.update((*offset as u64).to_le_bytes());
                }
                add_codes(digest, 1, &lists.tags);
            }
        }
    }
}

fn add_interactions(digest: &mut Sha256, interactions: &InteractionRows) {
    let shared = &interactions.shared;
    digest.update(format!("{:?}", shared.learning));
    for event in &shared.interactions.events {
        digest.update([event.user, event.item].map(u32::to_le_bytes).concat());
        digest.update(event.value.to_le_bytes());
        digest.update(event.time.to_le_bytes());
    }
    for row in &interactions.rows {
        digest.update(format!("{row:?}"));
    }
    for features in [&shared.item_features, &shared.user_features]
        .into_iter()
        .flatten()
    {
        add_features(digest, features);
    }
}

fn add_windows(digest: &mut Sha256, windows: &Windows) {
    let fitted = serde_json::to_vec(windows.preprocessor());
    digest.update(fitted.expect("what is fitted has only text keys"));
    for series in &windows.panel.series {
        digest.update((series.start as u64).to_le_bytes());
        add_floats(digest, 1, &series.target);
        add_floats(digest, series.known.width, &series.known.values);
        add_floats(digest, series.past.width, &series.past.values);
        add_floats(digest, 1, &series.static_numbers);
    }
    for place in &windows.places {
        digest.update([place.series, place.origin].map(u32::to_le_bytes).concat());
    }
}

fn add_floats(digest: &mut Sha256, width: usize, values: &[f32]) {
    add(
        digest,
        width,
        values.iter().map(|value| value.to_le_bytes()),
    );
}

fn add_codes(digest: &mut Sha256, width: usize, values: &[i32]) {
    add(
        digest,
        width,
        values.iter().map(|value| value.to_le_bytes()),
    );
}

fn add(digest: &mut Sha256, width: usize, values: impl ExactSizeIterator<Item = [u8; 4]>) {
    digest.update(
        [width as u64, values.len() as u64]
            .map(u64::to_le_bytes)
            .concat(),
    );
    let mut buffer = Vec::with_capacity(1 << 16);
    for value in values {
        buffer.extend_from_slice(&value);
        if buffer.len() >= 1 << 16 {
            digest.update(&buffer);
            buffer.clear();
        }
    }
    digest.update(&buffer);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
