//! Times between candidates and demand along the network.

use rayon::prelude::*;

use crate::network::{Direction, Found, Network, Search, Walk};

use super::AccessError;

/// Most pairs that are held: eight bytes each.
const MOST_PAIRS: usize = 400_000_000;

/// Seconds between candidates and demand, by candidate; pairs beyond the limit are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// how many demand points
    pub demand: usize,
    /// by candidate: demand point and seconds, in the order of the demand points
    pub of: Vec<Vec<(u32, f32)>>,
}

/// Walks from all demand points to each candidate, up to a limit, however long it takes.
///
/// # Errors
/// No candidate is on the network; more pairs than can be held.
pub fn times(
    network: &Network,
    walk: &Walk,
    candidates: &[Found],
    demand: &[Found],
    limit_s: f64,
) -> Result<Times, AccessError> {
    times_while((network, walk), candidates, demand, limit_s, &|| true)
}

/// The same as long as there is time.
///
/// # Errors
/// As [`times`]; the time is over before all candidates are looked at.
pub fn times_while(
    (network, walk): (&Network, &Walk),
    candidates: &[Found],
    demand: &[Found],
    limit_s: f64,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Times, AccessError> {
    if candidates.iter().all(|candidate| candidate.spot().is_none()) {
        return Err(AccessError::NoCandidate);
    }
    // Demand by edge: a candidate looks only at the streets that it reaches.
    let mut on_edge: Vec<(u32, u32)> =
        demand.iter().enumerate().filter_map(|(at, found)| Some((found.spot()?.edge, at as u32))).collect();
    on_edge.sort_unstable();
    let mut first = vec![0u32; network.edge_count() + 1];
    for (edge, _) in &on_edge {
        first[*edge as usize + 1] += 1;
    }
    for edge in 0..network.edge_count() {
        first[edge + 1] += first[edge];
    }
    let pairs = std::sync::atomic::AtomicUsize::new(0);
    let stopped = std::sync::atomic::AtomicBool::new(false);
    let nodes = network.node_count();
    let one = |search: &mut Search, candidate: &Found| {
        let Some(spot) = candidate.spot() else { return Vec::new() };
        if pairs.load(std::sync::atomic::Ordering::Relaxed) > MOST_PAIRS {
            return Vec::new();
        }
        if !go_on() {
            stopped.store(true, std::sync::atomic::Ordering::Relaxed);
            return Vec::new();
        }
        let sources = [*spot];
        let reached = search.run(walk, &sources, Direction::Toward, limit_s * (1.0 + 1e-9));
        let mut found: Vec<(u32, f32)> = Vec::new();
        let mut look = |edge: u32| {
            for (_, at) in &on_edge[first[edge as usize] as usize..first[edge as usize + 1] as usize] {
                let Some(place) = demand[*at as usize].spot() else { continue };
                let seconds = reached.at(place).seconds;
                if super::super::coverage::within(seconds, limit_s) && seconds.is_finite() {
                    found.push((*at, seconds as f32));
                }
            }
        };
        if limit_s.is_infinite() {
            on_edge.chunk_by(|a, b| a.0 == b.0).for_each(|edge| look(edge[0].0));
        } else {
            walk.edges_at(reached.nodes(), Direction::Toward, &sources).into_iter().for_each(&mut look);
        }
        found.sort_unstable_by_key(|(at, _)| *at);
        pairs.fetch_add(found.len(), std::sync::atomic::Ordering::Relaxed);
        found
    };
    let of = candidates.par_iter().map_init(|| Search::new(walk, nodes), one).collect();
    let count = pairs.into_inner();
    if stopped.into_inner() {
        Err(AccessError::OutOfTime)
    } else if count > MOST_PAIRS {
        Err(AccessError::TooLarge(count))
    } else {
        Ok(Times { demand: demand.len(), of })
    }
}
