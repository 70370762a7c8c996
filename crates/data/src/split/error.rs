//! Why a split cannot be made.

use crate::count::counted;
use crate::error::name_list;

/// A split that cannot be made.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SplitError {
    /// Nothing to divide.
    #[error("there are no rows to divide")]
    NoRows,
    /// A share outside its range.
    #[error("the {part} share must be at least 0 and less than 1, but is {share}")]
    BadShare {
        /// `validation` or `test`.
        part: &'static str,
        /// As given.
        share: f64,
    },
    /// A part without rows.
    #[error("the {part} part would be empty: there is nothing to divide but {}", counted(*available, unit))]
    EmptyPart {
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// How many things could be divided.
        available: usize,
        /// What is divided, such as `row` or `group`.
        unit: &'static str,
    },
    /// The column is not in the table.
    #[error("the split needs column `{column}`, which is not there")]
    NoColumn {
        /// The column.
        column: String,
    },
    /// The column has the wrong type.
    #[error("column `{column}` cannot steer the split: {expected} is needed")]
    WrongType {
        /// The column.
        column: String,
        /// What would do.
        expected: &'static str,
    },
    /// Rows without a value in the column that decides.
    #[error(
        "column `{column}` decides the split, but has no value in {}, the first is row {first}\n\
         hint: row 1 is the first row of data; leave these rows out of the file",
        counted(*count, "row")
    )]
    MissingValues {
        /// The column.
        column: String,
        /// Rows without a value.
        count: usize,
        /// The first of them, counted from 1.
        first: usize,
    },
    /// A class too small to be in every part.
    #[error(
        "the split is stratified by `{column}`, but class `{class}` has {} for {parts} parts\n\
         hint: leave out `stratify`, or join rare classes",
        counted(*count, "row")
    )]
    SmallClass {
        /// The column.
        column: String,
        /// Its value.
        class: String,
        /// Rows with it.
        count: usize,
        /// Parts that need one each.
        parts: usize,
    },
    /// A part smaller than the number of classes.
    #[error(
        "the split is stratified by `{column}` with {classes} classes, but the {part} part has only {}\n\
         hint: enlarge the share, or leave out `stratify`",
        counted(*rows, "row")
    )]
    PartSmallerThanClasses {
        /// The column.
        column: String,
        /// Number of classes.
        classes: usize,
        /// The part.
        part: &'static str,
        /// Its rows.
        rows: usize,
    },
    /// Values of a split column that name no part.
    #[error(
        "column `{column}` names the part of each row, but {} another value: {}\n\
         hint: the values known are {}",
        if *count == 1 { "1 row has".to_owned() } else { format!("{} have", counted(*count, "row")) },
        name_list(values),
        name_list(known)
    )]
    UnknownParts {
        /// The column.
        column: String,
        /// The first unknown values.
        values: Vec<String>,
        /// Rows with an unknown value.
        count: usize,
        /// Values that name a part.
        known: Vec<String>,
    },
    /// A value that names two parts.
    #[error("`{value}` names both the {first} and the {second} part of the split")]
    AmbiguousPart {
        /// The value.
        value: String,
        /// One part.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}
