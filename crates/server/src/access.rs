//! Who may ask, and how often: before a handler of the API runs.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, StatusCode};

use crate::limits::Client;
use crate::problem::Problem;
use crate::state::{self, Shared};

/// The name of the key that a request came with, for the log.
#[derive(Debug, Clone)]
pub(crate) struct KeyName(pub(crate) String);

/// Lets requests with a known key pass, as often as the rate allows.
pub(crate) async fn check(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let (client, name) = match client(&state, &request) {
        Ok(client) => client,
        Err(problem) => return problem.into_response(),
    };
    if let Some(rates) = &state.rates
        && let Err(wait) = rates.check(client)
    {
        let detail = "more requests than the rate limit allows";
        let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail);
        problem.retry_after = Some(wait.as_secs_f64().ceil().max(1.0) as u64);
        return problem.into_response();
    }
    let mut response = next.run(request).await;
    response.extensions_mut().insert(KeyName(name));
    response
}

fn client(state: &state::State, request: &Request) -> Result<(Client, String), Problem> {
    if state.keys.is_empty() {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let address = peer.map_or([0, 0, 0, 0].into(), |peer| peer.0.ip());
        return Ok((Client::Address(address), String::new()));
    }
    let Some(key) = key(request.headers()) else {
        let detail = "this server asks for an API key";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, detail)
            .hint("send it as `Authorization: Bearer KEY`"));
    };
    match state.keys.find(key) {
        Some((number, name)) => Ok((Client::Key(number), name.to_string())),
        None => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "the API key is not known",
        )),
    }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    let bearer = || {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    };
    let own = || headers.get("x-api-key")?.to_str().ok();
    bearer().or_else(own)
}
