//! D01 · odd and even numbers on their own sides, in the order in which the plates stand.

use serde::Deserialize;

use super::Check;
use super::streets::{Plate, Street, Streets};
use crate::findings::{Found, Notice};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "D01", run };

/// Of a side at least so many in a hundred must have one parity for it to be its own.
const MAJORITY: usize = 70;

#[derive(Deserialize)]
struct Parameters {
    least: usize,
}

fn run(streets: &Streets<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for street in streets.all.iter().filter(|street| street.plates.len() >= wanted.least.max(2)) {
        let placed = street.placed();
        let sides: [Vec<&Plate<'_>>; 2] =
            [true, false].map(|left| placed.iter().filter(|plate| plate.left == left).collect());
        let parities = [parity(&sides[0]), parity(&sides[1])];
        // Numbers that run on from one side to the other have no sides of their own.
        let apart = parities[0].is_none() || parities[0] != parities[1];
        for (side, parity) in sides.iter().zip(parities) {
            let mut inside: Vec<&Plate<'_>> = Vec::new();
            for plate in side {
                match parity.filter(|_| apart) {
                    Some(parity) if plate.number % 2 != parity => {
                        let (own, en) = if parity == 1 { ("单", "odd") } else { ("双", "even") };
                        let zh = format!("{}{}号在{own}号一侧", street.name, plate.number);
                        let en =
                            format!("number {} stands on the {en} side of {}", plate.number, street.name);
                        push(found, (street, plate), (zh, en), "side");
                    }
                    _ => inside.push(plate),
                }
            }
            for plate in out_of_order(&inside) {
                let zh = format!("{}{}号的位置与编号顺序不符", street.name, plate.number);
                let en = format!("number {} of {} does not stand in order", plate.number, street.name);
                push(found, (street, plate), (zh, en), "order");
            }
        }
    }
    Ok(())
}

fn push(
    found: &mut Found,
    (street, plate): (&Street<'_>, &Plate<'_>),
    (zh, en): (String, String),
    what: &str,
) {
    let evidence = format!("{what} {} {:.0} m", plate.number, plate.along);
    let notice = Notice::new(plate.record, zh, en).field("plate_no").evidence(evidence);
    found.push(street.named_in(notice));
}

/// The parity of most numbers of a side.
fn parity(side: &[&Plate<'_>]) -> Option<u32> {
    let odd = side.iter().filter(|plate| plate.number % 2 == 1).count();
    let share = |count: usize| side.len() > 2 && count * 100 >= side.len() * MAJORITY;
    match (share(odd), share(side.len() - odd)) {
        (true, _) => Some(1),
        (_, true) => Some(0),
        _ => None,
    }
}

/// The fewest plates without which the numbers rise (or fall) along the street.
fn out_of_order<'p, 'a>(side: &[&'p Plate<'a>]) -> Vec<&'p Plate<'a>> {
    let numbers: Vec<i64> = side.iter().map(|plate| i64::from(plate.number)).collect();
    let falling: Vec<i64> = numbers.iter().map(|number| -number).collect();
    let (up, down) = (longest(&numbers), longest(&falling));
    let kept = if up.len() >= down.len() { up } else { down };
    (0..side.len()).filter(|at| kept.binary_search(at).is_err()).map(|at| side[at]).collect()
}

/// Places of a longest run that never falls. O(n log n).
fn longest(numbers: &[i64]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate() {
        let length = tails.partition_point(|tail| numbers[*tail] <= *number);
        before[at] = length.checked_sub(1).map(|last| tails[last]);
        match tails.get_mut(length) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut run: Vec<usize> = std::iter::successors(tails.last().copied(), |at| before[*at]).collect();
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::longest;

    #[test]
    fn the_longest_run_never_falls() {
        assert_eq!(longest(&[1, 3, 9, 5, 5, 7]), [0, 1, 3, 4, 5]);
        assert_eq!(longest(&[]), Vec::<usize>::new());
    }
}
