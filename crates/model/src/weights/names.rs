//! Names and layout as PyTorch has them.
//!
//! - Variants of a choice leave no trace in a name: `body.Mlp.layers.0` is `body.layers.0`.
//! - A linear layer's weight is `[out, in]`, where Burn has `[in, out]`.
//! - The scale and shift of a norm are `weight` and `bias`, where Burn has `gamma` and `beta`.
//!
//! Everything else is as in the network, see [`export::safetensors`](crate::export::safetensors).

use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, tensor::TensorView};

use super::load::Source;

/// How a tensor is called and laid out in a file for PyTorch.
pub(crate) struct TorchLayout {
    pub(crate) name: String,
    /// Whether its two axes are swapped.
    pub(crate) transposed: bool,
}

/// `containers` are the types around each segment of `path`.
pub(crate) fn torch_layout(path: &str, containers: &[String]) -> TorchLayout {
    let mut segments: Vec<&str> = path
        .split('.')
        .zip(containers)
        .filter(|(_, container)| !container.starts_with("Enum:"))
        .map(|(segment, _)| segment)
        .collect();
    let last = segments.pop().unwrap_or_default();
    let last = match last {
        "gamma" => "weight",
        "beta" => "bias",
        other => other,
    };
    segments.push(last);
    let in_linear = containers
        .last()
        .is_some_and(|container| container == "Struct:Linear");
    TorchLayout {
        name: segments.join("."),
        transposed: in_linear && last == "weight",
    }
}

/// `[rows, columns]` to `[columns, rows]`.
pub(crate) fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut transposed = Vec::with_capacity(values.len());
    for column in 0..columns {
        transposed.extend((0..rows).map(|row| values[row * columns + column]));
    }
    transposed
}

/// A tensor of a PyTorch file, in the layout of the network.
pub(crate) fn from_torch(layout: &TorchLayout, view: &TensorView<'_>) -> Source {
    let kind = format!("{:?}", view.dtype());
    let shape = view.shape().to_vec();
    let dtype = match view.dtype() {
        Dtype::F64 => Some(DType::F64),
        Dtype::F32 => Some(DType::F32),
        Dtype::F16 => Some(DType::F16),
        Dtype::BF16 => Some(DType::BF16),
        _ => None,
    };
    let Some(dtype) = dtype else {
        return Source {
            kind,
            id: None,
            shape,
            data: None,
        };
    };
    let data = TensorData::from_bytes_vec(view.data().to_vec(), shape.clone(), dtype);
    match (layout.transposed, shape.as_slice()) {
        (true, &[rows, columns]) => {
            let values = data.convert_dtype(DType::F32).try_into_vec::<f32>();
            let values = values.expect("the data has just been converted to f32");
            let shape = vec![columns, rows];
            let data = TensorData::new(transpose(&values, rows, columns), shape.clone());
            Source {
                kind,
                id: None,
                shape,
                data: Some(data),
            }
        }
        _ => Source {
            kind,
            id: None,
            shape,
            data: Some(data),
        },
    }
}
