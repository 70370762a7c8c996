//! Safetensors files that PyTorch can use: `safetensors.torch.load_file` gives tensors that fit `torch.nn.Linear`,
//! `LayerNorm`, `BatchNorm1d` and `Embedding` as they are.
//!
//! The metadata entry [`CONFIG_KEY`] is the network's config as JSON: it says which layers there are, holds the bin
//! edges, and gives the columns of each group. With it the file suffices to compute predictions:
//!
//! | tensor | shape | meaning |
//! |---|---|---|
//! | `body.encoder.numbers.G.embedding.frequencies` | `[columns, k]` | waves `[cos(2 pi f x), sin(2 pi f x)]` per column |
//! | `....embedding.linear.weight`, `.bias` | `[columns, in, dim]`, `[columns, dim]` | `x @ weight[c] + bias[c]` per column; ReLU after waves only |
//! | `....embedding.shared.weight`, `.bias` | `[dim, 2k]`, `[dim]` | the same layer for all columns, ReLU |
//! | `body.encoder.codes.G.table.weight` | `[rows, dim]` | the columns' tables one after the other |
//! | `body.tokenizer.*` | | as above, in an FT-transformer; `plain.weight`, `plain.bias`: `[columns, width]` |
//! | `*.norm.running_mean`, `.running_var` | `[width]` | batch normalisation, epsilon `1e-5` |
//! | `texts.E.embedding.weight` | `[vocabulary, dim]` | tokens or n-grams of text encoder `E` |
//! | `texts.E.filters.N.weight`, `.bias` | `[filters, width * dim]`, `[filters]` | convolution: `weight.reshape(filters, width, dim)` |
//! | `texts.E.forward.input`, `.hidden`, `texts.E.backward.*` | `[gates * hidden, in]` | `weight_ih`, `weight_hh` and biases of PyTorch's LSTM or GRU |
//! | `texts.E.embeddings.*`, `texts.E.layers.N.*` | | BERT: `words`, `positions`, `segments`, `norm`; `attention.query`, `.key`, `.value`, `.output`, `attention_norm`, `linear1`, `linear2`, `feed_forward_norm` |
//! | `body.blocks.N.convolution1.linear.weight` | `[out, kernel * in]` | `weight.reshape(out, kernel, in)`, earliest step first |
//! | `body.layers.N.input`, `.hidden` | `[4 * hidden, in]` | DeepAR: `weight_ih` with its bias and `weight_hh` of PyTorch's LSTM |
//! | `heads.N.weight`, `.bias` | `[out, in]`, `[out]` | one per output |
//!
//! Group `G` of numbers collects the columns with equal settings (piecewise linear: with equal `dim`), group `G` of
//! codes those with equal `dim`; groups are numbered by first occurrence. A row is the concatenation of plain
//! numbers, number groups, dense blocks, texts (by encoder) and code groups. `tests/golden/networks.py` is the same forward pass in
//! PyTorch, and `tests/golden/forecasting.py` that of networks for forecasts.

use std::collections::HashMap;

use safetensors::{Dtype, serialize, tensor::TensorView};

use super::{Precision, to_half};
use crate::{
    ModelError, Network, NetworkConfig,
    weights::{collect, torch_layout, transpose},
};

/// Key of the metadata entry with the network's config.
pub const CONFIG_KEY: &str = "hob_network";

/// The weights as a safetensors file in PyTorch's layout.
pub fn safetensors(
    network: &Network,
    config: &NetworkConfig,
    precision: Precision,
) -> Result<Vec<u8>, ModelError> {
    let mut tensors = Vec::new();
    for stored in collect(network) {
        let layout = torch_layout(&stored.path, &stored.containers);
        let (mut values, mut shape) = (stored.values()?, stored.shape);
        if let (true, &[rows, columns]) = (layout.transposed, shape.as_slice()) {
            values = transpose(&values, rows, columns);
            shape = vec![columns, rows];
        }
        tensors.push((
            layout.name,
            shape,
            encode(&stored.path, &values, precision)?,
        ));
    }
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
    };
    let unwritable = |reason: String| ModelError::Unwritable { reason };
    let mut views = Vec::with_capacity(tensors.len());
    for (name, shape, bytes) in &tensors {
        let view = TensorView::new(dtype, shape.clone(), bytes);
        views.push((
            name.as_str(),
            view.map_err(|error| unwritable(error.to_string()))?,
        ));
    }
    let config = serde_json::to_string(config).map_err(|error| unwritable(error.to_string()))?;
    // One entry only: the order of several would differ from file to file.
    let metadata = HashMap::from([(CONFIG_KEY.to_owned(), config)]);
    serialize(views, Some(metadata)).map_err(|error| unwritable(error.to_string()))
}

fn encode(path: &str, values: &[f32], precision: Precision) -> Result<Vec<u8>, ModelError> {
    Ok(match precision {
        Precision::F32 => values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect(),
        Precision::F16 => to_half(path, values)?
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect(),
    })
}
