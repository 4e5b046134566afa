//! What can be known before any search: how many zones connected nodes can have, and why none is possible.
//!
//! Every obstacle is a proof: it holds for all divisions. That none is found proves nothing.

use std::ops::RangeInclusive;

use super::problem::{Band, Problem};

/// Why connected nodes cannot be divided within a band. Nodes are numbers of the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// one node alone is above the band
    Heavy {
        /// which
        node: u32,
        /// its households
        weight: i64,
    },
    /// all together are below it
    Light {
        /// their households
        weight: i64,
    },
    /// too much for some number of zones, too little for one more
    Total {
        /// their households
        weight: i64,
        /// as many zones at least
        least: usize,
        /// as many at most
        most: usize,
    },
    /// a node that parts of the area hang on: whatever its zone takes of each, what is left cannot be divided
    Cut {
        /// which
        node: u32,
        /// its households
        weight: i64,
        /// households of the parts that hang on it
        branches: Vec<i64>,
    },
    /// no zone within the band has this node in it
    Lonely {
        /// which
        node: u32,
        /// its households
        weight: i64,
    },
    /// all zones there could be were tried in an exact model
    Exhausted {
        /// how many connected sets are within the band
        zones: usize,
    },
}

/// How many zones connected nodes can have, by their households alone: `None` where no number does.
/// At most: every zone takes the least there is, those with a heavy node all of that. At least: every zone the most.
pub fn zone_counts(problem: &Problem) -> Option<RangeInclusive<usize>> {
    let (least, most) = counts(problem, &problem.band);
    (least <= most && most > 0).then_some(least..=most)
}

fn counts(problem: &Problem, band: &Band) -> (usize, usize) {
    let total = problem.total();
    if total == 0 {
        return if band.min == 0 { (1, problem.nodes()) } else { (1, 0) };
    }
    let max = band.max.max(1);
    // No two nodes above half of the most share a zone.
    let halves = problem.weight.iter().filter(|weight| **weight * 2 > max).count();
    let least = ((total + max - 1) / max).max(halves as i64);
    let excess: i64 = problem.weight.iter().map(|weight| (weight - band.min).max(0)).sum();
    let most = if band.min > 0 { (total - excess) / band.min } else { problem.nodes() as i64 };
    (least as usize, most as usize)
}

/// The first obstacle there is within a band. O(nodes + borders) for all but the lonely, which are bounded.
pub fn obstacle(problem: &Problem, band: &Band) -> Option<Obstacle> {
    let total = problem.total();
    let heavy = (0..problem.nodes()).find(|node| problem.weight[*node] > band.max);
    if let Some(node) = heavy {
        return Some(Obstacle::Heavy { node: node as u32, weight: problem.weight[node] });
    }
    if total < band.min {
        return Some(Obstacle::Light { weight: total });
    }
    let (least, most) = counts(problem, band);
    if least > most {
        return Some(Obstacle::Total { weight: total, least, most });
    }
    cut(problem, band).or_else(|| lonely(problem, band))
}

/// The least change of one end of a band after which no obstacle is known: greatest households, and least ones.
pub fn relaxations(problem: &Problem, band: &Band) -> (Option<i64>, Option<i64>) {
    let total = problem.total();
    let free = |max: i64, min: i64| obstacle(problem, &Band { max, min, ..*band }).is_none();
    let max = free(total.max(band.max), band.min).then(|| {
        // The least that is free, above what is not.
        let (mut not, mut is) = (band.max, total.max(band.max));
        while is - not > 1 {
            let middle = not + (is - not) / 2;
            if free(middle, band.min) { is = middle } else { not = middle }
        }
        is
    });
    let min = free(band.max, 0).then(|| {
        let (mut is, mut not) = (0, band.min);
        while not - is > 1 {
            let middle = is + (not - is) / 2;
            if free(band.max, middle) { is = middle } else { not = middle }
        }
        is
    });
    (max, min)
}

/// Amounts that are possible: intervals in order, not touching.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Amounts(Vec<(i64, i64)>);

impl Amounts {
    fn of(mut list: Vec<(i64, i64)>, most: i64) -> Self {
        list.retain(|(low, high)| low <= high && *low <= most);
        list.sort_unstable();
        let mut joined: Vec<(i64, i64)> = Vec::new();
        for (low, high) in list {
            match joined.last_mut() {
                Some(last) if low <= last.1 + 1 => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Self(joined)
    }

    fn plus(&self, other: &Self, most: i64) -> Self {
        let sums = self.0.iter().flat_map(|p| other.0.iter().map(|q| (p.0 + q.0, p.1 + q.1))).collect();
        Self::of(sums, most)
    }
}

/// What a zone may take of a branch: all of it, or so much that the rest is whole zones.
fn taken(branch: i64, band: &Band) -> Amounts {
    let mut list = vec![(branch, branch)];
    let zones = if band.min > 0 { branch / band.min } else { 1 };
    for count in 1..=zones {
        list.push(((branch - count * band.max).max(0), branch - count * band.min));
        if branch <= count * band.max {
            // From none up to what leaves so many of the least: all that follows lies within.
            break;
        }
    }
    if band.min == 0 {
        list.push((0, branch));
    }
    Amounts::of(list, band.max)
}

fn cut(problem: &Problem, band: &Band) -> Option<Obstacle> {
    for (node, branches) in hinges(problem) {
        let weight = problem.weight[node as usize];
        let mut amounts = Amounts(vec![(weight, weight)]);
        for branch in &branches {
            amounts = amounts.plus(&taken(*branch, band), band.max);
        }
        if !amounts.0.iter().any(|(low, high)| *low <= band.max && *high >= band.min) {
            return Some(Obstacle::Cut { node, weight, branches });
        }
    }
    None
}

/// Nodes without which the others fall apart (articulation points, Tarjan 1972), and the households of the parts.
fn hinges(problem: &Problem) -> Vec<(u32, Vec<i64>)> {
    let graph = &problem.graph;
    let count = graph.nodes();
    let (mut order, mut low) = (vec![u32::MAX; count], vec![0_u32; count]);
    let mut below = problem.weight.clone();
    let mut branches: Vec<Vec<i64>> = vec![Vec::new(); count];
    let mut clock = 0;
    for root in 0..count as u32 {
        if order[root as usize] != u32::MAX {
            continue;
        }
        let from = clock;
        let mut open = vec![(root, u32::MAX, 0_usize)];
        (order[root as usize], low[root as usize]) = (clock, clock);
        clock += 1;
        let mut whole = Vec::new();
        while let Some((node, up, at)) = open.last_mut() {
            let (here, parent) = (*node as usize, *up);
            if let Some((next, _)) = graph.around(*node).get(*at) {
                *at += 1;
                if order[*next as usize] == u32::MAX {
                    (order[*next as usize], low[*next as usize]) = (clock, clock);
                    clock += 1;
                    open.push((*next, here as u32, 0));
                } else if *next != parent {
                    low[here] = low[here].min(order[*next as usize]);
                }
                continue;
            }
            open.pop();
            whole.push(here);
            if parent != u32::MAX {
                let up = parent as usize;
                low[up] = low[up].min(low[here]);
                below[up] += below[here];
                if low[here] >= order[up] {
                    branches[up].push(below[here]);
                }
            }
        }
        let total = below[root as usize];
        for node in whole {
            // What is not below one of the branches hangs together above.
            let parts: i64 = branches[node].iter().sum();
            let above = total - parts - problem.weight[node];
            if node as u32 != root && !branches[node].is_empty() {
                branches[node].push(above);
            }
        }
        debug_assert!(clock > from);
    }
    let parts = branches.into_iter().enumerate().map(|(node, parts)| (node as u32, parts));
    parts.filter(|(_, parts)| parts.len() > 1).collect()
}

/// Connected sets that are looked at for one node before giving up.
const LOOKED_AT: usize = 3000;

fn lonely(problem: &Problem, band: &Band) -> Option<Obstacle> {
    // Only where one more node can be too much are there gaps to fall into.
    let heaviest = problem.weight.iter().copied().max().unwrap_or(0);
    if heaviest <= band.max - band.min {
        return None;
    }
    let mut member = vec![false; problem.nodes()];
    for node in 0..problem.nodes() as u32 {
        let mut left = LOOKED_AT;
        let mut set = vec![node];
        member[node as usize] = true;
        let found = grows(problem, band, (&mut set, &mut member), problem.weight[node as usize], &mut left);
        set.iter().for_each(|node| member[*node as usize] = false);
        if !found && left > 0 {
            return Some(Obstacle::Lonely { node, weight: problem.weight[node as usize] });
        }
    }
    None
}

/// Whether a connected set can be grown into the band, within so many steps.
fn grows(
    problem: &Problem,
    band: &Band,
    (set, member): (&mut Vec<u32>, &mut Vec<bool>),
    weight: i64,
    left: &mut usize,
) -> bool {
    if weight >= band.min {
        return true;
    }
    *left = left.saturating_sub(1);
    if *left == 0 {
        return false;
    }
    let mut beside: Vec<u32> = set
        .iter()
        .flat_map(|node| problem.graph.around(*node))
        .map(|(next, _)| *next)
        .filter(|next| !member[*next as usize] && weight + problem.weight[*next as usize] <= band.max)
        .collect();
    beside.sort_unstable_by_key(|next| (problem.weight[*next as usize], *next));
    beside.dedup();
    let mut refused = Vec::new();
    let mut found = false;
    for next in beside {
        // In this branch with it; in all later ones without it.
        member[next as usize] = true;
        set.push(next);
        found = grows(problem, band, (set, member), weight + problem.weight[next as usize], left);
        set.pop();
        refused.push(next);
        if found || *left == 0 {
            break;
        }
    }
    refused.iter().for_each(|next| member[*next as usize] = false);
    found
}
