//! From encoded rows to the tensors of one batch.

use burn::tensor::{Device, Int, Tensor, TensorData};
use hob_data::features::{Features, Matrix, TokenLists, Words};
use hob_data::forecast::Windows;
use hob_model::{Input, SeriesInput, Text};

/// The named rows on a device.
pub fn input(features: &Features, rows: &[usize], device: &Device) -> Input {
    input_with(features, rows, device, |_, _| false)
}

/// The same, where codes for which `is_unknown(row, column)` answers yes are replaced by 0, "unknown".
pub fn input_with(
    features: &Features,
    rows: &[usize],
    device: &Device,
    is_unknown: impl Fn(usize, usize) -> bool,
) -> Input {
    let series = features.windows.as_ref();
    let series = series.map(|windows| series_with(windows, rows, device, &is_unknown));
    let width = features.codes.width;
    let mut codes = features.codes.gather(rows);
    for (place, code) in codes.iter_mut().enumerate() {
        if is_unknown(rows[place / width], place % width) {
            *code = 0;
        }
    }
    let codes = (width > 0)
        .then(|| Tensor::<2, Int>::from_data(TensorData::new(codes, [rows.len(), width]), device));
    Input {
        numbers: floats(&features.numbers, rows, device),
        dense: floats(&features.dense, rows, device),
        codes,
        texts: texts(features, rows, device),
        series,
        interactions: None,
    }
}

/// The texts of the named rows, column by column.
pub fn texts(features: &Features, rows: &[usize], device: &Device) -> Vec<Text> {
    let column = |lists: &TokenLists| match lists.bag {
        true => bag(lists, rows, device),
        false => {
            let tokens: Vec<&[i32]> = rows.iter().map(|&row| lists.row(row)).collect();
            let mut text = sequence(&tokens, lists.padding, device);
            if let (Some(found), Text::Sequence { words, ids, .. }) = (&lists.words, &mut text) {
                *words = Some(word_places(found, rows, ids.dims()[1], device));
            }
            text
        }
    };
    features.texts.iter().map(column).collect()
}

/// Windows of series on a device. What is not known of the values to be forecast is 0.
pub fn series(windows: &Windows, rows: &[usize], device: &Device) -> SeriesInput {
    series_with(windows, rows, device, |_, _| false)
}

fn series_with(
    windows: &Windows,
    rows: &[usize],
    device: &Device,
    is_unknown: impl Fn(usize, usize) -> bool,
) -> SeriesInput {
    let mut batch = windows.batch(rows);
    let (count, context, horizon) = (rows.len(), windows.context(), windows.horizon());
    let matrix = |values: Vec<f32>, width: usize| {
        Tensor::<2>::from_data(TensorData::new(values, [count, width]), device)
    };
    let cube = |values: Vec<f32>, steps: usize| {
        let width = values.len() / (count * steps).max(1);
        (width > 0)
            .then(|| Tensor::<3>::from_data(TensorData::new(values, [count, steps, width]), device))
    };
    let known = |value: f32| if value.is_nan() { 0.0 } else { value };
    let numbers = batch.static_numbers.len() / count.max(1);
    let codes = batch.static_codes.len() / count.max(1);
    for (place, code) in batch.static_codes.iter_mut().enumerate() {
        if is_unknown(rows[place / codes], place % codes) {
            *code = 0;
        }
    }
    SeriesInput {
        past_target: matrix(batch.past_target, context),
        observed: matrix(batch.observed, context),
        past: cube(batch.past, context),
        future: cube(batch.future, horizon),
        static_numbers: (numbers > 0).then(|| matrix(batch.static_numbers, numbers)),
        static_codes: (codes > 0).then(|| {
            Tensor::from_data(TensorData::new(batch.static_codes, [count, codes]), device)
        }),
        target: Some(matrix(
            batch.target.into_iter().map(known).collect(),
            horizon,
        )),
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

/// Texts as padded rows of tokens, and where they end.
pub fn sequence(texts: &[&[i32]], padding: i32, device: &Device) -> Text {
    let longest = texts.iter().map(|tokens| tokens.len()).max().unwrap_or(0);
    let shape = [texts.len(), longest.max(1)];
    let mut ids = vec![padding; shape[0] * shape[1]];
    let mut mask = vec![0.0_f32; ids.len()];
    for (place, tokens) in texts.iter().enumerate() {
        let start = place * shape[1];
        ids[start..start + tokens.len()].copy_from_slice(tokens);
        mask[start..start + tokens.len()].fill(1.0);
    }
    Text::Sequence {
        ids: Tensor::from_data(TensorData::new(ids, shape), device),
        mask: Tensor::from_data(TensorData::new(mask, shape), device),
        words: None,
    }
}

/// Where the words of the named rows begin in a batch that is padded to `longest`. Of a batch without any word it is the
/// first token, because tensors without elements are refused by some backends.
fn word_places(words: &Words, rows: &[usize], longest: usize, device: &Device) -> Tensor<1, Int> {
    let starts = |(place, &row): (usize, &usize)| {
        let starts = &words.starts[words.range(row)];
        starts
            .iter()
            .map(move |start| (place * longest) as i32 + start)
    };
    let mut places: Vec<i32> = rows.iter().enumerate().flat_map(starts).collect();
    if places.is_empty() {
        places.push(0);
    }
    let count = places.len();
    Tensor::from_data(TensorData::new(places, [count]), device)
}

fn bag(lists: &TokenLists, rows: &[usize], device: &Device) -> Text {
    let total = rows.iter().map(|&row| lists.len(row)).sum();
    let (mut ids, mut places) = (Vec::with_capacity(total), Vec::with_capacity(total));
    let mut shares = Vec::with_capacity(rows.len());
    for (place, &row) in rows.iter().enumerate() {
        let tokens = lists.row(row);
        ids.extend_from_slice(tokens);
        places.resize(ids.len(), place as i32);
        shares.push(match tokens.len() {
            0 => 0.0,
            count => 1.0 / count as f32,
        });
    }
    if ids.is_empty() {
        // Tensors without elements are refused by some backends; a share of 0 makes this token count for nothing.
        (ids, places) = (vec![lists.padding], vec![0]);
    }
    let count = ids.len();
    Text::Bag {
        ids: Tensor::<1, Int>::from_data(TensorData::new(ids, [count]), device),
        rows: Tensor::<1, Int>::from_data(TensorData::new(places, [count]), device),
        shares: Tensor::from_data(TensorData::new(shares, [rows.len(), 1]), device),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(bag: bool) -> TokenLists {
        TokenLists {
            offsets: vec![0, 3, 3, 4],
            ids: vec![7, 8, 9, 5],
            bag,
            padding: 1,
            words: None,
        }
    }

    #[test]
    fn a_batch_is_padded_to_its_longest_text() {
        let device = crate::device::device(None).unwrap().1;
        let Text::Sequence { ids, mask, .. } = sequence(&[&[5], &[7, 8, 9]], 1, &device) else {
            panic!("expected a sequence");
        };
        assert_eq!(
            ids.into_data().iter::<i32>().collect::<Vec<_>>(),
            [5, 1, 1, 7, 8, 9]
        );
        assert_eq!(
            mask.into_data().iter::<f32>().collect::<Vec<_>>(),
            [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
        );
    }

    #[test]
    fn a_bag_without_tokens_counts_for_nothing() {
        let device = crate::device::device(None).unwrap().1;
        let Text::Bag { ids, rows, shares } = bag(&lists(true), &[1, 0], &device) else {
            panic!("expected a bag");
        };
        assert_eq!(ids.into_data().iter::<i32>().collect::<Vec<_>>(), [7, 8, 9]);
        assert_eq!(
            rows.into_data().iter::<i32>().collect::<Vec<_>>(),
            [1, 1, 1]
        );
        assert_eq!(
            shares.into_data().iter::<f32>().collect::<Vec<_>>(),
            [0.0, 1.0 / 3.0]
        );
    }
}
