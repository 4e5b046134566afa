//! Neighbours carried along with borders that arrive.
//!
//! On the level of what arrived its new outline is fixed: the neighbours give up what it covers now, and get what
//! it leaves, up to a width. Divisions above that were made up exactly of those below are made up of them anew.
//! What cannot be carried stays as it is, and is told by the checks.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use geo_types::{Geometry, LineString, MultiPolygon, Rect};

use super::{moves, near, rings};
use crate::boundary::checks::is_tiled;
use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, GeometryKind, Layer, Record, RecordId, geometry};
use crate::snapshot::Snapshot;
use crate::topology::{Cleaning, Coverage, Locks, Metric, Settings, Strategy, clean, dissolve};

fn level(record: &Record) -> Option<DivisionLevel> {
    record.text("level").and_then(DivisionLevel::from_code)
}

/// The changes of neighbours and of divisions above.
pub(super) fn neighbours(
    before: &Snapshot,
    after: &Snapshot,
    changes: &[Change],
    (day, metres): (Date, f64),
    locks: &Locks,
) -> Vec<Change> {
    let moved: Vec<&Change> = changes.iter().filter(|change| moves(change)).collect();
    let own: HashSet<RecordId> = moved.iter().map(|change| change.key().id).collect();
    let mut shapes: BTreeMap<RecordId, Geometry> = BTreeMap::new();
    let mut by_level: BTreeMap<DivisionLevel, Vec<Rect>> = BTreeMap::new();
    for record in moved.iter().flat_map(|change| [change.before(), change.after()]).flatten() {
        if let (Some(level), Some(window)) =
            (level(record), record.geometry.as_deref().and_then(geometry::bounds))
        {
            by_level.entry(level).or_default().push(window);
        }
    }
    for (at, windows) in &by_level {
        let members: Vec<Arc<Record>> =
            near(after, windows, day).into_iter().filter(|record| level(record) == Some(*at)).collect();
        shapes.extend(fitted(before, &members, &own, metres, locks));
    }
    above(before, after, &by_level, day, (&own, &mut shapes));
    let change = |(id, shape): (RecordId, Geometry)| {
        let old = after.layer(Layer::Division).get(id, day)?;
        let settled = geometry::settle(shape, GeometryKind::Area).ok()?;
        let new = Record { geometry: Some(Arc::new(settled)), ..Record::clone(old) };
        (new != **old).then(|| Change::update(Record::clone(old), new))
    };
    shapes.into_iter().filter_map(change).collect()
}

/// The neighbours of one level, fitted to the outlines that arrived.
fn fitted(
    before: &Snapshot,
    members: &[Arc<Record>],
    own: &HashSet<RecordId>,
    metres: f64,
    locks: &Locks,
) -> Vec<(RecordId, Geometry)> {
    let shapes: Vec<Option<&Geometry>> = members.iter().map(|record| record.geometry.as_deref()).collect();
    let Ok(coverage) = Coverage::build(shapes.iter().copied()) else { return Vec::new() };
    // What arrived stays as it came: its outline is locked, and so are surveyed lines.
    let arrived: Vec<LineString> = members
        .iter()
        .filter(|record| own.contains(&record.id))
        .filter_map(|record| record.geometry.as_deref())
        .flat_map(|area| rings(area).into_iter().cloned())
        .collect();
    let how = Cleaning {
        settings: Settings { gap_width: metres, ..Settings::new(Metric::Degrees) },
        strategy: Strategy::LongestBorder,
        locks: Locks::of_lines(&arrived).and(locks),
    };
    let done = clean(&coverage, &how);
    let fits = |(at, _): &(usize, Geometry)| !own.contains(&members[*at].id);
    // A neighbour that overlaps by more than the width is not cut back without a person.
    let wide: HashSet<u32> = done
        .changes
        .iter()
        .filter(|change| change.width > metres)
        .flat_map(|change| change.among.iter().copied())
        .collect();
    let was_touching = |at: usize| before.layer(Layer::Division).versions(members[at].id).next().is_some();
    if !done.complete {
        return Vec::new();
    }
    done.changed
        .into_iter()
        .filter(fits)
        .filter(|(at, _)| !wide.contains(&(*at as u32)) && was_touching(*at))
        .map(|(at, shape)| (members[at].id, shape))
        .collect()
}

/// Divisions above that were exactly their parts, made up of them anew; level by level upwards.
fn above(
    before: &Snapshot,
    after: &Snapshot,
    by_level: &BTreeMap<DivisionLevel, Vec<Rect>>,
    day: Date,
    (own, shapes): (&HashSet<RecordId>, &mut BTreeMap<RecordId, Geometry>),
) {
    let windows: Vec<Rect> = by_level.values().flatten().copied().collect();
    let mut parents: Vec<Arc<Record>> = near(after, &windows, day);
    parents.retain(|record| !own.contains(&record.id));
    // The lowest first: what is above them is made of them.
    parents.sort_by_key(|record| std::cmp::Reverse(level(record)));
    let (earlier, now_below) = (families(before, day), families(after, day));
    for parent in parents {
        let Some(code) = parent.code.as_deref() else { continue };
        let parts = now_below.get(code).map(Vec::as_slice).unwrap_or_default();
        let changed = |record: &&Arc<Record>| own.contains(&record.id) || shapes.contains_key(&record.id);
        if !parts.iter().any(changed) {
            continue;
        }
        let old = before.layer(Layer::Division).get(parent.id, day).zip(earlier.get(code));
        if !old.is_some_and(|(old, parts)| is_tiled(old, parts)) {
            continue;
        }
        let now: Vec<Geometry> = parts
            .iter()
            .filter_map(|record| {
                shapes.get(&record.id).cloned().or_else(|| record.geometry.as_deref().cloned())
            })
            .collect();
        if let Ok(coverage) = Coverage::build(now.iter().map(Some)) {
            let whole: MultiPolygon =
                dissolve(&coverage, 1, |_| Some(0)).pop().unwrap_or(MultiPolygon(Vec::new()));
            if !whole.0.is_empty() {
                shapes.insert(parent.id, Geometry::MultiPolygon(whole));
            }
        }
    }
}

/// Divisions with areas, by the code of what is above them.
fn families(snapshot: &Snapshot, day: Date) -> BTreeMap<&str, Vec<&Arc<Record>>> {
    let mut families: BTreeMap<&str, Vec<&Arc<Record>>> = BTreeMap::new();
    for record in snapshot.layer(Layer::Division).iter() {
        if let Some(parent) = record.text("parent_code")
            && record.valid.contains(day)
            && record.geometry.is_some()
        {
            families.entry(parent).or_default().push(record);
        }
    }
    families
}
