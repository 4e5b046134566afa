//! Exact questions on points, segments and corners: which side, whether they meet, what lies between.
//!
//! Orientation is adaptive (Shewchuk 1997, crate `robust`): the answers are those of exact arithmetic on the
//! coordinates as they are.

use std::cmp::Ordering;

use geo_types::Coord;

/// On which side of the line from `a` to `b` a point lies: positive left, negative right, 0 on it.
pub(super) fn turn(a: Coord, b: Coord, c: Coord) -> f64 {
    let of = |c: Coord| robust::Coord { x: c.x, y: c.y };
    robust::orient2d(of(a), of(b), of(c))
}

/// Inner product of the ways from `at` to two points.
pub(super) fn dot(at: Coord, p: Coord, q: Coord) -> f64 {
    (p.x - at.x) * (q.x - at.x) + (p.y - at.y) * (q.y - at.y)
}

/// Whether two segments without a common end have a point in common.
pub(super) fn segments_meet(a: Coord, b: Coord, c: Coord, d: Coord) -> bool {
    let apart = |p: f64, q: f64| p > 0.0 && q > 0.0 || p < 0.0 && q < 0.0;
    let (c_side, d_side) = (turn(a, b, c), turn(a, b, d));
    if apart(c_side, d_side) || apart(turn(c, d, a), turn(c, d, b)) {
        return false;
    }
    let over = |a: f64, b: f64, c: f64, d: f64| a.min(b) <= c.max(d) && c.min(d) <= a.max(b);
    over(a.x, b.x, c.x, d.x) && over(a.y, b.y, c.y, d.y)
}

/// Whether two segments from a common end lie on each other for a stretch.
pub(super) fn overlap_from(at: Coord, p: Coord, q: Coord) -> bool {
    dot(at, p, q) > 0.0 && turn(at, p, q) == 0.0
}

/// Whether the way from `at` to `q` leads strictly between two others, counter-clockwise from `from` to `to`.
pub(super) fn between(at: Coord, from: Coord, to: Coord, q: Coord) -> bool {
    let opening = turn(at, from, to);
    if opening > 0.0 {
        turn(at, from, q) > 0.0 && turn(at, q, to) > 0.0
    } else if opening < 0.0 {
        !(turn(at, to, q) >= 0.0 && turn(at, q, from) >= 0.0)
    } else {
        // Straight on; a corner that turns back has no inside to speak of.
        dot(at, from, to) < 0.0 && turn(at, from, q) > 0.0
    }
}

/// Order of two directions from a point, counter-clockwise from due east; exact.
pub(super) fn around(at: Coord, p: Coord, q: Coord) -> Ordering {
    let lower = |c: Coord| c.y < at.y || c.y == at.y && c.x < at.x;
    match (lower(p), lower(q)) {
        (false, true) => Ordering::Less,
        (true, false) => Ordering::Greater,
        _ => 0.0_f64.total_cmp(&(turn(at, p, q) + 0.0)),
    }
}

/// Where a point lies as to a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Outside,
    Border,
}

/// Where a point lies as to a closed walk: crossings of the ray to the right, counted exactly. O(n).
pub(super) fn place_in(ring: impl Iterator<Item = (Coord, Coord)>, p: Coord) -> Place {
    let mut inside = false;
    for (a, b) in ring {
        if a.y.max(b.y) < p.y || a.y.min(b.y) > p.y || a.x.max(b.x) < p.x {
            continue;
        }
        if a == p || b == p {
            return Place::Border;
        }
        let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
        let side = turn(low, high, p);
        if side == 0.0 && a.x.min(b.x) <= p.x {
            return Place::Border;
        }
        inside ^= low.y <= p.y && p.y < high.y && side > 0.0;
    }
    if inside { Place::Inside } else { Place::Outside }
}

/// Square of the distance from a point to a segment, in the units of the plane squared, and how far along (0 to 1)
/// the nearest point lies.
pub fn distance2(p: Coord, a: Coord, b: Coord) -> (f64, f64) {
    let way = b - a;
    let length2 = way.x * way.x + way.y * way.y;
    let along = if length2 > 0.0 { (dot(a, b, p) / length2).clamp(0.0, 1.0) } else { 0.0 };
    let foot = Coord { x: a.x + along * way.x, y: a.y + along * way.y };
    ((p.x - foot.x).powi(2) + (p.y - foot.y).powi(2), along)
}

/// Where the lines through two crossing segments meet; differences are taken from `a`, for precision.
pub(super) fn crossing(a: Coord, b: Coord, c: Coord, d: Coord) -> Coord {
    let (ab, cd, ac) = (b - a, d - c, c - a);
    let across = ab.x * cd.y - ab.y * cd.x;
    let along = if across == 0.0 { 0.5 } else { ((ac.x * cd.y - ac.y * cd.x) / across).clamp(0.0, 1.0) };
    Coord { x: a.x + along * ab.x, y: a.y + along * ab.y }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn c(x: i32, y: i32) -> Coord {
        Coord { x: x.into(), y: y.into() }
    }

    #[test]
    fn corners_open_to_the_left() {
        let (at, e, n, w) = (c(0, 0), c(1, 0), c(0, 1), c(-1, 0));
        assert!(between(at, e, n, c(1, 1)) && !between(at, n, e, c(1, 1)));
        assert!(between(at, n, e, c(0, -1)) && between(at, e, w, c(3, 1)) && !between(at, e, w, c(3, -1)));
        assert!(!between(at, e, n, c(5, 0)) && !between(at, n, e, c(5, 0)) && !between(at, e, e, n));
    }

    proptest! {
        #[test]
        fn around_is_an_order_of_angles(places in prop::collection::vec((-5..6i32, -5..6i32), 2..20)) {
            let mut ways: Vec<Coord> =
                places.into_iter().filter(|p| *p != (0, 0)).map(|(x, y)| c(x, y)).collect();
            ways.sort_by(|p, q| around(c(0, 0), *p, *q));
            let angle = |p: &Coord| p.y.atan2(p.x).rem_euclid(std::f64::consts::TAU);
            for pair in ways.windows(2) {
                prop_assert!(angle(&pair[0]) <= angle(&pair[1]) + 1e-12);
            }
        }

        #[test]
        fn a_point_is_inside_on_both_readings(
            // triangles: where rings cross themselves, the two count differently
            places in prop::collection::vec((-9..9i32, -9..9i32), 3),
            (x, y) in (-9..9i32, -9..9i32),
        ) {
            use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
            let mut ring: Vec<Coord> = places.into_iter().map(|(x, y)| c(x, y)).collect();
            ring.push(ring[0]);
            let ours = place_in(ring.windows(2).map(|pair| (pair[0], pair[1])), c(x, y));
            let theirs = coord_pos_relative_to_ring(c(x, y), &ring.into());
            prop_assert_eq!(ours, match theirs {
                CoordPos::Inside => Place::Inside,
                CoordPos::Outside => Place::Outside,
                CoordPos::OnBoundary => Place::Border,
            });
        }
    }
}
