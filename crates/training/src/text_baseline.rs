//! The baseline of every text result: TF-IDF of words and word pairs, and a linear classifier on it.
//!
//! It takes seconds and no graphics card, and it is hard to beat where words alone decide (Wang & Manning 2012). A deep
//! model that does not beat it is not worth its cost, so its result stands beside each. It is fitted and judged inside a
//! run and never stored.
//!
//! scikit-learn is the reference: `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` per column and
//! `LogisticRegression()`. Two deviations: with too many terms those in the most texts stay (scikit-learn keeps those
//! that occur most often), and a character of a script without spaces is a word of its own. The solver is a hundred
//! lines here because crates of general optimisation bring a linear algebra stack for the same two loops.

mod lbfgs;
mod logistic_regression;
mod sparse;
mod tfidf;
mod vocabulary;

#[cfg(test)]
mod tests;

use hob_data::features::Matrix;

pub use logistic_regression::LogisticRegression;
pub use sparse::SparseRows;
pub use tfidf::Tfidf;

/// Weights of the classifier at most, features times classes: the solver takes some 100 bytes for each, 200 MB in all.
const MAX_WEIGHTS: usize = 2_000_000;

/// Choices of the baseline. The defaults are those of scikit-learn, and a limit that bounds memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextBaselineOptions {
    /// Texts that must have a term; rarer ones are dropped.
    pub min_df: usize,
    /// Terms per column at most; those in the most texts stay.
    pub max_features: usize,
}

impl Default for TextBaselineOptions {
    fn default() -> Self {
        Self {
            min_df: 1,
            max_features: 300_000,
        }
    }
}

/// Why a baseline cannot be fitted or asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextBaselineError {
    /// No rows.
    #[error("there are no texts to learn from")]
    Empty,
    /// Columns of different length.
    #[error("text column {column} has {found} rows, the first column has {expected}")]
    Rows {
        /// Place of the column.
        column: usize,
        /// Rows of the first column.
        expected: usize,
        /// Its rows.
        found: usize,
    },
    /// Another number of columns than were learned from.
    #[error("{found} text columns were given, {expected} were learned from")]
    Columns {
        /// Columns of the training texts.
        expected: usize,
        /// Columns given.
        found: usize,
    },
    /// Texts and classes of different length.
    #[error("{targets} classes stand beside {rows} texts")]
    Targets {
        /// Rows of texts.
        rows: usize,
        /// Classes given.
        targets: usize,
    },
    /// A target that is no class.
    #[error(
        "the class of row {row} is {target}, but there are {num_classes} classes, numbered from 0"
    )]
    Class {
        /// Position among the rows.
        row: usize,
        /// The number.
        target: i32,
        /// Number of classes.
        num_classes: usize,
    },
}

/// A fitted baseline.
#[derive(Debug)]
pub struct TextBaseline {
    tfidf: Tfidf,
    classifier: LogisticRegression,
}

impl TextBaseline {
    /// Learns from the training part. `columns[c][r]` is the text of column `c` in row `r`, empty where it is missing;
    /// `targets[r]` is the class of row `r`, of `num_classes`. For a yes/no output there are two classes, 0 and 1.
    /// `inverse_penalty` is scikit-learn's `C`: the larger, the freer the weights.
    ///
    /// Texts without any words are no error: the answer to them is the frequency of the classes.
    ///
    /// # Errors
    /// No rows, columns or targets of different length, or a target that is no class.
    pub fn fit(
        columns: &[Vec<&str>],
        targets: &[i32],
        num_classes: usize,
        inverse_penalty: f64,
        options: &TextBaselineOptions,
    ) -> Result<Self, TextBaselineError> {
        let terms = Terms::fit(columns, num_classes, options)?;
        let classifier =
            LogisticRegression::fit(&terms.rows, targets, num_classes, inverse_penalty)?;
        Ok(Self {
            tfidf: terms.tfidf,
            classifier,
        })
    }

    /// The same with the one of several `inverse_penalties` whose probabilities for the texts of `watched` have the least
    /// `loss`.
    ///
    /// # Errors
    /// As [`Self::fit`], and what `loss` answers with.
    ///
    /// # Panics
    /// When there is no penalty to choose from.
    pub fn fit_best<E: From<TextBaselineError>>(
        columns: &[Vec<&str>],
        targets: &[i32],
        num_classes: usize,
        inverse_penalties: &[f64],
        options: &TextBaselineOptions,
        watched: &[Vec<&str>],
        loss: impl Fn(&Matrix<f32>) -> Result<f64, E>,
    ) -> Result<Self, E> {
        let Terms { tfidf, rows } = Terms::fit(columns, num_classes, options)?;
        let watched = tfidf.transform(watched)?;
        let mut best: Option<(f64, LogisticRegression)> = None;
        for &inverse_penalty in inverse_penalties {
            let classifier = LogisticRegression::fit(&rows, targets, num_classes, inverse_penalty)?;
            let loss = loss(&classifier.probabilities(&watched))?;
            if best.as_ref().is_none_or(|(lowest, _)| loss < *lowest) {
                best = Some((loss, classifier));
            }
        }
        let (_, classifier) = best.expect("there is a penalty to choose from");
        Ok(Self { tfidf, classifier })
    }

    /// Terms it looks at, over all columns.
    pub fn num_features(&self) -> usize {
        self.tfidf.width()
    }

    /// Probability per row and class of other texts, columns in the order of [`Self::fit`]; rows sum to 1.
    ///
    /// # Errors
    /// Columns of different length or another number of columns.
    pub fn probabilities(&self, columns: &[Vec<&str>]) -> Result<Matrix<f32>, TextBaselineError> {
        Ok(self
            .classifier
            .probabilities(&self.tfidf.transform(columns)?))
    }
}

/// The terms of the training part, and its texts in numbers.
struct Terms {
    tfidf: Tfidf,
    rows: SparseRows,
}

impl Terms {
    fn fit(
        columns: &[Vec<&str>],
        num_classes: usize,
        options: &TextBaselineOptions,
    ) -> Result<Self, TextBaselineError> {
        // Two classes share one weight per feature.
        let num_logits = if num_classes > 2 { num_classes } else { 1 };
        let most = MAX_WEIGHTS / num_logits / columns.len().max(1);
        let options = TextBaselineOptions {
            max_features: options.max_features.min(most),
            ..*options
        };
        let tfidf = Tfidf::fit(columns, &options)?;
        let rows = tfidf.transform(columns)?;
        Ok(Self { tfidf, rows })
    }
}
