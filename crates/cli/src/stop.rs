//! Ctrl-C: the first finishes the step, saves and ends; the second quits at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use hob_training::Interrupter;

use crate::output::say;

/// Exit code of a process ended by Ctrl-C, as shells expect.
const INTERRUPTED: i32 = 130;

/// Stops the training of `interrupter` at the first Ctrl-C or SIGTERM.
pub(crate) fn on_ctrl_c(interrupter: &Interrupter) -> Result<()> {
    let interrupter = interrupter.clone();
    let asked = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED);
        }
        say("stopping after this step; press Ctrl-C again to quit at once");
        interrupter.stop(Some("by the user"));
    })
    .context("cannot listen for Ctrl-C")
}
