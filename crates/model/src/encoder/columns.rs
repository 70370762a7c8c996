//! Picks the columns of a group out of a lane.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData, kind::Basic},
};

/// Some columns of a lane.
#[derive(Module, Debug)]
pub struct Columns {
    count: usize,
    /// `None` when the group is the whole lane. A constant of the device, not a weight.
    indices: Option<Tensor<1, Int>>,
}

impl Columns {
    /// `columns` is ascending; `lane` is the number of columns in the lane.
    pub(crate) fn new(columns: &[usize], lane: usize, device: &Device) -> Self {
        let indices = (columns.len() < lane).then(|| {
            let indices: Vec<i32> = columns.iter().map(|&column| column as i32).collect();
            Tensor::from_data(TensorData::new(indices, [columns.len()]), device)
        });
        Self {
            count: columns.len(),
            indices,
        }
    }

    /// Columns in the group.
    pub fn count(&self) -> usize {
        self.count
    }

    /// `[batch, lane]` to `[batch, count]`.
    pub fn pick<K: Basic>(&self, lane: Tensor<2, K>) -> Tensor<2, K> {
        match &self.indices {
            None => lane,
            Some(indices) => lane.select(1, indices.clone()),
        }
    }
}
