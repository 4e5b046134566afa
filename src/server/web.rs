//! The web part, built into the binary: `web/dist` as it was when the program was compiled.
//!
//! Compiling works without it; then a page says so and how to build it, and everything else works.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use rust_embed::{Embed, EmbeddedFile};

use crate::api::Problem;
use crate::model::Language;

#[derive(Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = include_str!("not_built.html");

/// Answers what no route does: a file of the web part, its first page, or a problem.
pub async fn serve(request: Request) -> Response<Body> {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = wanted.map_or(Language::Zh, Language::from_locale);
    let path = request.uri().path().trim_start_matches('/');
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method.refused",
            "此地址不接受这种请求方法。",
            "This address does not take that method.",
        )
        .response(language);
    }
    let gzip = accepts_gzip(&request);
    if let Some(file) = Dist::get(path) {
        return embedded(path, &file, &request, gzip);
    }
    // Paths of our interfaces and of files are no pages: a missing one is a mistake, not the first page.
    let last = path.rsplit('/').next().unwrap_or_default();
    let ours =
        ["api", "ogc", "tiles", "metrics", "healthz"].contains(&path.split('/').next().unwrap_or_default());
    if ours && path.ends_with('/') {
        return without_slash(path, request.uri().query());
    }
    if ours || last.contains('.') {
        return Problem::unknown("path.unknown", "没有这个地址。", "There is nothing at this address.")
            .response(language);
    }
    match Dist::get("index.html") {
        Some(file) => embedded("index.html", &file, &request, gzip),
        None => page(NOT_BUILT),
    }
}

/// The same address without the slash at its end: clients differ in whether they put one.
fn without_slash(path: &str, query: Option<&str>) -> Response<Body> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(to) = HeaderValue::from_str(&format!("/{}{query}", path.trim_matches('/'))) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

fn page(html: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn accepts_gzip(request: &Request) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| {
        list.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next() == Some("gzip") && parts.all(|p| p != "q=0")
        })
    })
}

fn embedded(path: &str, file: &EmbeddedFile, request: &Request, gzip: bool) -> Response<Body> {
    let hash = file.metadata.sha256_hash();
    let tag: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}{}\"", if gzip { "-gz" } else { "" });
    let held = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = held.is_some_and(|held| held.split(',').any(|t| t.trim().trim_start_matches("W/") == tag));
    let media = mime_guess::from_path(path).first_or_octet_stream();
    let text = media.type_() == "text"
        || ["javascript", "json", "svg+xml", "manifest+json", "wasm", "xml"]
            .contains(&media.subtype().as_str());
    let mut response = Response::new(Body::empty());
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if gzip && text {
        *response.body_mut() = Body::from(zipped(path, &file.data));
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    } else {
        *response.body_mut() = Body::from(file.data.clone().into_owned());
    }
    let headers = response.headers_mut();
    let charset = if text { "; charset=utf-8" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("{media}{charset}")) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    if let Ok(value) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, value);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // The bundler puts a hash into the names of what it puts under assets/: those never change.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// The file compressed, once per process: there are few of them and they never change.
fn zipped(path: &str, data: &[u8]) -> Bytes {
    static ZIPPED: Mutex<Option<HashMap<String, Bytes>>> = Mutex::new(None);
    let mut kept = ZIPPED.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    if let Some(bytes) = kept.get(path) {
        return bytes.clone();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    // Writing into memory does not fail.
    let _ = encoder.write_all(data);
    let bytes = Bytes::from(encoder.finish().unwrap_or_default());
    kept.insert(path.to_owned(), bytes.clone());
    bytes
}
