//! A batch of rows, as a network takes it.

use burn::tensor::{Int, Tensor};

/// A batch of rows in three lanes. A lane without columns is `None`.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// `[batch, columns]`: scaled numbers.
    pub numbers: Option<Tensor<2>>,
    /// `[batch, width]`: blocks of numbers side by side.
    pub dense: Option<Tensor<2>>,
    /// `[batch, columns]`: category codes, each below its column's cardinality.
    pub codes: Option<Tensor<2, Int>>,
}

impl Input {
    pub(crate) fn expect_numbers(&self) -> Tensor<2> {
        let numbers = self.numbers.as_ref();
        numbers
            .expect("the config has number columns, so the input has that lane")
            .clone()
    }

    pub(crate) fn expect_dense(&self) -> Tensor<2> {
        let dense = self.dense.as_ref();
        dense
            .expect("the config has dense blocks, so the input has that lane")
            .clone()
    }

    pub(crate) fn expect_codes(&self) -> Tensor<2, Int> {
        let codes = self.codes.as_ref();
        codes
            .expect("the config has code columns, so the input has that lane")
            .clone()
    }
}
