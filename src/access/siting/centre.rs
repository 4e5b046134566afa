//! p-centre: so many sites that the longest walk is shortest.
//!
//! E. Minieka, The m-center problem (1970): the longest walk is one of the times there are; whether so many sites
//! suffice for a time is a covering problem, and times are halved until one suffices and the one before it does not.

use super::cover::Cover;
use super::{AccessError, Answer, Model, Problem, minimum};

/// Finds the sites.
pub fn solve(problem: &Problem<'_>) -> Result<Answer, AccessError> {
    let count = problem.count.ok_or(AccessError::NoCount)?;
    let (reachable, unreachable) = reachable(problem);
    let weights: Vec<f64> = reachable.iter().map(|reachable| f64::from(u8::from(*reachable))).collect();
    let within = |limit_s: f64| Problem {
        weights: &weights,
        limit_s,
        costs: None,
        budget: None,
        model: Model::Lscp { target: 1.0 },
        ..*problem
    };
    let mut values: Vec<f32> = problem.times.of.iter().flatten().map(|(_, seconds)| *seconds).collect();
    values.extend(problem.existing_s.iter().filter(|s| s.is_finite()).map(|s| *s as f32));
    values.push(0.0);
    values.sort_by(f32::total_cmp);
    values.dedup();
    // Below the largest of all homes' shortest times nothing suffices.
    let floor = floor(problem, &weights);
    let (mut low, mut high) = (values.partition_point(|value| *value < floor), values.len() - 1);
    let mut known: Option<Vec<usize>> = None;
    let mut bound = f64::from(floor);
    while low <= high && (problem.left_s)() > 0.0 {
        let middle = low.midpoint(high);
        let asked = within(f64::from(values[middle]));
        let cover = Cover::of(&asked);
        let found = match cover.unreachable.is_empty() {
            true => Some(minimum::solve(&asked, 1.0)?),
            false => None,
        };
        match found {
            Some(answer) if answer.chosen.len() <= count => {
                known = Some(answer.chosen);
                let Some(below) = middle.checked_sub(1) else { break };
                high = below;
            }
            Some(answer) if answer.bound <= count as f64 + 1e-9 => {
                // Neither: the time is over, and what is known stays.
                break;
            }
            _ => {
                bound = values.get(middle + 1).map_or(bound, |next| bound.max(f64::from(*next)));
                low = middle + 1;
            }
        }
    }
    let chosen = known.unwrap_or_else(|| (0..count.min(problem.times.of.len())).collect());
    let objective = longest(problem, &weights, &chosen);
    let bound = bound.min(objective);
    Ok(Answer {
        chosen,
        objective,
        bound,
        proved: objective - bound <= 1e-6 * objective,
        unreachable,
        reduced: None,
    })
}

/// Demand with weight that some candidate or what exists reaches; and that which none does.
fn reachable(problem: &Problem<'_>) -> (Vec<bool>, Vec<usize>) {
    let mut reachable: Vec<bool> = problem.existing_s.iter().map(|seconds| seconds.is_finite()).collect();
    problem.times.of.iter().flatten().for_each(|(at, _)| reachable[*at as usize] = true);
    let wanted = |at: &usize| problem.weights[*at] > 0.0;
    let unreachable = (0..reachable.len()).filter(|at| !reachable[*at] && wanted(at)).collect();
    let reachable = reachable.iter().enumerate().map(|(at, reachable)| *reachable && wanted(&at)).collect();
    (reachable, unreachable)
}

/// The largest of all shortest times.
fn floor(problem: &Problem<'_>, weights: &[f64]) -> f32 {
    let mut least: Vec<f32> = problem.existing_s.iter().map(|seconds| *seconds as f32).collect();
    for (at, seconds) in problem.times.of.iter().flatten() {
        least[*at as usize] = least[*at as usize].min(*seconds);
    }
    least
        .iter()
        .zip(weights)
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(least, _)| *least)
        .fold(0.0, f32::max)
}

/// The longest walk to what is chosen or exists.
fn longest(problem: &Problem<'_>, weights: &[f64], chosen: &[usize]) -> f64 {
    let mut least = problem.existing_s.to_vec();
    for site in chosen {
        for (at, seconds) in &problem.times.of[*site] {
            least[*at as usize] = least[*at as usize].min(f64::from(*seconds));
        }
    }
    least
        .iter()
        .zip(weights)
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(least, _)| *least)
        .fold(0.0, f64::max)
}
