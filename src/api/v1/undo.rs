//! `POST /api/v1/log/{revision}/undo`: a change set is taken back by its inverse, never erased.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::http::StatusCode;

use super::edit::{Act, Done, check_writable};
use super::log::revision_of;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::history;
use crate::api::problem::Problem;
use crate::api::view::unknown_revision;
use crate::model::{Change, ChangeSet, Layer, RecordKey, Revision, SetKind};
use crate::register::{CommitError, StoreError};
use crate::snapshot::Snapshot;

fn touched_later(app: &App, set: &ChangeSet, revision: Revision) -> Result<Option<Problem>, Problem> {
    let keys: std::collections::HashSet<(Layer, RecordKey)> =
        set.changes.iter().map(|change| (change.layer(), change.key())).collect();
    let mut found = None;
    app.register.log(revision, &mut |later| {
        let hit = later.set.changes.iter().find(|change| keys.contains(&(change.layer(), change.key())));
        found = hit.map(|change| (later.revision, change.clone()));
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found.map(|(later, change)| {
        let named = change.after().or(change.before());
        let label = named.and_then(|record| record.label()).unwrap_or_default();
        Problem::new(
            StatusCode::CONFLICT,
            "undo.touched_later",
            format!("不能撤销：第 {} 版又改动了“{label}”。", later.0),
            format!("It cannot be undone: revision {} changed {label:?} later.", later.0),
        )
        .then("请先撤销较新的那次变更，或直接修改记录。", "Undo the later change first, or edit the record.")
        .with("revision", later.0)
        .with("layer", change.layer().name())
        .with("id", change.key().id.to_string())
    }))
}

/// The handler.
pub fn post(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let revision = revision_of(ask)?;
    let act: Act = ask.json()?;
    let mut header = act.header(app, SetKind::Undo)?;
    header.undoes = Some(revision);
    if let Some(key) = &header.idempotency_key
        && let Some(done) = app.register.find_request(key)?
    {
        return Answer::json(&Done::at(done));
    }
    let newest = app.register.snapshot().revision();
    let (found, _) = history::entry(&app.register, revision)?;
    let entry = found.ok_or_else(|| unknown_revision(newest))?;
    if !entry.set.changes.iter().all(|change| history::shows(change, app.options.show)) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "undo.hidden",
            "这次变更中有此处不公开的记录，不能在这里撤销。",
            "The change set holds records that are not shown here; it cannot be undone here.",
        )
        .then("请由有权限的人员在服务器上撤销。", "Have it undone by those who may see them."));
    }
    if let Some(problem) = touched_later(app, &entry.set, revision)? {
        return Err(problem);
    }
    let decide = |snapshot: &Snapshot| -> Result<Vec<Change>, Problem> {
        if snapshot.revision() > newest
            && let Some(problem) = touched_later(app, &entry.set, revision)?
        {
            return Err(problem);
        }
        Ok(entry.set.clone().inverse_changes())
    };
    match app.register.commit(header, decide) {
        Ok(head) => Answer::json(&Done::at(head.revision)),
        Err(CommitError::Store(StoreError::Repeated(done))) => Answer::json(&Done::at(done)),
        Err(error) => Err(error.into()),
    }
}
