//! Simplification of all chains of a coverage at once, so that nothing crosses that did not cross before.
//!
//! A vertex is taken out only where the triangle that it spans with its neighbours holds no other vertex:
//! the line then moves over empty ground, no two lines can come to cross or touch, no island changes
//! sides, no ring closes up. Ends of chains stay. Knows chains only, no polygons.

mod removal;
mod runs;

use geo_types::Coord;
use rayon::prelude::*;

use super::Metric;
use removal::{Left, Round, Task, remove, weights};
use runs::Runs;

/// How the weight of a vertex is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// by the area of the triangle with its neighbours (Visvalingam & Whyatt 1993)
    Visvalingam,
    /// by the distance from the line that would be drawn without it (Douglas & Peucker 1973)
    DouglasPeucker,
}

/// How far a simplification goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// metres (units of the coordinates in a plane): the distance of Douglas and Peucker, for Visvalingam
    /// the side of a square as large as the triangle
    Tolerance(f64),
    /// square metres of the triangle; its root is the distance for Douglas and Peucker
    Area(f64),
    /// share of the vertices between nodes that stays, 0 to 1, before what is in the way is kept as well
    Keep(f64),
}

/// How to simplify.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thinning {
    /// the weight of a vertex
    pub method: Method,
    /// how far
    pub amount: Amount,
    /// unit
    pub metric: Metric,
}

/// A chain of vertices, both ends included; closed where they are the same.
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a> {
    /// vertices
    pub coords: &'a [Coord],
    /// stays as it is
    pub locked: bool,
    /// closed and met by no other: its end may go as any other vertex
    pub free: bool,
}

/// What is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thinned {
    /// of each chain the places of the vertices kept, rising, both ends among them; where the end of a free
    /// ring went, the first kept stands again at the end
    pub kept: Vec<Vec<u32>>,
    /// vertices light enough to go that stay because another line lies in the way
    pub blocked: usize,
}

/// Rounds at most: what was in the way in one may be gone in the next.
const ROUNDS: usize = 4;

/// Simplifies all chains together. They may meet only at their ends; where they cross or touch already,
/// it is not made worse. Of chains between the same two ends one at most becomes straight, a closed chain
/// keeps four corners (three if it has no more). The same on every machine and with any number of threads.
/// O(n log n) as a rule.
pub fn thin(chains: &[Chain], how: &Thinning) -> Thinned {
    let limit = limit(chains, how);
    let least = least_inner(chains);
    let mut kept: Vec<Vec<u32>> =
        chains.par_iter().map(|chain| (0..chain.coords.len() as u32).collect()).collect();
    let mut coords: Vec<std::borrow::Cow<[Coord]>> =
        chains.iter().map(|chain| std::borrow::Cow::Borrowed(chain.coords)).collect();
    let mut busy: Vec<usize> = (0..chains.len()).filter(|at| !chains[*at].locked).collect();
    let mut blocked = 0;
    for _ in 0..ROUNDS {
        let slices: Vec<&[Coord]> = coords.iter().map(|c| c.as_ref()).collect();
        let runs = Runs::new(&slices);
        let round = Round { runs: &runs, method: how.method, metric: &how.metric, limit };
        let done: Vec<(usize, Left)> = busy
            .par_iter()
            .map(|at| {
                let free = chains[*at].free && is_closed(slices[*at]);
                let least = least[*at] + usize::from(free);
                (*at, remove(&round, &Task { chain: *at, coords: slices[*at], least, free }))
            })
            .collect();
        let gone = done.iter().any(|(at, left)| left.kept.len() < slices[*at].len());
        blocked = done.iter().map(|(_, left)| left.blocked).sum();
        busy = done.iter().filter(|(_, left)| left.blocked > 0).map(|(at, _)| *at).collect();
        for (at, left) in done {
            if left.kept.len() < coords[at].len() {
                kept[at] = left.kept.iter().map(|place| kept[at][*place as usize]).collect();
                coords[at] =
                    left.kept.iter().map(|place| coords[at][*place as usize]).collect::<Vec<_>>().into();
            }
        }
        if busy.is_empty() || !gone {
            break;
        }
    }
    Thinned { kept, blocked }
}

fn is_closed(coords: &[Coord]) -> bool {
    coords.len() > 3 && coords.first() == coords.last()
}

fn limit(chains: &[Chain], how: &Thinning) -> f64 {
    match how.amount {
        Amount::Tolerance(metres) => metres * metres,
        Amount::Area(square_metres) => square_metres,
        Amount::Keep(share) => {
            let mut all: Vec<f64> = chains
                .par_iter()
                .filter(|chain| !chain.locked)
                .flat_map_iter(|chain| weights(chain.coords, how.method, &how.metric))
                .filter(|weight| weight.is_finite())
                .collect();
            let gone = ((1.0 - share.clamp(0.0, 1.0)) * all.len() as f64).round() as usize;
            match gone.checked_sub(1) {
                None => -1.0,
                Some(last) => *all.select_nth_unstable_by(last, f64::total_cmp).1,
            }
        }
    }
}

/// The fewest vertices that have to stay between the ends of each chain: three in a closed one, none in one
/// that may become straight, else one. Of chains with the same ends one may, unless one is so already.
fn least_inner(chains: &[Chain]) -> Vec<usize> {
    let ends = |at: usize| -> Option<[u64; 4]> {
        let (first, last) = (chains[at].coords.first()?, chains[at].coords.last()?);
        let key = |c: &Coord| [c.x.to_bits(), c.y.to_bits()];
        let (a, b) = (key(first).min(key(last)), key(first).max(key(last)));
        Some([a[0], a[1], b[0], b[1]])
    };
    let mut open: Vec<(Option<[u64; 4]>, bool, usize)> =
        (0..chains.len()).map(|at| (ends(at), chains[at].coords.len() > 2, at)).collect();
    // What is straight already comes first in its group and takes the place.
    open.par_sort_unstable();
    let mut least = vec![1; chains.len()];
    let mut previous = None;
    for (key, _, at) in open {
        let closed = key.is_some_and(|k| k[..2] == k[2..]);
        least[at] = match (closed, previous == Some(key)) {
            (true, _) => 3,
            (false, true) => 1,
            (false, false) => 0,
        };
        previous = Some(key);
    }
    least
}

#[cfg(test)]
mod tests;
