//! Stretches of border back into polygons: rings by walking from stretch to stretch, holes to their shells.
//!
//! Exact: which way to turn where several borders meet is decided by orientation, never by an angle.

use std::cmp::Ordering;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use robust::{Coord as Exact, orient2d};

/// A stretch of border, run along with the area on its left. Both ends included, two vertices at least.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// vertices
    pub coords: &'a [Coord],
    /// run along from the last to the first
    pub reversed: bool,
}

impl<'a> Side<'a> {
    fn vertex(&self, at: usize) -> Coord {
        if self.reversed { self.coords[self.coords.len() - 1 - at] } else { self.coords[at] }
    }

    fn first(&self) -> Coord {
        self.vertex(0)
    }

    fn last(&self) -> Coord {
        self.vertex(self.coords.len() - 1)
    }

    /// All vertices but the last.
    fn but_last(self) -> impl Iterator<Item = Coord> + use<'a> {
        (0..self.coords.len() - 1).map(move |at| self.vertex(at))
    }
}

type Bits = (u64, u64);

/// Equal coordinates have equal bits, `-0.0` included.
fn bits(c: Coord) -> Bits {
    ((c.x + 0.0).to_bits(), (c.y + 0.0).to_bits())
}

/// The rings that the stretches make up, closed: anticlockwise round an area, clockwise round a hole in
/// it. Where an area touches itself in a point its ring is cut there. Every stretch is used once; those
/// that lead nowhere are left out.
pub fn rings(sides: &[Side]) -> Vec<LineString> {
    let mut leaving: HashMap<Bits, Vec<usize>, RandomState> = HashMap::default();
    for (at, side) in sides.iter().enumerate() {
        if side.coords.len() > 1 {
            leaving.entry(bits(side.first())).or_default().push(at);
        }
    }
    let mut used = vec![false; sides.len()];
    let mut rings = Vec::new();
    for start in 0..sides.len() {
        if used[start] || sides[start].coords.len() < 2 {
            continue;
        }
        // The stretches walked so far, and where on that path each node was left.
        let (mut path, mut left) = (Vec::new(), HashMap::<Bits, usize, RandomState>::default());
        let mut next = Some(start);
        while let Some(at) = next {
            used[at] = true;
            left.insert(bits(sides[at].first()), path.len());
            path.push(at);
            let node = bits(sides[at].last());
            if let Some(from) = left.get(&node).copied() {
                let loop_of: Vec<usize> = path.drain(from..).collect();
                for at in &loop_of {
                    left.remove(&bits(sides[*at].first()));
                }
                rings.push(closed(sides, &loop_of));
            }
            next = onward(sides, leaving.get(&node), &used, at);
        }
    }
    rings.retain(|ring| ring.0.len() > 3);
    rings
}

fn closed(sides: &[Side], path: &[usize]) -> LineString {
    let mut ring: Vec<Coord> = path.iter().flat_map(|at| sides[*at].but_last()).collect();
    ring.extend(ring.first().copied());
    LineString(ring)
}

/// The stretch to go on with: the first clockwise from the way one came, so that the area on the left is
/// not crossed.
fn onward(sides: &[Side], leaving: Option<&Vec<usize>>, used: &[bool], came: usize) -> Option<usize> {
    let mut open = leaving?.iter().copied().filter(|at| !used[*at]);
    let first = open.next()?;
    let node = sides[came].last();
    let back = sides[came].vertex(sides[came].coords.len() - 2);
    Some(open.fold(first, |best, at| {
        let (a, b) = (sides[at].vertex(1), sides[best].vertex(1));
        if clockwise(node, back, a, b) == Ordering::Less { at } else { best }
    }))
}

/// Which of two directions comes first when turning clockwise from `back`; `back` itself comes last.
fn clockwise(node: Coord, back: Coord, a: Coord, b: Coord) -> Ordering {
    // 0: to the right of the way back and clockwise of it, 1: straight on, 2: beyond, 3: back itself.
    let part = |p: Coord| match turn(node, back, p) {
        side if side < 0.0 => 0,
        side if side > 0.0 => 2,
        _ if (p.x - node.x) * (back.x - node.x) + (p.y - node.y) * (back.y - node.y) < 0.0 => 1,
        _ => 3,
    };
    part(a).cmp(&part(b)).then_with(|| turn(node, a, b).total_cmp(&0.0))
}

/// Positive where `b` lies to the left of the direction from `node` to `a`.
fn turn(node: Coord, a: Coord, b: Coord) -> f64 {
    let exact = |c: Coord| Exact { x: c.x, y: c.y };
    orient2d(exact(node), exact(a), exact(b))
}

/// Twice the area of a closed ring, positive where it runs anticlockwise.
pub fn doubled_area(ring: &LineString) -> f64 {
    let Some(origin) = ring.0.first() else { return 0.0 };
    let from = |c: Coord| (c.x - origin.x, c.y - origin.y);
    ring.0
        .windows(2)
        .map(|pair| {
            let ((ax, ay), (bx, by)) = (from(pair[0]), from(pair[1]));
            ax * by - ay * bx
        })
        .sum()
}

/// Rings into polygons: each clockwise one is a hole of the smallest anticlockwise one round it; a hole
/// round which there is none is left out. Polygons in the order of their shells.
pub fn polygons(rings: Vec<LineString>) -> MultiPolygon {
    let (mut shells, mut holes) = (Vec::new(), Vec::new());
    for ring in rings {
        match doubled_area(&ring) {
            area if area > 0.0 => shells.push((ring, area, Vec::new())),
            area if area < 0.0 => holes.push((ring, -area)),
            _ => {}
        }
    }
    let boxes: Vec<[f64; 4]> = shells.iter().map(|(ring, ..)| span(ring)).collect();
    for (hole, area) in holes {
        let wanted = span(&hole);
        let within = |at: &usize| {
            let b = boxes[*at];
            b[0] <= wanted[0] && b[1] <= wanted[1] && b[2] >= wanted[2] && b[3] >= wanted[3]
        };
        let round = (0..shells.len())
            .filter(within)
            // Never the same ring the other way round, on which the middle of an edge may seem to lie inside.
            .filter(|at| shells[*at].1 > area * (1.0 + 1e-9))
            .filter(|at| lies_in(&hole, &shells[*at].0))
            .min_by(|a, b| shells[*a].1.total_cmp(&shells[*b].1));
        if let Some(at) = round {
            shells[at].2.push(hole);
        }
    }
    MultiPolygon(shells.into_iter().map(|(shell, _, holes)| Polygon::new(shell, holes)).collect())
}

/// Whether a ring lies in another; rings may touch, not cross. One that has all its vertices on the other
/// lies in it if the middles of its edges do.
fn lies_in(ring: &LineString, round: &LineString) -> bool {
    let middles = ring.0.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
    ring.0
        .iter()
        .copied()
        .chain(middles)
        .find_map(|c| match coord_pos_relative_to_ring(c, round) {
            CoordPos::Inside => Some(true),
            CoordPos::Outside => Some(false),
            CoordPos::OnBoundary => None,
        })
        .unwrap_or(false)
}

fn span(ring: &LineString) -> [f64; 4] {
    let empty = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    ring.0.iter().fold(empty, |s, c| [s[0].min(c.x), s[1].min(c.y), s[2].max(c.x), s[3].max(c.y)])
}

#[cfg(test)]
mod tests {
    use geo::Area as _;

    use super::*;

    fn line(points: &[(i32, i32)]) -> Vec<Coord> {
        points.iter().map(|(x, y)| Coord { x: f64::from(*x), y: f64::from(*y) }).collect()
    }

    fn along(coords: &[Coord]) -> Side<'_> {
        Side { coords, reversed: false }
    }

    #[test]
    fn stretches_in_any_order_and_direction_close() {
        let (a, b, c) =
            (line(&[(0, 0), (4, 0)]), line(&[(0, 4), (4, 4), (4, 0)]), line(&[(0, 4), (0, 2), (0, 0)]));
        let sides = [along(&a), along(&c), Side { coords: &b, reversed: true }];
        let found = rings(&sides);
        assert_eq!(found, [LineString(line(&[(0, 0), (4, 0), (4, 4), (0, 4), (0, 2), (0, 0)]))]);
        assert_eq!(doubled_area(&found[0]), 32.0);
        assert!(rings(&sides[..2]).is_empty());
    }

    #[test]
    fn a_hole_that_touches_its_shell_is_a_hole() {
        let shell = line(&[(0, 0), (8, 0), (8, 8), (0, 8), (0, 0)]);
        let hole = line(&[(0, 0), (2, 4), (4, 2), (0, 0)]);
        for sides in [[along(&shell), along(&hole)], [along(&hole), along(&shell)]] {
            let found = polygons(rings(&sides));
            assert_eq!(found.0.len(), 1);
            assert_eq!(found.0[0].interiors().len(), 1);
            assert_eq!(found.unsigned_area(), 64.0 - 6.0);
        }
    }

    #[test]
    fn parts_that_touch_in_a_point_are_two() {
        let (a, b) = (
            line(&[(4, 4), (0, 4), (0, 0), (4, 0), (4, 4)]),
            line(&[(4, 4), (8, 4), (8, 8), (4, 8), (4, 4)]),
        );
        let found = polygons(rings(&[along(&a), along(&b)]));
        assert_eq!(found.0.len(), 2);
        // A bow tie given as four stretches through the middle.
        let arms = [[(0, 0), (4, 4)], [(4, 4), (0, 8)], [(8, 8), (4, 4)], [(4, 4), (8, 0)]]
            .map(|points| line(&points));
        let ends = [line(&[(0, 8), (0, 0)]), line(&[(8, 0), (8, 8)])];
        let sides: Vec<Side> = arms.iter().chain(&ends).map(|l| along(l)).collect();
        let found = polygons(rings(&sides));
        assert_eq!(found.0.len(), 2);
        assert_eq!(found.unsigned_area(), 32.0);
    }

    #[test]
    fn an_island_in_a_lake_is_a_part_and_the_lake_a_hole() {
        let ring =
            |low: i32, high: i32| line(&[(low, low), (high, low), (high, high), (low, high), (low, low)]);
        let (shell, lake, island) = (ring(0, 10), ring(2, 8), ring(4, 6));
        let hole = Side { coords: &lake, reversed: true };
        let found = polygons(rings(&[hole, along(&island), along(&shell)]));
        assert_eq!(found.0.len(), 2);
        assert_eq!(found.unsigned_area(), 100.0 - 36.0 + 4.0);
        assert_eq!(found.0.iter().map(|p| p.interiors().len()).sum::<usize>(), 1);
    }

    #[test]
    fn a_ring_and_its_reverse_are_no_polygon_with_a_hole() {
        let inner: Vec<Coord> =
            [(0.5, 0.1333), (5.6484, 1.1293), (4.5, 4.1283), (0.5001, 3.1283), (0.5, 0.1333)]
                .map(|(x, y)| Coord { x, y })
                .into();
        let outer = line(&[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]);
        let found = polygons(rings(&[along(&outer), along(&inner), Side { coords: &inner, reversed: true }]));
        assert_eq!(found.0.iter().map(|part| part.interiors().len()).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn turning_clockwise_is_ordered() {
        let [node, back] = [(0, 0), (-1, 0)].map(|p| line(&[p])[0]);
        let round = line(&[(-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0)]);
        for pair in round.windows(2) {
            assert_eq!(clockwise(node, back, pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(clockwise(node, back, pair[1], pair[0]), Ordering::Greater);
        }
    }
}
