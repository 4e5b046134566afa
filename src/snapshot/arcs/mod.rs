//! The borders of each level as arcs: which divisions lie on their two sides, and where they meet.
//!
//! Built for a level and a day when first asked for, from the rings of all its divisions, and from then on kept in
//! step: a change set cuts anew the arcs that it touches and shares all others. What is kept for one day is right
//! for all days between which no division of the level begins or ends.

mod build;
mod edit;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use geo_types::{Coord, Geometry, Rect};

pub use edit::Redrawn;

use super::paged::{Ordered, Paged};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Layer, Record, RecordId};

/// A division beside an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArcSide {
    /// which
    pub id: RecordId,
    /// whether it lies to the left of the arc's direction
    pub left: bool,
}

/// A stretch of border from where it meets others to where it meets others, or a ring that meets none.
///
/// Its direction, and where a ring begins, follow from its coordinates alone.
#[derive(Clone, Debug, PartialEq)]
pub struct BorderArc {
    points: Box<[Coord]>,
    bounds: Rect,
    nodes: [bool; 2],
    sides: Box<[ArcSide]>,
}

impl BorderArc {
    /// Its vertices, bit for bit, both ends included; a ring ends where it begins.
    pub fn points(&self) -> &[Coord] {
        &self.points
    }

    /// The box round it.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// Whether it meets others at its ends.
    pub fn nodes(&self) -> [bool; 2] {
        self.nodes
    }

    /// The divisions beside it, by id: one, two, or more where divisions overlap.
    pub fn sides(&self) -> &[ArcSide] {
        &self.sides
    }
}

/// The arcs of one division.
#[derive(Clone)]
struct Entry {
    id: RecordId,
    arcs: Arc<[Arc<BorderArc>]>,
    /// geodesic area, m², once somebody has asked for it
    area_m2: Arc<OnceLock<f64>>,
}

impl Ordered for Entry {
    fn order(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// A vertex by its bits; zero has one sign.
type Key = [u64; 2];

fn key(c: Coord) -> Key {
    [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()]
}

/// The arcs of one level on one day. Cloning is O(1).
#[derive(Clone, Default)]
pub struct LevelArcs {
    entries: Paged<Entry>,
    /// vertices at which rings turn back on themselves, and how often: arcs end there
    spikes: Arc<BTreeMap<Key, i32>>,
    arcs: usize,
    vertices: usize,
}

impl LevelArcs {
    /// From the areas of all divisions. O(vertices), in part on all cores.
    pub fn of_areas<'a>(areas: impl IntoIterator<Item = (RecordId, &'a Geometry)>) -> Self {
        build::build(areas.into_iter().collect())
    }

    /// With some divisions redrawn. `near` names the divisions of the level whose boxes meet a window (others too,
    /// if need be). O(vertices of what is redrawn + of the arcs that its new and old stretches touch).
    #[must_use]
    pub fn redrawn(&self, redrawn: &[Redrawn<'_>], near: &dyn Fn(Rect) -> Vec<RecordId>) -> Self {
        edit::redraw(self, redrawn, near)
    }

    /// The arcs of a division.
    pub fn of(&self, id: RecordId) -> &[Arc<BorderArc>] {
        self.entry(id).map_or(&[], |entry| &entry.arcs)
    }

    /// The geodesic area of a division that has arcs here, m²: measured when first asked for, and kept until it is
    /// redrawn. `area` is its area in this very state. None where it has not been measured and `area` is none.
    pub fn area_m2(&self, id: RecordId, area: Option<&Geometry>) -> Option<f64> {
        let known = self.entry(id).map(|entry| &*entry.area_m2);
        match (known.and_then(OnceLock::get), area) {
            (Some(known), _) => Some(*known),
            (None, Some(area)) => Some(known.map_or_else(
                || geodesic::area_m2(area),
                |known| *known.get_or_init(|| geodesic::area_m2(area)),
            )),
            (None, None) => None,
        }
    }

    fn entry(&self, id: RecordId) -> Option<&Entry> {
        self.entries.from(move |entry| entry.id < id).next().filter(|entry| entry.id == id)
    }

    /// All arcs, each once.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<BorderArc>> {
        self.entries.iter().flat_map(|entry| {
            entry.arcs.iter().filter(|arc| arc.sides.first().is_some_and(|side| side.id == entry.id))
        })
    }

    /// The arcs of some divisions, each once, in no particular order.
    pub fn of_some(&self, ids: impl IntoIterator<Item = RecordId>) -> Vec<&Arc<BorderArc>> {
        let mut found: Vec<&Arc<BorderArc>> = ids.into_iter().flat_map(|id| self.of(id)).collect();
        found.sort_unstable_by_key(|arc| Arc::as_ptr(arc));
        found.dedup_by(|a, b| Arc::ptr_eq(a, b));
        found
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.arcs
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.arcs == 0
    }

    /// How many vertices they have, ends counted with every arc.
    pub fn vertices(&self) -> usize {
        self.vertices
    }

    /// Bytes that they take, nearly.
    pub fn bytes(&self) -> usize {
        let of = |arc: &Arc<BorderArc>| {
            size_of::<BorderArc>() + 16 + size_of_val(&*arc.points) + size_of_val(&*arc.sides)
        };
        let lists = |entry: &Entry| size_of::<Entry>() + 16 + size_of_val(&*entry.arcs);
        self.iter().map(of).sum::<usize>() + self.entries.iter().map(lists).sum::<usize>()
    }
}

/// The arcs of a level on the days from one day on, up to another.
#[derive(Clone)]
struct Held {
    /// a day among them
    day: Date,
    from: Option<Date>,
    to: Option<Date>,
    arcs: LevelArcs,
}

impl Held {
    /// Days on which a record begins or ends are its limits.
    fn limit(&mut self, record: &Record) {
        for day in [record.valid.from(), record.valid.to()].into_iter().flatten() {
            if day <= self.day {
                self.from = self.from.max(Some(day));
            } else {
                self.to = Some(self.to.map_or(day, |to| to.min(day)));
            }
        }
    }

    fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

/// Spans of days for which the arcs of a level are kept at most.
const SPANS: usize = 2;
/// A change set that redraws more than one in so many vertices makes building anew the quicker way.
const SHARE: usize = 3;

/// The arcs of all levels.
#[derive(Clone, Default)]
pub(super) struct Kept {
    levels: [Arc<Mutex<Vec<Held>>>; DivisionLevel::ALL.len()],
}

fn level_of(record: &Record) -> Option<DivisionLevel> {
    if record.layer != Layer::Division {
        return None;
    }
    record.text("level").and_then(DivisionLevel::from_code)
}

impl Kept {
    /// The arcs of a level on a day. `rows` are all rows of the layer.
    pub fn get<'a>(
        &self,
        level: DivisionLevel,
        day: Date,
        rows: impl Iterator<Item = &'a Arc<Record>>,
    ) -> LevelArcs {
        let mut held = self.levels[level as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = held.iter().position(|span| span.holds(day)) {
            // What was asked for last is given up last.
            let span = held.remove(at);
            let arcs = span.arcs.clone();
            held.push(span);
            return arcs;
        }
        let rows: Vec<&Arc<Record>> =
            rows.filter(|record| record.geometry.is_some() && level_of(record) == Some(level)).collect();
        let mut span = Held { day, from: None, to: None, arcs: LevelArcs::default() };
        rows.iter().for_each(|record| span.limit(record));
        let held_then = rows.iter().filter(|record| record.valid.contains(day));
        span.arcs = LevelArcs::of_areas(
            held_then.filter_map(|record| Some((record.id, record.geometry.as_deref()?))),
        );
        let arcs = span.arcs.clone();
        if held.len() == SPANS {
            held.remove(0);
        }
        held.push(span);
        arcs
    }

    /// After some rows went and some came.
    #[must_use]
    pub fn edited(
        &self,
        removed: &[Arc<Record>],
        added: &[Arc<Record>],
        near: &dyn Fn(Rect) -> Vec<RecordId>,
    ) -> Self {
        let mut next = self.clone();
        for level in DivisionLevel::ALL {
            let of = |record: &&Arc<Record>| level_of(record) == Some(*level);
            let (removed, added): (Vec<_>, Vec<_>) =
                (removed.iter().filter(of).collect(), added.iter().filter(of).collect());
            if removed.is_empty() && added.is_empty() {
                continue;
            }
            let held = self.levels[*level as usize].lock().unwrap_or_else(PoisonError::into_inner).clone();
            let after = held.into_iter().filter_map(|span| step(span, (&removed, &added), near));
            next.levels[*level as usize] = Arc::new(Mutex::new(after.collect()));
        }
        next
    }
}

/// A span after some rows went and some came; none where it is better built anew.
fn step(
    mut span: Held,
    (removed, added): (&[&Arc<Record>], &[&Arc<Record>]),
    near: &dyn Fn(Rect) -> Vec<RecordId>,
) -> Option<Held> {
    let mut of: BTreeMap<RecordId, Redrawn<'_>> = BTreeMap::new();
    for (records, after) in [(removed, false), (added, true)] {
        for record in records.iter().filter(|record| record.valid.contains(span.day)) {
            let Some(area) = record.geometry.as_deref() else { continue };
            let redrawn = of.entry(record.id).or_insert_with(|| Redrawn::nothing(record.id));
            if after { &mut redrawn.after } else { &mut redrawn.before }.push(area);
        }
    }
    added.iter().for_each(|record| span.limit(record));
    let redrawn: Vec<Redrawn<'_>> = of.into_values().filter(|one| one.before != one.after).collect();
    if redrawn.iter().map(Redrawn::vertices).sum::<usize>() > span.arcs.vertices / SHARE {
        return None;
    }
    span.arcs = span.arcs.redrawn(&redrawn, near);
    Some(span)
}
