//! A division begun by hand, ended by the solver: what is locked stays, what has no zone gets one, the rest may change
//! a little so that zones come into the band.

use std::collections::BTreeMap;

use super::islands::{Island, islands};
use super::problem::{Problem, ZoneKind};
use super::search::{self, Chain, Start};
use super::task::Task;
use super::villages::villages;
use super::watch::Watch;

/// Temperature to begin with: a division that a person made is changed little.
const MILD: f64 = 0.3;

/// The zone of every unit. Zones keep their numbers; parts of the ground without any get new ones. Units of one
/// island keep to the zones that there are on it.
pub fn finish(task: &Task, zone: &[Option<u32>], locked: &[u32], watch: &Watch) -> Vec<u32> {
    let mut task = task.clone();
    for unit in locked {
        task.problem.fixed[*unit as usize] = zone[*unit as usize];
    }
    let (islands, _) = islands(&task);
    let mut next = zone.iter().flatten().max().map_or(0, |most| most + 1);
    let mut done: Vec<u32> = vec![0; zone.len()];
    let nodes: usize = islands.iter().map(|island| island.problem.nodes()).sum();
    for (number, island) in islands.iter().enumerate() {
        let share = island.problem.nodes() as f64 / nodes.max(1) as f64;
        let work = (task.work as f64 * share) as u64;
        let seed = task.seed.wrapping_add((number as u64) << 20);
        let names = finished(island, zone, &task, (work, seed), watch, &mut next);
        for (unit, node) in island.units.iter().zip(&island.node) {
            done[*unit as usize] = names[*node as usize];
        }
    }
    done
}

fn finished(
    island: &Island,
    zone: &[Option<u32>],
    task: &Task,
    (work, seed): (u64, u64),
    watch: &Watch,
    next: &mut u32,
) -> Vec<u32> {
    let mut problem = island.problem.clone();
    problem.cap();
    let mut given: Vec<Option<u32>> = vec![None; problem.nodes()];
    for (unit, node) in island.units.iter().zip(&island.node) {
        let own = &mut given[*node as usize];
        *own = task.problem.fixed[*unit as usize].or(*own).or(zone[*unit as usize]);
    }
    let names: Vec<u32> = {
        let mut names: Vec<u32> = given.iter().flatten().copied().collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    if names.is_empty() {
        let own =
            if island.kind == ZoneKind::Rural { villages(task, island) } else { vec![0; problem.nodes()] };
        let first = *next;
        *next += own.iter().max().map_or(0, |most| most + 1);
        return own.into_iter().map(|zone| first + zone).collect();
    }
    let local = |name: u32| names.binary_search(&name).unwrap_or(0) as u32;
    given.iter_mut().for_each(|own| *own = own.map(local));
    problem.fixed.iter_mut().for_each(|own| *own = own.map(local));
    loose(&problem, &mut given);
    let begun = search::grown(&problem, given);
    staying(&mut problem, &begun, names.len());
    problem.weigh(task.preset.weights());
    let count = names.len();
    let chain =
        Chain { start: Start::Given(&begun), zones: count, count: count..=count, work, seed, hot: MILD };
    // Only basic zones are to come into a band.
    let work = if island.kind == ZoneKind::Basic { work } else { 0 };
    let outcome = if count > 1 && work > 0 { search::run(&problem, &chain, watch).zone } else { begun };
    outcome.into_iter().map(|own| names[own as usize]).collect()
}

/// Frees pieces of a zone apart from its largest, unless something of them is locked.
fn loose(problem: &Problem, given: &mut [Option<u32>]) {
    let same = |a: u32, b: u32| given[a as usize].is_some() && given[a as usize] == given[b as usize];
    let (piece, count) = problem.graph.components(|border| same(border.a, border.b));
    let mut size = vec![(false, 0_i64, 0_usize); count];
    for (node, piece) in piece.iter().enumerate() {
        let own = &mut size[*piece as usize];
        own.0 |= problem.fixed[node].is_some();
        own.1 += problem.weight[node];
        own.2 += 1;
    }
    let mut largest: BTreeMap<u32, u32> = BTreeMap::new();
    for (node, piece) in piece.iter().enumerate() {
        let Some(zone) = given[node] else { continue };
        let best = largest.entry(zone).or_insert(*piece);
        if size[*piece as usize] > size[*best as usize] {
            *best = *piece;
        }
    }
    for (node, piece) in piece.iter().enumerate() {
        let keeps = given[node].is_some_and(|zone| largest.get(&zone) == Some(piece));
        if !keeps && !size[*piece as usize].0 {
            given[node] = None;
        }
    }
}

/// Present communities by the numbers of the zones that continue them; the others do not count.
fn staying(problem: &mut Problem, begun: &[u32], zones: usize) {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (node, zone) in begun.iter().enumerate() {
        members.entry(*zone).or_default().push(node as u32);
    }
    let (heirs, _) = super::score::moved(problem, &members);
    let of: BTreeMap<u32, u32> = heirs.into_iter().map(|(zone, community)| (community, zone)).collect();
    let (mut starts, mut present) = (vec![0], Vec::new());
    for node in 0..problem.nodes() as u32 {
        let own = problem.present_of(node).iter();
        present.extend(own.filter_map(|(community, weight)| Some((*of.get(community)?, *weight))));
        starts.push(present.len() as u32);
    }
    problem.present = present;
    problem.present_starts = starts;
    problem.communities = zones;
}
