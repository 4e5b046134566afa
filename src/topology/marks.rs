//! Invalid edges: for every feature the edges that do not match its neighbours', and are no free outer border.
//!
//! The definition is that of the coverage validator of the JTS Topology Suite (M. Davis 2022): an edge is valid
//! if a neighbour has the same one with its inside on the other side, or if no neighbour crosses it, touches it
//! but at its ends, lies along it or has it inside. Polygons are taken to be valid each for itself. Exact
//! arithmetic throughout. O(n log n) for data that is mostly sound.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::{Coord, LineString, MultiLineString};
use rayon::prelude::*;

use super::boxes::{BoxTree, Extent};
use super::contacts::{Edge, Pair};
use super::coverage::Coverage;
use super::plane::{self, Place};

/// The verdict on every edge.
pub(super) struct Marks {
    /// by place of an arc's edge, for arcs that only one ring has
    invalid: Vec<bool>,
}

/// What is known of the edges of an arc before looking at other edges.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// just one ring has it
    Open,
    /// matched on the side asked for
    Matched,
    /// claimed twice on the same side
    Doubled,
}

fn known(coverage: &Coverage, arc: usize, left: bool) -> Known {
    let sides = coverage.sides(arc);
    let (own, other) = if left { (sides.lefts, sides.rights) } else { (sides.rights, sides.lefts) };
    match (own, other) {
        (2.., _) => Known::Doubled,
        (_, 1..) => Known::Matched,
        _ => Known::Open,
    }
}

/// Whether only one ring has an arc, and which feature's it is.
fn open_feature(coverage: &Coverage, arc: usize) -> Option<(usize, usize)> {
    let mut uses = coverage.uses(arc);
    let first = uses.next()?;
    uses.next().is_none().then(|| (first.0, coverage.feature_of(first.0)))
}

impl Marks {
    /// Judges all edges, given the pairs that disturb each other and pairs that lie nearer than `gap_width`
    /// (empty where narrow gaps are not asked for).
    pub fn judge(coverage: &Coverage, disturbing: &[Pair], near: &[Pair], gap_width: f64) -> Self {
        let mut marks = Self { invalid: vec![false; coverage.arc_vertices()] };
        let arcs = ArcOf::new(coverage);
        let open: Vec<Option<(usize, usize)>> =
            (0..coverage.arcs()).map(|arc| open_feature(coverage, arc)).collect();
        let mut mark_both = |pair: &Pair| {
            for (one, other) in [(pair.0, pair.1), (pair.1, pair.0)] {
                let Some((_, feature)) = open[arcs.of(one)] else { continue };
                let strange = |(ring, _)| coverage.feature_of(ring) != feature;
                if coverage.uses(arcs.of(other)).any(strange) {
                    marks.invalid[one as usize] = true;
                }
            }
        };
        disturbing.iter().for_each(&mut mark_both);
        let parallel = |pair: &&Pair| {
            let edge = |place| Edge::at(coverage, place);
            nearly_parallel(edge(pair.0), edge(pair.1), gap_width)
        };
        near.iter().filter(parallel).for_each(&mut mark_both);
        marks.corners(coverage, &open);
        marks.within(coverage, &open);
        marks
    }

    /// Edges that lead from a common vertex into another feature's corner.
    fn corners(&mut self, coverage: &Coverage, open: &[Option<(usize, usize)>]) {
        let mut wanted: HashMap<u32, Vec<Corner>, RandomState> = HashMap::default();
        for arc in (0..coverage.arcs()).filter(|arc| open[*arc].is_some()) {
            for end in ends(coverage, arc) {
                wanted.entry(end.at).or_default();
            }
        }
        for ring in 0..coverage.rings() {
            let arcs = coverage.ring_arcs(ring);
            for (at, one) in arcs.iter().enumerate() {
                let next = arcs[(at + 1) % arcs.len()];
                let into = coverage.arc(one.arc());
                let out = coverage.arc(next.arc());
                let (at, previous) = if one.reversed() { (into[0], into[1]) } else { last_two(into) };
                let next = if next.reversed() { last_two(out).1 } else { out[1] };
                if let Some(corners) = wanted.get_mut(&at) {
                    let (to, from) =
                        if coverage.inside_left(ring) { (previous, next) } else { (next, previous) };
                    corners.push(Corner { feature: coverage.feature_of(ring), from, to });
                }
            }
        }
        for (arc, open) in open.iter().enumerate() {
            let Some((_, feature)) = open else { continue };
            for end in ends(coverage, arc) {
                let corners = wanted.get(&end.at).map(Vec::as_slice).unwrap_or_default();
                let point = |number| coverage.point(number);
                let inside = |corner: &Corner| {
                    corner.feature != *feature
                        && end.way != corner.from
                        && end.way != corner.to
                        && plane::between(point(end.at), point(corner.from), point(corner.to), point(end.way))
                };
                if corners.iter().any(inside) {
                    self.invalid[end.place] = true;
                }
            }
        }
    }

    /// Stretches that nothing crosses or touches: they lie in another feature as a whole or not at all.
    fn within(&mut self, coverage: &Coverage, open: &[Option<(usize, usize)>]) {
        let parts = Parts::new(coverage);
        let invalid = &self.invalid;
        let inside: Vec<(usize, usize)> = (0..coverage.arcs())
            .into_par_iter()
            .filter_map(|arc| Some((arc, open[arc]?)))
            .flat_map_iter(|(arc, (_, feature))| {
                let start = coverage.arc_start(arc);
                let edges = coverage.arc(arc).len() - 1;
                let stretches = stretches(start, edges, invalid);
                let parts = &parts;
                stretches.into_iter().filter(move |(from, to)| {
                    let points = coverage.all_arc_points();
                    // Both ends and one between: an end may be a vertex that lies on the other's border.
                    let asked = [*from, *to, from + 1];
                    let asked = if to - from > 1 { &asked[..] } else { &asked[..2] };
                    asked.iter().any(|at| parts.hold(coverage.point(points[*at]), feature))
                })
            })
            .collect();
        for (from, to) in inside {
            self.invalid[from..to].fill(true);
        }
    }

    /// Whether an edge of a ring is invalid: by the arc, the edge's place and the side of the ring's inside.
    fn is_invalid(&self, coverage: &Coverage, arc: usize, place: usize, left: bool) -> bool {
        match known(coverage, arc, left) {
            Known::Matched => false,
            Known::Doubled => true,
            Known::Open => self.invalid[place],
        }
    }

    /// The invalid edges of a feature as lines, ring by ring; empty for a feature that fits.
    pub fn lines(&self, coverage: &Coverage, feature: usize) -> MultiLineString {
        let rings = coverage.parts_of(feature).flat_map(|part| coverage.rings_of(part));
        let mut lines = Vec::new();
        for ring in rings {
            let mut verdicts: Vec<(u32, bool)> = Vec::with_capacity(coverage.ring(ring).len());
            for one in coverage.ring_arcs(ring) {
                let (arc, start) = (coverage.arc(one.arc()), coverage.arc_start(one.arc()));
                let left = coverage.inside_left(ring) != one.reversed();
                let edges = arc.len() - 1;
                verdicts.extend((0..edges).map(|at| {
                    let (vertex, edge) = if one.reversed() { (edges - at, edges - 1 - at) } else { (at, at) };
                    (arc[vertex], self.is_invalid(coverage, one.arc(), start + edge, left))
                }));
            }
            invalid_runs(&verdicts, |number| coverage.point(number), &mut lines);
        }
        MultiLineString(lines)
    }

    /// Whether nothing at all is invalid.
    pub fn is_clean(&self, coverage: &Coverage) -> bool {
        !self.invalid.contains(&true)
            && (0..coverage.arcs()).all(|arc| {
                let sides = coverage.sides(arc);
                sides.lefts < 2 && sides.rights < 2
            })
    }
}

/// Runs of invalid edges in a cyclic list of (vertex, whether the edge from it is invalid).
fn invalid_runs(verdicts: &[(u32, bool)], point: impl Fn(u32) -> Coord, lines: &mut Vec<LineString>) {
    let n = verdicts.len();
    let line = |from: usize, edges: usize| {
        LineString((from..=from + edges).map(|at| point(verdicts[at % n].0)).collect())
    };
    let Some(valid) = verdicts.iter().position(|(_, invalid)| !invalid) else {
        if n > 0 {
            lines.push(line(0, n));
        }
        return;
    };
    let mut at = valid;
    while at < valid + n {
        let edges = (at..valid + n).take_while(|at| verdicts[at % n].1).count();
        if edges > 0 {
            lines.push(line(at, edges));
        }
        at += edges.max(1);
    }
}

/// A passage of a ring through a vertex: its inside opens counter-clockwise from one neighbour to the other.
struct Corner {
    feature: usize,
    from: u32,
    to: u32,
}

/// An end of an arc: its vertex, the one next to it, and the place of the edge between.
struct End {
    at: u32,
    way: u32,
    place: usize,
}

fn ends(coverage: &Coverage, arc: usize) -> [End; 2] {
    let (points, start) = (coverage.arc(arc), coverage.arc_start(arc));
    let (last, before) = last_two(points);
    [
        End { at: points[0], way: points[1], place: start },
        End { at: last, way: before, place: start + points.len() - 2 },
    ]
}

fn last_two(points: &[u32]) -> (u32, u32) {
    (points[points.len() - 1], points[points.len() - 2])
}

/// The arc of an edge.
pub(super) struct ArcOf {
    starts: Vec<u32>,
}

impl ArcOf {
    pub fn new(coverage: &Coverage) -> Self {
        Self { starts: (0..coverage.arcs()).map(|arc| coverage.arc_start(arc) as u32).collect() }
    }

    pub fn of(&self, place: u32) -> usize {
        self.starts.partition_point(|start| *start <= place) - 1
    }
}

/// Stretches of an arc's edges between invalid ones, as places of their first and their last vertex.
fn stretches(start: usize, edges: usize, invalid: &[bool]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = start;
    while at < start + edges {
        let sound = (at..start + edges).take_while(|place| !invalid[*place]).count();
        if sound > 0 {
            found.push((at, at + sound));
        }
        at += sound.max(1);
    }
    found
}

/// All parts with a box round each: which features hold a point.
pub(super) struct Parts<'a> {
    coverage: &'a Coverage,
    tree: BoxTree,
}

impl<'a> Parts<'a> {
    pub fn new(coverage: &'a Coverage) -> Self {
        let parts = coverage.features().checked_sub(1).map_or(0, |last| coverage.parts_of(last).end);
        let boxes: Vec<Extent> = (0..parts)
            .into_par_iter()
            .map(|part| {
                let shell = coverage.rings_of(part).next().map(|ring| coverage.ring(ring));
                Extent::round(shell.unwrap_or_default().iter().map(|point| coverage.point(*point)))
            })
            .collect();
        Self { coverage, tree: BoxTree::build(&boxes) }
    }

    /// Whether another feature has a point strictly inside.
    pub fn hold(&self, point: Coord, but: usize) -> bool {
        let mut held = false;
        self.tree.visit(&Extent { min: point, max: point }, |part| {
            let first = self.coverage.rings_of(part as usize).start;
            held = held
                || self.coverage.feature_of(first) != but
                    && self.place(part as usize, point) == Place::Inside;
        });
        held
    }

    /// The features that have a point strictly inside.
    pub fn holding(&self, point: Coord) -> Vec<u32> {
        let mut found = Vec::new();
        self.tree.visit(&Extent { min: point, max: point }, |part| {
            if self.place(part as usize, point) == Place::Inside {
                let first = self.coverage.rings_of(part as usize).start;
                found.push(self.coverage.feature_of(first) as u32);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    fn place(&self, part: usize, point: Coord) -> Place {
        let mut rings = self.coverage.rings_of(part).map(|ring| {
            let ring = self.coverage.ring(ring);
            let edges = (0..ring.len()).map(|at| {
                let next = if at + 1 == ring.len() { 0 } else { at + 1 };
                (self.coverage.point(ring[at]), self.coverage.point(ring[next]))
            });
            plane::place_in(edges, point)
        });
        match rings.next().unwrap_or(Place::Outside) {
            Place::Inside => rings
                .find(|place| *place != Place::Outside)
                .map_or(Place::Inside, |hole| if hole == Place::Border { hole } else { Place::Outside }),
            other => other,
        }
    }
}

/// Whether two edges run beside each other for a length greater than the width, nowhere farther apart than it.
fn nearly_parallel(one: Edge, other: Edge, width: f64) -> bool {
    let (Some(mut p), Some(q)) = (shadow(one, other), shadow(other, one)) else { return false };
    let distance = |a: Coord, b: Coord| (a.x - b.x).hypot(a.y - b.y);
    if distance(p.0, p.1) <= width || distance(q.0, q.1) <= width {
        return false;
    }
    if distance(p.0, q.1) < distance(p.0, q.0) {
        p = (p.1, p.0);
    }
    distance(p.0, q.0) <= width && distance(p.1, q.1) <= width
}

/// The stretch of an edge that another one throws its shadow on, at right angles.
fn shadow(on: Edge, of: Edge) -> Option<(Coord, Coord)> {
    let way = on.b - on.a;
    let length2 = way.x * way.x + way.y * way.y;
    let along = |c: Coord| plane::dot(on.a, on.b, c) / length2;
    let (from, to) = (along(of.a), along(of.b));
    if from.max(to) <= 0.0 || from.min(to) >= 1.0 || !from.is_finite() || !to.is_finite() {
        return None;
    }
    let at = |t: f64| Coord { x: on.a.x + t.clamp(0.0, 1.0) * way.x, y: on.a.y + t.clamp(0.0, 1.0) * way.y };
    Some((at(from), at(to)))
}
