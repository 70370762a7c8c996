//! Rows of JSON requests: read, checked and answered.

use std::collections::HashSet;

use bytes::Bytes;
use hob_data::error::DataError;
use hob_data::preprocess::{InputColumnSchema, InputType, PreprocessError, Problems};
use hob_data::source::{Object, Reason, Rejected, read_objects};
use hob_data::table::Table;
use hob_inference::{Encoded, InferenceError, Predictor};
use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::answers::{Form, answers};
use crate::problem::{FieldError, Problem, said};
use crate::queue::Answer;
use crate::served::Served;

/// Known values listed with an error.
const MAX_KNOWN: usize = 20;
/// Wrong values listed in all.
const MAX_ERRORS: usize = 100;
/// What stands for a file's name in messages of the reader.
const NAME: &str = "rows";

/// The answer to rows.
#[derive(Serialize)]
struct Predicted {
    predictions: Vec<Map<String, Value>>,
    notes: Vec<String>,
}

/// Predicts the rows of several requests in one pass. Each request is read and refused by itself.
pub(crate) fn predict(
    served: &Served,
    predictor: &Predictor,
    requests: Vec<Vec<Object>>,
) -> Vec<Answer> {
    let (mut parts, mut notes) = (Vec::new(), Vec::new());
    let read: Vec<Result<(), Problem>> = requests
        .into_iter()
        .map(|rows| {
            let (part, unknown) = encode(served, predictor, rows)?;
            parts.push(part);
            notes.push(unknown);
            Ok(())
        })
        .collect();
    let predictions = predictor.predict_encoded(parts);
    let outputs = &predictor.manifest().outputs;
    let mut answers = predictions
        .iter()
        .zip(notes)
        .map(|(predictions, mut notes)| {
            served
                .drift
                .add(predictions, |place| outputs[place].threshold);
            notes.extend(predictions.report.notes());
            let row = |row| predictor.row_to_json(predictions, row);
            to_bytes(&Predicted {
                predictions: (0..predictions.num_rows).map(row).collect(),
                notes,
            })
        });
    read.into_iter()
        .map(|read| {
            read?;
            answers.next().unwrap_or_else(|| Err(lost()))
        })
        .collect()
}

fn encode(
    served: &Served,
    predictor: &Predictor,
    rows: Vec<Object>,
) -> Result<(Encoded, Vec<String>), Problem> {
    let (table, notes) = table(served, rows)?;
    let rows: Vec<usize> = (0..table.num_rows).collect();
    let encoded = predictor.encode(&table, &rows);
    Ok((encoded.map_err(|error| refused(served, &error))?, notes))
}

/// Answers the rows of one request to a model of any kind.
pub(crate) fn answer(served: &Served, rows: Vec<Object>) -> Answer {
    let (table, mut notes) = table(served, rows)?;
    let rows: Vec<usize> = (0..table.num_rows).collect();
    let answers = answers(served, &table, &rows, Form::Lines)?;
    notes.extend(answers.notes);
    to_bytes(&Predicted {
        predictions: answers.lines,
        notes,
    })
}

/// A JSON document as an answer.
pub(crate) fn to_bytes(answer: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(answer);
    bytes.map(Bytes::from).map_err(|_| lost())
}

fn lost() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer was lost")
}

/// The rows of a request as typed columns, and the names in them that mean nothing to the model.
pub(crate) fn table(served: &Served, rows: Vec<Object>) -> Result<(Table, Vec<String>), Problem> {
    if rows.is_empty() {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "`rows` is empty; it must have an object per row",
        ));
    }
    let (missing, notes) = names(served, &rows);
    if !missing.is_empty() {
        return Err(Problem::of_fields(missing));
    }
    let read = read_objects(NAME, rows, &served.requests, &served.options);
    let (table, _) = read.map_err(|error| unreadable(served, &error, Place::Row))?;
    Ok((table, notes))
}

/// Columns that no row has although the model needs them, and names that are no columns.
fn names(served: &Served, rows: &[Object]) -> (Vec<FieldError>, Vec<String>) {
    let mut found: HashSet<&str> = HashSet::with_capacity(served.columns.len());
    let mut unknown: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.0) {
        if found.insert(name) && !served.columns.contains(name) {
            unknown.push(name);
        }
    }
    let absent = served
        .requests
        .iter()
        .filter(|request| request.required && !found.contains(request.name.as_str()));
    let missing = absent.map(|request| {
        let similar = hob_data::error::similar_name(&request.name, unknown.iter().copied());
        let hint = match similar {
            Some(similar) => format!("did you mean this with `{similar}`?"),
            None => "null stands for a value that is not known".to_string(),
        };
        let error = FieldError {
            field: Some(request.name.clone()),
            message: "is missing from every row".to_string(),
            hint: Some(hint),
            ..FieldError::default()
        };
        described(served.column(&request.name), error)
    });
    let missing = missing.take(MAX_ERRORS).collect();
    let notes = unknown.iter().take(MAX_ERRORS);
    let notes = notes.map(|name| format!("`{name}` is no column of the model and was not read"));
    (missing, notes.collect())
}

/// How a place in the data is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The row of a JSON request.
    Row,
    /// The line of a file.
    Line,
}

/// An error of the reader, value by value where it tells.
pub(crate) fn unreadable(served: &Served, error: &DataError, place: Place) -> Problem {
    match error {
        DataError::TooManyRejected { rejected, .. } => {
            Problem::of_fields(wrong(served, rejected, place))
        }
        error => Problem::unusable(error),
    }
}

fn wrong(served: &Served, rejected: &Rejected, place: Place) -> Vec<FieldError> {
    let reasons = rejected.rows.iter().flat_map(|row| {
        let line = row.line;
        row.reasons.iter().map(move |reason| (line, reason))
    });
    let error = |(line, reason): (u64, &Reason)| {
        let Reason {
            column,
            value,
            expected,
            hint,
        } = reason;
        let column_schema = served.column(column);
        let error = FieldError {
            row: (place == Place::Row).then(|| line.saturating_sub(1) as usize),
            line: (place == Place::Line).then_some(line),
            field: Some(column.clone()),
            message: match value {
                Some(_) => format!("must be {expected}"),
                None => expected.clone(),
            },
            value: value
                .as_ref()
                .map(|value| value.chars().take(100).collect()),
            hint: hint.clone(),
            ..FieldError::default()
        };
        described(column_schema, error)
    };
    reasons.take(MAX_ERRORS).map(error).collect()
}

/// With the range or the values that training has seen.
fn described(column: Option<&InputColumnSchema>, mut error: FieldError) -> FieldError {
    let Some(column) = column else { return error };
    if column.kind == InputType::Number {
        (error.minimum, error.maximum) = (column.min, column.max);
    }
    error.known = column.values.iter().take(MAX_KNOWN).cloned().collect();
    error
}

/// An error of encoding, value by value where it tells.
pub(crate) fn refused(served: &Served, error: &InferenceError) -> Problem {
    let InferenceError::Encode(Problems(problems)) = error else {
        return Problem::unusable(error);
    };
    let errors = problems.iter().map(|problem| match problem {
        PreprocessError::Missing { column, row, .. } => {
            let error = FieldError {
                row: Some(*row),
                field: Some(column.clone()),
                message: "must not be missing".to_string(),
                ..FieldError::default()
            };
            described(served.column(column), error)
        }
        problem => FieldError {
            message: said(problem),
            ..FieldError::default()
        },
    });
    Problem::of_fields(errors.collect())
}
