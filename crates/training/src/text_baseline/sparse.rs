//! Rows of which most values are 0.

/// A matrix that keeps only what is not 0, row by row (compressed sparse rows).
#[derive(Debug, Clone, PartialEq)]
pub struct SparseRows {
    width: usize,
    /// Row `r` owns the entries from `offsets[r]` to `offsets[r + 1]`.
    offsets: Vec<usize>,
    features: Vec<u32>,
    values: Vec<f32>,
}

impl SparseRows {
    /// No rows yet, of `width` features.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            offsets: vec![0],
            features: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Adds an entry to the row being filled.
    pub(super) fn push(&mut self, feature: u32, value: f32) {
        self.features.push(feature);
        self.values.push(value);
    }

    /// Ends the row being filled.
    pub(super) fn end_row(&mut self) {
        self.offsets.push(self.features.len());
    }

    /// Number of rows.
    pub fn num_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Features per row, those that are 0 included.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Features of a row that are not 0, and their values.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.offsets[row]..self.offsets[row + 1];
        self.features[range.clone()]
            .iter()
            .zip(&self.values[range])
            .map(|(&feature, &value)| (feature as usize, f64::from(value)))
    }
}
