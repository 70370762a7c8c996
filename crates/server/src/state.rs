//! What all handlers share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::body::Bodies;
use crate::keys::Keys;
use crate::limits::RateLimits;
use crate::metrics::Metrics;
use crate::registry::Registry;

/// The server.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) registry: Registry,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) keys: Keys,
    pub(crate) rates: Option<RateLimits>,
    pub(crate) bodies: Bodies,
    pub(crate) max_rows: usize,
    pub(crate) timeout: Duration,
    pub(crate) has_tls: bool,
    pub(crate) shows_reports: bool,
    /// Whether the server is about to end; then it is not ready for more.
    pub(crate) is_ending: AtomicBool,
}

/// How handlers get at it.
pub(crate) type Shared = Arc<State>;
