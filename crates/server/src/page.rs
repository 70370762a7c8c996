//! The page to try the models: files that are part of the binary.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Name and content of a file of the folder `page`.
type File = (&'static str, &'static [u8]);

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../page/", $name)))),*]
    };
}

const INDEX: &[u8] = include_bytes!("../page/index.html");
const FILES: &[File] = files![
    "answers.js",
    "api.js",
    "app.js",
    "bars.js",
    "chat.js",
    "command.js",
    "connection.js",
    "copy.js",
    "csv.js",
    "dom.js",
    "drift.js",
    "facts.js",
    "fan-chart.js",
    "fan-drawing.js",
    "favicon.svg",
    "field-choice.js",
    "field-date.js",
    "field-frame.js",
    "field-number.js",
    "field-text.js",
    "fields.js",
    "forecast.js",
    "format.js",
    "forms.js",
    "found.js",
    "interval.js",
    "key.js",
    "live.js",
    "model.js",
    "predict.js",
    "problem.js",
    "quantiles.js",
    "recommend.js",
    "recommended.js",
    "result.js",
    "scores.js",
    "style.css",
    "tabs.js",
    "ticks.js",
    "typeahead.js",
    "upload.js",
];

/// Changes with any of the files, so that a browser asks for nothing that it has.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new().chain_update(INDEX);
    FILES.iter().for_each(|(_, content)| hash.update(content));
    let hash = hash.finalize();
    format!(
        "\"{:02x}{:02x}{:02x}{:02x}\"",
        hash[0], hash[1], hash[2], hash[3]
    )
});

/// `/`
pub(crate) async fn index(headers: HeaderMap) -> Response {
    send("index.html", INDEX, &headers)
}

/// `/page/{file}`
pub(crate) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match FILES.iter().find(|(known, _)| *known == name) {
        Some((name, content)) => send(name, content, &headers),
        None => Problem::new(StatusCode::NOT_FOUND, "the page has no such file").into_response(),
    }
}

fn send(name: &str, content: &'static [u8], headers: &HeaderMap) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
    let tag = TAG.as_str();
    let is_known = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => content.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/page");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            // Types are for editors alone.
            .filter(|name| name != "index.html" && !name.ends_with(".d.ts"))
            .collect();
        names.sort();
        let served: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(served, names);
    }
}
