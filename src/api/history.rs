//! The log as this interface reads it: who changed what, and what has been taken back since.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::app::App;
use super::problem::Problem;
use super::wire::Text;
use crate::model::{Change, LogHeader, Op, Record, Secrecy, record_to_json};

/// One field before and after.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FieldChange {
    name: String,
    title: Text,
    #[schema(value_type = Object)]
    before: Json,
    #[schema(value_type = Object)]
    after: Json,
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
            let title = def.field_title(&name).into();
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

/// Change sets up to this size are counted without what is not shown; larger ones as the log has them.
const COUNTED: u64 = 2_000;

/// Rows of a change set by layer and operation.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Counts {
    insert: u64,
    update: u64,
    delete: u64,
}

/// Rows by layer.
pub type LayerCounts = BTreeMap<&'static str, Counts>;

/// How many rows a change set touched, as far as they are shown. A change set never changes, so its
/// counts are kept.
pub fn counts(app: &App, entry: &LogHeader) -> Result<Arc<LayerCounts>, Problem> {
    let show = app.options.show;
    if show == Secrecy::Secret || entry.total() > COUNTED {
        let whole = entry
            .counts
            .iter()
            .map(|c| (c.layer.name(), Counts { insert: c.inserted, update: c.updated, delete: c.deleted }));
        return Ok(Arc::new(whole.collect()));
    }
    if let Some(known) = app.counts.get(&entry.revision) {
        return Ok(known);
    }
    let mut seen = LayerCounts::new();
    let found = app.register.log_entry(entry.revision)?;
    for change in found.iter().flat_map(|entry| &entry.set.changes).filter(|c| shows(c, show)) {
        let of_layer = seen.entry(change.layer().name()).or_default();
        match change.op() {
            Op::Insert => of_layer.insert += 1,
            Op::Update => of_layer.update += 1,
            Op::Delete => of_layer.delete += 1,
        }
    }
    let seen = Arc::new(seen);
    app.counts.insert(entry.revision, seen.clone());
    Ok(seen)
}
