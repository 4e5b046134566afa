//! Which edges of a coverage come near each other: the join of all arcs with themselves.
//!
//! Edges are known by the place of their first vertex among the vertices of all arcs.

use std::sync::atomic::{AtomicUsize, Ordering};

use geo_types::Coord;
use rayon::prelude::*;

use super::boxes::{BoxTree, Extent};
use super::coverage::Coverage;
use super::plane;

/// Edges to a box.
const RUN: usize = 16;
/// More contacts than this are no coverage but scribble: looking on would fill the memory.
const MOST: usize = 8_000_000;

/// Consecutive edges of an arc, as places of their first vertices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub arc: u32,
    pub from: u32,
    pub to: u32,
}

/// All arcs in runs of a few edges, with a box round each.
pub(super) fn runs(coverage: &Coverage, wanted: impl Fn(usize) -> bool) -> (Vec<Run>, Vec<Extent>) {
    let mut runs = Vec::with_capacity(coverage.arc_vertices() / RUN + coverage.arcs());
    for arc in (0..coverage.arcs()).filter(|arc| wanted(*arc)) {
        let (start, edges) = (coverage.arc_start(arc), coverage.arc(arc).len() - 1);
        for from in (start..start + edges).step_by(RUN) {
            let to = (from + RUN).min(start + edges);
            runs.push(Run { arc: arc as u32, from: from as u32, to: to as u32 });
        }
    }
    let points = coverage.all_arc_points();
    let boxes = runs
        .par_iter()
        .map(|run| {
            let ends = &points[run.from as usize..=run.to as usize];
            Extent::round(ends.iter().map(|point| coverage.point(*point)))
        })
        .collect();
    (runs, boxes)
}

/// Two edges, the one with the smaller place first.
pub(super) type Pair = (u32, u32);

/// Pairs of edges that satisfy a condition, among those whose boxes are nearer than `reach`; `None` where
/// there are more than can be looked at. In parallel; order is that of the first edge.
pub(super) fn pairs(
    coverage: &Coverage,
    reach: f64,
    keep: impl Fn(Edge, Edge) -> bool + Sync,
) -> Option<Vec<Pair>> {
    let (runs, boxes) = runs(coverage, |_| true);
    let tree = BoxTree::build(&boxes);
    let count = AtomicUsize::new(0);
    let found: Vec<Vec<Pair>> = runs
        .par_iter()
        .enumerate()
        .map(|(one, run)| {
            let mut found = Vec::new();
            if count.load(Ordering::Relaxed) > MOST {
                return found;
            }
            let own = Loaded::of(coverage, *run);
            own.among_themselves(reach, &keep, &mut found);
            tree.visit(&boxes[one].grown(reach), |other| {
                let other = other as usize;
                if other > one {
                    own.with(&boxes[one], coverage, (runs[other], &boxes[other]), reach, &keep, &mut found);
                }
            });
            count.fetch_add(found.len(), Ordering::Relaxed);
            found
        })
        .collect();
    (count.into_inner() <= MOST).then(|| found.concat())
}

/// An edge: its place, its two vertices and where they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub place: u32,
    pub from: u32,
    pub to: u32,
    pub a: Coord,
    pub b: Coord,
}

impl Edge {
    const NONE: Self =
        Self { place: 0, from: 0, to: 0, a: Coord { x: 0.0, y: 0.0 }, b: Coord { x: 0.0, y: 0.0 } };

    /// The edge at a place.
    pub fn at(coverage: &Coverage, place: u32) -> Self {
        let points = &coverage.all_arc_points()[place as usize..];
        let (from, to) = (points[0], points[1]);
        Self { place, from, to, a: coverage.point(from), b: coverage.point(to) }
    }

    /// Where two edges have an end in common: it, and the other end of each.
    pub fn corner(&self, other: &Self) -> Option<(Coord, Coord, Coord)> {
        if self.from == other.from {
            Some((self.a, self.b, other.b))
        } else if self.from == other.to {
            Some((self.a, self.b, other.a))
        } else if self.to == other.from {
            Some((self.b, self.a, other.b))
        } else if self.to == other.to {
            Some((self.b, self.a, other.a))
        } else {
            None
        }
    }

    /// Whether two edges have more in common than an end: they cross, touch, or lie on each other.
    pub fn disturbs(&self, other: &Self) -> bool {
        match self.corner(other) {
            Some((at, p, q)) => plane::overlap_from(at, p, q),
            None => plane::segments_meet(self.a, self.b, other.a, other.b),
        }
    }
}

/// The edges of a run with their boxes, taken out of the coverage once for all that they are held against.
struct Loaded {
    edges: [Edge; RUN],
    boxes: [Extent; RUN],
    len: usize,
}

impl Loaded {
    fn of(coverage: &Coverage, run: Run) -> Self {
        let mut loaded = Self { edges: [Edge::NONE; RUN], boxes: [Extent::EMPTY; RUN], len: 0 };
        for place in run.from..run.to {
            loaded.push(Edge::at(coverage, place));
        }
        loaded
    }

    fn push(&mut self, edge: Edge) {
        let (a, b) = (edge.a, edge.b);
        self.edges[self.len] = edge;
        self.boxes[self.len] = Extent {
            min: Coord { x: a.x.min(b.x), y: a.y.min(b.y) },
            max: Coord { x: a.x.max(b.x), y: a.y.max(b.y) },
        };
        self.len += 1;
    }

    fn among_themselves(&self, reach: f64, keep: &impl Fn(Edge, Edge) -> bool, found: &mut Vec<Pair>) {
        for one in 0..self.len {
            let wide = self.boxes[one].grown(reach);
            for other in one + 1..self.len {
                if wide.meets(&self.boxes[other]) && keep(self.edges[one], self.edges[other]) {
                    found.push((self.edges[one].place, self.edges[other].place));
                }
            }
        }
    }

    /// Pairs with the edges of another run, which comes later.
    fn with(
        &self,
        own_box: &Extent,
        coverage: &Coverage,
        (other, other_box): (Run, &Extent),
        reach: f64,
        keep: &impl Fn(Edge, Edge) -> bool,
        found: &mut Vec<Pair>,
    ) {
        let (own_wide, other_wide) = (own_box.grown(reach), other_box.grown(reach));
        // Of the other run only what comes near this one.
        let mut near = Self { edges: [Edge::NONE; RUN], boxes: [Extent::EMPTY; RUN], len: 0 };
        for place in other.from..other.to {
            near.push(Edge::at(coverage, place));
            if !own_wide.meets(&near.boxes[near.len - 1]) {
                near.len -= 1;
            }
        }
        if near.len == 0 {
            return;
        }
        for one in (0..self.len).filter(|one| other_wide.meets(&self.boxes[*one])) {
            let (edge, wide) = (self.edges[one], self.boxes[one].grown(reach));
            for candidate in 0..near.len {
                if wide.meets(&near.boxes[candidate]) && keep(edge, near.edges[candidate]) {
                    let places = (edge.place, near.edges[candidate].place);
                    found.push((places.0.min(places.1), places.0.max(places.1)));
                }
            }
        }
    }
}
