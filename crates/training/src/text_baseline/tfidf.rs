//! Texts as weighted counts of their words and pairs of neighbouring words.

use super::sparse::SparseRows;
use super::vocabulary::Vocabulary;
use super::{TextBaselineError, TextBaselineOptions};

/// Term frequency times inverse document frequency of words and pairs of neighbouring words, the features of every
/// column side by side.
///
/// As scikit-learn's `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)`: a term that occurs `n` times in a text
/// and in `d` of `N` training texts weighs `(1 + ln n) * (1 + ln((1 + N) / (1 + d)))`, and the weights of a text and
/// column are scaled to length 1. Terms that the training texts lack count for nothing.
#[derive(Debug)]
pub struct Tfidf {
    columns: Vec<ColumnTerms>,
    width: usize,
}

/// The terms of one column.
#[derive(Debug)]
struct ColumnTerms {
    vocabulary: Vocabulary,
    /// Place of its first feature among those of all columns.
    start: u32,
    /// Inverse document frequency per feature.
    idf: Vec<f64>,
}

impl Tfidf {
    /// Finds the terms of the training texts. `columns[c][r]` is the text of column `c` in row `r`.
    ///
    /// # Errors
    /// Columns of different length.
    pub fn fit(
        columns: &[Vec<&str>],
        options: &TextBaselineOptions,
    ) -> Result<Self, TextBaselineError> {
        check_lengths(columns)?;
        let mut width = 0;
        let columns = columns.iter().map(|texts| {
            let (vocabulary, frequencies) = Vocabulary::fit(texts, options);
            let idf: Vec<f64> = frequencies
                .iter()
                .map(|&documents| 1.0 + ((1 + texts.len()) as f64 / f64::from(1 + documents)).ln())
                .collect();
            let start = width as u32;
            width += idf.len();
            ColumnTerms {
                vocabulary,
                start,
                idf,
            }
        });
        Ok(Self {
            columns: columns.collect(),
            width,
        })
    }

    /// Features of all columns together.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The features of texts, columns in the order of [`Self::fit`].
    ///
    /// # Errors
    /// Columns of different length or another number of columns.
    pub fn transform(&self, columns: &[Vec<&str>]) -> Result<SparseRows, TextBaselineError> {
        check_lengths(columns)?;
        if columns.len() != self.columns.len() {
            return Err(TextBaselineError::Columns {
                expected: self.columns.len(),
                found: columns.len(),
            });
        }
        let mut rows = SparseRows::new(self.width);
        let mut features = Vec::new();
        for row in 0..columns.first().map_or(0, Vec::len) {
            for (terms, texts) in self.columns.iter().zip(columns) {
                features.clear();
                terms
                    .vocabulary
                    .for_each_feature(texts[row], |feature| features.push(feature));
                features.sort_unstable();
                terms.push_weights(&features, &mut rows);
            }
            rows.end_row();
        }
        Ok(rows)
    }
}

impl ColumnTerms {
    /// Adds the weights of a text, whose features are sorted and repeat as often as they occur.
    fn push_weights(&self, features: &[u32], rows: &mut SparseRows) {
        let weight = |occurrences: &[u32]| {
            (1.0 + (occurrences.len() as f64).ln()) * self.idf[occurrences[0] as usize]
        };
        let equal = |a: &u32, b: &u32| a == b;
        let squares: f64 = features
            .chunk_by(equal)
            .map(|occurrences| weight(occurrences).powi(2))
            .sum();
        let length = squares.sqrt();
        for occurrences in features.chunk_by(equal) {
            let value = weight(occurrences) / length;
            rows.push(self.start + occurrences[0], value as f32);
        }
    }
}

fn check_lengths(columns: &[Vec<&str>]) -> Result<(), TextBaselineError> {
    let expected = columns.first().map_or(0, Vec::len);
    match columns.iter().position(|texts| texts.len() != expected) {
        Some(column) => Err(TextBaselineError::Rows {
            column,
            expected,
            found: columns[column].len(),
        }),
        None => Ok(()),
    }
}
