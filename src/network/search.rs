//! Shortest times from many places at once to every node: exact, in near-linear time.
//!
//! Labels are corrected bucket by bucket (R. Dial 1969; U. Meyer and P. Sanders, Δ-stepping, 2003): nodes wait in
//! buckets of equal width in seconds, a bucket is emptied until nothing falls into it again. Whatever the width, the
//! times are those of Dijkstra's algorithm to the last bit, since both end at the least sums along paths; lengths of
//! zero are no special case. Of sources that are equally near, the one with the lowest number counts.

use super::spot::Spot;
use super::walk::{Direction, Walk};

/// No source.
pub const NONE: u32 = u32::MAX;

/// Most buckets at a time; a network whose longest arc would need more gets wider buckets.
const MOST_BUCKETS: f64 = 4096.0;

/// Time to the nearest source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// seconds; infinite where no source is reached
    pub seconds: f64,
    /// number of the source
    pub source: u32,
}

const FAR: Label = Label { seconds: f64::INFINITY, source: NONE };

impl Label {
    fn better(self, other: Self) -> bool {
        self.seconds < other.seconds || self.seconds == other.seconds && self.source < other.source
    }
}

/// A search whose memory is used again by the next.
pub struct Search {
    labels: Vec<Label>,
    /// nodes with a label
    touched: Vec<u32>,
    buckets: Vec<Vec<(u32, f64)>>,
    width: f64,
}

/// What was reached.
pub struct Reached<'a> {
    walk: &'a Walk,
    direction: Direction,
    labels: &'a [Label],
    touched: &'a [u32],
    sources: &'a [Spot],
    /// sources by their edge
    on_edge: Vec<(u32, u32)>,
}

impl Search {
    /// A search in a network.
    pub fn new(walk: &Walk, nodes: usize) -> Self {
        let longest = (0..nodes as u32)
            .flat_map(|node| walk.arcs(Direction::Away).of(node))
            .map(|arc| arc.seconds)
            .fold(0.0, f64::max);
        let width = walk.mean_s().max(longest / MOST_BUCKETS).max(1e-6);
        // What is reached from a bucket lies at most the longest arc ahead.
        let count = ((longest / width) as usize + 3).next_power_of_two();
        Self { labels: vec![FAR; nodes], touched: Vec::new(), buckets: vec![Vec::new(); count], width }
    }

    /// Times to (or from) the nearest of the sources, up to so many seconds.
    pub fn run<'a>(
        &'a mut self,
        walk: &'a Walk,
        sources: &'a [Spot],
        direction: Direction,
        limit_s: f64,
    ) -> Reached<'a> {
        for node in self.touched.drain(..) {
            self.labels[node as usize] = FAR;
        }
        self.spread(walk, sources, direction, limit_s);
        let mut on_edge: Vec<(u32, u32)> =
            sources.iter().enumerate().map(|(at, spot)| (spot.edge, at as u32)).collect();
        on_edge.sort_unstable();
        Reached { walk, direction, labels: &self.labels, touched: &self.touched, sources, on_edge }
    }
}

impl Search {
    fn spread(&mut self, walk: &Walk, sources: &[Spot], direction: Direction, limit_s: f64) {
        let (inverse, mask) = (1.0 / self.width, self.buckets.len() - 1);
        let bucket = |seconds: f64| (seconds * inverse) as usize;
        let mut seeds = seeds(sources, direction, limit_s);
        let arcs = walk.arcs(direction);
        let (mut at, mut waiting) = (0, 0_usize);
        loop {
            if waiting == 0 {
                let Some((_, next)) = seeds.last() else { return };
                at = bucket(next.seconds);
            }
            while let Some((node, label)) = seeds.pop_if(|(_, seed)| bucket(seed.seconds) <= at) {
                waiting += self.improve(node, label, at & mask);
            }
            while let Some((node, seconds)) = self.buckets[at & mask].pop() {
                waiting -= 1;
                let label = self.labels[node as usize];
                // It was improved since it was put here, and waits elsewhere.
                if label.seconds < seconds {
                    continue;
                }
                for arc in arcs.of(node) {
                    let next = Label { seconds: seconds + arc.seconds, source: label.source };
                    if next.seconds <= limit_s {
                        waiting += self.improve(arc.to, next, bucket(next.seconds) & mask);
                    }
                }
            }
            at += 1;
        }
    }

    /// Gives a node a label if it is better than its own: how many more nodes wait.
    #[inline]
    fn improve(&mut self, node: u32, label: Label, bucket: usize) -> usize {
        let old = &mut self.labels[node as usize];
        if !label.better(*old) {
            return 0;
        }
        if old.source == NONE {
            self.touched.push(node);
        }
        *old = label;
        self.buckets[bucket].push((node, label.seconds));
        1
    }
}

/// The ends of the sources' edges with the seconds to them, the latest first.
fn seeds(sources: &[Spot], direction: Direction, limit_s: f64) -> Vec<(u32, Label)> {
    let mut seeds: Vec<(u32, Label)> = Vec::with_capacity(2 * sources.len());
    for (at, spot) in sources.iter().enumerate() {
        for (node, seconds) in spot.nodes.into_iter().zip(spot.as_source(direction)) {
            let seconds = seconds + spot.off_s;
            if seconds <= limit_s && seconds.is_finite() {
                seeds.push((node, Label { seconds, source: at as u32 }));
            }
        }
    }
    seeds.sort_by(|a, b| b.1.seconds.total_cmp(&a.1.seconds));
    seeds
}

impl<'a> Reached<'a> {
    /// The time of a node.
    pub fn node(&self, node: u32) -> Label {
        self.labels[node as usize]
    }

    /// Nodes that were reached, in no order that means anything.
    pub fn nodes(&self) -> &'a [u32] {
        self.touched
    }

    /// Which way people walk.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The sources.
    pub fn sources(&self) -> &'a [Spot] {
        self.sources
    }

    /// The network's times.
    pub fn walk(&self) -> &'a Walk {
        self.walk
    }

    /// Numbers of the sources on an edge.
    pub fn on_edge(&self, edge: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.on_edge.partition_point(|(other, _)| *other < edge);
        self.on_edge[first..].iter().take_while(move |(other, _)| *other == edge).map(|(_, source)| *source)
    }

    /// All edges with a source on them.
    pub fn source_edges(&self) -> impl Iterator<Item = u32> + '_ {
        self.on_edge.iter().map(|(edge, _)| *edge)
    }

    /// The time of a place along an edge, with the metres off the street at both ends.
    pub fn at(&self, place: &Spot) -> Label {
        let mut best = FAR;
        for (node, seconds) in place.nodes.into_iter().zip(place.as_target(self.direction)) {
            let label = self.labels[node as usize];
            let through = Label { seconds: label.seconds + seconds, source: label.source };
            if through.seconds.is_finite() && through.better(best) {
                best = through;
            }
        }
        for source in self.on_edge(place.edge) {
            let there = &self.sources[source as usize];
            let direct = Label { seconds: there.off_s + along(place, there, self.direction), source };
            if direct.seconds.is_finite() && direct.better(best) {
                best = direct;
            }
        }
        Label { seconds: best.seconds + place.off_s, ..best }
    }
}

/// Seconds along their common edge between a place and a source.
pub(super) fn along(place: &Spot, source: &Spot, direction: Direction) -> f64 {
    match direction {
        Direction::Toward => place.straight_to(source),
        Direction::Away => source.straight_to(place),
    }
}
