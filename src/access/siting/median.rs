//! p-median: so many sites that the sum of weight times walk is least.
//!
//! S. L. Hakimi (1964). Start: greedy and the fast interchange of R. Whitaker (1983). Bounds: each home's assignment is
//! priced (G. Cornuejols, M. L. Fisher and G. L. Nemhauser 1977); prices move along the subgradient, the sites that
//! are best paid are tried as a start again. Sites that cannot be part of anything better are fixed, and what is left
//! goes to HiGHS where it is small enough.

use rayon::prelude::*;

use super::exact::Built;
use super::{AccessError, Answer, Problem};

/// What a walk counts that nobody can walk: a day.
const NO_WAY_S: f32 = 86_400.0;
/// Steps along the subgradient at most.
const STEPS: usize = 1200;
/// Nearest candidates of a home that are looked at at least.
const LEAST_NEAR: usize = 64;
/// Variables of a model for HiGHS at most.
const MOST_VARIABLES: usize = 60_000;
/// Bounds nearer to the objective than this share of it leave nothing open: what four bytes of a time leave.
const ROUNDING: f64 = 1e-7;

/// Homes with their nearest candidates.
struct Homes {
    /// number of the demand point
    numbers: Vec<u32>,
    weights: Vec<f64>,
    /// seconds where no site is chosen
    without: Vec<f32>,
    /// by home: candidates and seconds, the nearest first
    near: Vec<Vec<(u32, f32)>>,
    /// by candidate: homes and seconds, as far as it is among their nearest
    columns: Vec<Vec<(u32, f32)>>,
    /// prices above this would need candidates that are not among the nearest
    most: Vec<f64>,
}

/// A choice with the two nearest sites of each home.
struct Choice {
    chosen: Vec<u32>,
    /// seconds to the nearest, its place among those chosen, seconds to the second
    first: Vec<f32>,
    place: Vec<u32>,
    second: Vec<f32>,
}

/// Finds the sites.
pub fn solve(problem: &Problem<'_>) -> Result<Answer, AccessError> {
    let candidates = problem.times.of.len();
    let count = problem.count.ok_or(AccessError::NoCount)?.min(candidates);
    let (homes, unreachable) = Homes::of(problem, count);
    let mut choice = homes.greedy(count);
    homes.exchange(&mut choice, problem.left_s);
    let mut known = Known { value: homes.value(problem, &choice.chosen), chosen: choice.chosen, bound: 0.0 };
    let mut open = vec![true; candidates];
    let mut taken = Vec::new();
    if count > 0 && count < candidates {
        homes.prices(problem, &mut known, (&mut open, &mut taken));
    } else {
        known.bound = known.value;
    }
    let mut reduced = None;
    if known.value - known.bound > ROUNDING * known.value && (problem.left_s)() > 0.0 {
        reduced = homes.finish(problem, &mut known, (&open, &taken))?;
    }
    let mut chosen: Vec<usize> = known.chosen.iter().map(|site| *site as usize).collect();
    chosen.sort_unstable();
    let bound = known.bound.min(known.value);
    let proved = known.value - bound <= ROUNDING * known.value;
    let bound = if proved { known.value } else { bound };
    Ok(Answer { chosen, objective: known.value, bound, proved, unreachable, reduced })
}

/// The best so far.
struct Known {
    chosen: Vec<u32>,
    value: f64,
    bound: f64,
}

impl Homes {
    fn of(problem: &Problem<'_>, count: usize) -> (Self, Vec<usize>) {
        let candidates = problem.times.of.len();
        let mut lists: Vec<Vec<(u32, f32)>> = vec![Vec::new(); problem.times.demand];
        for (candidate, reached) in problem.times.of.iter().enumerate() {
            for (at, seconds) in reached {
                lists[*at as usize].push((candidate as u32, *seconds));
            }
        }
        let wanted = (4 * candidates / count.max(1)).max(LEAST_NEAR);
        let mut homes = Self {
            numbers: Vec::new(),
            weights: Vec::new(),
            without: Vec::new(),
            near: Vec::new(),
            columns: vec![Vec::new(); candidates],
            most: Vec::new(),
        };
        let mut unreachable = Vec::new();
        lists
            .par_iter_mut()
            .for_each(|list| list.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))));
        for (at, mut list) in lists.into_iter().enumerate() {
            let (weight, exists) = (problem.weights[at], problem.existing_s[at] as f32);
            if weight <= 0.0 {
                continue;
            }
            if list.is_empty() && exists.is_infinite() {
                unreachable.push(at);
                continue;
            }
            let without = exists.min(NO_WAY_S);
            // Candidates that are farther than what exists change nothing.
            list.truncate(list.partition_point(|(_, seconds)| *seconds < without));
            let beyond = list.get(wanted).map_or(without, |(_, seconds)| *seconds);
            list.truncate(wanted);
            for (candidate, seconds) in &list {
                homes.columns[*candidate as usize].push((homes.numbers.len() as u32, *seconds));
            }
            homes.numbers.push(at as u32);
            homes.weights.push(weight);
            homes.without.push(without);
            homes.most.push(weight * f64::from(beyond.min(without)));
            homes.near.push(list);
        }
        (homes, unreachable)
    }

    /// Weight times seconds of a choice, over all times and not only the nearest.
    fn value(&self, problem: &Problem<'_>, chosen: &[u32]) -> f64 {
        let mut least = vec![f32::INFINITY; problem.times.demand];
        for site in chosen {
            for (at, seconds) in &problem.times.of[*site as usize] {
                let known = &mut least[*at as usize];
                *known = known.min(*seconds);
            }
        }
        let of = |home: usize| {
            self.weights[home] * f64::from(least[self.numbers[home] as usize].min(self.without[home]))
        };
        (0..self.numbers.len()).map(of).sum()
    }

    /// The two nearest chosen sites of each home.
    fn choice(&self, chosen: Vec<u32>) -> Choice {
        let mut place_of = vec![u32::MAX; self.columns.len()];
        for (place, site) in chosen.iter().enumerate() {
            place_of[*site as usize] = place as u32;
        }
        let two = |home: usize| {
            let mut near = self.near[home].iter().filter(|(site, _)| place_of[*site as usize] != u32::MAX);
            let (first, second) = (near.next(), near.next());
            let without = self.without[home];
            let (place, seconds) =
                first.map_or((u32::MAX, without), |(site, s)| (place_of[*site as usize], *s));
            (seconds, place, second.map_or(without, |(_, seconds)| *seconds))
        };
        let all: Vec<(f32, u32, f32)> = (0..self.numbers.len()).into_par_iter().map(two).collect();
        Choice {
            first: all.iter().map(|(first, ..)| *first).collect(),
            place: all.iter().map(|(_, place, _)| *place).collect(),
            second: all.iter().map(|(.., second)| *second).collect(),
            chosen,
        }
    }

    /// Adds the site that saves most, one after another.
    fn greedy(&self, count: usize) -> Choice {
        let mut now = self.without.clone();
        let mut chosen: Vec<u32> = Vec::with_capacity(count);
        for _ in 0..count {
            let gain = |site: usize| -> f64 {
                let homes = self.columns[site].iter();
                homes
                    .map(|(home, s)| {
                        self.weights[*home as usize] * f64::from((now[*home as usize] - s).max(0.0))
                    })
                    .sum()
            };
            let gains: Vec<f64> = (0..self.columns.len()).into_par_iter().map(gain).collect();
            let free = (0..gains.len()).filter(|site| !chosen.contains(&(*site as u32)));
            let Some(best) = free.max_by(|a, b| gains[*a].total_cmp(&gains[*b]).then(b.cmp(a))) else {
                break;
            };
            for (home, seconds) in &self.columns[best] {
                let known = &mut now[*home as usize];
                *known = known.min(*seconds);
            }
            chosen.push(best as u32);
        }
        self.choice(chosen)
    }

    /// The best exchange of a chosen site for another, again and again.
    fn exchange(&self, choice: &mut Choice, left_s: &(dyn Fn() -> f64 + Sync)) {
        let count = choice.chosen.len();
        while left_s() > 0.0 && count > 0 {
            let mut loss = vec![0.0; count];
            for home in 0..self.numbers.len() {
                if choice.place[home] != u32::MAX {
                    loss[choice.place[home] as usize] +=
                        self.weights[home] * f64::from(choice.second[home] - choice.first[home]);
                }
            }
            let swap = |site: usize| -> (f64, usize) {
                let (mut gain, mut saved) = (0.0, vec![0.0; count]);
                for (home, seconds) in &self.columns[site] {
                    let home = *home as usize;
                    let (first, second) = (choice.first[home], choice.second[home]);
                    if *seconds < first {
                        gain += self.weights[home] * f64::from(first - seconds);
                    }
                    if *seconds < second && choice.place[home] != u32::MAX {
                        saved[choice.place[home] as usize] +=
                            self.weights[home] * f64::from(second - seconds.max(first));
                    }
                }
                (0..count)
                    .map(|place| (gain + saved[place] - loss[place], place))
                    .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
                    .unwrap_or((f64::NEG_INFINITY, 0))
            };
            let free =
                (0..self.columns.len()).into_par_iter().filter(|s| !choice.chosen.contains(&(*s as u32)));
            let best = free
                .map(|site| (swap(site), site))
                .max_by(|a, b| a.0.0.total_cmp(&b.0.0).then(b.1.cmp(&a.1)));
            match best {
                Some(((net, place), site)) if net > 1e-6 => {
                    let mut chosen = std::mem::take(&mut choice.chosen);
                    chosen[place] = site as u32;
                    *choice = self.choice(chosen);
                }
                _ => return,
            }
        }
    }
}

/// Prices and bounds.
impl Homes {
    fn prices(
        &self,
        problem: &Problem<'_>,
        known: &mut Known,
        (open, taken): (&mut Vec<bool>, &mut Vec<u32>),
    ) {
        let count = known.chosen.len();
        let start = self.choice(known.chosen.clone());
        let mut price: Vec<f64> = (0..self.numbers.len())
            .map(|home| (self.weights[home] * f64::from(start.second[home])).min(self.most[home]))
            .collect();
        let (mut best_price, mut step, mut since) = (price.clone(), 1.0, 0);
        for round in 0..STEPS {
            if (problem.left_s)() <= 0.0 || known.value - known.bound <= ROUNDING * known.value || step < 1e-5
            {
                break;
            }
            let (bound, order) = self.priced(&price, count);
            if bound > known.bound {
                since = if bound > known.bound * (1.0 + 1e-7) { 0 } else { since + 1 };
                known.bound = bound;
                best_price.clone_from(&price);
            } else {
                since += 1;
            }
            if since > 15 {
                (step, since) = (step / 2.0, 0);
                price.clone_from(&best_price);
                continue;
            }
            let chosen: Vec<u32> = order[..count].iter().map(|(_, site)| *site).collect();
            if round % 50 == 49 {
                let mut choice = self.choice(chosen.clone());
                self.exchange(&mut choice, problem.left_s);
                let value = self.value(problem, &choice.chosen);
                if value < known.value {
                    (known.value, known.chosen) = (value, choice.chosen);
                }
            }
            self.stride(&mut price, &chosen, (step, known.value - bound));
        }
        let (bound, order) = self.priced(&best_price, count);
        known.bound = known.bound.max(bound);
        let (last_in, first_out) = (order[count - 1].0, order[count].0);
        let least = known.value * (1.0 - ROUNDING);
        for (place, (pay, site)) in order.iter().enumerate() {
            if place < count && bound - pay + first_out > least {
                taken.push(*site);
                open[*site as usize] = false;
            } else if place >= count && bound - last_in + pay > least {
                open[*site as usize] = false;
            }
        }
    }

    /// The bound of prices, and the sites by what they save of them, the most (most negative) first.
    fn priced(&self, price: &[f64], count: usize) -> (f64, Vec<(f64, u32)>) {
        let saves = |column: &Vec<(u32, f32)>| -> f64 {
            let of = |(home, seconds): &(u32, f32)| {
                let home = *home as usize;
                (self.weights[home] * f64::from(*seconds) - price[home]).min(0.0)
            };
            column.iter().map(of).sum()
        };
        let mut order: Vec<(f64, u32)> =
            self.columns.par_iter().enumerate().map(|(site, column)| (saves(column), site as u32)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let saved: f64 = order[..count].iter().map(|(saves, _)| saves).sum();
        (price.iter().sum::<f64>() + saved, order)
    }

    /// Moves prices: up where no chosen site is paid for a home, down where several are.
    fn stride(&self, price: &mut [f64], chosen: &[u32], (step, gap): (f64, f64)) {
        let mut slope = vec![1.0; price.len()];
        for site in chosen {
            for (home, seconds) in &self.columns[*site as usize] {
                let home = *home as usize;
                if self.weights[home] * f64::from(*seconds) < price[home] {
                    slope[home] -= 1.0;
                }
            }
        }
        let length: f64 = slope.iter().map(|slope| slope * slope).sum();
        if length > 0.0 {
            let stride = step * gap.max(0.0) * 1.05 / length;
            for (home, price) in price.iter_mut().enumerate() {
                *price = (*price + stride * slope[home]).clamp(0.0, self.most[home]);
            }
        }
    }

    /// HiGHS on the sites that are open, where that is small enough: what it was given.
    fn finish(
        &self,
        problem: &Problem<'_>,
        known: &mut Known,
        (open, taken): (&[bool], &[u32]),
    ) -> Result<Option<(usize, usize)>, AccessError> {
        let left: Vec<u32> = (0..open.len() as u32).filter(|site| open[*site as usize]).collect();
        let rest = known.chosen.len() - taken.len();
        let candidates = problem.times.of.len();
        // Homes whose nearest were cut off would need the others.
        let whole = (4 * candidates / known.chosen.len().max(1)).max(LEAST_NEAR) >= candidates;
        let pairs: usize =
            self.near.iter().map(|near| near.iter().filter(|(site, _)| open[*site as usize]).count()).sum();
        if pairs > MOST_VARIABLES || !whole || left.len() < rest {
            return Ok(None);
        }
        let number = |site: u32| left.binary_search(&site).ok();
        let start: Vec<u32> = known.chosen.iter().filter_map(|site| Some(number(*site)? as u32)).collect();
        let mut model = Built::new(&vec![0.0; left.len()], &start);
        for home in 0..self.numbers.len() {
            self.assign(&mut model, home, taken, &number);
        }
        let all = model.all_sites(|_| 1.0);
        model.at_most(rest as f64, &all);
        let solved = model.solve(highs::Sense::Minimise, &|| (problem.left_s)())?;
        if let Some(sites) = solved.chosen {
            let mut sites: Vec<u32> = sites.iter().map(|site| left[*site as usize]).collect();
            sites.extend(taken);
            let value = self.value(problem, &sites);
            if value < known.value {
                (known.value, known.chosen) = (value, sites);
            }
        }
        // Whatever is better than what is known uses open sites only.
        known.bound = known.bound.max(if solved.ended { known.value } else { solved.bound.min(known.value) });
        Ok(Some((self.numbers.len(), left.len())))
    }

    /// A home in the model: it goes to one open site, or where it would without them.
    fn assign(&self, model: &mut Built, home: usize, taken: &[u32], number: &dyn Fn(u32) -> Option<usize>) {
        let weight = self.weights[home];
        let of_taken =
            self.near[home].iter().find(|(site, _)| taken.contains(site)).map(|(_, seconds)| *seconds);
        let without = of_taken.unwrap_or(self.without[home]);
        let mut parts = vec![(model.variable(weight * f64::from(without), 0.0), 1.0)];
        for (site, seconds) in self.near[home].iter().filter(|(_, seconds)| *seconds < without) {
            let Some(at) = number(*site) else { continue };
            let part = model.variable(weight * f64::from(*seconds), 0.0);
            let here = model.site(at as u32);
            model.at_least(0.0, &[(here, 1.0), (part, -1.0)]);
            parts.push((part, 1.0));
        }
        model.at_least(1.0, &parts);
    }
}
