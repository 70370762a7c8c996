//! A model that searches, on new questions with known answers.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use hob_data::preprocess::TransformReport;
use hob_data::source::{self, ColumnKind, ColumnRequest, ReadOptions};
use hob_inference::Retriever;

use super::KIND;
use super::corpus::{blank_rows, text};
use super::evaluation::{Asked, evaluate};
use crate::error::RunError;
use crate::plan::Contradictions;
use crate::result::OutputResult;

/// What came out of an evaluation.
#[derive(Debug)]
pub struct SearchJudgement {
    /// The metrics.
    pub output: OutputResult,
    /// What was missing or cut off.
    pub report: TransformReport,
    /// Rows without a question or without an answer.
    pub left_out: usize,
    /// Rows whose answer the model does not have.
    pub unknown: usize,
    /// Rows that could not be read.
    pub rejected: usize,
}

/// Asks the questions of files.
///
/// # Errors
/// A file or column is missing, or no row has an answer that the model has.
pub fn judge(
    retriever: &Retriever,
    paths: &[PathBuf],
    max_rejected: usize,
) -> Result<SearchJudgement, RunError> {
    let retrieval = retriever.retrieval();
    let mut requests = retriever.encoder().requests();
    requests.push(ColumnRequest {
        name: retrieval.answer.clone(),
        kind: ColumnKind::Category,
        required: true,
        hash_salt: None,
    });
    let options = ReadOptions {
        max_rejected,
        ..retriever.encoder().read_options()
    };
    let (table, source) = source::read(paths, &requests, &options)?;
    let columns = [&retrieval.question, &retrieval.answer];
    let blank: HashSet<usize> = columns
        .iter()
        .flat_map(|column| blank_rows(&table, column))
        .collect();
    let rows: Vec<usize> = (0..table.num_rows)
        .filter(|row| !blank.contains(row))
        .collect();
    let (vectors, report) = retriever.vectors(&table, &rows)?;
    let answers = retriever.index().texts().answers.iter();
    let places: HashMap<&str, usize> = answers.map(String::as_str).zip(0..).collect();
    let place = |&row: &usize| places.get(text(&table, &retrieval.answer, row)).copied();
    let asked = Asked {
        questions: rows
            .iter()
            .map(|&row| text(&table, &retrieval.question, row))
            .collect(),
        vectors,
        right: rows.iter().map(place).collect(),
    };
    let unknown = asked.right.iter().filter(|right| right.is_none()).count();
    let judged = evaluate(retriever.index(), &asked, retrieval.threshold).map_err(|source| {
        RunError::Metrics {
            output: retrieval.answer.clone(),
            part: "given",
            source,
        }
    })?;
    Ok(SearchJudgement {
        output: OutputResult {
            column: retrieval.answer.clone(),
            kind: KIND.to_string(),
            test: judged.report,
            part: "given".to_string(),
            validation: None,
            baseline: judged.baseline,
            text_baseline: Some(judged.bm25),
            forecast: None,
            recommend: None,
            temperature: 1.0,
            worst: Vec::new(),
            mistakes: None,
            scope: None,
            contradictions: Contradictions::default(),
        },
        report,
        left_out: table.num_rows - rows.len(),
        unknown,
        rejected: source.rejected.num_rows,
    })
}
