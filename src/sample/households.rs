//! How many households live where: a target for each community, shared out among its compounds.
//!
//! Targets follow the plan facts of the real district: most communities within 2,000 to 4,500 households,
//! some too large, some too small, one of exactly 9,800; about 300,000 registered in all.

use super::compounds::Home;
use super::defects::Defects;
use super::ledger::{Entry, Ledger};
use super::random::Dice;
use super::town::Town;
use crate::model::layers::HouseholdCount;
use crate::model::{Date, Layer, Value};

/// Registered households of the district at scale 1.
const ALL: usize = 300_000;
/// Registered households of the largest community.
const LARGEST: usize = 9_800;
/// A community above this is too large, one below that too small (the office's plan).
const TOO_LARGE: usize = 5_000;
const TOO_SMALL: usize = 1_000;
/// How many communities are too large (the largest included) and too small.
const LARGE_COUNT: usize = 13;
const SMALL_COUNT: usize = 14;

/// The number of registered households of the community of a rank, the emptiest being 0.
fn target(rank: usize, count: usize) -> usize {
    let share = |from: usize, until: usize| (rank - from) as f64 / (until - from).max(1) as f64;
    let first_large = count.saturating_sub(LARGE_COUNT);
    if rank < SMALL_COUNT {
        (340.0 + 610.0 * share(0, SMALL_COUNT)) as usize
    } else if rank < first_large {
        let t = share(SMALL_COUNT, first_large);
        (2_000.0 + 2_450.0 * t * t) as usize
    } else if rank + 1 < count {
        let t = share(first_large, count - 1);
        (5_120.0 + 2_300.0 * t * t) as usize
    } else {
        LARGEST
    }
}

/// Shares a whole number out by weights, by largest remainder; every part gets at least one where there is enough.
fn share_out(total: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let floor = usize::from(total >= 2 * weights.len());
    let rest = total - floor * weights.len();
    let exact: Vec<f64> = weights.iter().map(|weight| rest as f64 * weight / sum.max(1e-9)).collect();
    let mut parts: Vec<usize> = exact.iter().map(|part| part.floor() as usize + floor).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let remainder = |at: usize| exact[at] - exact[at].floor();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)));
    let missing = total.saturating_sub(parts.iter().sum());
    for &at in order.iter().cycle().take(missing) {
        parts[at] += 1;
    }
    parts
}

/// Writes the counts of compounds and communities; fills the population of the communities' records.
pub(super) fn write(town: &Town, homes: &[Home], ledger: &mut Ledger, defects: &mut Defects) {
    let mut of_community: Vec<Vec<usize>> = vec![Vec::new(); town.communities.len()];
    for (at, home) in homes.iter().enumerate() {
        if let Some(community) = home.community {
            of_community[community].push(at);
        }
    }
    let weight = |list: &[usize]| list.iter().map(|&at| homes[at].weight).sum::<f64>();
    let mut order: Vec<usize> = (0..of_community.len()).collect();
    order.sort_by(|&a, &b| weight(&of_community[a]).total_cmp(&weight(&of_community[b])));
    let mut targets = vec![0; order.len()];
    for (rank, &community) in order.iter().enumerate() {
        targets[community] = target(rank, order.len());
    }
    level(&mut targets);
    let dice = &mut Dice::new(town.seed, "households");
    for (community, list) in of_community.iter().enumerate() {
        let code = &town.communities[community].code;
        if targets[community] > TOO_LARGE {
            defects.too_large.push(code.clone());
        } else if targets[community] < TOO_SMALL {
            defects.too_small.push(code.clone());
        }
        let weights: Vec<f64> = list.iter().map(|&at| homes[at].weight).collect();
        let mut sums = [0; 3];
        for (&at, registered) in list.iter().zip(share_out(targets[community], &weights)) {
            let numbers = numbers(registered, homes[at].kind, dice);
            write_counts("compound", Some(&homes[at]), &homes[at].code, numbers, ledger);
            for (sum, number) in sums.iter_mut().zip(numbers) {
                *sum += number;
            }
        }
        write_counts("division", None, code, sums, ledger);
        write_population(code, sums[1], ledger);
    }
    for home in homes.iter().filter(|home| home.community.is_none()) {
        write_counts("compound", Some(home), &home.code, numbers(46, home.kind, dice), ledger);
    }
}

/// Brings the sum of all targets to [`ALL`] by small steps on the middling ones.
fn level(targets: &mut [usize]) {
    let middling: Vec<usize> =
        (0..targets.len()).filter(|&at| (2_000..=4_500).contains(&targets[at])).collect();
    let sum: usize = targets.iter().sum();
    let (more, mut left) = (sum < ALL, sum.abs_diff(ALL));
    for &at in middling.iter().cycle().take(middling.len() * 2_000) {
        if left == 0 {
            break;
        }
        if more && targets[at] < 4_500 {
            targets[at] += 1;
            left -= 1;
        } else if !more && targets[at] > 2_000 {
            targets[at] -= 1;
            left -= 1;
        }
    }
}

/// Registered, resident and dwellings: new estates have more dwellings than registered households, villages fewer residents.
fn numbers(registered: usize, kind: &str, dice: &mut Dice) -> [usize; 3] {
    let (resident, dwellings) = match kind {
        "natural_village" => (0.82, 1.0),
        "urban_village" => (2.1, 2.4),
        "old_estate" | "courtyard" | "work_unit" => (1.02, 1.08),
        _ => (1.14, 1.28),
    };
    let vary = dice.between(0.93, 1.07);
    let of = |share: f64| ((registered as f64 * share * vary).round() as usize).max(1);
    [registered, of(resident), of(dwellings)]
}

fn write_counts(layer: &str, home: Option<&Home>, code: &str, numbers: [usize; 3], ledger: &mut Ledger) {
    for (kind, number) in ["registered", "resident", "dwelling"].into_iter().zip(numbers) {
        let count = HouseholdCount {
            subject_layer: layer.into(),
            subject_id: home.map(|home| home.id.to_string()),
            subject_code: Some(code.into()),
            kind: kind.into(),
            number: i64::try_from(number).unwrap_or(0),
            counted: Date::new(2026, 6, 30),
            basis: Some(if kind == "registered" { "户籍登记（演示）" } else { "入户登记（演示）" }.into()),
        };
        ledger.add(count, Entry::default());
    }
}

/// Sets population figures of a community's record from its resident households.
fn write_population(code: &str, resident: usize, ledger: &mut Ledger) {
    let people = (resident * 26 / 10) as i64;
    let fields =
        [("population", people), ("population_60", people * 21 / 100), ("population_80", people * 3 / 100)];
    let def = Layer::Division.def();
    let is_it = |r: &&mut crate::model::Record| r.layer == Layer::Division && r.code.as_deref() == Some(code);
    if let Some(record) = ledger.records_mut().iter_mut().find(is_it) {
        for (name, number) in fields {
            if let Some(at) = def.index_of(name) {
                record.fields = record.fields.with(at, Some(Value::Int(number)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(share_out(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(share_out(7, &[0.0, 6.0]), [1, 6]);
        let mut targets: Vec<usize> = (0..101).map(|rank| target(rank, 101)).collect();
        level(&mut targets);
        assert_eq!(targets.iter().sum::<usize>(), ALL);
        assert_eq!(targets.iter().filter(|&&t| t > TOO_LARGE).count(), LARGE_COUNT);
        assert_eq!(targets.iter().filter(|&&t| t < TOO_SMALL).count(), SMALL_COUNT);
        assert_eq!(targets.iter().max(), Some(&LARGEST));
    }
}
