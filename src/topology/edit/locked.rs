//! Locked edges through an edit: each stays where it is. It may get vertices that lie on it, where a border
//! beside it begins or ends; its stretches are then locked as it was.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use geo_types::Coord;

use super::rings::edges;
use super::{Change, Draft, Refusal};

/// Steps of the grid that a vertex may lie beside an edge and is still on it: it was rounded to the grid.
const STEPS: f64 = 3.0;

/// A locked edge that got vertices.
#[derive(Clone, Debug, PartialEq)]
pub struct Divided {
    /// its ends
    pub edge: [Coord; 2],
    /// the vertices on it, from the first end to the second
    pub points: Vec<Coord>,
}

impl Divided {
    /// The stretches that it now is made up of.
    pub fn stretches(&self) -> impl Iterator<Item = [Coord; 2]> + '_ {
        let from = std::iter::once(self.edge[0]).chain(self.points.iter().copied());
        let to = self.points.iter().copied().chain([self.edge[1]]);
        from.zip(to).map(|(a, b)| [a, b])
    }
}

type Point = [u64; 2];

fn point(c: Coord) -> Point {
    [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()]
}

fn either([a, b]: [Coord; 2]) -> [Point; 2] {
    let (a, b) = (point(a), point(b));
    if a <= b { [a, b] } else { [b, a] }
}

impl Draft {
    /// The locked edges that changes divide.
    ///
    /// # Errors
    /// One of them would be gone, or would run elsewhere.
    pub(super) fn divided(&self, changes: &[Change]) -> Result<Vec<Divided>, Refusal> {
        if self.locks.is_empty() {
            return Ok(Vec::new());
        }
        let mut now: HashSet<[Point; 2], RandomState> = HashSet::default();
        let mut ways: HashMap<Point, Vec<Coord>, RandomState> = HashMap::default();
        for [a, b] in changes.iter().filter_map(|change| change.after.as_deref()).flat_map(edges) {
            if now.insert(either([a, b])) {
                ways.entry(point(a)).or_default().push(b);
                ways.entry(point(b)).or_default().push(a);
            }
        }
        let mut divided: Vec<Divided> = Vec::new();
        for edge in changes.iter().filter_map(|change| change.before.as_deref()).flat_map(edges) {
            if self.locks.hold(edge[0], edge[1]) && now.insert(either(edge)) {
                let points = self.chain(edge, &ways).ok_or(Refusal::Locked { at: edge[0] })?;
                divided.push(Divided { edge, points });
            }
        }
        Ok(divided)
    }

    /// Vertices on an edge by which edges lead from its first end to its second.
    fn chain(
        &self,
        [a, b]: [Coord; 2],
        ways: &HashMap<Point, Vec<Coord>, RandomState>,
    ) -> Option<Vec<Coord>> {
        let (way, near) = (b - a, STEPS / self.units);
        let long = way.x.hypot(way.y);
        let along = |c: Coord| ((c - a).x * way.x + (c - a).y * way.y) / long;
        let beside = |c: Coord| ((c - a).x * way.y - (c - a).y * way.x).abs() / long;
        let (mut at, mut points) = (a, Vec::new());
        loop {
            let next = ways
                .get(&point(at))?
                .iter()
                .copied()
                .filter(|c| *c == b || (beside(*c) <= near && along(*c) > along(at) && along(*c) < long));
            at = next.min_by(|p, q| along(*p).total_cmp(&along(*q)))?;
            if at == b {
                return Some(points);
            }
            points.push(at);
        }
    }
}
