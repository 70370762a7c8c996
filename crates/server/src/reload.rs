//! Bundles that change while they are served.

use std::sync::Arc;
use std::time::Duration;

use crate::registry::Entry;
use crate::signals::Hangup;
use crate::state::Shared;

/// How often files are looked at.
const EVERY: Duration = Duration::from_secs(2);
/// How often clients that no longer ask are forgotten.
const FORGET_EVERY: u32 = 30;

/// Loads what has changed: at once when asked by SIGHUP, otherwise when it is seen.
pub(crate) async fn watch(state: Shared, device: Option<String>) -> std::io::Result<()> {
    let mut hangup = Hangup::new()?;
    let mut ticks = tokio::time::interval(EVERY);
    let mut round = 0u32;
    loop {
        let asked = tokio::select! {
            () = hangup.wait() => true,
            _ = ticks.tick() => false,
        };
        for entry in state.registry.entries() {
            let entry = Arc::clone(entry);
            let (state, device) = (state.clone(), device.clone());
            let look = move || look(&entry, asked, device.as_deref(), &state);
            // A bundle that makes its reader fail must not end the watch.
            if tokio::task::spawn_blocking(look).await.is_err() {
                tracing::error!("a bundle could not be looked at");
            }
        }
        round = round.wrapping_add(1);
        if let (Some(rates), 0) = (&state.rates, round % FORGET_EVERY) {
            rates.forget_idle();
        }
    }
}

fn look(entry: &Entry, asked: bool, device: Option<&str>, state: &Shared) {
    if asked || entry.has_changed() {
        entry.reload(device, &state.metrics);
    }
}
