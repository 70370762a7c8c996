//! What the network sees, as plain arrays in four lanes: numbers, dense blocks, codes and texts.
//!
//! Every input type ends in one or more of these lanes, so a network needs to know nothing else about columns.

mod append;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::config::NumberEmbedding;
use crate::forecast::Windows;
use crate::recommend::InteractionRows;

/// Row-major matrix.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix<T> {
    /// Values per row.
    pub width: usize,
    /// `rows * width` values.
    pub values: Vec<T>,
}

impl<T: Copy> Matrix<T> {
    /// The values of one row.
    pub fn row(&self, row: usize) -> &[T] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// The named rows one after the other, for a batch.
    pub fn gather(&self, rows: &[usize]) -> Vec<T> {
        let mut values = Vec::with_capacity(rows.len() * self.width);
        for &row in rows {
            values.extend_from_slice(self.row(row));
        }
        values
    }
}

/// Encoded rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// Rows of each matrix.
    pub num_rows: usize,
    /// Scaled numbers, one column per entry of [`FeatureLayout::numbers`].
    pub numbers: Matrix<f32>,
    /// Blocks such as one-hot places side by side, in the order of [`FeatureLayout::dense`].
    pub dense: Matrix<f32>,
    /// Category codes, one column per entry of [`FeatureLayout::codes`].
    pub codes: Matrix<i32>,
    /// Token ids, one entry per entry of [`FeatureLayout::texts`].
    pub texts: Vec<TokenLists>,
    /// Windows of series, one per row; such rows have nothing else.
    pub windows: Option<Windows>,
    /// Events between users and items, one or more per row; such rows have nothing else.
    pub interactions: Option<InteractionRows>,
}

/// A list of token ids per row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenLists {
    /// Row `r` holds `ids[offsets[r]..offsets[r + 1]]`; one entry more than rows.
    pub offsets: Vec<usize>,
    /// The lists one after the other.
    pub ids: Vec<i32>,
    /// As [`TextFeature::bag`].
    pub bag: bool,
    /// As [`TextFeature::padding`].
    pub padding: i32,
    /// Where the words are, if an output tags them.
    pub words: Option<Words>,
}

/// The words of the texts of a column, for a tag per word.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    /// Column of the table.
    pub column: String,
    /// Row `r` has the entries `offsets[r]..offsets[r + 1]` of `starts`; one entry more than rows.
    pub offsets: Vec<usize>,
    /// The place of a word's first token among the tokens of its row. Words beyond `max_tokens` have none, so a row may
    /// have more words than entries.
    pub starts: Vec<i32>,
    /// The text of each row. Words stand between blanks.
    pub texts: Vec<String>,
}

impl Words {
    /// The entries of one row.
    pub fn range(&self, row: usize) -> Range<usize> {
        self.offsets[row]..self.offsets[row + 1]
    }
}

impl TokenLists {
    /// The tokens of one row.
    pub fn row(&self, row: usize) -> &[i32] {
        &self.ids[self.offsets[row]..self.offsets[row + 1]]
    }

    /// As [`Features::spread`]; a sequence has at least one token.
    fn spread(&self, rows: &[Option<usize>]) -> Self {
        let mut spread = Self {
            offsets: vec![0],
            ids: Vec::new(),
            words: None,
            ..*self
        };
        for row in rows {
            match row {
                Some(row) => spread.ids.extend_from_slice(self.row(*row)),
                None if self.bag => {}
                None => spread.ids.push(self.padding),
            }
            spread.offsets.push(spread.ids.len());
        }
        spread
    }

    /// Tokens of one row.
    pub fn len(&self, row: usize) -> usize {
        self.offsets[row + 1] - self.offsets[row]
    }
}

/// The meaning of the columns of [`Features`]; decides the shape of the network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FeatureLayout {
    /// Single numbers.
    pub numbers: Vec<NumberFeature>,
    /// Blocks of numbers that belong together.
    pub dense: Vec<DenseFeature>,
    /// Categories with an embedding.
    pub codes: Vec<CodeFeature>,
    /// Texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextFeature>,
}

/// One number per row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberFeature {
    /// Column, with a suffix such as `.missing` for derived ones.
    pub name: String,
    /// Column of the table it comes from.
    pub column: String,
    /// How the network sees it.
    pub embedding: NumberEmbedding,
    /// Bin edges in scaled units for `piecewise_linear`, ascending, at least 2; empty otherwise.
    pub edges: Vec<f32>,
}

/// A block of numbers per row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DenseFeature {
    /// Name for tables and reports.
    pub name: String,
    /// Column of the table it comes from.
    pub column: String,
    /// Numbers in the block.
    pub width: usize,
}

/// A code per row. Code 0 is "unknown", code 1 is "missing", known values follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeFeature {
    /// Name for tables and reports.
    pub name: String,
    /// Column of the table it comes from.
    pub column: String,
    /// Number of codes, unknown and missing included.
    pub cardinality: usize,
    /// Numbers per embedding.
    pub dim: usize,
    /// Share of training cells shown as unknown in each epoch.
    pub unknown_rate: f64,
}

/// A list of tokens per row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextFeature {
    /// Name for tables and reports.
    pub name: String,
    /// Column of the table it comes from.
    pub column: String,
    /// First column of the `[[inputs]]` it belongs to. Features with the same are read by the same encoder.
    pub group: String,
    /// Ids are below it.
    pub vocabulary: usize,
    /// Tokens of the longest list, at most; of a bag the words, each of which has several n-grams.
    pub max_tokens: usize,
    /// Whether the order of the tokens has no meaning. Otherwise every list has at least one token.
    pub bag: bool,
    /// Whether an output tags its words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tagged: bool,
    /// The id that fills a batch up to its longest list.
    pub padding: i32,
}

impl Features {
    /// A row per window.
    pub fn of_windows(windows: Windows) -> Self {
        Self {
            num_rows: windows.len(),
            windows: Some(windows),
            ..Self::default()
        }
    }

    /// Row by row what stands in the given row here, or what a row without any value would have: 0 for numbers and blocks,
    /// "missing" for codes, a text without words.
    #[must_use]
    pub fn spread(&self, rows: &[Option<usize>]) -> Self {
        let texts = self.texts.iter().map(|lists| lists.spread(rows)).collect();
        Self {
            num_rows: rows.len(),
            numbers: spread(&self.numbers, rows, 0.0),
            dense: spread(&self.dense, rows, 0.0),
            codes: spread(&self.codes, rows, 1),
            texts,
            windows: None,
            interactions: None,
        }
    }

    /// A row or more per event.
    pub fn of_interactions(interactions: InteractionRows) -> Self {
        Self {
            num_rows: interactions.len(),
            interactions: Some(interactions),
            ..Self::default()
        }
    }

    /// Tokens in the longest text of a row, which a batch is padded to; 0 without texts. A bag is not padded and costs
    /// little per token, so 64 of its tokens count as one.
    pub fn longest_text(&self, row: usize) -> usize {
        let length = |texts: &TokenLists| match texts.bag {
            true => texts.len(row).div_ceil(64),
            false => texts.len(row),
        };
        self.texts.iter().map(length).max().unwrap_or(0)
    }

    /// The words of a text column that an output tags.
    pub fn words(&self, column: &str) -> Option<&Words> {
        let all = self.texts.iter().filter_map(|texts| texts.words.as_ref());
        all.into_iter().find(|words| words.column == column)
    }
}

fn spread<T: Copy>(matrix: &Matrix<T>, rows: &[Option<usize>], missing: T) -> Matrix<T> {
    let mut values = Vec::with_capacity(rows.len() * matrix.width);
    for row in rows {
        match row {
            Some(row) => values.extend_from_slice(matrix.row(*row)),
            None => values.resize(values.len() + matrix.width, missing),
        }
    }
    Matrix {
        width: matrix.width,
        values,
    }
}

impl FeatureLayout {
    /// Numbers in all dense blocks of a row.
    pub fn dense_width(&self) -> usize {
        self.dense.iter().map(|block| block.width).sum()
    }
}

/// The encoded values of one output, one per row of the table they were made from.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Class index per row.
    Classes(Vec<i32>),
    /// 0 or 1 per row.
    Binary(Vec<f32>),
    /// Scaled target per row.
    Numbers(Vec<f32>),
    /// 0 or 1 per row and label.
    Labels(Matrix<f32>),
    /// A tag per word.
    Tags(TagLists),
    /// The steps that each window of series is to forecast.
    Windows(Windows),
    /// The items that each row is to find.
    Interactions(InteractionRows),
}

/// The tags of the words of each row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TagLists {
    /// Row `r` has `tags[offsets[r]..offsets[r + 1]]`; one entry more than rows.
    pub offsets: Vec<usize>,
    /// Indexes of tags; [`UNKNOWN_TAG`] for a tag that the training part lacks.
    pub tags: Vec<i32>,
}

/// In [`TagLists`]: a tag that the network has no number for. It counts for nothing in a loss.
pub const UNKNOWN_TAG: i32 = -1;

impl TagLists {
    /// The entries of some rows, one after the other.
    pub fn places(&self, rows: &[usize]) -> Vec<usize> {
        let place = |&row: &usize| self.offsets[row]..self.offsets[row + 1];
        rows.iter().flat_map(place).collect()
    }

    /// Without the tags of words that were cut off.
    pub fn cut(&self, words: &Words) -> Self {
        let mut cut = Self {
            offsets: vec![0],
            tags: Vec::with_capacity(words.starts.len()),
        };
        for (row, start) in self.offsets.iter().take(self.offsets.len() - 1).enumerate() {
            let end = self.offsets[row + 1].min(start + words.range(row).len());
            cut.tags.extend_from_slice(&self.tags[*start..end]);
            cut.offsets.push(cut.tags.len());
        }
        cut
    }
}
