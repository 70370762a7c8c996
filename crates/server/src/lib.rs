//! How is a model served? Bundles over HTTP, with a page to try them.
//!
//! ```text
//! connection --listen--> router --access (key, rate)--> handler --queue--> worker: rows of many requests, one pass
//! ```
//!
//! Handlers run on the async threads and only parse and wait. Everything that computes runs on worker threads, one or
//! more per model, behind a queue with a bound: what does not fit is refused at once with 503, so that memory stays flat.

mod access;
mod answers;
mod body;
mod config;
mod drift;
mod error;
mod handlers;
mod info;
mod keys;
mod limits;
mod listen;
mod logging;
mod metrics;
mod openapi;
mod page;
mod problem;
mod queue;
mod registry;
mod reload;
mod request;
mod routes;
mod row_schema;
mod rows;
mod served;
mod signals;
mod state;
mod tls;

pub use config::{LogFormat, ModelSource, ServeConfig, TlsFiles};
pub use error::ServeError;
pub use listen::serve;
