//! The body of a request, within bounds.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// From this size on, JSON is parsed where it does not hold up other requests.
const LARGE: usize = 64 * 1024;

/// Bytes that are taken in of a body that is refused, and the time for it.
const MOST_TAKEN: usize = 64 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(2);

/// How much may be sent, and how slowly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    pub(crate) bytes: usize,
    pub(crate) time: Duration,
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

/// Reads all of it.
///
/// # Errors
/// It is too large (413), too slow (408), or the connection broke.
pub(crate) async fn read(request: Request<Body>, limits: BodyLimits) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("a request may have {} bytes", limits.bytes);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
            .hint("send the rows in parts, or start the server with a larger `--max-body`")
    };
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limits.bytes) {
        linger(request.into_body()).await;
        return Err(too_large());
    }
    let mut body = request.into_body();
    let collected = Limited::new(&mut body, limits.bytes).collect();
    match tokio::time::timeout(limits.time, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
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
/// As [`read`]; it is no JSON (400) or of another shape (422).
pub(crate) async fn read_json<T: DeserializeOwned + Send + 'static>(
    request: Request<Body>,
    limits: BodyLimits,
) -> Result<T, Problem> {
    if BodyKind::of(request.headers())? != BodyKind::Json {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json",
        ));
    }
    let bytes = read(request, limits).await?;
    if bytes.len() < LARGE {
        return parse(&bytes);
    }
    let parsed = tokio::task::spawn_blocking(move || parse(&bytes)).await;
    parsed.unwrap_or_else(|_| {
        let detail = "the request could not be parsed";
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail))
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let detail = "the body is not UTF-8 text";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    };
    serde_json::from_str(text).map_err(|error| {
        let status = match error.is_data() {
            true => StatusCode::UNPROCESSABLE_ENTITY,
            false => StatusCode::BAD_REQUEST,
        };
        Problem::new(status, format!("the body cannot be used: {error}"))
    })
}
