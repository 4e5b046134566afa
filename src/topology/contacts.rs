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
            tree.visit(&boxes[one].grown(reach), |other| {
                if other as usize >= one {
                    let other = other as usize;
                    of_runs(coverage, (*run, runs[other]), (&boxes[other], reach), &keep, &mut found);
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
    /// The edge at a place.
    pub fn at(coverage: &Coverage, place: u32) -> Self {
        let points = &coverage.all_arc_points()[place as usize..];
        let (from, to) = (points[0], points[1]);
        Self { place, from, to, a: coverage.point(from), b: coverage.point(to) }
    }

    fn meets(&self, other: &Extent, reach: f64) -> bool {
        self.a.x.min(self.b.x) - reach <= other.max.x
            && self.a.x.max(self.b.x) + reach >= other.min.x
            && self.a.y.min(self.b.y) - reach <= other.max.y
            && self.a.y.max(self.b.y) + reach >= other.min.y
    }

    /// Whether two edges have more in common than an end: they cross, touch, or lie on each other.
    pub fn disturbs(&self, other: &Self) -> bool {
        let (at, p, q) = if self.from == other.from {
            (self.a, self.b, other.b)
        } else if self.from == other.to {
            (self.a, self.b, other.a)
        } else if self.to == other.from {
            (self.b, self.a, other.b)
        } else if self.to == other.to {
            (self.b, self.a, other.a)
        } else {
            return plane::segments_meet(self.a, self.b, other.a, other.b);
        };
        plane::overlap_from(at, p, q)
    }
}

fn of_runs(
    coverage: &Coverage,
    (one, other): (Run, Run),
    (other_box, reach): (&Extent, f64),
    keep: &impl Fn(Edge, Edge) -> bool,
    found: &mut Vec<Pair>,
) {
    let same = one.from == other.from;
    for place in one.from..one.to {
        let edge = Edge::at(coverage, place);
        if !same && !edge.meets(other_box, reach) {
            continue;
        }
        let own = Extent::round([edge.a, edge.b]);
        for place in if same { place + 1 } else { other.from }..other.to {
            let candidate = Edge::at(coverage, place);
            if candidate.meets(&own, reach) && keep(edge, candidate) {
                found.push((edge.place.min(candidate.place), edge.place.max(candidate.place)));
            }
        }
    }
}
