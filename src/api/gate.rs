//! The gate: every request of the table of routes passes here once. Who asks, whether the route is for whom, and
//! as whom the handler then sees the register.
//!
//! A register without people has no gate: whoever reaches the server may do what it offers, in the demo also by
//! playing a role. With people, what one may stands in the table of rights (`accounts::Rights`).

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

use super::app::App;
use super::ask::Ask;
use super::ogc::origin;
use super::problem::Problem;
use super::route::{Route, Verb};
use crate::accounts::{Access, AccessKind, Place, Right, Rights, Secret, Who};
use crate::model::{Layer, Secrecy};

/// The cookie of a session.
pub const SESSION: &str = "boundstone";
/// The cookie of the role that is played in the demo.
pub const ROLE: &str = "boundstone_role";

/// The address at the other end of a connection, put into a request by whoever takes connections.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(n, _)| *n == name).map(|(_, value)| value.trim());
    found.next()
}

/// What a program sends instead of a cookie.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Lets a request in: the state as whoever asks sees it.
pub async fn pass(app: Arc<App>, route: &'static Route, ask: &Ask) -> Result<Arc<App>, Problem> {
    refuse_foreign(&app, ask)?;
    let who = who(&app, ask).await?;
    allow(&app, &who, route, ask)?;
    Ok(app.seen_by(who))
}

/// Another site's page must not change anything with the cookies of ours: browsers say where a request comes from,
/// and what says nothing at all and comes with a cookie is no page of ours either.
fn refuse_foreign(app: &App, ask: &Ask) -> Result<(), Problem> {
    if matches!(ask.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let site = ask.header(FETCH_SITE);
    let own = match (site, ask.header(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(from)) if cookie(&ask.headers, SESSION).is_some() => {
            let bare = |url: &str| {
                url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_owned()
            };
            bare(from) == bare(&origin(app, ask))
        }
        (None, _) => cookie(&ask.headers, SESSION).is_none() || ask.headers.contains_key(REQUESTED_WITH),
    };
    if own {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "request.foreign",
        "请求来自别的网站，已拒绝。",
        "The request comes from another site.",
    )
    .then("请在本系统的页面里操作。", "Do it in a page of this server."))
}

/// Who asks.
async fn who(app: &Arc<App>, ask: &Ask) -> Result<Who, Problem> {
    let guarded =
        if app.doors.knows() { app.is_guarded()? } else { aside(app, |app| app.is_guarded()).await? };
    if !guarded {
        let played = app.options.demo.then(|| cookie(&ask.headers, ROLE)).flatten();
        return Ok(played.and_then(Who::playing).unwrap_or_else(Who::anybody));
    }
    let token = bearer(&ask.headers);
    let Some(text) = token.or_else(|| cookie(&ask.headers, SESSION)) else { return Ok(Who::public()) };
    let Some(secret) = Secret::read(text) else { return unopened(token) };
    let opened = match app.doors.kept(&secret) {
        Some(opened) => Some(opened),
        None => aside(app, move |app| app.opened(&secret)).await?,
    };
    // A token is none of a page's, and a session none of a program's.
    match opened {
        Some(opened) if opened.who.is_program() == token.is_some() => Ok(opened.who),
        _ => unopened(token),
    }
}

/// A session that is over leaves its page with what is public; a program is told.
fn unopened(token: Option<&str>) -> Result<Who, Problem> {
    match token {
        None => Ok(Who::public()),
        Some(_) => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "token.invalid",
            "令牌不对，或已到期、被收回。",
            "The token is wrong, over or was taken back.",
        )
        .then("请向系统管理员另要一个。", "Ask an administrator for another.")),
    }
}

/// Asks the store, on a thread that may wait.
async fn aside<T: Send + 'static>(
    app: &Arc<App>,
    ask: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let app = app.clone();
    let done = tokio::task::spawn_blocking(move || ask(&app)).await;
    done.map_err(|error| Problem::internal(&error))?
}

/// Whether the route is for whoever asks.
fn allow(app: &App, who: &Who, route: &'static Route, ask: &Ask) -> Result<(), Problem> {
    if who.is_anybody() {
        return Ok(());
    }
    let Some(need) = Rights::compiled().for_route(route.method.word(), route.path) else {
        return Err(lacking(who, &[]));
    };
    if who.must_change() && !need.any.is_empty() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "password.must_change",
            "首次登录或密码被重设后，须先修改密码。",
            "The password must be changed first.",
        )
        .then("请先修改密码。", "Change the password, then go on."));
    }
    if !who.fits(need, app.options.show) {
        return Err(if need.whole && need.any.iter().any(|right| who.may(*right)) {
            not_whole(&need.any)
        } else {
            lacking(who, &need.any)
        });
    }
    // What names its layer and changes it is refused before anything is read or kept of it.
    let edits = route.method != Verb::Get && need.any.contains(&Right::EditNames) && need.any.len() > 1;
    match ask.layer() {
        Ok(layer) if edits => allow_layer(who, layer, &need.any),
        _ => Ok(()),
    }
}

/// Whether one may change records of a layer, somewhere, or approve them where the route is for that.
pub fn allow_layer(who: &Who, layer: Layer, of_route: &[Right]) -> Result<(), Problem> {
    let table = Rights::compiled();
    let approving = table.approvals_of(layer).filter(|right| of_route.contains(right));
    let needed: Vec<Right> = table.for_layer(layer).chain(approving).collect();
    if needed.iter().any(|right| who.may(*right)) { Ok(()) } else { Err(lacking(who, &needed)) }
}

/// The refusal for a right that is not there: which one, and who has it.
pub fn lacking(who: &Who, needed: &[Right]) -> Problem {
    let table = Rights::compiled();
    let roles: Vec<_> =
        table.roles().filter(|role| needed.iter().any(|right| role.may.contains(right))).collect();
    let listed = |of: fn(&crate::model::Bilingual) -> &str, with: &str| {
        needed.iter().map(|right| of(right.title())).collect::<Vec<_>>().join(with)
    };
    let (zh, en) = (listed(|title| &title.zh, "、"), listed(|title| &title.en, "; "));
    let problem = if who.is_public() {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "login.needed",
            format!("需要登录：{zh}。"),
            format!("A login is needed: {en}."),
        )
        .then("请先登录。", "Log in first.")
    } else {
        let named = |of: fn(&crate::model::Bilingual) -> &str, with: &str| {
            roles.iter().map(|role| of(&role.title)).collect::<Vec<_>>().join(with)
        };
        Problem::new(
            StatusCode::FORBIDDEN,
            "right.missing",
            format!("您没有这项权限：{zh}。"),
            format!("You lack the right: {en}."),
        )
        .then(
            format!("有此权限的角色：{}。如需要，请向安全管理员申请。", named(|title| &title.zh, "、")),
            format!(
                "Roles that have it: {}. Ask the security administrator.",
                named(|title| &title.en, ", ")
            ),
        )
    };
    problem
        .with("rights", needed.iter().map(|right| right.code()).collect::<Vec<_>>())
        .with("roles", roles.iter().map(|role| role.id.as_str()).collect::<Vec<_>>())
}

fn not_whole(needed: &[Right]) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "right.not_whole",
        "这项工作要比对全部记录，只限能看到本系统所示全部密级、且不限区划的人员。",
        "This goes by all records: it is for those who see every class shown here, everywhere.",
    )
    .then(
        "请向安全管理员申请，或请有此权限的人办理。",
        "Ask the security administrator, or have it done by others.",
    )
    .with("rights", needed.iter().map(|right| right.code()).collect::<Vec<_>>())
}

/// Tags of answers say also for which class they were made, so that whoever logs out in the same browser, or
/// logs in, is not told that nothing has changed. Those by which changes are decided on stay as they are.
pub struct Marks(Option<&'static str>);

impl Marks {
    /// For the answers of a route.
    pub fn of(app: &App, route: &Route) -> Self {
        let decides = ["/records/{id}", "/items/{id}", "/media"].iter().any(|part| route.path.contains(part));
        let mark = match app.options.show {
            Secrecy::Public => "~p",
            Secrecy::Internal => "~i",
            Secrecy::Secret => "~s",
        };
        Self((!app.who.is_anybody() && !decides).then_some(mark))
    }

    /// Takes the mark off what the asker holds; what was made for another class is not held.
    pub fn take_off(&self, headers: &mut HeaderMap) {
        let Some(mark) = self.0 else { return };
        let Some(held) = headers.remove(header::IF_NONE_MATCH) else { return };
        let own = |tag: &str| Some(format!("{}\"", tag.trim().strip_suffix('"')?.strip_suffix(mark)?));
        let tags: Vec<String> = held.to_str().unwrap_or_default().split(',').filter_map(own).collect();
        if let Ok(value) = HeaderValue::from_str(&tags.join(", "))
            && !tags.is_empty()
        {
            headers.insert(header::IF_NONE_MATCH, value);
        }
    }

    /// Puts it on an answer's tag, and keeps caches from holding what depends on who asks.
    pub fn put_on(&self, response: &mut Response<Body>) {
        let Some(mark) = self.0 else { return };
        let headers = response.headers_mut();
        let tag =
            headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).and_then(|tag| tag.strip_suffix('"'));
        if let Some(Ok(value)) = tag.map(|tag| HeaderValue::from_str(&format!("{tag}{mark}\""))) {
            headers.insert(header::ETAG, value);
        }
        keep_private(headers);
    }
}

/// What depends on who asks is kept by the asker's browser only, and asked for again each time.
fn keep_private(headers: &mut HeaderMap) {
    let said = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if said != "no-store" {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// Notes that somebody read what is secret, where that is so.
pub fn note_secret(app: &App, path: &str, peer: Option<IpAddr>, agent: &str) {
    if let Some(person) = app.who.id()
        && app.has_shown_secrets()
    {
        let place = Place::of(&peer.map(|peer| peer.to_string()).unwrap_or_default(), agent);
        let about = path.chars().take(300).collect();
        app.note(Access {
            at_ms: app.now_ms(),
            person: Some(person),
            kind: AccessKind::ReadSecret,
            about,
            place,
        });
    }
}
