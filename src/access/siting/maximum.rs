//! MCLP: the most weight reached by so many sites, or within a budget.
//!
//! R. L. Church and C. ReVelle, The maximal covering location problem (1974). Bounds: the constraints that tie rows
//! to sites are priced (R. D. Galvão and C. ReVelle 1996); prices move along the subgradient. With a bound, sites are
//! fixed by their reduced values, and what is left goes to HiGHS.

use super::cover::Cover;
use super::exact;
use super::swap::{Choice, Room};
use super::{AccessError, Answer, Problem};

/// Seconds for what has to be said when the time is over.
const LEAST_S: f64 = 0.3;
/// Steps along the subgradient at most.
const STEPS: usize = 400;
/// Bounds below the best weight by less than this share of it leave nothing open: rounding.
const ROUNDING: f64 = 1e-9;

/// Finds the sites.
pub fn solve(problem: &Problem<'_>) -> Result<Answer, AccessError> {
    let whole = Cover::of(problem);
    let room = room(problem, &whole)?;
    let rows = vec![true; whole.rows.len()];
    let cover = whole.keep(&rows, &whole.undominated_candidates());
    let found = best(&cover, (room, None), problem.left_s)?;
    let mut chosen: Vec<usize> =
        found.chosen.iter().map(|site| cover.numbers[*site as usize] as usize).collect();
    chosen.sort_unstable();
    let objective = whole.covered + cover.weight_of(&found.chosen);
    let bound = (whole.covered + found.bound).max(objective);
    let proved = bound - objective <= ROUNDING * objective;
    Ok(Answer {
        chosen,
        objective,
        bound: if proved { objective } else { bound },
        proved,
        unreachable: whole.unreachable,
        reduced: found.reduced,
    })
}

/// How many sites and what cost a problem allows.
pub(super) fn room(problem: &Problem<'_>, cover: &Cover) -> Result<Room, AccessError> {
    let budget = problem.budget.unwrap_or(f64::INFINITY);
    let count = match problem.count {
        Some(count) => count,
        None if budget.is_finite() => cover.numbers.len(),
        None => return Err(AccessError::NoCount),
    };
    Ok(Room { count: count.min(cover.numbers.len()), budget })
}

/// Sites of a cover, a bound on what any sites reach, and what the solver was given.
pub(super) struct Best {
    pub chosen: Vec<u32>,
    pub bound: f64,
    pub reduced: Option<(usize, usize)>,
}

/// The best sites of a cover. Where a weight is wanted, no more is looked for than whether so much can be reached: the
/// bound is below it where it cannot.
pub(super) fn best(
    cover: &Cover,
    (room, wanted): (Room, Option<f64>),
    left_s: &(dyn Fn() -> f64 + Sync),
) -> Result<Best, AccessError> {
    let mut start = Choice::of(cover, &[]);
    start.fill(room);
    start.exchange(room, left_s);
    let mut known =
        Known { chosen: start.chosen.clone(), weight: start.weight(), bound: cover.total(), wanted };
    let mut fixed = vec![Fixed::Open; cover.numbers.len()];
    // Prices of a knapsack need another bound: with a budget the solver does it all.
    if room.budget.is_infinite() {
        prices(cover, room, &mut known, &mut fixed, left_s);
    }
    let mut reduced = None;
    if !known.is_settled() && left_s() > 0.0 {
        let (core, taken) = core(cover, &fixed);
        let rest = Room { count: room.count - taken.len(), ..room };
        reduced = Some((core.rows.len(), core.numbers.len()));
        let before: f64 = cover.weight_of(&taken);
        let start: Vec<u32> = (0..core.numbers.len() as u32)
            .filter(|site| known.chosen.contains(&core.numbers[*site as usize]))
            .collect();
        let least = wanted.map(|wanted| wanted - before);
        let solved = exact::most_weight(&core, (rest, least), &start, &|| left_s())?;
        if let (true, None, Some(wanted)) = (solved.ended, &solved.chosen, wanted) {
            known.bound = known.bound.min(wanted * (1.0 - 2.0 * ROUNDING)).max(known.weight);
        }
        if let Some(sites) = solved.chosen {
            let mut sites: Vec<u32> = sites.iter().map(|site| core.numbers[*site as usize]).collect();
            sites.extend(&taken);
            known.take(cover, sites);
        }
        // Whatever is better than what is known uses open sites only: beyond them the bound is what is known.
        known.bound = known.bound.min((before + solved.bound).max(known.weight));
        if solved.ended && wanted.is_none() {
            known.bound = known.bound.min(known.weight);
        }
    }
    Ok(Best { chosen: known.chosen, bound: known.bound, reduced })
}

/// The best so far.
struct Known {
    chosen: Vec<u32>,
    weight: f64,
    bound: f64,
    wanted: Option<f64>,
}

impl Known {
    /// Whether nothing more is asked.
    fn is_settled(&self) -> bool {
        let wanted = self.wanted.is_some_and(|wanted| self.weight >= wanted || self.bound < wanted);
        wanted || self.bound - self.weight <= ROUNDING * self.weight
    }

    fn take(&mut self, cover: &Cover, sites: Vec<u32>) {
        let weight = cover.weight_of(&sites);
        if weight > self.weight {
            (self.chosen, self.weight) = (sites, weight);
        }
    }
}

/// What is known of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fixed {
    Open,
    In,
    Out,
}

/// Moves the prices of rows along the subgradient: bounds, better choices on the way, sites fixed at the end.
fn prices(
    cover: &Cover,
    room: Room,
    known: &mut Known,
    fixed: &mut [Fixed],
    left_s: &(dyn Fn() -> f64 + Sync),
) {
    // A row's price is what a site is paid for reaching it; at first its weight shared by the sites chosen.
    let mut price: Vec<f64> = cover.weights.iter().map(|weight| weight / 2.0).collect();
    let mut best_price = price.clone();
    let (mut step, mut since) = (1.0, 0);
    for round in 0..STEPS {
        if left_s() <= 0.0 || known.is_settled() {
            break;
        }
        let (bound, order) = priced(cover, room, &price);
        if bound < known.bound - 1e-12 * known.bound {
            known.bound = bound;
            best_price.clone_from(&price);
            since = 0;
        } else {
            since += 1;
        }
        if since > 20 {
            (step, since) = (step / 2.0, 0);
            price.clone_from(&best_price);
        }
        let chosen: Vec<u32> = order[..room.count].iter().map(|(_, site)| *site).collect();
        let mut times = vec![0.0; cover.rows.len()];
        for site in &chosen {
            cover.columns[*site as usize].iter().for_each(|row| times[*row as usize] += 1.0);
        }
        if round % 20 == 0 {
            let mut choice = Choice::of(cover, &chosen);
            choice.exchange(room, left_s);
            known.take(cover, choice.chosen);
        }
        let slope: Vec<f64> = (0..price.len()).map(|row| 1.0 - times[row]).collect();
        let length: f64 = slope.iter().map(|s| s * s).sum();
        if length == 0.0 || step < 1e-4 {
            break;
        }
        // The bound falls where rows that no chosen site reaches are paid more, and those reached twice less.
        let stride = step * (bound - known.weight).max(1e-9 * bound) / length;
        for row in 0..price.len() {
            price[row] = (price[row] + stride * slope[row]).clamp(0.0, cover.weights[row]);
        }
    }
    fix(cover, room, (known, &best_price), fixed);
}

/// The bound of prices, and the sites by what they are paid, the most first.
fn priced(cover: &Cover, room: Room, price: &[f64]) -> (f64, Vec<(f64, u32)>) {
    let pay = |column: &Vec<u32>| column.iter().map(|row| price[*row as usize]).sum::<f64>();
    let mut order: Vec<(f64, u32)> =
        cover.columns.iter().enumerate().map(|(site, column)| (pay(column), site as u32)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let unpaid: f64 = cover.weights.iter().zip(price).map(|(weight, price)| weight - price).sum();
    let paid: f64 = order[..room.count].iter().map(|(pay, _)| pay).sum();
    (unpaid + paid, order)
}

/// Sites without which (or with which) nothing better than what is known can be had.
fn fix(cover: &Cover, room: Room, (known, price): (&Known, &[f64]), fixed: &mut [Fixed]) {
    if room.count == 0 || room.count >= cover.numbers.len() {
        return;
    }
    let (bound, order) = priced(cover, room, price);
    let (last_in, first_out) = (order[room.count - 1].0, order[room.count].0);
    let wanted = known.wanted.map_or(0.0, |wanted| wanted * (1.0 - ROUNDING));
    let least = (known.weight * (1.0 + ROUNDING)).max(wanted);
    for (place, (pay, site)) in order.iter().enumerate() {
        fixed[*site as usize] = if place < room.count {
            if bound - pay + first_out < least { Fixed::In } else { Fixed::Open }
        } else if bound - last_in + pay < least {
            Fixed::Out
        } else {
            Fixed::Open
        };
    }
}

/// The open sites and the rows that no fixed one reaches; and the sites that are fixed.
fn core(cover: &Cover, fixed: &[Fixed]) -> (Cover, Vec<u32>) {
    let taken: Vec<u32> = (0..fixed.len() as u32).filter(|site| fixed[*site as usize] == Fixed::In).collect();
    let mut rows = vec![true; cover.rows.len()];
    for site in &taken {
        cover.columns[*site as usize].iter().for_each(|row| rows[*row as usize] = false);
    }
    let open: Vec<bool> = fixed.iter().map(|fixed| *fixed == Fixed::Open).collect();
    for (at, row) in cover.rows.iter().enumerate() {
        rows[at] &= row.iter().any(|site| open[*site as usize]);
    }
    // Numbers of the core are those of this cover.
    let mut here = cover.clone();
    here.numbers = (0..cover.numbers.len() as u32).collect();
    (here.keep(&rows, &open), taken)
}

/// The same where each site serves so much weight at most: who goes where is part of the model, and a demand point
/// may be shared by several sites.
pub fn with_capacity(problem: &Problem<'_>) -> Result<Answer, AccessError> {
    let whole = Cover::of(problem);
    let room = room(problem, &whole)?;
    let capacities = problem.capacities.unwrap_or_default();
    let served = |chosen: &[u32]| -> Result<f64, AccessError> {
        Ok(assigned(
            &whole,
            capacities,
            (Room { count: chosen.len(), budget: f64::INFINITY }, chosen),
            true,
            // What the chosen can serve is always said.
            &|| (problem.left_s)().max(LEAST_S),
        )?
        .value)
    };
    let begun = (problem.left_s)();
    // Start: most weight without capacities, then what these sites can really serve.
    let start = best(&whole, (room, None), &|| (problem.left_s)() - 0.8 * begun)?;
    let mut chosen = start.chosen;
    let solved = assigned(&whole, capacities, (room, &chosen), false, &|| (problem.left_s)())?;
    if let Some(sites) = solved.chosen {
        chosen = sites;
    }
    let objective = whole.covered + served(&chosen)?;
    let bound = (whole.covered + solved.bound.min(whole.total())).max(objective);
    let mut numbers: Vec<usize> = chosen.iter().map(|site| *site as usize).collect();
    numbers.sort_unstable();
    Ok(Answer {
        chosen: numbers,
        objective,
        bound,
        // The solver's own tolerance is a ten-millionth.
        proved: bound - objective <= 1e-6 * objective,
        unreachable: whole.unreachable.clone(),
        reduced: Some((whole.rows.len(), whole.numbers.len())),
    })
}

/// Sites and who goes where; with `only` the sites are those given and the bound is what they serve.
fn assigned(
    cover: &Cover,
    capacities: &[f64],
    (room, start): (Room, &[u32]),
    only: bool,
    left_s: &dyn Fn() -> f64,
) -> Result<exact::Solved, AccessError> {
    let mut model = exact::Built::new(&vec![0.0; cover.numbers.len()], start);
    let mut loads: Vec<Vec<(highs::Col, f64)>> = vec![Vec::new(); cover.numbers.len()];
    for (at, row) in cover.rows.iter().enumerate() {
        let mut parts = Vec::with_capacity(row.len());
        for site in row.iter().filter(|site| !only || start.contains(site)) {
            let part = model.variable(cover.weights[at], 0.0);
            let here = model.site(*site);
            model.at_least(0.0, &[(here, 1.0), (part, -1.0)]);
            loads[*site as usize].push((part, cover.weights[at]));
            parts.push((part, 1.0));
        }
        model.at_most(1.0, &parts);
    }
    for (site, mut load) in loads.into_iter().enumerate() {
        load.push((model.site(site as u32), -capacities[site].max(0.0)));
        model.at_most(0.0, &load);
    }
    exact::limit(&mut model, cover, room);
    if only {
        for site in (0..cover.numbers.len() as u32).filter(|site| !start.contains(site)) {
            let here = model.site(site);
            model.at_most(0.0, &[(here, 1.0)]);
        }
    }
    model.solve(highs::Sense::Maximise, left_s)
}
