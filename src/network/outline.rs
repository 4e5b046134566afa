//! Reached pieces of street as polygons: islands apart, pockets that are not reached are holes.
//!
//! The outline crosses a street exactly where the time is over, and runs half-way between a street point that is
//! reached and the next that is not. What is reached lies inside and what is not outside, to within half the distance
//! of the mesh's points along a street; no part of it is farther off a street than the mesh says.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::mesh::Mesh;
use super::pieces::Piece;
use super::street::Network;

/// Keeps a cut off the corners of its triangle, so that rings never touch themselves.
const INSET: f64 = 1e-6;

/// Half the width of what is drawn where a reach is too small for the mesh, metres.
const NARROW_M: f64 = 5.0;

/// The side of a triangle, its lower point first.
type Side = (u32, u32);

/// The polygons of reached pieces.
pub fn outline(network: &Network, mesh: &Mesh, pieces: &[Piece]) -> MultiPolygon {
    let reached = vec![false; mesh.at.len()];
    let mut reach = Reach { mesh, reached, points: Vec::new(), cuts: HashMap::default() };
    for piece in pieces {
        reach.take(network, piece);
    }
    let rings = reach.rings();
    if rings.is_empty() && !pieces.is_empty() {
        return narrow(network, pieces);
    }
    nested(rings)
}

/// Which points of the mesh are reached, and where streets between two points are cut.
struct Reach<'a> {
    mesh: &'a Mesh,
    reached: Vec<bool>,
    /// those that are
    points: Vec<u32>,
    cuts: HashMap<Side, Coord, RandomState>,
}

impl Reach<'_> {
    fn take(&mut self, network: &Network, piece: &Piece) {
        let points = self.mesh.along(network, piece.edge);
        let length = network.length_m(piece.edge as usize);
        let last = points.len() - 1;
        let end = network.shape(piece.edge as usize).len() as f64 - 1.0;
        let step = length / last as f64;
        let (from, to) = (network.metres(piece.edge, piece.from), network.metres(piece.edge, piece.to));
        let (begins, ends) = (piece.from <= 0.0, piece.to >= end);
        if begins && ends {
            points.iter().for_each(|point| self.add(*point));
            return;
        }
        let inside = |at: usize| {
            let metres = step * at as f64;
            (begins || at > 0 && metres >= from) && (ends || at < last && metres <= to)
        };
        for (at, point) in points.iter().enumerate() {
            if inside(at) {
                self.add(*point);
            }
        }
        for at in 0..last {
            let place = match (inside(at), inside(at + 1)) {
                (true, false) => piece.to,
                (false, true) => piece.from,
                _ => continue,
            };
            let (a, b) = (points[at], points[at + 1]);
            self.cuts.insert((a.min(b), a.max(b)), network.point(piece.edge, place));
        }
    }

    fn add(&mut self, point: u32) {
        if !std::mem::replace(&mut self.reached[point as usize], true) {
            self.points.push(point);
        }
    }

    fn is_reached(&self, point: u32) -> bool {
        self.reached[point as usize]
    }

    /// Where the outline crosses the side between two points, one of them reached.
    fn cut(&self, a: u32, b: u32) -> (Side, Coord) {
        let side = (a.min(b), a.max(b));
        let (p, q) = (self.mesh.at[side.0 as usize], self.mesh.at[side.1 as usize]);
        let between = |share: f64| Coord { x: p.x + share * (q.x - p.x), y: p.y + share * (q.y - p.y) };
        let Some(exact) = self.cuts.get(&side) else { return (side, between(0.5)) };
        let (dx, dy) = (q.x - p.x, q.y - p.y);
        let share = ((exact.x - p.x) * dx + (exact.y - p.y) * dy) / (dx * dx + dy * dy);
        (side, between(share.clamp(INSET, 1.0 - INSET)))
    }

    /// Closed lines with what is reached to their left.
    fn rings(&self) -> Vec<Vec<Coord>> {
        let mut next: HashMap<Side, (Side, Coord), RandomState> = HashMap::default();
        for point in &self.points {
            for triangle in self.mesh.triangles_at(*point) {
                let corners = self.mesh.triangles[*triangle as usize];
                let inside = corners.map(|corner| self.is_reached(corner));
                let Some(((a, b), (c, d))) = crossed(corners, inside) else { continue };
                let (start, at) = self.cut(a, b);
                next.insert(start, (self.cut(c, d).0, at));
            }
        }
        let mut starts: Vec<Side> = next.keys().copied().collect();
        starts.sort_unstable();
        let mut rings = Vec::new();
        for start in starts {
            let (mut ring, mut side) = (Vec::new(), start);
            while let Some((after, at)) = next.remove(&side) {
                ring.push(at);
                side = after;
            }
            // Closed, or cut off by the hull, which no reached point touches.
            if ring.len() >= 3 && side == start {
                ring.push(ring[0]);
                rings.push(ring);
            }
        }
        rings
    }
}

/// The sides of a triangle where the outline comes in and goes out, what is reached to its left.
fn crossed(c: [u32; 3], inside: [bool; 3]) -> Option<((u32, u32), (u32, u32))> {
    let count = inside.iter().filter(|inside| **inside).count();
    let odd = match count {
        1 => inside.iter().position(|inside| *inside)?,
        2 => inside.iter().position(|inside| !*inside)?,
        _ => return None,
    };
    let (a, b, d) = (c[odd], c[(odd + 1) % 3], c[(odd + 2) % 3]);
    Some(if count == 1 { ((a, b), (a, d)) } else { ((a, d), (a, b)) })
}

/// Outer rings with the holes that lie in them.
fn nested(rings: Vec<Vec<Coord>>) -> MultiPolygon {
    let (mut outer, holes): (Vec<_>, Vec<_>) =
        rings.into_iter().map(|ring| (area2(&ring), ring)).partition(|(area, _)| *area > 0.0);
    outer.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut polygons: Vec<(Vec<Coord>, Vec<LineString>)> =
        outer.into_iter().map(|(_, ring)| (ring, Vec::new())).collect();
    for (_, hole) in holes {
        // The smallest ring round it: they stand in the order of their areas.
        if let Some((_, inner)) = polygons.iter_mut().find(|(ring, _)| contains(ring, hole[0])) {
            inner.push(LineString(hole));
        }
    }
    MultiPolygon(
        polygons.into_iter().rev().map(|(ring, holes)| Polygon::new(LineString(ring), holes)).collect(),
    )
}

/// Twice the signed area, from the first point, so that large coordinates cost no digits.
fn area2(ring: &[Coord]) -> f64 {
    let o = ring[0];
    ring.windows(2).map(|p| (p[0].x - o.x) * (p[1].y - o.y) - (p[1].x - o.x) * (p[0].y - o.y)).sum()
}

fn contains(ring: &[Coord], p: Coord) -> bool {
    let crosses = |pair: &&[Coord]| {
        let (a, b) = (pair[0], pair[1]);
        (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)
    };
    ring.windows(2).filter(crosses).count() % 2 == 1
}

/// A reach that ends before the first point of the mesh: a strip along its pieces.
fn narrow(network: &Network, pieces: &[Piece]) -> MultiPolygon {
    let corners = pieces.iter().flat_map(|piece| network.line(piece)).flat_map(|c| {
        let (sx, sy) = network.metric().scale(c.y);
        let offset =
            move |dx: f64, dy: f64| Coord { x: c.x + dx * NARROW_M / sx, y: c.y + dy * NARROW_M / sy };
        [offset(1.0, 0.0), offset(0.0, 1.0), offset(-1.0, 0.0), offset(0.0, -1.0)]
    });
    MultiPolygon(vec![Polygon::new(LineString(hull(corners.collect())), Vec::new())])
}

/// Convex hull, counter-clockwise and closed (A. M. Andrew's monotone chain).
fn hull(mut points: Vec<Coord>) -> Vec<Coord> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let right = |o: Coord, a: Coord, b: Coord| (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x) <= 0.0;
    let chain = |points: &mut dyn Iterator<Item = &Coord>| {
        let mut chain: Vec<Coord> = Vec::new();
        for p in points {
            while chain.len() >= 2 && right(chain[chain.len() - 2], chain[chain.len() - 1], *p) {
                chain.pop();
            }
            chain.push(*p);
        }
        chain.pop();
        chain
    };
    let mut ring = chain(&mut points.iter());
    ring.extend(chain(&mut points.iter().rev()));
    ring.extend(ring.first().copied());
    ring
}
