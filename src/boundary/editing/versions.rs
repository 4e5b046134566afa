//! From new shapes to rows: a correction changes the version that holds, a change in law ends it and begins another.

use std::sync::Arc;

use geo_types::{Geometry, MultiPolygon};

use super::level::shape;
use super::{Action, Asked, Outcome, Planned, Refused, Work, area_m2};
use crate::model::{Change, Date, Fields, GeometryKind, IdSource, Layer, Period, Record, Value, geometry};
use crate::snapshot::Snapshot;

/// The rows that the new shapes of all levels are.
pub(super) fn write(
    snapshot: &Snapshot,
    asked: &Asked,
    work: &Work,
    ids: &mut IdSource,
) -> Result<Planned, Refused> {
    let mut planned = Planned::default();
    let mut codes: Vec<&str> = Vec::new();
    for (at, level) in work.levels.iter().enumerate() {
        for (number, before, after) in level.changes() {
            if before == after {
                continue;
            }
            let after = after.map(settled).transpose()?;
            let record = level.record(number);
            let made = work.made(at, number);
            let next = match (record, &after) {
                (Some(record), Some(shape)) => Some(reshaped(record, shape)),
                (None, Some(shape)) => {
                    let Some(action) = made.and_then(|by| asked.actions.get(by)) else { continue };
                    let Some(whole) = level.origin(number) else { continue };
                    if let Action::Split { code: Some(code), .. } = action {
                        if codes.contains(&code.as_str()) {
                            return Err(Refused::CodeTaken(code.clone()));
                        }
                        codes.push(code);
                    }
                    Some(new_part(snapshot, asked, (whole, action, shape), ids)?)
                }
                (_, None) => None,
            };
            let outcome = Outcome {
                area_before_m2: area_m2(record.map(|record| &**record)),
                area_after_m2: area_m2(next.as_ref()),
                before: record.cloned(),
                after: next,
                made,
            };
            let rows = (outcome.before.as_ref(), outcome.after.as_ref());
            enter(snapshot, asked.from, rows, &mut planned.changes);
            debug_assert!(outcome.before.as_deref().is_none_or(|record| shape(record).is_some()));
            planned.outcomes.push(outcome);
        }
    }
    if planned.changes.is_empty() { Err(Refused::Nothing) } else { Ok(planned) }
}

/// As the register keeps shapes.
fn settled(shape: &MultiPolygon) -> Result<Arc<Geometry>, Refused> {
    let settled = geometry::settle(Geometry::MultiPolygon(shape.clone()), GeometryKind::Area);
    settled.map(Arc::new).map_err(|_| Refused::NotANumber)
}

fn reshaped(record: &Record, shape: &Arc<Geometry>) -> Record {
    Record { geometry: Some(Arc::clone(shape)), ..record.clone() }
}

/// The part that a division was cut into: like the division, but for name, code and what was counted of it.
fn new_part(
    snapshot: &Snapshot,
    asked: &Asked,
    (whole, action, area): (&Record, &Action, &Arc<Geometry>),
    ids: &mut IdSource,
) -> Result<Record, Refused> {
    let Action::Split { name, code, .. } = action else { return Err(Refused::Nothing) };
    let layer = snapshot.layer(Layer::Division);
    if let Some(code) = code
        && layer.by_code(code).any(|record| record.valid.contains(asked.day))
    {
        return Err(Refused::CodeTaken(code.clone()));
    }
    let def = Layer::Division.def();
    let taken_over = ["level", "parent_code", "kind", "code_system", "urban_rural_class", "grid_kind"];
    let kept = def.fields.iter().enumerate().filter(|(_, field)| taken_over.contains(&field.name));
    let kept = kept.filter_map(|(at, _)| Some((at, whole.fields.get(at)?.clone())));
    let mut fields = Fields::from_pairs(kept);
    if let Some(at) = def.index_of("name") {
        fields = fields.with(at, Some(Value::Text(name.trim().into())));
    }
    let mut record = Record::new(Layer::Division, ids.next_id(), fields);
    record.code = code.as_deref().map(Into::into);
    record.secrecy = whole.secrecy;
    record.source.clone_from(&whole.source);
    record.geometry = Some(Arc::clone(area));
    record.valid = Period::new(asked.from.or(whole.valid.from()), whole.valid.to()).unwrap_or_default();
    Ok(record)
}

/// The rows of one record that changes, comes or ends: from a day on, or as a correction where there is none.
pub fn enter(
    snapshot: &Snapshot,
    from: Option<Date>,
    (before, after): (Option<&Arc<Record>>, Option<&Record>),
    changes: &mut Vec<Change>,
) {
    let ended = |record: &Record| {
        // What began on that day or later never was as it stood: it is corrected.
        let from = from.filter(|from| record.valid.from().is_none_or(|began| began < *from))?;
        let from = Some(from).filter(|from| record.valid.to().is_none_or(|to| *from < to))?;
        Some((from, Record { valid: Period::new(record.valid.from(), Some(from)).ok()?, ..record.clone() }))
    };
    match (before, after) {
        (None, Some(after)) => changes.push(Change::insert(after.clone())),
        (Some(before), after) => match (ended(before), after) {
            (Some((from, end)), after) => {
                changes.push(Change::update(Record::clone(before), end));
                if let Some(after) = after {
                    let versions = snapshot.layer(before.layer).versions(before.id);
                    let version = versions.map(|record| record.version).max().unwrap_or(before.version) + 1;
                    let valid = Period::new(Some(from), before.valid.to()).unwrap_or(before.valid);
                    changes.push(Change::insert(Record { version, valid, ..after.clone() }));
                }
            }
            (None, Some(after)) => changes.push(Change::update(Record::clone(before), after.clone())),
            (None, None) => changes.push(Change::delete(Record::clone(before))),
        },
        (None, None) => {}
    }
}
