//! What a model of any kind says to rows, as lines of JSON or as columns of CSV.

use hob_data::count::count;
use hob_data::forecast::Windows;
use hob_data::table::Table;
use hob_data::write::OutputColumn;
use hob_inference::{InferenceError, Model};
use hyper::StatusCode;
use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::rows::refused;
use crate::served::Served;

/// Steps of all series that one request may ask for.
const MAX_STEPS: usize = 200_000;

/// Refuses to continue so many series that the answer would fill the memory.
pub(crate) fn not_too_many(windows: &Windows) -> Result<(), Problem> {
    let steps = windows.len() * windows.horizon();
    if steps <= MAX_STEPS {
        return Ok(());
    }
    let detail = format!(
        "{} series of {} steps are too many for one request",
        count(windows.len()),
        windows.horizon()
    );
    let hint = format!("ask for at most {} steps in all", count(MAX_STEPS));
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).hint(hint))
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// An object per answer.
    Lines,
    /// A column per part of the answers.
    Columns,
}

/// Answers in the form that was wanted; the other one is empty.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) lines: Vec<Map<String, Value>>,
    pub(crate) columns: Vec<OutputColumn>,
    /// What was filled, clipped or unknown.
    pub(crate) notes: Vec<String>,
}

impl Answers {
    fn new(
        form: Form,
        notes: Vec<String>,
        num_lines: usize,
        line: impl Fn(usize) -> Map<String, Value>,
        columns: impl FnOnce() -> Vec<OutputColumn>,
    ) -> Self {
        match form {
            Form::Lines => Self {
                lines: (0..num_lines).map(line).collect(),
                notes,
                ..Self::default()
            },
            Form::Columns => Self {
                columns: columns(),
                notes,
                ..Self::default()
            },
        }
    }
}

/// Answers the named rows of a table; models other than predictors answer all of them.
///
/// # Errors
/// The rows are nothing that the model can answer.
pub(crate) fn answers(
    served: &Served,
    table: &Table,
    rows: &[usize],
    form: Form,
) -> Result<Answers, Problem> {
    let failed = |error: InferenceError| refused(served, &error);
    let drift = &served.drift;
    Ok(match &served.model {
        Model::Predictor(predictor) => {
            let encoded = predictor.encode(table, rows).map_err(failed)?;
            let Some(predictions) = predictor.predict_encoded(vec![encoded]).pop() else {
                return Ok(Answers::default());
            };
            let outputs = &predictor.manifest().outputs;
            drift.add(&predictions, |place| outputs[place].threshold);
            Answers::new(
                form,
                predictions.report.notes(),
                predictions.num_rows,
                |row| predictor.row_to_json(&predictions, row),
                || predictor.columns(&predictions),
            )
        }
        Model::Retriever(retriever) => {
            let found = retriever.search(table).map_err(failed)?;
            drift.add_rows(&found.report);
            Answers::new(
                form,
                found.report.notes(),
                found.replies.len(),
                |row| found.replies[row].to_json(),
                || retriever.columns(&found.replies),
            )
        }
        Model::Forecaster(forecaster) => {
            let (windows, report) = forecaster.windows_of_rows(table).map_err(failed)?;
            not_too_many(&windows)?;
            let forecasts = forecaster.forecast(&windows);
            drift.add_count(windows.len());
            Answers::new(
                form,
                report.notes(),
                windows.len() * windows.horizon(),
                |row| forecaster.row_to_json(&windows, &forecasts, row),
                || forecaster.columns(&windows, &forecasts),
            )
        }
        Model::Recommender(recommender) => {
            let users = recommender.users(table);
            let all = recommender
                .allowed(&[])
                .map_err(|error| failed(error.into()))?;
            let top = recommender.spec().k[0];
            let lists = recommender.recommend(&users, Some(table), top, &all, false);
            let (lists, report) = lists.map_err(failed)?;
            drift.add_count(lists.len());
            Answers::new(
                form,
                report.notes(),
                lists.len(),
                |row| lists[row].to_json(),
                || recommender.columns(&lists),
            )
        }
    })
}
