//! One island divided: what is impossible is proved and relaxed as little as is known to work, then chains of search
//! run over several numbers of zones, the best of them at length.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::bounds::{self, Obstacle};
use super::exact::{self, Aim, Sets, Solved};
use super::preset::Preset;
use super::problem::{Band, Problem};
use super::search::{self, Chain, Outcome, Start};
use super::watch::Watch;

/// What is wanted of an island.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// what counts first, then what alternatives are made for
    pub presets: Vec<Preset>,
    /// numbers of zones that are allowed
    pub zones: Option<RangeInclusive<usize>>,
    pub seed: u64,
    /// elementary steps
    pub work: u64,
}

/// What came of an island.
#[derive(Clone, Debug)]
pub(super) struct Divided {
    /// proofs that nothing is possible within the band
    pub obstacles: Vec<Obstacle>,
    /// what the band must become at one of its ends: the greatest alone, the least alone
    pub needed: (Option<i64>, Option<i64>),
    /// numbers of zones that are possible, where nothing is in the way
    pub counts: Option<RangeInclusive<usize>>,
    /// the best division for each preset, the first preset first: the zone of every node
    pub candidates: Vec<Vec<u32>>,
    /// no division has fewer cut edges, where an exact model was solved
    pub cut_bound: Option<u64>,
    /// whether the watch ended it
    pub cut_short: bool,
}

impl Divided {
    /// Of what is divided without a band.
    pub fn whole(zone: Vec<u32>) -> Self {
        let count = zone.iter().max().map_or(1, |most| *most as usize + 1);
        Self {
            obstacles: Vec::new(),
            needed: (None, None),
            counts: Some(count..=count),
            candidates: vec![zone],
            cut_bound: None,
            cut_short: false,
        }
    }
}

/// Divides.
pub(super) fn divide(original: &Problem, wish: &Wish, watch: &Watch) -> Divided {
    let mut problem = original.clone();
    let mut needed = (None, None);
    let above = problem.cap().into_iter();
    let mut obstacles: Vec<Obstacle> = above.map(|(node, weight)| Obstacle::Heavy { node, weight }).collect();
    let counts = bounds::zone_counts(&problem);
    let mut sets = Sets::new(&problem, &problem.band);
    let tried = || exact::obstacle(&problem, sets.as_ref()?, watch);
    let proof = bounds::obstacle(&problem, &problem.band).or_else(tried);
    if let Some(obstacle) = proof {
        obstacles.push(obstacle);
        needed = exact::relaxations(&problem, bounds::relaxations(&problem, &problem.band), watch);
        problem.band = relaxed(problem.band, needed, problem.total());
        sets = Sets::new(&problem, &problem.band);
    }
    let cut_bound = sets.as_ref().and_then(|sets| cut_bound(&problem, sets, wish, watch));
    let (candidates, cut_short) = search(&mut problem, sets.as_ref(), wish, watch);
    Divided { obstacles, needed, counts, candidates, cut_bound, cut_short }
}

/// The fewest cut edges there can be, by the exact model.
fn cut_bound(problem: &Problem, sets: &Sets, wish: &Wish, watch: &Watch) -> Option<u64> {
    match sets.solve(problem, (&problem.band, Aim::Cuts), wish.zones.as_ref(), watch) {
        Solved::Best(zone) => {
            let apart = problem.graph.borders().iter().filter(|b| zone[b.a as usize] != zone[b.b as usize]);
            Some(apart.map(|border| u64::from(border.pairs)).sum())
        }
        Solved::Impossible | Solved::Open => None,
    }
}

/// The smaller change of the two, each to the end that it changes.
fn relaxed(band: Band, (max, min): (Option<i64>, Option<i64>), total: i64) -> Band {
    let more = max.map(|max| (max - band.max) as f64 / band.max.max(1) as f64);
    let less = min.map(|min| (band.min - min) as f64 / band.min.max(1) as f64);
    match (more, less) {
        (Some(more), Some(less)) if more <= less => Band { max: max.unwrap_or(band.max), ..band },
        (_, Some(_)) => Band { min: min.unwrap_or(band.min), ..band },
        (Some(_), None) => Band { max: max.unwrap_or(band.max), ..band },
        (None, None) => Band { min: band.min.min(total), max: band.max.max(total), ..band },
    }
}

/// All presets, each with its share of the budget: three fifths for the first.
fn search(problem: &mut Problem, sets: Option<&Sets>, wish: &Wish, watch: &Watch) -> (Vec<Vec<u32>>, bool) {
    let range = bounds::zone_counts(problem).unwrap_or(1..=1);
    let range = match &wish.zones {
        Some(wanted) => {
            let (low, high) = ((*wanted.start()).max(*range.start()), (*wanted.end()).min(*range.end()));
            if low <= high { low..=high } else { *wanted.start()..=*wanted.start() }
        }
        None => range,
    };
    let (mut candidates, mut cut_short) = (Vec::new(), false);
    let others = wish.presets.len().saturating_sub(1) as u64;
    for (at, preset) in wish.presets.iter().enumerate() {
        let share = match (at, others) {
            (0, 0) => wish.work,
            (0, _) => wish.work * 3 / 5,
            (_, others) => wish.work * 2 / 5 / others,
        };
        problem.weigh(preset.weights());
        let ideal = problem.band.ideal;
        if *preset == Preset::Balanced {
            problem.band.ideal = ideal.or(Some((problem.band.min + problem.band.max) / 2));
        }
        let goal = (&problem.band, Aim::of(*preset));
        match sets.map(|sets| sets.solve(problem, goal, wish.zones.as_ref(), watch)) {
            Some(Solved::Best(zone)) => candidates.push(zone),
            _ => {
                let seed = wish.seed + at as u64 * 1009;
                let (best, short) = best_of(problem, (*preset, &range), (share, seed), watch);
                cut_short |= short;
                candidates.push(best.zone);
            }
        }
        problem.band.ideal = ideal;
        if !watch.go_on() {
            break;
        }
    }
    (candidates, cut_short)
}

/// Scouts over numbers of zones and ways to begin, then the best of them at length.
fn best_of(
    problem: &Problem,
    (preset, range): (Preset, &RangeInclusive<usize>),
    (work, seed): (u64, u64),
    watch: &Watch,
) -> (Outcome, bool) {
    if *range.end() <= 1 || problem.nodes() <= 1 {
        let zone = vec![0; problem.nodes()];
        let state = search::State::new(problem, zone, 1);
        let ((miss, broken), energy) = (state.wrong(range), state.energy(0.0));
        return (Outcome { zone: state.zone, miss, broken, energy, cut_short: false }, false);
    }
    let mut scouts: Vec<Chain> = Vec::new();
    let chain = |start, zones, at: usize, hot| Chain {
        start,
        zones,
        count: range.clone(),
        work: 0,
        seed: seed.wrapping_mul(0x9E37_79B9).wrapping_add(at as u64),
        hot,
    };
    let present = (problem.communities > 0).then(|| search::present(problem));
    if let Some(present) = &present
        && preset == Preset::LeastChange
    {
        for hot in [0.05, 0.2, 0.5, 1.0] {
            scouts.push(chain(Start::Given(present), problem.communities, scouts.len(), hot));
        }
    }
    // Where present zones are to change little these are for want of better: they may be far from the band.
    let tried = if scouts.is_empty() { usize::MAX } else { 1 };
    for zones in counts(problem, range).into_iter().take(tried) {
        for start in [Start::Levels, Start::Tree] {
            scouts.push(chain(start, zones, scouts.len(), 1.0));
        }
    }
    let each = work * 7 / 30 / scouts.len().max(1) as u64;
    scouts.iter_mut().for_each(|scout| scout.work = each);
    // Two that are quick come first: whenever the time is over, there is something that cooled down.
    let quick: Vec<Chain> =
        scouts.iter().take(2).map(|scout| Chain { work: work / 12, hot: 0.5, ..scout.clone() }).collect();
    scouts.splice(0..0, quick);
    let (first, rest) = scouts.split_at(scouts.len().min(2));
    // What has not begun when the time is over need not: building a division takes time as well.
    let run = |(at, scout): (usize, &Chain)| {
        (at == 0 || watch.go_on()).then(|| (at, search::run(problem, scout, watch)))
    };
    let mut found: Vec<(usize, Outcome)> = first.par_iter().enumerate().filter_map(run).collect();
    let later: Vec<(usize, Outcome)> =
        rest.par_iter().enumerate().map(|(at, scout)| (at + first.len(), scout)).filter_map(run).collect();
    found.extend(later);
    let skipped = found.len() < scouts.len();
    found.sort_by(|(p, one), (q, other)| {
        rank(one).partial_cmp(&rank(other)).unwrap_or(p.cmp(q)).then(p.cmp(q))
    });
    let mut finals: Vec<Chain> = Vec::new();
    for (at, (scout, outcome)) in found.iter().take(3).enumerate() {
        let old = &scouts[*scout];
        finals.push(Chain { work: work / 5, seed: old.seed ^ 0x5EED_0000, ..old.clone() });
        if at == 0 {
            finals.push(Chain { start: Start::Given(&outcome.zone), hot: 0.4, ..finals[0].clone() });
            finals.truncate(2);
        }
    }
    finals.truncate(3);
    let last: Vec<Outcome> = if watch.go_on() {
        finals.par_iter().map(|chain| search::run(problem, chain, watch)).collect()
    } else {
        Vec::new()
    };
    let cut_short = skipped || last.len() < finals.len();
    let cut_short = cut_short || found.iter().map(|(_, o)| o).chain(&last).any(|outcome| outcome.cut_short);
    let all = found.into_iter().map(|(_, outcome)| outcome).chain(last);
    let best = all.reduce(|best, next| if rank(&next) < rank(&best) { next } else { best });
    let best = best.unwrap_or(Outcome {
        zone: vec![0; problem.nodes()],
        miss: 0,
        broken: 0,
        energy: 0.0,
        cut_short: true,
    });
    (best, cut_short)
}

fn rank(outcome: &Outcome) -> (i64, i64, f64) {
    (outcome.miss, outcome.broken, outcome.energy)
}

/// Numbers of zones worth a try: near the ideal where there is one, else the fewest and a little more.
fn counts(problem: &Problem, range: &RangeInclusive<usize>) -> Vec<usize> {
    let least = *range.start();
    let wanted: Vec<usize> = match problem.band.ideal {
        Some(ideal) if ideal > 0 => {
            let near = (problem.total() as f64 / ideal as f64).round() as usize;
            vec![near, near + 1, near.saturating_sub(1), near + near / 20 + 1]
        }
        _ => {
            let more = |share: f64| (least as f64 * share).ceil() as usize;
            vec![more(1.03), more(1.06), more(1.1), least, least + 1]
        }
    };
    let mut list: Vec<usize> = Vec::new();
    for zones in wanted {
        let zones = zones.clamp(*range.start(), *range.end());
        if !list.contains(&zones) {
            list.push(zones);
        }
    }
    list
}
