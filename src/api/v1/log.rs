//! `/api/v1/log`: the change sets, newest first, and what one of them changed.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::audit::{Found, Wanted};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::history::{self, FieldChange};
use crate::api::problem::Problem;
use crate::api::view::unknown_revision;
use crate::api::wire::geometry_json;
use crate::model::{Change, LogDescription, Record, Revision};
use crate::register::LogItem;

/// A page of the log.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LogPage {
    /// newest first
    entries: Vec<LogDescription>,
    /// `before` of the next page, if there is one
    next: Option<u64>,
}

/// A change set with a part of its changes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LogDetail {
    #[serde(flatten)]
    head: LogDescription,
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

/// A change set in a list.
pub fn line(app: &App, item: &LogItem) -> Result<LogDescription, Problem> {
    let counts = history::counts(app, &item.entry)?;
    let mut line = LogDescription::of(&item.entry, item.undone_by, (*counts).clone());
    line.act.register = app.place_of(item.entry.revision);
    Ok(line)
}

/// `GET /api/v1/log`
pub fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (before, limit) = (ask.parsed::<u64>("before")?, ask.limit(50, 500)?);
    let Found { items, next } = Wanted::of(ask)?.found(app, ask, before, limit)?;
    let entries = items.into_iter().map(|(_, line)| line).collect();
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
    let show = app.options.show;
    let seen: Vec<_> =
        entry.set.changes.iter().filter(|change| history::is_shown_now(change, &newest, show)).collect();
    let changes = seen
        .iter()
        .skip(offset)
        .take(limit)
        .map(|change| change_doc(&history::as_seen(change, &newest, show)))
        .collect();
    Answer::json(&LogDetail { head: line(app, &item)?, total: seen.len(), changes })
}
