//! What is asked of the solver: units and wishes. Made of plain features here.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::graph::Graph;
use super::preset::Preset;
use super::problem::{Band, Problem, Weights, ZoneKind, counted};
use super::units::Units;

/// Units of whatever source, and what is known of each, in the same order.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// households; nothing and what is no number count as none
    pub households: Vec<f64>,
    /// the parent that no zone leaves, by number
    pub parent: Option<Vec<u32>>,
    /// the present community, by number from 0; `None` for units outside of all
    pub present: Option<Vec<Option<u32>>>,
    /// the same with households, where a unit lies in several; goes before `present`
    pub shares: Option<Vec<Vec<(u32, f64)>>>,
    /// units with the same number stay together
    pub together: Option<Vec<Option<u32>>>,
    /// no two units of a group share a zone
    pub apart: Vec<Vec<u32>>,
    /// units that stay in the zone of their present community: those of one together, of several apart
    pub locked: Vec<u32>,
    /// what the zone of each is; all are basic if absent
    pub kind: Option<Vec<ZoneKind>>,
    /// units of the same number are a natural village or group, and so a rural zone
    pub village: Option<Vec<Option<u32>>>,
}

/// A division that is asked for.
#[derive(Clone, Debug)]
pub struct Task {
    /// the units, one node each
    pub problem: Problem,
    /// parent of each unit
    pub parent: Vec<u32>,
    /// units with the same number stay together
    pub together: Vec<Option<u32>>,
    /// the village of each, by number; empty where there are none
    pub village: Vec<Option<u32>>,
    /// how many zones in all
    pub zones: Option<RangeInclusive<usize>>,
    /// how many zones in each parent
    pub zones_each: Option<RangeInclusive<usize>>,
    /// what counts first
    pub preset: Preset,
    /// of all that is random
    pub seed: u64,
    /// elementary steps, over all chains
    pub work: u64,
    /// how many divisions to give back at most, the best one included
    pub alternatives: usize,
}

impl Task {
    /// From measured units. `ideal` and the ends of the band are households. O(units + pairs that are kept apart).
    pub fn new(units: &Units, facts: &Facts, (min, max, ideal): (f64, f64, Option<f64>)) -> Self {
        let nodes = units.area.len();
        let weight: Vec<i64> = facts.households.iter().map(|weight| counted(*weight)).collect();
        let inhabited = weight.iter().filter(|weight| **weight > 0).count();
        let total: i64 = weight.iter().sum();
        let per_unit = inhabited.max(1) as f64 / (total.max(1)) as f64;
        let (mut present_starts, mut communities) = (vec![0], 0);
        let mut present: Vec<(u32, i64)> = Vec::new();
        for node in 0..nodes {
            let own = facts.present.as_ref().and_then(|present| present[node]);
            match facts.shares.as_ref().map(|shares| &shares[node]) {
                Some(shares) => present.extend(shares.iter().map(|(at, number)| (*at, counted(*number)))),
                None => present.extend(own.map(|community| (community, weight[node]))),
            }
            let first = *present_starts.last().unwrap_or(&0) as usize;
            for (community, _) in &present[first..] {
                communities = communities.max(*community as usize + 1);
            }
            present_starts.push(present.len() as u32);
        }
        let band = Band { min: counted(min), max: counted(max), ideal: ideal.map(counted), wide: None };
        let parent = facts.parent.clone().unwrap_or_else(|| vec![0; nodes]);
        let (together, apart) = wishes(facts, &parent);
        let zero = Weights {
            cut: 0.0,
            length: 0.0,
            barriers: 0.0,
            walks: 0.0,
            compact: 0.0,
            balance: 0.0,
            moved: 0.0,
        };
        let mut problem = Problem {
            graph: Graph::new(nodes, units.borders.iter().copied()),
            weight,
            area: units.area.clone(),
            outline: units.outline.clone(),
            present_starts,
            present,
            communities,
            fixed: vec![None; nodes],
            kind: facts.kind.clone().unwrap_or_default(),
            apart,
            cost: Vec::new(),
            band,
            weights: zero,
            per_unit,
        };
        problem.weigh(zero);
        Self {
            problem,
            parent,
            together,
            village: facts.village.clone().unwrap_or_default(),
            zones: None,
            zones_each: None,
            preset: Preset::Compact,
            seed: 1,
            work: 0,
            alternatives: 1,
        }
    }

    /// Units that are to stay together and apart, each pair by itself.
    pub fn contradictions(&self) -> Vec<Vec<u32>> {
        let mut found = Vec::new();
        for (unit, others) in self.problem.apart.iter().enumerate() {
            let own = self.together[unit];
            let same = |other: &&u32| {
                **other as usize > unit && own.is_some() && self.together[**other as usize] == own
            };
            found.extend(others.iter().filter(same).map(|other| vec![unit as u32, *other]));
        }
        found
    }
}

/// Groups that stay together, locked communities among them, and for each unit those that it shares no zone with.
/// Units of different parents are apart in any case.
fn wishes(facts: &Facts, parent: &[u32]) -> (Vec<Option<u32>>, Vec<Vec<u32>>) {
    let mut together = facts.together.clone().unwrap_or_else(|| vec![None; parent.len()]);
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut all_pairs = |units: &[u32]| {
        for (at, one) in units.iter().enumerate() {
            let others =
                units[at + 1..].iter().filter(|other| parent[**other as usize] == parent[*one as usize]);
            pairs.extend(others.filter(|other| *other != one).map(|other| (*one, *other)));
        }
    };
    facts.apart.iter().for_each(|units| all_pairs(units));
    let mut locked: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for unit in &facts.locked {
        if let Some(community) = facts.present.as_ref().and_then(|present| present[*unit as usize]) {
            locked.entry((parent[*unit as usize], community)).or_default().push(*unit);
        }
    }
    let first_new = together.iter().flatten().max().map_or(0, |most| most + 1);
    for (next, units) in (first_new..).zip(locked.values()) {
        // Whatever one of them belongs to comes along.
        let known: Vec<u32> = units.iter().filter_map(|unit| together[*unit as usize]).collect();
        for group in together.iter_mut().filter(|group| group.is_some_and(|group| known.contains(&group))) {
            *group = Some(next);
        }
        units.iter().for_each(|unit| together[*unit as usize] = Some(next));
    }
    let first: Vec<u32> = locked.values().map(|units| units[0]).collect();
    all_pairs(&first);
    let mut apart = vec![Vec::new(); if pairs.is_empty() { 0 } else { parent.len() }];
    for (a, b) in pairs {
        apart[a as usize].push(b);
        apart[b as usize].push(a);
    }
    for list in &mut apart {
        list.sort_unstable();
        list.dedup();
    }
    (together, apart)
}

/// Numbers for words, in the order in which they first come; an empty word has none.
pub fn numbered<'a>(words: impl IntoIterator<Item = &'a str>) -> (Vec<Option<u32>>, Vec<String>) {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut list = Vec::new();
    let numbers = words
        .into_iter()
        .map(|word| {
            (!word.is_empty()).then(|| {
                *known.entry(word).or_insert_with(|| {
                    list.push(word.to_owned());
                    list.len() as u32 - 1
                })
            })
        })
        .collect();
    (numbers, list)
}
