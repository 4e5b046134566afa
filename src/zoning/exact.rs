//! Small islands to the end: every connected set of nodes within the band is a zone that there could be, and an exact
//! model chooses among them so that each node lies in just one (set partitioning, HiGHS). Where that is too many sets,
//! nothing is said.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use highs::{Col, HighsModelStatus, RowProblem, Sense};

use super::bounds::Obstacle;
use super::preset::Preset;
use super::problem::{Band, Problem};
use super::search::State;
use super::watch::Watch;

/// Connected sets that are looked at before giving up, within the band or not.
const LOOKED_AT: usize = 200_000;
/// Zones that there could be, beyond which the model is not built.
const COLUMNS: usize = 40_000;
/// Nodes of the search tree of the solver: what ends it in the same place on every machine.
const BRANCHES: i32 = 5_000;
/// Longest time for one model, seconds; a model that needs it is left to the search.
const LONGEST_S: f64 = 10.0;
/// The share of the time that is left which one model may take: the search needs the rest.
const SHARE: f64 = 0.25;
/// What one cut border counts beside all that breaks ties.
const FIRST: f64 = 1000.0;
/// A variable above this is one.
const HALF: f64 = 0.5;
/// Beyond so many nodes nothing is listed: the depth of the listing is theirs.
const NODES: usize = 240;

/// Connected sets of nodes with their households, each once.
pub(super) struct Sets(Vec<(Vec<u32>, i64)>);

/// A zone that there could be.
struct Column<'s> {
    nodes: &'s [u32],
    /// pairs of units that it cuts off, each of which another zone cuts off as well
    cut: i64,
    /// the present community that it goes on, which counts only what stays
    heir: Option<u32>,
    /// what it costs by the weights of the problem
    energy: f64,
}

/// What the model says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Solved {
    /// no choice of zones covers each node once
    Impossible,
    /// the best division: the zone of every node
    Best(Vec<u32>),
    /// it took too long
    Open,
}

/// What is to be least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// nothing: any division will do
    Any,
    /// cut borders alone
    Cuts,
    /// cut borders, then the energy
    CutsThenEnergy,
    /// the energy
    Energy,
}

impl Aim {
    /// What a preset puts first.
    pub fn of(preset: Preset) -> Self {
        if preset == Preset::Compact { Self::CutsThenEnergy } else { Self::Energy }
    }
}

impl Sets {
    /// All within a band; `None` where these are too many to be listed, or nodes are bound to zones.
    pub fn new(problem: &Problem, band: &Band) -> Option<Self> {
        if problem.nodes() > NODES || problem.fixed.iter().any(Option::is_some) {
            return None;
        }
        let taken = vec![false; problem.nodes()];
        let mut growth = Growth { problem, band, taken, left: LOOKED_AT, sets: Vec::new() };
        for first in 0..problem.nodes() as u32 {
            // Sets with this node are complete after this: it stays refused.
            growth.taken[first as usize] = true;
            let open = growth.take_beside(first);
            growth.grow(&mut vec![first], &open, problem.weight[first as usize]);
            growth.give_back(&open);
            if growth.over() {
                return None;
            }
        }
        growth.sets.retain(|(nodes, _)| {
            !nodes.iter().any(|node| problem.apart_from(*node).iter().any(|other| nodes.contains(other)))
        });
        Some(Self(growth.sets))
    }

    /// The first that works of an amount and those of the sets beyond it, nearest first; each after that works too.
    fn first(&self, known: i64, beyond: impl Fn(i64) -> bool, works: impl Fn(i64) -> bool) -> Option<i64> {
        let mut steps: Vec<i64> =
            self.0.iter().map(|(_, weight)| *weight).filter(|weight| beyond(*weight)).collect();
        steps.push(known);
        steps.sort_unstable_by_key(|weight| (weight - known).abs());
        steps.dedup();
        works(*steps.last()?).then_some(())?;
        let (mut low, mut high) = (0, steps.len() - 1);
        while low < high {
            let middle = low.midpoint(high);
            if works(steps[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(steps[low])
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The best choice of those within a band, so many of them where a number is asked for.
    pub fn solve(
        &self,
        problem: &Problem,
        (band, aim): (&Band, Aim),
        zones: Option<&RangeInclusive<usize>>,
        watch: &Watch,
    ) -> Solved {
        let within = self.0.iter().filter(|(_, weight)| band.miss(*weight) == 0);
        let columns: Vec<Column> = within.flat_map(|(nodes, _)| columns(problem, nodes, aim)).collect();
        let mut covered = vec![false; problem.nodes()];
        columns.iter().flat_map(|column| column.nodes).for_each(|node| covered[*node as usize] = true);
        if covered.contains(&false) {
            return Solved::Impossible;
        }
        if columns.len() > COLUMNS {
            return Solved::Open;
        }
        chosen(problem.nodes(), &columns, model(problem.nodes(), &columns, aim, zones), watch)
    }
}

/// One row for each node, one for each community, one for the number.
fn model(nodes: usize, columns: &[Column], aim: Aim, zones: Option<&RangeInclusive<usize>>) -> RowProblem {
    let mut model = RowProblem::default();
    let mut rows: Vec<Vec<(Col, f64)>> = vec![Vec::new(); nodes];
    let mut heirs: BTreeMap<u32, Vec<(Col, f64)>> = BTreeMap::new();
    let mut all = Vec::with_capacity(columns.len());
    for column in columns {
        let chosen = model.add_integer_column(column.worth(aim), 0.0..=1.0);
        column.nodes.iter().for_each(|node| rows[*node as usize].push((chosen, 1.0)));
        if let Some(heir) = column.heir {
            heirs.entry(heir).or_default().push((chosen, 1.0));
        }
        all.push((chosen, 1.0));
    }
    rows.iter().for_each(|row| model.add_row(1.0..=1.0, row));
    heirs.values().for_each(|row| model.add_row(..=1.0, row));
    if let Some(zones) = zones {
        model.add_row(*zones.start() as f64..=*zones.end() as f64, &all);
    }
    model
}

fn chosen(nodes: usize, columns: &[Column], model: RowProblem, watch: &Watch) -> Solved {
    let left = (watch.left_s() * SHARE).min(LONGEST_S);
    if left <= 0.0 {
        watch.was_late();
        return Solved::Open;
    }
    let Ok(mut model) = model.try_optimise(Sense::Minimise) else { return Solved::Open };
    model.make_quiet();
    model.set_option("time_limit", left);
    model.set_option("threads", 1);
    model.set_option("mip_max_nodes", BRANCHES);
    model.set_option("mip_rel_gap", 0.0);
    model.set_option("mip_abs_gap", 1e-6);
    let Ok(solved) = model.try_solve() else { return Solved::Open };
    match solved.status() {
        HighsModelStatus::Infeasible => Solved::Impossible,
        HighsModelStatus::Optimal => {
            let values = solved.get_solution();
            let mut zone = vec![u32::MAX; nodes];
            let ones = columns.iter().zip(values.columns()).filter(|(_, value)| **value > HALF);
            for (number, (column, _)) in ones.enumerate() {
                column.nodes.iter().for_each(|node| zone[*node as usize] = number as u32);
            }
            if zone.contains(&u32::MAX) { Solved::Open } else { Solved::Best(zone) }
        }
        HighsModelStatus::ReachedTimeLimit => {
            watch.was_late();
            Solved::Open
        }
        _ => Solved::Open,
    }
}

/// The proof that nothing is possible, where the model gives one.
pub(super) fn obstacle(problem: &Problem, sets: &Sets, watch: &Watch) -> Option<Obstacle> {
    let solved = sets.solve(problem, (&problem.band, Aim::Any), None, watch);
    (solved == Solved::Impossible).then(|| Obstacle::Exhausted { zones: sets.count() })
}

/// The least change of each end of the band that makes a division possible, from what is known to be needed at least:
/// the greatest households, and the least. Where that is not to be had, what is known stands.
pub(super) fn relaxations(
    problem: &Problem,
    (max, min): (Option<i64>, Option<i64>),
    watch: &Watch,
) -> (Option<i64>, Option<i64>) {
    let (band, total) = (problem.band, problem.total());
    let works = |sets: &Sets, band: Band| {
        matches!(sets.solve(problem, (&band, Aim::Any), None, watch), Solved::Best(_))
    };
    let most = max.and_then(|known| {
        // Up to twice that; where these are too many, whether what is known does.
        let up_to = |max: i64| Sets::new(problem, &Band { max: max.min(total.max(known)), ..band });
        let sets = up_to(known.saturating_mul(2)).or_else(|| up_to(known))?;
        sets.first(known, |weight| weight > known, |max| works(&sets, Band { max, ..band }))
    });
    let least = min.and_then(|known| {
        let sets = Sets::new(problem, &Band { min: 0, ..band })?;
        sets.first(known, |weight| weight < known, |min| works(&sets, Band { min, ..band }))
    });
    (most.or(max), least.or(min))
}

impl Column<'_> {
    fn worth(&self, aim: Aim) -> f64 {
        // Every cut border is counted by both of its zones.
        let cuts = self.cut as f64 / 2.0;
        match aim {
            Aim::Any => 0.0,
            Aim::Cuts => cuts,
            Aim::CutsThenEnergy => cuts * FIRST + self.energy,
            Aim::Energy => self.energy,
        }
    }
}

/// A set as a zone: one that goes on no present community, and, where that counts, one for each that it holds
/// households of.
fn columns<'s>(problem: &Problem, nodes: &'s [u32], aim: Aim) -> Vec<Column<'s>> {
    if aim == Aim::Any {
        return vec![Column { nodes, cut: 0, heir: None, energy: 0.0 }];
    }
    let mut zone = vec![0; problem.nodes()];
    nodes.iter().for_each(|node| zone[*node as usize] = 1);
    let state = State::new(problem, zone, 2);
    let borders = problem.graph.borders();
    let cut = state.cut().iter().map(|border| i64::from(borders[*border as usize].pairs)).sum();
    let energy = state.energy_of(1);
    let mut list = vec![Column { nodes, cut, heir: None, energy }];
    if aim != Aim::Cuts && problem.communities > 0 && problem.weights.moved > 0.0 {
        let mut staying: BTreeMap<u32, i64> = BTreeMap::new();
        for (community, weight) in nodes.iter().flat_map(|node| problem.present_of(*node)) {
            *staying.entry(*community).or_default() += weight;
        }
        list.extend(staying.into_iter().map(|(community, staying)| {
            let energy = energy - problem.stay_gain(staying);
            Column { nodes, cut, heir: Some(community), energy }
        }));
    }
    list
}

struct Growth<'p> {
    problem: &'p Problem,
    band: &'p Band,
    /// in the set, refused, or before the first
    taken: Vec<bool>,
    left: usize,
    sets: Vec<(Vec<u32>, i64)>,
}

impl Growth<'_> {
    fn over(&self) -> bool {
        self.left == 0 || self.sets.len() > COLUMNS
    }

    /// The nodes beside one that are not taken, which are then.
    fn take_beside(&mut self, node: u32) -> Vec<u32> {
        let around = self.problem.graph.around(node).iter().map(|(next, _)| *next);
        let free: Vec<u32> = around.filter(|next| !self.taken[*next as usize]).collect();
        free.iter().for_each(|next| self.taken[*next as usize] = true);
        free
    }

    fn give_back(&mut self, nodes: &[u32]) {
        nodes.iter().for_each(|node| self.taken[*node as usize] = false);
    }

    /// All sets that hold this one and any of the open nodes, all taken, or what lies beside these.
    fn grow(&mut self, set: &mut Vec<u32>, open: &[u32], weight: i64) {
        self.left = self.left.saturating_sub(1);
        if weight > self.band.max || self.over() {
            return;
        }
        if weight >= self.band.min {
            self.sets.push((set.clone(), weight));
        }
        for (at, next) in open.iter().enumerate() {
            // With it here; without it in all that follows.
            let new = self.take_beside(*next);
            let further: Vec<u32> = open[at + 1..].iter().chain(&new).copied().collect();
            set.push(*next);
            self.grow(set, &further, weight + self.problem.weight[*next as usize]);
            set.pop();
            self.give_back(&new);
        }
    }
}
