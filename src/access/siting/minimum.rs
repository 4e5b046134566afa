//! LSCP: the fewest sites, or the least cost, that reach all demand that can be reached, or a share of its weight.
//!
//! C. Toregas, R. Swain, C. ReVelle and L. Bergman, The location of emergency service facilities (1971). Where all
//! must be reached, rows and sites that others dominate go, sites that alone reach a row are taken, again and again
//! until nothing changes: often nothing is left for the solver.

use super::cover::Cover;
use super::exact;
use super::maximum;
use super::swap::Room;
use super::{AccessError, Answer, Problem};

/// A share of the weight above this is all of it.
const ALL: f64 = 1.0 - 1e-12;

/// Finds the sites.
pub fn solve(problem: &Problem<'_>, target: f64) -> Result<Answer, AccessError> {
    let whole = Cover::of(problem);
    let found = if target >= ALL { all(&whole, problem)? } else { share(&whole, problem, target)? };
    let mut chosen: Vec<usize> =
        found.chosen.iter().map(|site| whole.numbers[*site as usize] as usize).collect();
    chosen.sort_unstable();
    let cost = |site: &usize| problem.costs.map_or(1.0, |costs| costs[*site]);
    let objective: f64 = chosen.iter().map(cost).sum();
    let mut bound = found.bound.min(objective);
    // Whole numbers of sites: a bound of 3.2 is one of 4.
    if problem.costs.is_none() {
        bound = (bound - 1e-6).ceil().max(0.0).min(objective);
    }
    Ok(Answer {
        chosen,
        objective,
        bound,
        proved: objective - bound <= 1e-9 * objective,
        unreachable: whole.unreachable,
        reduced: found.reduced,
    })
}

struct Found {
    chosen: Vec<u32>,
    bound: f64,
    reduced: Option<(usize, usize)>,
}

/// All rows.
fn all(whole: &Cover, problem: &Problem<'_>) -> Result<Found, AccessError> {
    let mut taken: Vec<u32> = Vec::new();
    let mut cover = whole.keep(&vec![true; whole.rows.len()], &vec![true; whole.numbers.len()]);
    cover.numbers = (0..whole.numbers.len() as u32).collect();
    loop {
        let before = (cover.rows.len(), cover.numbers.len());
        cover = cover.keep(&vec![true; cover.rows.len()], &cover.undominated_candidates());
        let mut rows = cover.undominated_rows();
        let mut alone: Vec<u32> = cover.rows.iter().filter(|row| row.len() == 1).map(|row| row[0]).collect();
        alone.sort_unstable();
        alone.dedup();
        for site in &alone {
            cover.columns[*site as usize].iter().for_each(|row| rows[*row as usize] = false);
        }
        taken.extend(alone.iter().map(|site| cover.numbers[*site as usize]));
        let open: Vec<bool> = (0..cover.numbers.len() as u32).map(|site| !alone.contains(&site)).collect();
        cover = cover.keep(&rows, &open);
        if (cover.rows.len(), cover.numbers.len()) == before || (problem.left_s)() <= 0.0 {
            break;
        }
    }
    let fixed: f64 = taken.iter().map(|site| whole.costs[*site as usize]).sum();
    if cover.rows.is_empty() {
        return Ok(Found { chosen: taken, bound: fixed, reduced: None });
    }
    let start = cheapest(&cover, None);
    let solved = exact::least_cost(&cover, None, &start, &|| (problem.left_s)())?;
    Ok(joined(&cover, taken, (start, solved), fixed))
}

/// A share of all weight, or all that can be reached where that is less.
fn share(whole: &Cover, problem: &Problem<'_>, target: f64) -> Result<Found, AccessError> {
    let all: f64 = problem.weights.iter().sum();
    let least = (target * all - whole.covered).min(whole.total());
    if least <= 0.0 {
        return Ok(Found { chosen: Vec::new(), bound: 0.0, reduced: None });
    }
    // What rounding makes of the sum must not cost a site.
    let least = least * (1.0 - 1e-9);
    let mut cover = whole.clone();
    cover.numbers = (0..whole.numbers.len() as u32).collect();
    cover = cover.keep(&vec![true; cover.rows.len()], &cover.undominated_candidates());
    let start = cheapest(&cover, Some(least));
    if problem.costs.is_none() {
        return fewest(&cover, start, least, problem);
    }
    let solved = exact::least_cost(&cover, Some(least), &start, &|| (problem.left_s)())?;
    Ok(joined(&cover, Vec::new(), (start, solved), 0.0))
}

/// The fewest sites that reach so much weight: one fewer is tried until so few cannot. Whether a number of sites
/// suffices is a question of MCLP, whose prices mostly answer it at once.
fn fewest(cover: &Cover, start: Vec<u32>, least: f64, problem: &Problem<'_>) -> Result<Found, AccessError> {
    let mut found = Found { bound: at_least(cover, least), chosen: start, reduced: None };
    while found.chosen.len() as f64 > found.bound && (problem.left_s)() > 0.0 {
        let room = Room { count: found.chosen.len() - 1, budget: f64::INFINITY };
        let best = maximum::best(cover, (room, Some(least)), problem.left_s)?;
        found.reduced = best.reduced.or(found.reduced);
        if cover.weight_of(&best.chosen) >= least {
            found.chosen = best.chosen;
        } else if best.bound < least {
            found.bound = found.chosen.len() as f64;
        } else {
            // The time is over, or the solver's.
            break;
        }
    }
    found.chosen = found.chosen.iter().map(|site| cover.numbers[*site as usize]).collect();
    Ok(found)
}

/// Fewer sites than this do not reach so much weight, even if no two of them reached the same.
fn at_least(cover: &Cover, least: f64) -> f64 {
    let weight = |column: &Vec<u32>| column.iter().map(|row| cover.weights[*row as usize]).sum::<f64>();
    let mut weights: Vec<f64> = cover.columns.iter().map(weight).collect();
    weights.sort_by(|a, b| b.total_cmp(a));
    let mut reached = 0.0;
    for (count, weight) in weights.iter().enumerate() {
        if reached >= least {
            return count as f64;
        }
        reached += weight;
    }
    weights.len() as f64
}

/// The better of start and solution, with what was taken before.
fn joined(
    cover: &Cover,
    mut taken: Vec<u32>,
    (start, solved): (Vec<u32>, exact::Solved),
    fixed: f64,
) -> Found {
    let cost = |sites: &[u32]| sites.iter().map(|site| cover.costs[*site as usize]).sum::<f64>();
    let sites = match solved.chosen {
        Some(sites) if cost(&sites) < cost(&start) => sites,
        _ => start,
    };
    let bound = if solved.ended { cost(&sites) } else { solved.bound.max(0.0) };
    taken.extend(sites.iter().map(|site| cover.numbers[*site as usize]));
    Found { chosen: taken, bound: fixed + bound, reduced: Some((cover.rows.len(), cover.numbers.len())) }
}

/// Greedy: the most rows (or weight, up to what is wanted) for the cost, then whatever is not needed goes.
fn cheapest(cover: &Cover, least: Option<f64>) -> Vec<u32> {
    let mut times = vec![0u32; cover.rows.len()];
    let mut chosen: Vec<u32> = Vec::new();
    let worth = |row: u32| if least.is_some() { cover.weights[row as usize] } else { 1.0 };
    let wanted = least.unwrap_or(cover.rows.len() as f64);
    let mut reached = 0.0;
    let value = |site: u32, times: &[u32], reached: f64| -> f64 {
        let open = cover.columns[site as usize].iter().filter(|row| times[**row as usize] == 0);
        let gain = open.map(|row| worth(*row)).sum::<f64>().min(wanted - reached);
        gain / cover.costs[site as usize].max(1e-12)
    };
    // Values only fall: a stale one is an upper bound, and the first that stays first is the best.
    let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1));
    let mut waiting: Vec<(f64, u32)> =
        (0..cover.columns.len() as u32).map(|site| (value(site, &times, reached), site)).collect();
    waiting.sort_by(order);
    while reached < wanted {
        let Some((_, best)) = waiting.pop() else { break };
        let fresh = (value(best, &times, reached), best);
        if fresh.0 <= 0.0 {
            continue;
        }
        let place = waiting.partition_point(|other| order(other, &fresh).is_lt());
        if place < waiting.len() {
            waiting.insert(place, fresh);
            continue;
        }
        for row in &cover.columns[best as usize] {
            if times[*row as usize] == 0 {
                reached += worth(*row);
            }
            times[*row as usize] += 1;
        }
        chosen.push(best);
    }
    for place in (0..chosen.len()).rev() {
        let column = &cover.columns[chosen[place] as usize];
        let lost: f64 = column.iter().filter(|row| times[**row as usize] == 1).map(|row| worth(*row)).sum();
        if reached - lost >= wanted {
            column.iter().for_each(|row| times[*row as usize] -= 1);
            reached -= lost;
            chosen.remove(place);
        }
    }
    chosen
}
