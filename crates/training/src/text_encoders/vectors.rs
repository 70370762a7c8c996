//! The vectors of frozen encoders: each different text is encoded once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use hob_data::features::{Features, Matrix, TokenLists};
use hob_inference::{batches_of_texts, tensors, write_atomically};
use hob_model::config::columns_by_encoder;
use hob_model::text::TextEncoder;
use sha2::{Digest, Sha256};

use crate::error::RunError;
use crate::fit::FitObserver;
use crate::plan::Plan;

/// Texts encoded at once, at most.
const MAX_BATCH: usize = 64;
/// In front of the file, with its version.
const MAGIC: &[u8; 8] = b"HOBTEXT2";

/// The vectors of a text column, one per row.
pub(super) struct Column {
    /// Place among the text columns.
    place: usize,
    vectors: Matrix<f32>,
}

/// The columns that frozen encoders read, in the order in which their vectors stand in the dense lane.
pub(super) struct Vectors(Vec<Column>);

impl Vectors {
    /// Encodes the texts of each column for whose reader there is one of `encoders`.
    pub(super) fn encode(
        encoders: &[TextEncoder],
        readers: &[usize],
        features: &Features,
        device: &Device,
        observer: &mut dyn FitObserver,
    ) -> Self {
        let columns = columns_by_encoder(readers).into_iter();
        let columns = columns.filter_map(|place| {
            let encoder = encoders.get(readers[place])?;
            let lists = &features.texts[place];
            Some((place, encoder, lists, Distinct::of(lists)))
        });
        let columns: Vec<_> = columns.collect();
        let total = columns.iter().map(|(.., texts)| texts.lists.len()).sum();
        let mut done = 0;
        let columns = columns.into_iter().map(|(place, encoder, lists, texts)| {
            let vectors = texts.encode(encoder, lists, device, |count| {
                done += count;
                observer.texts(done, total);
            });
            let width = encoder.width();
            let row = |&text: &usize| &vectors[text * width..(text + 1) * width];
            let values = texts.text_of_row.iter().flat_map(row).copied().collect();
            let vectors = Matrix { width, values };
            Column { place, vectors }
        });
        Self(columns.collect())
    }

    /// The vectors in a file, if it was written for these texts and weights.
    pub(super) fn read(path: &Path, identity: &[u8; 32]) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
        if Sha256::digest(content).as_slice() != sum {
            return None;
        }
        let content = content.strip_prefix(MAGIC)?.strip_prefix(identity)?;
        let mut reader = content;
        let mut number = || -> Option<usize> {
            let (head, rest) = reader.split_first_chunk::<8>()?;
            reader = rest;
            usize::try_from(u64::from_le_bytes(*head)).ok()
        };
        let columns = number()?;
        let shapes: Option<Vec<(usize, usize, usize)>> = (0..columns)
            .map(|_| Some((number()?, number()?, number()?)))
            .collect();
        let mut floats = reader
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes));
        let columns = shapes?.into_iter().map(|(place, width, count)| Column {
            place,
            vectors: Matrix {
                width,
                values: floats.by_ref().take(count).collect(),
            },
        });
        Some(Self(columns.collect()))
    }

    /// Writes them to a file.
    pub(super) fn write(&self, path: &Path, identity: &[u8; 32]) -> Result<(), RunError> {
        let mut bytes = [MAGIC.as_slice(), identity].concat();
        bytes.extend((self.0.len() as u64).to_le_bytes());
        for Column { place, vectors } in &self.0 {
            for number in [*place, vectors.width, vectors.values.len()] {
                bytes.extend((number as u64).to_le_bytes());
            }
        }
        for column in &self.0 {
            let values = column.vectors.values.iter();
            bytes.extend(values.flat_map(|value| value.to_le_bytes()));
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(sum.as_slice());
        Ok(write_atomically(path, &bytes)?)
    }

    /// The features with vectors in place of their texts, as further dense blocks.
    pub(super) fn replace_texts(&self, features: &Features) -> Arc<Features> {
        let vectors = self.0.iter().map(|column| &column.vectors);
        let blocks: Vec<&Matrix<f32>> = std::iter::once(&features.dense).chain(vectors).collect();
        let width = blocks.iter().map(|block| block.width).sum();
        let mut values = Vec::with_capacity(width * features.num_rows);
        for row in 0..features.num_rows {
            for block in &blocks {
                values.extend_from_slice(block.row(row));
            }
        }
        let is_encoded = |place| self.0.iter().any(|column| column.place == place);
        let texts = features.texts.iter().enumerate();
        Arc::new(Features {
            num_rows: features.num_rows,
            numbers: features.numbers.clone(),
            dense: Matrix { width, values },
            codes: features.codes.clone(),
            texts: texts
                .filter(|(place, _)| !is_encoded(*place))
                .map(|(_, lists)| lists.clone())
                .collect(),
            ..Features::default()
        })
    }
}

/// What the vectors depend on: the shape of the encoders, their weights by checksum, and the tokens.
pub(super) fn identity(plan: &Plan, weights: &[[u8; 32]], features: &Features) -> [u8; 32] {
    let mut digest = Sha256::new();
    for (encoder, weights) in plan.text_encoders.iter().zip(weights) {
        digest.update(format!("{:?}", encoder.network));
        digest.update(weights);
    }
    if let Some(start) = &plan.warm_start {
        digest.update(start.sha256());
    }
    for lists in &features.texts {
        for row in 0..features.num_rows {
            digest.update((lists.len(row) as u64).to_le_bytes());
            for id in lists.row(row) {
                digest.update(id.to_le_bytes());
            }
        }
    }
    digest.finalize().into()
}

/// The different texts of a column.
struct Distinct<'a> {
    lists: Vec<&'a [i32]>,
    text_of_row: Vec<usize>,
}

impl<'a> Distinct<'a> {
    fn of(lists: &'a TokenLists) -> Self {
        let mut known: HashMap<&[i32], usize> = HashMap::new();
        let mut distinct = Vec::new();
        let rows = lists.offsets.len().saturating_sub(1);
        let text_of_row = (0..rows).map(|row| {
            let tokens = lists.row(row);
            *known.entry(tokens).or_insert_with(|| {
                distinct.push(tokens);
                distinct.len() - 1
            })
        });
        let text_of_row = text_of_row.collect();
        Self {
            lists: distinct,
            text_of_row,
        }
    }

    /// Vectors of the texts one after the other, computed in batches of similar length.
    fn encode(
        &self,
        encoder: &TextEncoder,
        lists: &TokenLists,
        device: &Device,
        mut each: impl FnMut(usize),
    ) -> Vec<f32> {
        let width = encoder.width();
        let mut vectors = vec![0.0; width * self.lists.len()];
        let lengths: Vec<usize> = self.lists.iter().map(|tokens| tokens.len()).collect();
        for batch in batches_of_texts(&lengths, MAX_BATCH) {
            let tokens: Vec<&[i32]> = batch.iter().map(|&text| self.lists[text]).collect();
            let found = encoder.forward(tensors::sequence(&tokens, lists.padding, device));
            let found: Vec<f32> = found.into_data().iter::<f32>().collect();
            for (place, &text) in batch.iter().enumerate() {
                vectors[text * width..(text + 1) * width]
                    .copy_from_slice(&found[place * width..(place + 1) * width]);
            }
            each(batch.len());
        }
        vectors
    }
}
