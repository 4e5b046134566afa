//! `/api/v1/people`: accounts, for those who administer them.
//!
//! The system administrator adds people and resets passwords, the security administrator gives roles: neither can
//! make an account that may something without the other.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};

use super::login::note;
use super::me;
use crate::accounts::{AccessKind, Grant, Initial, NewPerson, Person};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{check_writable, timestamp};
use crate::api::problem::Problem;
use crate::model::RecordId;

/// Everybody.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PersonList {
    /// by login
    people: Vec<PersonDoc>,
}

/// An account.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Person)]
pub struct PersonDoc {
    id: String,
    login: String,
    name: String,
    roles: Vec<GrantDoc>,
    disabled: bool,
    /// who took over what the person was in charge of: the login
    successor: Option<String>,
    must_change: bool,
    /// seconds for which no password is looked at
    locked_seconds: u64,
    /// last login
    last: Option<String>,
}

/// A role, with the divisions or lines within which it is given.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantDoc {
    role: String,
    #[serde(default)]
    divisions: Vec<String>,
    #[serde(default)]
    lines: Vec<String>,
}

/// Somebody to be added; roles are given by the security administrator.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonNew {
    login: String,
    name: String,
}

/// An account and the password for its next login, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PersonMade {
    person: PersonDoc,
    password: String,
}

/// What is to be changed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonEdit {
    disabled: bool,
}

/// To whom a leaver's work goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// id of the successor
    to: String,
}

/// The roles, all of them.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonRoles {
    roles: Vec<GrantDoc>,
}

impl PersonDoc {
    fn of(app: &App, person: &Person, all: &[Person]) -> Self {
        let successor = all.iter().find(|other| person.successor() == Some(other.id));
        let grant = |grant: &Grant| GrantDoc {
            role: grant.role.clone(),
            divisions: grant.divisions.clone(),
            lines: grant.lines.clone(),
        };
        Self {
            id: person.id.to_string(),
            login: person.login.clone(),
            name: person.name().to_owned(),
            roles: person.grants().iter().map(grant).collect(),
            disabled: person.is_disabled(),
            successor: successor.map(|other| other.login.clone()),
            must_change: person.must_change(),
            locked_seconds: person.locked_seconds(app.now_ms()),
            last: person.last_ms().map(timestamp),
        }
    }
}

fn id_of(ask: &Ask) -> Result<RecordId, Problem> {
    let unknown = || Problem::unknown("person.unknown", "没有这个账号。", "There is no such account.");
    ask.segment("id").parse().map_err(|_| unknown())
}

fn no_store(answer: Answer) -> Answer {
    answer.with(header::CACHE_CONTROL, "no-store")
}

fn done(app: &App, ask: &Ask, person: &Person, about: &str) -> Result<Answer, Problem> {
    // What one may has changed at once, not when the keys are looked up again.
    app.doors.forget(None);
    note(app, ask, AccessKind::Account, app.who.id(), &format!("{about} {}", person.login));
    Ok(no_store(Answer::json(&PersonDoc::of(app, person, &app.accounts().people()?))?))
}

/// The handler that lists.
pub fn list(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let people = app.accounts().people()?;
    let people = people.iter().map(|person| PersonDoc::of(app, person, &people)).collect();
    Ok(no_store(Answer::json(&PersonList { people })?))
}

/// Refuses to make the first account here: whoever adds it would lock everybody else out of an open server.
fn check_guarded(app: &App) -> Result<(), Problem> {
    check_writable(app)?;
    if app.is_guarded()? {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::CONFLICT,
        "people.first",
        "第一个账号须在服务器上用 boundstone user 建立。",
        "The first account is added on the server, with boundstone user.",
    )
    .then("请联系管理员。", "Ask the administrator."))
}

/// The handler that adds.
pub fn add(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_guarded(app)?;
    let PersonNew { login, name } = ask.json()?;
    let new = NewPerson { login, name, grants: Vec::new() };
    let (person, password) = app.accounts().add(new, Initial::Made, app.now_ms())?;
    note(app, ask, AccessKind::Account, app.who.id(), &format!("add {}", person.login));
    let made = PersonMade { person: PersonDoc::of(app, &person, &[]), password };
    Ok(Answer { status: StatusCode::CREATED, ..no_store(Answer::json(&made)?) })
}

/// The handler that disables and enables.
pub fn edit(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_guarded(app)?;
    let (id, PersonEdit { disabled }) = (id_of(ask)?, ask.json()?);
    if disabled {
        refuse_own(app, id)?;
    }
    let person = app.accounts().disable(id, disabled)?;
    done(app, ask, &person, if disabled { "disable" } else { "enable" })
}

fn refuse_own(app: &App, id: RecordId) -> Result<(), Problem> {
    if app.who.id() != Some(id) {
        return Ok(());
    }
    let (zh, en) = ("不能停用自己的账号。", "Nobody disables the own account.");
    Err(Problem::new(StatusCode::CONFLICT, "person.self", zh, en))
}

/// The handler that closes a leaver's account and hands the work over.
pub fn hand_over(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_guarded(app)?;
    let (id, HandOver { to }) = (id_of(ask)?, ask.json()?);
    refuse_own(app, id)?;
    let unknown = || Problem::unknown("person.unknown", "没有这个账号。", "There is no such account.");
    let to = app.accounts().by_id(to.parse().map_err(|_| unknown())?)?;
    let leaver = app.accounts().hand_over(id, to.id)?;
    done(app, ask, &leaver, &format!("hand-over to {}:", to.login))
}

/// The handler that resets a password.
pub fn reset(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_guarded(app)?;
    let id = id_of(ask)?;
    let password = app.accounts().reset(id, Initial::Made, app.now_ms())?;
    let person = app.accounts().by_id(id)?;
    app.doors.forget(None);
    note(app, ask, AccessKind::Account, app.who.id(), &format!("passwd {}", person.login));
    Ok(no_store(Answer::json(&PersonMade { person: PersonDoc::of(app, &person, &[]), password })?))
}

/// The handler that gives roles. Nobody gives them to oneself.
pub fn roles(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_guarded(app)?;
    let (id, PersonRoles { roles }) = (id_of(ask)?, ask.json()?);
    if app.who.id() == Some(id) {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "person.self",
            "不能给自己授予角色。",
            "Nobody gives roles to oneself.",
        )
        .then("请由另一位安全管理员办理。", "Have another security administrator do it."));
    }
    let grant = |doc: GrantDoc| Grant { role: doc.role, divisions: doc.divisions, lines: doc.lines };
    let grants: Vec<Grant> = roles.into_iter().map(grant).collect();
    let person = app.accounts().grant(id, &grants)?;
    let given: Vec<&str> = grants.iter().map(|grant| grant.role.as_str()).collect();
    done(app, ask, &person, &format!("roles [{}]", given.join(" ")))
}

/// The handler for a person's sessions.
pub fn sessions(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    me::keys(app, id_of(ask)?)
}

/// The handler that ends one.
pub fn end(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_guarded(app)?;
    let (id, key) = (id_of(ask)?, ask.segment("key"));
    let answer = me::end_key(app, id, key)?;
    note(app, ask, AccessKind::LoggedOut, Some(id), &format!("ended {key}"));
    Ok(answer)
}
