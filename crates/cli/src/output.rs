//! Standard output is data, standard error is talk. The only place that prints.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Writes data to standard output.
pub(crate) fn data(text: &str) -> Result<()> {
    bytes(text.as_bytes())
}

/// Writes data that is no text to standard output.
pub(crate) fn bytes(bytes: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    // What stays in the buffer is written at exit, where nobody hears of an error.
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.context("cannot write to standard output")
}

/// Writes a line of data to standard output.
pub(crate) fn line(text: &str) -> Result<()> {
    data(&format!("{text}\n"))
}

/// Writes a line of talk to standard error. A closed standard error is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes a JSON document to standard output.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<()> {
    line(&serde_json::to_string_pretty(value).context("cannot write JSON")?)
}
