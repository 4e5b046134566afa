//! A division while it is searched: scores by difference, contiguity by a short walk, the borders that are cut.

use super::super::problem::{Problem, Weights};

/// What is known of a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::zoning) struct Zone {
    /// households, as counted
    pub weight: i64,
    /// square decimetres
    pub area: i64,
    /// length of the outline, millimetres
    pub outline: i64,
    /// how many nodes
    pub nodes: u32,
}

/// What it costs that two nodes share a zone that are to be apart: more than any border gains.
const APART: f64 = 30.0;
/// Not in the list of cut borders.
const ABSENT: u32 = u32::MAX;

/// Numbers of zones that are allowed.
pub(in crate::zoning) type Count = std::ops::RangeInclusive<usize>;

/// By how many a number of zones is outside of them.
pub(in crate::zoning) fn off(count: &Count, zones: usize) -> usize {
    count.start().saturating_sub(zones) + zones.saturating_sub(*count.end())
}

/// A division of all nodes into zones, some of which may be empty.
#[derive(Clone)]
pub(in crate::zoning) struct State<'p> {
    pub problem: &'p Problem,
    /// the zone of every node
    pub zone: Vec<u32>,
    /// by number
    pub zones: Vec<Zone>,
    /// numbers of the borders between zones, in no order
    cut: Vec<u32>,
    /// where each border stands in `cut`
    place: Vec<u32>,
    /// cost of all cut borders, thousandths
    pub cut_cost: i64,
    /// households that stay in the community their zone stands for
    staying: i64,
    /// pairs that are to be apart and are not
    pub broken: i64,
    /// last walk that saw a node
    seen: Vec<u32>,
    walk: u32,
    open: Vec<u32>,
    /// elementary steps so far: what a budget is counted in
    pub work: u64,
}

/// What a move of one node changes.
#[derive(Clone, Copy, Debug)]
pub(in crate::zoning) struct Flip {
    pub node: u32,
    pub from: u32,
    pub to: u32,
    cost: i64,
    new_from: Zone,
    new_to: Zone,
    staying: i64,
    broken: i64,
}

impl<'p> State<'p> {
    /// From the zone of every node; `zones` of them at least.
    pub fn new(problem: &'p Problem, zone: Vec<u32>, zones: usize) -> Self {
        let count = zone.iter().map(|z| *z as usize + 1).max().unwrap_or(0).max(zones);
        let borders = problem.graph.borders().len();
        let mut state = Self {
            problem,
            zones: vec![Zone::default(); count],
            cut: Vec::new(),
            place: vec![ABSENT; borders],
            cut_cost: 0,
            staying: 0,
            broken: problem.broken(&zone) as i64,
            seen: vec![0; problem.nodes()],
            walk: 0,
            open: Vec::new(),
            work: 0,
            zone,
        };
        for node in 0..problem.nodes() {
            let own = state.zone[node];
            let zone = &mut state.zones[own as usize];
            zone.weight += problem.weight[node];
            zone.area += problem.area[node];
            zone.outline += problem.outline[node];
            zone.nodes += 1;
            state.staying += problem.staying(node as u32, own);
        }
        for (number, border) in problem.graph.borders().iter().enumerate() {
            let (a, b) = (state.zone[border.a as usize], state.zone[border.b as usize]);
            if a == b {
                state.zones[a as usize].outline -= 2 * border.length_mm;
            } else {
                state.cut_cost += problem.cost[number];
                state.enter(number as u32);
            }
        }
        state
    }

    fn enter(&mut self, border: u32) {
        self.place[border as usize] = self.cut.len() as u32;
        self.cut.push(border);
    }

    fn leave(&mut self, border: u32) {
        let at = self.place[border as usize];
        self.cut.swap_remove(at as usize);
        if let Some(moved) = self.cut.get(at as usize) {
            self.place[*moved as usize] = at;
        }
        self.place[border as usize] = ABSENT;
    }

    /// Borders between zones.
    pub fn cut(&self) -> &[u32] {
        &self.cut
    }

    /// Zones that are not empty.
    pub fn count(&self) -> usize {
        self.zones.iter().filter(|zone| zone.nodes > 0).count()
    }

    /// Households outside of the band, over all zones.
    pub fn miss(&self) -> i64 {
        self.zones.iter().filter(|zone| zone.nodes > 0).map(|zone| self.problem.band.miss(zone.weight)).sum()
    }

    /// What no division may have: households out of band; pairs that are not apart, and zones too many or too few.
    pub fn wrong(&self, count: &Count) -> (i64, i64) {
        (self.miss(), self.broken + off(count, self.count()) as i64)
    }

    /// What all this costs, in cut borders; households out of band at `penalty` a mean unit.
    pub fn energy(&self, penalty: f64) -> f64 {
        let zones: f64 = self.zones.iter().map(|zone| zone_energy(self.problem, zone, penalty)).sum();
        self.cut_cost as f64 / 1000.0 + zones + self.broken as f64 * APART
            - self.problem.stay_gain(self.staying)
    }

    /// The share of a zone in that, without its band and what stays: half of what is cut belongs to the other side.
    /// All cut borders are taken for its own.
    pub fn energy_of(&self, zone: u32) -> f64 {
        self.cut_cost as f64 / 2000.0 + zone_energy(self.problem, &self.zones[zone as usize], 0.0)
    }

    /// What it would change to give a node to a neighbouring zone.
    pub fn flip(&mut self, node: u32, to: u32) -> Flip {
        let problem = self.problem;
        let from = self.zone[node as usize];
        let (mut cost, mut length_from, mut length_to) = (0, 0, 0);
        let around = problem.graph.around(node);
        for (next, border) in around {
            let zone = self.zone[*next as usize];
            let at = *border as usize;
            if zone == from {
                cost += problem.cost[at];
                length_from += problem.graph.borders()[at].length_mm;
            } else if zone == to {
                cost -= problem.cost[at];
                length_to += problem.graph.borders()[at].length_mm;
            }
        }
        self.work += around.len() as u64;
        let at = node as usize;
        let (mut new_from, mut new_to) = (self.zones[from as usize], self.zones[to as usize]);
        new_from.weight -= problem.weight[at];
        new_from.area -= problem.area[at];
        new_from.outline -= problem.outline[at] - 2 * length_from;
        new_from.nodes -= 1;
        new_to.weight += problem.weight[at];
        new_to.area += problem.area[at];
        new_to.outline += problem.outline[at] - 2 * length_to;
        new_to.nodes += 1;
        let staying = if problem.communities == 0 {
            0
        } else {
            problem.staying(node, to) - problem.staying(node, from)
        };
        let broken = problem.apart_from(node).iter().fold(0, |broken, other| {
            let zone = self.zone[*other as usize];
            broken + i64::from(zone == to) - i64::from(zone == from)
        });
        Flip { node, from, to, cost, new_from, new_to, staying, broken }
    }

    /// The difference in [`Self::energy`].
    pub fn difference(&self, flip: &Flip, penalty: f64) -> f64 {
        let energy = |zone: &Zone| zone_energy(self.problem, zone, penalty);
        let before = energy(&self.zones[flip.from as usize]) + energy(&self.zones[flip.to as usize]);
        let after = energy(&flip.new_from) + energy(&flip.new_to);
        flip.cost as f64 / 1000.0 + (after - before) + flip.broken as f64 * APART
            - self.problem.stay_gain(flip.staying)
    }

    /// Does it.
    pub fn apply(&mut self, flip: &Flip) {
        self.cut_cost += flip.cost;
        self.staying += flip.staying;
        self.broken += flip.broken;
        self.zones[flip.from as usize] = flip.new_from;
        self.zones[flip.to as usize] = flip.new_to;
        self.zone[flip.node as usize] = flip.to;
        let problem = self.problem;
        for (next, border) in problem.graph.around(flip.node) {
            let zone = self.zone[*next as usize];
            if zone == flip.from {
                self.enter(*border);
            } else if zone == flip.to {
                self.leave(*border);
            }
        }
    }

    /// Whether a node's zone stays in one piece without it: its neighbours there are reached from one of them.
    /// Ends as soon as all are found, mostly after a few steps; O(nodes of the zone) at worst.
    pub fn can_leave(&mut self, node: u32) -> bool {
        let graph = &self.problem.graph;
        let own = self.zone[node as usize];
        self.walk += 1;
        let walk = self.walk;
        let mut left = 0;
        for (next, _) in graph.around(node) {
            if self.zone[*next as usize] == own {
                left += 1;
                if left == 1 {
                    self.open.clear();
                    self.open.push(*next);
                    self.seen[*next as usize] = walk;
                }
            }
        }
        if left <= 1 {
            // Nothing but this node: it would leave an empty zone behind.
            return left == 1 || self.zones[own as usize].nodes == 1;
        }
        left -= 1;
        self.seen[node as usize] = walk;
        let mut at = 0;
        while let Some(here) = self.open.get(at).copied() {
            at += 1;
            let around = graph.around(here);
            self.work += around.len() as u64;
            for (next, _) in around {
                let next_at = *next as usize;
                if self.zone[next_at] != own || self.seen[next_at] == walk {
                    continue;
                }
                self.seen[next_at] = walk;
                if graph.around(node).binary_search_by_key(next, |(node, _)| *node).is_ok() {
                    left -= 1;
                    if left == 0 {
                        return true;
                    }
                }
                self.open.push(*next);
            }
        }
        false
    }

    /// The nodes of some zones, zone after zone: O(nodes of the zones), walking from one node of each.
    pub fn nodes_of(&mut self, starts: &[u32]) -> Vec<u32> {
        self.walk += 1;
        let graph = &self.problem.graph;
        let mut nodes: Vec<u32> = Vec::new();
        for start in starts {
            let own = self.zone[*start as usize];
            let mut at = nodes.len();
            if self.seen[*start as usize] != self.walk {
                self.seen[*start as usize] = self.walk;
                nodes.push(*start);
            }
            while let Some(here) = nodes.get(at).copied() {
                at += 1;
                for (next, _) in graph.around(here) {
                    if self.zone[*next as usize] == own && self.seen[*next as usize] != self.walk {
                        self.seen[*next as usize] = self.walk;
                        nodes.push(*next);
                    }
                }
            }
        }
        self.work += nodes.len() as u64 * 4;
        nodes
    }

    /// Gives nodes to zones without asking whether these stay in one piece, by difference.
    pub fn assign(&mut self, nodes: &[u32], to: &[u32]) {
        for (node, to) in nodes.iter().zip(to) {
            if self.zone[*node as usize] != *to {
                let flip = self.flip(*node, *to);
                self.apply(&flip);
            }
        }
    }
}

/// The share of a zone in the energy.
fn zone_energy(problem: &Problem, zone: &Zone, penalty: f64) -> f64 {
    if zone.nodes == 0 {
        return 0.0;
    }
    let Weights { compact, balance, .. } = problem.weights;
    let mut energy = penalty * problem.band.miss(zone.weight) as f64 * problem.per_unit;
    if compact > 0.0 {
        energy += compact * (1.0 - polsby_popper(zone.area, zone.outline));
    }
    if balance > 0.0
        && let Some(ideal) = problem.band.ideal
    {
        let off = (zone.weight - ideal) as f64 / ideal.max(1) as f64;
        energy += balance * off * off * 4.0;
    }
    energy
}

/// 4π·area / outline², from square decimetres and millimetres; 0 without an outline.
pub(in crate::zoning) fn polsby_popper(area: i64, outline: i64) -> f64 {
    if outline <= 0 {
        return 0.0;
    }
    let outline = outline as f64 / 1000.0;
    4.0 * std::f64::consts::PI * (area as f64 / 100.0) / (outline * outline)
}
