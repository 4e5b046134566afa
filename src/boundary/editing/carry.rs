//! What the borders of other levels take over from the level that was edited.
//!
//! Where an edge of a ring is gone on the edited level, the ring goes on along the new edges between the same
//! two points instead: by the shortest way over them. Where there is no way, the edge ran inside of what was
//! edited and another level has it too; then the edit is refused.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use foldhash::fast::RandomState;
use geo_types::{Coord, LineString, MultiPolygon, Polygon, Rect};

use super::level::{Level, strings_of};
use super::{Refused, meets};
use crate::topology::edit::Edited;

type Point = [u64; 2];

fn point(c: Coord) -> Point {
    [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()]
}

fn coord([x, y]: Point) -> Coord {
    Coord { x: f64::from_bits(x), y: f64::from_bits(y) }
}

/// A stretch between two points, whichever way it runs.
pub(super) fn edge(a: Coord, b: Coord) -> [Point; 2] {
    let (a, b) = (point(a), point(b));
    if a <= b { [a, b] } else { [b, a] }
}

/// Edges that an edit took away, and those that it made.
pub(super) struct Moved {
    gone: HashSet<[Point; 2], RandomState>,
    ways: HashMap<Point, Vec<Point>, RandomState>,
}

impl Moved {
    /// What an edit changed on its level.
    pub(super) fn of(edited: &Edited) -> Self {
        let mut before: HashSet<[Point; 2], RandomState> = HashSet::default();
        let mut after = before.clone();
        for change in &edited.changes {
            before.extend(change.before.iter().flat_map(|shape| edges(shape)));
            after.extend(change.after.iter().flat_map(|shape| edges(shape)));
        }
        let gone = before.difference(&after).copied().collect();
        let mut ways: HashMap<Point, Vec<Point>, RandomState> = HashMap::default();
        for [a, b] in after.difference(&before) {
            ways.entry(*a).or_default().push(*b);
            ways.entry(*b).or_default().push(*a);
        }
        Self { gone, ways }
    }

    /// What changed on a level within a window: borders may then follow any edge that is there now.
    pub(super) fn within(level: &Level, window: &Rect) -> Self {
        let pairs = level.changes().filter_map(|(_, old, new)| Some((old?.clone(), new?.clone())));
        Self::between(pairs, window)
    }

    /// The same of shapes before and after.
    pub(super) fn between(pairs: impl Iterator<Item = (MultiPolygon, MultiPolygon)>, window: &Rect) -> Self {
        let here = |[a, b]: &[Point; 2]| meets(&Rect::new(coord(*a), coord(*b)), window);
        let mut before: HashSet<[Point; 2], RandomState> = HashSet::default();
        let mut after = before.clone();
        for (old, new) in pairs {
            before.extend(edges(&old).filter(here));
            after.extend(edges(&new).filter(here));
        }
        let mut ways: HashMap<Point, Vec<Point>, RandomState> = HashMap::default();
        for [a, b] in &after {
            ways.entry(*a).or_default().push(*b);
            ways.entry(*b).or_default().push(*a);
        }
        Self { gone: before.difference(&after).copied().collect(), ways }
    }

    /// The shortest way over new edges from one point to another, without the first; none where there is none.
    /// O(e log e) in the number of new edges.
    fn way(&self, from: Point, to: Point) -> Option<Vec<Point>> {
        let mut best: HashMap<Point, (f64, Point), RandomState> = HashMap::default();
        let mut queue = BinaryHeap::from([Step { length: 0.0, at: from }]);
        best.insert(from, (0.0, from));
        while let Some(Step { length, at }) = queue.pop() {
            if at == to {
                let mut way = vec![to];
                while let Some(before) = way.last().and_then(|last| best.get(last)).map(|(_, before)| *before)
                {
                    if before == from {
                        break;
                    }
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            for next in self.ways.get(&at).into_iter().flatten() {
                let (a, b) = (coord(at), coord(*next));
                let length = length + (a.x - b.x).hypot(a.y - b.y);
                if best.get(next).is_none_or(|(known, _)| length < *known) {
                    best.insert(*next, (length, at));
                    queue.push(Step { length, at: *next });
                }
            }
        }
        None
    }
}

struct Step {
    length: f64,
    at: Point,
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        other.length.total_cmp(&self.length).then_with(|| other.at.cmp(&self.at))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step {}

/// All stretches of the outlines of a shape.
pub(super) fn edges(shape: &MultiPolygon) -> impl Iterator<Item = [Point; 2]> {
    strings_of(shape).flat_map(|ring| ring.0.windows(2)).map(|pair| edge(pair[0], pair[1]))
}

/// Leads the borders of a level along where those of the edited one lie now.
pub(super) fn take_over(level: &mut Level, moved: &Moved) -> Result<(), Refused> {
    let changed = led_all(level, moved)?;
    if changed.is_empty() { Ok(()) } else { level.set(changed) }
}

/// The shapes of a level that have edges that are gone, led along the new ones.
pub(super) fn led_all(level: &Level, moved: &Moved) -> Result<Vec<(usize, MultiPolygon)>, Refused> {
    let mut changed = Vec::new();
    for (number, shape) in level.shapes() {
        if !edges(shape).any(|edge| moved.gone.contains(&edge)) {
            continue;
        }
        let part = |part: &Polygon| {
            let inner = part.interiors().iter().map(|ring| led(ring, moved)).collect::<Result<_, _>>()?;
            Ok(Polygon::new(led(part.exterior(), moved)?, inner))
        };
        let parts = shape.0.iter().map(part).collect::<Result<_, Refused>>()?;
        changed.push((number, MultiPolygon(parts)));
    }
    Ok(changed)
}

/// A ring with each run of edges that are gone replaced by the way over new ones.
fn led(ring: &LineString, moved: &Moved) -> Result<LineString, Refused> {
    let open = &ring.0[..ring.0.len().saturating_sub(1)];
    let n = open.len();
    let gone = |at: usize| moved.gone.contains(&edge(open[at % n], open[(at + 1) % n]));
    if n == 0 || !(0..n).any(gone) {
        return Ok(ring.clone());
    }
    // From an edge that stays; a ring that is gone as a whole has nothing to hold on to.
    let Some(start) = (0..n).find(|at| !gone(*at)) else {
        return Err(Refused::DoesNotFollow { at: open[0] });
    };
    let mut out = vec![open[start]];
    let mut at = start;
    while at < start + n {
        if !gone(at) {
            at += 1;
            out.push(open[at % n]);
            continue;
        }
        let from = at;
        while gone(at) {
            at += 1;
        }
        let (a, b) = (open[from % n], open[at % n]);
        let way = moved.way(point(a), point(b)).ok_or(Refused::DoesNotFollow { at: a })?;
        out.extend(way.into_iter().map(coord));
    }
    // Where the ring began before, it begins again, if that point is still there.
    out.pop();
    if let Some(first) = out.iter().position(|c| *c == open[0]) {
        out.rotate_left(first);
    }
    out.push(out[0]);
    Ok(LineString(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(f64, f64)]) -> LineString {
        points.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect()
    }

    fn moved(gone: &[[(f64, f64); 2]], new: &[[(f64, f64); 2]]) -> Moved {
        let at = |(x, y): (f64, f64)| Coord { x, y };
        let mut ways: HashMap<Point, Vec<Point>, RandomState> = HashMap::default();
        for [a, b] in new {
            ways.entry(point(at(*a))).or_default().push(point(at(*b)));
            ways.entry(point(at(*b))).or_default().push(point(at(*a)));
        }
        Moved { gone: gone.iter().map(|[a, b]| edge(at(*a), at(*b))).collect(), ways }
    }

    #[test]
    fn a_ring_takes_over_new_points_and_moved_stretches() {
        let square = ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]);
        // A point on the south side, at whichever place the ring begins.
        let south = moved(&[[(0.0, 0.0), (4.0, 0.0)]], &[[(0.0, 0.0), (2.0, 0.0)], [(2.0, 0.0), (4.0, 0.0)]]);
        let wanted = ring(&[(0.0, 0.0), (2.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]);
        assert_eq!(led(&square, &south), Ok(wanted));
        // Two edges become one that is bent elsewhere; the first point of the ring is gone.
        let corner = moved(
            &[[(0.0, 4.0), (0.0, 0.0)], [(0.0, 0.0), (4.0, 0.0)]],
            &[[(0.0, 4.0), (1.0, 1.0)], [(1.0, 1.0), (4.0, 0.0)], [(1.0, 1.0), (9.0, 9.0)]],
        );
        let wanted = ring(&[(4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (1.0, 1.0), (4.0, 0.0)]);
        assert_eq!(led(&square, &corner), Ok(wanted));
        // Nothing leads on.
        let lost = moved(&[[(0.0, 0.0), (4.0, 0.0)]], &[]);
        assert_eq!(led(&square, &lost), Err(Refused::DoesNotFollow { at: Coord { x: 0.0, y: 0.0 } }));
    }
}
