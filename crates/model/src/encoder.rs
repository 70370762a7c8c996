//! Columns become numbers: the first stage of every body.
//!
//! | file | column | becomes |
//! |---|---|---|
//! | [`columns`] | plain numbers | themselves |
//! | [`number_periodic`] | numbers, [`NumberEncoder::Periodic`](crate::config::NumberEncoder::Periodic) | waves, linear layer, ReLU |
//! | [`number_piecewise`] | numbers, [`NumberEncoder::PiecewiseLinear`](crate::config::NumberEncoder::PiecewiseLinear) | bins, linear layer |
//! | [`category`] | codes | rows of a table |
//!
//! Columns with the same settings are one group with one tensor per role, so a group costs the same few operations
//! for two columns and for two hundred.

pub mod category;
pub mod column_linear;
pub mod columns;
pub mod number_periodic;
pub mod number_piecewise;
pub mod numbers;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use self::{category::CodeTable, columns::Columns, numbers::NumberGroup};
use crate::{Input, config::InputsConfig, summary::Summary};

/// Encodes a row as one vector: plain numbers, number embeddings, dense blocks, code embeddings, in this order and
/// within each in the order of the groups.
#[derive(Module, Debug)]
pub struct FlatEncoder {
    plain: Option<Columns>,
    numbers: Vec<NumberGroup>,
    dense: usize,
    codes: Vec<CodeTable>,
}

impl FlatEncoder {
    pub(crate) fn new(inputs: &InputsConfig, device: &Device) -> Self {
        Self {
            plain: numbers::plain_columns(&inputs.numbers, device),
            numbers: numbers::groups(&inputs.numbers, device),
            dense: inputs.dense.iter().sum(),
            codes: category::tables(&inputs.codes, device),
        }
    }

    /// Numbers per row.
    pub fn width(&self) -> usize {
        let plain = self.plain.as_ref().map_or(0, Columns::count);
        let numbers: usize = self.numbers.iter().map(NumberGroup::width).sum();
        let codes: usize = self.codes.iter().map(CodeTable::width).sum();
        plain + numbers + self.dense + codes
    }

    /// `[batch, width]`
    pub fn forward(&self, input: Input) -> Tensor<2> {
        let mut parts = Vec::new();
        if let Some(plain) = &self.plain {
            parts.push(plain.pick(input.expect_numbers()));
        }
        for group in &self.numbers {
            parts.push(group.forward(input.expect_numbers()).flatten(1, 2));
        }
        if self.dense > 0 {
            parts.push(input.expect_dense());
        }
        for table in &self.codes {
            parts.push(table.forward(input.expect_codes()).flatten(1, 2));
        }
        // The common case, numbers only, must not pay for a copy.
        if parts.len() == 1 {
            parts.remove(0)
        } else {
            Tensor::cat(parts, 1)
        }
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        for (index, group) in self.numbers.iter().enumerate() {
            group.describe(&format!("{path}.numbers.{index}"), summary);
        }
        for (index, table) in self.codes.iter().enumerate() {
            table.describe(&format!("{path}.codes.{index}"), summary);
        }
        summary.add(
            path,
            "row as a vector",
            vec![self.width()],
            &NoParameters {},
        );
    }
}

/// Stands for a step without parameters in layer tables.
#[derive(Module, Debug)]
pub(crate) struct NoParameters {}
