//! Country grids: every natural village or group has the ground that is nearest to it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::islands::Island;
use super::task::Task;

/// The zone of every node of an island without a band: one for each village on it, with what is nearer to it than to
/// the others, from unit to unit; one in all where there are fewer than two. O((nodes + borders)·log nodes).
pub(super) fn villages(task: &Task, island: &Island) -> Vec<u32> {
    let problem = &island.problem;
    let mut zone: Vec<Option<u32>> = vec![None; problem.nodes()];
    let mut number: BTreeMap<u32, u32> = BTreeMap::new();
    for (unit, node) in island.units.iter().zip(&island.node) {
        let Some(village) = task.village.get(*unit as usize).copied().flatten() else { continue };
        let next = number.len() as u32;
        let own = *number.entry(village).or_insert(next);
        zone[*node as usize].get_or_insert(own);
    }
    let side = |node: u32| (problem.area[node as usize].max(0) as f64).sqrt();
    let mut far: Vec<f64> = zone.iter().map(|own| if own.is_some() { 0.0 } else { f64::INFINITY }).collect();
    // Lengths are not negative, so their bits are in order.
    let mut open: BinaryHeap<Reverse<(u64, u32)>> = (0..problem.nodes() as u32)
        .filter(|node| zone[*node as usize].is_some())
        .map(|n| Reverse((0, n)))
        .collect();
    while let Some(Reverse((bits, here))) = open.pop() {
        if f64::from_bits(bits) > far[here as usize] {
            continue;
        }
        for (next, _) in problem.graph.around(here) {
            let reached = far[here as usize] + (side(here) + side(*next)) / 2.0;
            if reached < far[*next as usize] {
                far[*next as usize] = reached;
                zone[*next as usize] = zone[here as usize];
                open.push(Reverse((reached.to_bits(), *next)));
            }
        }
    }
    // Two villages may be one node, where they are kept together: numbers without gaps.
    let mut known: BTreeMap<u32, u32> = BTreeMap::new();
    zone.into_iter()
        .map(|own| {
            let next = known.len() as u32;
            *known.entry(own.unwrap_or(0)).or_insert(next)
        })
        .collect()
}
