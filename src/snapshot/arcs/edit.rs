//! Arcs of a level kept in step with a change: only those are cut anew that have a vertex at which an edge came,
//! went or changed sides.
//!
//! A vertex is a node unless exactly two edges of the level meet there and no ring turns back on itself at it:
//! that is the same as "all rings pass through it between the same two neighbours", and needs to know nothing of
//! the rings but their edges.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use geo_types::{Coord, Geometry, LineString, Polygon, Rect};

use super::build::{relisted, settled, turning_back};
use super::{ArcSide, BorderArc, Key, LevelArcs, key};
use crate::model::RecordId;

type Map<K, V> = HashMap<K, V, RandomState>;
type Set<K> = HashSet<K, RandomState>;
/// An edge from its smaller end.
type Edge = (Key, Key);

/// A division before and after. More than one area only where several versions of it hold on one day.
#[derive(Clone, Debug)]
pub struct Redrawn<'a> {
    /// which
    pub id: RecordId,
    /// its area before, none for a new one
    pub before: Vec<&'a Geometry>,
    /// its area after, none where it is no more
    pub after: Vec<&'a Geometry>,
}

impl<'a> Redrawn<'a> {
    /// A division that has no area, neither before nor after.
    pub fn nothing(id: RecordId) -> Self {
        Self { id, before: Vec::new(), after: Vec::new() }
    }

    /// A division with at most one area.
    pub fn of(id: RecordId, before: Option<&'a Geometry>, after: Option<&'a Geometry>) -> Self {
        Self { id, before: before.into_iter().collect(), after: after.into_iter().collect() }
    }

    /// Vertices before and after.
    pub(super) fn vertices(&self) -> usize {
        let areas = self.before.iter().chain(&self.after);
        areas.flat_map(|area| polygons(area)).flat_map(rings).map(|ring| ring.0.len()).sum()
    }
}

fn polygons(geometry: &Geometry) -> &[Polygon] {
    match geometry {
        Geometry::MultiPolygon(parts) => &parts.0,
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        _ => &[],
    }
}

fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// What changes where.
#[derive(Default)]
struct Difference {
    /// by edge: who comes (or goes, below zero) on which side of its direction from the smaller end
    edges: Map<Edge, Vec<(ArcSide, i32)>>,
    /// the ends of those edges, where they are
    vertices: Map<Key, Coord>,
    spikes: BTreeMap<Key, i32>,
    /// a box for each division
    windows: Vec<Rect>,
}

impl Difference {
    fn take(&mut self, redrawn: &Redrawn<'_>) {
        let mut edges: Map<(Edge, bool), i32> = Map::default();
        let mut spikes: Map<Key, i32> = Map::default();
        for (areas, count) in [(&redrawn.before, -1), (&redrawn.after, 1)] {
            for area in areas {
                walk(
                    area,
                    |a, b, left| *edges.entry(directed(a, b, left)).or_default() += count,
                    |at| {
                        *spikes.entry(at).or_default() += count;
                    },
                );
            }
        }
        let mut window: Option<Rect> = None;
        let mut touch = |at: Key| {
            let c = Coord { x: f64::from_bits(at[0]), y: f64::from_bits(at[1]) };
            self.vertices.insert(at, c);
            window = Some(window.map_or(Rect::new(c, c), |own| around(own, c)));
        };
        for ((edge, left), count) in edges.into_iter().filter(|(_, count)| *count != 0) {
            touch(edge.0);
            touch(edge.1);
            self.edges.entry(edge).or_default().push((ArcSide { id: redrawn.id, left }, count));
        }
        for (at, count) in spikes.into_iter().filter(|(_, count)| *count != 0) {
            touch(at);
            *self.spikes.entry(at).or_default() += count;
        }
        self.windows.extend(window);
    }
}

fn around(window: Rect, c: Coord) -> Rect {
    let (min, max) = (window.min(), window.max());
    Rect::new((min.x.min(c.x), min.y.min(c.y)), (max.x.max(c.x), max.y.max(c.y)))
}

/// An edge from its smaller end, and whether what lies to the left of `a` → `b` lies to the left of it then.
fn directed(a: Key, b: Key, left: bool) -> (Edge, bool) {
    if a < b { ((a, b), left) } else { ((b, a), !left) }
}

/// All edges of an area as its rings run, each with whether the area lies to the left; and where they turn back.
fn walk(area: &Geometry, mut edge: impl FnMut(Key, Key, bool), mut spike: impl FnMut(Key)) {
    let parts = polygons(area);
    let finite = |c: &Coord| c.x.is_finite() && c.y.is_finite();
    if !parts.iter().flat_map(rings).flat_map(|ring| &ring.0).all(finite) {
        return;
    }
    let mut ring: Vec<Key> = Vec::new();
    for (part, place) in parts.iter().flat_map(|part| rings(part).zip(0..)) {
        ring.clear();
        ring.extend(part.0.iter().map(|c| key(*c)));
        ring.dedup();
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        let left = (doubled_area(&ring) >= 0.0) == (place == 0);
        if ring.len() > 1 {
            ring.windows(2).for_each(|pair| edge(pair[0], pair[1], left));
            edge(ring[ring.len() - 1], ring[0], left);
        }
        turning_back(&ring).for_each(&mut spike);
    }
}

/// Twice the signed area of an open ring, summed just as a coverage does it: the sign must be the same.
fn doubled_area(ring: &[Key]) -> f64 {
    let coord = |at: &Key| Coord { x: f64::from_bits(at[0]), y: f64::from_bits(at[1]) };
    let Some(origin) = ring.first().map(coord) else { return 0.0 };
    let places = ring.windows(2).map(|pair| (coord(&pair[0]) - origin, coord(&pair[1]) - origin));
    places.map(|(a, b)| a.x * b.y - b.x * a.y).sum()
}

/// A stretch of border between two vertices that matter.
struct Run {
    points: Vec<Coord>,
    sides: Vec<ArcSide>,
}

pub(super) fn redraw(
    old: &LevelArcs,
    redrawn: &[Redrawn<'_>],
    near: &dyn Fn(Rect) -> Vec<RecordId>,
) -> LevelArcs {
    let mut difference = Difference::default();
    redrawn.iter().for_each(|one| difference.take(one));
    if difference.vertices.is_empty() {
        return old.clone();
    }
    let mut spikes = Arc::clone(&old.spikes);
    if !difference.spikes.is_empty() {
        let all = Arc::make_mut(&mut spikes);
        for (at, count) in std::mem::take(&mut difference.spikes) {
            *all.entry(at).or_default() += count;
        }
        all.retain(|_, count| *count != 0);
    }
    let gone = touched(old, redrawn, &difference, near);
    let vertices: Set<Key> = difference.vertices.keys().copied().collect();
    let mut runs: Vec<Run> = Vec::new();
    for arc in &gone {
        cut(arc, &vertices, &mut difference.edges, &mut runs);
    }
    for ((a, b), come) in difference.edges {
        let sides = changed(&[], &come);
        let coord = |at: Key| Coord { x: f64::from_bits(at[0]), y: f64::from_bits(at[1]) };
        if !sides.is_empty() {
            runs.push(Run { points: vec![coord(a), coord(b)], sides });
        }
    }
    let new: Vec<Arc<BorderArc>> = joined(runs, &vertices, &spikes).into_iter().map(Arc::new).collect();
    relisted(old, redrawn, (&gone, &new), spikes)
}

/// The arcs that have a vertex at which something changes.
fn touched(
    old: &LevelArcs,
    redrawn: &[Redrawn<'_>],
    difference: &Difference,
    near: &dyn Fn(Rect) -> Vec<RecordId>,
) -> Vec<Arc<BorderArc>> {
    let mut ids: Vec<RecordId> = redrawn.iter().map(|one| one.id).collect();
    ids.extend(difference.windows.iter().flat_map(|window| near(*window)));
    ids.sort_unstable();
    ids.dedup();
    let meets = |a: &Rect, b: &Rect| {
        a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
    };
    let is_touched = |arc: &&&Arc<BorderArc>| {
        let windows: Vec<&Rect> =
            difference.windows.iter().filter(|window| meets(window, &arc.bounds)).collect();
        let holds = |c: &&Coord| windows.iter().any(|window| meets(window, &Rect::new(**c, **c)));
        arc.points.iter().filter(holds).any(|c| difference.vertices.contains_key(&key(*c)))
    };
    old.of_some(ids).iter().filter(is_touched).map(|arc| Arc::clone(arc)).collect()
}

/// Cuts an arc at the vertices that matter; its edges that change take the change in.
fn cut(
    arc: &BorderArc,
    vertices: &Set<Key>,
    edges: &mut Map<Edge, Vec<(ArcSide, i32)>>,
    runs: &mut Vec<Run>,
) {
    let mut points = arc.points.to_vec();
    let last = points.len() - 1;
    let matters = |c: &Coord| vertices.contains(&key(*c));
    if !arc.nodes[0] && key(points[0]) == key(points[last]) {
        // A ring begins at one of them.
        points.pop();
        let first = points.iter().position(matters).unwrap_or_default();
        points.rotate_left(first);
        points.push(points[0]);
    }
    let mut from = 0;
    for to in 1..=last {
        if to < last && !matters(&points[to]) {
            continue;
        }
        let run = &points[from..=to];
        let (edge, same) = directed(key(run[0]), key(run[1]), true);
        let mut sides = arc.sides.to_vec();
        let come = if run.len() == 2 { edges.remove(&edge) } else { None };
        if let Some(come) = come {
            let turned: Vec<(ArcSide, i32)> = come
                .into_iter()
                .map(|(side, count)| (ArcSide { left: side.left == same, ..side }, count))
                .collect();
            sides = changed(&sides, &turned);
        }
        if !sides.is_empty() {
            runs.push(Run { points: run.to_vec(), sides });
        }
        from = to;
    }
}

/// Sides after some came and some went.
fn changed(sides: &[ArcSide], come: &[(ArcSide, i32)]) -> Vec<ArcSide> {
    let mut sides = sides.to_vec();
    for (side, count) in come {
        for _ in 0..count.abs() {
            if *count > 0 {
                sides.push(*side);
            } else if let Some(at) = sides.iter().position(|own| own == side) {
                sides.swap_remove(at);
            }
        }
    }
    sides
}

/// Runs end to end where no node is.
fn joined(runs: Vec<Run>, vertices: &Set<Key>, spikes: &BTreeMap<Key, i32>) -> Vec<BorderArc> {
    let end =
        |run: &Run, first: bool| key(if first { run.points[0] } else { run.points[run.points.len() - 1] });
    let mut meeting: Map<Key, Vec<usize>> = Map::default();
    for (at, run) in runs.iter().enumerate() {
        meeting.entry(end(run, true)).or_default().push(at);
        meeting.entry(end(run, false)).or_default().push(at);
    }
    let is_node = |at: &Key| {
        !vertices.contains(at)
            || spikes.contains_key(at)
            || meeting.get(at).is_none_or(|runs| runs.len() != 2)
    };
    let starts: Vec<(usize, bool)> = runs
        .iter()
        .enumerate()
        .flat_map(|(at, run)| [true, false].map(|first| (at, first, is_node(&end(run, first)))))
        .filter(|(.., node)| *node)
        .map(|(at, first, _)| (at, first))
        .collect();
    // What is left then are rings that meet nothing.
    let rings: Vec<(usize, bool)> = (0..runs.len()).map(|at| (at, true)).collect();
    let mut left: Vec<Option<Run>> = runs.into_iter().map(Some).collect();
    let mut found = Vec::new();
    for (at, first) in starts.into_iter().chain(rings) {
        let Some(mut run) = left[at].take() else { continue };
        if !first {
            turn(&mut run);
        }
        let begins = is_node(&key(run.points[0]));
        loop {
            let here = end(&run, false);
            if is_node(&here) {
                break;
            }
            let Some(next) = meeting.get(&here).and_then(|both| both.iter().find_map(|at| left[*at].take()))
            else {
                break;
            };
            let mut next = next;
            if end(&next, true) != here {
                turn(&mut next);
            }
            run.points.extend_from_slice(&next.points[1..]);
        }
        let ends = is_node(&end(&run, false));
        found.extend(settled(run.points, [begins, ends], run.sides));
    }
    found
}

fn turn(run: &mut Run) {
    run.points.reverse();
    run.sides.iter_mut().for_each(|side| side.left = !side.left);
}
