//! `GET /api/v1/accesses`: who came in, who was refused, who read what is secret.

use std::sync::Arc;

use axum::http::header;
use serde::Serialize;

use crate::accounts::WhichAccesses;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::timestamp;
use crate::api::problem::Problem;
use crate::model::Date;

/// Accesses.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AccessList {
    /// newest first
    accesses: Vec<AccessDoc>,
}

/// One of them.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AccessDoc {
    at: String,
    /// the account, where it is known
    person: Option<String>,
    /// what it logs in as
    login: Option<String>,
    /// logged_in, refused, logged_out, read_secret or account
    kind: &'static str,
    /// what it was about: a path, a login
    about: String,
    address: String,
    agent: String,
}

/// Midnight in China at which a day begins, milliseconds since 1970.
fn begins(day: Date) -> Option<u64> {
    let text = format!("{day}T00:00:00+08:00");
    let at: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(at.as_millisecond()).ok()
}

/// The handler.
pub fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    const DAY_MS: u64 = 86_400_000;
    let person = ask.param("person").map(|id| {
        id.parse()
            .map_err(|_| Problem::parameter("person", "应为账号编号", "the id of an account is expected"))
    });
    let which = WhichAccesses {
        person: person.transpose()?,
        from_ms: ask.date("from")?.and_then(begins),
        before_ms: ask.date("to")?.and_then(begins).map(|at| at + DAY_MS),
        limit: ask.limit(200, 1000)?,
    };
    app.write_accesses();
    let accounts = app.accounts();
    let people = accounts.people()?;
    let accesses = accounts.accesses(which)?.into_iter().map(|access| {
        let login = people.iter().find(|person| Some(person.id) == access.person).map(|p| p.login.clone());
        AccessDoc {
            at: timestamp(access.at_ms),
            person: access.person.map(|id| id.to_string()),
            login,
            kind: access.kind.code(),
            about: access.about,
            address: access.place.address,
            agent: access.place.agent,
        }
    });
    let list = AccessList { accesses: accesses.collect() };
    Ok(Answer::json(&list)?.with(header::CACHE_CONTROL, "no-store"))
}
