//! What the network sees, as plain arrays in three lanes: numbers, dense blocks and codes.
//!
//! Every input type ends in one or more of these lanes, so a network needs to know nothing else about columns.

use serde::{Deserialize, Serialize};

use crate::config::NumberEmbedding;

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
}
