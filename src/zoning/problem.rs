//! What is to be divided: nodes with households, area and outline, who borders on whom, the band, and what counts
//! how much. All amounts are whole numbers, so that scores by difference and from scratch are equal to the last bit.

use serde::Serialize;

use super::barrier::Barrier;
use super::graph::Graph;

/// Households are counted in millionths: files hold prorated fractions.
pub const PER_HOUSEHOLD: i64 = 1_000_000;

/// A number of households as it is counted. What is no number, or negative, counts as none.
pub fn counted(households: f64) -> i64 {
    if households.is_finite() && households > 0.0 {
        (households.min(1e12) * PER_HOUSEHOLD as f64).round() as i64
    } else {
        0
    }
}

/// As people read it.
pub fn households(counted: i64) -> f64 {
    counted as f64 / PER_HOUSEHOLD as f64
}

/// How many households a zone may have, both ends included; counted as `PER_HOUSEHOLD` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// at least
    pub min: i64,
    /// at most
    pub max: i64,
    /// best; `None` where all within are as good
    pub ideal: Option<i64>,
    /// at most for a zone that holds a node above `max`, such as a dense compound that is not cut; `None`: no zone may
    /// be above `max`
    pub wide: Option<i64>,
}

impl Band {
    /// How far outside a number is; 0 within.
    pub fn miss(&self, weight: i64) -> i64 {
        (weight - self.max).max(self.min - weight).max(0)
    }

    /// How far outside a zone is whose heaviest node weighs so much.
    pub fn miss_of(&self, weight: i64, heaviest: i64) -> i64 {
        let wide = self.wide.filter(|_| heaviest > self.max);
        wide.map_or_else(|| self.miss(weight), |wide| Self { max: wide.max(self.max), ..*self }.miss(weight))
    }

    /// The most that any zone may have.
    pub fn most(&self) -> i64 {
        self.wide.map_or(self.max, |wide| wide.max(self.max))
    }
}

/// What the zone of a node is: basic ones are held against the band, the others only against their ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ZoneKind)]
pub enum ZoneKind {
    /// within the band
    #[default]
    Basic,
    /// a site by itself, such as a park or a hospital (专属网格)
    Exclusive,
    /// a natural village or group, with the land about it (农村网格)
    Rural,
}

impl ZoneKind {
    /// Its word, as in the list `grid_kind`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Exclusive => "exclusive",
            Self::Rural => "rural",
        }
    }
}

/// How much what counts, in the unit of one cut border without a barrier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// pairs of bordering units in different zones
    pub cut: f64,
    /// length of zone borders, to the mean length of a border, by what runs along them
    pub length: f64,
    /// how much a barrier along a border lowers both, 0..1
    pub barriers: f64,
    /// walks across barriers inside of a zone, per mean unit's households and 100 m of detour
    pub walks: f64,
    /// 1 − Polsby–Popper, a zone
    pub compact: f64,
    /// distance from the ideal, to the ideal, a zone
    pub balance: f64,
    /// households that change their community, to the mean unit's
    pub moved: f64,
}

/// Nodes to be divided into zones.
#[derive(Clone, Debug)]
pub struct Problem {
    /// who borders on whom
    pub graph: Graph,
    /// households of each node, as counted
    pub weight: Vec<i64>,
    /// area of each, square decimetres
    pub area: Vec<i64>,
    /// length of its whole outline, millimetres
    pub outline: Vec<i64>,
    /// households of each by present community: starts of each node in `present`
    pub present_starts: Vec<u32>,
    /// community and households
    pub present: Vec<(u32, i64)>,
    /// how many present communities there are
    pub communities: usize,
    /// the zone a node is bound to
    pub fixed: Vec<Option<u32>>,
    /// what the zone of each is; empty where all are basic
    pub kind: Vec<ZoneKind>,
    /// the nodes that share no zone with a node, in order; empty where none are kept apart
    pub apart: Vec<Vec<u32>>,
    /// what a cut border costs, in thousandths
    pub cost: Vec<i64>,
    /// the band
    pub band: Band,
    /// what counts how much
    pub weights: Weights,
    /// one over the mean households of a node that has any
    pub per_unit: f64,
}

impl Problem {
    /// All households.
    pub fn total(&self) -> i64 {
        self.weight.iter().sum()
    }

    /// How many nodes.
    pub fn nodes(&self) -> usize {
        self.weight.len()
    }

    /// What the zone of a node is to be.
    pub fn kind_of(&self, node: u32) -> ZoneKind {
        self.kind.get(node as usize).copied().unwrap_or_default()
    }

    /// What a zone of these nodes is: exclusive where all of it is, rural where none of it is basic.
    pub fn kind_of_all(&self, nodes: &[u32]) -> ZoneKind {
        let is = |kind: ZoneKind| nodes.iter().any(|node| self.kind_of(*node) == kind);
        match (is(ZoneKind::Basic), is(ZoneKind::Rural)) {
            (true, _) => ZoneKind::Basic,
            (false, true) => ZoneKind::Rural,
            (false, false) if nodes.is_empty() => ZoneKind::Basic,
            (false, false) => ZoneKind::Exclusive,
        }
    }

    /// The nodes that share no zone with a node.
    pub fn apart_from(&self, node: u32) -> &[u32] {
        self.apart.get(node as usize).map_or(&[], Vec::as_slice)
    }

    /// Pairs of nodes that are to be apart and share a zone.
    pub fn broken(&self, zone: &[u32]) -> usize {
        let own = |(node, others): (usize, &Vec<u32>)| {
            others
                .iter()
                .filter(|other| **other as usize > node && zone[**other as usize] == zone[node])
                .count()
        };
        self.apart.iter().enumerate().map(own).sum()
    }

    /// Takes nodes that are above the band for full: a zone with such a node alone is the best there can be. Gives
    /// those that are above all that is allowed.
    pub fn cap(&mut self) -> Vec<(u32, i64)> {
        let Band { max, .. } = self.band;
        let most = self.band.most();
        let mut above = Vec::new();
        for (node, weight) in self.weight.iter_mut().enumerate().filter(|(_, weight)| **weight > max) {
            if *weight > most {
                above.push((node as u32, *weight));
            }
            *weight = max;
        }
        above
    }

    /// Households of a node by present community.
    pub fn present_of(&self, node: u32) -> &[(u32, i64)] {
        let at = node as usize;
        &self.present[self.present_starts[at] as usize..self.present_starts[at + 1] as usize]
    }

    /// Households of a node that are in a present community now.
    pub fn staying(&self, node: u32, community: u32) -> i64 {
        self.present_of(node).iter().find(|(known, _)| *known == community).map_or(0, |(_, weight)| *weight)
    }

    /// What it is worth that so many households stay in their community.
    pub fn stay_gain(&self, staying: i64) -> f64 {
        self.weights.moved * staying as f64 * self.per_unit
    }

    /// Sets what counts, and what every border costs by it.
    pub fn weigh(&mut self, weights: Weights) {
        let borders = self.graph.borders();
        let total: i64 = borders.iter().map(|border| border.length_mm).sum();
        let pairs: i64 = borders.iter().map(|border| i64::from(border.pairs)).sum();
        let mean = (total as f64 / pairs.max(1) as f64).max(1.0);
        let households = self.per_unit * PER_HOUSEHOLD as f64;
        self.cost = borders
            .iter()
            .map(|border| {
                let share = border.class.cost() as f64 / 1000.0;
                let factor = 1.0 - weights.barriers * (1.0 - share);
                let cut = weights.cut * f64::from(border.pairs);
                let length = weights.length * border.length_mm as f64 / mean;
                let walk = walk_cost(self, border.a, border.b, border.class, border.crossings);
                let saved = weights.walks * walk * households / 100.0;
                ((factor * (cut + length) - saved) * 1000.0).round() as i64
            })
            .collect();
        self.weights = weights;
    }

    /// Nodes of the same group become one node; nodes without a group drop out.
    pub fn grouped(&self, groups: usize, group_of: &[Option<u32>]) -> Self {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups];
        let (mut weight, mut area, mut outline) = (vec![0; groups], vec![0; groups], vec![0; groups]);
        let mut fixed = vec![None; groups];
        for (node, group) in group_of.iter().enumerate() {
            let Some(group) = group.map(|group| group as usize) else { continue };
            members[group].push(node as u32);
            weight[group] += self.weight[node];
            area[group] += self.area[node];
            outline[group] += self.outline[node];
            fixed[group] = fixed[group].or(self.fixed[node]);
        }
        for border in self.graph.borders() {
            let (a, b) = (group_of[border.a as usize], group_of[border.b as usize]);
            if let (Some(a), Some(b)) = (a, b)
                && a == b
            {
                outline[a as usize] -= 2 * border.length_mm;
            }
        }
        let (mut present_starts, mut present) = (vec![0], Vec::new());
        for nodes in &members {
            let from = present.len();
            for (community, weight) in nodes.iter().flat_map(|node| self.present_of(*node)) {
                match present[from..].iter_mut().find(|(known, _): &&mut (u32, i64)| known == community) {
                    Some(known) => known.1 += weight,
                    None => present.push((*community, *weight)),
                }
            }
            present_starts.push(present.len() as u32);
        }
        let mut apart = vec![Vec::new(); if self.apart.is_empty() { 0 } else { groups }];
        for (node, others) in self.apart.iter().enumerate() {
            let Some(own) = group_of[node] else { continue };
            let beyond =
                others.iter().filter_map(|other| group_of[*other as usize]).filter(|other| *other != own);
            apart[own as usize].extend(beyond);
        }
        for list in &mut apart {
            list.sort_unstable();
            list.dedup();
        }
        let mut problem = Self {
            graph: self.graph.grouped(groups, group_of),
            weight,
            area,
            outline,
            present_starts,
            present,
            communities: self.communities,
            fixed,
            // Nodes that are grouped are parts of one island, and that is of one kind.
            kind: Vec::new(),
            apart,
            cost: Vec::new(),
            band: self.band,
            weights: self.weights,
            per_unit: self.per_unit,
        };
        problem.cost = self.costs_of(&problem, group_of);
        problem
    }

    /// What borders of a grouped problem cost: the sum of what they stand for.
    fn costs_of(&self, grouped: &Self, group_of: &[Option<u32>]) -> Vec<i64> {
        let mut costs = vec![0; grouped.graph.borders().len()];
        for (border, cost) in self.graph.borders().iter().zip(&self.cost) {
            let (Some(a), Some(b)) = (group_of[border.a as usize], group_of[border.b as usize]) else {
                continue;
            };
            let around = grouped.graph.around(a);
            if let Ok(place) = around.binary_search_by_key(&b, |(node, _)| *node) {
                costs[around[place].1 as usize] += cost;
            }
        }
        costs
    }
}

/// Households times metres of detour that a barrier between two nodes of one zone costs.
pub fn walk_cost(problem: &Problem, a: u32, b: u32, class: Barrier, crossings: Option<u32>) -> f64 {
    let share = match crossings {
        Some(crossings) => 1.0 / (1.0 + f64::from(crossings)),
        None => 0.5,
    };
    let fewer = problem.weight[a as usize].min(problem.weight[b as usize]);
    households(fewer) * class.detour_m() as f64 * share
}
