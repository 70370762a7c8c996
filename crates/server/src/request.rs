//! What happens to every request: an id, headers, counters and the log.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::HeaderMap;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use sha2::{Digest, Sha256};

use crate::access::KeyName;
use crate::metrics::{RequestLabels, RouteLabels};
use crate::problem::Problem;
use crate::state::Shared;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Nothing but what the server itself sends.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Ids of clients that are no longer than this are kept.
const LONGEST_ID: usize = 64;

/// Runs around every handler.
pub(crate) async fn observe(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = id_of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_string();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("(none)", MatchedPath::as_str).to_string();
    let response = next.run(request).await;
    let mut response = named(response, &path, &id);
    let seconds = started.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    let labels = RequestLabels {
        route: route.clone(),
        status,
    };
    state.metrics.requests.get_or_create(&labels).inc();
    let histogram = RouteLabels { route };
    state
        .metrics
        .seconds
        .get_or_create(&histogram)
        .observe(seconds);
    let key = response.extensions().get::<KeyName>();
    let key = key.map_or("", |key| key.0.as_str());
    tracing::info!(
        target: "hob_server::access",
        %method, path, status, seconds, id, key, "request"
    );
    if status >= 500 {
        tracing::warn!(%method, path, status, seconds, id, "request failed");
    }
    add_headers(response.headers_mut(), &id, state.has_tls);
    response
}

/// A problem says which request it is about, and is written here.
fn named(mut response: Response, path: &str, id: &str) -> Response {
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    problem.instance = Some(path.to_string());
    problem.request_id = Some(id.to_string());
    let bytes = serde_json::to_vec(&problem).unwrap_or_default();
    response.headers_mut().remove(hyper::header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(bytes);
    response
}

fn add_headers(headers: &mut HeaderMap, id: &str, has_tls: bool) {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let defaults = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if has_tls {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The id that the client gave, or a new one: a part for this start of the server, and a count.
fn id_of(headers: &HeaderMap) -> String {
    static START: OnceLock<u32> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_plain = |id: &&str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !id.is_empty() && id.len() <= LONGEST_ID && id.chars().all(fits)
    };
    if let Some(id) = given.filter(is_plain) {
        return id.to_string();
    }
    let start = START.get_or_init(|| {
        let now = jiff::Timestamp::now().as_nanosecond();
        let hash = Sha256::digest(format!("{now} {}", std::process::id()));
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
    });
    format!("{start:08x}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed))
}
