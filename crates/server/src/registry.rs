//! The models there are, by name.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use hyper::StatusCode;

use crate::config::{ModelSource, ServeConfig};
use crate::error::ServeError;
use crate::metrics::{Metrics, ReloadLabels};
use crate::problem::{Problem, said};
use crate::queue::Queue;
use crate::served::{Fingerprint, Served};

/// A name, and the bundle that is served under it at the moment.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    served: RwLock<Arc<Served>>,
    /// The file that was last looked at, and why it could not be used.
    last: Mutex<(Option<Fingerprint>, Option<String>)>,
    pub(crate) queue: Queue,
}

impl Entry {
    /// What answers now. It stays usable for whoever holds it when another one takes its place.
    pub(crate) fn served(&self) -> Arc<Served> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&served)
    }

    /// Why the bundle on disk is not the one that answers.
    pub(crate) fn reload_error(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.1.clone()
    }

    /// Whether the file is another one than when it was last looked at.
    pub(crate) fn has_changed(&self) -> bool {
        let now = Fingerprint::of(&self.path);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        now.is_some() && now != last.0
    }

    /// Opens the file again. A bundle that passes its self-test takes the place of the old one at once and whole;
    /// otherwise the old one goes on answering.
    pub(crate) fn reload(&self, device: Option<&str>, metrics: &Metrics) {
        let fingerprint = Fingerprint::of(&self.path);
        let opened = Served::open(Some(&self.name), &self.path, device, metrics);
        let (result, error) = match opened {
            Ok(served) => {
                let mut place = self.served.write().unwrap_or_else(PoisonError::into_inner);
                *place = Arc::new(served);
                tracing::info!(model = self.name, "loaded the changed bundle");
                ("loaded", None)
            }
            Err(error) => {
                let error = said(&error);
                tracing::error!(
                    model = self.name,
                    error,
                    "kept the bundle that was loaded before"
                );
                ("failed", Some(error))
            }
        };
        let labels = ReloadLabels {
            model: self.name.clone(),
            result,
        };
        metrics.reloads.get_or_create(&labels).inc();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = (fingerprint, error);
    }
}

/// All models.
#[derive(Debug)]
pub(crate) struct Registry {
    entries: BTreeMap<String, Arc<Entry>>,
}

impl Registry {
    /// Opens every bundle and starts the workers of each.
    pub(crate) fn open(config: &ServeConfig, metrics: &Arc<Metrics>) -> Result<Self, ServeError> {
        let mut entries = BTreeMap::new();
        for source in &config.models {
            let entry = open(source, config, metrics)?;
            if entries.contains_key(&entry.name) {
                return Err(ServeError::SameName {
                    name: entry.name.clone(),
                    path: source.path.clone(),
                });
            }
            entries.insert(entry.name.clone(), entry);
        }
        Ok(Self { entries })
    }

    /// In the order of their names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.values()
    }

    /// The model of that name; the problem says which there are.
    pub(crate) fn get(&self, name: &str) -> Result<&Arc<Entry>, Problem> {
        self.entries.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.entries.keys().map(String::as_str).collect();
            let similar = hob_data::error::similar_name(name, names.iter().copied());
            let problem = Problem::new(
                StatusCode::NOT_FOUND,
                format!("there is no model `{name}`; there is {}", names.join(", ")),
            );
            match similar {
                Some(similar) => problem.hint(format!("did you mean `{similar}`?")),
                None => problem,
            }
        })
    }
}

fn open(
    source: &ModelSource,
    config: &ServeConfig,
    metrics: &Arc<Metrics>,
) -> Result<Arc<Entry>, ServeError> {
    let path = &source.path;
    let fingerprint = Fingerprint::of(path);
    let failed = |error| ServeError::Model {
        path: path.clone(),
        source: Box::new(error),
    };
    let device = config.device.as_deref();
    let served = Served::open(source.name.as_deref(), path, device, metrics).map_err(failed)?;
    let name = served.name.clone();
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) {
        return Err(ServeError::BadName {
            name,
            path: path.clone(),
        });
    }
    let entry = Arc::new(Entry {
        name,
        path: path.clone(),
        served: RwLock::new(Arc::new(served)),
        last: Mutex::new((fingerprint, None)),
        queue: Queue::new(config.queue),
    });
    for _ in 0..config.workers {
        Queue::start_worker(&entry, config, metrics)?;
    }
    Ok(entry)
}
