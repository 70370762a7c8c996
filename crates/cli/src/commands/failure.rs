//! How an error ends the program.

use std::io;
use std::process::ExitCode;

use hob_training::error::RunError;
use hob_training::fit::FitError;
use hob_training::recipe::{Problem, RecipeError};

use crate::output::say;

/// The request was fine, the run was not.
const FAILED: u8 = 1;
/// The request was wrong: a recipe, a file, an argument.
const WRONG: u8 = 2;

/// The request was wrong in a way that only this crate knows of.
#[derive(Debug)]
pub(crate) struct WrongRequest(pub(crate) String);

impl std::fmt::Display for WrongRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongRequest {}

/// An error that is only an exit code, because everything has been said.
#[derive(Debug)]
pub(crate) struct Silent(pub(crate) u8);

impl std::fmt::Display for Silent {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Silent {}

/// Prints an error with its causes and says which exit code it is.
pub(crate) fn exit(error: &anyhow::Error) -> ExitCode {
    if let Some(Silent(code)) = error.downcast_ref() {
        return ExitCode::from(*code);
    }
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    // A rendered recipe problem brings its own heading.
    let heading = if is_rendered(error) { "" } else { "error: " };
    let mut text = format!("{heading}{error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text.push_str(&format!("\n  because {cause}"));
        }
    }
    // Hints stand last and on a line of their own.
    let (hints, facts): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("hint: "));
    say(&facts
        .into_iter()
        .chain(hints)
        .collect::<Vec<_>>()
        .join("\n"));
    ExitCode::from(code(error))
}

/// With `--json`, prints the problems of a recipe as a document, so that a script need not read prose.
pub(crate) fn report_json(error: anyhow::Error, json: bool) -> anyhow::Error {
    let problems = match problems(&error) {
        Some(problems) if json => problems,
        _ => return error,
    };
    match crate::output::json(&serde_json::json!({ "problems": problems })) {
        Ok(()) => Silent(WRONG).into(),
        Err(error) => error,
    }
}

fn problems(error: &anyhow::Error) -> Option<&Vec<Problem>> {
    let recipe = match (
        error.downcast_ref::<RecipeError>(),
        error.downcast_ref::<RunError>(),
    ) {
        (Some(error), _) => error,
        (None, Some(RunError::Recipe(error))) => error,
        _ => return None,
    };
    match recipe {
        RecipeError::Problems { problems, .. } => Some(problems),
        _ => None,
    }
}

/// `hob predict ... | head` closes the pipe early, which is no error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    error
        .chain()
        .any(|cause| cause.downcast_ref().is_some_and(broken))
}

fn is_rendered(error: &anyhow::Error) -> bool {
    problems(error).is_some()
}

/// Whether another path would help: it does not exist, is of the wrong kind, or may not be used. A full disk, a device
/// that fails or a process that may have no more of something are no fault of the request.
fn is_about_the_path(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
    )
}

fn code(error: &anyhow::Error) -> u8 {
    let io = error.chain().find_map(|cause| cause.downcast_ref());
    if let Some(io) = io {
        return if is_about_the_path(io) { WRONG } else { FAILED };
    }
    match error.downcast_ref::<RunError>() {
        Some(RunError::Fit(FitError::NotFinite { .. } | FitError::Burn(_))) => FAILED,
        Some(RunError::Metrics { .. }) => FAILED,
        Some(_) => WRONG,
        None if error.is::<WrongRequest>()
            || error.is::<RecipeError>()
            || error.is::<hob_data::error::DataError>()
            || error.is::<hob_server::ServeError>()
            || error.is::<hob_inference::InferenceError>() =>
        {
            WRONG
        }
        None => FAILED,
    }
}
