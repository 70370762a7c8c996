//! What can be wrong with the table or the settings of a forecast.

use super::frequency::{BadFrequency, Frequency};
use super::places::{Change, Gap, Length, RowAt, Rows, RowsAt, StepAt, listed};
use crate::preprocess::PreprocessError;

/// A forecast that cannot be planned or made. Rows are indexes into the table, from 0; messages count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// A column is absent or was read as another type.
    #[error(transparent)]
    Column(#[from] PreprocessError),
    /// A key of `[forecast]` with a value that cannot be used.
    #[error("`{key}` {problem}")]
    Setting {
        /// The key below `[forecast]`.
        key: &'static str,
        /// What is wrong and what would do.
        problem: String,
    },
    /// `frequency` is none.
    #[error(transparent)]
    Frequency(#[from] BadFrequency),
    /// A table without rows.
    #[error("there are no rows to forecast from")]
    NoRows,
    /// Rows without a time.
    #[error("column `{column}` has no time in {}", Rows(rows, *count))]
    MissingTimes {
        /// The time column.
        column: String,
        /// The first of them.
        rows: Vec<usize>,
        /// All of them.
        count: usize,
    },
    /// Rows that name no series.
    #[error("column `{column}` names the series, but has no value in {}", Rows(rows, *count))]
    MissingKeys {
        /// The key column.
        column: String,
        /// The first of them.
        rows: Vec<usize>,
        /// All of them.
        count: usize,
    },
    /// Every series has one time only.
    #[error(
        "the frequency cannot be inferred, because no series has two different times\n\
         hint: give `frequency`, or check the columns named in `series`"
    )]
    NoFrequency,
    /// Times without a common step.
    #[error(
        "the frequency cannot be inferred: most rows are {mostly}, but {} between such steps: {}\n\
         hint: correct the times, or give `frequency`; with `duplicates` = \"sum\", \"mean\" or \"last\" rows are put \
         into their step",
        if *count == 1 { "one row is".into() } else { format!("{count} rows are") },
        listed(rows, *count)
    )]
    NoCommonStep {
        /// The most frequent distance.
        mostly: Frequency,
        /// The first rows that break it.
        rows: Vec<RowAt>,
        /// All of them.
        count: usize,
    },
    /// Times between the steps.
    #[error(
        "the steps are {frequency} ({}), but {} between them: {}\n\
         hint: correct the times, give a finer `frequency`, or set `duplicates` to \"sum\", \"mean\" or \"last\" to put \
         the rows of a step together",
        example.join(", "),
        if *count == 1 { "one row is".into() } else { format!("{count} rows are") },
        listed(rows, *count)
    )]
    OffGrid {
        /// The distance of the steps.
        frequency: Frequency,
        /// The times of two steps.
        example: Vec<String>,
        /// The first of them.
        rows: Vec<RowAt>,
        /// All of them.
        count: usize,
    },
    /// Several rows of one series and step.
    #[error(
        "{} more than one row: {}\n\
         hint: set `duplicates` to \"sum\", \"mean\" or \"last\", or name in `series` the columns that tell them apart",
        if *count == 1 { "one step has".into() } else { format!("{count} steps have") },
        listed(steps, *count)
    )]
    Duplicates {
        /// The first of them.
        steps: Vec<RowsAt>,
        /// All of them.
        count: usize,
    },
    /// Steps without a value.
    #[error(
        "{} no value between the first and the last of {}: {}\n\
         hint: set `fill` to \"zero\" where no row means 0, or to \"forward\", \"interpolate\" or \"missing\"",
        if *count == 1 { "one step has".into() } else { format!("{count} steps have") },
        if *series == 1 { "a series".into() } else { format!("{series} series") },
        listed(gaps, *num_gaps)
    )]
    Gaps {
        /// The first of them.
        gaps: Vec<Gap>,
        /// Runs of steps without a value.
        num_gaps: usize,
        /// Steps without a value.
        count: usize,
        /// Series that have such steps.
        series: usize,
    },
    /// One time is so far from the others that the series would be nearly empty.
    #[error(
        "{series} would have {steps} {frequency} steps, from {first} (row {}) to {last} (row {}), but has {rows} rows\n\
         hint: check the first and the last time, or give a coarser `frequency`",
        first_row + 1,
        last_row + 1
    )]
    TooSparse {
        /// The series, as in the table.
        series: String,
        /// Steps from first to last.
        steps: i64,
        /// Distance of the steps.
        frequency: Frequency,
        /// First time.
        first: String,
        /// Its row.
        first_row: usize,
        /// Last time.
        last: String,
        /// Its row.
        last_row: usize,
        /// Rows of the series.
        rows: usize,
    },
    /// The target is empty everywhere.
    #[error("column `{column}` has no value, so there is nothing to learn from or to continue")]
    NoTarget {
        /// The target column.
        column: String,
    },
    /// Negative targets where none may be.
    #[error(
        "column `{column}` must not be negative with {because}, but is in {}: {}",
        if *count == 1 { "one row".into() } else { format!("{count} rows") },
        listed(rows, *count)
    )]
    Negative {
        /// The target column.
        column: String,
        /// The setting that asks for it.
        because: &'static str,
        /// The first of them.
        rows: Vec<RowAt>,
        /// All of them.
        count: usize,
    },
    /// Targets with a fraction where counts are forecast.
    #[error(
        "column `{column}` must be whole numbers with {because}, but is not in {}: {}\n\
         hint: choose another head, such as `[forecast.head.quantiles]`",
        if *count == 1 { "one row".into() } else { format!("{count} rows") },
        listed(rows, *count)
    )]
    NotWhole {
        /// The target column.
        column: String,
        /// The setting that asks for it.
        because: &'static str,
        /// The first of them.
        rows: Vec<RowAt>,
        /// All of them.
        count: usize,
    },
    /// A known column without a value where a forecast needs it.
    #[error(
        "column `{column}` is `known`, but has no value in {}: {}\n\
         hint: give its values also for the steps to forecast, or list it in `past`",
        if *count == 1 { "one place".into() } else { format!("{count} places") },
        listed(places, *count)
    )]
    MissingKnown {
        /// The column.
        column: String,
        /// The first of them.
        places: Vec<StepAt>,
        /// All of them.
        count: usize,
    },
    /// A static column with several values in one series.
    #[error(
        "column `{column}` is `static`, but changes within {}: {}",
        if *count == 1 { "one series".into() } else { format!("{count} series") },
        listed(changes, *count)
    )]
    NotConstant {
        /// The column.
        column: String,
        /// The first of them.
        changes: Vec<Change>,
        /// Series with several values.
        count: usize,
    },
    /// No series is long enough, or short ones may not be left out.
    #[error(
        "{} fewer than the {needed} steps needed ({what}): {}\n\
         hint: {}",
        if *all { "every series has".into() } else if *count == 1 { "one series has".into() }
        else { format!("{count} series have") },
        listed(series, *count),
        match (*what, all) {
            ("`context`", _) => "give more rows of their past",
            (_, true) => "shorten `context` or `horizon`",
            (_, false) => "shorten `context` or `horizon`, or set `exclude_short = true` to leave such series out",
        }
    )]
    TooShort {
        /// Steps needed.
        needed: usize,
        /// `context + horizon`, or `context`.
        what: &'static str,
        /// The longest of them first.
        series: Vec<Length>,
        /// Series that are too short.
        count: usize,
        /// Whether all are.
        all: bool,
    },
    /// No window is left for a part.
    #[error(
        "there is no window for the {part} part: `context` of {context}, `horizon` of {horizon} and {windows} backtest \
         windows need {needed} steps with values, the longest series has {longest}\n\
         hint: shorten `context` or `horizon`, or take fewer windows in `[forecast.backtest]`"
    )]
    NoWindows {
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// As configured.
        context: usize,
        /// As configured.
        horizon: usize,
        /// Validation and test windows.
        windows: usize,
        /// Steps for one window of each.
        needed: usize,
        /// Steps of the longest series.
        longest: usize,
    },
}
