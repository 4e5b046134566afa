//! What a division is worth, counted from scratch: the report's figures, and the oracle of the search.

use std::collections::BTreeMap;

use serde::Serialize;

use super::problem::{Problem, ZoneKind, households, walk_cost};
use super::search::state::polsby_popper;

/// A zone as it is reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneScore {
    /// its number
    pub zone: u32,
    /// what it is
    pub kind: ZoneKind,
    /// how many units
    pub units: usize,
    /// households
    pub households: f64,
    /// whether these are within the band
    pub in_band: bool,
    /// how far outside
    pub out_of_band: f64,
    /// connected parts: 1 as it should be
    pub pieces: usize,
    /// square metres
    pub area_m2: f64,
    /// length of the outline, metres
    pub outline_m: f64,
    /// 4π·area / outline²
    pub polsby_popper: f64,
}

/// A division as it is reported: what is less is better, but for shares and Polsby–Popper.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// how many zones
    pub zones: usize,
    /// zones out of band
    pub zones_out_of_band: usize,
    /// households out of band, over all zones
    pub households_out_of_band: f64,
    /// zones in several pieces
    pub zones_in_pieces: usize,
    /// pairs of units that are to be apart and share a zone
    pub apart_broken: usize,
    /// households of the smallest zone
    pub smallest: f64,
    /// and of the largest
    pub largest: f64,
    /// households that change their community; `None` where none is known
    pub households_moved: Option<f64>,
    /// pairs of neighbouring units in different zones
    pub cut_edges: u64,
    /// length of the borders between zones, metres
    pub border_m: f64,
    /// share of that on arterials, railways, rivers and expressways; `None` where no barriers are known
    pub border_on_strong_barriers: Option<f64>,
    /// households times metres of detour across barriers inside of zones; `None` where no barriers are known
    pub walk_across_barriers: Option<f64>,
    /// mean over the zones
    pub polsby_popper: f64,
    /// of the least compact zone
    pub polsby_popper_least: f64,
    /// mean distance from the ideal (the mean, where there is none), to it
    pub imbalance: f64,
}

/// Scores of a division of the problem's nodes: every zone in the order of the numbers, and the whole.
pub fn score(problem: &Problem, zone: &[u32]) -> (Vec<ZoneScore>, Scores) {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (node, zone) in zone.iter().enumerate() {
        members.entry(*zone).or_default().push(node as u32);
    }
    let rows: Vec<ZoneScore> =
        members.iter().map(|(number, nodes)| zone_score(problem, zone, *number, nodes)).collect();
    let scores = scores(problem, zone, &members, &rows);
    (rows, scores)
}

fn zone_score(problem: &Problem, zone: &[u32], number: u32, nodes: &[u32]) -> ZoneScore {
    let sum = |list: &[i64]| nodes.iter().map(|node| list[*node as usize]).sum::<i64>();
    let (weight, area, mut outline) = (sum(&problem.weight), sum(&problem.area), sum(&problem.outline));
    for node in nodes {
        for (next, border) in problem.graph.around(*node) {
            if zone[*next as usize] == number && next > node {
                outline -= 2 * problem.graph.borders()[*border as usize].length_mm;
            }
        }
    }
    let heaviest = nodes.iter().map(|node| problem.weight[*node as usize]).max().unwrap_or(0);
    let kind = problem.kind_of_all(nodes);
    let miss = if kind == ZoneKind::Basic { problem.band.miss_of(weight, heaviest) } else { 0 };
    ZoneScore {
        zone: number,
        kind,
        units: nodes.len(),
        households: households(weight),
        in_band: miss == 0,
        out_of_band: households(miss),
        pieces: pieces(problem, zone, nodes),
        area_m2: area as f64 / 100.0,
        outline_m: outline as f64 / 1000.0,
        polsby_popper: polsby_popper(area, outline),
    }
}

/// Connected parts of nodes of one zone.
fn pieces(problem: &Problem, zone: &[u32], nodes: &[u32]) -> usize {
    let mut seen: std::collections::BTreeSet<u32> = std::collections::BTreeSet::new();
    let mut count = 0;
    for first in nodes {
        if !seen.insert(*first) {
            continue;
        }
        count += 1;
        let mut open = vec![*first];
        while let Some(here) = open.pop() {
            for (next, _) in problem.graph.around(here) {
                if zone[*next as usize] == zone[here as usize] && seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
    }
    count
}

fn scores(problem: &Problem, zone: &[u32], members: &BTreeMap<u32, Vec<u32>>, rows: &[ZoneScore]) -> Scores {
    let (mut cut_edges, mut length, mut strong, mut walk) = (0, 0, 0, 0.0);
    let mut known = false;
    for border in problem.graph.borders() {
        known |= border.crossings.is_some();
        if zone[border.a as usize] != zone[border.b as usize] {
            cut_edges += u64::from(border.pairs);
            length += border.length_mm;
            strong += if border.class.is_strong() { border.length_mm } else { 0 };
        } else {
            walk += walk_cost(problem, border.a, border.b, border.class, border.crossings);
        }
    }
    let count = rows.len().max(1) as f64;
    // Where none is basic, all are as good.
    let basic: Vec<&ZoneScore> = {
        let basic: Vec<&ZoneScore> = rows.iter().filter(|row| row.kind == ZoneKind::Basic).collect();
        if basic.is_empty() { rows.iter().collect() } else { basic }
    };
    let least =
        |value: fn(&ZoneScore) -> f64| basic.iter().map(|row| value(row)).fold(f64::INFINITY, f64::min);
    Scores {
        zones: rows.len(),
        zones_out_of_band: rows.iter().filter(|row| !row.in_band).count(),
        households_out_of_band: rows.iter().map(|row| row.out_of_band).sum(),
        zones_in_pieces: rows.iter().filter(|row| row.pieces > 1).count(),
        apart_broken: problem.broken(zone),
        smallest: least(|row| row.households),
        largest: -least(|row| -row.households),
        households_moved: (problem.communities > 0).then(|| moved(problem, members).1),
        cut_edges,
        border_m: length as f64 / 1000.0,
        border_on_strong_barriers: known
            .then(|| if length > 0 { strong as f64 / length as f64 } else { 0.0 }),
        walk_across_barriers: known.then_some(walk),
        polsby_popper: rows.iter().map(|row| row.polsby_popper).sum::<f64>() / count,
        polsby_popper_least: rows.iter().map(|row| row.polsby_popper).fold(f64::INFINITY, f64::min),
        imbalance: imbalance(problem, rows),
    }
}

/// Mean distance of basic zones from the ideal (their mean, where there is none), to it; 0 without any.
pub fn imbalance(problem: &Problem, rows: &[ZoneScore]) -> f64 {
    let basic: Vec<f64> =
        rows.iter().filter(|row| row.kind == ZoneKind::Basic).map(|row| row.households).collect();
    let count = basic.len().max(1) as f64;
    let mean = basic.iter().sum::<f64>() / count;
    let aim = problem.band.ideal.map_or(mean, households).max(f64::MIN_POSITIVE);
    basic.iter().map(|own| (own - aim).abs() / aim).sum::<f64>() / count
}

/// The community that each zone takes over, the largest overlap first, and the households that change theirs.
/// Households without a community do not count.
pub fn moved(problem: &Problem, members: &BTreeMap<u32, Vec<u32>>) -> (BTreeMap<u32, u32>, f64) {
    let mut shared: BTreeMap<(u32, u32), i64> = BTreeMap::new();
    let mut all = 0;
    for (zone, nodes) in members {
        for (community, weight) in nodes.iter().flat_map(|node| problem.present_of(*node)) {
            *shared.entry((*zone, *community)).or_default() += weight;
            all += weight;
        }
    }
    let mut order: Vec<((u32, u32), i64)> = shared.into_iter().collect();
    order.sort_by_key(|(pair, weight)| (std::cmp::Reverse(*weight), *pair));
    let (mut heir, mut taken) = (BTreeMap::new(), std::collections::BTreeSet::new());
    let mut staying = 0;
    for ((zone, community), weight) in order {
        if !heir.contains_key(&zone) && !taken.contains(&community) {
            heir.insert(zone, community);
            taken.insert(community);
            staying += weight;
        }
    }
    (heir, households(all - staying))
}
