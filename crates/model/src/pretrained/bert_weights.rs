//! Reads Hugging Face's `model.safetensors`.

use std::collections::BTreeMap;

use burn::tensor::{DType, Device, TensorData};
use safetensors::{SafeTensors, tensor::TensorView};

use super::{
    PretrainedError, TensorProblem,
    bert_names::{ANCHOR, PREFIXES, candidates, is_other_part},
};
use crate::{
    TextEncoder,
    config::TextEncoderConfig,
    weights::{self, Expected, Source, from_torch, torch_layout},
};

/// A BERT, RoBERTa or DistilBERT with the weights of a safetensors file (f32, f16, bf16 or f64), in f32 on `device`.
///
/// Tensors of a pooler or of a head are left alone. All tensors that are missing, misshapen, not finite or unknown are
/// named at once: an unknown one belongs to a part that would not be computed.
///
/// # Panics
/// When [`TextEncoderConfig::check`] would refuse the config.
pub fn bert_weights(
    config: &TextEncoderConfig,
    safetensors: &[u8],
    device: &Device,
) -> Result<TextEncoder, PretrainedError> {
    let file = read(safetensors)?;
    let encoder = TextEncoder::new(config, device);
    let mut tensors: BTreeMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
    let prefix = PREFIXES
        .into_iter()
        .find(|prefix| tensors.contains_key(&format!("{prefix}{ANCHOR}")));
    let prefix = prefix.unwrap_or("");
    let mut sources = BTreeMap::new();
    let mut problems = Vec::new();
    for expected in weights::expected(&encoder) {
        match take(&mut tensors, prefix, &expected) {
            Ok(source) => {
                sources.insert(expected.path, source);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let unknown = tensors.into_keys().filter(|name| !is_other_part(name));
    problems.extend(unknown.map(|name| TensorProblem {
        name,
        expected: Vec::new(),
        found: "belongs to a part that is not computed".to_owned(),
    }));
    if !problems.is_empty() {
        return Err(PretrainedError::Tensors { problems });
    }
    weights::load(encoder, sources).map_err(|error| PretrainedError::Unreadable {
        reason: error.to_string(),
    })
}

pub(super) fn read(safetensors: &[u8]) -> Result<SafeTensors<'_>, PretrainedError> {
    SafeTensors::deserialize(safetensors).map_err(|error| PretrainedError::Unreadable {
        reason: error.to_string(),
    })
}

/// The tensor of the file, in our layout.
fn take(
    tensors: &mut BTreeMap<String, TensorView<'_>>,
    prefix: &str,
    expected: &Expected,
) -> Result<Source, TensorProblem> {
    let layout = torch_layout(&expected.path, &expected.containers);
    let mut shape = expected.shape.clone();
    if layout.transposed {
        shape.reverse();
    }
    let mut names = candidates(&layout.name)
        .into_iter()
        .map(|name| format!("{prefix}{name}"));
    let usual = names.next().unwrap_or_else(|| layout.name.clone());
    let name = std::iter::once(usual.clone())
        .chain(names)
        .find(|name| tensors.contains_key(name));
    let problem = |name: String, found: String| TensorProblem {
        name,
        expected: shape.clone(),
        found,
    };
    let Some((name, view)) = name.and_then(|name| tensors.remove_entry(&name)) else {
        return Err(problem(usual, "nothing".to_owned()));
    };
    if view.shape() != shape {
        return Err(problem(name, format!("{:?}", view.shape())));
    }
    let mut source = from_torch(&layout, &view);
    let Some(data) = source.data.take() else {
        let found = format!("{} values; weights are f16, bf16, f32 or f64", source.kind);
        return Err(problem(name, found));
    };
    let data = data.convert_dtype(DType::F32);
    if !is_finite(&data) {
        return Err(problem(name, "values that are not finite".to_owned()));
    }
    source.data = Some(data);
    Ok(source)
}

fn is_finite(data: &TensorData) -> bool {
    let values = data.as_slice::<f32>();
    values.is_ok_and(|values| values.iter().all(|value| value.is_finite()))
}
