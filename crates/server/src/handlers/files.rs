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
use tokio::sync::OwnedSemaphorePermit;

use super::{Answered, few_enough, refused};
use crate::answers::{Form, answers};
use crate::body::{BodyKind, Held};
use crate::problem::Problem;
use crate::queue::{Answer, Work};
use crate::registry::Entry;
use crate::rows::{self, Place};
use crate::served::Served;
use crate::state::{Shared, State};

/// How gzip begins.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// Rows that are answered in one turn.
const PIECE: usize = 256;
/// Pause before a piece asks again for a place in the queue.
const PAUSE: Duration = Duration::from_millis(20);
/// Pieces that wait for the client.
const WAITING: usize = 4;

/// A file that was read, and the model that answers it to its end, also when a bundle is loaded in between.
struct File {
    entry: Arc<Entry>,
    served: Arc<Served>,
    kind: BodyKind,
    table: Table,
    /// Its part of the memory for large bodies.
    _room: Option<OwnedSemaphorePermit>,
}

impl File {
    fn num_pieces(&self) -> usize {
        match self.served.model {
            Model::Predictor(_) => self.table.num_rows.div_ceil(PIECE).max(1),
            // Their networks are called as a whole.
            _ => 1,
        }
    }
}

/// Answers a file.
pub(super) async fn answer(
    state: &Shared,
    entry: &Arc<Entry>,
    kind: BodyKind,
    bytes: Held<Bytes>,
) -> Answered {
    let file = Arc::new(read(entry, kind, bytes).await?);
    if matches!(
        file.served.model,
        Model::Retriever(_) | Model::Recommender(_)
    ) {
        few_enough(state, file.table.num_rows, "rows")?;
    }
    let first = piece(state, &file, 0).await?;
    if file.num_pieces() == 1 {
        return Ok(typed(kind, Body::from(first)));
    }
    let (sender, body) = Channel::new(WAITING);
    let state = Arc::clone(state);
    tokio::spawn(async move { send(&state, &file, first, sender).await });
    Ok(typed(kind, Body::new(body)))
}

async fn send(
    state: &State,
    file: &Arc<File>,
    first: Bytes,
    mut sender: Sender<Bytes, std::io::Error>,
) {
    let mut bytes = first;
    for place in 1..=file.num_pieces() {
        let sent = tokio::time::timeout(state.timeout, sender.send_data(bytes)).await;
        if !matches!(sent, Ok(Ok(()))) {
            // The client is gone, or takes nothing.
            sender.abort(std::io::ErrorKind::TimedOut.into());
            return;
        }
        if place == file.num_pieces() {
            return;
        }
        bytes = match piece(state, file, place).await {
            Ok(bytes) => bytes,
            Err(problem) => {
                tracing::warn!(model = file.entry.name, problem.detail, "broke off a file");
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
async fn read(
    entry: &Arc<Entry>,
    kind: BodyKind,
    Held { value, room }: Held<Bytes>,
) -> Result<File, Problem> {
    // A few kilobytes of gzip may be gigabytes of rows.
    if value.starts_with(GZIP) {
        let detail = "the file is compressed with gzip";
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail);
        return Err(problem.hint("send it as it was before"));
    }
    let (entry, served) = (Arc::clone(entry), entry.served());
    let reading = tokio::task::spawn_blocking(move || {
        let table = rows_of(&served, kind, &value)?;
        Ok(File {
            entry,
            served,
            kind,
            table,
            _room: room,
        })
    });
    reading.await.unwrap_or_else(|_| {
        let detail = "the file could not be read";
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail))
    })
}

fn rows_of(served: &Served, kind: BodyKind, bytes: &[u8]) -> Result<Table, Problem> {
    let format = match kind {
        BodyKind::Csv => Format::Csv,
        _ => Format::Jsonl,
    };
    let (columns, options) = (&served.requests, &served.options);
    let read = source::read_stream("body", bytes, Some(format), columns, options);
    let (table, _) = read.map_err(|error| rows::unreadable(served, &error, Place::Line))?;
    // A value that must not be missing is told before anything is answered.
    let needs_values = served.schema.iter().any(|column| !column.can_be_missing);
    if let (Model::Predictor(predictor), true) = (&served.model, needs_values) {
        let all: Vec<usize> = (0..table.num_rows).collect();
        let encoded = predictor.encode(&table, &all);
        encoded.map_err(|error| rows::refused(served, &error))?;
    }
    Ok(table)
}

/// The answers to some rows; the first piece of a CSV file begins with the header.
async fn piece(state: &State, file: &Arc<File>, place: usize) -> Answer {
    let until = Instant::now() + state.timeout;
    loop {
        let work = Arc::clone(file);
        let call = move |_: &Served| {
            let (served, table) = (&work.served, &work.table);
            let end = ((place + 1) * PIECE).min(table.num_rows);
            let rows: Vec<usize> = (place * PIECE..end).collect();
            match work.kind {
                BodyKind::Csv => {
                    let answers = answers(served, table, &rows, Form::Columns)?;
                    csv(&answers.columns, place == 0)
                }
                _ => lines(&answers(served, table, &rows, Form::Lines)?.lines),
            }
        };
        let work = Work::Call(Box::new(call));
        match file.entry.queue.ask(work, state.timeout).await {
            // Only a whole file is refused; once it is begun, its pieces wait for their turn.
            Err(problem) if place > 0 && problem.status == 503 && Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
            }
            answer => return refused(state, &file.entry, answer),
        }
    }
}

fn csv(columns: &[OutputColumn], with_header: bool) -> Answer {
    let num_rows = columns.first().map_or(0, |column| column.cells.len());
    let written = write::csv(columns, num_rows).map_err(|error| Problem::unusable(&error))?;
    if with_header {
        return Ok(written.into());
    }
    let header = write::csv(columns, 0).map_err(|error| Problem::unusable(&error))?;
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
