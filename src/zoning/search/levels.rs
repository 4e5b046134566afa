//! Several levels: nodes are merged along heavy borders until a few are left to each zone; what is divided there
//! is carried back level by level and improved on each (multilevel partitioning, Karypis and Kumar 1998).

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::super::problem::Problem;

/// A coarser problem, and the node of it that each node of the finer one became.
pub(in crate::zoning) struct Level {
    pub problem: Problem,
    pub group_of: Vec<Option<u32>>,
}

/// Coarser and coarser problems, until about `enough` nodes are left or no more can be merged. No merged node gets
/// heavier than `most`, so that zones can still be made of several.
pub(in crate::zoning) fn coarsen(
    problem: &Problem,
    enough: usize,
    most: i64,
    rng: &mut ChaCha8Rng,
) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    loop {
        let finer = levels.last().map_or(problem, |level| &level.problem);
        if finer.nodes() <= enough {
            return levels;
        }
        let (groups, group_of) = matched(finer, most, rng);
        if groups * 20 > finer.nodes() * 19 {
            return levels;
        }
        let problem = finer.grouped(groups, &group_of);
        levels.push(Level { problem, group_of });
    }
}

/// Pairs nodes with the neighbour that shares the costliest border, for its size; in random order.
fn matched(problem: &Problem, most: i64, rng: &mut ChaCha8Rng) -> (usize, Vec<Option<u32>>) {
    let nodes = problem.nodes();
    let mut order: Vec<u32> = (0..nodes as u32).collect();
    order.shuffle(rng);
    let mut group_of: Vec<Option<u32>> = vec![None; nodes];
    let mut groups = 0;
    for node in order {
        if group_of[node as usize].is_some() {
            continue;
        }
        let weight = problem.weight[node as usize];
        let mut best: Option<(f64, u32)> = None;
        for (next, border) in problem.graph.around(node) {
            let at = *next as usize;
            let fixed = problem.fixed[at].is_some() || problem.fixed[node as usize].is_some();
            let apart = problem.apart_from(node).binary_search(next).is_ok();
            if group_of[at].is_some() || fixed || apart || weight + problem.weight[at] > most {
                continue;
            }
            let size = (weight + problem.weight[at]) as f64 * problem.per_unit + 1.0;
            let rating = problem.cost[*border as usize] as f64 / size;
            if best.is_none_or(|(known, _)| rating > known) {
                best = Some((rating, *next));
            }
        }
        group_of[node as usize] = Some(groups);
        if let Some((_, next)) = best {
            group_of[next as usize] = Some(groups);
        }
        groups += 1;
    }
    (groups as usize, group_of)
}
