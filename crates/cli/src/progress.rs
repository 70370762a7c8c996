//! What is shown while a network trains: a bar on a terminal, and one line per epoch.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use hob_training::fit::{EpochRecord, FitObserver, FitStart};
use indicatif::{ProgressBar, ProgressStyle};

use crate::format::counted;
use crate::output::say;

/// Shows the progress of a training on standard error.
pub(crate) struct Progress {
    epochs: usize,
    steps_per_epoch: usize,
    quiet: bool,
    bar: Option<ProgressBar>,
    /// Notes for later, when the screen belongs to another display.
    held_back: Option<Vec<String>>,
    last_draw: Instant,
}

impl Progress {
    /// `quiet` leaves out the epoch lines; the bar stays.
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = std::io::stderr().is_terminal().then(bar);
        Self {
            epochs: 0,
            steps_per_epoch: 0,
            quiet,
            bar,
            held_back: None,
            last_draw: Instant::now(),
        }
    }

    /// Beside another display: shows nothing, and says the notes when that display is closed.
    pub(crate) fn hidden() -> Self {
        Self {
            bar: None,
            held_back: Some(Vec::new()),
            ..Self::new(true)
        }
    }

    fn line(&mut self, text: &str) {
        match (&self.bar, &mut self.held_back) {
            (_, Some(held_back)) => held_back.push(text.to_owned()),
            (Some(bar), None) => bar.suspend(|| say(text)),
            (None, None) => say(text),
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{bar:24.cyan/blue} {percent:>3} %  {msg}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

impl FitObserver for Progress {
    fn texts(&mut self, done: usize, total: usize) {
        match &self.bar {
            Some(bar) => {
                bar.set_length(total as u64);
                bar.set_position(done as u64);
                bar.set_message(format!("encoding texts {done}/{total}"));
            }
            None if done == total && !self.quiet => {
                say(&format!("encoded {}", counted(total, "text")))
            }
            None => {}
        }
    }

    fn started(&mut self, start: &FitStart) {
        self.epochs = start.epochs;
        self.steps_per_epoch = start.steps_per_epoch;
        if let Some(bar) = &self.bar {
            bar.set_length((start.epochs * start.steps_per_epoch) as u64);
            bar.set_position(start.steps_done as u64);
        }
        if start.steps_done > 0 {
            self.line(&format!(
                "resuming after {} epochs, {} steps",
                start.history.len(),
                start.steps_done
            ));
        }
    }

    fn step(
        &mut self,
        epoch: usize,
        step: usize,
        _steps_per_epoch: usize,
        loss: f64,
        _learning_rate: f64,
    ) {
        let Some(bar) = &self.bar else { return };
        // Steps may take microseconds; drawing each would cost more than training.
        if self.last_draw.elapsed() < Duration::from_millis(100) {
            return;
        }
        self.last_draw = Instant::now();
        bar.set_position(((epoch - 1) * self.steps_per_epoch + step) as u64);
        bar.set_message(format!("epoch {epoch}/{}  loss {loss:.4}", self.epochs));
    }

    fn epoch(&mut self, record: &EpochRecord) {
        if !self.quiet {
            self.line(&epoch_line(record, self.epochs));
        }
    }

    fn note(&mut self, text: &str) {
        self.line(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        for note in self.held_back.iter().flatten() {
            say(note);
        }
    }
}

fn epoch_line(record: &EpochRecord, epochs: usize) -> String {
    let width = epochs.to_string().len();
    let mut line = format!(
        "epoch {:>width$}/{epochs}  loss {:.4}",
        record.epoch, record.train_loss
    );
    if let Some(loss) = record.validation_loss {
        line.push_str(&format!("  val loss {loss:.4}"));
    }
    for (name, value) in record.validation.iter() {
        line.push_str(&format!("  {name} {}", crate::format::number(value)));
    }
    if record.seconds >= 0.1 {
        line.push_str(&format!("  {:.1} s", record.seconds));
    }
    line
}
