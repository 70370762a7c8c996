//! The body of a request, within bounds.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use hob_data::count::count;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// From this size on, JSON is parsed where it does not hold up other requests, and bodies share a room.
const LARGE: usize = 64 * 1024;
/// A byte of JSON may need that many times the memory of one of a file.
const JSON_WEIGHT: usize = 4;
/// So many of the largest bodies have room at the same time.
const SHARE: usize = 4;

/// Bytes that are taken in of a body that is refused, and the time for it.
const MOST_TAKEN: usize = 64 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(2);

/// Time that a large body waits for others to be answered.
const TURN: Duration = Duration::from_secs(2);
/// Permits are given by this many bytes.
const UNIT: usize = 1024;

/// How much may be sent, and how slowly.
#[derive(Debug)]
pub(crate) struct Bodies {
    /// Bytes of a JSON request.
    json: usize,
    /// Bytes of a file.
    file: usize,
    time: Duration,
    /// What is left of the bytes that all large bodies may have together, from their arrival to their answer.
    room: Arc<Semaphore>,
}

/// A body, and its part of the room until it is answered.
pub(crate) struct Held<T> {
    pub(crate) value: T,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    pub(crate) fn new(json: usize, file: usize, time: Duration) -> Self {
        let room = SHARE * file.max(JSON_WEIGHT * json) / UNIT;
        Self {
            json,
            file,
            time,
            room: Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// A part of the room for a body of that many bytes; small ones need none.
    async fn room(
        &self,
        bytes: usize,
        weight: usize,
    ) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if bytes < LARGE {
            return Ok(None);
        }
        let room = Arc::clone(&self.room).acquire_many_owned((weight * bytes / UNIT) as u32);
        match tokio::time::timeout(TURN, room).await {
            Ok(Ok(permit)) => Ok(Some(permit)),
            _ => Err(Problem::busy("too many large requests at once")),
        }
    }
}

/// What a body is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Csv,
    JsonLines,
}

impl BodyKind {
    /// By `Content-Type`, which JSON may lack.
    ///
    /// # Errors
    /// Another type, 415.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get(CONTENT_TYPE) else {
            return Ok(Self::Json);
        };
        let text = value.to_str().unwrap_or_default();
        let name = text.split(';').next().unwrap_or_default().trim();
        match name.to_ascii_lowercase().as_str() {
            // What curl says of `-d` unless told otherwise.
            "application/json" | "application/x-www-form-urlencoded" => Ok(Self::Json),
            "text/csv" => Ok(Self::Csv),
            "application/jsonl" | "application/x-ndjson" | "application/jsonlines" => {
                Ok(Self::JsonLines)
            }
            other => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("`{other}` is not understood"),
            )
            .hint("send application/json, text/csv or application/jsonl")),
        }
    }
}

/// Reads a file whole.
///
/// # Errors
/// It is too large (413), too slow (408), there is no room for it (503), or the connection broke.
pub(crate) async fn read_file(
    request: Request<Body>,
    bodies: &Bodies,
) -> Result<Held<Bytes>, Problem> {
    read(request, bodies, bodies.file, "--max-file", 1).await
}

async fn read(
    request: Request<Body>,
    bodies: &Bodies,
    most: usize,
    flag: &str,
    weight: usize,
) -> Result<Held<Bytes>, Problem> {
    let too_large = || {
        let detail = format!("such a request may have {} bytes", count(most));
        let hint = format!("send the rows in parts, or start the server with a larger `{flag}`");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).hint(hint)
    };
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        linger(request.into_body()).await;
        return Err(too_large());
    }
    let room = bodies.room(length.unwrap_or(most), weight).await?;
    let mut body = request.into_body();
    let collected = Limited::new(&mut body, most).collect();
    match tokio::time::timeout(bodies.time, collected).await {
        Ok(Ok(body)) => Ok(Held {
            value: body.to_bytes(),
            room,
        }),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            linger(body).await;
            Err(too_large())
        }
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "the body ended before it was complete",
        )),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "the body took too long to arrive",
        )),
    }
}

/// Takes in some more of a body that is refused: many clients read the answer only when they have sent everything, and a
/// connection that is closed before looks to them like a broken network.
async fn linger(mut body: Body) {
    let mut taken = 0;
    let take = async {
        while let Some(Ok(frame)) = body.frame().await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > MOST_TAKEN {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(LINGER, take).await;
}

/// Reads JSON of a shape.
///
/// # Errors
/// As [`read_file`]; it is no JSON (400) or of another shape (422).
pub(crate) async fn read_json<T: DeserializeOwned + Send + 'static>(
    request: Request<Body>,
    bodies: &Bodies,
) -> Result<Held<T>, Problem> {
    if BodyKind::of(request.headers())? != BodyKind::Json {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json",
        ));
    }
    let Held { value: bytes, room } =
        read(request, bodies, bodies.json, "--max-body", JSON_WEIGHT).await?;
    let parsed = match bytes.len() < LARGE {
        true => Ok(parse(&bytes)),
        false => tokio::task::spawn_blocking(move || parse(&bytes)).await,
    };
    let Ok(parsed) = parsed else {
        let detail = "the request could not be parsed";
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail));
    };
    Ok(Held {
        value: parsed?,
        room,
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let detail = "the body is not UTF-8 text";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    };
    // A list of values in the order of the fields would be taken for the object.
    if !text.is_empty() && !text.trim_start().starts_with('{') {
        let detail = "the body must be a JSON object, as `/openapi.json` describes it";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
        return Err(
            problem.hint("files are sent with `Content-Type: text/csv` or application/jsonl")
        );
    }
    serde_json::from_str(text).map_err(|error| {
        let status = match error.is_data() {
            true => StatusCode::UNPROCESSABLE_ENTITY,
            false => StatusCode::BAD_REQUEST,
        };
        Problem::new(status, format!("the body cannot be used: {error}"))
    })
}
