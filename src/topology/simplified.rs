//! A coverage with fewer vertices: every arc simplified once, for the features on both of its sides.

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo_types::{Coord, Geometry, LineString, Polygon};
use rayon::prelude::*;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use super::coverage::{Coverage, OUTSIDE, of_parts, polygons};
use super::thinning::{Chain, Thinned, Thinning, thin};

/// A simplified coverage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Simplified {
    /// the features in their order; an empty multipolygon for one that had no area
    pub features: Vec<Geometry>,
    /// distinct stretches: vertices of all arcs before, ends counted for each
    pub vertices_before: usize,
    /// and after
    pub vertices_after: usize,
    /// vertices light enough to go that stay because another line lies in the way
    pub blocked: usize,
    /// islands and holes left out
    pub dropped: usize,
}

/// What else is asked of a simplification.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keeping<'a> {
    /// arcs that stay as they are, by number; none beyond its length
    pub locked: &'a [bool],
    /// borders with the outside stay as they are
    pub inner_only: bool,
    /// islands by themselves and holes that are no one's are left out where smaller than so many square
    /// metres, but never all parts of a feature
    pub drop_islands_m2: Option<f64>,
    /// so are parts that lie wholly within another feature, which then fills their place
    pub drop_enclaves: bool,
}

/// Simplifies every arc once. Nodes and locked arcs stay; no border comes to cross or touch another, so that
/// a coverage without faults stays one and one with faults gets no new ones. Parts and holes stay (but
/// islands that are to be left out), each ring with three corners at least. O(n log n), parallel.
pub fn simplify(coverage: &Coverage, how: &Thinning, keeping: &Keeping) -> Simplified {
    let coords: Vec<Coord> = coverage.all_arc_points().par_iter().map(|p| coverage.point(*p)).collect();
    let arc = |at: usize| {
        let start = coverage.arc_start(at);
        &coords[start..start + coverage.arc(at).len()]
    };
    let locked = |at: usize| {
        let sides = coverage.sides(at);
        let outer = sides.left == OUTSIDE || sides.right == OUTSIDE;
        keeping.inner_only && outer || keeping.locked.get(at).copied().unwrap_or(false)
    };
    let free = |at: usize| coverage.arc(at).first().is_some_and(|point| !coverage.is_node(*point));
    let chains: Vec<Chain> = (0..coverage.arcs())
        .map(|at| Chain { coords: arc(at), locked: locked(at), free: free(at) })
        .collect();
    let thinned = thin(&chains, how);
    let dropped = small_rings(coverage, how, keeping);
    let features = (0..coverage.features())
        .into_par_iter()
        .map(|feature| redrawn(coverage, feature, &chains, &thinned, &dropped))
        .collect();
    Simplified {
        features,
        vertices_before: coords.len(),
        vertices_after: thinned.kept.iter().map(Vec::len).sum(),
        blocked: thinned.blocked,
        dropped: dropped.iter().filter(|dropped| **dropped).count(),
    }
}

/// A feature from what is left of its arcs.
fn redrawn(
    coverage: &Coverage,
    feature: usize,
    chains: &[Chain],
    thinned: &Thinned,
    dropped: &[bool],
) -> Geometry {
    let line = |ring: usize| {
        let uses = coverage.ring_arcs(ring);
        if uses.is_empty() {
            return as_it_came(coverage, feature, ring);
        }
        let many = uses.iter().map(|one| thinned.kept[one.arc()].len()).sum::<usize>() + 1;
        let mut line: Vec<Coord> = Vec::with_capacity(many);
        for one in uses {
            let (kept, coords) = (&thinned.kept[one.arc()], chains[one.arc()].coords);
            let vertex = |at: &u32| coords[*at as usize];
            // The last vertex is the first of the next.
            if one.reversed() {
                line.extend(kept.iter().skip(1).rev().map(vertex));
            } else {
                line.extend(kept.iter().take(kept.len() - 1).map(vertex));
            }
        }
        line.extend(line.first().copied());
        LineString(line)
    };
    let gone =
        |ring: usize| matches!(coverage.ring_arcs(ring), [one] if dropped.get(one.arc()) == Some(&true));
    let parts = coverage.parts_of(feature).filter(|part| !gone(coverage.rings_of(*part).start)).map(|part| {
        let mut rings = coverage.rings_of(part).filter(|ring| !gone(*ring)).map(line);
        let shell = rings.next().unwrap_or_else(empty);
        Polygon::new(shell, rings.collect())
    });
    of_parts(parts.collect(), coverage.is_multi(feature))
}

/// A ring that is a point only has no arc to be drawn from.
fn as_it_came(coverage: &Coverage, feature: usize, ring: usize) -> LineString {
    let whole = coverage.geometry(feature);
    for (part, polygon) in coverage.parts_of(feature).zip(polygons(&whole)) {
        let rings = coverage.rings_of(part);
        if rings.contains(&ring) {
            let mut all = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            return all.nth(ring - rings.start).cloned().unwrap_or_else(empty);
        }
    }
    empty()
}

fn empty() -> LineString {
    LineString(Vec::new())
}

/// By arc, whether the ring that it is all of is left out; empty if none is to be.
fn small_rings(coverage: &Coverage, how: &Thinning, keeping: &Keeping) -> Vec<bool> {
    let Some(limit) = keeping.drop_islands_m2 else { return Vec::new() };
    let area = |ring: usize| {
        let ring = coverage.ring(ring);
        let latitude = ring.first().map_or(0.0, |point| coverage.point(*point).y);
        let unit = how.metric.metres(Coord { x: 1.0, y: 1.0 }, latitude);
        coverage.area2(ring).abs() / 2.0 * unit.x * unit.y
    };
    let shell = |part: usize| coverage.rings_of(part).start;
    let largest: Vec<Option<usize>> = (0..coverage.features())
        .map(|feature| coverage.parts_of(feature).max_by(|a, b| area(shell(*a)).total_cmp(&area(shell(*b)))))
        .collect();
    let inside = first_vertices(coverage);
    // A hole may be filled if nobody lies in it but who fills it; a part may go if it has no holes and is not
    // the last or largest.
    let may_go = |ring: usize| {
        let part = coverage.part_of(ring);
        if shell(part) == ring {
            return coverage.rings_of(part).len() == 1 && largest[coverage.feature_of(ring)] != Some(part);
        }
        let vertices = coverage.ring(ring);
        let extent = extent(vertices.iter().map(|point| coverage.point(*point)));
        inside.locate_in_envelope(&extent).all(|other| {
            vertices.contains(&other.data) || {
                let line = LineString(vertices.iter().map(|point| coverage.point(*point)).collect());
                coord_pos_relative_to_ring(coverage.point(other.data), &closed(line)) == CoordPos::Outside
            }
        })
    };
    (0..coverage.arcs())
        .map(|arc| {
            let points = coverage.arc(arc);
            let sides = coverage.sides(arc);
            let outer = sides.left == OUTSIDE || sides.right == OUTSIDE;
            let may_change = if outer { !keeping.inner_only } else { keeping.drop_enclaves };
            points.first() == points.last()
                && may_change
                && !keeping.locked.get(arc).copied().unwrap_or(false)
                && coverage.uses(arc).all(|(ring, _)| {
                    coverage.ring_arcs(ring).len() == 1 && area(ring) < limit && may_go(ring)
                })
        })
        .collect()
}

/// A vertex of every part's shell, by place.
fn first_vertices(coverage: &Coverage) -> RTree<GeomWithData<[f64; 2], u32>> {
    let parts = (0..coverage.features()).flat_map(|feature| coverage.parts_of(feature));
    let vertices = parts.filter_map(|part| coverage.ring(coverage.rings_of(part).start).first().copied());
    RTree::bulk_load(
        vertices
            .map(|point| {
                let c = coverage.point(point);
                GeomWithData::new([c.x, c.y], point)
            })
            .collect(),
    )
}

fn extent(points: impl Iterator<Item = Coord>) -> AABB<[f64; 2]> {
    let points: Vec<[f64; 2]> = points.map(|c| [c.x, c.y]).collect();
    AABB::from_points(&points)
}

fn closed(mut line: LineString) -> LineString {
    line.close();
    line
}

#[cfg(test)]
mod tests {
    use geo::orient::Direction;
    use geo::{Area as _, BooleanOps as _, Orient as _, Validation as _, unary_union};
    use geo_types::MultiPolygon;
    use proptest::prelude::*;

    use super::*;
    use crate::topology::sample::cells;
    use crate::topology::{Amount, Method, Metric, dissolve};

    /// The polygons, shells and holes turned as `geo` wants them.
    fn multi(shape: &Geometry) -> MultiPolygon {
        let many = match shape {
            Geometry::Polygon(one) => MultiPolygon(vec![one.clone()]),
            Geometry::MultiPolygon(many) => many.clone(),
            other => panic!("{other:?}"),
        };
        many.orient(Direction::Default)
    }

    fn how(amount: Amount) -> Thinning {
        Thinning { method: Method::Visvalingam, amount, metric: Metric::Plane }
    }

    fn still(count: usize) -> Vec<f64> {
        (0..count).map(|k| ((k * 7919) % 200) as f64 / 100.0 - 1.0).collect()
    }

    #[test]
    fn nothing_asked_nothing_changed_but_where_rings_start() {
        let shapes = cells(4, &still(61));
        let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
        let done = simplify(&coverage, &how(Amount::Keep(1.0)), &Keeping::default());
        assert_eq!((done.vertices_before, done.blocked, done.dropped), (done.vertices_after, 0, 0));
        for (before, after) in shapes.iter().zip(&done.features) {
            assert!((before.unsigned_area() - after.unsigned_area()).abs() < 1e-6);
            assert_eq!(matches!(before, Geometry::Polygon(_)), matches!(after, Geometry::Polygon(_)));
        }
    }

    #[test]
    fn locked_arcs_and_outer_borders_stay() {
        let shapes = cells(3, &still(61));
        let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
        let all = vec![true; coverage.arcs()];
        let far = how(Amount::Tolerance(1e3));
        let done = simplify(&coverage, &far, &Keeping { locked: &all, ..Keeping::default() });
        assert_eq!(done.vertices_before, done.vertices_after);
        let inner = simplify(&coverage, &far, &Keeping { inner_only: true, ..Keeping::default() });
        let outline = |shapes: &[Geometry]| {
            let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
            dissolve(&coverage, 1, |_| Some(0)).remove(0).unsigned_area()
        };
        assert!((outline(&shapes) - outline(&inner.features)).abs() < 1e-6);
        assert!(inner.vertices_after < inner.vertices_before);
    }

    #[test]
    fn islands_go_only_when_asked_and_never_the_last_part() {
        let square = |x: f64, side: f64| {
            let corners = [(x, 0.0), (x + side, 0.0), (x + side, side), (x, side)];
            Polygon::new(LineString::from(corners.to_vec()), vec![])
        };
        let shapes: [Geometry; 2] =
            [MultiPolygon(vec![square(0.0, 10.0), square(20.0, 1.0)]).into(), square(30.0, 1.0).into()];
        let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
        let how = how(Amount::Tolerance(0.1));
        assert_eq!(multi(&simplify(&coverage, &how, &Keeping::default()).features[0]).0.len(), 2);
        let keeping = Keeping { drop_islands_m2: Some(5.0), ..Keeping::default() };
        let done = simplify(&coverage, &how, &keeping);
        assert_eq!((multi(&done.features[0]).0.len(), done.dropped), (1, 1));
        assert_eq!(done.features[1].unsigned_area(), 1.0);
    }

    /// Whether all are valid, whether none covers another's ground, and the holes of their union.
    fn sound(shapes: &[Geometry]) -> (bool, bool, usize) {
        let parts: Vec<MultiPolygon> = shapes.iter().map(multi).collect();
        let sum: f64 = parts.iter().map(|shape| shape.unsigned_area()).sum();
        let union = unary_union(&parts);
        let holes: usize = union.0.iter().map(|part| part.interiors().len()).sum();
        (parts.iter().all(|shape| shape.is_valid()), (sum - union.unsigned_area()).abs() < 1e-3, holes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_gap_and_no_overlap_comes_of_it(
            random in prop::collection::vec(-1.0..1.0f64, 61),
            tolerance in 1.0..400.0f64,
            douglas in any::<bool>(),
        ) {
            let shapes = cells(4, &random);
            let before = sound(&shapes);
            prop_assume!(before.0 && before.1);
            let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
            let method = if douglas { Method::DouglasPeucker } else { Method::Visvalingam };
            let how = Thinning { method, amount: Amount::Tolerance(tolerance), metric: Metric::Plane };
            let done = simplify(&coverage, &how, &Keeping::default());
            prop_assert_eq!(sound(&done.features), before);
            prop_assert!(done.vertices_after <= done.vertices_before);
        }

        #[test]
        fn a_union_by_arcs_is_the_union(
            random in prop::collection::vec(-1.0..1.0f64, 61),
            groups in prop::collection::vec(0..4usize, 16),
        ) {
            let shapes = cells(4, &random);
            // Sides drawn wildly enough cross each other.
            let drawn = sound(&shapes);
            prop_assume!(drawn.0 && drawn.1);
            let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
            let group = |feature: usize| groups[feature % groups.len()];
            let done = dissolve(&coverage, 3, |feature| Some(group(feature)).filter(|group| *group < 3));
            for (at, outline) in done.iter().enumerate() {
                let parts: Vec<MultiPolygon> =
                    shapes.iter().enumerate().filter(|(f, _)| group(*f) == at).map(|(_, s)| multi(s)).collect();
                let union = unary_union(&parts);
                prop_assert!(outline.is_valid(), "{:?}", outline);
                prop_assert!((outline.unsigned_area() - union.unsigned_area()).abs() < 1e-3);
                prop_assert!(outline.xor(&union).unsigned_area() < 1e-2);
            }
        }
    }
}
