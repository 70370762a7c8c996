//! What `hob serve` was asked for.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A bundle and the name it is served under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSource {
    /// Part of every path; the name in the bundle when absent.
    pub name: Option<String>,
    /// A bundle or a run folder.
    pub path: PathBuf,
}

/// Certificate and key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How the log is written to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object per line.
    Json,
}

/// Everything that a server is told when it starts.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// What is served.
    pub models: Vec<ModelSource>,
    /// Where to listen.
    pub addr: SocketAddr,
    /// The device of all models; the default one when absent.
    pub device: Option<String>,
    /// Threads per model that compute.
    pub workers: usize,
    /// No request is put to a batch that has as many rows.
    pub batch_rows: usize,
    /// How long a request may wait for others to share a pass with. Requests that wait anyway share one without it.
    pub batch_wait: Duration,
    /// Requests per model that may wait.
    pub queue: usize,
    /// Bytes of a JSON request.
    pub max_body: usize,
    /// Bytes of a file.
    pub max_file: usize,
    /// Rows of a JSON request.
    pub max_rows: usize,
    /// Time for the body of a request to arrive, and again for its answer.
    pub timeout: Duration,
    /// Open connections; more wait until one is closed.
    pub max_connections: usize,
    /// Who may ask: lines of a name and the SHA-256 of a key.
    pub api_keys: Option<PathBuf>,
    /// A key given directly, such as from the environment.
    pub api_key: Option<String>,
    /// Requests per second and key, or address where there are no keys.
    pub rate_limit: Option<u32>,
    /// Encrypted connections.
    pub tls: Option<TlsFiles>,
    /// Pages of other origins that may ask.
    pub cors_origins: Vec<String>,
    /// Whether the reports of run folders can be read; they show rows of the test part.
    pub reports: bool,
    /// How to log.
    pub log: LogFormat,
    /// Whether every request is logged, without its content.
    pub access_log: bool,
}
