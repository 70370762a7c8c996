//! `hob`: train deep-learning models from recipe files, and ship each as one file.
//!
//! One function per command, in `commands`. Standard output is data, standard error is talk. Exit codes: 0 done, 1 the
//! run failed, 2 the request was wrong.

mod args;
mod commands;
#[cfg_attr(not(feature = "tui"), path = "no_dashboard.rs")]
mod dashboard;
mod embedded;
mod format;
mod output;
mod progress;
mod report;
mod simulation;
mod stop;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser;

/// Halves the time of large steps against the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !hob_data::guard::is_guarded() {
            print(panic);
        }
    }));
    let result = match Cli::parse().command {
        Command::Train(args) => commands::train::train(&args),
        Command::Check(args) => commands::check::check(&args),
        Command::Init(args) => commands::init::init(&args),
        Command::Evaluate(args) => commands::evaluate::evaluate(&args),
        Command::Predict(args) => commands::predict::predict(&args),
        Command::Order(args) => commands::order::order(&args),
        Command::Produce(args) => commands::produce::produce(&args),
        Command::Chat(args) => commands::chat::chat(&args),
        Command::Serve(args) => commands::serve::serve(&args),
        Command::Show(args) => commands::show::show(&args),
        Command::Export(args) => commands::export::export(&args),
        Command::Compare(args) => commands::compare::compare(&args),
        Command::Report(args) => commands::report::report(&args),
        Command::Recipes(args) => commands::recipes::recipes(&args),
        Command::Schema => commands::schema::schema(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => commands::failure::exit(&error),
    }
}
