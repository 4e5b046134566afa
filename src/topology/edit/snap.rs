//! A border laid onto the middle of a road or river.

use geo_types::{Coord, Geometry, LineString};

use super::rings::{collapsed, rings};
use super::{Draft, Refusal, Shapes, span};
use crate::topology::coverage::Coverage;

/// A place on a line: which segment, and how far along it from 0 to 1.
#[derive(Clone, Copy)]
struct Place {
    segment: usize,
    share: f64,
    at: Coord,
    distance_m: f64,
}

impl Draft {
    /// The border that an edge is part of, or what lies between two of its vertices.
    pub(super) fn stretch_of(
        &self,
        edge: [Coord; 2],
        stretch: Option<[Coord; 2]>,
    ) -> Result<Vec<Coord>, Refusal> {
        let border = self.border(edge)?;
        let Some([a, b]) = stretch else { return Ok(border) };
        let place = |wanted: Coord| border.iter().position(|c| *c == wanted);
        let from = place(a).ok_or(Refusal::NoVertex { at: a })?;
        let to = place(b).ok_or(Refusal::NoVertex { at: b })?;
        if from == to {
            return Err(Refusal::NotAlong);
        }
        Ok(border[from.min(to)..=from.max(to)].to_vec())
    }

    /// The border's ends stay; with `feet` it goes from each straight to the nearest point of the line.
    pub(super) fn snapped(
        &self,
        border: &[Coord],
        line: &LineString,
        within_m: f64,
        feet: bool,
    ) -> Result<Shapes, Refusal> {
        if line.0.iter().any(|c| !(c.x.is_finite() && c.y.is_finite())) {
            return Err(Refusal::NotANumber);
        }
        let locked = border.windows(2).find(|pair| self.locks.hold(pair[0], pair[1]));
        if let Some(pair) = locked {
            return Err(Refusal::Locked { at: pair[0] });
        }
        let (first, last) = (border[0], border[border.len() - 1]);
        if first == last || line.0.len() < 2 {
            return Err(Refusal::NotAlong);
        }
        for c in border {
            let distance_m = self.nearest(line, *c).ok_or(Refusal::NotAlong)?.distance_m;
            if distance_m > within_m {
                return Err(Refusal::TooFar { distance_m, within_m });
            }
        }
        let (from, to) = (self.nearest(line, first), self.nearest(line, last));
        let (from, to) = (from.ok_or(Refusal::NotAlong)?, to.ok_or(Refusal::NotAlong)?);
        let along = stretch(line, from, to);
        let along = if feet { &along[..] } else { along.get(1..along.len() - 1).unwrap_or_default() };
        let mut laid = vec![first];
        laid.extend(along.iter().map(|c| self.round(*c)));
        laid.push(last);
        laid.dedup();
        if laid.len() < 3 && from.segment != to.segment {
            return Err(Refusal::NotAlong);
        }
        self.with_border(border, &laid)
    }

    /// The border that an edge is part of, from node to node.
    fn border(&self, [a, b]: [Coord; 2]) -> Result<Vec<Coord>, Refusal> {
        let missing = Refusal::NoEdge { from: a, to: b };
        let owners = self.along([a, b]);
        let mut near: Vec<usize> = owners
            .iter()
            .filter_map(|owner| span(self.shape(*owner)?))
            .flat_map(|span| self.near(&span))
            .collect();
        near.sort_unstable();
        near.dedup();
        let shapes: Vec<Geometry> = near
            .iter()
            .filter_map(|feature| Some(Geometry::MultiPolygon(self.shape(*feature)?.as_ref().clone())))
            .collect();
        let coverage = Coverage::build(shapes.iter().map(Some)).map_err(|_| missing.clone())?;
        (0..coverage.arcs())
            .map(|arc| coverage.arc(arc).iter().map(|point| coverage.point(*point)).collect::<Vec<Coord>>())
            .find(|line| line.windows(2).any(|pair| pair == [a, b] || pair == [b, a]))
            .ok_or(missing)
    }

    /// The nearest place on a line, in metres.
    fn nearest(&self, line: &LineString, c: Coord) -> Option<Place> {
        let metres = |p: Coord| self.metric.metres(p, c.y);
        let here = metres(c);
        let mut best: Option<Place> = None;
        for (segment, pair) in line.0.windows(2).enumerate() {
            let (a, b) = (metres(pair[0]), metres(pair[1]));
            let (way, from) = (b - a, here - a);
            let long = way.x * way.x + way.y * way.y;
            let share =
                if long > 0.0 { ((from.x * way.x + from.y * way.y) / long).clamp(0.0, 1.0) } else { 0.0 };
            let distance_m = (from.x - way.x * share).hypot(from.y - way.y * share);
            if best.is_none_or(|best| distance_m < best.distance_m) {
                best = Some(Place { segment, share, at: pair[0] + (pair[1] - pair[0]) * share, distance_m });
            }
        }
        best
    }

    /// All features with the border redrawn.
    fn with_border(&self, border: &[Coord], laid: &[Coord]) -> Result<Shapes, Refusal> {
        let edge = [border[0], border[1]];
        let mut shapes = Shapes::new();
        for feature in self.along(edge) {
            let shape = super::rings::redrawn(self.present(feature)?, |ring| replaced(ring, border, laid));
            if let Some(at) = collapsed(&shape) {
                return Err(Refusal::Collapse { at });
            }
            debug_assert!(rings(&shape).next().is_some());
            shapes.push((feature, Some(shape)));
        }
        Ok(shapes)
    }
}

/// The line between two places on it, both included, in the direction from the first to the second.
fn stretch(line: &LineString, from: Place, to: Place) -> Vec<Coord> {
    let key = |place: &Place| (place.segment, place.share);
    if key(&from) > key(&to) {
        let mut back = stretch(line, to, from);
        back.reverse();
        return back;
    }
    let inner = line.0[from.segment + 1..=to.segment].iter().copied();
    let mut all: Vec<Coord> = std::iter::once(from.at).chain(inner).chain([to.at]).collect();
    all.dedup();
    all
}

/// An open ring in which a run of vertices, in either direction, is replaced. As it was where it has none.
fn replaced(ring: &[Coord], border: &[Coord], laid: &[Coord]) -> Vec<Coord> {
    let n = ring.len();
    let runs = |start: usize, line: &[Coord]| {
        line.len() <= n + 1 && line.iter().enumerate().all(|(step, c)| ring[(start + step) % n] == *c)
    };
    let back: (Vec<Coord>, Vec<Coord>) =
        (border.iter().rev().copied().collect(), laid.iter().rev().copied().collect());
    for start in 0..n {
        for (old, new) in [(border, laid), (&back.0, &back.1)] {
            if runs(start, old) {
                let rest = (old.len()..n).map(|step| ring[(start + step) % n]);
                return new.iter().copied().chain(rest).collect();
            }
        }
    }
    ring.to_vec()
}
