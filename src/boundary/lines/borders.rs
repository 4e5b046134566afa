//! Which areas share which stretches of border: the rings of a level's areas cut into arcs, arcs joined to
//! chains between two areas, and the places where three or more meet.
//!
//! Borders count as shared where they are vertex by vertex the same; nothing is snapped or mended here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use geo_types::Coord;

use crate::model::RecordId;
use crate::model::geometry::UNITS_PER_DEGREE;
use crate::snapshot::LevelArcs;

/// A vertex, in units of the register's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Knot(i64, i64);

impl Knot {
    /// Of a coordinate as the register keeps it.
    pub fn of(c: Coord) -> Self {
        Self((c.x * UNITS_PER_DEGREE).round() as i64, (c.y * UNITS_PER_DEGREE).round() as i64)
    }

    /// The coordinate, bit for bit as the register keeps it.
    pub fn coord(self) -> Coord {
        Coord { x: self.0 as f64 / UNITS_PER_DEGREE, y: self.1 as f64 / UNITS_PER_DEGREE }
    }
}

/// A chain of vertices.
pub(super) type Chain = Vec<Knot>;

/// The shared borders of some areas, which are named by their place in the list given.
#[derive(Debug, Default)]
pub(super) struct Borders {
    /// between two areas, the smaller place first: the chains that they share, in no order
    pub between: BTreeMap<(usize, usize), Vec<Chain>>,
    /// the areas round each node
    around: HashMap<Knot, BTreeSet<usize>, RandomState>,
    /// stretches that more than two areas claim: they overlap
    pub crowded: usize,
}

impl Borders {
    /// The borders among some divisions, from the arcs of their level; others there may be count for nothing.
    /// O(vertices of their arcs).
    pub fn among(arcs: &LevelArcs, divisions: impl IntoIterator<Item = RecordId>) -> Self {
        let divisions: Vec<RecordId> = divisions.into_iter().collect();
        let places: HashMap<RecordId, usize, RandomState> =
            divisions.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut borders = Self::default();
        let mut all = arcs.of_some(divisions);
        all.sort_unstable_by_key(|arc| arc.points().iter().take(2).map(|c| Knot::of(*c)).collect::<Chain>());
        for arc in all {
            let owners: Vec<usize> =
                arc.sides().iter().filter_map(|side| places.get(&side.id)).copied().collect();
            let ends = [arc.points().first(), arc.points().last()];
            for (end, _) in ends.into_iter().flatten().zip(arc.nodes()).filter(|(_, node)| *node) {
                borders.around.entry(Knot::of(*end)).or_default().extend(&owners);
            }
            borders.take(|| arc.points().iter().map(|c| Knot::of(*c)).collect(), &owners);
        }
        for chains in borders.between.values_mut() {
            *chains = join(std::mem::take(chains));
        }
        borders
    }

    fn take(&mut self, chain: impl FnOnce() -> Chain, owners: &[usize]) {
        match *owners {
            // The outer border of one; between two parts of one area: no border of it.
            [] | [_] => {}
            [a, b] if a == b => {}
            [a, b] => self.between.entry((a.min(b), a.max(b))).or_default().push(chain()),
            _ => self.crowded += 1,
        }
    }

    /// The areas that meet at a vertex, where it is a node.
    pub fn around(&self, at: Knot) -> impl Iterator<Item = usize> + '_ {
        self.around.get(&at).into_iter().flatten().copied()
    }
}

/// Joins chains end to end where exactly two of them meet; closed ones stay as they are.
fn join(chains: Vec<Chain>) -> Vec<Chain> {
    let mut ends: HashMap<Knot, Vec<usize>> = HashMap::new();
    for (at, chain) in chains.iter().enumerate() {
        for end in [chain.first(), chain.last()].into_iter().flatten() {
            ends.entry(*end).or_default().push(at);
        }
    }
    let mut left: Vec<Option<Chain>> = chains.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for at in 0..left.len() {
        let Some(mut chain) = left[at].take() else { continue };
        for _ in 0..2 {
            while let Some(next) = chain.last().copied().and_then(|end| follow(end, &ends, &mut left)) {
                chain.extend(next.into_iter().skip(1));
            }
            // Then the other way.
            chain.reverse();
        }
        joined.push(chain);
    }
    joined
}

/// The one other chain that goes on from an end, from there.
fn follow(end: Knot, ends: &HashMap<Knot, Vec<usize>>, left: &mut [Option<Chain>]) -> Option<Chain> {
    let meeting = ends.get(&end).filter(|meeting| meeting.len() == 2)?;
    let mut next = meeting.iter().find_map(|at| left[*at].take())?;
    if next.first() != Some(&end) {
        next.reverse();
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Geometry, MultiPolygon, Polygon, polygon};
    use proptest::prelude::*;

    fn trace(areas: &[&Geometry]) -> Borders {
        let ids = || (0..areas.len()).map(|at| RecordId::from_bits(at as u128));
        let arcs = LevelArcs::of_areas(ids().zip(areas.iter().copied()));
        Borders::among(&arcs, ids())
    }

    fn line(chain: &Chain) -> Vec<(f64, f64)> {
        chain.iter().map(|knot| (knot.coord().x, knot.coord().y)).collect()
    }

    #[test]
    fn three_areas_share_three_borders_and_meet_in_one_place() {
        let west: Geometry =
            polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 1., y: 2.), (x: 0., y: 2.)].into();
        let south: Geometry = polygon![(x: 1., y: 0.), (x: 2., y: 0.), (x: 2., y: 1.), (x: 1., y: 1.)].into();
        let north: Geometry = polygon![(x: 1., y: 1.), (x: 2., y: 1.), (x: 2., y: 2.), (x: 1., y: 2.)].into();
        let borders = trace(&[&west, &south, &north]);
        let lines: Vec<_> = borders.between.iter().map(|(pair, chains)| (*pair, line(&chains[0]))).collect();
        assert_eq!(
            lines,
            [
                ((0, 1), vec![(1., 0.), (1., 1.)]),
                ((0, 2), vec![(1., 1.), (1., 2.)]),
                ((1, 2), vec![(1., 1.), (2., 1.)])
            ]
        );
        let meet: Vec<_> = borders.around(Knot::of(Coord { x: 1., y: 1. })).collect();
        assert_eq!(meet, [0, 1, 2]);
        assert_eq!(borders.crowded, 0);
    }

    #[test]
    fn an_enclave_shares_its_whole_ring_and_pieces_across_another_join() {
        let hole = polygon![(x: 4., y: 4.), (x: 5., y: 4.), (x: 5., y: 5.)];
        let around = Polygon::new(
            polygon![(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.), (x: 0., y: 9.)].exterior().clone(),
            vec![hole.exterior().clone()],
        );
        let borders = trace(&[&around.into(), &hole.into()]);
        let chains = &borders.between[&(0, 1)];
        assert_eq!((chains.len(), chains[0].len()), (1, 4));
        assert_eq!(chains[0].first(), chains[0].last());
    }

    #[test]
    fn a_border_that_only_one_side_has_points_on_is_not_shared() {
        let left: Geometry = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 2.), (x: 0., y: 2.)].into();
        let right: Geometry =
            polygon![(x: 1., y: 0.), (x: 2., y: 0.), (x: 2., y: 2.), (x: 1., y: 2.), (x: 1., y: 1.)].into();
        let borders = trace(&[&left, &right]);
        assert!(borders.between.is_empty());
        let empty: Geometry = MultiPolygon(vec![]).into();
        assert!(trace(&[&empty]).between.is_empty());
    }

    proptest! {
        /// A grid of cells handed out to areas at random: every inner edge between two areas lies in exactly
        /// one chain of theirs, as a naive count of edges has it.
        #[test]
        fn every_shared_edge_is_in_one_chain(owners in prop::collection::vec(0usize..4, 36)) {
            const SIDE: usize = 6;
            let mut areas: Vec<MultiPolygon> = vec![MultiPolygon(vec![]); 4];
            for (cell, owner) in owners.iter().enumerate() {
                let (x, y) = ((cell % SIDE) as f64, (cell / SIDE) as f64);
                areas[*owner].0.push(
                    polygon![(x: x, y: y), (x: x + 1., y: y), (x: x + 1., y: y + 1.), (x: x, y: y + 1.)],
                );
            }
            let areas: Vec<Geometry> = areas.into_iter().map(Geometry::MultiPolygon).collect();
            let borders = trace(&areas.iter().collect::<Vec<_>>());
            let mut expected: BTreeMap<(usize, usize), usize> = BTreeMap::new();
            for cell in 0..SIDE * SIDE {
                let beside = (cell % SIDE + 1 < SIDE).then_some(cell + 1);
                let above = (cell + SIDE < SIDE * SIDE).then_some(cell + SIDE);
                for other in [beside, above].into_iter().flatten() {
                    let (a, b) = (owners[cell].min(owners[other]), owners[cell].max(owners[other]));
                    if a != b {
                        *expected.entry((a, b)).or_default() += 1;
                    }
                }
            }
            let found: BTreeMap<_, usize> = borders
                .between
                .iter()
                .map(|(pair, chains)| (*pair, chains.iter().map(|chain| chain.len() - 1).sum()))
                .collect();
            prop_assert_eq!(found, expected);
            for chain in borders.between.values().flatten() {
                prop_assert!(chain.windows(2).all(|pair| pair[0] != pair[1]));
            }
        }
    }
}
