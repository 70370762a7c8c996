//! What can be wrong with input columns.

use std::{fmt, path::PathBuf};

/// Everything found wrong in one go; never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Problems<E>(pub Vec<E>);

impl<E: fmt::Display> fmt::Display for Problems<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for Problems<E> {}

impl<E> From<E> for Problems<E> {
    fn from(problem: E) -> Self {
        Self(vec![problem])
    }
}

/// A column of inputs that cannot be fitted or encoded. Rows are indexes into the table, from 0; messages count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreprocessError {
    /// The table lacks the column.
    #[error("column `{column}` is not in the data")]
    NoColumn {
        /// Column of the input.
        column: String,
    },
    /// The table holds the column as another type; a caller's mistake.
    #[error("column `{column}` was read as {found}, but is used as {expected}")]
    WrongType {
        /// Column of the input.
        column: String,
        /// What the input needs.
        expected: &'static str,
        /// What the table holds.
        found: &'static str,
    },
    /// Nothing to fit on.
    #[error("there is no training row to fit the inputs on")]
    NoTrainingRows,
    /// No training row has a value.
    #[error("column `{column}` has no value in the training part")]
    AllMissing {
        /// Column of the input.
        column: String,
    },
    /// `missing = "error"` met a missing value.
    #[error(
        "column `{column}` has {count} missing {}, the first in row {}, and `missing` is \"error\"",
        if *count == 1 { "value" } else { "values" }, row + 1
    )]
    Missing {
        /// Column of the input.
        column: String,
        /// First such row.
        row: usize,
        /// Number of such rows.
        count: usize,
    },
    /// `missing = "constant"` without `constant`.
    #[error("column `{column}` has `missing = \"constant\"`, but no `constant`")]
    NoConstant {
        /// Column of the input.
        column: String,
    },
    /// A constant that is no number.
    #[error("`constant` of column `{column}` must be finite, but is {constant}")]
    BadConstant {
        /// Column of the input.
        column: String,
        /// As given.
        constant: f64,
    },
    /// Clip bounds that hold no interval.
    #[error(
        "`clip` of column `{column}` must be [low, high] with low < high, but is [{low}, {high}]"
    )]
    BadClip {
        /// Column of the input.
        column: String,
        /// As given.
        low: f64,
        /// As given.
        high: f64,
    },
    /// A binary input with more than two values.
    #[error("binary column `{column}` has {num_values} values in the training part: {}", list(values, *num_values))]
    NotBinary {
        /// Column of the input.
        column: String,
        /// The first values in alphabetical order.
        values: Vec<String>,
        /// Number of distinct values.
        num_values: usize,
    },
    /// `positive` is neither of the two values.
    #[error(
        "`positive` of column `{column}` is `{positive}`, but the training part has {}",
        list(values, values.len())
    )]
    UnknownPositive {
        /// Column of the input.
        column: String,
        /// As given.
        positive: String,
        /// The values there are.
        values: Vec<String>,
    },
    /// A date input that makes nothing of the date.
    #[error("`features` of date column `{column}` is empty")]
    NoDateFeatures {
        /// Column of the input.
        column: String,
    },
    /// A vector of another length than at fitting, or of none.
    #[error("vectors of column `{column}` have {found} numbers, but must have {expected}")]
    VectorWidth {
        /// Column of the input.
        column: String,
        /// What the recipe or the training part says; 0 where it must be at least one.
        expected: usize,
        /// What the table holds.
        found: usize,
    },
    /// A number of buckets that codes cannot count.
    #[error("`buckets` of column `{column}` must be between 2 and 10000000, but is {buckets}")]
    BadBuckets {
        /// Column of the input.
        column: String,
        /// As given.
        buckets: usize,
    },
    /// A `tokenizer.json` that cannot be opened.
    #[error("the tokenizer of column `{column}` cannot be read: {}: {problem}", path.display())]
    NoTokenizer {
        /// Column of the input.
        column: String,
        /// The file.
        path: PathBuf,
        /// The system's words.
        problem: String,
    },
    /// A `tokenizer.json` that is none, or one that this program cannot use.
    #[error(
        "{} of column `{column}` is no tokenizer.json of Hugging Face: {problem}", path.display()
    )]
    BadTokenizer {
        /// Column of the input.
        column: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A tokenizer beside a pretrained encoder.
    #[error(
        "column `{column}` has a `tokenizer`, but its encoder `bert` brings its own: leave one of them out"
    )]
    TwoTokenizers {
        /// Column of the input.
        column: String,
    },
    /// The texts of the training part hold too little to train a tokenizer on.
    #[error("no tokenizer can be trained for column `{column}`: {problem}")]
    TokenizerTraining {
        /// Column of the input.
        column: String,
        /// What is missing.
        problem: String,
    },
    /// `max_tokens` leaves no place for the text.
    #[error(
        "`max_tokens` of column `{column}` is {max_tokens}, but must be at least {least} \
         to have place for special tokens and a token of the text"
    )]
    TooFewTokens {
        /// Column of the input.
        column: String,
        /// As given.
        max_tokens: usize,
        /// The smallest that works.
        least: usize,
    },
    /// An n-gram encoder that makes no n-grams.
    #[error("the encoder `bag` of column `{column}` cannot be used: {problem}")]
    BadNgrams {
        /// Column of the input.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// A text that the tokenizer fails on.
    #[error("the text of column `{column}` in row {} cannot be cut into tokens: {problem}", row + 1)]
    BadText {
        /// Column of the input.
        column: String,
        /// The row.
        row: usize,
        /// The tokenizer's words.
        problem: String,
    },
    /// A tokenizer that belongs to other weights.
    #[error(
        "the tokenizer of column `{column}` does not fit the weights: {problem}; \
         use the tokenizer.json that came with them"
    )]
    TokenizerOfOtherWeights {
        /// Column of the input.
        column: String,
        /// Both numbers of tokens, or the special tokens that are missing.
        problem: String,
    },
}

impl PreprocessError {
    /// The column it is about, if it is about one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::NoTrainingRows => None,
            Self::NoColumn { column }
            | Self::WrongType { column, .. }
            | Self::AllMissing { column }
            | Self::Missing { column, .. }
            | Self::NoConstant { column }
            | Self::BadConstant { column, .. }
            | Self::BadClip { column, .. }
            | Self::NotBinary { column, .. }
            | Self::UnknownPositive { column, .. }
            | Self::NoDateFeatures { column }
            | Self::VectorWidth { column, .. }
            | Self::BadBuckets { column, .. }
            | Self::NoTokenizer { column, .. }
            | Self::BadTokenizer { column, .. }
            | Self::TwoTokenizers { column }
            | Self::TokenizerTraining { column, .. }
            | Self::TooFewTokens { column, .. }
            | Self::BadNgrams { column, .. }
            | Self::BadText { column, .. }
            | Self::TokenizerOfOtherWeights { column, .. } => Some(column),
        }
    }
}

/// How many values an error message lists.
pub(crate) const MAX_LISTED: usize = 10;

/// `a`, `b` and so on, in backticks; ends in how many more there are.
pub(crate) fn list(values: &[String], num_values: usize) -> String {
    let shown = &values[..values.len().min(MAX_LISTED)];
    let mut text = shown
        .iter()
        .map(|value| format!("`{value}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if num_values > shown.len() {
        text.push_str(&format!(" and {} more", num_values - shown.len()));
    }
    text
}
