//! Weights that others trained: BERT and its relatives from a Hugging Face folder, and word vectors such as GloVe.
//!
//! Nothing is taken on trust: the files may be truncated, of another architecture, or not what their names say.

mod bert_config;
mod bert_names;
mod bert_weights;
mod error;
mod word_vectors;

pub use self::{
    bert_config::bert_config,
    bert_weights::bert_weights,
    error::{PretrainedError, TensorProblem},
    word_vectors::word_vectors,
};
