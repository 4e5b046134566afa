//! Pieces joined again: edges run along in both directions drop out, the rest makes the rings.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::{Coord, MultiPolygon, Polygon};

use super::rings::open;
use super::{Draft, Refusal, Shapes};
use crate::topology::walk::{Side, doubled_area, polygons, rings};

type Key = [u64; 4];

fn key([a, b]: [Coord; 2]) -> Key {
    [a.x, a.y, b.x, b.y].map(|v| (v + 0.0).to_bits())
}

/// The edges of a polygon with its inside on their left.
pub(super) fn inside_left(part: &Polygon) -> Vec<[Coord; 2]> {
    let mut edges = Vec::new();
    let all =
        std::iter::once((part.exterior(), true)).chain(part.interiors().iter().map(|hole| (hole, false)));
    for (ring, shell) in all {
        let vertices = open(ring);
        let turned = (doubled_area(ring) > 0.0) != shell;
        for (place, a) in vertices.iter().enumerate() {
            let b = vertices[(place + 1) % vertices.len()];
            edges.push(if turned { [b, *a] } else { [*a, b] });
        }
    }
    edges
}

/// What is left of edges when those that run in both directions have dropped out, and those that did (once each).
pub(super) fn cancelled(edges: impl Iterator<Item = [Coord; 2]>) -> (Vec<[Coord; 2]>, Vec<[Coord; 2]>) {
    let all: Vec<[Coord; 2]> = edges.collect();
    let mut count: HashMap<Key, u32, RandomState> = HashMap::default();
    all.iter().for_each(|edge| *count.entry(key(*edge)).or_default() += 1);
    let (mut left, mut gone) = (Vec::new(), Vec::new());
    for [a, b] in all {
        match count.get(&key([b, a])) {
            None | Some(0) => left.push([a, b]),
            Some(_) if key([a, b]) < key([b, a]) => gone.push([a, b]),
            Some(_) => {}
        }
    }
    (left, gone)
}

/// Polygons from edges with the inside on their left.
pub(super) fn drawn(edges: &[[Coord; 2]]) -> MultiPolygon {
    let sides: Vec<Side> = edges.iter().map(|edge| Side { coords: edge, reversed: false }).collect();
    polygons(rings(&sides))
}

impl Draft {
    /// Polygons joined along the edges they have in common; refused where one of these is locked.
    pub(super) fn joined<'a>(
        &self,
        parts: impl Iterator<Item = &'a Polygon>,
    ) -> Result<(MultiPolygon, usize), Refusal> {
        let (left, gone) = cancelled(parts.flat_map(inside_left));
        if let Some([a, _]) = gone.iter().find(|[a, b]| self.locks.hold(*a, *b)) {
            return Err(Refusal::Locked { at: *a });
        }
        Ok((drawn(&left), gone.len()))
    }

    pub(super) fn merged(&self, features: &[usize]) -> Result<Shapes, Refusal> {
        let mut wanted: Vec<usize> = Vec::new();
        for feature in features {
            self.present(*feature)?;
            if !wanted.contains(feature) {
                wanted.push(*feature);
            }
        }
        let [first, others @ ..] = &wanted[..] else { return Err(Refusal::Few) };
        if others.is_empty() {
            return Err(Refusal::Few);
        }
        let mut whole = MultiPolygon::clone(self.present(*first)?);
        let mut waiting: Vec<usize> = others.to_vec();
        // One neighbour of what is joined so far after another, so that nobody is joined across a distance.
        while !waiting.is_empty() {
            let mut found = None;
            for (place, other) in waiting.iter().enumerate() {
                let both = whole.0.iter().chain(&self.present(*other)?.0);
                let (shape, common) = self.joined(both)?;
                if common > 0 {
                    found = Some((place, shape));
                    break;
                }
            }
            let Some((place, shape)) = found else { return Err(Refusal::NotNeighbours) };
            waiting.remove(place);
            whole = shape;
        }
        let gone = others.iter().map(|other| (*other, None));
        Ok(std::iter::once((*first, Some(whole))).chain(gone).collect())
    }
}
