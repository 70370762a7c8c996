//! `hob export`: a model's weights for other programs.

use std::path::PathBuf;

use anyhow::Result;
use hob_inference::{Model, write_atomically};
use hob_model::export;

use super::failure::WrongRequest;
use crate::args::{ExportArgs, ExportFormat};
use crate::format;
use crate::output::say;

/// Writes the weights of a bundle in another format.
pub(crate) fn export(args: &ExportArgs) -> Result<()> {
    let model = Model::open(&args.model, None)?;
    let (manifest, network) = (model.manifest(), model.network());
    let precision = if args.half {
        export::Precision::F16
    } else {
        export::Precision::F32
    };
    let (bytes, ending) = match args.format {
        ExportFormat::Burnpack => (export::burnpack(network, precision)?, "bpk"),
        ExportFormat::Safetensors => (
            export::safetensors(network, &manifest.network, precision)?,
            "safetensors",
        ),
        ExportFormat::Onnx if args.half => {
            let text = "an ONNX file holds 32-bit floats\nhint: leave out `--half`";
            return Err(WrongRequest(text.to_string()).into());
        }
        ExportFormat::Onnx => (onnx(&model)?, "onnx"),
    };
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.{ending}", manifest.name)));
    write_atomically(&path, &bytes)?;
    say(&format!(
        "wrote {} ({})",
        path.display(),
        format::bytes(bytes.len() as u64)
    ));
    Ok(())
}

#[cfg(feature = "onnx")]
fn onnx(model: &Model) -> Result<Vec<u8>> {
    let network = &model.manifest().network;
    export::onnx(model.network(), network, model.burn_device()).map_err(|error| {
        if !matches!(error, hob_model::ModelError::OnnxOperation { .. }) {
            return error.into();
        }
        let hint = "`--format safetensors` takes every network";
        WrongRequest(format!("{error}\nhint: {hint}")).into()
    })
}

#[cfg(not(feature = "onnx"))]
fn onnx(_: &Model) -> Result<Vec<u8>> {
    let text = "this hob was built without ONNX\nhint: build it with `--features onnx`";
    Err(WrongRequest(text.to_string()).into())
}
