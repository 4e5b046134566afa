//! `GET /api/v1/me`: who I am here and what I may; my sessions; the role that I play in the demo.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};

use super::login::role_cookie;
use crate::accounts::{Bounds, Key, KeyKind, Reach, Right, Rights, Who};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::timestamp;
use crate::api::problem::Problem;
use crate::api::route::Route;
use crate::model::Bilingual;

/// `GET /api/v1/me`
pub const ME: Route =
    Route::get("/api/v1/me", "accounts", "我是谁，可以做什么 · who I am and what I may", get).answers("Me");

/// Who I am here.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Me {
    /// `open` (no accounts: whoever reaches the server may do all that it offers), `demo` (the same, with roles to
    /// play) or `accounts`
    mode: &'static str,
    /// what I am called in the log; none where I am not logged in
    name: Option<String>,
    /// what I log in as
    login: Option<String>,
    /// whether the password must be changed before anything else
    must_change: bool,
    /// the role that I play in the demo
    plays: Option<String>,
    /// roles, with the divisions or lines within which I have them
    roles: Vec<MyRole>,
    /// what I may
    may: Vec<MyRight>,
    /// the highest class of records that I see here: public, internal or secret
    sees: &'static str,
}

/// One of my roles.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MyRole {
    id: String,
    title: Bilingual,
    divisions: Vec<String>,
    lines: Vec<String>,
}

/// One of my rights.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MyRight {
    id: &'static str,
    /// whether I have it everywhere
    everywhere: bool,
    /// else in these divisions and all below them
    divisions: Vec<String>,
    /// and at these lines
    lines: Vec<String>,
}

/// Which role to play; none for all rights.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayRole {
    /// its word
    role: Option<String>,
}

/// Sessions and tokens.
#[derive(Serialize, utoipa::ToSchema)]
pub struct KeyList {
    /// newest first
    keys: Vec<KeyDoc>,
}

/// A session or a token.
#[derive(Serialize, utoipa::ToSchema)]
pub struct KeyDoc {
    id: String,
    /// `session` or `token`
    kind: &'static str,
    /// of a token what for, of a session from where and by which program
    about: String,
    made: String,
    seen: String,
    ends: String,
    /// whether it is the one by which this was asked
    own: bool,
}

impl KeyDoc {
    fn of(key: &Key, who: &Who) -> Self {
        let (kind, about) = match &key.kind {
            KeyKind::Session { place } => ("session", format!("{} {}", place.address, place.agent)),
            KeyKind::Token { title, .. } => ("token", title.clone()),
        };
        Self {
            id: key.name(),
            kind,
            about: about.trim().to_owned(),
            made: timestamp(key.made_ms),
            seen: timestamp(key.seen_ms),
            ends: timestamp(key.ends_ms),
            own: who.key() == Some(key.digest),
        }
    }
}

/// The table, so that a page can say who may what it does not offer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RightsTable {
    rights: Vec<RightDoc>,
    roles: Vec<RoleDoc>,
}

/// A right.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RightDoc {
    id: &'static str,
    title: Bilingual,
}

/// A role.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RoleDoc {
    id: String,
    title: Bilingual,
    sees: &'static str,
    /// within what it can be given: none, division or line
    bounds: &'static str,
    may: Vec<&'static str>,
}

/// Who asks, as the page needs it.
pub(super) fn doc(app: &App, who: &Who) -> Result<Me, Problem> {
    let mode = match (app.is_guarded()?, app.options.demo) {
        (true, _) => "accounts",
        (false, true) => "demo",
        (false, false) => "open",
    };
    let roles = who.roles().map(|(role, grant)| MyRole {
        id: role.id.clone(),
        title: role.title.clone(),
        divisions: grant.map(|grant| grant.divisions.clone()).unwrap_or_default(),
        lines: grant.map(|grant| grant.lines.clone()).unwrap_or_default(),
    });
    let may = Right::ALL.into_iter().filter_map(|right| {
        let (divisions, lines) = match who.reach(right) {
            Reach::Nowhere => return None,
            Reach::Everywhere => (Vec::new(), Vec::new()),
            Reach::Within { divisions, lines } => (divisions, lines),
        };
        let everywhere = divisions.is_empty() && lines.is_empty();
        Some(MyRight { id: right.code(), everywhere, divisions, lines })
    });
    Ok(Me {
        mode,
        name: who.name().map(str::to_owned),
        login: who.login().map(str::to_owned),
        must_change: who.must_change(),
        plays: who.plays().map(str::to_owned),
        roles: roles.collect(),
        may: may.collect(),
        sees: who.sees().min(app.jobs.shows()).code(),
    })
}

fn get(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    Ok(Answer::json(&doc(app, &app.who)?)?.with(header::CACHE_CONTROL, "no-store"))
}

/// The handler for the role that is played.
pub fn play(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let PlayRole { role } = ask.json()?;
    if app.is_guarded()? || !app.options.demo {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "role.no_demo",
            "只有演示可以挑选角色。",
            "Roles are played in the demo only.",
        ));
    }
    let who = match &role {
        None => Who::anybody(),
        Some(role) => Who::playing(role)
            .ok_or_else(|| Problem::parameter("role", "没有这个角色", "there is no such role"))?,
    };
    let answer = Answer::json(&doc(app, &who)?)?.with(header::CACHE_CONTROL, "no-store");
    Ok(answer.with(header::SET_COOKIE, &role_cookie(who.plays())))
}

fn nobody() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "session.none", "需要登录。", "A login is needed.")
        .then("请先登录。", "Log in first.")
}

/// Sessions and tokens of somebody.
pub(super) fn keys(app: &App, person: crate::model::RecordId) -> Result<Answer, Problem> {
    let keys = app.accounts().open_keys(Some(person), app.now_ms())?;
    let keys = keys.iter().map(|key| KeyDoc::of(key, &app.who)).collect();
    Ok(Answer::json(&KeyList { keys })?.with(header::CACHE_CONTROL, "no-store"))
}

/// Ends one of them.
pub(super) fn end_key(app: &App, person: crate::model::RecordId, name: &str) -> Result<Answer, Problem> {
    if !app.accounts().end_named(person, name)? {
        return Err(Problem::unknown(
            "session.unknown",
            "没有这个会话或令牌。",
            "There is no such session or token.",
        ));
    }
    app.doors.forget(None);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The handler for the own sessions.
pub fn sessions(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    match app.who.id() {
        Some(person) => keys(app, person),
        None => Ok(Answer::json(&KeyList { keys: Vec::new() })?.with(header::CACHE_CONTROL, "no-store")),
    }
}

/// The handler that ends one.
pub fn end(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    end_key(app, app.who.id().ok_or_else(nobody)?, ask.segment("id"))
}

/// The handler for the table.
pub fn rights(_: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let table = Rights::compiled();
    let rights = Right::ALL.iter().map(|right| RightDoc { id: right.code(), title: right.title().clone() });
    let roles = table.roles().map(|role| RoleDoc {
        id: role.id.clone(),
        title: role.title.clone(),
        sees: role.sees.code(),
        bounds: match role.bounds {
            Bounds::None => "none",
            Bounds::Division => "division",
            Bounds::Line => "line",
        },
        may: role.may.iter().map(|right| right.code()).collect(),
    });
    Answer::json(&RightsTable { rights: rights.collect(), roles: roles.collect() })
}

/// The refusal for whoever is not logged in.
pub(super) fn person(app: &App) -> Result<crate::model::RecordId, Problem> {
    app.who.id().ok_or_else(nobody)
}
