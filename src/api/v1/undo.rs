//! `POST /api/v1/log/{revision}/undo`: a change set is taken back by its inverse, never erased.

use std::sync::Arc;

use axum::http::StatusCode;

use super::log::revision_of;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, Done, check_reach, check_writable};
use crate::api::history;
use crate::api::problem::Problem;
use crate::api::view::unknown_revision;
use crate::model::{Change, Layer, RecordId, SetKind};
use crate::register::{CommitError, StoreError, UndoRefusal};

/// The handler.
pub fn post(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let revision = revision_of(ask)?;
    let act: Act = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Undo)?;
    if let Some(key) = &header.idempotency_key
        && let Some(done) = app.register.find_request(key)?
    {
        return Answer::json(&Done::at(done));
    }
    let newest = app.register.snapshot().revision();
    let entry = app.register.log_entry(revision)?.ok_or_else(|| unknown_revision(newest))?;
    if !entry.set.changes.iter().all(|change| history::shows_whole(change, app.options.show)) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "undo.hidden",
            "这次变更中有此处不公开的记录，不能在这里撤销。",
            "The change set holds records that are not shown here; it cannot be undone here.",
        )
        .then("请由有权限的人员在服务器上撤销。", "Have it undone by those who may see them."));
    }
    let inverse: Vec<_> = entry.set.changes.into_iter().map(Change::inverse).collect();
    check_reach(app, &app.register.snapshot(), &inverse)?;
    match app.register.undo(revision, header) {
        Ok(head) => {
            // Whoever hears of it finds it: a large set is taken in by whoever asks first.
            if let Err(error) = app.register.follow() {
                tracing::warn!(%error, "what was taken back is not taken in yet");
            }
            Answer::json(&Done::at(head.revision))
        }
        Err(CommitError::Store(StoreError::Repeated(done))) => Answer::json(&Done::at(done)),
        Err(CommitError::Refused(refusal)) => Err(refused(app, refusal)),
        Err(CommitError::Nothing) => Err(CommitError::Nothing.into()),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(CommitError::Apply(error)) => Err(Problem::internal(&error)),
    }
}

fn refused(app: &App, refusal: UndoRefusal) -> Problem {
    let said = refusal.sentence();
    let conflict = |code| Problem::new(StatusCode::CONFLICT, code, said.zh.clone(), said.en.clone());
    match refusal {
        UndoRefusal::Unknown { newest, .. } => unknown_revision(newest),
        UndoRefusal::AlreadyUndone { by, .. } => conflict("undo.already").with("revision", by.0),
        UndoRefusal::ChangedLater { later, layer, id, .. } if shown(app, layer, id) => {
            conflict("undo.touched_later")
                .then(
                    "请先撤销较新的那次变更，或直接修改记录。",
                    "Undo the later change first, or edit the record.",
                )
                .with("revision", later.0)
                .with("layer", layer.name())
                .with("id", id.to_string())
        }
        UndoRefusal::ChangedLater { later, .. } => Problem::new(
            StatusCode::CONFLICT,
            "undo.touched_later",
            format!("不能撤销：第 {} 版又改动了其中的记录。", later.0),
            format!("It cannot be undone: revision {} changed one of its records later.", later.0),
        )
        .with("revision", later.0),
        UndoRefusal::Differs { .. } => conflict("undo.differs"),
        UndoRefusal::Store(error) => error.into(),
    }
}

fn shown(app: &App, layer: Layer, id: RecordId) -> bool {
    app.register.snapshot().layer(layer).versions(id).all(|record| record.secrecy <= app.options.show)
}
