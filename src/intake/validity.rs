//! Whether an outline crosses itself: a sweep over the segments of a polygon, with a bound on its work; and
//! the repair of those that do.
//!
//! Only crossings and overlaps are looked for: rings that touch in a point are common and do no harm.

use crate::crs::geodesic::area_m2;
use crate::model::GeometryKind;
use crate::model::geometry::settle;
use geo::MakeValid as _;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use robust::{Coord as Exact, orient2d};

/// Polygons with more vertices are not looked at.
const MOST_VERTICES: usize = 200_000;
/// Pairs of segments looked at per vertex on average before the sweep gives up: real borders need 5 to 40.
const PAIRS_PER_VERTEX: usize = 400;

/// A place where an outline crosses or overlaps itself or another ring of its polygon; `None` if there is
/// none, if the geometry is no area, or if the work would be too much.
pub(super) fn crossing(geometry: &Geometry) -> Option<Coord> {
    match geometry {
        Geometry::Polygon(polygon) => of_polygon(polygon),
        Geometry::MultiPolygon(polygons) => polygons.0.iter().find_map(of_polygon),
        _ => None,
    }
}

/// An area cut where its outline crosses, and by how many square metres that changed it: inside is what an odd
/// number of outlines lie round, which turns a bow into its two halves. Vertices that were there stay where they
/// are. `None` where nothing with an area is left, or no area was given.
pub(super) fn repaired(geometry: &Geometry) -> Option<(Geometry, f64)> {
    let Geometry::MultiPolygon(polygons) = geometry else { return None };
    let valid = polygons.make_valid().ok().filter(|valid| !valid.0.is_empty())?;
    let valid = settle(ordered(valid).into(), GeometryKind::Area).ok()?;
    let change = area_m2(&valid) - area_m2(geometry);
    Some((valid, change))
}

/// The same area with rings that begin at their least vertex and stand in rising order: triangles come in any
/// order, and the same file must give the same area again.
fn ordered(polygons: MultiPolygon) -> MultiPolygon {
    let rank = |a: &Coord, b: &Coord| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
    let turned = |ring: &LineString| {
        let mut open = ring.0[..ring.0.len().saturating_sub(1)].to_vec();
        let least = (0..open.len()).min_by(|a, b| rank(&open[*a], &open[*b])).unwrap_or(0);
        open.rotate_left(least);
        open.extend(open.first().copied());
        LineString(open)
    };
    let by_first = |a: &LineString, b: &LineString| match (a.0.first(), b.0.first()) {
        (Some(a), Some(b)) => rank(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    let mut all: Vec<Polygon> = polygons
        .iter()
        .map(|polygon| {
            let mut holes: Vec<LineString> = polygon.interiors().iter().map(turned).collect();
            holes.sort_by(by_first);
            Polygon::new(turned(polygon.exterior()), holes)
        })
        .collect();
    all.sort_by(|a, b| {
        by_first(a.exterior(), b.exterior()).then(a.exterior().0.len().cmp(&b.exterior().0.len()))
    });
    MultiPolygon(all)
}

#[derive(Clone, Copy)]
struct Segment {
    left: Coord,
    right: Coord,
}

fn of_polygon(polygon: &Polygon) -> Option<Coord> {
    let rings = || std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let vertices: usize = rings().map(|ring| ring.0.len()).sum();
    if vertices > MOST_VERTICES {
        return None;
    }
    let pairs = rings().flat_map(|ring| ring.0.windows(2)).filter(|pair| pair[0] != pair[1]);
    let mut segments: Vec<Segment> = pairs
        .map(|pair| {
            let (a, b) = (pair[0], pair[1]);
            if (a.x, a.y) <= (b.x, b.y) {
                Segment { left: a, right: b }
            } else {
                Segment { left: b, right: a }
            }
        })
        .collect();
    segments.sort_unstable_by(|a, b| a.left.x.total_cmp(&b.left.x));
    sweep(&segments, vertices * PAIRS_PER_VERTEX)
}

/// Segments by their left ends; those that still reach the sweep line are compared with each new one.
fn sweep(segments: &[Segment], mut budget: usize) -> Option<Coord> {
    let mut active: Vec<Segment> = Vec::new();
    for segment in segments {
        active.retain(|other| other.right.x >= segment.left.x);
        budget = budget.checked_sub(active.len())?;
        if let Some(place) = active.iter().find_map(|other| meet(other, segment)) {
            return Some(place);
        }
        active.push(*segment);
    }
    None
}

/// Where two segments cross inside both, or overlap along a stretch.
fn meet(a: &Segment, b: &Segment) -> Option<Coord> {
    let span = |s: &Segment| (s.left.y.min(s.right.y), s.left.y.max(s.right.y));
    let ((a_low, a_high), (b_low, b_high)) = (span(a), span(b));
    if a_low > b_high || b_low > a_high {
        return None;
    }
    let side = |s: &Segment, c: Coord| {
        let exact = |c: Coord| Exact { x: c.x, y: c.y };
        orient2d(exact(s.left), exact(s.right), exact(c))
    };
    let (b_left, b_right) = (side(a, b.left), side(a, b.right));
    if b_left == 0.0 && b_right == 0.0 {
        return overlap(a, b);
    }
    let (a_left, a_right) = (side(b, a.left), side(b, a.right));
    let apart = |one: f64, other: f64| one < 0.0 && other > 0.0 || one > 0.0 && other < 0.0;
    if !apart(b_left, b_right) || !apart(a_left, a_right) {
        return None;
    }
    let share = b_left / (b_left - b_right);
    Some(b.left + (b.right - b.left) * share)
}

/// The middle of what two segments on one straight line have in common, if it is more than a point.
fn overlap(a: &Segment, b: &Segment) -> Option<Coord> {
    let order = |c: Coord| (c.x, c.y);
    let start = if order(a.left) >= order(b.left) { a.left } else { b.left };
    let end = if order(a.right) <= order(b.right) { a.right } else { b.right };
    (order(start) < order(end)).then(|| (start + end) / 2.0)
}

/// An area in words, Chinese and English: square metres below a hectare, from there on square kilometres.
pub(super) fn area_words(m2: f64) -> (String, String) {
    if m2.abs() < 10_000.0 {
        (format!("{m2:.1} 平方米"), format!("{m2:.1} m²"))
    } else {
        let km2 = m2 / 1e6;
        let digits = if km2.abs() < 10.0 { 4 } else { 1 };
        (format!("{km2:.digits$} 平方千米"), format!("{km2:.digits$} km²"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Validation as _;
    use geo_types::{LineString, coord, polygon};
    use proptest::prelude::*;

    #[test]
    fn bow_ties_and_spikes_are_found_and_touching_is_not() {
        let bow = polygon![(x: 0., y: 0.), (x: 2., y: 2.), (x: 2., y: 0.), (x: 0., y: 2.)];
        assert_eq!(crossing(&bow.into()), Some(coord! { x: 1., y: 1. }));
        let spike = polygon![(x: 0., y: 0.), (x: 2., y: 0.), (x: 2., y: 3.), (x: 2., y: 2.), (x: 0., y: 2.)];
        assert!(crossing(&spike.into()).is_some());
        let touching = polygon![
            (x: 0., y: 0.), (x: 2., y: 0.), (x: 1., y: 1.), (x: 2., y: 2.), (x: 0., y: 2.), (x: 1., y: 1.)
        ];
        assert_eq!(crossing(&touching.into()), None);
        let square = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 1.)];
        assert_eq!(crossing(&square.into()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// On a grid in general position an outline is valid by `geo` if and only if nothing crosses,
        /// touching in a point aside.
        #[test]
        fn agrees_with_a_full_validation(points in prop::collection::vec((0..1000_i32, 0..1000_i32), 4..9)) {
            let ring: LineString = points.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
            let polygon = Polygon::new(ring, vec![]);
            let found = crossing(&polygon.clone().into());
            if found.is_some() {
                prop_assert!(!polygon.is_valid());
            }
            let segments: Vec<_> = polygon.exterior().lines().collect();
            let crosses = segments.iter().enumerate().any(|(at, a)| {
                segments[at + 1..].iter().any(|b| {
                    use geo::line_intersection::{LineIntersection, line_intersection};
                    match line_intersection(*a, *b) {
                        Some(LineIntersection::SinglePoint { is_proper, .. }) => is_proper,
                        Some(LineIntersection::Collinear { intersection }) => intersection.start != intersection.end,
                        None => false,
                    }
                })
            });
            prop_assert_eq!(found.is_some(), crosses);
        }
    }
}
