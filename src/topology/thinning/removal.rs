//! Takes vertices out of one chain, the least first, as long as nothing is swept over.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use geo_types::Coord;

use super::Method;
use super::runs::Runs;
use crate::topology::{Metric, Vertex, significance};

/// What a round knows of all chains, and how far it goes.
pub(super) struct Round<'a> {
    pub(super) runs: &'a Runs<'a>,
    pub(super) method: Method,
    pub(super) metric: &'a Metric,
    /// what counts less or as much goes: square metres of a triangle, or the square of a distance
    pub(super) limit: f64,
}

/// One chain of the round.
pub(super) struct Task<'a> {
    /// which of the round's chains
    pub(super) chain: usize,
    pub(super) coords: &'a [Coord],
    /// fewest vertices between the ends; in all, of a ring that is free
    pub(super) least: usize,
    /// closed, and its end may go as any other vertex
    pub(super) free: bool,
}

/// What is left of a chain.
pub(super) struct Left {
    /// places of the vertices kept, rising; of a free ring the first once more at the end
    pub(super) kept: Vec<u32>,
    /// how many stay only because something lies in the way
    pub(super) blocked: usize,
}

/// Order of removal: the bits of a non-negative number sort as the number does.
type Waiting = BinaryHeap<Reverse<(u64, u32)>>;

/// The chain while it is worked on.
struct Chain<'a> {
    coords: &'a [Coord],
    /// its vertices: without the last of a free ring, which is the first
    vertices: usize,
    free: bool,
    before: Vec<u32>,
    after: Vec<u32>,
    /// weight under which a vertex waits
    weight: Vec<f64>,
    alive: Vec<bool>,
}

impl<'a> Chain<'a> {
    fn new(coords: &'a [Coord], free: bool) -> Self {
        let vertices = coords.len() - usize::from(free);
        let (n, whole) = (vertices as u32, coords.len());
        let mut before: Vec<u32> = (0..n).map(|at| at.wrapping_sub(1)).collect();
        let mut after: Vec<u32> = (1..n + 1).collect();
        if free {
            before[0] = n - 1;
            after[vertices - 1] = 0;
        }
        Self {
            coords,
            vertices,
            free,
            before,
            after,
            weight: vec![f64::INFINITY; vertices],
            alive: vec![true; whole],
        }
    }

    /// Vertices that may go.
    fn inner(&self) -> std::ops::Range<usize> {
        if self.free { 0..self.vertices } else { 1..self.vertices.saturating_sub(1).max(1) }
    }

    fn triangle(&self, at: usize) -> [Coord; 3] {
        [self.coords[self.before[at] as usize], self.coords[at], self.coords[self.after[at] as usize]]
    }

    /// Takes a vertex out and gives its neighbours.
    fn take(&mut self, at: usize) -> [usize; 2] {
        self.alive[at] = false;
        if self.free && at == 0 {
            self.alive[self.vertices] = false;
        }
        let (before, after) = (self.before[at] as usize, self.after[at] as usize);
        self.after[before] = after as u32;
        self.before[after] = before as u32;
        [before, after]
    }

    fn push(&mut self, waiting: &mut Waiting, at: usize, weight: f64, limit: f64) {
        self.weight[at] = weight;
        if weight <= limit {
            waiting.push(Reverse((weight.to_bits(), at as u32)));
        }
    }

    /// Whether what waited still holds.
    fn is_due(&self, at: usize, bits: u64) -> bool {
        self.alive[at] && self.weight[at].to_bits() == bits
    }

    fn kept(&self) -> Vec<u32> {
        let mut kept: Vec<u32> = (0..self.vertices as u32).filter(|at| self.alive[*at as usize]).collect();
        if self.free {
            kept.extend(
                kept.first().copied().map(|first| if first == 0 { self.vertices as u32 } else { first }),
            );
        }
        kept
    }
}

/// Removes what the round's limit lets go. A vertex goes only if the triangle that it spans with its
/// neighbours holds no other vertex: of its own chain as it is by then, of others as they were at the
/// round's start. So each removal moves the line over empty ground, and the chains of a round may be
/// worked on at once and in any order.
pub(super) fn remove(round: &Round, task: &Task) -> Left {
    if task.coords.len() < 3 {
        return Left { kept: (0..task.coords.len() as u32).collect(), blocked: 0 };
    }
    let mut chain = Chain::new(task.coords, task.free);
    let fixed_weights = match round.method {
        Method::Visvalingam => None,
        Method::DouglasPeucker => Some(distances(task.coords, round.metric)),
    };
    let weigh = |chain: &Chain, at: usize| match &fixed_weights {
        Some(weights) => weights[at],
        None => round.metric.area(chain.triangle(at)),
    };
    let inner = chain.inner();
    let mut waiting = Waiting::with_capacity(inner.len());
    for at in inner.clone() {
        let weight = weigh(&chain, at);
        chain.push(&mut waiting, at, weight, round.limit);
    }
    let (mut left, mut blocked) = (inner.len(), vec![false; chain.vertices]);
    while let Some(Reverse((bits, at))) = waiting.pop() {
        let at = at as usize;
        if left <= task.least {
            break;
        }
        if !chain.is_due(at, bits) {
            continue;
        }
        let own = task.chain;
        if round.runs.any_within(chain.triangle(at), |of, place| of != own || chain.alive[place]) {
            blocked[at] = true;
            continue;
        }
        blocked[at] = false;
        left -= 1;
        for neighbour in chain.take(at) {
            if inner.contains(&neighbour) && (fixed_weights.is_none() || blocked[neighbour]) {
                let weight = weigh(&chain, neighbour);
                blocked[neighbour] = false;
                chain.push(&mut waiting, neighbour, weight, round.limit);
            }
        }
    }
    Left { kept: chain.kept(), blocked: blocked.iter().filter(|blocked| **blocked).count() }
}

/// The weight at which each vertex would go if nothing were in the way, never less than that of those
/// that went before it; infinite for the ends.
pub(super) fn weights(coords: &[Coord], method: Method, metric: &Metric) -> Vec<f64> {
    if method == Method::DouglasPeucker || coords.len() < 3 {
        return distances(coords, metric);
    }
    let mut chain = Chain::new(coords, false);
    let (inner, mut waiting, mut most) = (chain.inner(), Waiting::new(), 0.0f64);
    for at in inner.clone() {
        let weight = metric.area(chain.triangle(at));
        chain.push(&mut waiting, at, weight, f64::INFINITY);
    }
    while let Some(Reverse((bits, at))) = waiting.pop() {
        let at = at as usize;
        if !chain.is_due(at, bits) {
            continue;
        }
        most = most.max(chain.weight[at]);
        chain.weight[at] = most;
        for neighbour in chain.take(at) {
            if inner.contains(&neighbour) {
                let weight = metric.area(chain.triangle(neighbour));
                chain.push(&mut waiting, neighbour, weight, f64::INFINITY);
            }
        }
    }
    chain.weight
}

/// A vertex in metres.
#[derive(Clone, Copy, PartialEq)]
struct Metres(Coord);

impl Metres {
    fn bits(self) -> (u64, u64) {
        (self.0.x.to_bits(), self.0.y.to_bits())
    }
}

impl Eq for Metres {}

impl PartialOrd for Metres {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Metres {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.x.total_cmp(&other.0.x).then(self.0.y.total_cmp(&other.0.y))
    }
}

impl std::hash::Hash for Metres {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bits().hash(state);
    }
}

impl Vertex for Metres {
    fn xy(self) -> (f64, f64) {
        (self.0.x, self.0.y)
    }
}

/// Squares of the distances up to which Douglas and Peucker keep each vertex.
fn distances(coords: &[Coord], metric: &Metric) -> Vec<f64> {
    let middle = coords.get(coords.len() / 2).map_or(0.0, |c| c.y);
    let points: Vec<Metres> = coords.iter().map(|c| Metres(metric.metres(*c, middle))).collect();
    let mut out = Vec::new();
    significance(&points, &mut out);
    out
}
