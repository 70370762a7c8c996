//! `hob export`: a model's weights for other programs.

use std::path::PathBuf;

use anyhow::Result;
use hob_inference::{Predictor, write_atomically};
use hob_model::export;

use crate::args::{ExportArgs, ExportFormat};
use crate::format;
use crate::output::say;

/// Writes the weights of a bundle in another format.
pub(crate) fn export(args: &ExportArgs) -> Result<()> {
    let predictor = Predictor::open(&args.model, None)?;
    let manifest = predictor.manifest();
    let precision = if args.half {
        export::Precision::F16
    } else {
        export::Precision::F32
    };
    let (bytes, ending) = match args.format {
        ExportFormat::Burnpack => (export::burnpack(predictor.network(), precision)?, "bpk"),
        ExportFormat::Safetensors => (
            export::safetensors(predictor.network(), &manifest.network, precision)?,
            "safetensors",
        ),
        ExportFormat::Onnx => (onnx(&predictor)?, "onnx"),
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
fn onnx(predictor: &Predictor) -> Result<Vec<u8>> {
    Ok(export::onnx(
        predictor.network(),
        &predictor.manifest().network,
    )?)
}

#[cfg(not(feature = "onnx"))]
fn onnx(_: &Predictor) -> Result<Vec<u8>> {
    let text = "this hob was built without ONNX\nhint: build it with `--features onnx`";
    Err(super::failure::WrongRequest(text.to_string()).into())
}
