//! Word vectors such as GloVe (Pennington et al. 2014): a matrix, and a word per row.

use std::collections::BTreeMap;

use burn::{
    nn::Embedding,
    tensor::{DType, Tensor, TensorData},
};

use super::{PretrainedError, bert_weights::read};
use crate::{
    TextEncoder,
    weights::{TorchLayout, from_torch},
};

/// The vector of each word: row `r` of the one matrix in `safetensors` belongs to line `r` of `vocab_txt`.
pub fn word_vectors(
    safetensors: &[u8],
    vocab_txt: &str,
) -> Result<BTreeMap<String, Vec<f32>>, PretrainedError> {
    let wrong = |reason: String| PretrainedError::WordVectors { reason };
    let file = read(safetensors)?;
    let mut tensors = file.tensors();
    let count = tensors.len();
    let (Some((name, view)), 1) = (tensors.pop(), count) else {
        return Err(wrong(format!("the file holds {count} tensors, not 1")));
    };
    let &[rows, dim] = view.shape() else {
        let shape = view.shape();
        return Err(wrong(format!(
            "`{name}` has the shape {shape:?}, not [words, numbers]"
        )));
    };
    let words: Vec<&str> = vocab_txt.lines().collect();
    if words.len() != rows || dim == 0 {
        let lines = words.len();
        return Err(wrong(format!(
            "`{name}` has the shape [{rows}, {dim}], but there are {lines} words"
        )));
    }
    let layout = TorchLayout {
        name: name.clone(),
        transposed: false,
    };
    let source = from_torch(&layout, &view);
    let Some(data) = source.data else {
        return Err(wrong(format!("`{name}` holds {} values", source.kind)));
    };
    let values = data.convert_dtype(DType::F32).try_into_vec::<f32>();
    let values = values.expect("the data has just been converted to f32");
    let mut vectors = BTreeMap::new();
    for (line, (word, vector)) in words.into_iter().zip(values.chunks(dim)).enumerate() {
        let line = line + 1;
        if vector.iter().any(|value| !value.is_finite()) {
            return Err(wrong(format!(
                "the vector of line {line}, `{word}`, is not finite"
            )));
        }
        if vectors.insert(word.to_owned(), vector.to_vec()).is_some() {
            return Err(wrong(format!("line {line}: `{word}` stands there twice")));
        }
    }
    Ok(vectors)
}

impl TextEncoder {
    /// The encoder with the given rows in its embedding table; where there is `None` the row stays as it was drawn.
    ///
    /// # Errors
    /// For an encoder without word embeddings of its own, and for rows that do not fit the table.
    pub fn with_word_vectors(self, rows: &[Option<Vec<f32>>]) -> Result<Self, PretrainedError> {
        match self {
            Self::Cnn(mut encoder) => {
                encoder.embedding = replace(encoder.embedding, rows)?;
                Ok(Self::Cnn(encoder))
            }
            Self::Rnn(mut encoder) => {
                encoder.embedding = replace(encoder.embedding, rows)?;
                Ok(Self::Rnn(encoder))
            }
            Self::Bag(_) => Err(unfit("a bag of n-grams has no vector per word".to_owned())),
            Self::Bert(_) => Err(unfit("a BERT has pieces of words".to_owned())),
        }
    }
}

fn unfit(reason: String) -> PretrainedError {
    PretrainedError::Rows { reason }
}

fn replace(embedding: Embedding, rows: &[Option<Vec<f32>>]) -> Result<Embedding, PretrainedError> {
    let [vocabulary, dim] = embedding.weight.lazy_shape().dims();
    if rows.len() != vocabulary {
        let found = rows.len();
        return Err(unfit(format!(
            "{found} rows for a vocabulary of {vocabulary}"
        )));
    }
    let wrong = rows.iter().flatten().find(|row| row.len() != dim);
    if let Some(row) = wrong {
        let found = row.len();
        return Err(unfit(format!(
            "vectors of {found} numbers for an encoder with {dim}"
        )));
    }
    let weight = embedding.weight.map(|weight: Tensor<2>| {
        let (device, tracked) = (weight.device(), weight.is_require_grad());
        let values = weight.into_data().convert_dtype(DType::F32);
        let values = values.try_into_vec::<f32>();
        let mut values = values.expect("the data has just been converted to f32");
        for (place, row) in values.chunks_mut(dim).zip(rows) {
            if let Some(row) = row {
                place.copy_from_slice(row);
            }
        }
        let data = TensorData::new(values, [vocabulary, dim]);
        Tensor::from_data(data, &device).set_require_grad(tracked)
    });
    Ok(Embedding { weight })
}
