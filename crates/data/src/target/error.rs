//! What can be wrong with an output column.

use crate::preprocess::{PreprocessError, list};

/// An output that cannot be fitted or encoded. Rows are indexes into the table, from 0; messages count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// The column is absent or was read as another type.
    #[error(transparent)]
    Column(#[from] PreprocessError),
    /// No type, or several.
    #[error(
        "output `{column}` must have exactly one of the types `category`, `binary`, `number`, `set`, `tags`"
    )]
    NotOneType {
        /// Column of the output.
        column: String,
    },
    /// No training row has a target.
    #[error("output `{column}` has no value in the training part")]
    AllMissing {
        /// Column of the output.
        column: String,
    },
    /// Nothing to tell apart.
    #[error(
        "output `{column}` needs at least two classes, but the training part has only `{class}`"
    )]
    OneClass {
        /// Column of the output.
        column: String,
        /// The only one.
        class: String,
    },
    /// A binary output with more than two values.
    #[error("binary output `{column}` has {num_values} values in the training part: {}", list(values, *num_values))]
    NotBinary {
        /// Column of the output.
        column: String,
        /// The first values in alphabetical order.
        values: Vec<String>,
        /// Number of distinct values.
        num_values: usize,
    },
    /// `positive` is neither of the two values.
    #[error(
        "`positive` of output `{column}` is `{positive}`, but the training part has {}",
        list(values, values.len())
    )]
    UnknownPositive {
        /// Column of the output.
        column: String,
        /// As given.
        positive: String,
        /// The values there are.
        values: Vec<String>,
    },
    /// Weights for classes that do not exist.
    #[error(
        "`class_weights` of output `{column}` names {}, but the classes are {}",
        list(names, names.len()), list(classes, classes.len())
    )]
    UnknownWeights {
        /// Column of the output.
        column: String,
        /// The names that are no class.
        names: Vec<String>,
        /// The classes there are.
        classes: Vec<String>,
    },
    /// A weight that makes no sense.
    #[error(
        "the weight of class `{class}` of output `{column}` must be finite and not negative, but is {weight}"
    )]
    BadWeight {
        /// Column of the output.
        column: String,
        /// The class.
        class: String,
        /// As given.
        weight: f64,
    },
    /// Every class has weight 0, so nothing would be learned.
    #[error("`class_weights` of output `{column}` are all 0")]
    NoWeight {
        /// Column of the output.
        column: String,
    },
    /// A scaling that cannot be undone exactly.
    #[error("`normalize = \"quantile\"` is not possible for output `{column}`")]
    QuantileNormalize {
        /// Column of the output.
        column: String,
    },
    /// Quantiles that are none.
    #[error(
        "`quantiles` of output `{column}` must be probabilities between 0 and 1 in ascending order, but are {quantiles:?}"
    )]
    BadQuantiles {
        /// Column of the output.
        column: String,
        /// As given.
        quantiles: Vec<f64>,
    },
    /// No label is frequent enough.
    #[error("output `{column}` has no label that occurs {min_count} times in the training part")]
    NoLabels {
        /// Column of the output.
        column: String,
        /// As configured.
        min_count: usize,
    },
    /// Rows whose tags do not go with the words of their text.
    #[error(
        "output `{column}` must have one tag for each word of `{text}`, but {count} {} not: {}{}\nhint: words and tags \
         stand between blanks; a tag is `O`, or `B-` or `I-` and a type, such as `B-product`",
        if *count == 1 { "row has" } else { "rows have" },
        faults.iter().map(TagFault::to_string).collect::<Vec<_>>().join("; "),
        if *count > faults.len() { "; ..." } else { "" }
    )]
    Tags {
        /// Column of the output.
        column: String,
        /// Column of the text.
        text: String,
        /// The first such rows.
        faults: Vec<TagFault>,
        /// Number of such rows.
        count: usize,
    },
    /// Nothing to find.
    #[error(
        "output `{column}` has no tag but `O` in the training part, so there is no entity to learn"
    )]
    NoEntities {
        /// Column of the output.
        column: String,
    },
    /// Rows without a target.
    #[error(
        "output `{column}` has {count} missing {}, the first in row {}",
        if *count == 1 { "value" } else { "values" }, row + 1
    )]
    Missing {
        /// Column of the output.
        column: String,
        /// First such row.
        row: usize,
        /// Number of such rows.
        count: usize,
    },
    /// A class that the training part lacks.
    #[error("output `{column}` has `{value}` in row {}, which does not occur in the training part", row + 1)]
    UnknownClass {
        /// Column of the output.
        column: String,
        /// The class.
        value: String,
        /// First row with it.
        row: usize,
        /// Number of rows with it.
        count: usize,
    },
}

/// What is wrong with the tags of a row, an index into the table from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagFault {
    /// More or fewer tags than words.
    #[error(
        "row {} has {tags} {} for {words} {}",
        row + 1,
        if *tags == 1 { "tag" } else { "tags" },
        if *words == 1 { "word" } else { "words" }
    )]
    Count {
        /// The row.
        row: usize,
        /// Tags of its cell.
        tags: usize,
        /// Words of its text.
        words: usize,
    },
    /// A tag that is none.
    #[error("row {} has `{tag}` for word {}", row + 1, place + 1)]
    Tag {
        /// The row.
        row: usize,
        /// Place of the word, from 0.
        place: usize,
        /// As written.
        tag: String,
    },
}
