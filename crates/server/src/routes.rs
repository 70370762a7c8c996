//! Which path is answered by which handler.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use tower_http::cors::CorsLayer;

use crate::problem::Problem;
use crate::state::Shared;
use crate::{access, handlers, page, request};

/// All paths. The page and the health of the server are open; everything else asks for a key, where there are keys.
pub(crate) fn router(state: &Shared, origins: &[HeaderValue]) -> Router {
    let api = Router::new()
        .route("/metrics", get(handlers::metrics))
        .route("/openapi.json", get(handlers::openapi))
        .route("/v1/models", get(handlers::models))
        .route("/v1/models/{name}", get(handlers::model))
        .route("/v1/models/{name}/schema", get(handlers::schema))
        .route("/v1/models/{name}/drift", get(handlers::drift))
        .route("/v1/models/{name}/report", get(handlers::report))
        .route("/v1/models/{name}/items", get(handlers::items))
        .route("/v1/models/{name}/predict", post(handlers::predict))
        .route("/v1/models/{name}/chat", post(handlers::chat))
        .route("/v1/models/{name}/forecast", post(handlers::forecast))
        .route("/v1/models/{name}/recommend", post(handlers::recommend))
        .route("/v1/models/{name}/similar", post(handlers::similar))
        .route_layer(from_fn_with_state(state.clone(), access::check));
    let open = Router::new()
        .route("/healthz", get(handlers::healthz))
        .route("/readyz", get(handlers::readyz))
        .route("/", get(page::index))
        .route("/page/{file}", get(page::file));
    let routes = api
        .merge(open)
        .fallback(not_found)
        .layer(from_fn(named_methods))
        .with_state(state.clone());
    let routes = match origins {
        [] => routes,
        origins => routes.layer(cors(origins)),
    };
    routes.layer(from_fn_with_state(state.clone(), request::observe))
}

fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("x-api-key"),
        ])
        .expose_headers([RETRY_AFTER, HeaderName::from_static("x-request-id")])
}

async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path")
        .hint("`/openapi.json` lists the paths")
}

/// A path that is there, asked in another way than it answers, says so in a problem document too.
async fn named_methods(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let response = next.run(request).await;
    let is_ours = response.extensions().get::<Problem>().is_some();
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED if !is_ours => {
            let detail = format!("this path does not answer {method}");
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
                .hint("`/openapi.json` says how paths are asked")
                .into_response()
        }
        // A query or a path that axum could not read.
        StatusCode::BAD_REQUEST if !is_ours => {
            let detail = "the path or its query cannot be read";
            Problem::new(StatusCode::BAD_REQUEST, detail).into_response()
        }
        _ => response,
    }
}
