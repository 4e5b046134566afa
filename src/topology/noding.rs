//! Noding: edges that cross, touch or run within a hair of each other are cut so that they meet only at ends.
//!
//! Works on the troubled edges of a coverage alone; all others keep their vertices bit for bit. Vertices nearer
//! than the tolerance become one, an edge that passes a vertex nearer than that goes through it, crossings get a
//! vertex; what moved is looked at again until nothing changes (after Davis' snapping noder in JTS). A locked
//! edge is never moved: others come to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use geo_types::Coord;

use super::boxes::{BoxTree, Extent};
use super::contacts::{self, Edge, Pair, Run};
use super::coverage::Coverage;
use super::locks::Locks;
use super::plane;

/// Rounds after which noding is given up; two or three are usual.
const ROUNDS: usize = 24;

/// How near is the same, and what may not move.
pub(super) struct Tolerance<'a> {
    /// distance up to which things are the same, in coordinate units
    pub snap: f64,
    /// new vertices are rounded to so many steps in a unit; 0 leaves them
    pub steps: f64,
    /// edges that stay where they are
    pub locks: &'a Locks,
}

/// A troubled edge or what became of it: part of the edge at `place`, in its direction.
#[derive(Clone, Copy, Debug)]
struct Bit {
    place: u32,
    from: u32,
    to: u32,
    locked: bool,
}

/// Troubled edges cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Noded {
    /// by place of an edge: its vertices after cutting, both ends included
    pub pieces: BTreeMap<u32, Vec<u32>>,
    /// vertices made; their numbers follow those of the coverage
    pub made: Vec<Coord>,
    /// vertices that became another one
    pub merged: HashMap<u32, u32, RandomState>,
    /// whether noding came to an end by itself
    pub complete: bool,
}

impl Noded {
    /// What a vertex of the coverage has become.
    pub fn now(&self, mut vertex: u32) -> u32 {
        while let Some(next) = self.merged.get(&vertex) {
            vertex = *next;
        }
        vertex
    }
}

/// Whether two edges need noding: they disturb each other, or come nearer than `snap` elsewhere than at an end
/// that they share.
pub(super) fn trouble(one: &Edge, other: &Edge, snap: f64) -> bool {
    // At an obtuse corner nothing but the common end is near: most pairs are the next edge of a border.
    if one.corner(other).is_some_and(|(at, p, q)| plane::dot(at, p, q) < 0.0) {
        return false;
    }
    if one.disturbs(other) {
        return true;
    }
    if snap <= 0.0 {
        return false;
    }
    // An end of one edge beside the other; `partner` is that edge's other end.
    let near = |(number, p): (u32, Coord), partner: u32, of: &Edge| {
        if number == of.from || number == of.to {
            return false;
        }
        let (distance2, along) = plane::distance2(p, of.a, of.b);
        if distance2 > snap * snap {
            return false;
        }
        // Beside a common end everything is near; it is no trouble.
        let length = || (of.b.x - of.a.x).hypot(of.b.y - of.a.y);
        if partner == of.from {
            along * length() > snap
        } else if partner == of.to {
            (1.0 - along) * length() > snap
        } else {
            true
        }
    };
    near((other.from, other.a), other.to, one)
        || near((other.to, other.b), other.from, one)
        || near((one.from, one.a), one.to, other)
        || near((one.to, one.b), one.from, other)
}

/// Cuts the edges of the pairs, and whatever they come to lie on.
pub(super) fn node(coverage: &Coverage, pairs: &[Pair], tolerance: &Tolerance) -> Noded {
    if pairs.is_empty() {
        return Noded { complete: true, ..Noded::default() };
    }
    let mut work = Work::new(coverage, tolerance);
    let mut places: Vec<u32> = pairs.iter().flat_map(|pair| [pair.0, pair.1]).collect();
    places.sort_unstable();
    places.dedup();
    work.take_in(places);
    let complete = (0..ROUNDS).any(|_| !work.round());
    work.finish(complete)
}

struct Work<'a> {
    coverage: &'a Coverage,
    tolerance: &'a Tolerance<'a>,
    /// those that changed in the last round come first in `fresh`
    bits: Vec<Bit>,
    fresh: Vec<bool>,
    known: HashSet<u32, RandomState>,
    noded: Noded,
    locked: HashSet<u32, RandomState>,
    runs: Vec<Run>,
    boxes: Vec<Extent>,
    tree: Option<BoxTree>,
}

/// What a look at two bits asks for.
#[derive(Default)]
struct Wishes {
    /// vertex → vertex
    merge: Vec<(u32, u32)>,
    /// bit → vertex on it
    split: Vec<(u32, u32)>,
}

impl<'a> Work<'a> {
    fn new(coverage: &'a Coverage, tolerance: &'a Tolerance<'a>) -> Self {
        let mut work = Self {
            coverage,
            tolerance,
            bits: Vec::new(),
            fresh: Vec::new(),
            known: HashSet::default(),
            noded: Noded::default(),
            locked: HashSet::default(),
            runs: Vec::new(),
            boxes: Vec::new(),
            tree: None,
        };
        (work.runs, work.boxes) = contacts::runs(coverage, |_| true);
        work
    }

    fn point(&self, vertex: u32) -> Coord {
        let base = self.coverage.points().len();
        match (vertex as usize).checked_sub(base) {
            Some(made) => self.noded.made[made],
            None => self.coverage.point(vertex),
        }
    }

    fn take_in(&mut self, places: Vec<u32>) {
        for place in places {
            if !self.known.insert(place) {
                continue;
            }
            let edge = Edge::at(self.coverage, place);
            let locked = self.tolerance.locks.hold(edge.a, edge.b);
            let (from, to) = (self.noded.now(edge.from), self.noded.now(edge.to));
            if locked {
                self.locked.extend([from, to]);
            }
            self.bits.push(Bit { place, from, to, locked });
            self.fresh.push(true);
        }
    }

    fn edge(&self, at: usize) -> Edge {
        let bit = self.bits[at];
        Edge { place: at as u32, from: bit.from, to: bit.to, a: self.point(bit.from), b: self.point(bit.to) }
    }

    /// One look at all that changed; whether anything changed again.
    fn round(&mut self) -> bool {
        self.invite();
        let boxes: Vec<Extent> = (0..self.bits.len())
            .map(|at| self.edge(at))
            .map(|edge| Extent::round([edge.a, edge.b]))
            .collect();
        let tree = BoxTree::build(&boxes);
        let mut wishes = Wishes::default();
        let snap = self.tolerance.snap;
        let fresh: Vec<usize> = (0..self.bits.len()).filter(|at| self.fresh[*at]).collect();
        for at in fresh {
            let mut near = Vec::new();
            tree.visit(&boxes[at].grown(snap), |other| {
                let other = other as usize;
                if other > at || other < at && !self.fresh[other] {
                    near.push(other);
                }
            });
            near.sort_unstable();
            for other in near {
                let (one, other) = (self.edge(at), self.edge(other));
                if trouble(&one, &other, snap) {
                    self.look(one, other, &mut wishes);
                }
            }
        }
        self.carry_out(wishes)
    }

    /// Takes in edges that were no trouble but that something now comes near.
    fn invite(&mut self) {
        let first_round = self.tree.is_none();
        let tree = self.tree.take().unwrap_or_else(|| BoxTree::build(&self.boxes));
        if !first_round {
            let mut come = Vec::new();
            for at in (0..self.bits.len()).filter(|at| self.fresh[*at]) {
                let edge = self.edge(at);
                let window = Extent::round([edge.a, edge.b]).grown(self.tolerance.snap);
                tree.visit(&window, |run| {
                    let Run { from, to, .. } = self.runs[run as usize];
                    come.extend((from..to).filter(|place| {
                        if self.known.contains(place) {
                            return false;
                        }
                        let mut other = Edge::at(self.coverage, *place);
                        (other.from, other.to) = (self.noded.now(other.from), self.noded.now(other.to));
                        let other = Edge { place: u32::MAX, ..other };
                        trouble(&edge, &other, self.tolerance.snap)
                    }));
                });
            }
            self.take_in(come);
        }
        self.tree = Some(tree);
    }

    /// What two bits that trouble each other ask for.
    fn look(&mut self, one: Edge, other: Edge, wishes: &mut Wishes) {
        let before = wishes.merge.len() + wishes.split.len();
        for (edge, strange) in [(one, other), (other, one)] {
            for (vertex, at) in [(strange.from, strange.a), (strange.to, strange.b)] {
                self.approach(edge, vertex, at, wishes);
            }
        }
        let shared = [one.from, one.to].iter().any(|v| *v == other.from || *v == other.to);
        if wishes.merge.len() + wishes.split.len() > before || shared {
            return;
        }
        if plane::segments_meet(one.a, one.b, other.a, other.b) {
            let at = plane::crossing(one.a, one.b, other.a, other.b);
            let vertex =
                self.make(at, self.bits[one.place as usize].locked || self.bits[other.place as usize].locked);
            wishes.split.extend([(one.place, vertex), (other.place, vertex)]);
        }
    }

    /// A vertex that comes near an edge: it joins an end of it or cuts it.
    fn approach(&mut self, edge: Edge, vertex: u32, at: Coord, wishes: &mut Wishes) {
        if vertex == edge.from || vertex == edge.to {
            return;
        }
        let snap2 = self.tolerance.snap.powi(2);
        let (distance2, along) = plane::distance2(at, edge.a, edge.b);
        let on_it = distance2 == 0.0 || plane::turn(edge.a, edge.b, at) == 0.0 && along > 0.0 && along < 1.0;
        if distance2 > snap2 && !on_it {
            return;
        }
        let square = |a: Coord, b: Coord| (a.x - b.x).powi(2) + (a.y - b.y).powi(2);
        let (to_from, to_to) = (square(at, edge.a), square(at, edge.b));
        let end = if to_from <= to_to { edge.from } else { edge.to };
        if to_from.min(to_to) <= snap2 {
            wishes.merge.push((vertex, end));
            return;
        }
        let bit = self.bits[edge.place as usize];
        if !bit.locked || on_it && distance2 == 0.0 {
            wishes.split.push((edge.place, vertex));
        } else if !self.locked.contains(&vertex) {
            // The locked edge stays; the vertex comes to it.
            let foot = Coord {
                x: edge.a.x + along * (edge.b.x - edge.a.x),
                y: edge.a.y + along * (edge.b.y - edge.a.y),
            };
            let made = self.make(foot, true);
            wishes.split.push((edge.place, made));
            wishes.merge.push((vertex, made));
        }
    }

    fn make(&mut self, at: Coord, locked: bool) -> u32 {
        let steps = self.tolerance.steps;
        let round = |v: f64| if steps > 0.0 && !locked { (v * steps).round() / steps } else { v };
        let vertex = (self.coverage.points().len() + self.noded.made.len()) as u32;
        self.noded.made.push(Coord { x: round(at.x), y: round(at.y) });
        if locked {
            self.locked.insert(vertex);
        }
        vertex
    }

    /// Merges and cuts; whether anything changed.
    fn carry_out(&mut self, wishes: Wishes) -> bool {
        let mut changed: HashSet<u32, RandomState> = HashSet::default();
        let mut taken: HashSet<u32, RandomState> = HashSet::default();
        for (one, other) in wishes.merge {
            // Each vertex takes part in one merger a round: chains would drag far.
            let (one, other) = match (self.locked.contains(&one), self.locked.contains(&other)) {
                (true, true) => continue,
                (true, false) => (other, one),
                (false, true) => (one, other),
                (false, false) => (one.max(other), one.min(other)),
            };
            if one == other || taken.contains(&one) || changed.contains(&other) {
                continue;
            }
            taken.extend([one, other]);
            changed.insert(one);
            self.noded.merged.insert(one, other);
        }
        let mut cuts: HashMap<u32, Vec<u32>, RandomState> = HashMap::default();
        for (bit, vertex) in wishes.split {
            cuts.entry(bit).or_default().push(vertex);
        }
        if changed.is_empty() && cuts.is_empty() {
            return false;
        }
        let old = std::mem::take(&mut self.bits);
        self.fresh.clear();
        for (at, bit) in old.into_iter().enumerate() {
            let (from, to) = (self.noded.now(bit.from), self.noded.now(bit.to));
            let moved = from != bit.from || to != bit.to;
            let mut chain = vec![from];
            if let Some(cuts) = cuts.get(&(at as u32)) {
                chain.extend(self.in_order(bit, cuts));
            }
            chain.push(to);
            chain.dedup();
            let cut = chain.len() > 2;
            for pair in chain.windows(2) {
                self.bits.push(Bit { from: pair[0], to: pair[1], ..bit });
                self.fresh.push(moved || cut);
                if bit.locked {
                    self.locked.extend([pair[0], pair[1]]);
                }
            }
        }
        true
    }

    /// The vertices that cut an edge, in its direction.
    fn in_order(&self, bit: Bit, cuts: &[u32]) -> Vec<u32> {
        let (a, b) = (self.point(bit.from), self.point(bit.to));
        let mut cuts: Vec<(f64, u32)> = cuts
            .iter()
            .map(|vertex| (plane::dot(a, b, self.point(*vertex)), self.noded.now(*vertex)))
            .collect();
        cuts.sort_unstable_by(|p, q| p.0.total_cmp(&q.0).then(p.1.cmp(&q.1)));
        cuts.dedup_by_key(|cut| cut.1);
        cuts.into_iter().map(|(_, vertex)| vertex).collect()
    }

    fn finish(mut self, complete: bool) -> Noded {
        for place in &self.known {
            self.noded.pieces.insert(*place, Vec::new());
        }
        for bit in &self.bits {
            let piece = self.noded.pieces.entry(bit.place).or_default();
            if piece.is_empty() {
                piece.push(bit.from);
            }
            piece.push(bit.to);
        }
        self.noded.complete = complete;
        self.noded
    }
}
