//! ONNX, through burn-onnx, which knows some of Burn's operations and names the first one that it does not know.
//!
//! It takes linear networks, MLPs and ResNets with the activations relu, sigmoid, tanh and silu and with batch
//! normalisation, on plain numbers and dense blocks, or on codes alone. Codes beside numbers, other activations, layer
//! normalisation, number embeddings, the FT-transformer, text encoders and forecasting networks are refused by name.

use burn::tensor::{Device, Int, Tensor};
use burn_onnx::export::{AxisSpec, ExportError, InputSpec, OnnxExporter};

use crate::{Input, ModelError, Network, NetworkConfig, config::BodyConfig, weights::settled};

/// The network as an ONNX file (opset 18, f32) with any number of rows per batch.
///
/// It has one input, because the exporter cannot know that the batch axes of several inputs are the same: the numbers and
/// then the dense blocks of a row side by side, or its codes. Its outputs are the heads in order.
pub fn onnx(
    network: &Network,
    config: &NetworkConfig,
    device: &Device,
) -> Result<Vec<u8>, ModelError> {
    let refused = |operation: &str| {
        Err(ModelError::OnnxOperation {
            operation: operation.to_owned(),
        })
    };
    if !config.inputs.texts.is_empty() {
        return refused("a text encoder");
    }
    if config.body.is_series() {
        return refused("a forecasting network");
    }
    if matches!(config.body, BodyConfig::FtTransformer(_)) {
        return refused("the FT-transformer");
    }
    let network = settled(network);
    let specs = [InputSpec::new([
        AxisSpec::dynamic("batch"),
        AxisSpec::Static,
    ])];
    let (numbers, codes) = (config.inputs.numbers.len(), config.inputs.codes.len());
    let dense: usize = config.inputs.dense.iter().sum();
    if codes > 0 && numbers + dense > 0 {
        return refused("an embedding beside numbers (`encoding = \"one_hot\"` can be written)");
    }
    let exporter = OnnxExporter::new();
    // Two batch sizes: the exporter takes the axis that differs for the free one.
    let exported = match numbers + dense {
        0 => {
            let codes = |batch| Tensor::<2, Int>::zeros([batch, codes], device);
            let forward = |network: &Network, codes: Tensor<2, Int>| {
                network.forward(Input {
                    codes: Some(codes),
                    ..Default::default()
                })
            };
            exporter.export_dynamic(&network, codes(2), codes(3), &specs, forward)
        }
        width => {
            let columns = |batch| Tensor::<2>::zeros([batch, width], device);
            let forward = |network: &Network, columns: Tensor<2>| {
                network.forward(cut(&columns, numbers, dense))
            };
            exporter.export_dynamic(&network, columns(2), columns(3), &specs, forward)
        }
    };
    Ok(exported.map_err(error)?.into_bytes())
}

/// The lanes that stand side by side.
fn cut(columns: &Tensor<2>, numbers: usize, dense: usize) -> Input {
    let total = numbers + dense;
    let lane = |start, width| match width {
        0 => None,
        width if width == total => Some(columns.clone()),
        // By index, because a slice would name the number of rows too.
        width => {
            let places: Vec<i32> = (start as i32..).take(width).collect();
            let places = Tensor::<1, Int>::from_data(places.as_slice(), &columns.device());
            Some(columns.clone().select(1, places))
        }
    };
    Input {
        numbers: lane(0, numbers),
        dense: lane(numbers, dense),
        ..Default::default()
    }
}

fn error(error: ExportError) -> ModelError {
    match error {
        ExportError::UnsupportedOperation { kind, .. } => ModelError::OnnxOperation {
            operation: operation_name(&kind).to_owned(),
        },
        ExportError::DynamicShapeLost { reason, .. } => {
            ModelError::OnnxOperation { operation: reason }
        }
        other => ModelError::Unwritable {
            reason: other.to_string(),
        },
    }
}

/// `Cos` out of `Float(F32, Cos(UnaryOpIr { input: ...`.
fn operation_name(kind: &str) -> &str {
    let call = kind.split(" {").next().unwrap_or(kind);
    let mut names = call
        .split(['(', ',', ' '])
        .filter(|name| !name.is_empty())
        .rev();
    names.nth(1).unwrap_or(kind)
}

#[cfg(test)]
mod tests {
    use super::operation_name;

    #[test]
    fn an_operation_is_named_without_its_tensors() {
        let long = "Float(F32, Cos(UnaryOpIr { input: TensorIr { id: 1 } }))";
        assert_eq!(operation_name(long), "Cos");
        assert_eq!(
            operation_name("BaseFloat(SwapDims(SwapDimsOpIr { dim1: 0 }))"),
            "SwapDims"
        );
        assert_eq!(operation_name("odd"), "odd");
    }
}
