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
    // First for every coordinate the place of the first that is equal, then, in the same array, its number.
    let mut numbers = first_alike(coords);
    let mut points = Vec::with_capacity(coords.len() / 2 + 1);
    for at in 0..numbers.len() {
        let first = numbers[at] as usize;
        numbers[at] = if first == at {
            points.push(coords[at]);
            points.len() as u32 - 1
        } else {
            numbers[first]
        };
    }
    (numbers, points)
}

/// A coordinate with its place and hash: beside each other in memory, so that a partition is read through.
#[derive(Clone, Copy)]
struct Entry {
    at: Coord,
    place: u32,
    hash: u32,
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
    let nothing = Entry { at: Coord { x: 0.0, y: 0.0 }, place: 0, hash: 0 };
    let mut entries = vec![nothing; coords.len()];
    let mut next = starts;
    for (place, (hash, at)) in hashes.iter().zip(coords).enumerate() {
        let to = &mut next[part(*hash)];
        entries[*to] = Entry { at: *at, place: place as u32, hash: *hash };
        *to += 1;
    }
    let mut slices = Vec::with_capacity(PARTS);
    let mut rest = &mut entries[..];
    for at in 0..PARTS {
        let (one, other) = rest.split_at_mut(starts[at + 1] - starts[at]);
        slices.push(one);
        rest = other;
    }
    slices.par_iter_mut().for_each(|entries| of_partition(entries));
    let mut first = hashes;
    for entry in &entries {
        first[entry.place as usize] = entry.hash;
    }
    first
}

fn bits(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

/// The same within one partition, whose places are in rising order: the place of the first is put where the hash was.
fn of_partition(entries: &mut [Entry]) {
    let size = (entries.len() * 2).next_power_of_two().max(2);
    // Number of the entry in the partition, and its hash.
    let mut table = vec![(NONE, 0u32); size];
    let mask = size - 1;
    for own in 0..entries.len() {
        let Entry { at, hash, .. } = entries[own];
        let mut slot = hash as usize & mask;
        entries[own].hash = loop {
            let (held, its) = table[slot];
            if held == NONE {
                table[slot] = (own as u32, hash);
                break entries[own].place;
            }
            if its == hash && entries[held as usize].at == at {
                break entries[held as usize].place;
            }
            slot = (slot + 1) & mask;
        };
    }
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
