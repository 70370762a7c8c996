//! `hob serve`: models over HTTP.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use hob_server::{LogFormat, ModelSource, ServeConfig, TlsFiles};

use crate::args::{ServeArgs, ServeLog};
use crate::output::say;

/// Holds an API key, for those who keep secrets in the environment.
const KEY_VARIABLE: &str = "HOB_API_KEY";

/// Serves until the process is asked to end.
pub(crate) fn serve(args: &ServeArgs) -> Result<()> {
    let config = config(args);
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    hob_server::serve(&config, |addr| {
        say(&format!("serving at {scheme}://{addr}; Ctrl-C ends"));
        let has_keys = config.api_keys.is_some() || config.api_key.is_some();
        if !addr.ip().is_loopback() && !has_keys {
            say(
                "note: other machines can ask, and no API key is needed; `--api-keys FILE` asks for one",
            );
        }
        if !addr.ip().is_loopback() && config.tls.is_none() {
            say(
                "note: connections are not encrypted; give `--tls-cert` and `--tls-key`, or stand behind a proxy that does",
            );
        }
    })?;
    Ok(())
}

fn config(args: &ServeArgs) -> ServeConfig {
    let tls = args.tls_cert.clone().zip(args.tls_key.clone());
    ServeConfig {
        models: args.models.iter().map(|text| source(text)).collect(),
        addr: args.addr,
        device: args.device.clone(),
        workers: args.workers.map_or_else(default_workers, usize::from),
        batch_rows: args.batch_rows as usize,
        batch_wait: Duration::from_millis(args.batch_wait),
        queue: args.queue as usize,
        max_body: args.max_body as usize * 1_000_000,
        max_file: args.max_file as usize * 1_000_000,
        reports: args.reports,
        max_rows: args.max_rows as usize,
        timeout: Duration::from_secs(args.timeout.into()),
        max_connections: args.max_connections as usize,
        api_keys: args.api_keys.clone(),
        api_key: std::env::var(KEY_VARIABLE)
            .ok()
            .filter(|key| !key.is_empty()),
        rate_limit: args.rate_limit,
        tls: tls.map(|(certificate, key)| TlsFiles { certificate, key }),
        cors_origins: args.cors_origin.clone(),
        log: match args.log {
            ServeLog::Text => LogFormat::Text,
            ServeLog::Json => LogFormat::Json,
        },
        access_log: args.access_log,
    }
}

/// Large operations use all cores by themselves.
fn default_workers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores / 4).clamp(1, 8)
}

/// `name=path`, or a path alone; one that exists is never taken apart.
fn source(text: &str) -> ModelSource {
    match text.split_once('=') {
        Some((name, path)) if !PathBuf::from(text).exists() => ModelSource {
            name: Some(name.to_string()),
            path: path.into(),
        },
        _ => ModelSource {
            name: None,
            path: text.into(),
        },
    }
}
