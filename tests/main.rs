//! The program from outside: the real binary on real recipes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that fails says so by panicking"
)]

mod browser; // the page of a server in a real browser
mod bundles; // damaged, foreign and future model files
mod commands; // each command, what it prints and how it ends
mod compare; // leaderboards of runs that can be compared
mod disk; // full disks, places that cannot be written, sources that vanish
mod features; // what cargo features add, and what a build without them answers
mod fine_tuning; // pretrained encoders that are trained in part
mod forecasts; // series continued, orders and production plans
mod fuzzed; // arbitrary bytes for the readers of tables, recipes and bundles
mod program; // runs the binary in a folder of its own
mod recipes; // every shipped recipe is planned, and stepped on each CPU device
mod recommend; // items that users want next
mod resume; // a killed run goes on to the same weights
mod retrieve; // questions that find their answers
mod serve; // what a server answers
mod serve_faults; // bundles, clients and signals that a server has to bear
mod served; // runs a server and asks it
mod texts; // what is proposed for texts, what a run on them warns of, and what its report shows
mod tidy; // rules of the workspace that no compiler checks
mod warm_start; // models that begin with the weights of another one
