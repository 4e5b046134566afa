//! Division by spanning trees: a random tree over some nodes, cut at the best edge whose two sides can each be
//! divided further. Every part is in one piece by construction.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::super::problem::{Band, Problem};

/// A set of nodes that is to be divided, and room for the work.
pub(in crate::zoning) struct Splitter<'p> {
    problem: &'p Problem,
    /// place of a node in the list being worked on, plus one; 0 for those outside
    local: Vec<u32>,
    edges: Vec<(u32, u32, u32, u32)>,
    parent: Vec<u32>,
    tree: Vec<Vec<u32>>,
    order: Vec<u32>,
    up: Vec<u32>,
    depth: Vec<u32>,
    weight: Vec<i64>,
    crossing: Vec<i64>,
    /// elementary steps so far
    pub work: u64,
}

/// How weights may be cut: for a number of parts, the least and greatest weight.
#[derive(Clone, Copy)]
pub(in crate::zoning) struct Room {
    /// least and greatest of one part, where many more follow: drawn in so that the last parts have room
    pub inner: (i64, i64),
    /// of the last
    pub band: Band,
}

impl Room {
    /// For so many parts of a whole.
    pub fn new(band: Band, whole: i64, parts: usize) -> Self {
        let mean = whole / parts.max(1) as i64;
        let (low, high) = (band.min.min(mean), band.max.max(mean));
        Self { inner: (mean - (mean - low) / 3, mean + (high - mean) / 3), band }
    }

    fn of(&self, parts: usize) -> (i64, i64) {
        let (low, high) = if parts <= 2 { (self.band.min, self.band.max) } else { self.inner };
        (low.saturating_mul(parts as i64), high.saturating_mul(parts as i64))
    }
}

impl<'p> Splitter<'p> {
    pub fn new(problem: &'p Problem) -> Self {
        Self {
            problem,
            local: vec![0; problem.nodes()],
            edges: Vec::new(),
            parent: Vec::new(),
            tree: Vec::new(),
            order: Vec::new(),
            up: Vec::new(),
            depth: Vec::new(),
            weight: Vec::new(),
            crossing: Vec::new(),
            work: 0,
        }
    }

    /// Divides connected nodes into so many parts: the part of each node, by place in the list. Parts are within
    /// the room where a cut could be found that allows it; else as near as could be.
    pub fn split(&mut self, nodes: &[u32], parts: usize, tries: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
        let mut part = vec![0; nodes.len()];
        let all: Vec<u32> = (0..nodes.len() as u32).collect();
        let mut open = vec![(all, parts, 0_u32)];
        while let Some((places, parts, first)) = open.pop() {
            if parts <= 1 || places.len() <= 1 {
                places.iter().for_each(|place| part[*place as usize] = first);
                continue;
            }
            let here: Vec<u32> = places.iter().map(|place| nodes[*place as usize]).collect();
            let whole: i64 = here.iter().map(|node| self.problem.weight[*node as usize]).sum();
            let room = Room::new(self.problem.band, whole, parts);
            let (inside, inner_parts) = self.halve(&here, parts, &room, tries, rng);
            let (mut one, mut other) = (Vec::new(), Vec::new());
            for (place, inside) in places.into_iter().zip(inside) {
                if inside { one.push(place) } else { other.push(place) }
            }
            open.push((other, parts - inner_parts, first + inner_parts as u32));
            open.push((one, inner_parts, first));
        }
        part
    }

    /// Cuts nodes in two: which of them are on the inner side, and how many of the parts that side is to hold.
    fn halve(
        &mut self,
        nodes: &[u32],
        parts: usize,
        room: &Room,
        tries: usize,
        rng: &mut ChaCha8Rng,
    ) -> (Vec<bool>, usize) {
        for (place, node) in nodes.iter().enumerate() {
            self.local[*node as usize] = place as u32 + 1;
        }
        let mut best: Option<((i64, i64), Vec<bool>, usize)> = None;
        for attempt in 0..tries.max(1) {
            self.grow(nodes, rng);
            self.count(nodes);
            if let Some((key, place, inner)) = self.best_cut(nodes, parts, room)
                && best.as_ref().is_none_or(|(known, ..)| key < *known)
            {
                best = Some((key, self.below(nodes.len(), place), inner));
            }
            // A tree that fits is enough where there is much to cut; few nodes are cheap to try again.
            if best.as_ref().is_some_and(|(key, ..)| key.0 == 0) && attempt >= 2 {
                break;
            }
        }
        nodes.iter().for_each(|node| self.local[*node as usize] = 0);
        best.map_or_else(|| (vec![true; nodes.len()], parts), |(_, inside, inner)| (inside, inner))
    }

    /// A random spanning tree: Kruskal over random weights, rooted at the first node.
    fn grow(&mut self, nodes: &[u32], rng: &mut ChaCha8Rng) {
        let graph = &self.problem.graph;
        self.edges.clear();
        for (place, node) in nodes.iter().enumerate() {
            for (next, border) in graph.around(*node) {
                let other = self.local[*next as usize];
                if other > place as u32 + 1 {
                    // Borders that are cheap to cut come late into the tree, and so are cut rather.
                    let cost = self.problem.cost[*border as usize].clamp(50, 1_000_000) as f64 / 1000.0;
                    let key = rng.random::<f32>() as f64 / cost.min(4.0);
                    self.edges.push(((key * 1e9) as u32, place as u32, other - 1, *border));
                }
            }
        }
        self.edges.sort_unstable();
        self.parent.clear();
        self.parent.extend(0..nodes.len() as u32);
        self.tree.iter_mut().for_each(Vec::clear);
        self.tree.resize_with(nodes.len().max(self.tree.len()), Vec::new);
        for at in 0..self.edges.len() {
            let (_, a, b, _) = self.edges[at];
            let (root_a, root_b) = (find(&mut self.parent, a), find(&mut self.parent, b));
            if root_a != root_b {
                self.parent[root_a as usize] = root_b;
                self.tree[a as usize].push(b);
                self.tree[b as usize].push(a);
            }
        }
        self.work += self.edges.len() as u64 * 8;
    }

    /// Order from the root, weights below every node, and cost of the borders that cross from below it.
    fn count(&mut self, nodes: &[u32]) {
        let count = nodes.len();
        self.order.clear();
        self.up.clear();
        self.up.resize(count, u32::MAX);
        self.depth.clear();
        self.depth.resize(count, 0);
        self.order.push(0);
        let mut at = 0;
        while let Some(here) = self.order.get(at).copied() {
            at += 1;
            for next in &self.tree[here as usize] {
                if *next != self.up[here as usize] {
                    self.up[*next as usize] = here;
                    self.depth[*next as usize] = self.depth[here as usize] + 1;
                    self.order.push(*next);
                }
            }
        }
        self.weight.clear();
        self.weight.extend(nodes.iter().map(|node| self.problem.weight[*node as usize]));
        self.crossing.clear();
        self.crossing.resize(count, 0);
        for (_, a, b, border) in &self.edges {
            let cost = self.problem.cost[*border as usize];
            self.crossing[*a as usize] += cost;
            self.crossing[*b as usize] += cost;
            let (mut a, mut b) = (*a, *b);
            while a != b {
                if self.depth[a as usize] >= self.depth[b as usize] {
                    a = self.up[a as usize];
                } else {
                    b = self.up[b as usize];
                }
                self.work += 1;
            }
            self.crossing[a as usize] -= 2 * cost;
        }
        for at in (1..self.order.len()).rev() {
            let here = self.order[at] as usize;
            let up = self.up[here] as usize;
            self.weight[up] += self.weight[here];
            self.crossing[up] += self.crossing[here];
        }
    }

    /// The best edge to cut, as the node below it: how far outside of the room, then what it costs.
    fn best_cut(&self, nodes: &[u32], parts: usize, room: &Room) -> Option<((i64, i64), u32, usize)> {
        let whole = self.weight[0];
        debug_assert_eq!(self.order.len(), nodes.len());
        let mut best: Option<((i64, i64), u32, usize)> = None;
        for place in self.order.iter().skip(1) {
            let below = self.weight[*place as usize];
            let crossing = self.crossing[*place as usize];
            let (least, most) = if parts <= 6 { (1, parts - 1) } else { (parts / 3, parts - parts / 3) };
            // The number of parts that this side would hold, were all alike, and those beside it.
            let near = (below as f64 * parts as f64 / whole.max(1) as f64).round() as usize;
            for inner in near.saturating_sub(1).max(least)..=(near + 1).min(most) {
                let outside = |weight: i64, parts: usize| {
                    let (low, high) = room.of(parts);
                    (weight - high).max(low - weight).max(0)
                };
                let miss = outside(below, inner) + outside(whole - below, parts - inner);
                let key = (miss, crossing);
                if best.as_ref().is_none_or(|(known, ..)| key < *known) {
                    best = Some((key, *place, inner));
                }
            }
        }
        best
    }

    /// Which places are below a node of the tree.
    fn below(&self, count: usize, place: u32) -> Vec<bool> {
        let mut inside = vec![false; count];
        inside[place as usize] = true;
        for here in self.order.iter().skip(1) {
            if inside[self.up[*here as usize] as usize] {
                inside[*here as usize] = true;
            }
        }
        inside
    }
}

fn find(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}
