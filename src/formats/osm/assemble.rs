//! Areas of a relation from the ways it is made of: joined end to end by their nodes into rings, then nested.

use std::collections::HashMap;

use geo_types::{Coord, LineString, MultiPolygon};

use super::super::rings;
use super::Places;
use super::element::{Relation, Way};

/// Ways of one relation that are joined: nesting compares every ring with every other.
const MAX_WAYS: usize = 50_000;

/// What came of it.
pub(super) struct Assembled {
    /// the rings that close
    pub area: MultiPolygon,
    /// joined lines that do not close
    pub open: usize,
    /// ways, or nodes of rings, that are not in the file
    pub missing: usize,
}

/// Joins the ways of a relation. Roles are not asked: mappers forget them, and depth tells shells from holes.
///
/// Linear in the number of nodes but for the nesting, which is quadratic in the number of rings.
pub(super) fn area(relation: &Relation, ways: &HashMap<i64, Way>, places: &Places) -> Assembled {
    let mut missing = 0;
    let mut lines: Vec<Option<Vec<i64>>> = Vec::new();
    for id in relation.ways.iter().take(MAX_WAYS) {
        match ways.get(id) {
            Some(way) if way.refs.len() >= 2 => lines.push(Some(way.refs.clone())),
            _ => missing += 1,
        }
    }
    missing += relation.ways.len().saturating_sub(MAX_WAYS);
    let mut ends: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        for end in line.iter().flat_map(|line| [line.first(), line.last()]).flatten() {
            ends.entry(*end).or_default().push(at);
        }
    }
    let (mut closed, mut open) = (Vec::new(), 0);
    for start in 0..lines.len() {
        let Some(mut ring) = lines[start].take() else { continue };
        while ring.first() != ring.last() {
            let Some(&end) = ring.last() else { break };
            let next = ends.get(&end).and_then(|at| at.iter().find_map(|&at| lines[at].take()));
            let Some(mut next) = next else { break };
            if next.first() != Some(&end) {
                next.reverse();
            }
            ring.extend_from_slice(&next[1..]);
        }
        if ring.first() == ring.last() && ring.len() >= 4 { closed.push(ring) } else { open += 1 }
    }
    let mut found = Vec::with_capacity(closed.len());
    for ring in closed {
        let coords: Vec<Coord> = ring.iter().filter_map(|id| places.get(*id)).collect();
        missing += usize::from(coords.len() < ring.len());
        let line = LineString(coords);
        if line.0.len() == ring.len() {
            found.push(line);
        }
    }
    Assembled { area: rings::nested(found), open, missing }
}
