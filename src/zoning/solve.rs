//! The whole task: islands divided side by side, their zones numbered through, alternatives compared.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rayon::prelude::*;
use serde::Serialize;

use super::bounds::{self, Obstacle};
use super::divide::{Divided, Wish, divide};
use super::islands::{Island, Torn, islands};
use super::preset::Preset;
use super::problem::{ZoneKind, households};
use super::score::{Scores, ZoneScore, score};
use super::task::Task;
use super::villages::villages;
use super::watch::Watch;

/// What is known of the task once it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// all zones are within the band and in one piece
    InBand,
    /// proved: no division is; what is given is the nearest that was found
    Impossible,
    /// none was found, and none was proved impossible
    NotFound,
}

/// A division.
#[derive(Clone, Debug)]
pub struct Plan {
    /// what it was made for
    pub preset: Preset,
    /// the zone of every unit, from 1 on
    pub zone: Vec<u32>,
    /// every zone, in the order of the numbers
    pub zones: Vec<ZoneScore>,
    /// the whole
    pub scores: Scores,
}

/// Why a part of the task is impossible: units by number.
#[derive(Clone, Debug)]
pub enum Proof {
    /// on an island, by an obstacle whose node stands for these units
    Island {
        /// the obstacle
        obstacle: Obstacle,
        /// units of the node that it names; of the whole island where it names none
        units: Vec<u32>,
        /// units of the island
        island: Vec<u32>,
        /// one end of the band that is needed at least: households at most, or at least
        needed: (Option<f64>, Option<f64>),
    },
    /// units that are to stay together lie apart
    Torn {
        /// the units
        units: Vec<u32>,
    },
    /// units that are to stay together are to be apart as well
    Contradiction {
        /// the units
        units: Vec<u32>,
    },
    /// the number of zones that is asked for cannot be
    Zones {
        /// as many at least
        least: usize,
        /// as many at most
        most: usize,
        /// asked for
        asked: RangeInclusive<usize>,
    },
}

/// What came of a task.
#[derive(Clone, Debug)]
pub struct Answer {
    /// what is known
    pub status: Status,
    /// the best division first, then alternatives that are better in something
    pub plans: Vec<Plan>,
    /// proofs that it is impossible
    pub proofs: Vec<Proof>,
    /// how many zones there can be
    pub counts: (usize, usize),
    /// no division within the band has fewer cut edges
    pub cut_bound: u64,
    /// how that is known: `exact_model` where one of the islands at least was solved to the end, else `contiguity`
    pub bound_by: &'static str,
    /// how many islands there are
    pub islands: usize,
    /// whether the watch ended it before the budget did
    pub cut_short: bool,
}

/// Solves a task: the same task gives the same answer wherever the watch does not end it.
pub fn solve(task: &Task, watch: &Watch) -> Answer {
    let (islands, torn) = islands(task);
    let mut proofs: Vec<Proof> = torn.into_iter().map(|Torn { units }| Proof::Torn { units }).collect();
    proofs.extend(task.contradictions().into_iter().map(|units| Proof::Contradiction { units }));
    let shares = shares(task, &islands, &mut proofs);
    let nodes: usize = islands.iter().map(|island| island.problem.nodes()).sum();
    let presets = presets(task);
    let divided: Vec<Divided> = islands
        .par_iter()
        .zip(&shares)
        .enumerate()
        .map(|(at, (island, zones))| {
            if island.kind != ZoneKind::Basic {
                return Divided::whole(villages(task, island));
            }
            let share = island.problem.nodes() as f64 / nodes.max(1) as f64;
            let wish = Wish {
                presets: presets.clone(),
                zones: zones.clone(),
                seed: task.seed.wrapping_add((at as u64) << 20),
                work: (task.work as f64 * share) as u64,
            };
            divide(&island.problem, &wish, watch)
        })
        .collect();
    for (island, divided) in islands.iter().zip(&divided) {
        proofs.extend(divided.obstacles.iter().map(|obstacle| proof(island, divided, obstacle)));
    }
    let plans = plans(task, &islands, &divided, &presets);
    let missing = plans.first().is_none_or(|Plan { scores, .. }| {
        scores.zones_out_of_band + scores.zones_in_pieces + scores.apart_broken > 0
    });
    let status = match (proofs.is_empty(), missing) {
        (false, _) => Status::Impossible,
        (true, true) => Status::NotFound,
        (true, false) => Status::InBand,
    };
    let ranges: Vec<_> = divided.iter().map(|one| one.counts.clone().unwrap_or(1..=1)).collect();
    let counts = (ranges.iter().map(|r| *r.start()).sum(), ranges.iter().map(|r| *r.end()).sum());
    // Zones of an island hang together: one cut border fewer than zones at least; parents are always cut.
    let bounds =
        divided.iter().zip(&ranges).map(|(one, range)| one.cut_bound.unwrap_or(*range.start() as u64 - 1));
    let within: u64 = bounds.sum();
    let across = task.problem.graph.borders().iter();
    let apart = |a: u32, b: u32| {
        let (one, other) = (task.problem.kind_of(a), task.problem.kind_of(b));
        task.parent[a as usize] != task.parent[b as usize] || one != other || one == ZoneKind::Exclusive
    };
    let across = across.filter(|border| apart(border.a, border.b)).map(|b| u64::from(b.pairs)).sum::<u64>();
    let cut_short = watch.is_late() || divided.iter().any(|one| one.cut_short);
    let exact = divided.iter().any(|one| one.cut_bound.is_some());
    Answer {
        status,
        plans,
        proofs,
        counts,
        cut_bound: within + across,
        bound_by: if exact { "exact_model" } else { "contiguity" },
        islands: islands.len(),
        cut_short,
    }
}

/// The preset that is asked for, then those that mean something here.
fn presets(task: &Task) -> Vec<Preset> {
    let mut list = vec![task.preset];
    let barriers = task.problem.graph.borders().iter().any(|border| border.crossings.is_some());
    let rest = [
        (Preset::LeastChange, task.problem.communities > 0),
        (Preset::Barriers, barriers),
        (Preset::Compact, true),
        (Preset::Balanced, true),
    ];
    for (preset, means) in rest {
        if means && preset != task.preset && list.len() < task.alternatives.max(1) {
            list.push(preset);
        }
    }
    list
}

fn proof(island: &Island, divided: &Divided, obstacle: &Obstacle) -> Proof {
    let named = match obstacle {
        Obstacle::Heavy { node, .. } | Obstacle::Cut { node, .. } | Obstacle::Lonely { node, .. } => {
            Some(*node)
        }
        Obstacle::Light { .. } | Obstacle::Total { .. } | Obstacle::Exhausted { .. } => None,
    };
    let needed = match obstacle {
        Obstacle::Heavy { weight, .. } => (Some(households(*weight)), None),
        _ => (divided.needed.0.map(households), divided.needed.1.map(households)),
    };
    Proof::Island {
        obstacle: obstacle.clone(),
        units: named.map_or_else(|| island.units.clone(), |node| island.units_of(node)),
        island: island.units.clone(),
        needed,
    }
}

/// Numbers of zones for every island, so that the wish for the whole and for each parent is met.
fn shares(task: &Task, islands: &[Island], proofs: &mut Vec<Proof>) -> Vec<Option<RangeInclusive<usize>>> {
    let mut shares: Vec<Option<RangeInclusive<usize>>> = vec![None; islands.len()];
    let basic = || islands.iter().enumerate().filter(|(_, island)| island.kind == ZoneKind::Basic);
    if let Some(asked) = &task.zones_each {
        let mut of_parent: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, island) in basic() {
            of_parent.entry(island.parent).or_default().push(at);
        }
        for members in of_parent.values() {
            share(islands, members, asked, &mut shares, proofs);
        }
    } else if let Some(asked) = &task.zones {
        let all: Vec<usize> = basic().map(|(at, _)| at).collect();
        if !all.is_empty() {
            share(islands, &all, asked, &mut shares, proofs);
        }
    }
    shares
}

fn share(
    islands: &[Island],
    members: &[usize],
    asked: &RangeInclusive<usize>,
    shares: &mut [Option<RangeInclusive<usize>>],
    proofs: &mut Vec<Proof>,
) {
    let ranges: Vec<RangeInclusive<usize>> =
        members.iter().map(|at| bounds::zone_counts(&islands[*at].problem).unwrap_or(1..=1)).collect();
    let least: usize = ranges.iter().map(|range| *range.start()).sum();
    let most: usize = ranges.iter().map(|range| *range.end()).sum();
    if *asked.start() > most || *asked.end() < least {
        proofs.push(Proof::Zones { least, most, asked: asked.clone() });
    }
    if let ([only], [range]) = (members, ranges.as_slice()) {
        let low = (*asked.start()).max(*range.start());
        let high = (*asked.end()).min(*range.end());
        shares[*only] = Some(if low <= high { low..=high } else { asked.clone() });
        return;
    }
    let total: i64 = members.iter().map(|at| islands[*at].problem.total()).sum();
    let aim = match islands[members[0]].problem.band.ideal {
        Some(ideal) => (total as f64 / ideal.max(1) as f64).round() as usize,
        None => (least as f64 * 1.06).ceil() as usize,
    };
    let aim = aim.clamp(*asked.start(), *asked.end()).clamp(least, most.max(least));
    let mut zones: Vec<usize> = ranges.iter().map(|range| *range.start()).collect();
    // One more, always where zones are largest on average.
    for _ in least..aim {
        let mean = |at: &usize| islands[members[*at]].problem.total() / (zones[*at] as i64 + 1);
        let Some(next) = (0..members.len()).filter(|at| zones[*at] < *ranges[*at].end()).max_by_key(mean)
        else {
            break;
        };
        zones[next] += 1;
    }
    for (at, zones) in members.iter().zip(zones) {
        shares[*at] = Some(zones..=zones);
    }
}

/// One division of all islands for each preset; then only what is better in something, the first always.
fn plans(task: &Task, islands: &[Island], divided: &[Divided], presets: &[Preset]) -> Vec<Plan> {
    let mut plans: Vec<Plan> = Vec::new();
    for (at, preset) in presets.iter().enumerate() {
        let Some(zone) = zones_of(task, islands, divided, at) else { continue };
        let (zones, scores) = score(&task.problem, &zone);
        let plan = Plan { preset: *preset, zone, zones, scores };
        let known =
            plans.iter().any(|other| other.zone == plan.zone || dominates(&other.scores, &plan.scores));
        if at == 0 || !known {
            plans.push(plan);
        }
    }
    plans
}

/// The zone of every unit, numbered by first units, from the islands' divisions for a preset (the first where
/// an island has none for it).
fn zones_of(task: &Task, islands: &[Island], divided: &[Divided], preset: usize) -> Option<Vec<u32>> {
    let mut key: Vec<(u32, u32)> = vec![(0, 0); task.problem.nodes()];
    for (number, (island, divided)) in islands.iter().zip(divided).enumerate() {
        let candidate = divided.candidates.get(preset).or(divided.candidates.first())?;
        for (unit, node) in island.units.iter().zip(&island.node) {
            key[*unit as usize] = (number as u32, candidate[*node as usize]);
        }
    }
    let mut known: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    let zone = key.into_iter().map(|key| {
        let next = known.len() as u32 + 1;
        *known.entry(key).or_insert(next)
    });
    Some(zone.collect())
}

/// Whether one is at least as good in everything.
fn dominates(one: &Scores, other: &Scores) -> bool {
    let less = |p: f64, q: f64| p <= q * (1.0 + 1e-9) + 1e-9;
    let known = |p: Option<f64>, q: Option<f64>| less(p.unwrap_or(0.0), q.unwrap_or(0.0));
    one.apart_broken <= other.apart_broken
        && less(one.households_out_of_band, other.households_out_of_band)
        && less(one.cut_edges as f64, other.cut_edges as f64)
        && less(one.border_m, other.border_m)
        && less(-one.polsby_popper, -other.polsby_popper)
        && less(one.imbalance, other.imbalance)
        && known(one.households_moved, other.households_moved)
        && known(one.walk_across_barriers, other.walk_across_barriers)
        && known(other.border_on_strong_barriers, one.border_on_strong_barriers)
}
