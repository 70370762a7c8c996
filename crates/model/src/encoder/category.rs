//! Embedding tables for category codes.
//!
//! Columns with equally wide embeddings share one table: the rows of the first column, then those of the second, and
//! so on. A code is looked up at its column's first row plus the code.

use burn::{
    module::Module,
    nn::{Embedding, EmbeddingConfig, Initializer},
    tensor::{Device, Int, Tensor, TensorData},
};

use super::columns::Columns;
use crate::{config::CodeEncoder, summary::Summary};

/// The embeddings of the columns of one width.
#[derive(Module, Debug)]
pub struct CodeTable {
    columns: Columns,
    /// `[1, columns]`: first row of each column. A constant of the device, not a weight.
    offsets: Tensor<2, Int>,
    /// `[rows of all columns, dim]`
    pub table: Embedding,
}

impl CodeTable {
    /// `cardinalities` of the columns, which are at `positions` of a lane of `lane` columns.
    pub(crate) fn new(
        (positions, lane): (&[usize], usize),
        cardinalities: &[usize],
        dim: usize,
        initializer: Initializer,
        device: &Device,
    ) -> Self {
        let mut rows = 0;
        let mut offsets = Vec::with_capacity(cardinalities.len());
        for cardinality in cardinalities {
            offsets.push(rows as i32);
            rows += cardinality;
        }
        let offsets = TensorData::new(offsets, [1, cardinalities.len()]);
        Self {
            columns: Columns::new(positions, lane, device),
            offsets: Tensor::from_data(offsets, device),
            table: EmbeddingConfig::new(rows, dim)
                .with_initializer(initializer)
                .init(device),
        }
    }

    /// Columns of the table.
    pub fn count(&self) -> usize {
        self.columns.count()
    }

    /// Numbers per code.
    pub fn dim(&self) -> usize {
        self.table.weight.lazy_shape()[1]
    }

    /// Numbers of all columns.
    pub fn width(&self) -> usize {
        self.count() * self.dim()
    }

    /// The whole code lane, `[batch, lane]`, to `[batch, count, dim]`.
    pub fn forward(&self, codes: Tensor<2, Int>) -> Tensor<3> {
        let codes = self.columns.pick(codes);
        let rows = if self.count() == 1 {
            codes
        } else {
            codes + self.offsets.clone()
        };
        let [batch, count] = rows.dims();
        // What `Embedding::forward` does, in operations that the ONNX exporter knows.
        let found = self
            .table
            .weight
            .val()
            .select(0, rows.reshape([batch * count]));
        found.reshape([batch, count, self.dim()])
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let shape = vec![self.count(), self.dim()];
        summary.add(&format!("{path}.table"), "embedding", shape, &self.table);
    }
}

/// One table per embedding width, in the order in which each width first occurs. Starts as PyTorch's `Embedding`:
/// standard normal.
pub(crate) fn tables(codes: &[CodeEncoder], device: &Device) -> Vec<CodeTable> {
    let mut dims: Vec<usize> = Vec::new();
    for code in codes {
        if !dims.contains(&code.dim) {
            dims.push(code.dim);
        }
    }
    let normal = Initializer::Normal {
        mean: 0.0,
        std: 1.0,
    };
    let table = |dim| {
        let members: Vec<usize> = (0..codes.len())
            .filter(|&column| codes[column].dim == dim)
            .collect();
        let rows: Vec<usize> = members
            .iter()
            .map(|&column| codes[column].cardinality)
            .collect();
        CodeTable::new((&members, codes.len()), &rows, dim, normal.clone(), device)
    };
    dims.into_iter().map(table).collect()
}
