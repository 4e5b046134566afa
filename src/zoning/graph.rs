//! Who borders on whom: units as nodes, common borders between them as edges, in flat arrays.
//!
//! Knows nothing of geometry or of zones.

use super::barrier::Barrier;

/// The common border of two units, or of two groups of units that are one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// the node of the smaller number
    pub a: u32,
    /// the other
    pub b: u32,
    /// how many pairs of units it stands for
    pub pairs: u32,
    /// its length, millimetres
    pub length_mm: i64,
    /// what runs along most of it; of several pairs, the weakest
    pub class: Barrier,
    /// places where one can cross: streets that lead over it; `None` where nothing is known
    pub crossings: Option<u32>,
}

/// Nodes and borders. Neighbours of a node stand in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    starts: Vec<u32>,
    to: Vec<(u32, u32)>,
    borders: Vec<Border>,
}

impl Graph {
    /// From borders in any order. Those of a node with itself are left out, several of one pair become one.
    pub fn new(nodes: usize, borders: impl IntoIterator<Item = Border>) -> Self {
        let mut list: Vec<Border> = borders
            .into_iter()
            .filter(|border| border.a != border.b)
            .map(|border| Border { a: border.a.min(border.b), b: border.a.max(border.b), ..border })
            .collect();
        list.sort_by_key(|border| (border.a, border.b));
        let mut merged: Vec<Border> = Vec::with_capacity(list.len());
        for border in list {
            match merged.last_mut() {
                Some(last) if (last.a, last.b) == (border.a, border.b) => {
                    last.pairs += border.pairs;
                    last.length_mm += border.length_mm;
                    last.class = last.class.min(border.class);
                    last.crossings = match (last.crossings, border.crossings) {
                        (Some(one), Some(other)) => Some(one + other),
                        (one, other) => one.or(other),
                    };
                }
                _ => merged.push(border),
            }
        }
        let mut starts = vec![0_u32; nodes + 1];
        for border in &merged {
            starts[border.a as usize + 1] += 1;
            starts[border.b as usize + 1] += 1;
        }
        for at in 0..nodes {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut to = vec![(0, 0); merged.len() * 2];
        // Borders are sorted by (a, b): first the smaller neighbours of a node in order, then the larger ones.
        for (number, border) in merged.iter().enumerate() {
            let place = &mut next[border.b as usize];
            to[*place as usize] = (border.a, number as u32);
            *place += 1;
        }
        for (number, border) in merged.iter().enumerate() {
            let place = &mut next[border.a as usize];
            to[*place as usize] = (border.b, number as u32);
            *place += 1;
        }
        Self { starts, to, borders: merged }
    }

    /// How many nodes.
    pub fn nodes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// All borders.
    pub fn borders(&self) -> &[Border] {
        &self.borders
    }

    /// Neighbours of a node, each with the number of the border.
    pub fn around(&self, node: u32) -> &[(u32, u32)] {
        &self.to[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// The connected components of what is left when borders are refused: a number for every node, counted
    /// in the order of the first nodes, and how many there are.
    pub fn components(&self, passes: impl Fn(&Border) -> bool) -> (Vec<u32>, usize) {
        let mut component = vec![u32::MAX; self.nodes()];
        let (mut count, mut open) = (0, Vec::new());
        for first in 0..self.nodes() as u32 {
            if component[first as usize] != u32::MAX {
                continue;
            }
            component[first as usize] = count;
            open.push(first);
            while let Some(node) = open.pop() {
                for (next, border) in self.around(node) {
                    let known = &mut component[*next as usize];
                    if *known == u32::MAX && passes(&self.borders[*border as usize]) {
                        *known = count;
                        open.push(*next);
                    }
                }
            }
            count += 1;
        }
        (component, count as usize)
    }

    /// Every node becomes part of the group of its number; nodes without one drop out.
    pub fn grouped(&self, groups: usize, group_of: &[Option<u32>]) -> Self {
        let borders = self.borders.iter().filter_map(|border| {
            let (a, b) = (group_of[border.a as usize]?, group_of[border.b as usize]?);
            Some(Border { a, b, ..*border })
        });
        Self::new(groups, borders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_of_a_pair_become_one_and_neighbours_stand_in_order() {
        let border =
            |a, b, length_mm| Border { a, b, pairs: 1, length_mm, class: Barrier::None, crossings: None };
        let graph = Graph::new(5, [border(3, 1, 10), border(1, 3, 5), border(0, 1, 7), border(2, 2, 9)]);
        assert_eq!(graph.borders().len(), 2);
        assert_eq!(graph.around(1), [(0, 0), (3, 1)]);
        assert_eq!((graph.borders()[1].length_mm, graph.borders()[1].pairs), (15, 2));
        assert_eq!(graph.components(|_| true), (vec![0, 0, 1, 0, 2], 3));
    }
}
