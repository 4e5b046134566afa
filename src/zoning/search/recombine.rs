//! Moves on whole zones: two or three beside each other are thrown together and divided anew by a spanning tree,
//! into as many or into one more or one fewer. This brings zones into the band that single nodes cannot.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::super::watch::Watch;
use super::state::{Count, State, off};
use super::tree::Splitter;

/// Zones that border on a zone, each with the cost of the common border and a node of its; in order.
fn beside(state: &State, nodes: &[u32], zone: u32) -> Vec<(u32, u32)> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for node in nodes {
        for (next, _) in state.problem.graph.around(*node) {
            let other = state.zone[*next as usize];
            if other != zone && !found.iter().any(|(known, _)| *known == other) {
                found.push((other, *next));
            }
        }
    }
    found
}

/// Tries to bring all zones into the band: worst first, each with one or two neighbours. Ends when all are, when
/// nothing gets better any more, or with the budget.
pub(in crate::zoning) fn repair(
    state: &mut State,
    splitter: &mut Splitter,
    count: &Count,
    (work, watch): (u64, &Watch),
    rng: &mut ChaCha8Rng,
) {
    let first = state.work;
    let mut fruitless = 0;
    while state.work - first < work && fruitless < 60 && watch.go_on() {
        let bad: Vec<u32> = (0..state.zones.len() as u32)
            .filter(|zone| {
                let zone = &state.zones[*zone as usize];
                zone.nodes > 0 && state.problem.band.miss(zone.weight) > 0
            })
            .chain(crowded(state))
            .chain((off(count, state.count()) > 0).then(|| smallest(state)).flatten())
            .collect();
        if bad.is_empty() {
            return;
        }
        let zone = bad[rng.random_range(0..bad.len())];
        let before = state.wrong(count);
        if let Some(start) = state.zone.iter().position(|known| *known == zone) {
            redraw(state, splitter, (start as u32, zone), count, rng);
        }
        state.work += state.zone.len() as u64 / 8 + splitter.work;
        splitter.work = 0;
        fruitless = if state.wrong(count) < before { 0 } else { fruitless + 1 };
    }
}

/// The zone with the fewest households.
fn smallest(state: &State) -> Option<u32> {
    let zones = (0..state.zones.len() as u32).filter(|zone| state.zones[*zone as usize].nodes > 0);
    zones.min_by_key(|zone| state.zones[*zone as usize].weight)
}

/// Zones with nodes that are to be apart, one for each pair.
fn crowded(state: &State) -> Vec<u32> {
    let zone = |node: u32| state.zone[node as usize];
    let pairs = (0..state.problem.apart.len() as u32).flat_map(|node| {
        let others = state.problem.apart_from(node).iter();
        others.filter(move |other| **other > node && zone(**other) == zone(node)).map(move |_| zone(node))
    });
    pairs.collect()
}

/// Throws a zone together with some beside it and divides anew; kept where no more households are out of band.
fn redraw(
    state: &mut State,
    splitter: &mut Splitter,
    (start, zone): (u32, u32),
    count: &Count,
    rng: &mut ChaCha8Rng,
) {
    let own = state.nodes_of(&[start]);
    let around = beside(state, &own, zone);
    let others = rng.random_range(0..=3.min(around.len()));
    let (mut starts, mut zones) = (vec![start], vec![zone]);
    let mut pool = around;
    for _ in 0..others {
        if pool.is_empty() {
            break;
        }
        let (next, node) = pool.swap_remove(rng.random_range(0..pool.len()));
        starts.push(node);
        zones.push(next);
    }
    let nodes = state.nodes_of(&starts);
    if nodes.iter().any(|node| state.problem.fixed[*node as usize].is_some()) {
        return;
    }
    let weight: i64 = nodes.iter().map(|node| state.problem.weight[*node as usize]).sum();
    let band = state.problem.band;
    let fits = |parts: &usize| weight >= band.min * *parts as i64 && weight <= band.max * *parts as i64;
    let now = state.count();
    // Towards the numbers that are allowed, or among them.
    let after = |parts: &usize| off(count, now + parts - zones.len());
    let allowed = |parts: &usize| {
        *parts >= 1 && (after(parts) == 0 || after(parts) < off(count, now) || *parts == zones.len())
    };
    let mut near = [zones.len(), zones.len() + 1, zones.len() - 1];
    near.sort_by_key(after);
    let Some(parts) = near
        .iter()
        .copied()
        .filter(allowed)
        .find(fits)
        .or_else(|| allowed(&zones.len()).then_some(zones.len()))
    else {
        return;
    };
    try_parts(state, splitter, (&nodes, &zones), (parts, count), rng);
}

fn try_parts(
    state: &mut State,
    splitter: &mut Splitter,
    (nodes, zones): (&[u32], &[u32]),
    (parts, count): (usize, &Count),
    rng: &mut ChaCha8Rng,
) {
    let before: Vec<u32> = nodes.iter().map(|node| state.zone[*node as usize]).collect();
    let was = state.wrong(count);
    let part = splitter.split(nodes, parts, 6, rng);
    let labels = labels_for(state, zones, parts);
    let to: Vec<u32> = part.iter().map(|part| labels[*part as usize]).collect();
    state.assign(nodes, &to);
    if state.wrong(count) > was {
        state.assign(nodes, &before);
    }
}

/// Numbers for the parts: those of the zones thrown together, then empty ones, then new ones.
fn labels_for(state: &mut State, zones: &[u32], parts: usize) -> Vec<u32> {
    let mut labels: Vec<u32> = zones.iter().copied().take(parts).collect();
    for zone in 0..state.zones.len() as u32 {
        if labels.len() >= parts {
            break;
        }
        if state.zones[zone as usize].nodes == 0 && !labels.contains(&zone) {
            labels.push(zone);
        }
    }
    while labels.len() < parts {
        state.zones.push(super::state::Zone::default());
        labels.push(state.zones.len() as u32 - 1);
    }
    labels
}

/// Two zones on a random border, divided anew; taken by the difference in energy (Metropolis).
pub(in crate::zoning) fn recombine(
    state: &mut State,
    splitter: &mut Splitter,
    (temperature, penalty): (f64, f64),
    rng: &mut ChaCha8Rng,
) {
    let cut = state.cut();
    if cut.is_empty() {
        return;
    }
    let number = cut[rng.random_range(0..cut.len())];
    let border = state.problem.graph.borders()[number as usize];
    let zones = [state.zone[border.a as usize], state.zone[border.b as usize]];
    let nodes = state.nodes_of(&[border.a, border.b]);
    if nodes.iter().any(|node| state.problem.fixed[*node as usize].is_some()) {
        return;
    }
    let before: Vec<u32> = nodes.iter().map(|node| state.zone[*node as usize]).collect();
    let energy = state.energy(penalty);
    let part = splitter.split(&nodes, 2, 4, rng);
    // The part that shares more households with a zone keeps its number.
    let same: i64 = nodes
        .iter()
        .zip(&part)
        .zip(&before)
        .map(|((node, part), was)| {
            let weight = state.problem.weight[*node as usize] + 1;
            if zones[*part as usize] == *was { weight } else { -weight }
        })
        .sum();
    let turned = same < 0;
    let to: Vec<u32> = part.iter().map(|part| zones[(*part as usize) ^ usize::from(turned)]).collect();
    state.assign(&nodes, &to);
    let difference = state.energy(penalty) - energy;
    state.work += state.zones.len() as u64 / 4 + splitter.work;
    splitter.work = 0;
    let taken = difference <= 0.0 || rng.random::<f64>() < (-difference / temperature).exp();
    if !taken {
        state.assign(&nodes, &before);
    }
}
