//! The borders of one level within a window, as a person takes hold of them: between which two divisions each
//! runs, where it may not move, and which line record it belongs to. With actions: as they would leave them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon, Rect};

use super::level::strings;
use super::{Action, Asked, Refused, Work, meets};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RecordId, Secrecy, Value};
use crate::snapshot::{BorderArc, LevelArcs, Redrawn, Snapshot};
use crate::topology::edit::Divided;

/// Vertices of borders in an answer at most.
const MOST_POINTS: usize = 20_000;
/// Vertices of divisions whose areas are measured for one answer at most.
const MOST_MEASURED: usize = 100_000;

/// Which borders are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// of divisions of this level
    pub level: DivisionLevel,
    /// within this window of longitudes and latitudes
    pub bounds: Rect,
    /// records of a higher class are not seen
    pub show: Secrecy,
}

/// The borders in a window.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Arcs {
    /// divisions that borders run along
    pub sides: Vec<Side>,
    /// the borders
    pub borders: Vec<Border>,
    /// records of lines that borders belong to
    pub lines: Vec<Arc<Record>>,
    /// there are more than one can take hold of: come nearer. Nothing else is said then.
    pub too_many: bool,
}

/// A division beside a border.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// none for one that the actions make
    pub record: Option<Arc<Record>>,
    /// for such a one: the place of the action among them
    pub made: Option<usize>,
    /// what it is called
    pub label: String,
    /// geodesic; none where it would take too long
    pub area_m2: Option<f64>,
}

/// A border, or what of it lies in the window and one vertex beyond.
#[derive(Clone, Debug, PartialEq)]
pub struct Border {
    /// its vertices, bit for bit
    pub points: Vec<Coord>,
    /// place among the sides; none: no division
    pub left: Option<usize>,
    /// the same to the right
    pub right: Option<usize>,
    /// whether it meets other borders at its ends; else it goes on beyond the window there, or is a ring
    pub nodes: [bool; 2],
    /// first and last vertex of each stretch that may not move: it is surveyed
    pub locked: Vec<[usize; 2]>,
    /// place among the lines, of the first vertices that belong to one
    pub line: Option<usize>,
    /// metres
    pub length_m: f64,
}

/// The borders of a level in a window, as the actions would leave them. Time goes with the borders there and with
/// what the actions change, not with the divisions of the level.
///
/// # Errors
/// Why the actions cannot be done.
pub fn arcs(snapshot: &Snapshot, asked: &Asked, window: &Window) -> Result<Arcs, Refused> {
    let drawn = if asked.actions.is_empty() {
        Drawn::default()
    } else {
        Drawn::by(&Work::done(snapshot, asked)?, asked, window.level)
    };
    let scene = Scene::of(snapshot, asked, window, &drawn);
    let mut lines = Lines::of(snapshot, asked, window);
    lines.divide(&drawn.divided);
    let mut found = Found { bounds: window.bounds, lines: &lines, borders: Vec::new() };
    let mut points = 0;
    for arc in scene.here() {
        points += found.take(arc);
        if points > MOST_POINTS {
            return Ok(Arcs { too_many: true, ..Arcs::default() });
        }
    }
    let (borders, sides) = scene.settle(found.borders);
    Ok(Arcs { sides, borders, lines: lines.records, too_many: false })
}

/// The arcs of the level as they are looked at: without what is not seen, with what the actions change.
struct Scene<'a> {
    arcs: LevelArcs,
    window: &'a Window,
    /// divisions there that are seen
    records: HashMap<RecordId, &'a Arc<Record>>,
    drawn: &'a Drawn,
}

impl<'a> Scene<'a> {
    fn of(snapshot: &'a Snapshot, asked: &Asked, window: &'a Window, drawn: &'a Drawn) -> Self {
        let divisions = snapshot.layer(Layer::Division);
        let is_of_level = |record: &&Arc<Record>| {
            record.valid.contains(asked.day)
                && record.geometry.is_some()
                && record.text("level") == Some(window.level.code())
        };
        let here = divisions.window(window.bounds).into_iter();
        let changed = drawn.of.keys().filter_map(|id| divisions.get(*id, asked.day));
        let (seen, hidden): (Vec<&Arc<Record>>, Vec<&Arc<Record>>) =
            here.chain(changed).filter(is_of_level).partition(|record| record.secrecy <= window.show);
        let records: HashMap<RecordId, &Arc<Record>> =
            seen.into_iter().map(|record| (record.id, record)).collect();
        let shown = records.values().filter_map(|record| {
            let after = drawn.of.get(&record.id)?;
            Some(Redrawn::of(record.id, record.geometry.as_deref(), after.as_ref()))
        });
        let gone: HashMap<RecordId, &Arc<Record>> =
            hidden.into_iter().map(|record| (record.id, record)).collect();
        let gone = gone.values().map(|record| Redrawn::of(record.id, record.geometry.as_deref(), None));
        let new = drawn.new.iter().map(|new| Redrawn::of(new.id, None, Some(&new.area)));
        let redrawn: Vec<Redrawn<'_>> = shown.chain(gone).chain(new).collect();
        let near = |window: Rect| divisions.window(window).into_iter().map(|record| record.id).collect();
        let arcs = snapshot.arcs(window.level, asked.day).redrawn(&redrawn, &near);
        Self { arcs, window, records, drawn }
    }

    /// The arcs that meet the window, always in the same order.
    fn here(&self) -> Vec<&Arc<BorderArc>> {
        let new = self.drawn.new.iter().map(|new| new.id);
        let mut found = self.arcs.of_some(self.records.keys().copied().chain(new));
        found.retain(|arc| meets(&arc.bounds(), &self.window.bounds));
        let key = |arc: &&Arc<BorderArc>| {
            let first = arc.points().iter().take(2).map(|c| [c.x.to_bits(), c.y.to_bits()]);
            (arc.sides().first().map(|side| side.id), first.collect::<Vec<_>>())
        };
        found.sort_by_cached_key(key);
        found
    }

    /// Numbers the sides that borders have, known divisions by code and then new ones, and measures them.
    fn settle(&self, found: Vec<(Border, [Option<RecordId>; 2])>) -> (Vec<Border>, Vec<Side>) {
        let used: BTreeSet<RecordId> = found.iter().flat_map(|(_, sides)| *sides).flatten().collect();
        let mut ids: Vec<RecordId> = used.into_iter().collect();
        ids.sort_by_key(|id| {
            let record = self.records.get(id);
            (record.is_none(), record.map(|record| record.code.clone()), *id)
        });
        let place: HashMap<RecordId, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let of = |side: Option<RecordId>| side.and_then(|id| place.get(&id)).copied();
        let borders = found.into_iter().map(|(border, [left, right])| Border {
            left: of(left),
            right: of(right),
            ..border
        });
        let mut budget = MOST_MEASURED;
        (borders.collect(), ids.iter().map(|id| self.side(*id, &mut budget)).collect())
    }

    fn side(&self, id: RecordId, budget: &mut usize) -> Side {
        let record = self.records.get(&id).copied();
        let new = self.drawn.new.iter().find(|new| new.id == id);
        let now = match (self.drawn.of.get(&id), new) {
            (Some(now), _) => now.as_ref(),
            (None, Some(new)) => Some(&new.area),
            (None, None) => record.and_then(|record| record.geometry.as_deref()),
        };
        let area_m2 = self.arcs.area_m2(id, None).or_else(|| {
            *budget = budget.checked_sub(now.map_or(0, vertices))?;
            self.arcs.area_m2(id, now)
        });
        let label = match (record, new) {
            (Some(record), _) => record.label().unwrap_or_default().to_owned(),
            (None, new) => new.map(|new| new.name.clone()).unwrap_or_default(),
        };
        Side { record: record.cloned(), made: new.map(|new| new.by), label, area_m2 }
    }
}

fn vertices(area: &Geometry) -> usize {
    let parts: &[Polygon] = match area {
        Geometry::MultiPolygon(parts) => &parts.0,
        Geometry::Polygon(part) => std::slice::from_ref(part),
        _ => &[],
    };
    let rings = parts.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    rings.map(|ring| ring.0.len()).sum()
}

/// What the actions made of the level.
#[derive(Default)]
struct Drawn {
    /// by record; none where it is no more
    of: HashMap<RecordId, Option<Geometry>>,
    new: Vec<New>,
    /// stretches of surveyed lines that got points
    divided: Vec<Divided>,
}

/// A division that the actions make.
struct New {
    /// place of the action that makes it
    by: usize,
    /// stands for it until it is written
    id: RecordId,
    name: String,
    area: Geometry,
}

impl Drawn {
    fn by(work: &Work, asked: &Asked, level: DivisionLevel) -> Self {
        let mut drawn = Self { divided: work.divided.clone(), ..Self::default() };
        let area = |shape: &MultiPolygon| Geometry::MultiPolygon(shape.clone());
        for (at, one) in work.levels.iter().enumerate().filter(|(_, one)| one.level == level) {
            for (number, _, after) in one.changes() {
                if let Some(record) = one.record(number) {
                    drawn.of.insert(record.id, after.map(area));
                } else if let (Some(by), Some(after)) = (work.made(at, number), after)
                    && let Some(Action::Split { name, .. }) = asked.actions.get(by)
                {
                    // No record has an id of that time.
                    let id = RecordId::from_bits(u128::MAX - by as u128);
                    drawn.new.push(New { by, id, name: name.clone(), area: area(after) });
                }
            }
        }
        drawn
    }
}

/// Edges that run along lines in the register.
struct Lines {
    records: Vec<Arc<Record>>,
    of: HashMap<[u64; 4], usize>,
    surveyed: Vec<bool>,
}

fn edge(a: Coord, b: Coord) -> [u64; 4] {
    let bits = |c: Coord| [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
    let (p, q) = (bits(a).min(bits(b)), bits(a).max(bits(b)));
    [p[0], p[1], q[0], q[1]]
}

impl Lines {
    /// Surveyed ones last, so that an edge of several belongs to the one that holds it.
    fn of(snapshot: &Snapshot, asked: &Asked, window: &Window) -> Self {
        let lines = snapshot.layer(Layer::BoundaryLine).window(window.bounds).into_iter();
        let mut lines: Vec<(bool, &Arc<Record>)> = lines
            .filter(|line| line.valid.contains(asked.day))
            .map(|line| (line.get("surveyed") == Some(Value::Bool(true)), line))
            .collect();
        lines.sort_by(|(a, one), (b, other)| (a, &one.code, one.id).cmp(&(b, &other.code, other.id)));
        let mut found = Self { records: Vec::new(), of: HashMap::new(), surveyed: Vec::new() };
        for (at, (surveyed, line)) in lines.into_iter().enumerate() {
            let strings = strings(line);
            let edges = strings.iter().flat_map(|line| line.0.windows(2));
            found.of.extend(edges.map(|pair| (edge(pair[0], pair[1]), at)));
            found.records.push(Arc::clone(line));
            found.surveyed.push(surveyed);
        }
        found
    }

    /// Stretches of an edge belong to the line that had the edge.
    fn divide(&mut self, divided: &[Divided]) {
        for one in divided {
            if let Some(line) = self.along(&one.edge) {
                self.of.extend(one.stretches().map(|[a, b]| (edge(a, b), line)));
            }
        }
    }

    fn along(&self, pair: &[Coord]) -> Option<usize> {
        self.of.get(&edge(pair[0], pair[1])).copied()
    }

    /// Stretches of a line's vertices that are surveyed.
    fn locked(&self, points: &[Coord]) -> Vec<[usize; 2]> {
        let mut stretches: Vec<[usize; 2]> = Vec::new();
        for (at, pair) in points.windows(2).enumerate() {
            if !self.along(pair).is_some_and(|line| self.surveyed[line]) {
                continue;
            }
            match stretches.last_mut() {
                Some([_, end]) if *end == at => *end = at + 1,
                _ => stretches.push([at, at + 1]),
            }
        }
        stretches
    }
}

struct Found<'a> {
    bounds: Rect,
    lines: &'a Lines,
    /// with the divisions to the left and to the right
    borders: Vec<(Border, [Option<RecordId>; 2])>,
}

impl Found<'_> {
    /// The stretches of an arc that meet the window; how many vertices they have.
    fn take(&mut self, arc: &BorderArc) -> usize {
        let points = arc.points();
        let sees = |at: usize| meets(&Rect::new(points[at], points[at + 1]), &self.bounds);
        let [begins, ends] = arc.nodes();
        let side = |left: bool| arc.sides().iter().find(|side| side.left == left).map(|side| side.id);
        let (mut at, mut taken) = (0, 0);
        while at + 1 < points.len() {
            if !sees(at) {
                at += 1;
                continue;
            }
            let from = at;
            while at + 1 < points.len() && sees(at) {
                at += 1;
            }
            let run = &points[from..=at];
            taken += run.len();
            let border = Border {
                points: run.to_vec(),
                left: None,
                right: None,
                nodes: [from == 0 && begins, at == points.len() - 1 && ends],
                locked: self.lines.locked(run),
                line: run.windows(2).find_map(|pair| self.lines.along(pair)),
                length_m: geodesic::length_m(&Geometry::LineString(LineString(run.to_vec()))),
            };
            self.borders.push((border, [side(true), side(false)]));
        }
        taken
    }
}
