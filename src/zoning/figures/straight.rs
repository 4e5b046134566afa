//! 取直: how straight the borders between zones run.

use std::collections::BTreeMap;

use geo_types::Coord;

use super::NONE;
use crate::zoning::units::Units;

/// The straight way between the ends of each stretch of border between two zones, to its length; of a stretch that
/// closes in itself nothing is said. `zone` is that of each unit; `u32::MAX` stands for none.
pub fn straightness(units: &Units, zone: &[u32]) -> Option<f64> {
    let mut between: BTreeMap<(u32, u32), Vec<(Coord, Coord, f64)>> = BTreeMap::new();
    for (border, pieces) in units.borders.iter().zip(&units.pieces) {
        let (a, b) = (zone[border.a as usize], zone[border.b as usize]);
        if a != b && a != NONE && b != NONE {
            let list = between.entry((a.min(b), a.max(b))).or_default();
            list.extend(pieces.iter().map(|piece| (piece.from, piece.to, piece.length_m)));
        }
    }
    let (mut straight, mut along) = (0.0, 0.0);
    for pieces in between.values() {
        for (chord, length) in stretches(pieces) {
            straight += chord;
            along += length;
        }
    }
    (along > 0.0).then(|| (straight / along).min(1.0))
}

type Key = (i64, i64);

/// To the millimetre.
fn key(c: Coord) -> Key {
    ((c.x * 1000.0).round() as i64, (c.y * 1000.0).round() as i64)
}

/// Stretches from end to end: the way between the ends, and the length.
fn stretches(pieces: &[(Coord, Coord, f64)]) -> Vec<(f64, f64)> {
    let mut at: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (number, (from, to, _)) in pieces.iter().enumerate() {
        at.entry(key(*from)).or_default().push(number);
        at.entry(key(*to)).or_default().push(number);
    }
    let mut used = vec![false; pieces.len()];
    let mut found = Vec::new();
    let ends: Vec<Key> = at.iter().filter(|(_, met)| met.len() == 1).map(|(key, _)| *key).collect();
    for end in ends {
        let (mut here, mut length, mut places) = (end, 0.0, Vec::new());
        while let Some(next) = at[&here].iter().copied().find(|number| !used[*number]) {
            used[next] = true;
            let (from, to, own) = pieces[next];
            length += own;
            let forward = key(from) == here;
            let (from, to) = if forward { (from, to) } else { (to, from) };
            if places.is_empty() {
                places.push(from);
            }
            places.push(to);
            here = key(to);
        }
        if let (Some(first), Some(last)) = (places.first(), places.last()) {
            let way = *last - *first;
            found.push((way.x.hypot(way.y), length));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corner_is_less_straight_than_a_line_and_a_ring_says_nothing() {
        let at = |x: f64, y: f64| Coord { x, y };
        let corner = [(at(0., 0.), at(3., 0.), 3.0), (at(3., 4.), at(3., 0.), 4.0)];
        assert_eq!(stretches(&corner), [(5.0, 7.0)]);
        let line = [(at(0., 0.), at(3., 0.), 3.0), (at(9., 0.), at(3., 0.), 6.0)];
        assert_eq!(stretches(&line), [(9.0, 9.0)]);
        let ring =
            [(at(0., 0.), at(1., 0.), 1.0), (at(1., 0.), at(0., 1.), 1.5), (at(0., 1.), at(0., 0.), 1.0)];
        assert!(stretches(&ring).is_empty());
    }
}
