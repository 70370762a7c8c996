//! Burn's full-screen display.

use burn::train::Interrupter;
use burn::train::renderer::tui::TuiMetricsRendererWrapper;

use super::Renderer;

/// What Burn's display panics with, in every thread of it, when the user asks it to kill the program.
pub const KILLED: &str = "Killing training from user input.";

/// Burn's full-screen display on standard output, which must be a terminal. Its key `q` stops `interrupter`.
///
/// The screen is given back when the display is dropped.
pub fn dashboard(interrupter: Interrupter) -> Box<dyn Renderer> {
    Box::new(TuiMetricsRendererWrapper::new(interrupter, None))
}
