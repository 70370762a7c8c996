//! What can be wrong with a table of events.

use crate::forecast::places::Rows;
use crate::preprocess::PreprocessError;

/// Events that cannot be used. Rows are indexes into the table, from 0; messages count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecommendError {
    /// A column is absent or was read as another type.
    #[error(transparent)]
    Column(#[from] PreprocessError),
    /// Rows without a user or item, a moment or a rating.
    #[error("column `{column}` has no value in {}\nhint: {hint}", Rows(rows, *count))]
    Missing {
        /// The column.
        column: String,
        /// The first of them.
        rows: Vec<usize>,
        /// All of them.
        count: usize,
        /// What to do.
        hint: &'static str,
    },
    /// A rating that cannot be.
    #[error(
        "column `{column}` has ratings outside {min} to {max} in {}, the first is {value}\n\
         hint: correct them, or `min` and `max` of `[recommend.feedback.rating]`",
        Rows(rows, *count)
    )]
    OutOfRange {
        /// The column.
        column: String,
        /// The lowest rating there is.
        min: f32,
        /// The highest rating there is.
        max: f32,
        /// The first value.
        value: f64,
        /// The first of them.
        rows: Vec<usize>,
        /// All of them.
        count: usize,
    },
    /// Several events of a pair.
    #[error(
        "user `{user}` and item `{item}` meet in more than one row{}; the first such row is {}\n\
         hint: say by `duplicates` what becomes of them: \"sum\", \"first\", \"last\" or \"mean\"",
        match *count { 1 => String::new(), count => format!(", as do {count} pairs in all") },
        row + 1
    )]
    Duplicates {
        /// The user.
        user: String,
        /// The item.
        item: String,
        /// The second row.
        row: usize,
        /// Pairs with several rows.
        count: usize,
    },
    /// No row is an event.
    #[error(
        "no row is an event: of {rows} rows {not_positive} have a value that is not above 0, and the others lack a user or \
         an item"
    )]
    NoEvents {
        /// Rows of the table.
        rows: usize,
        /// Those with a value that is not above 0.
        not_positive: usize,
    },
    /// Nothing is left.
    #[error(
        "no event is left: {events} events of {users} users and {items} items were read, and none of them has enough others\n\
         hint: lower `min_user_items` or `min_item_users`"
    )]
    Empty {
        /// Events before.
        events: usize,
        /// Users before.
        users: usize,
        /// Items before.
        items: usize,
    },
    /// There is nothing to choose from.
    #[error("there {} only: nothing can be recommended", if *users < 2 { "is one user" } else { "is one item" })]
    TooFew {
        /// Users that are left.
        users: usize,
    },
    /// A split that leaves a part without events.
    #[error("the split leaves no event to the {part} part\nhint: {hint}")]
    EmptyPart {
        /// Which one.
        part: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// A split by time without times.
    #[error("the split goes by time, but `time` names no column")]
    NoTime,
    /// A fold that is not there.
    #[error("`fold` is {fold}, but there are {folds} folds, numbered from 0")]
    NoFold {
        /// The fold.
        fold: usize,
        /// How many there are.
        folds: usize,
    },
}
