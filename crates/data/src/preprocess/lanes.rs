//! Fills [`Features`] column by column, without a copy per column.

use crate::features::{FeatureLayout, Features, Matrix, TokenLists};

/// Matrices of the right size and how far each is filled, from left to right.
pub(super) struct Lanes {
    features: Features,
    next_number: usize,
    next_dense: usize,
    next_code: usize,
    texts: Vec<(bool, i32)>,
}

impl Lanes {
    pub(super) fn new(layout: &FeatureLayout, num_rows: usize) -> Self {
        let floats = |width: usize| Matrix {
            width,
            values: vec![0.0; width * num_rows],
        };
        let features = Features {
            num_rows,
            numbers: floats(layout.numbers.len()),
            dense: floats(layout.dense_width()),
            codes: Matrix {
                width: layout.codes.len(),
                values: vec![0; layout.codes.len() * num_rows],
            },
            texts: Vec::with_capacity(layout.texts.len()),
            windows: None,
            interactions: None,
        };
        Self {
            features,
            next_number: 0,
            next_dense: 0,
            next_code: 0,
            texts: layout
                .texts
                .iter()
                .map(|text| (text.bag, text.padding))
                .collect(),
        }
    }

    /// The next number column; `value` gets the index of the encoded row.
    pub(super) fn number(&mut self, value: impl FnMut(usize) -> f32) {
        fill(&mut self.features.numbers, self.next_number, value);
        self.next_number += 1;
    }

    /// The next dense block, which is all zeros; `write` gets the index of the encoded row and its places.
    pub(super) fn dense(&mut self, width: usize, mut write: impl FnMut(usize, &mut [f32])) {
        let start = self.next_dense;
        let matrix = &mut self.features.dense;
        if matrix.width > 0 {
            for (row, values) in matrix.values.chunks_exact_mut(matrix.width).enumerate() {
                write(row, &mut values[start..start + width]);
            }
        }
        self.next_dense += width;
    }

    /// The next code column.
    pub(super) fn code(&mut self, value: impl FnMut(usize) -> i32) {
        fill(&mut self.features.codes, self.next_code, value);
        self.next_code += 1;
    }

    /// The next text column, with a list per row.
    pub(super) fn text(&mut self, lists: TokenLists) {
        let (bag, padding) = self.texts[self.features.texts.len()];
        self.features.texts.push(TokenLists {
            bag,
            padding,
            ..lists
        });
    }

    /// The filled matrices.
    pub(super) fn finish(self) -> Features {
        debug_assert_eq!(self.next_number, self.features.numbers.width);
        debug_assert_eq!(self.next_dense, self.features.dense.width);
        debug_assert_eq!(self.next_code, self.features.codes.width);
        debug_assert_eq!(self.features.texts.len(), self.texts.len());
        debug_assert!(
            (self.features.texts.iter())
                .all(|lists| lists.offsets.len() == self.features.num_rows + 1)
        );
        self.features
    }
}

fn fill<T>(matrix: &mut Matrix<T>, column: usize, mut value: impl FnMut(usize) -> T) {
    for (row, cell) in matrix
        .values
        .iter_mut()
        .skip(column)
        .step_by(matrix.width.max(1))
        .enumerate()
    {
        *cell = value(row);
    }
}
