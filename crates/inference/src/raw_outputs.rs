//! Encoded rows through a network, in batches.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use hob_data::features::{Features, Matrix};
use hob_model::Network;

use crate::tensors;

/// Rows that go through the network at once. Larger batches gain nothing on a CPU and cost memory.
const BATCH_ROWS: usize = 1024;

/// Tokens that go through a text encoder at once, padding included. An encoder needs some hundred kilobytes for each.
pub const MAX_BATCH_TOKENS: usize = 2048;

/// Raw outputs of every head, computed in batches: a matrix row per row, or per word of all rows where a head labels
/// words.
pub fn raw_outputs(network: &Network, features: &Features, device: &Device) -> Vec<Matrix<f32>> {
    run(network, features, device, false).0
}

/// The same and what [`hidden`] gives, from one pass.
pub fn raw_outputs_and_hidden(
    network: &Network,
    features: &Features,
    device: &Device,
) -> (Vec<Matrix<f32>>, Matrix<f32>) {
    let (outputs, found) = run(network, features, device, true);
    // Where every head labels words, none has read it.
    let hidden = found.unwrap_or_else(|| hidden(network, features, device));
    (outputs, hidden)
}

fn run(
    network: &Network,
    features: &Features,
    device: &Device,
    with_hidden: bool,
) -> (Vec<Matrix<f32>>, Option<Matrix<f32>>) {
    let mut outputs: Vec<Matrix<f32>> = Vec::new();
    let mut all_hidden: Option<Matrix<f32>> = None;
    for batch in batches(features) {
        let (heads, hidden) = network.forward_with_hidden(tensors::input(features, &batch, device));
        outputs.resize_with(heads.len(), Matrix::default);
        for ((output, head), column) in outputs.iter_mut().zip(heads).zip(words_of(network)) {
            let words = column.and_then(|column| features.texts[column].words.as_ref());
            let num_rows = words.map_or(features.num_rows, |words| words.starts.len());
            let range = |row: usize| words.map_or(row..row + 1, |words| words.range(row));
            add_rows(output, num_rows, batch.iter().map(|&row| range(row)), head);
        }
        if let Some(hidden) = hidden.filter(|_| with_hidden) {
            let all = all_hidden.get_or_insert_default();
            add_rows(all, features.num_rows, single(&batch), hidden);
        }
    }
    (outputs, all_hidden)
}

/// The last hidden layer, `[rows, width]`, computed in batches.
pub fn hidden(network: &Network, features: &Features, device: &Device) -> Matrix<f32> {
    let mut all = Matrix::default();
    for batch in batches(features) {
        let hidden = network.hidden(tensors::input(features, &batch, device));
        add_rows(&mut all, features.num_rows, single(&batch), hidden);
    }
    all
}

/// A row of values for each row.
fn single(rows: &[usize]) -> impl Iterator<Item = Range<usize>> {
    rows.iter().map(|&row| row..row + 1)
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
    if features.texts.is_empty() {
        let rows: Vec<usize> = (0..features.num_rows).collect();
        return rows.chunks(BATCH_ROWS).map(<[_]>::to_vec).collect();
    }
    let lengths = (0..features.num_rows).map(|row| features.longest_text(row));
    batches_of_texts(&lengths.collect::<Vec<_>>(), BATCH_ROWS)
}

/// Texts of these lengths in batches of like length: at most `max_texts` of them, and with their padding at most
/// [`MAX_BATCH_TOKENS`], or one that is longer.
pub fn batches_of_texts(lengths: &[usize], max_texts: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&text| lengths[text]);
    let mut batches = Vec::new();
    let mut rest = order.as_slice();
    while !rest.is_empty() {
        // Texts come by length, so the last of a batch is its longest.
        let fits = |count: &usize| count * lengths[rest[count - 1]] <= MAX_BATCH_TOKENS;
        let count = (1..=rest.len().min(max_texts)).take_while(fits).last();
        let (batch, later) = rest.split_at(count.unwrap_or(1));
        batches.push(batch.to_vec());
        rest = later;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_like_length_share_a_batch_that_is_not_too_large() {
        assert!(batches_of_texts(&[], 64).is_empty());
        assert_eq!(batches_of_texts(&[5, 1, 3], 2), [vec![1, 2], vec![0]]);
        let long = MAX_BATCH_TOKENS / 2;
        let lengths = [long, 3 * long, long + 1, 1, long];
        let batches = batches_of_texts(&lengths, 64);
        assert_eq!(batches, [vec![3, 0], vec![4], vec![2], vec![1]]);
        assert_eq!(batches_of_texts(&[0; 3], 2), [vec![0, 1], vec![2]]);
    }
}
