//! Distinct vertices of many rings: equal coordinates get the same number.
//!
//! Numbers follow first appearance, so that what lies together in a ring lies together in memory.

use foldhash::fast::FixedState;
use geo_types::Coord;
use rayon::prelude::*;
use std::hash::BuildHasher as _;

/// Partitions by the top bits of the hash: each has a table small enough for the processor's cache.
const PARTS: usize = 256;
/// No vertex.
const NONE: u32 = u32::MAX;

/// The number of every coordinate, and the distinct coordinates by number. Zero is the same with either sign.
/// O(n), in parallel; at most 2³² − 1 coordinates.
pub(super) fn distinct(coords: &[Coord]) -> (Vec<u32>, Vec<Coord>) {
    let first = first_alike(coords);
    let mut numbers = vec![NONE; coords.len()];
    let mut points = Vec::with_capacity(coords.len() / 2 + 1);
    for (at, first) in first.iter().enumerate() {
        if *first as usize == at {
            numbers[at] = points.len() as u32;
            points.push(coords[at]);
        } else {
            numbers[at] = numbers[*first as usize];
        }
    }
    (numbers, points)
}

/// For every coordinate the place of the first that is equal.
fn first_alike(coords: &[Coord]) -> Vec<u32> {
    // Seeded by time and place of the process: nobody can prepare coordinates that collide.
    let seed = FixedState::with_seed(std::process::id().into());
    let hashes: Vec<u32> =
        coords.par_iter().map(|c| (seed.hash_one((bits(c.x), bits(c.y))) >> 32) as u32).collect();
    let part = |hash: u32| (hash >> 24) as usize;
    let mut starts = [0usize; PARTS + 1];
    for hash in &hashes {
        starts[part(*hash) + 1] += 1;
    }
    for at in 0..PARTS {
        starts[at + 1] += starts[at];
    }
    let mut order = vec![0u32; coords.len()];
    let mut next = starts;
    for (at, hash) in hashes.iter().enumerate() {
        let place = &mut next[part(*hash)];
        order[*place] = at as u32;
        *place += 1;
    }
    let mut slices = Vec::with_capacity(PARTS);
    let mut rest = &order[..];
    for at in 0..PARTS {
        let (one, other) = rest.split_at(starts[at + 1] - starts[at]);
        slices.push(one);
        rest = other;
    }
    let alike: Vec<Vec<u32>> =
        slices.par_iter().map(|places| of_partition(coords, &hashes, places)).collect();
    let mut first = vec![0u32; coords.len()];
    for (places, alike) in slices.iter().zip(alike) {
        for (at, same) in places.iter().zip(alike) {
            first[*at as usize] = same;
        }
    }
    first
}

fn bits(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

/// The same within one partition, whose places are in rising order.
fn of_partition(coords: &[Coord], hashes: &[u32], places: &[u32]) -> Vec<u32> {
    let size = (places.len() * 2).next_power_of_two().max(2);
    let mut table = vec![NONE; size];
    let mask = size - 1;
    let mut alike = Vec::with_capacity(places.len());
    for &place in places {
        let (c, hash) = (coords[place as usize], hashes[place as usize]);
        let mut slot = hash as usize & mask;
        loop {
            let held = table[slot];
            if held == NONE {
                table[slot] = place;
                alike.push(place);
                break;
            }
            if hashes[held as usize] == hash && coords[held as usize] == c {
                alike.push(held);
                break;
            }
            slot = (slot + 1) & mask;
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn numbers_are_as_a_table_gives_them(places in prop::collection::vec((-9..9i32, -9..9i32), 0..600)) {
            let coords: Vec<Coord> =
                places.iter().map(|(x, y)| Coord { x: f64::from(*x), y: -f64::from(*y) * 0.1 }).collect();
            let (numbers, points) = distinct(&coords);
            let mut known: HashMap<(i32, i32), u32> = HashMap::new();
            for (at, place) in places.iter().enumerate() {
                let next = known.len() as u32;
                prop_assert_eq!(numbers[at], *known.entry(*place).or_insert(next));
                prop_assert_eq!(points[numbers[at] as usize], coords[at]);
            }
            prop_assert_eq!(points.len(), known.len());
        }
    }
}
