//! The k nearest of many places for every node: a node is settled by up to k different sources.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::search::{Label, along};
use super::spot::Spot;
use super::walk::{Direction, Walk};

/// The k nearest sources of every node.
pub struct Nearest<'a> {
    sources: &'a [Spot],
    direction: Direction,
    k: usize,
    /// up to k labels of each node, the nearest first
    labels: Vec<Label>,
    counts: Vec<u16>,
    on_edge: Vec<(u32, u32)>,
}

/// Finds them with a heap (E. W. Dijkstra 1959, each node settled k times), in O(k m log(k m)).
pub fn k_nearest<'a>(
    walk: &Walk,
    nodes: usize,
    sources: &'a [Spot],
    direction: Direction,
    k: u16,
) -> Nearest<'a> {
    let k = usize::from(k.max(1));
    let mut found = Nearest {
        sources,
        direction,
        k,
        labels: vec![Label { seconds: f64::INFINITY, source: u32::MAX }; nodes * k],
        counts: vec![0; nodes],
        on_edge: sources.iter().enumerate().map(|(at, spot)| (spot.edge, at as u32)).collect(),
    };
    found.on_edge.sort_unstable();
    // Seconds are never negative: their bits are ordered as they are.
    let mut heap: BinaryHeap<Reverse<(u64, u32, u32)>> = BinaryHeap::new();
    for (source, spot) in sources.iter().enumerate() {
        for (node, seconds) in spot.nodes.into_iter().zip(spot.as_source(direction)) {
            if seconds.is_finite() {
                heap.push(Reverse(((seconds + spot.off_s).to_bits(), source as u32, node)));
            }
        }
    }
    let arcs = walk.arcs(direction);
    while let Some(Reverse((bits, source, node))) = heap.pop() {
        let seconds = f64::from_bits(bits);
        if !found.settle(node, Label { seconds, source }) {
            continue;
        }
        for arc in arcs.of(node) {
            if found.open(arc.to, source) {
                heap.push(Reverse(((seconds + arc.seconds).to_bits(), source, arc.to)));
            }
        }
    }
    found
}

impl Nearest<'_> {
    fn of(&self, node: u32) -> &[Label] {
        let first = node as usize * self.k;
        &self.labels[first..first + usize::from(self.counts[node as usize])]
    }

    /// Whether a node may still be settled by a source.
    fn open(&self, node: u32, source: u32) -> bool {
        let known = self.of(node);
        known.len() < self.k && known.iter().all(|label| label.source != source)
    }

    fn settle(&mut self, node: u32, label: Label) -> bool {
        if !self.open(node, label.source) {
            return false;
        }
        let count = &mut self.counts[node as usize];
        self.labels[node as usize * self.k + usize::from(*count)] = label;
        *count += 1;
        true
    }

    /// The k nearest sources of a place, the nearest first; fewer where fewer are reached.
    pub fn at(&self, place: &Spot) -> Vec<Label> {
        let mut all: Vec<Label> = Vec::with_capacity(2 * self.k);
        for (node, seconds) in place.nodes.into_iter().zip(place.as_target(self.direction)) {
            let through = self.of(node).iter();
            all.extend(through.map(|label| Label { seconds: label.seconds + seconds, source: label.source }));
        }
        let first = self.on_edge.partition_point(|(edge, _)| *edge < place.edge);
        for (_, source) in self.on_edge[first..].iter().take_while(|(edge, _)| *edge == place.edge) {
            let there = &self.sources[*source as usize];
            let seconds = there.off_s + along(place, there, self.direction);
            all.push(Label { seconds, source: *source });
        }
        all.retain(|label| label.seconds.is_finite());
        all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds).then(a.source.cmp(&b.source)));
        let mut nearest: Vec<Label> = Vec::with_capacity(self.k);
        for label in all {
            if nearest.len() < self.k && nearest.iter().all(|known| known.source != label.source) {
                nearest.push(Label { seconds: label.seconds + place.off_s, ..label });
            }
        }
        nearest
    }
}
