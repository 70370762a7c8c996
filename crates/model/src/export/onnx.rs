//! ONNX, through burn-onnx, which knows some of Burn's operations and names the first one that it does not know.
//!
//! It takes linear networks, MLPs and ResNets with the activations relu, sigmoid, tanh and silu and with batch
//! normalisation, on plain numbers, dense blocks and codes. Other activations, layer normalisation, number embeddings,
//! the FT-transformer, text encoders and forecasting networks are refused by name.

use burn::tensor::{Device, Int, Tensor};
use burn_onnx::export::{AxisSpec, ExportError, InputSpec, OnnxExporter};

use crate::{Input, ModelError, Network, NetworkConfig, weights::settled};

/// The network as an ONNX file (opset 18, f32) with any number of rows per batch.
///
/// Its inputs are the lanes that the config has, in the order numbers, dense, codes; its outputs the heads in order.
pub fn onnx(
    network: &Network,
    config: &NetworkConfig,
    device: &Device,
) -> Result<Vec<u8>, ModelError> {
    if !config.inputs.texts.is_empty() {
        return Err(ModelError::OnnxOperation {
            operation: "a text encoder".to_owned(),
        });
    }
    if config.body.is_series() {
        return Err(ModelError::OnnxOperation {
            operation: "a forecasting network".to_owned(),
        });
    }
    // Two batch sizes: the exporter takes the axis that differs for the free one.
    let (sample, other) = (lanes(config, 2, device), lanes(config, 3, device));
    let specs: Vec<InputSpec> = (0..sample.0.len() + sample.1.len())
        .map(|_| InputSpec::new([AxisSpec::dynamic("batch"), AxisSpec::Static]))
        .collect();
    let has_numbers = !config.inputs.numbers.is_empty();
    let forward = |network: &Network, (floats, codes): Lanes| {
        let mut floats = floats.into_iter();
        let numbers = if has_numbers { floats.next() } else { None };
        network.forward(Input {
            numbers,
            dense: floats.next(),
            codes: codes.into_iter().next(),
            ..Default::default()
        })
    };
    let model = OnnxExporter::new()
        .export_dynamic(&settled(network), sample, other, &specs, forward)
        .map_err(error)?;
    Ok(model.into_bytes())
}

type Lanes = (Vec<Tensor<2>>, Vec<Tensor<2, Int>>);

fn lanes(config: &NetworkConfig, batch: usize, device: &Device) -> Lanes {
    let inputs = &config.inputs;
    let floats = [inputs.numbers.len(), inputs.dense.iter().sum()];
    let floats = floats.into_iter().filter(|&width| width > 0);
    let codes = Some(inputs.codes.len())
        .into_iter()
        .filter(|&width| width > 0);
    (
        floats
            .map(|width| Tensor::zeros([batch, width], device))
            .collect(),
        codes
            .map(|width| Tensor::zeros([batch, width], device))
            .collect(),
    )
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
