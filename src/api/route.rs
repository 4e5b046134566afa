//! The table of routes and the axum router made from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts as _, Query, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{MethodFilter, on};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::answer::{Answer, send};
use super::app::App;
use super::ask::{Ask, language_of};
use super::gate::{self, Marks, Peer};
use super::problem::Problem;

/// The most that a request's body may hold, bytes.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// its name
    pub name: &'static str,
    /// shape of its value, as a JSON Schema type, with a format after a blank where there is one
    pub shape: &'static str,
    /// what it does, Chinese and English
    pub about: &'static str,
}

/// A route's own parameters and those that it shares with others; `N` is how many there are together.
pub const fn together<const A: usize, const B: usize, const N: usize>(
    own: [Param; A],
    shared: [Param; B],
) -> [Param; N] {
    assert!(A + B == N && B > 0, "as many as both have");
    let mut all = [shared[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < A { own[at] } else { shared[at - A] };
        at += 1;
    }
    all
}

/// The method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// reads; `HEAD` is answered likewise
    Get,
    /// changes a record
    Patch,
    /// adds to the log
    Post,
    /// replaces a record
    Put,
    /// takes a record away
    Delete,
}

impl Verb {
    /// Its name on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// How a route answers.
#[derive(Clone, Copy)]
pub enum Run {
    /// on the blocking pool
    Plain(fn(&Arc<App>, &Ask) -> Result<Answer, Problem>),
    /// a stream of events that stays open
    Events,
    /// a file that is written to the disk as it arrives
    Upload,
    /// a file of a few megabytes, held whole; then on the blocking pool
    Held(fn(&Arc<App>, &Ask) -> Result<Answer, Problem>),
}

/// One route: all that is known of it stands here.
#[derive(Clone, Copy)]
pub struct Route {
    /// its method
    pub method: Verb,
    /// path with `{names}`
    pub path: &'static str,
    /// group in the documentation
    pub tag: &'static str,
    /// what it is for, Chinese and English
    pub about: &'static str,
    /// query parameters
    pub query: &'static [Param],
    /// whether further parameters are looked at by the handler (property filters)
    pub open_query: bool,
    /// media types of the answer
    pub media: &'static [&'static str],
    /// name of the answer's schema among the components, if it is JSON of ours
    pub answer: Option<&'static str>,
    /// name of the body's schema among the components
    pub body: Option<&'static str>,
    /// media type of the body
    pub takes: &'static str,
    /// status of the answer
    pub status: u16,
    /// how it answers
    pub run: Run,
}

impl Route {
    /// A route that reads and answers JSON.
    pub const fn get(
        path: &'static str,
        tag: &'static str,
        about: &'static str,
        run: fn(&Arc<App>, &Ask) -> Result<Answer, Problem>,
    ) -> Self {
        Self {
            method: Verb::Get,
            path,
            tag,
            about,
            query: &[],
            open_query: false,
            media: &["application/json"],
            answer: None,
            body: None,
            takes: "application/json",
            status: 200,
            run: Run::Plain(run),
        }
    }

    /// A route that takes one file as it arrives, called by its query parameter `name`, and answers with what
    /// was made of it: 201.
    pub const fn file(path: &'static str, tag: &'static str, about: &'static str) -> Self {
        const NAME: &[Param] =
            &[Param { name: "name", shape: "string", about: "文件名 · name of the file" }];
        Self {
            method: Verb::Post,
            path,
            tag,
            about,
            query: NAME,
            open_query: false,
            media: &["application/json"],
            answer: None,
            body: Some("File"),
            takes: "application/octet-stream",
            status: 201,
            run: Run::Upload,
        }
    }

    /// The same with query parameters.
    #[must_use]
    pub const fn query(mut self, query: &'static [Param]) -> Self {
        self.query = query;
        self
    }

    /// The same with the schema of what it answers.
    #[must_use]
    pub const fn answers(mut self, schema: &'static str) -> Self {
        self.answer = Some(schema);
        self
    }
}

/// All routes.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    super::v1::ROUTES
        .iter()
        .chain(super::v1::WORK.into_iter().flatten())
        .chain(super::tiles::ROUTES)
        .chain(super::underlays::ROUTES)
        .chain(super::scans::ROUTES)
        .chain(super::ogc::ROUTES)
        .chain(super::openapi::ROUTES)
}

/// The router for all routes; paths of none are left to the caller's fallback.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let filter = match route.method {
            Verb::Get => MethodFilter::GET,
            Verb::Patch => MethodFilter::PATCH,
            Verb::Post => MethodFilter::POST,
            Verb::Put => MethodFilter::PUT,
            Verb::Delete => MethodFilter::DELETE,
        };
        let handler = move |State(app): State<Arc<App>>, request: Request| answer(app, route, request);
        router = router.route(route.path, on(filter, handler));
        // Each path once, whatever its methods.
        if routes().find(|other| other.path == route.path).is_some_and(|first| std::ptr::eq(first, route)) {
            let allowed = allowed(&app, route.path);
            let options = move || std::future::ready((StatusCode::NO_CONTENT, [(header::ALLOW, allowed)]));
            router = router.route(route.path, on(MethodFilter::OPTIONS, options));
        }
    }
    router
        .method_not_allowed_fallback(|request: Request| async move {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method.refused",
                "此地址不接受这种请求方法。",
                "This address does not take that method.",
            )
            .response(language_of(request.headers()))
        })
        .with_state(app)
}

/// What a path takes, for `Allow`: a server that only reads takes no changes.
fn allowed(app: &App, path: &str) -> String {
    let verbs = routes().filter(|route| route.path == path).map(|route| route.method);
    let mut words = Vec::new();
    for verb in verbs.filter(|verb| *verb == Verb::Get || !app.options.read_only) {
        words.push(verb.word());
        if verb == Verb::Get {
            words.push("HEAD");
        }
    }
    words.push("OPTIONS");
    words.join(", ")
}

async fn answer(app: Arc<App>, route: &'static Route, request: Request) -> Response<Body> {
    let language = language_of(request.headers());
    carry_out(app, route, request).await.unwrap_or_else(|problem| problem.response(language))
}

async fn carry_out(
    app: Arc<App>,
    route: &'static Route,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (parts, body) = request.into_parts();
    let mut ask = read_head(route, parts).await?;
    let app = gate::pass(app, route, &ask).await?;
    let marks = Marks::of(&app, route);
    marks.take_off(&mut ask.headers);
    let asked = app.who.id().map(|_| (ask.path.clone(), ask.peer, agent_of(&ask)));
    let mut response = match route.run {
        Run::Plain(run) => run_plain(app.clone(), read_body(ask, body).await?, run).await,
        Run::Events => super::events::stream(&app),
        Run::Upload => super::v1::receive(app.clone(), ask, body).await,
        Run::Held(run) => run_plain(app.clone(), super::v1::held(&app, ask, body).await?, run).await,
    }?;
    if let Some((path, peer, agent)) = asked {
        gate::note_secret(&app, &path, peer, &agent);
    }
    marks.put_on(&mut response);
    Ok(response)
}

fn agent_of(ask: &Ask) -> String {
    ask.header(header::USER_AGENT).unwrap_or_default().to_owned()
}

async fn read_head(route: &'static Route, mut parts: Parts) -> Result<Ask, Problem> {
    let bad_url = || {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "url.invalid",
            "地址中有读不懂的字符。",
            "The address holds characters that cannot be read.",
        )
    };
    let segments = RawPathParams::from_request_parts(&mut parts, &()).await.map_err(|_| bad_url())?;
    let Query(query) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| bad_url())?;
    let ask = Ask {
        language: language_of(&parts.headers),
        segments: segments.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        path: parts.uri.path().to_owned(),
        method: parts.method,
        query,
        headers: parts.headers,
        body: Bytes::new(),
        peer: parts.extensions.get::<Peer>().map(|peer| peer.0),
        given_up: Arc::default(),
    };
    ask.check_query(route)?;
    Ok(ask)
}

async fn read_body(ask: Ask, body: Body) -> Result<Ask, Problem> {
    let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body.too_large",
            "请求内容超过 10 MB，或未能完整收到。",
            "The body is larger than 10 MB or did not arrive whole.",
        )
        .then("请拆成较小的请求。", "Send smaller requests.")
    })?;
    Ok(Ask { body, ..ask })
}

/// Tells the handler when nobody waits any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn run_plain(
    app: Arc<App>,
    ask: Ask,
    run: fn(&Arc<App>, &Ask) -> Result<Answer, Problem>,
) -> Result<Response<Body>, Problem> {
    let runtime = Handle::current();
    let (reply, response) = oneshot::channel();
    let language = ask.language;
    let span = tracing::Span::current();
    // Dropped with this future: when the time limit ends it, or the connection.
    let _waiting = Waiting(ask.given_up.clone());
    tokio::task::spawn_blocking(move || {
        let _within = span.enter();
        match run(&app, &ask) {
            Ok(answer) => send(answer, reply, &runtime),
            Err(problem) => {
                let _ = reply.send(problem.response(language));
            }
        }
    });
    // The sender is dropped unused only where the handler panicked.
    let mut response = response.await.map_err(|_| Problem::internal(&"the handler panicked"))?;
    response.headers_mut().entry(header::VARY).or_insert(HeaderValue::from_static("accept, accept-language"));
    Ok(response)
}
