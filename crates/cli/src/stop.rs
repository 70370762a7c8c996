//! Ctrl-C: the first finishes the step, saves and ends; the second quits at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use hob_training::Interrupter;

use crate::dashboard::Terminal;
use crate::output::say;

/// Exit code of a process ended by Ctrl-C, as shells expect.
pub(crate) const INTERRUPTED: u8 = 130;

/// Stops the training of `interrupter` at the first Ctrl-C or SIGTERM. On a `display`, text would only be in the way.
pub(crate) fn on_ctrl_c(interrupter: &Interrupter, display: Option<&Terminal>) -> Result<()> {
    let (interrupter, display) = (interrupter.clone(), display.cloned());
    let asked = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::SeqCst) {
            if let Some(display) = &display {
                display.restore();
            }
            std::process::exit(INTERRUPTED.into());
        }
        if display.is_none() {
            say("stopping after this step; press Ctrl-C again to quit at once");
        }
        interrupter.stop(Some("by the user"));
    })
    .context("cannot listen for Ctrl-C")
}
