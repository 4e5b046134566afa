//! The check of an edit: only edges that are new can have brought a fault.
//!
//! A new edge may meet others at common ends only, has a neighbour's inside on its other side or nobody's, and
//! no edge that had a neighbour on its other side may be left alone. This holds whatever faults the coverage
//! has elsewhere.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, MultiPolygon};
use robust::{Coord as Exact, orient2d};
use rstar::AABB;

use super::pieces::inside_left;
use super::rings::{collapsed, edges};
use super::{Change, Draft, Refusal, Shape};

type Key = [u64; 4];

fn key([a, b]: [Coord; 2]) -> Key {
    [a.x, a.y, b.x, b.y].map(|v| (v + 0.0).to_bits())
}

/// How often each edge is run along with the inside on its left.
type Count = HashMap<Key, u32, RandomState>;

fn counted<'a>(shapes: impl Iterator<Item = &'a MultiPolygon>) -> Count {
    let mut count = Count::default();
    for edge in shapes.flat_map(|shape| &shape.0).flat_map(inside_left) {
        *count.entry(key(edge)).or_default() += 1;
    }
    count
}

/// What there would be, of the features near an edit.
struct After<'a> {
    draft: &'a Draft,
    changed: BTreeMap<usize, Option<&'a Shape>>,
}

impl<'a> After<'a> {
    fn shape(&self, feature: usize) -> Option<&'a Shape> {
        match self.changed.get(&feature) {
            Some(shape) => *shape,
            None => self.draft.shape(feature),
        }
    }

    /// Features whose box meets that of an edge; those that change in any case.
    fn near(&self, [a, b]: [Coord; 2]) -> Vec<usize> {
        let mut found = self.draft.near(&AABB::from_corners([a.x, a.y], [b.x, b.y]));
        found.extend(self.changed.keys());
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Draft {
    /// The first fault that the changes would bring.
    pub(super) fn checked(&self, changes: &[Change]) -> Result<(), Refusal> {
        let after = After {
            draft: self,
            changed: changes.iter().map(|change| (change.feature, change.after.as_ref())).collect(),
        };
        for change in changes {
            let Some(shape) = change.after.as_deref() else { continue };
            if shape.0.is_empty() {
                return Err(Refusal::UsedUp(change.feature));
            }
            if let Some(at) = collapsed(shape) {
                return Err(Refusal::Collapse { at });
            }
        }
        let before = counted(changes.iter().filter_map(|change| change.before.as_deref()));
        let now = counted(changes.iter().filter_map(|change| change.after.as_deref()));
        let mut seen = Count::default();
        for change in changes {
            let Some(shape) = change.after.as_deref() else { continue };
            for edge in shape.0.iter().flat_map(inside_left) {
                if before.contains_key(&key(edge)) || seen.insert(key(edge), 1).is_some() {
                    continue;
                }
                self.new_edge(&after, change.feature, edge, &now)?;
            }
        }
        self.left_alone(&after, changes, &now)
    }

    /// A new edge against all that is near it.
    fn new_edge(&self, after: &After, own: usize, edge: [Coord; 2], now: &Count) -> Result<(), Refusal> {
        let fault = |kind: &str, at: Coord| Err(Refusal::Faulty { kind: kind.to_owned(), at });
        let [a, b] = edge;
        if now.get(&key(edge)).is_some_and(|count| *count > 1) {
            return fault("overlap", a);
        }
        let middle = (a + b) / 2.0;
        let matched = now.contains_key(&key([b, a]));
        for feature in after.near(edge) {
            let Some(shape) = after.shape(feature) else { continue };
            if let Some(other) = edges(shape).find(|other| improper(edge, *other)) {
                let kind = if feature == own { "self_intersection" } else { "overlap" };
                return fault(kind, if other.contains(&a) { b } else { a });
            }
            if feature != own && !matched && shape.coordinate_position(&middle) == CoordPos::Inside {
                return fault("overlap", middle);
            }
        }
        Ok(())
    }

    /// Edges of features that did not change, which a changed one lay along and does no more.
    fn left_alone(&self, after: &After, changes: &[Change], now: &Count) -> Result<(), Refusal> {
        for change in changes {
            let Some(shape) = change.before.as_deref() else { continue };
            for [a, b] in shape.0.iter().flat_map(inside_left).filter(|edge| !now.contains_key(&key(*edge))) {
                let others = self.along([a, b]);
                let alone = others.iter().any(|other| !after.changed.contains_key(other));
                if alone {
                    return Err(Refusal::Faulty { kind: "gap".to_owned(), at: a });
                }
            }
        }
        Ok(())
    }
}

/// Whether two edges have more in common than an end each, or being the same.
fn improper([a, b]: [Coord; 2], [c, d]: [Coord; 2]) -> bool {
    let apart = |p: f64, q: f64, r: f64, s: f64| p.max(q) < r.min(s) || r.max(s) < p.min(q);
    if apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y) {
        return false;
    }
    match ([a, b].contains(&c), [a, b].contains(&d)) {
        (true, true) => false,
        (false, false) => {
            let opposite = |p: f64, q: f64| p > 0.0 && q > 0.0 || p < 0.0 && q < 0.0;
            !(opposite(turn(a, b, c), turn(a, b, d)) || opposite(turn(c, d, a), turn(c, d, b)))
        }
        (c_common, _) => {
            // From the common end, the other two on one ray lie on each other.
            let (at, theirs) = if c_common { (c, d) } else { (d, c) };
            let ours = if a == at { b } else { a };
            let along = (ours.x - at.x) * (theirs.x - at.x) + (ours.y - at.y) * (theirs.y - at.y);
            turn(at, ours, theirs) == 0.0 && along > 0.0
        }
    }
}

fn turn(a: Coord, b: Coord, c: Coord) -> f64 {
    let exact = |c: Coord| Exact { x: c.x, y: c.y };
    orient2d(exact(a), exact(b), exact(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_may_meet_at_common_ends_only() {
        let at = |x: f64, y: f64| Coord { x, y };
        let edge = [at(0.0, 0.0), at(4.0, 0.0)];
        for (other, wrong) in [
            ([at(4.0, 0.0), at(0.0, 0.0)], false),
            ([at(4.0, 0.0), at(8.0, 1.0)], false),
            ([at(4.0, 0.0), at(8.0, 0.0)], false),
            ([at(4.0, 0.0), at(1.0, 0.0)], true),
            ([at(0.0, 0.0), at(8.0, 0.0)], true),
            ([at(2.0, 0.0), at(2.0, 3.0)], true),
            ([at(2.0, -1.0), at(2.0, 3.0)], true),
            ([at(1.0, 0.0), at(9.0, 0.0)], true),
            ([at(5.0, 0.0), at(9.0, 0.0)], false),
            ([at(1.0, 1.0), at(3.0, 1.0)], false),
        ] {
            assert_eq!(improper(edge, other), wrong, "{other:?}");
            assert_eq!(improper(other, edge), wrong);
        }
    }
}
