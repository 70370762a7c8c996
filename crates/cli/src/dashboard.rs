//! Burn's full-screen display: when it can be shown, and how the terminal gets well again. For Unix.

use std::any::Any;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use anyhow::Result;
use crossterm::cursor::Show;
use crossterm::event::DisableMouseCapture;
use crossterm::execute;
use crossterm::terminal::LeaveAlternateScreen;
use hob_training::Interrupter;
use hob_training::run::{KILLED, Renderer, dashboard};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::args::TrainArgs;
use crate::commands::failure::{Silent, WrongRequest};
use crate::stop::INTERRUPTED;

/// How long Burn's thread may take to open the screen. After that, Ctrl-C stays a key without a meaning.
const PATIENCE: Duration = Duration::from_secs(2);

/// The terminal of standard input and output as it was before the display.
#[derive(Clone)]
pub(crate) struct Terminal {
    modes: Termios,
}

impl Terminal {
    /// With `--tui`, the terminal to show it on; an error when there is none.
    pub(crate) fn asked_for(args: &TrainArgs) -> Result<Option<Self>> {
        if !args.tui {
            return Ok(None);
        }
        let other = match (io::stdin().is_terminal(), io::stdout().is_terminal()) {
            (true, true) => {
                let modes = tcgetattr(io::stdin())?;
                return Ok(Some(Self { modes }));
            }
            (true, false) => "standard output",
            (false, _) => "standard input",
        };
        let text = format!(
            "`--tui` needs a terminal, but {other} is none\nhint: without `--tui`, each epoch is a line of text"
        );
        Err(WrongRequest(text).into())
    }

    /// Opens the display. Its raw mode makes Ctrl-C a key, which Burn ignores; here it becomes a signal again.
    pub(crate) fn show(&self, interrupter: &Interrupter) -> Box<dyn Renderer> {
        let renderer = dashboard(interrupter.clone());
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Ok(mut modes) = tcgetattr(io::stdin())
                && !modes.local_modes.contains(LocalModes::ICANON)
            {
                modes.local_modes.insert(LocalModes::ISIG);
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        renderer
    }

    /// Closes the display from outside, for a process that ends at once.
    pub(crate) fn restore(&self) {
        let _ = execute!(
            io::stdout(),
            DisableMouseCapture,
            LeaveAlternateScreen,
            Show
        );
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.modes);
    }

    /// Runs `training`. Burn's display ends it by a panic when the user chooses to kill it; that is no defect.
    pub(crate) fn killable<T>(terminal: Option<&Self>, training: impl FnOnce() -> T) -> Result<T> {
        let Some(terminal) = terminal else {
            return Ok(training());
        };
        catch_unwind(AssertUnwindSafe(training)).or_else(|panic| {
            terminal.restore();
            match is_kill(&*panic) {
                true => Err(Silent(INTERRUPTED).into()),
                false => resume_unwind(panic),
            }
        })
    }
}

fn is_kill(panic: &(dyn Any + Send)) -> bool {
    panic.downcast_ref::<&str>() == Some(&KILLED)
}
