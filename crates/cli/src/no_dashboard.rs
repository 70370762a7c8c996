//! Stands in for `dashboard.rs` in a build without the feature `tui`: there is no display, so no value of its type.

use anyhow::Result;
use hob_training::Interrupter;
use hob_training::run::Renderer;

use crate::args::TrainArgs;

#[derive(Clone)]
pub(crate) enum Terminal {}

impl Terminal {
    pub(crate) fn asked_for(_: &TrainArgs) -> Result<Option<Self>> {
        Ok(None)
    }

    pub(crate) fn show(&self, _: &Interrupter) -> Box<dyn Renderer> {
        match *self {}
    }

    pub(crate) fn restore(&self) {
        match *self {}
    }

    pub(crate) fn killable<T>(terminal: Option<&Self>, training: impl FnOnce() -> T) -> Result<T> {
        match terminal {
            Some(terminal) => match *terminal {},
            None => Ok(training()),
        }
    }
}
