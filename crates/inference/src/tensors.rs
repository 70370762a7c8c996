//! From encoded rows to the tensors of one batch.

use burn::tensor::{Device, Int, Tensor, TensorData};
use hob_data::features::{Features, Matrix};
use hob_model::Input;

/// The named rows on a device.
pub fn input(features: &Features, rows: &[usize], device: &Device) -> Input {
    Input {
        numbers: floats(&features.numbers, rows, device),
        dense: floats(&features.dense, rows, device),
        codes: codes(&features.codes, rows, device),
    }
}

fn floats(matrix: &Matrix<f32>, rows: &[usize], device: &Device) -> Option<Tensor<2>> {
    (matrix.width > 0).then(|| {
        Tensor::from_data(
            TensorData::new(matrix.gather(rows), [rows.len(), matrix.width]),
            device,
        )
    })
}

fn codes(matrix: &Matrix<i32>, rows: &[usize], device: &Device) -> Option<Tensor<2, Int>> {
    (matrix.width > 0).then(|| {
        Tensor::from_data(
            TensorData::new(matrix.gather(rows), [rows.len(), matrix.width]),
            device,
        )
    })
}
