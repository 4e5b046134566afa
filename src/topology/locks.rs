//! Borders that may not move: surveyed, agreed, approved.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use geo_types::{Coord, LineString};

/// Edges that stay where they are, known by the coordinates of their ends.
#[derive(Clone, Debug, Default)]
pub struct Locks {
    edges: HashSet<[u64; 4], RandomState>,
}

fn key(a: Coord, b: Coord) -> [u64; 4] {
    let bits = |c: Coord| [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
    let (p, q) = (bits(a), bits(b));
    let (p, q) = if p <= q { (p, q) } else { (q, p) };
    [p[0], p[1], q[0], q[1]]
}

impl Locks {
    /// Every edge of the lines.
    pub fn of_lines<'a>(lines: impl IntoIterator<Item = &'a LineString>) -> Self {
        let edges = lines.into_iter().flat_map(|line| line.0.windows(2)).map(|pair| key(pair[0], pair[1]));
        Self { edges: edges.collect() }
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        self.edges.extend(&others.edges);
        self
    }

    /// These edges too.
    pub fn extend(&mut self, edges: impl IntoIterator<Item = [Coord; 2]>) {
        self.edges.extend(edges.into_iter().map(|[a, b]| key(a, b)));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Whether the edge between two points, in either direction, is locked.
    pub fn hold(&self, a: Coord, b: Coord) -> bool {
        !self.edges.is_empty() && self.edges.contains(&key(a, b))
    }
}
