//! The divisions of one level near an action, as a coverage under edit.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Rect};

use super::{Action, Asked, Refused, around, by_level, window};
use crate::model::{Date, Layer, Record, RecordId, Value, geometry};
use crate::snapshot::Snapshot;
use crate::topology::edit::{Change, Draft, Edit, Edited};
use crate::topology::{Locks, Metric};

/// One level: its divisions by number, and what became of them so far.
pub(super) struct Level {
    records: Vec<Arc<Record>>,
    draft: Draft,
    before: Vec<MultiPolygon>,
    /// numbers of those that changed; one from `records.len()` on is new
    changed: BTreeMap<usize, ()>,
}

/// Divisions that the action is about, and what lies near them: where borders can move.
pub(super) fn reach(snapshot: &Snapshot, asked: &Asked) -> Result<Rect, Refused> {
    let divisions = snapshot.layer(Layer::Division);
    let of = |id: &RecordId| {
        let record = divisions.get(*id, asked.day).ok_or(Refused::NoDivision(*id))?;
        record.geometry.as_deref().and_then(geometry::bounds).ok_or(Refused::NoDivision(*id))
    };
    let at = match &asked.action {
        Action::Move { at, to } => window([*at, *to]),
        Action::Insert { edge, at } => window([edge[0], edge[1], *at]),
        Action::Delete { at } => window([*at]),
        Action::Snap { edge, line, .. } => window(edge.iter().chain(&line.0).copied()),
        Action::Split { division, .. } => Some(of(division)?),
        Action::Merge { divisions } => {
            divisions.iter().map(of).collect::<Result<Vec<_>, _>>()?.into_iter().reduce(around)
        }
        Action::HandOver { from, to, .. } => Some(around(of(from)?, of(to)?)),
    };
    let at = at.ok_or(Refused::NoDivisions)?;
    if ![at.min(), at.max()].iter().all(|c| c.x.is_finite() && c.y.is_finite()) {
        return Err(Refused::NotANumber);
    }
    let touched = divisions.window(at).into_iter().filter(|record| record.valid.contains(asked.day));
    let boxes = touched.filter_map(|record| record.geometry.as_deref().and_then(geometry::bounds));
    Ok(boxes.fold(at, around))
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
    by_level(near).into_values().map(|records| Level::new(records, &fixed)).collect()
}

fn strings(line: &Record) -> Vec<LineString> {
    match line.geometry.as_deref() {
        Some(Geometry::LineString(line)) => vec![line.clone()],
        Some(Geometry::MultiLineString(lines)) => lines.0.clone(),
        _ => Vec::new(),
    }
}

pub(super) fn shape(record: &Record) -> Option<MultiPolygon> {
    match record.geometry.as_deref()? {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(parts) => Some(parts.clone()),
        _ => None,
    }
}

impl Level {
    fn new(records: Vec<Arc<Record>>, fixed: &[LineString]) -> Self {
        let before: Vec<MultiPolygon> =
            records.iter().map(|record| shape(record).unwrap_or(MultiPolygon(Vec::new()))).collect();
        let draft = Draft::new(before.iter().cloned(), Locks::of_lines(fixed), Metric::Degrees);
        Self { records, draft, before, changed: BTreeMap::new() }
    }

    pub(super) fn edit(&mut self, edit: &Edit) -> Result<(), Refused> {
        let edited = self.draft.plan(edit).map_err(|why| Refused::Edit(why, self.names()))?;
        self.take(&edited)
    }

    /// Shapes that follow from another level.
    pub(super) fn set(&mut self, shapes: Vec<(usize, MultiPolygon)>) -> Result<(), Refused> {
        let change = |(feature, shape): (usize, MultiPolygon)| Change {
            feature,
            before: self.draft.shape(feature).cloned(),
            after: Some(Arc::new(shape)),
        };
        let edited = Edited { changes: shapes.into_iter().map(change).collect() };
        self.take(&edited)
    }

    fn take(&mut self, edited: &Edited) -> Result<(), Refused> {
        self.draft.apply(edited).map_err(|why| Refused::Edit(why, self.names()))?;
        self.changed.extend(edited.changes.iter().map(|change| (change.feature, ())));
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        self.records.iter().map(|record| record.label().unwrap_or_default().to_owned()).collect()
    }

    pub(super) fn number_of(&self, id: RecordId) -> Option<usize> {
        self.records.iter().position(|record| record.id == id)
    }

    /// The record of a number; none for a new division.
    pub(super) fn record(&self, feature: usize) -> Option<&Arc<Record>> {
        self.records.get(feature)
    }

    /// Numbers of divisions that changed, each with its shape before and after.
    pub(super) fn changes(
        &self,
    ) -> impl Iterator<Item = (usize, Option<&MultiPolygon>, Option<&MultiPolygon>)> {
        self.changed.keys().map(|at| (*at, self.before.get(*at), self.draft.shape(*at).map(|shape| &**shape)))
    }

    /// Shapes as they are now, by number.
    pub(super) fn shapes(&self) -> impl Iterator<Item = (usize, &MultiPolygon)> {
        (0..self.draft.len()).filter_map(|at| Some((at, &**self.draft.shape(at)?)))
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
