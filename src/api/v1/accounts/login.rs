//! Logging in and out, and changing the own password.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Deserialize;

use super::me;
use crate::accounts::{Access, AccessKind, AccountError, LoggedIn, Place, Secret, Who};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::gate::{ROLE, SESSION};
use crate::api::problem::Problem;
use crate::api::route::Run;
use crate::model::RecordId;

/// How `POST /api/v1/login` answers.
pub const LOG_IN: Run = Run::Plain(log_in);
/// How `POST /api/v1/logout` answers.
pub const LOG_OUT: Run = Run::Plain(log_out);

/// Who wants to come in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// what the person logs in as
    login: String,
    password: String,
}

/// The own password, old and new.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    old: String,
    new: String,
}

/// The cookie of a session. It is marked `Secure` wherever clients come by https; over plain http, on this machine
/// or within an office that has no certificate, browsers would not send it back.
fn session_cookie(app: &App, value: &str, seconds: u64) -> String {
    let https = app.options.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let secure = if https { "; Secure" } else { "" };
    format!("{SESSION}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// The cookie of the role that is played.
pub(super) fn role_cookie(role: Option<&str>) -> String {
    let seconds = if role.is_some() { 86_400 } else { 0 };
    format!("{ROLE}={}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict", role.unwrap_or_default())
}

/// From where a request comes.
pub(super) fn place(ask: &Ask) -> Place {
    let address = ask.peer.map(|peer| peer.to_string()).unwrap_or_default();
    Place::of(&address, ask.header(header::USER_AGENT).unwrap_or_default())
}

/// Notes what happened to an account or at the door.
pub(super) fn note(app: &App, ask: &Ask, kind: AccessKind, person: Option<RecordId>, about: &str) {
    let about = about.chars().take(300).collect();
    app.note(Access { at_ms: app.now_ms(), person, kind, about, place: place(ask) });
    app.write_accesses();
}

fn log_in(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let Login { login, password } = ask.json()?;
    if !app.is_guarded()? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "login.no_accounts",
            "这个登记册没有账号，不需要登录。",
            "This register has no accounts; nobody logs in.",
        )
        .then(
            "账号由管理员用 boundstone user 建立。",
            "An administrator adds accounts with boundstone user.",
        ));
    }
    let later = |seconds: u64| {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "login.too_often",
            "登录尝试太频繁，请稍后再试。",
            "Too many attempts; try again later.",
        )
        .with("retry_after", seconds)
    };
    app.doors.may_try(ask.peer).map_err(later)?;
    let Some(_turn) = app.doors.turn() else { return Err(later(1)) };
    let accounts = app.accounts();
    let LoggedIn { secret, person, ends_ms } =
        accounts.log_in((&login, &password), place(ask), app.now_ms()).map_err(|(error, person)| {
            if matches!(error, AccountError::Wrong | AccountError::Locked { .. } | AccountError::Disabled) {
                app.doors.failed(ask.peer);
                note(app, ask, AccessKind::Refused, person, &login.chars().take(40).collect::<String>());
            }
            Problem::from(error)
        })?;
    note(app, ask, AccessKind::LoggedIn, Some(person.id), &person.login);
    let seconds = ends_ms.saturating_sub(app.now_ms()) / 1000;
    let answer = Answer::json(&me::doc(app, &Who::of(&person, None))?)?;
    Ok(answer
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::SET_COOKIE, &session_cookie(app, secret.reveal(), seconds)))
}

fn log_out(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    if let Some(secret) = crate::api::gate::cookie(&ask.headers, SESSION).and_then(Secret::read) {
        let ended = app.accounts().end(secret.digest())?;
        app.doors.forget(Some(secret.digest()));
        if ended {
            note(app, ask, AccessKind::LoggedOut, app.who.id(), app.who.login().unwrap_or_default());
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT)
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::HeaderName::from_static("clear-site-data"), "\"cache\"")
        .with(header::SET_COOKIE, &session_cookie(app, "", 0)))
}

/// The handler for the own password.
pub fn change(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let person = me::person(app)?;
    let NewPassword { old, new } = ask.json()?;
    app.doors.may_try(ask.peer).map_err(|seconds| {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "login.too_often",
            "尝试太频繁，请稍后再试。",
            "Too many attempts; try again later.",
        )
        .with("retry_after", seconds)
    })?;
    let changed = app.accounts().change_password(person, (&old, &new), app.who.key(), app.now_ms());
    changed.map_err(|error| {
        let wrong = matches!(error, AccountError::Wrong);
        if wrong {
            app.doors.failed(ask.peer);
        }
        let problem = Problem::from(error);
        if !wrong {
            return problem;
        }
        // Not 401: the session holds, only the old password is wrong.
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "password.old",
            "原密码不对。",
            "The old password is wrong.",
        )
    })?;
    app.doors.forget(None);
    note(app, ask, AccessKind::Account, Some(person), "password");
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
