//! The log as this interface reads it: who changed what, and what has been taken back since.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::Value as Json;

use super::problem::Problem;
use super::wire::Text;
use crate::model::{Change, Layer, LogEntry, Record, RecordId, Revision, Secrecy, record_to_json};
use crate::register::Register;

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

/// What takes which change set back, by the one taken back.
pub type Undone = BTreeMap<Revision, Revision>;

/// The log entries below `before`, newest first, at most `limit`; and what has been undone.
pub fn page(
    register: &Register,
    before: Option<Revision>,
    limit: usize,
) -> Result<(Vec<LogEntry>, Undone), Problem> {
    let mut entries = std::collections::VecDeque::new();
    let undone = walk(register, &mut |entry| {
        if before.is_none_or(|before| entry.revision < before) {
            entries.push_back(entry);
            if entries.len() > limit {
                entries.pop_front();
            }
        }
    })?;
    Ok((entries.into_iter().rev().collect(), undone))
}

/// One log entry, and what has been undone.
pub fn entry(register: &Register, revision: Revision) -> Result<(Option<LogEntry>, Undone), Problem> {
    let mut found = None;
    let undone = walk(register, &mut |entry| {
        if entry.revision == revision {
            found = Some(entry);
        }
    })?;
    Ok((found, undone))
}

/// The changes of one fact with the heads of their sets, newest first; and what has been undone.
pub fn of_record(
    register: &Register,
    layer: Layer,
    id: RecordId,
) -> Result<(Vec<LogEntry>, Undone), Problem> {
    let mut entries = Vec::new();
    let undone = walk(register, &mut |mut entry| {
        entry.set.changes.retain(|change| change.layer() == layer && change.key().id == id);
        if !entry.set.changes.is_empty() {
            entries.push(entry);
        }
    })?;
    entries.reverse();
    Ok((entries, undone))
}

fn walk(register: &Register, each: &mut dyn FnMut(LogEntry)) -> Result<Undone, Problem> {
    let mut undone = Undone::new();
    register.log(Revision(0), &mut |entry| {
        if let Some(target) = entry.set.header.undoes {
            undone.insert(target, entry.revision);
        }
        each(entry);
        ControlFlow::Continue(())
    })?;
    Ok(undone)
}
