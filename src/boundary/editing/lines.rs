//! The records of boundary lines along borders that were changed, brought along in the same change set: shape,
//! length, markers' places and stretches are renewed, what people entered stays. A surveyed line gets the vertices
//! that were put on it, and moves nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiLineString};

use super::versions::enter;
use super::{Asked, Planned};
use crate::boundary::lines::{Changed, DeriveOptions, renew};
use crate::boundary::path::Path;
use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, IdSource, Layer, Record, RecordId, Revision, Secrecy, Value};
use crate::snapshot::Snapshot;
use crate::topology::edit::Divided;

/// Vertices of a line whose way is measured at most.
const MEASURED: usize = 400;

/// What becomes of the record of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineChange {
    /// before; none for a new line
    pub before: Option<Arc<Record>>,
    /// after; none where its two divisions border no more
    pub after: Option<Record>,
    /// geodesic, metres
    pub length_before_m: f64,
    /// geodesic, metres
    pub length_after_m: f64,
    /// how far it now lies from where it lay, metres; none for a line that is new or ends
    pub moved_m: Option<f64>,
}

impl LineChange {
    /// The class of the record.
    pub fn secrecy(&self) -> Secrecy {
        let classes = self.before.as_deref().into_iter().chain(&self.after).map(|record| record.secrecy);
        classes.max().unwrap_or_default()
    }

    fn of(before: Option<&Arc<Record>>, after: Option<Record>) -> Self {
        let path = |record: Option<&Record>| Path::of(record.and_then(|record| record.geometry.as_deref()));
        let (old, new) = (path(before.map(|record| &**record)), path(after.as_ref()));
        let moved_m = (before.is_some() && after.is_some()).then(|| farthest(&old, after.as_ref()));
        let (length_before_m, length_after_m) = (old.length_m(), new.length_m());
        Self { before: before.cloned(), after, length_before_m, length_after_m, moved_m }
    }
}

/// Metres from the vertices of a record that a path does not have to the path.
fn farthest(path: &Path, after: Option<&Record>) -> f64 {
    let (from, to) = (0.0, path.length_m());
    let bits = |c: Coord| [c.x.to_bits(), c.y.to_bits()];
    let ends = path.spans().flat_map(|(a, b)| [path.point(a), path.point(b)]).flatten();
    let known: std::collections::HashSet<[u64; 2]> =
        path.vertices(from, to).map(|(_, c)| c).chain(ends).map(bits).collect();
    let Some(Geometry::MultiLineString(lines)) = after.and_then(|record| record.geometry.as_deref()) else {
        return 0.0;
    };
    let new = lines.0.iter().flat_map(|line| &line.0).filter(|c| !known.contains(&bits(**c)));
    new.take(MEASURED).filter_map(|c| path.nearest(*c)).map(|place| place.off_m).fold(0.0, f64::max)
}

/// Adds the rows of lines to those of the divisions.
pub(super) fn follow(
    snapshot: &Snapshot,
    asked: &Asked,
    divided: &[Divided],
    planned: &mut Planned,
    ids: &mut IdSource,
) {
    if snapshot.layer(Layer::BoundaryLine).is_empty() {
        return;
    }
    let mut next: BTreeMap<RecordId, Option<Record>> =
        noded(snapshot, asked.day, divided).into_iter().map(|record| (record.id, Some(record))).collect();
    let held = |id: RecordId| snapshot.layer(Layer::BoundaryLine).get(id, asked.day);
    let mut changes = planned.changes.clone();
    for (id, after) in &next {
        enter(snapshot, asked.from, (held(*id), after.as_ref()), &mut changes);
    }
    // What does not fit is refused when it is written.
    let Ok(now) = snapshot.apply(Revision(snapshot.revision().0 + 1), &changes) else { return };
    let day = asked.from.unwrap_or(asked.day);
    for (level, changed) in by_level(planned) {
        // Below them there are no administrative boundaries.
        if level > DivisionLevel::Township {
            continue;
        }
        let options = DeriveOptions { streets: true, ..DeriveOptions::new(level, day) };
        let renewed = renew((snapshot, &now), &options, &changed, ids);
        let after = renewed.changes.iter().filter_map(Change::after);
        next.extend(after.map(|record| (record.id, Some(record.clone()))));
        next.extend(renewed.ended.iter().map(|line| (line.id, None)));
    }
    for (id, after) in next {
        let before = held(id);
        let after = after.map(|record| match before {
            Some(before) => Record { version: before.version, valid: before.valid, ..record },
            None => Record { valid: began(planned, asked), ..record },
        });
        // A line is kept in the register after it has ended, with all that was agreed of it.
        let from = if after.is_none() { Some(day) } else { asked.from };
        enter(snapshot, from, (before, after.as_ref()), &mut planned.changes);
        planned.lines.push(LineChange::of(before, after));
    }
    let level = |line: &LineChange| {
        let record = line.after.as_ref().or(line.before.as_deref());
        let level = record.and_then(|record| record.text("level")).and_then(DivisionLevel::from_code);
        let code = record.and_then(|record| record.code.clone());
        (level.is_none(), level, code.is_none(), code)
    };
    planned.lines.sort_by_key(level);
}

/// From when a new line holds: from the day of the change, or since its division was corrected into being.
fn began(planned: &Planned, asked: &Asked) -> crate::model::Period {
    let new = planned.outcomes.iter().find(|one| one.before.is_none()).and_then(|one| one.after.as_ref());
    let from = asked.from.or(new.and_then(|record| record.valid.from()));
    crate::model::Period::new(from, None).unwrap_or_default()
}

/// The divisions that change, by level.
fn by_level(planned: &Planned) -> BTreeMap<DivisionLevel, Changed> {
    let mut levels: BTreeMap<DivisionLevel, Changed> = BTreeMap::new();
    for outcome in &planned.outcomes {
        let either = outcome.before.as_deref().or(outcome.after.as_ref());
        if let Some(level) = either.and_then(|record| record.text("level")).and_then(DivisionLevel::from_code)
        {
            levels.entry(level).or_default().add(outcome.before.as_deref(), outcome.after.as_ref());
        }
    }
    levels
}

/// Surveyed lines with the vertices that were put on them.
fn noded(snapshot: &Snapshot, day: Date, divided: &[Divided]) -> Vec<Record> {
    let ends = divided.iter().flat_map(|divided| divided.edge);
    let Some(window) = super::window(ends) else { return Vec::new() };
    let near = snapshot.layer(Layer::BoundaryLine).window(window).into_iter();
    let surveyed =
        near.filter(|line| line.valid.contains(day) && line.get("surveyed") == Some(Value::Bool(true)));
    surveyed
        .filter_map(|line| {
            let mut strings = super::level::strings(line);
            let put = strings.iter_mut().map(|string| put_in(string, divided)).fold(false, |a, b| a | b);
            let geometry = Some(Arc::new(Geometry::MultiLineString(MultiLineString(strings))));
            put.then(|| Record { geometry, ..Record::clone(line) })
        })
        .collect()
}

/// Puts vertices into the edges of a line; whether it has any of them.
fn put_in(line: &mut LineString, divided: &[Divided]) -> bool {
    let mut put = false;
    for Divided { edge: [a, b], points } in divided {
        let along = |pair: &[Coord]| pair == [*a, *b] || pair == [*b, *a];
        let Some(at) = line.0.windows(2).position(along) else { continue };
        let turned = line.0[at] != *a;
        let points: Vec<Coord> = if turned { points.iter().rev().copied().collect() } else { points.clone() };
        line.0.splice(at + 1..at + 1, points);
        put = true;
    }
    put
}
