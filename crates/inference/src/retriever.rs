//! A model that searches, ready to answer.

mod columns;

use std::path::Path;

use hob_data::features::Matrix;
use hob_data::preprocess::TransformReport;
use hob_data::table::{Table, Values};
use hob_model::ModelError;
use hob_model::config::BodyConfig;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::answer_index::{AnswerIndex, normalize};
use crate::bundle::Bundle;
use crate::error::{BundleFault, InferenceError};
use crate::manifest::{Manifest, Retrieval};
use crate::model::ModelKind;
use crate::predictor::Predictor;
use crate::raw_outputs::raw_outputs;
use crate::typed_rows;

/// Finds the stored answers whose meaning is nearest to a question.
#[derive(Debug)]
pub struct Retriever {
    encoder: Predictor,
    index: AnswerIndex,
    retrieval: Retrieval,
}

/// What is said to one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reply {
    /// Best first.
    pub answers: Vec<RankedAnswer>,
    /// Whether the first is near enough to be given; if not, the model does not know.
    pub accepted: bool,
}

/// A stored answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedAnswer {
    /// Its text.
    pub answer: String,
    /// The stored question it was found through, or, found through its own text, the first one it was given to.
    pub question: String,
    /// Cosine, from -1 to 1.
    pub score: f32,
    /// The row of the data that both stand in, from 1.
    pub row: usize,
}

/// What is said to the questions of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Replies {
    /// One per row.
    pub replies: Vec<Reply>,
    /// What was missing or cut off.
    pub report: TransformReport,
}

impl Retriever {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle or of a model that does not search, the device cannot be used, or the self-test
    /// fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        Self::new(bundle, device).map_err(|error| error.of_bundle(path))
    }

    /// Builds the network of a bundle and runs its self-test.
    ///
    /// # Errors
    /// Weights or index do not fit, the model does not search, the device cannot be used, or the self-test fails.
    pub fn new(bundle: Bundle, device: Option<&str>) -> Result<Self, InferenceError> {
        let Bundle {
            manifest,
            weights,
            index,
            catalog: _,
        } = bundle;
        let (Some(retrieval), Some(index)) = (manifest.retrieval.clone(), index) else {
            return Err(InferenceError::OtherKind {
                found: ModelKind::of(&manifest),
                asked: ModelKind::Retriever,
                name: manifest.name,
            });
        };
        check(&manifest, &retrieval, &index)?;
        Ok(Self {
            encoder: Predictor::build(manifest, weights, device)?,
            index,
            retrieval,
        })
    }

    /// What the bundle says about itself.
    pub fn manifest(&self) -> &Manifest {
        self.encoder.manifest()
    }

    /// How questions are answered.
    pub fn retrieval(&self) -> &Retrieval {
        &self.retrieval
    }

    /// The stored answers.
    pub fn index(&self) -> &AnswerIndex {
        &self.index
    }

    /// The network that reads questions, and the column it reads.
    pub fn encoder(&self) -> &Predictor {
        &self.encoder
    }

    /// Answers one question.
    ///
    /// # Errors
    /// The tokenizer cannot read it.
    pub fn ask(&self, question: &str) -> Result<Reply, InferenceError> {
        let row = Map::from_iter([(self.retrieval.question.clone(), Value::from(question))]);
        let table = typed_rows::rows_from_json(&[&row], &self.encoder.requests());
        let mut replies = self.search(&table)?.replies;
        Ok(replies.remove(0))
    }

    /// Answers the question of every row.
    ///
    /// # Errors
    /// A column is absent or of another type, or a text cannot be read.
    pub fn search(&self, table: &Table) -> Result<Replies, InferenceError> {
        let rows: Vec<usize> = (0..table.num_rows).collect();
        let (vectors, report) = self.vectors(table, &rows)?;
        let replies = rows
            .iter()
            .map(|&row| match question(table, &self.retrieval, row) {
                Some(_) => self.reply(vectors.row(row)),
                None => Reply {
                    answers: Vec::new(),
                    accepted: false,
                },
            });
        Ok(Replies {
            replies: replies.collect(),
            report,
        })
    }

    /// The vectors of the questions of some rows, of length 1.
    ///
    /// # Errors
    /// A column is absent or of another type, or a text cannot be read.
    pub fn vectors(
        &self,
        table: &Table,
        rows: &[usize],
    ) -> Result<(Matrix<f32>, TransformReport), InferenceError> {
        let (features, report) = self.manifest().inputs.transform(table, rows)?;
        let raw = raw_outputs(
            self.encoder.network(),
            &features,
            self.encoder.burn_device(),
        );
        let mut vectors = raw.into_iter().next().unwrap_or_default();
        vectors.width = self.index.width();
        vectors
            .values
            .chunks_exact_mut(vectors.width)
            .for_each(normalize);
        Ok((vectors, report))
    }

    fn reply(&self, vector: &[f32]) -> Reply {
        let texts = self.index.texts();
        let found = self.index.search(vector, self.retrieval.top.max(1));
        let accepted = match (found.first(), self.retrieval.threshold) {
            (Some(best), Some(threshold)) => best.score >= threshold,
            (best, None) => best.is_some(),
            (None, Some(_)) => false,
        };
        let answers = found.into_iter().map(|found| {
            let row = &texts.rows[texts.keys[found.key].row];
            RankedAnswer {
                answer: texts.answers[found.answer].clone(),
                question: row.question.clone(),
                score: found.score,
                row: row.row,
            }
        });
        Reply {
            answers: answers.collect(),
            accepted,
        }
    }
}

/// The question of a row, if it has one.
fn question<'a>(table: &'a Table, retrieval: &Retrieval, row: usize) -> Option<&'a str> {
    match table
        .column(&retrieval.question)
        .map(|column| &column.values)
    {
        Some(Values::Category(cells)) => cells.get(row).filter(|text| !text.trim().is_empty()),
        _ => None,
    }
}

/// Whether the network makes one vector of one text, as wide as those of the index.
fn check(
    manifest: &Manifest,
    retrieval: &Retrieval,
    index: &AnswerIndex,
) -> Result<(), InferenceError> {
    let (layout, network) = (manifest.inputs.layout(), &manifest.network);
    let one_text = layout.texts.len() == 1
        && layout.numbers.is_empty()
        && layout.dense.is_empty()
        && layout.codes.is_empty()
        && layout.texts[0].column == retrieval.question;
    let plain = network.heads.is_empty() && matches!(network.body, BodyConfig::Linear(_));
    if !one_text || !plain {
        return Err(ModelError::Config {
            field: "inputs".to_string(),
            reason: "are not the one text of a question".to_string(),
        }
        .into());
    }
    network.check()?;
    let width: usize = network.inputs.without_texts().dense.iter().sum();
    match width == index.width() {
        true => Ok(()),
        false => Err(InferenceError::Bundle {
            path: manifest.name.clone().into(),
            source: BundleFault::Index(format!(
                "its vectors have {} numbers, those of the network {width}",
                index.width()
            )),
        }),
    }
}
