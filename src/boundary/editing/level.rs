//! The divisions of one level near an action, as a coverage under edit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Rect};

use super::{Action, Asked, Refused, Target, around, by_level, window};
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Layer, Record, RecordId, Value, geometry};
use crate::snapshot::Snapshot;
use crate::topology::edit::{Change, Divided, Draft, Edit, Edited, Shape};
use crate::topology::{Locks, Metric};

/// One level: its divisions by number, and what became of them so far.
#[derive(Clone)]
pub(super) struct Level {
    pub(super) level: DivisionLevel,
    locks: Locks,
    records: Vec<Arc<Record>>,
    draft: Draft,
    before: Vec<MultiPolygon>,
    /// numbers of those that changed; one from `records.len()` on is new
    changed: BTreeSet<usize>,
    /// new numbers, each with the one that it was cut off
    wholes: BTreeMap<usize, usize>,
}

/// Divisions that the action is about, and what lies near them: where borders can move.
pub(super) fn reach(snapshot: &Snapshot, asked: &Asked) -> Result<Rect, Refused> {
    let places = asked.actions.iter().map(|action| place_of(snapshot, asked.day, action));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    let at = places.into_iter().flatten().reduce(around).ok_or(Refused::NoDivisions)?;
    if ![at.min(), at.max()].iter().all(|c| c.x.is_finite() && c.y.is_finite()) {
        return Err(Refused::NotANumber);
    }
    let touched = snapshot.layer(Layer::Division).window(at).into_iter();
    let touched = touched.filter(|record| record.valid.contains(asked.day));
    let boxes = touched.filter_map(|record| record.geometry.as_deref().and_then(geometry::bounds));
    Ok(boxes.fold(at, around))
}

/// What an action is about.
fn place_of(snapshot: &Snapshot, day: Date, action: &Action) -> Result<Option<Rect>, Refused> {
    let divisions = snapshot.layer(Layer::Division);
    let of_record = |id: &RecordId| {
        let record = divisions.get(*id, day).ok_or(Refused::NoDivision(*id))?;
        record.geometry.as_deref().and_then(geometry::bounds).map(Some).ok_or(Refused::NoDivision(*id))
    };
    // What an action makes lies in what another one is about.
    let of = |target: &Target| match target {
        Target::Record(id) => of_record(id),
        Target::Made(_) => Ok(None),
    };
    let all = |found: Vec<Option<Rect>>| found.into_iter().flatten().reduce(around);
    Ok(match action {
        Action::Move { at, to } => window([*at, *to]),
        Action::Insert { edge, at } => window([edge[0], edge[1], *at]),
        Action::Delete { at } => window([*at]),
        Action::Snap { edge, line, .. } => window(edge.iter().chain(&line.0).copied()),
        Action::Split { division, .. } => of(division)?,
        Action::Merge { divisions } => all(divisions.iter().map(of).collect::<Result<_, _>>()?),
        Action::HandOver { from, to, .. } => all(vec![of(from)?, of(to)?]),
        Action::Mend(mend) => {
            let own = mend.divisions.iter().chain(&mend.owner).map(of_record);
            all(own.chain([Ok(mend.window())]).collect::<Result<_, _>>()?)
        }
    })
}

/// The levels that have areas there, the highest first.
pub(super) fn all(snapshot: &Snapshot, day: Date, area: Rect) -> Vec<Level> {
    let near = snapshot.layer(Layer::Division).window(area).into_iter();
    let near = near.filter(|record| record.valid.contains(day) && shape(record).is_some());
    let mut near: Vec<Arc<Record>> = near.map(Arc::clone).collect();
    near.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    let lines = snapshot.layer(Layer::BoundaryLine).window(area).into_iter();
    let surveyed =
        lines.filter(|line| line.valid.contains(day) && line.get("surveyed") == Some(Value::Bool(true)));
    let fixed: Vec<LineString> = surveyed.flat_map(|line| strings(line)).collect();
    by_level(near).into_iter().map(|(level, records)| Level::new(level, records, &fixed)).collect()
}

pub(super) fn strings(line: &Record) -> Vec<LineString> {
    match line.geometry.as_deref() {
        Some(Geometry::LineString(line)) => vec![line.clone()],
        Some(Geometry::MultiLineString(lines)) => lines.0.clone(),
        _ => Vec::new(),
    }
}

/// The rings of a shape.
pub(super) fn strings_of(shape: &MultiPolygon) -> impl Iterator<Item = &LineString> {
    shape.0.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()))
}

pub(super) fn shape(record: &Record) -> Option<MultiPolygon> {
    match record.geometry.as_deref()? {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(parts) => Some(parts.clone()),
        _ => None,
    }
}

impl Level {
    fn new(level: DivisionLevel, records: Vec<Arc<Record>>, fixed: &[LineString]) -> Self {
        let before: Vec<MultiPolygon> =
            records.iter().map(|record| shape(record).unwrap_or(MultiPolygon(Vec::new()))).collect();
        let locks = Locks::of_lines(fixed);
        let draft = Draft::new(before.iter().cloned(), locks.clone(), Metric::Degrees);
        Self { level, locks, records, draft, before, changed: BTreeSet::new(), wholes: BTreeMap::new() }
    }

    pub(super) fn edit(&mut self, edit: &Edit) -> Result<Edited, Refused> {
        let edited = self.draft.plan(edit).map_err(|why| Refused::Edit(why, self.names()))?;
        self.take(&edited)?;
        Ok(edited)
    }

    /// Shapes that follow from another level.
    pub(super) fn set(&mut self, shapes: Vec<(usize, MultiPolygon)>) -> Result<(), Refused> {
        let change = |(feature, shape): (usize, MultiPolygon)| Change {
            feature,
            before: self.draft.shape(feature).cloned(),
            after: Some(Arc::new(shape)),
        };
        let edited = Edited { changes: shapes.into_iter().map(change).collect(), divided: Vec::new() };
        self.take(&edited)
    }

    fn take(&mut self, edited: &Edited) -> Result<(), Refused> {
        self.draft.apply(edited).map_err(|why| Refused::Edit(why, self.names()))?;
        self.changed.extend(edited.changes.iter().map(|change| change.feature));
        Ok(())
    }

    /// Stretches of locked edges that got vertices do not move either.
    pub(super) fn lock(&mut self, divided: &[Divided]) {
        self.draft.lock(divided);
        self.locks.extend(divided.iter().flat_map(Divided::stretches));
    }

    /// Edges that do not move.
    pub(super) fn locks(&self) -> &Locks {
        &self.locks
    }

    fn names(&self) -> Vec<String> {
        self.records.iter().map(|record| record.label().unwrap_or_default().to_owned()).collect()
    }

    pub(super) fn number_of(&self, id: RecordId) -> Option<usize> {
        self.records.iter().position(|record| record.id == id)
    }

    /// The number of the division with a code.
    pub(super) fn number_of_code(&self, code: &str) -> Option<usize> {
        self.records.iter().position(|record| record.code.as_deref() == Some(code))
    }

    /// Notes what a new division was cut off.
    pub(super) fn cut_off(&mut self, new: usize, whole: usize) {
        self.wholes.insert(new, whole);
    }

    /// The record of a number; for a new division that of what it was cut off.
    pub(super) fn origin(&self, feature: usize) -> Option<&Arc<Record>> {
        // What was cut off has the higher number.
        let mut at = feature;
        while let Some(whole) = self.wholes.get(&at) {
            at = *whole;
        }
        self.records.get(at)
    }

    /// The shape of a number as it is now.
    pub(super) fn shape_of(&self, feature: usize) -> Option<&Shape> {
        self.draft.shape(feature)
    }

    /// The record of a number; none for a new division.
    pub(super) fn record(&self, feature: usize) -> Option<&Arc<Record>> {
        self.records.get(feature)
    }

    /// Numbers of divisions that changed, each with its shape before and after.
    pub(super) fn changes(
        &self,
    ) -> impl Iterator<Item = (usize, Option<&MultiPolygon>, Option<&MultiPolygon>)> {
        self.changed.iter().map(|at| (*at, self.before.get(*at), self.draft.shape(*at).map(|shape| &**shape)))
    }

    /// Shapes as they are now, by number.
    pub(super) fn shapes(&self) -> impl Iterator<Item = (usize, &MultiPolygon)> {
        (0..self.draft.len()).filter_map(|at| Some((at, &**self.draft.shape(at)?)))
    }

    /// Those whose box meets a window.
    pub(super) fn near(&self, window: &Rect) -> impl Iterator<Item = (usize, &MultiPolygon)> {
        let window = *window;
        self.shapes().filter(move |(_, shape)| {
            let points = shape.0.iter().flat_map(|part| &part.exterior().0).copied();
            super::window(points).is_some_and(|bounds| super::meets(&bounds, &window))
        })
    }

    /// Whether a border runs straight between two points.
    pub(super) fn has_edge(&self, [a, b]: [Coord; 2]) -> bool {
        let is = |pair: &[Coord]| pair == [a, b] || pair == [b, a];
        let rings = |part: &geo_types::Polygon| {
            std::iter::once(part.exterior()).chain(part.interiors()).any(|ring| ring.0.windows(2).any(is))
        };
        self.shapes().any(|(_, shape)| shape.0.iter().any(rings))
    }

    /// Whether one of these divisions is a part of another one, by code.
    pub(super) fn holds_part_of(&self, whole: &Record) -> bool {
        let Some(code) = whole.code.as_deref() else { return false };
        self.records.iter().any(|record| record.text("parent_code") == Some(code))
    }
}
