//! `/api/v1/log`: the change sets, newest first, and what one of them changed.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::history::{self, FieldChange, LayerCounts};
use crate::api::problem::Problem;
use crate::api::view::unknown_revision;
use crate::api::wire::{Text, geometry_json};
use crate::model::{Change, Record, Revision};
use crate::register::LogItem;

/// A page of the log.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LogPage {
    /// newest first
    entries: Vec<LogLine>,
    /// `before` of the next page, if there is one
    next: Option<u64>,
}

/// The head of a change set.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LogLine {
    revision: u64,
    /// its chain hash
    hash: String,
    /// chain hash of the one before
    previous: String,
    /// when it was recorded, RFC 3339 in UTC
    at: String,
    /// who
    by: String,
    /// whether who it was has been proved
    verified: bool,
    /// import, edit, undo or demo
    kind: &'static str,
    kind_title: Text,
    /// why
    reason: String,
    /// number of the document that orders it
    document: Option<String>,
    /// the change set that this one takes back
    undoes: Option<u64>,
    /// the change set that takes this one back
    undone_by: Option<u64>,
    /// what else belongs to it, e.g. the imported file
    #[schema(value_type = Object)]
    origin: Option<Json>,
    /// rows by layer and operation
    #[schema(value_type = Object)]
    counts: LayerCounts,
}

/// A change set with a part of its changes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LogDetail {
    #[serde(flatten)]
    head: LogLine,
    /// how many changes are to be seen in all
    total: usize,
    changes: Vec<ChangeDoc>,
}

/// One row's change.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ChangeDoc {
    layer: &'static str,
    id: String,
    version: u32,
    /// insert, update or delete
    op: &'static str,
    label: Option<String>,
    fields: Vec<FieldChange>,
    geometry_changed: bool,
    /// GeoJSON, only where the geometry changed
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    before_geometry: Option<Json>,
    /// GeoJSON, only where the geometry changed
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    after_geometry: Option<Json>,
}

/// Word for a kind of act.
pub fn kind_word(header: &crate::model::Header) -> &'static str {
    use crate::model::SetKind;
    match header.kind {
        SetKind::Import => "import",
        SetKind::Edit => "edit",
        SetKind::Undo => "undo",
        SetKind::Demo => "demo",
    }
}

fn line(app: &App, item: &LogItem) -> Result<LogLine, Problem> {
    let (entry, header) = (&item.entry, &item.entry.header);
    Ok(LogLine {
        revision: entry.revision.0,
        hash: entry.hash.to_string(),
        previous: entry.previous.to_string(),
        at: header.at.clone(),
        by: header.by.clone(),
        verified: header.verified,
        kind: kind_word(header),
        kind_title: header.kind_title().into(),
        reason: header.reason.clone(),
        document: header.document.clone(),
        undoes: header.undoes.map(|revision| revision.0),
        undone_by: item.undone_by.map(|revision| revision.0),
        origin: header.origin.clone(),
        counts: (*history::counts(app, entry)?).clone(),
    })
}

/// `GET /api/v1/log`
pub fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (before, limit) = (ask.parsed::<u64>("before")?, ask.limit(50, 500)?);
    let newest = app.register.head()?.revision.0;
    let last = before.map_or(newest, |before| before.saturating_sub(1).min(newest));
    let first = last.saturating_sub(limit as u64);
    let items = app.register.log_items(Revision(first), Revision(last))?;
    let entries = items.iter().rev().map(|item| line(app, item)).collect::<Result<Vec<_>, _>>()?;
    let next = entries.last().map(|last| last.revision).filter(|last| *last > 1);
    Answer::json(&LogPage { entries, next })
}

fn change_doc(change: &Change) -> ChangeDoc {
    let changed = history::geometry_changed(change);
    let geometry = |side: Option<&Record>| side?.geometry.as_deref().filter(|_| changed).map(geometry_json);
    let named = change.after().or(change.before());
    ChangeDoc {
        layer: change.layer().name(),
        id: change.key().id.to_string(),
        version: change.key().version,
        op: change.op().code(),
        label: named.and_then(|record| record.label()).map(str::to_owned),
        fields: history::field_changes(change),
        geometry_changed: changed,
        before_geometry: geometry(change.before()),
        after_geometry: geometry(change.after()),
    }
}

/// The revision named in the path.
pub fn revision_of(ask: &Ask) -> Result<Revision, Problem> {
    ask.segment("revision")
        .parse()
        .map(Revision)
        .map_err(|_| Problem::unknown("revision.unknown", "没有这个版次。", "There is no such revision."))
}

/// `GET /api/v1/log/{revision}`
pub fn entry(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let revision = revision_of(ask)?;
    let (offset, limit) = (ask.parsed::<usize>("offset")?.unwrap_or(0), ask.limit(200, 1000)?);
    let newest = app.register.snapshot();
    let unknown = || unknown_revision(newest.revision());
    let before = revision.0.checked_sub(1).map(Revision).ok_or_else(unknown)?;
    let item = app.register.log_items(before, revision)?.pop().ok_or_else(unknown)?;
    let entry = app.register.log_entry(revision)?.ok_or_else(unknown)?;
    // What is secret now is not shown as it was before, either.
    let show = app.options.show;
    let still = |change: &Change| {
        let now = newest.layer(change.layer()).version(change.key());
        now.is_none_or(|now| now.secrecy <= show)
    };
    let seen: Vec<_> =
        entry.set.changes.iter().filter(|change| history::shows(change, show) && still(change)).collect();
    let changes = seen.iter().skip(offset).take(limit).map(|change| change_doc(change)).collect();
    Answer::json(&LogDetail { head: line(app, &item)?, total: seen.len(), changes })
}
