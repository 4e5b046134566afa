//! The log as this interface reads it: who changed what, and what has been taken back since.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::app::App;
use super::problem::Problem;
use crate::model::{
    Bilingual, Change, LogHeader, Record, RowCounts, Secrecy, guard, record_to_json, row_counts,
};
use crate::snapshot::Snapshot;

/// One field before and after.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FieldChange {
    name: String,
    /// what it is called
    pub title: Bilingual,
    /// its value before
    #[schema(value_type = Object)]
    pub before: Json,
    /// and after
    #[schema(value_type = Object)]
    pub after: Json,
}

/// Fields that differ between the two sides of a change; id and version never do.
pub fn field_changes(change: &Change) -> Vec<FieldChange> {
    let flat = |side: Option<&Record>| side.map(record_to_json).unwrap_or_default();
    let (mut before, mut after) = (flat(change.before()), flat(change.after()));
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let def = change.layer().def();
    // In the order in which forms show them.
    let place = |name: &str| {
        let common = crate::model::COMMON_FIELDS.iter().position(|field| field.name == name);
        def.index_of(name).or(common.map(|at| 1000 + at)).unwrap_or(usize::MAX)
    };
    names.sort_by_key(|name| place(name));
    names
        .into_iter()
        .filter(|name| name != "id" && name != "version")
        .filter_map(|name| {
            let (before, after) =
                (before.remove(&name).unwrap_or_default(), after.remove(&name).unwrap_or_default());
            let title = def.field_title(&name);
            (before != after).then_some(FieldChange { name, title, before, after })
        })
        .collect()
}

/// Whether the geometry differs between the two sides.
pub fn geometry_changed(change: &Change) -> bool {
    let side = |record: Option<&Record>| record.and_then(|record| record.geometry.clone());
    side(change.before()) != side(change.after())
}

/// Whether neither side is above the class shown.
pub fn shows(change: &Change, show: Secrecy) -> bool {
    [change.before(), change.after()].into_iter().flatten().all(|record| record.secrecy <= show)
}

/// Whether neither side is above the class shown, nor the record as it is by now: what is secret now is not shown as
/// it was before, either.
pub fn is_shown_now(change: &Change, newest: &Snapshot, show: Secrecy) -> bool {
    let now = newest.layer(change.layer()).version(change.key());
    shows(change, show) && now.is_none_or(|now| now.secrecy <= show)
}

/// Whether nothing of either side is above the class shown.
pub fn shows_whole(change: &Change, show: Secrecy) -> bool {
    shows(change, show) && guard::change_seen(change, None, show).is_none()
}

/// A change as whoever asks sees it: without what is guarded on either side, or of the record as it is by now.
pub fn as_seen<'a>(change: &'a Change, newest: &Snapshot, show: Secrecy) -> Cow<'a, Change> {
    let now = newest.layer(change.layer()).version(change.key());
    guard::change_seen(change, now.map(|now| &**now), show).map_or(Cow::Borrowed(change), Cow::Owned)
}

/// From how many rows on a change set is large.
pub const LARGE: u64 = 2_000;

/// How many rows a change set touched, without those that are not shown.
///
/// Each change set is read through once, row by row, and its counts are kept: it never changes. One of
/// 600,000 rows takes seconds, so the server counts the large ones beforehand (`App::count_log`).
pub fn counts(app: &App, entry: &LogHeader) -> Result<Arc<RowCounts>, Problem> {
    let show = app.options.show;
    if show == Secrecy::Secret {
        return Ok(Arc::new(row_counts(&entry.counts)));
    }
    let count = || -> Result<Arc<RowCounts>, Problem> {
        let mut seen = RowCounts::new();
        app.register.each_change(entry.revision, &mut |change| {
            if shows(change, show) {
                seen.entry(change.layer().name()).or_default().add(change.op());
            }
        })?;
        Ok(Arc::new(seen))
    };
    app.counts.try_get_with(entry.revision, count).map_err(|problem: Arc<Problem>| (*problem).clone())
}
