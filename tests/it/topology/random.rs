//! Random coverages with known faults: what is found and mended, against bookkeeping and a naive twin.

use boundstone::topology::{self, Cleaning, Coverage, Kind, Locks, Metric, Settings, Strategy as Way};
use geo::{Area as _, BooleanOps as _};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

/// Side of a cell.
const CELL: f64 = 100.0;

fn settings() -> Settings {
    Settings { gap_width: 10.0, sliver_width: 0.1, ..Settings::new(Metric::Plane) }
}

/// A grid of cells with jittered corners and points along the edges, cells merged by owner: a sound coverage.
#[derive(Clone, Debug)]
struct Grid {
    side: usize,
    corners: Vec<(f64, f64)>,
    bends: Vec<(f64, f64)>,
    owners: Vec<usize>,
}

fn grids() -> impl Strategy<Value = Grid> {
    (2..6usize).prop_flat_map(|side| {
        let jitter = || (-30.0..30.0f64, -30.0..30.0f64);
        let corners = prop::collection::vec(jitter(), (side + 1) * (side + 1));
        let bends = prop::collection::vec((-8.0..8.0f64, -8.0..8.0f64), 2 * (side + 1) * (side + 1));
        let owners = prop::collection::vec(0..side * side, side * side);
        (corners, bends, owners).prop_map(move |(corners, bends, owners)| Grid {
            side,
            corners,
            bends,
            owners,
        })
    })
}

impl Grid {
    fn corner(&self, x: usize, y: usize) -> Coord {
        let (dx, dy) = self.corners[y * (self.side + 1) + x];
        Coord { x: x as f64 * CELL + dx, y: y as f64 * CELL + dy }
    }

    /// The point halfway along the edge that leads east (0) or north (1) from a corner.
    fn bend(&self, x: usize, y: usize, north: usize) -> Coord {
        let (a, b) = (self.corner(x, y), self.corner(x + 1 - north, y + north));
        let (dx, dy) = self.bends[2 * (y * (self.side + 1) + x) + north];
        Coord { x: (a.x + b.x) / 2.0 + dx, y: (a.y + b.y) / 2.0 + dy }
    }

    fn cell(&self, x: usize, y: usize) -> Polygon {
        let ring = vec![
            self.corner(x, y),
            self.bend(x, y, 0),
            self.corner(x + 1, y),
            self.bend(x + 1, y, 1),
            self.corner(x + 1, y + 1),
            self.bend(x, y + 1, 0),
            self.corner(x, y + 1),
            self.bend(x, y, 1),
        ];
        Polygon::new(LineString(ring), Vec::new())
    }

    /// Every cell a feature.
    fn cells(&self) -> Vec<Geometry> {
        (0..self.side * self.side).map(|at| self.cell(at % self.side, at / self.side).into()).collect()
    }

    /// Cells of one owner as one multipolygon; owners without cells have none.
    fn merged(&self) -> Vec<Geometry> {
        (0..self.side * self.side)
            .map(|owner| {
                let own = (0..self.side * self.side).filter(|at| self.owners[*at] == owner);
                let cells: Vec<Polygon> = own.map(|at| self.cell(at % self.side, at / self.side)).collect();
                Geometry::MultiPolygon(MultiPolygon(cells))
            })
            .collect()
    }
}

fn area(features: &[Geometry]) -> f64 {
    features.iter().map(Geometry::unsigned_area).sum()
}

fn build(features: &[Geometry]) -> Coverage {
    Coverage::build(features.iter().map(Some)).unwrap()
}

fn cleaned(features: &[Geometry], strategy: Way) -> Vec<Geometry> {
    let how = Cleaning { settings: settings(), strategy, locks: Locks::default() };
    let done = topology::clean(&build(features), &how);
    assert!(done.complete);
    let mut out = features.to_vec();
    for (feature, geometry) in done.changed {
        out[feature] = geometry;
    }
    out
}

/// Pairs of features that have ground in common, one by one.
fn naive_overlaps(features: &[Geometry]) -> Vec<(u32, u32, f64)> {
    let parts = |geometry: &Geometry| match geometry {
        Geometry::Polygon(polygon) => MultiPolygon(vec![polygon.clone()]),
        Geometry::MultiPolygon(parts) => parts.clone(),
        other => panic!("{other:?}"),
    };
    let mut found = Vec::new();
    for one in 0..features.len() {
        for other in one + 1..features.len() {
            let common = parts(&features[one]).intersection(&parts(&features[other])).unsigned_area();
            if common > 1e-3 {
                found.push((one as u32, other as u32, common));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn sound_ones_come_back_bit_for_bit(grid in grids()) {
        let cells = grid.cells();
        let coverage = build(&cells);
        for (at, cell) in cells.iter().enumerate() {
            prop_assert_eq!(&coverage.geometry(at), cell);
        }
        let found = topology::validate(&coverage, &settings());
        prop_assert!(found.complete && !found.has_errors(), "{:?}", found.flaws);
        prop_assert_eq!(cleaned(&cells, Way::LongestBorder), cells);
    }

    #[test]
    fn cells_of_one_owner_become_one(grid in grids()) {
        let merged = grid.merged();
        let clean = cleaned(&merged, Way::LongestBorder);
        let left = topology::validate(&build(&clean), &settings());
        prop_assert!(!left.has_errors(), "{:?}", left.flaws);
        prop_assert!((area(&clean) / area(&merged) - 1.0).abs() < 1e-9);
        prop_assert_eq!(cleaned(&clean, Way::LongestBorder), clean);
    }

    #[test]
    fn moved_corners_make_gaps_and_overlaps_that_are_found_and_mended(
        grid in grids(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), 0..8usize, -6.0..6.0f64, -6.0..6.0f64), 1..6),
        larger in any::<bool>(),
    ) {
        let mut cells = grid.cells();
        let sound = area(&cells);
        for (which, corner, dx, dy) in moves {
            let at = which.index(cells.len());
            let Geometry::Polygon(cell) = &cells[at] else { unreachable!() };
            let mut ring = cell.exterior().0.clone();
            ring.pop();
            ring[corner] = ring[corner] + Coord { x: dx, y: dy };
            cells[at] = Polygon::new(LineString(ring), Vec::new()).into();
        }
        let coverage = build(&cells);
        let found = topology::validate(&coverage, &settings());
        prop_assert!(found.complete);
        // overlaps: those of the naive twin, pair by pair, in sum
        for (one, other, common) in naive_overlaps(&cells) {
            let of_pair = found.flaws.iter().filter(|flaw| {
                flaw.kind == Kind::Overlap && flaw.features.contains(&one) && flaw.features.contains(&other)
            });
            let sum: f64 = of_pair.map(|flaw| flaw.area).sum();
            prop_assert!(sum > common * 0.999 - 1e-3, "{one} {other}: {sum} of {common}");
        }
        // bookkeeping: what all have less the union is what is covered twice or more
        let union = cells.iter().fold(MultiPolygon(Vec::new()), |all, cell| {
            let Geometry::Polygon(cell) = cell else { unreachable!() };
            all.union(&MultiPolygon(vec![cell.clone()]))
        });
        let twice: f64 = found
            .flaws
            .iter()
            .filter(|flaw| flaw.kind == Kind::Overlap)
            .map(|flaw| flaw.area * (flaw.features.len() as f64 - 1.0))
            .sum();
        prop_assert!((area(&cells) - union.unsigned_area() - twice).abs() < 1e-2);
        // What stands alone in a hole is no part of it.
        let holes: f64 = union.iter().flat_map(|part| part.interiors()).map(|ring| {
            MultiPolygon(vec![Polygon::new(ring.clone(), Vec::new())]).difference(&union).unsigned_area()
        }).sum();
        let gaps: f64 = found.flaws.iter().filter(|flaw| flaw.kind == Kind::Gap).map(|flaw| flaw.area).sum();
        // A hole that touches the outline in a point is part of the outline to the twin; nothing covers a gap.
        prop_assert!(gaps > holes - 1e-2, "{holes} {gaps}");
        for gap in found.flaws.iter().filter(|flaw| flaw.kind == Kind::Gap) {
            let Geometry::Polygon(gap) = &gap.place else { unreachable!() };
            prop_assert!(union.intersection(&MultiPolygon(vec![gap.clone()])).unsigned_area() < 1e-2);
        }

        let way = if larger { Way::LargerArea } else { Way::LongestBorder };
        let clean = cleaned(&cells, way);
        prop_assert_eq!(clean.len(), cells.len());
        let left = topology::validate(&build(&clean), &settings());
        prop_assert!(!left.has_errors(), "{:?}", left.flaws);
        prop_assert!(naive_overlaps(&clean).is_empty());
        let grown = area(&clean) - union.unsigned_area();
        prop_assert!(grown > -1e-2 && grown < gaps + 1e-2, "{grown} {gaps}");
        prop_assert!((area(&clean) / sound - 1.0).abs() < 0.05);
        prop_assert_eq!(cleaned(&clean, way), clean);
    }

    #[test]
    fn any_rings_at_all_are_taken(
        rings in prop::collection::vec(prop::collection::vec((0..7i32, 0..7i32), 0..9), 1..7),
    ) {
        let features: Vec<Geometry> = rings
            .into_iter()
            .map(|ring| {
                let line = ring.into_iter().map(|(x, y)| Coord { x: f64::from(x), y: f64::from(y) }).collect();
                Polygon::new(LineString(line), Vec::new()).into()
            })
            .collect();
        let coverage = build(&features);
        let found = topology::validate(&coverage, &settings());
        prop_assert!(found.complete);
        topology::invalid_edges(&coverage, 1.0).unwrap();
        let clean = cleaned(&features, Way::LongestBorder);
        let left = topology::validate(&build(&clean), &settings());
        prop_assert!(!left.has_errors(), "{:?} {clean:?}", left.flaws);
        prop_assert!(naive_overlaps(&clean).is_empty());
    }
}
