//! Nodes of a coverage and the arcs between them.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// A vertex of a coverage. Equal means the same point; the order only has to be total and the same for
/// every ring, because it decides in which direction an arc is looked at.
pub trait Vertex: Copy + Ord + Hash {
    /// Plane coordinates, in whatever unit the coverage is simplified in.
    fn xy(self) -> (f64, f64);
}

/// The neighbours of every vertex over all rings: a vertex is a node unless every ring passes through it
/// from the same neighbour to the same other neighbour, in either direction.
///
/// One hash table entry per distinct vertex; adding and asking take constant time.
pub struct Nodes<V> {
    /// The two neighbours, the smaller first; twice the same for a node.
    seen: HashMap<V, (V, V), RandomState>,
}

impl<V: Vertex> Nodes<V> {
    /// An empty table with room for so many distinct vertices.
    pub fn with_capacity(vertices: usize) -> Self {
        Self { seen: HashMap::with_capacity_and_hasher(vertices, RandomState::default()) }
    }

    /// Takes in a ring: open (the first vertex is not repeated at the end), no vertex twice in a row.
    pub fn add_ring(&mut self, ring: &[V]) {
        let n = ring.len();
        for at in 0..n {
            self.add_corner(ring[(at + n - 1) % n], ring[at], ring[(at + 1) % n]);
        }
    }

    /// Takes in one passage of a ring through a vertex. A border that turns back on itself (the same
    /// neighbour twice) makes a node.
    pub fn add_corner(&mut self, previous: V, at: V, next: V) {
        let pair = if previous < next { (previous, next) } else { (next, previous) };
        self.seen
            .entry(at)
            .and_modify(|seen| {
                if *seen != pair {
                    *seen = (at, at)
                }
            })
            .or_insert(pair);
    }

    /// Whether a vertex is a node. One that was never added is not.
    pub fn is_node(&self, vertex: V) -> bool {
        self.seen.get(&vertex).is_some_and(|(a, b)| a == b)
    }
}

/// A stretch of a ring between two nodes: `edges` edges from the vertex at `start` on, running over the
/// ring's end if need be. Start and end are the same vertex for a closed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arc {
    /// place of the first vertex in the ring
    pub start: usize,
    /// how many edges, from 1 to the ring's length
    pub edges: usize,
}

impl Arc {
    /// Places of its vertices in a ring of `n` vertices, both ends included.
    pub fn places(self, n: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        (0..self.edges + 1).map(move |step| (self.start + step) % n)
    }
}

/// Cuts an open ring at its nodes. A ring without one is a single arc from its smallest vertex, so that
/// an island and the hole it lies in are cut alike.
pub fn arcs<V: Vertex>(ring: &[V], is_node: impl Fn(usize) -> bool) -> Vec<Arc> {
    let n = ring.len();
    let nodes: Vec<usize> = (0..n).filter(|at| is_node(*at)).collect();
    let Some((&first, _)) = nodes.split_first() else {
        let start = (0..n).min_by_key(|at| ring[*at]);
        return start.map(|start| Arc { start, edges: n }).into_iter().collect();
    };
    let next = nodes.iter().skip(1).copied().chain([first + n]);
    nodes.iter().zip(next).map(|(start, end)| Arc { start: *start, edges: end - start }).collect()
}

/// Whether an arc, given with both ends, runs in its canonical direction: the one in which its vertices
/// come first in order. Reading the reverse of an arc gives the opposite answer (palindromes aside, where
/// direction does not matter).
pub fn is_forward<V: Ord>(arc: &[V]) -> bool {
    arc.iter().le(arc.iter().rev())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Vertex for (i32, i32) {
        fn xy(self) -> (f64, f64) {
            (f64::from(self.0), f64::from(self.1))
        }
    }

    #[test]
    fn two_squares_meet_in_one_arc_and_an_island_has_none() {
        let left = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (0, 2)];
        let right = [(2, 0), (4, 0), (4, 2), (2, 2), (2, 1)];
        let island = [(9, 9), (8, 9), (8, 8)];
        let mut nodes = Nodes::with_capacity(16);
        for ring in [&left[..], &right, &island] {
            nodes.add_ring(ring);
        }
        let found: Vec<_> = left.iter().filter(|v| nodes.is_node(**v)).collect();
        assert_eq!(found, [&(2, 0), &(2, 2)]);
        let cut = |ring: &[(i32, i32)]| arcs(ring, |at| nodes.is_node(ring[at]));
        assert_eq!(cut(&left), [Arc { start: 2, edges: 2 }, Arc { start: 4, edges: 4 }]);
        assert_eq!(cut(&right), [Arc { start: 0, edges: 3 }, Arc { start: 3, edges: 2 }]);
        assert_eq!(cut(&island), [Arc { start: 2, edges: 3 }]);
        assert_eq!(cut(&[]), []);
        let shared: Vec<_> = cut(&right)[1].places(5).map(|at| right[at]).collect();
        assert_eq!(shared, [(2, 2), (2, 1), (2, 0)]);
        assert!(!is_forward(&shared));
    }

    #[test]
    fn a_border_that_turns_back_makes_a_node() {
        let mut nodes = Nodes::with_capacity(8);
        nodes.add_ring(&[(0, 0), (5, 0), (9, 0), (5, 0), (5, 5)]);
        assert!(nodes.is_node((9, 0)) && nodes.is_node((5, 0)) && !nodes.is_node((5, 5)));
    }
}
