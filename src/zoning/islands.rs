//! A task taken apart: what hangs together within a parent is divided for itself. Units that stay together become
//! one node; their parts are joined by the lightest way between them, so that zones stay in one piece.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::problem::{Problem, ZoneKind};
use super::task::Task;

/// Connected units of one parent, as a problem of its own.
pub struct Island {
    /// the units, in order
    pub units: Vec<u32>,
    /// the node of each
    pub node: Vec<u32>,
    /// the nodes; `fixed` and present communities are those of the task
    pub problem: Problem,
    /// the parent
    pub parent: u32,
    /// what its zones are
    pub kind: ZoneKind,
}

impl Island {
    /// The units that are a node.
    pub fn units_of(&self, node: u32) -> Vec<u32> {
        let both = self.units.iter().zip(&self.node);
        both.filter(|(_, own)| **own == node).map(|(unit, _)| *unit).collect()
    }
}

/// Groups that are to stay together and cannot: they lie on several islands or in several parents.
pub struct Torn {
    /// its units
    pub units: Vec<u32>,
}

/// The islands of a task, in the order of their first units, and groups that no zone can hold.
pub fn islands(task: &Task) -> (Vec<Island>, Vec<Torn>) {
    let problem = &task.problem;
    let parent = &task.parent;
    let (component, count) = problem.graph.components(|border| {
        let kind = problem.kind_of(border.a);
        parent[border.a as usize] == parent[border.b as usize]
            && kind == problem.kind_of(border.b)
            && kind != ZoneKind::Exclusive
    });
    let mut units: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (unit, component) in component.iter().enumerate() {
        units[*component as usize].push(unit as u32);
    }
    let torn = torn(task, &component);
    let islands = units
        .into_iter()
        .map(|units| {
            let node = nodes_of(task, &units, &component);
            let nodes = node.iter().map(|node| *node as usize + 1).max().unwrap_or(0);
            let mut group_of = vec![None; problem.nodes()];
            for (unit, node) in units.iter().zip(&node) {
                group_of[*unit as usize] = Some(*node);
            }
            let mut own = problem.grouped(nodes, &group_of);
            local_communities(&mut own);
            let kind = problem.kind_of(units[0]);
            Island { parent: parent[units[0] as usize], problem: own, units, node, kind }
        })
        .collect();
    (islands, torn)
}

fn groups(task: &Task) -> BTreeMap<u32, Vec<u32>> {
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (unit, group) in task.together.iter().enumerate() {
        if let Some(group) = group {
            groups.entry(*group).or_default().push(unit as u32);
        }
    }
    groups
}

fn torn(task: &Task, component: &[u32]) -> Vec<Torn> {
    let torn = groups(task).into_iter().filter(|(_, units)| {
        units.iter().any(|unit| component[*unit as usize] != component[units[0] as usize])
    });
    torn.map(|(_, units)| Torn { units }).collect()
}

/// Present communities of an island, numbered anew from 0 in order.
fn local_communities(problem: &mut Problem) {
    let mut known: BTreeMap<u32, u32> =
        problem.present.iter().map(|(community, _)| (*community, 0)).collect();
    known.values_mut().enumerate().for_each(|(at, number)| *number = at as u32);
    problem.present.iter_mut().for_each(|(community, _)| *community = known[community]);
    problem.communities = known.len();
}

/// The node of each unit of an island, numbered in the order of first units.
fn nodes_of(task: &Task, units: &[u32], component: &[u32]) -> Vec<u32> {
    let mut root: BTreeMap<u32, u32> = units.iter().map(|unit| (*unit, *unit)).collect();
    let own = component[units[0] as usize];
    for members in groups(task).into_values() {
        let members: Vec<u32> = members.into_iter().filter(|unit| component[*unit as usize] == own).collect();
        for joined in joined(task, &members, component) {
            let (a, b) = (find(&mut root, joined), find(&mut root, members[0]));
            root.insert(a.max(b), a.min(b));
        }
    }
    let mut number: BTreeMap<u32, u32> = BTreeMap::new();
    units
        .iter()
        .map(|unit| {
            let root = find(&mut root, *unit);
            let next = number.len() as u32;
            *number.entry(root).or_insert(next)
        })
        .collect()
}

fn find(root: &mut BTreeMap<u32, u32>, mut at: u32) -> u32 {
    while root[&at] != at {
        at = root[&at];
    }
    at
}

/// The members and what joins them: from the first, always the way with the fewest households to the next
/// (Dijkstra over units).
fn joined(task: &Task, members: &[u32], component: &[u32]) -> Vec<u32> {
    let mut inside: Vec<u32> = members.first().copied().into_iter().collect();
    let mut left: Vec<u32> = members.iter().skip(1).copied().collect();
    let graph = &task.problem.graph;
    while !left.is_empty() {
        let mut known: BTreeMap<u32, (i64, u32)> = BTreeMap::new();
        let mut open = BinaryHeap::new();
        for unit in &inside {
            known.insert(*unit, (0, *unit));
            open.push(Reverse((0, *unit)));
        }
        let mut reached = None;
        while let Some(Reverse((far, here))) = open.pop() {
            if left.contains(&here) {
                reached = Some(here);
                break;
            }
            if known[&here].0 < far {
                continue;
            }
            for (next, _) in graph.around(here) {
                if component[*next as usize] != component[here as usize] {
                    continue;
                }
                // One more for every unit: of ways with as many households, the shorter one.
                let step = if left.contains(next) { 0 } else { task.problem.weight[*next as usize] + 1 };
                if known.get(next).is_none_or(|(best, _)| far + step < *best) {
                    known.insert(*next, (far + step, here));
                    open.push(Reverse((far + step, *next)));
                }
            }
        }
        let Some(mut here) = reached else { break };
        left.retain(|unit| *unit != here);
        while !inside.contains(&here) {
            inside.push(here);
            here = known[&here].1;
        }
    }
    inside
}
