//! Files of rows, CSV or JSON lines: answered in the same format, piece by piece.
//!
//! A file is read whole, so that everything that is wrong with it is said before the first answer. Its rows then take
//! turns with the requests of others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hob_data::source::{self, Format};
use hob_data::table::Table;
use hob_data::write::{self, OutputColumn};
use hob_inference::Model;
use http_body_util::channel::{Channel, Sender};
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value};

use super::{Answered, refused};
use crate::body::BodyKind;
use crate::problem::Problem;
use crate::queue::{Answer, Work};
use crate::registry::Entry;
use crate::rows;
use crate::served::Served;
use crate::state::{Shared, State};

/// Rows that are answered in one turn.
const PIECE: usize = 256;
/// Pause before a piece asks again for a place in the queue.
const PAUSE: Duration = Duration::from_millis(20);
/// Pieces that wait for the client.
const WAITING: usize = 4;

/// Answers a file.
pub(super) async fn answer(
    state: &Shared,
    entry: &Arc<Entry>,
    kind: BodyKind,
    bytes: Bytes,
) -> Answered {
    let table = Arc::new(read(entry, kind, bytes).await?);
    let pieces = match entry.served().model {
        Model::Predictor(_) => table.num_rows.div_ceil(PIECE).max(1),
        // Their networks are called as a whole.
        Model::Retriever(_) | Model::Recommender(_) if table.num_rows > state.max_rows => {
            let detail = format!(
                "{} rows are too many for this model at once",
                table.num_rows
            );
            let hint = format!("send at most {} at a time", state.max_rows);
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).hint(hint));
        }
        _ => 1,
    };
    let first = piece(state, entry, kind, &table, 0).await?;
    if pieces == 1 {
        return Ok(typed(kind, Body::from(first)));
    }
    let (sender, body) = Channel::new(WAITING);
    let (state, entry) = (Arc::clone(state), Arc::clone(entry));
    tokio::spawn(async move { send(&state, &entry, kind, &table, first, sender).await });
    Ok(typed(kind, Body::new(body)))
}

async fn send(
    state: &State,
    entry: &Arc<Entry>,
    kind: BodyKind,
    table: &Arc<Table>,
    first: Bytes,
    mut sender: Sender<Bytes, std::io::Error>,
) {
    let mut bytes = first;
    for place in 1..=table.num_rows.div_ceil(PIECE) {
        let sent = tokio::time::timeout(state.timeout, sender.send_data(bytes)).await;
        if !matches!(sent, Ok(Ok(()))) {
            // The client is gone, or takes nothing.
            sender.abort(std::io::ErrorKind::TimedOut.into());
            return;
        }
        if place * PIECE >= table.num_rows {
            return;
        }
        bytes = match piece(state, entry, kind, table, place).await {
            Ok(bytes) => bytes,
            Err(problem) => {
                tracing::warn!(model = entry.name, problem.detail, "broke off a file");
                sender.abort(std::io::Error::other(problem.detail.clone()));
                return;
            }
        };
    }
}

fn typed(kind: BodyKind, body: Body) -> Response {
    let name = match kind {
        BodyKind::Csv => "text/csv; charset=utf-8",
        _ => "application/jsonl",
    };
    ([(CONTENT_TYPE, HeaderValue::from_static(name))], body).into_response()
}

/// All rows, off the threads that serve connections.
async fn read(entry: &Arc<Entry>, kind: BodyKind, bytes: Bytes) -> Result<Table, Problem> {
    let served = entry.served();
    let format = match kind {
        BodyKind::Csv => Format::Csv,
        _ => Format::Jsonl,
    };
    let reading = tokio::task::spawn_blocking(move || {
        let (columns, options) = (&served.requests, &served.options);
        let read = source::read_stream("body", bytes.as_ref(), Some(format), columns, options);
        read.map(|(table, _)| table)
            .map_err(|error| rows::unreadable(&served, &error, rows::Place::Line))
    });
    reading.await.unwrap_or_else(|_| {
        let detail = "the file could not be read";
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail))
    })
}

/// The answers to some rows; the first piece of a CSV file begins with the header.
async fn piece(
    state: &State,
    entry: &Arc<Entry>,
    kind: BodyKind,
    table: &Arc<Table>,
    place: usize,
) -> Answer {
    let until = Instant::now() + state.timeout;
    loop {
        let table = Arc::clone(table);
        let call = move |served: &Served| {
            let end = ((place + 1) * PIECE).min(table.num_rows);
            let written = answers(served, &table, (place * PIECE..end).collect())?;
            match kind {
                BodyKind::Csv => csv(&written.columns, written.num_rows, place == 0),
                _ => lines(&written.lines),
            }
        };
        let work = Work::Call(Box::new(call));
        match entry.queue.ask(work, state.timeout).await {
            // Only a whole file is refused; once it is begun, its pieces wait for their turn.
            Err(problem) if place > 0 && problem.status == 503 && Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
            }
            answer => return refused(state, entry, answer),
        }
    }
}

/// Answers in both forms; one of them is written.
struct Written {
    columns: Vec<OutputColumn>,
    lines: Vec<Map<String, Value>>,
    num_rows: usize,
}

fn answers(served: &Served, table: &Table, rows: Vec<usize>) -> Result<Written, Problem> {
    let failed = |error| rows::refused(served, &error);
    let (columns, lines): (_, Vec<_>) = match &served.model {
        Model::Predictor(predictor) => {
            let encoded = predictor.encode(table, &rows).map_err(failed)?;
            let predictions = predictor.predict_encoded(vec![encoded]);
            let Some(predictions) = predictions.first() else {
                return Err(Problem::busy("the rows were lost"));
            };
            let outputs = &predictor.manifest().outputs;
            served
                .drift
                .add(predictions, |place| outputs[place].threshold);
            let line = |row| predictor.row_to_json(predictions, row);
            let lines = (0..predictions.num_rows).map(line).collect();
            (predictor.columns(predictions), lines)
        }
        Model::Retriever(retriever) => {
            let found = retriever.search(table).map_err(failed)?;
            served.drift.add_rows(&found.report);
            let lines = found.replies.iter().map(|reply| reply.to_json()).collect();
            (retriever.columns(&found.replies), lines)
        }
        Model::Forecaster(forecaster) => {
            let (windows, _) = forecaster.windows_of_rows(table).map_err(failed)?;
            let forecasts = forecaster.forecast(&windows);
            served.drift.add_count(windows.len());
            let line = |row| forecaster.row_to_json(&windows, &forecasts, row);
            let lines = (0..windows.len() * windows.horizon()).map(line).collect();
            (forecaster.columns(&windows, &forecasts), lines)
        }
        Model::Recommender(recommender) => {
            let users = recommender.users(table);
            let all = recommender
                .allowed(&[])
                .map_err(|error| failed(error.into()))?;
            let top = recommender.spec().k[0];
            let lists = recommender.recommend(&users, Some(table), top, &all, false);
            let (lists, _) = lists.map_err(failed)?;
            served.drift.add_count(lists.len());
            let lines = lists.iter().map(|list| list.to_json()).collect();
            (recommender.columns(&lists), lines)
        }
    };
    // A list of a recommender is one line of JSON, but a row of CSV per item.
    let num_rows = columns.first().map_or(0, |column| column.cells.len());
    Ok(Written {
        columns,
        lines,
        num_rows,
    })
}

fn csv(columns: &[OutputColumn], num_rows: usize, with_header: bool) -> Answer {
    let written = write::csv(columns, num_rows).map_err(|error| Problem::of_data(&error))?;
    if with_header {
        return Ok(written.into());
    }
    let header = write::csv(columns, 0).map_err(|error| Problem::of_data(&error))?;
    Ok(Bytes::from(written).slice(header.len()..))
}

fn lines(lines: &[Map<String, Value>]) -> Answer {
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend_from_slice(&rows::to_bytes(line)?);
        bytes.push(b'\n');
    }
    Ok(bytes.into())
}
