//! Encoded rows through a network, in batches.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use hob_data::features::{Features, Matrix};
use hob_model::Network;

use crate::tensors;

/// Rows that go through the network at once. Larger batches gain nothing on a CPU and cost memory.
const BATCH_ROWS: usize = 1024;

/// Tokens that go through a text encoder at once, padding included. An encoder needs some hundred kilobytes for each.
pub const MAX_BATCH_TOKENS: usize = 4096;

/// Raw outputs of every head, computed in batches: a matrix row per row, or per word of all rows where a head labels
/// words.
pub fn raw_outputs(network: &Network, features: &Features, device: &Device) -> Vec<Matrix<f32>> {
    let mut outputs: Vec<Matrix<f32>> = Vec::new();
    for batch in batches(features) {
        let heads = network.forward(tensors::input(features, &batch, device));
        outputs.resize_with(heads.len(), Matrix::default);
        for ((output, head), column) in outputs.iter_mut().zip(heads).zip(words_of(network)) {
            let words = column.and_then(|column| features.texts[column].words.as_ref());
            let num_rows = words.map_or(features.num_rows, |words| words.starts.len());
            let range = |row: usize| words.map_or(row..row + 1, |words| words.range(row));
            add_rows(output, num_rows, batch.iter().map(|&row| range(row)), head);
        }
    }
    outputs
}

/// The last hidden layer, `[rows, width]`, computed in batches.
pub fn hidden(network: &Network, features: &Features, device: &Device) -> Matrix<f32> {
    let mut all = Matrix::default();
    for batch in batches(features) {
        let hidden = network.hidden(tensors::input(features, &batch, device));
        add_rows(
            &mut all,
            features.num_rows,
            batch.iter().map(|&row| row..row + 1),
            hidden,
        );
    }
    all
}

/// For each tensor that a network gives, the text column whose words are its rows, if they are.
fn words_of(network: &Network) -> Vec<Option<usize>> {
    match network.head_words() {
        // Without heads it gives its hidden layer.
        [] => vec![None],
        heads => heads.to_vec(),
    }
}

/// Puts the values of a batch where they belong: those of each row of the batch into a range of `num_rows`.
fn add_rows(
    all: &mut Matrix<f32>,
    num_rows: usize,
    ranges: impl Iterator<Item = Range<usize>>,
    values: Tensor<2>,
) {
    let [_, width] = values.dims();
    all.width = width;
    all.values.resize(width * num_rows, 0.0);
    let values: Vec<f32> = values.into_data().iter::<f32>().collect();
    let mut rest = values.as_slice();
    for range in ranges {
        let (found, later) = rest.split_at(width * range.len());
        all.values[range.start * width..range.end * width].copy_from_slice(found);
        rest = later;
    }
}

/// All rows in batches: in their order, or, with texts, sorted by length so that little is padded.
fn batches(features: &Features) -> Vec<Vec<usize>> {
    let mut rows: Vec<usize> = (0..features.num_rows).collect();
    if features.texts.is_empty() {
        return rows.chunks(BATCH_ROWS).map(<[_]>::to_vec).collect();
    }
    rows.sort_by_key(|&row| features.longest_text(row));
    let mut batches: Vec<Vec<usize>> = vec![Vec::new()];
    for row in rows {
        let last = batches.len() - 1;
        let rows = batches[last].len() + 1;
        // Rows come by length, so this one is the longest of its batch.
        let tokens = rows * features.longest_text(row);
        if !batches[last].is_empty() && (rows > BATCH_ROWS || tokens > MAX_BATCH_TOKENS) {
            batches.push(vec![row]);
        } else {
            batches[last].push(row);
        }
    }
    batches.retain(|batch| !batch.is_empty());
    batches
}
