//! Streets from lines as they stand: walkable both ways, joined where end points coincide and nowhere else.
//!
//! A line that ends on the inside of another is not joined to it: whether it crosses on a bridge or meets it there,
//! a line does not say. Such ends are counted, so that a person can split the other line there.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::Coord;

use super::street::{Metric, Street, Streets, Tags};

/// Lines being joined.
pub struct Lines {
    metric: Metric,
    numbers: HashMap<(i64, i64), u32, RandomState>,
    streets: Vec<Street>,
}

impl Lines {
    /// None as yet.
    pub fn new(metric: Metric) -> Self {
        Self { metric, numbers: HashMap::default(), streets: Vec::new() }
    }

    /// Adds a line; fewer than two vertices, or one that is no number, are none (`false`).
    pub fn add(&mut self, line: Vec<Coord>, tags: Tags, row: i64) -> bool {
        let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else { return false };
        if line.len() < 2 || line.iter().any(|c| !c.x.is_finite() || !c.y.is_finite()) {
            return false;
        }
        let (from, to) = (self.node(first), self.node(last));
        self.streets.push(Street { from, to, shape: line, tags, source: row });
        true
    }

    fn node(&mut self, at: Coord) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(key(self.metric, at)).or_insert(next)
    }

    /// How many lines end on an inner vertex of another line without being joined to it.
    pub fn unjoined(&self) -> usize {
        let mut ends: HashMap<(i64, i64), bool, RandomState> =
            self.numbers.keys().map(|key| (*key, false)).collect();
        for street in &self.streets {
            for vertex in &street.shape[1..street.shape.len() - 1] {
                if let Some(met) = ends.get_mut(&key(self.metric, *vertex)) {
                    *met = true;
                }
            }
        }
        ends.values().filter(|met| **met).count()
    }

    /// All of them.
    pub fn finish(self) -> Streets {
        Streets { nodes: self.numbers.len(), streets: self.streets }
    }
}

/// Coordinates that coincide have the same key: they differ by less than a tenth of a millimetre.
fn key(metric: Metric, at: Coord) -> (i64, i64) {
    let unit = match metric {
        Metric::Degrees => 1e9,
        Metric::Plane => 1e4,
    };
    ((at.x * unit).round() as i64, (at.y * unit).round() as i64)
}
