//! What holds for every request: limits of size, time and number, request ids, headers, log lines.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tracing::Instrument as _;

use crate::api::{self, App, Problem};
use crate::model::Language;

/// Limits on requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// how long a connection may take to send the head of its next request, idle time included
    pub head_time: Duration,
    /// how long a request may take until its answer begins
    pub time: Duration,
    /// how many requests may be worked on at once; more are refused
    pub at_once: usize,
    /// longest path and query, bytes
    pub url: usize,
    /// all headers together, bytes
    pub headers: usize,
    /// one uploaded file, bytes
    pub upload: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(30),
            time: Duration::from_secs(30),
            at_once: 256,
            url: 8 * 1024,
            headers: 32 * 1024,
            upload: api::UPLOAD_BYTES,
        }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing but what this server sends itself may run or load in its pages. Styles may be inline: the
/// map library and the component library set them on elements.
const CSP: &str = "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'self'; \
    form-action 'self'; frame-ancestors 'none'";

/// The same, where maps of others are configured with their hosts: the map library loads their tiles as images,
/// or fetches them.
fn content_policy(app: &App) -> HeaderValue {
    let hosts: String = app.options.basemaps.origins().iter().map(|host| format!(" {host}")).collect();
    let policy = CSP
        .replace("connect-src 'self'", &format!("connect-src 'self'{hosts}"))
        .replace("img-src 'self' data: blob:", &format!("img-src 'self' data: blob:{hosts}"));
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(CSP))
}

/// Puts the limits and headers round the routes.
pub fn around(routes: Router, app: Arc<App>, limits: Limits) -> Router {
    let shed = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(limits.at_once));
    let policy = content_policy(&app);
    routes
        .route_layer(from_fn_with_state(app.clone(), measure))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(limits, limit))
        .layer(shed)
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(policy, accompany))
}

async fn overloaded(_: tower::BoxError) -> Response<Body> {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "server.busy",
        "请求太多，服务器暂时忙不过来。",
        "Too many requests at once.",
    )
    .then("请过几秒再试。", "Try again in a few seconds.")
    .response(Language::Zh)
}

fn panicked(_: Box<dyn Any + Send>) -> Response<Body> {
    Problem::internal(&"a handler panicked").response(Language::Zh)
}

fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wanted.map_or(Language::Zh, Language::from_locale)
}

/// Refuses what is too large, and gives up what takes too long.
async fn limit(State(limits): State<Limits>, request: Request, next: Next) -> Response<Body> {
    let wanted = language(request.headers());
    let url = request.uri().path_and_query().map_or(0, |both| both.as_str().len());
    if url > limits.url {
        return Problem::new(
            StatusCode::URI_TOO_LONG,
            "url.too_long",
            "地址太长。",
            "The address is too long.",
        )
        .response(wanted);
    }
    let size: usize = request.headers().iter().map(|(n, v)| n.as_str().len() + v.len() + 4).sum();
    if size > limits.headers {
        return Problem::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers.too_large",
            "请求头太大。",
            "The headers are too large.",
        )
        .response(wanted);
    }
    // A large file over a slow line takes long; that it does not stand still is seen to where it is taken.
    if api::is_upload(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    match tokio::time::timeout(limits.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "request.too_slow",
            "处理时间过长，已停止等待。",
            "It took too long; nobody waits for it any more.",
        )
        .then("请缩小范围后再试。", "Ask for less at a time.")
        .response(wanted),
    }
}

/// Counts the request under its route's pattern.
async fn measure(
    State(app): State<Arc<App>>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response<Body> {
    let begun = Instant::now();
    let response = next.run(request).await;
    app.metrics.request(path.as_str(), response.status().as_u16(), begun.elapsed());
    response
}

/// Gives the request its id, writes its log line, and adds the headers that every answer has.
async fn accompany(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response<Body> {
    let id = request_id(request.headers());
    let span = tracing::info_span!(
        "request", id = %id.to_str().unwrap_or_default(), method = %request.method(), path = %request.uri().path()
    );
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, ms) = (response.status().as_u16(), begun.elapsed().as_secs_f64() * 1e3);
    span.in_scope(|| {
        if status >= 500 {
            tracing::error!(status, ms, "answered");
        } else {
            tracing::debug!(status, ms, "answered");
        }
    });
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), payment=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    response
}

/// The client's own id where it is short and plain, else the next number of this process.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let plain = |value: &&HeaderValue| {
        (1..=64).contains(&value.len())
            && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    headers.get(REQUEST_ID).filter(plain).cloned().unwrap_or_else(|| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        HeaderValue::from_str(&format!("{:x}-{number:x}", std::process::id()))
            .unwrap_or(HeaderValue::from_static("0"))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::api::Options;
    use crate::register::{Register, RegisterInfo};
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn a_panic_on_the_way_to_a_handler_is_a_problem() {
        let info = RegisterInfo { title: "试".into(), created: String::new() };
        let register = Register::open(Box::new(MemoryStore::new(info))).unwrap();
        let app = Arc::new(App::new(Arc::new(register), Options::default()).unwrap());
        let routes = Router::new()
            .route("/boom", get(async || -> &'static str { panic!("boom") }))
            .route("/fine", get(async || "fine"));
        let routes = around(routes, app, Limits::default());
        for (path, status) in [("/boom", 500), ("/fine", 200), ("/boom", 500)] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = routes.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status);
            if status == 500 {
                assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
                let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                assert!(!String::from_utf8_lossy(&body).contains("boom"));
            }
        }
    }
}
