//! LSCP: the fewest sites, or the least cost, that reach all demand that can be reached, or a share of its weight.
//!
//! C. Toregas, R. Swain, C. ReVelle and L. Bergman, The location of emergency service facilities (1971). Where all
//! must be reached, rows and sites that others dominate go, sites that alone reach a row are taken, again and again
//! until nothing changes: often nothing is left for the solver.

use super::cover::Cover;
use super::exact;
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
    let solved = exact::least_cost(&cover, None, &start, (problem.left_s)())?;
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
    let solved = exact::least_cost(&cover, Some(least), &start, (problem.left_s)())?;
    Ok(joined(&cover, Vec::new(), (start, solved), 0.0))
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
    while reached < wanted {
        let gain = |site: usize| -> f64 {
            let open = cover.columns[site].iter().filter(|row| times[**row as usize] == 0);
            open.map(|row| worth(*row)).sum::<f64>().min(wanted - reached)
        };
        let value = |site: usize| gain(site) / cover.costs[site].max(1e-12);
        let best = (0..cover.columns.len()).max_by(|a, b| value(*a).total_cmp(&value(*b)).then(b.cmp(a)));
        let Some(best) = best.filter(|best| gain(*best) > 0.0) else { break };
        for row in &cover.columns[best] {
            if times[*row as usize] == 0 {
                reached += worth(*row);
            }
            times[*row as usize] += 1;
        }
        chosen.push(best as u32);
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
