//! Areas, widths and lengths of what is found on a coverage: in metres where its coordinates are degrees, else in
//! the file's own units.

use std::collections::BinaryHeap;

use geo_types::{Coord, LineString, Polygon};

use super::boxes::Extent;
use super::metric::Metric;
use super::plane::{self, Place};
use crate::crs::geodesic::Ellipsoid;

/// Below this extent, in degrees (some 100 m), the earth is flat to five digits.
const FLAT: f64 = 1e-3;
/// Edges over fewer degrees of longitude than this (a kilometre) may be taken as straight in the map of equal areas
/// instead of as geodesics: the area under one differs by less than 10 m², up on one side and down on the other.
const SHORT: f64 = 0.01;
/// CGCS2000: semi-major axis and square of the eccentricity.
const A: f64 = 6_378_137.0;
const E2: f64 = 0.006_694_380_022_9;
/// Most cells that are looked at for one width.
const CELLS: usize = 3_000;
/// Longer than so many widths is thin: cells would have to be too many.
const THIN: f64 = 150.0;
/// Places at which a thin polygon's width is taken.
const SAMPLES: usize = 256;

impl Metric {
    /// Metric along x and y at a latitude: metres in a degree, or 1.
    pub fn scale(self, y: f64) -> Coord {
        match self {
            Self::Plane => Coord { x: 1.0, y: 1.0 },
            Self::Degrees => {
                // Radii of curvature in the prime vertical and in the meridian.
                let (sin, cos) = y.to_radians().sin_cos();
                let w2 = 1.0 - E2 * sin * sin;
                let (n, m) = (A / w2.sqrt(), A * (1.0 - E2) / (w2 * w2.sqrt()));
                Coord { x: n * cos * 1f64.to_radians(), y: m * 1f64.to_radians() }
            }
        }
    }

    /// How many coordinate units a length comes to at least, at a latitude.
    pub fn reach(self, length: f64, y: f64) -> f64 {
        let scale = self.scale(y);
        length / scale.x.min(scale.y).max(f64::MIN_POSITIVE)
    }

    /// Length of an edge.
    pub fn length(self, a: Coord, b: Coord) -> f64 {
        let scale = self.scale((a.y + b.y) / 2.0);
        ((a.x - b.x) * scale.x).hypot((a.y - b.y) * scale.y)
    }

    /// Area inside a polygon, holes subtracted.
    pub fn ground(self, polygon: &Polygon) -> f64 {
        let holes: f64 = polygon.interiors().iter().map(|ring| self.ring_area(ring)).sum();
        (self.ring_area(polygon.exterior()) - holes).max(0.0)
    }

    fn ring_area(self, ring: &LineString) -> f64 {
        let extent = Extent::round(ring.0.iter().copied());
        if self == Self::Degrees && extent.size() > FLAT {
            return strips(ring);
        }
        let scale = self.scale((extent.min.y + extent.max.y) / 2.0);
        let area2: f64 = ring
            .0
            .windows(2)
            .map(|pair| {
                let (a, b) = (pair[0] - extent.min, pair[1] - extent.min);
                a.x * b.y - b.x * a.y
            })
            .sum();
        area2.abs() / 2.0 * scale.x * scale.y
    }

    /// Width of a polygon: the diameter of the largest circle inside, to about a fiftieth.
    ///
    /// Cells are halved where a larger circle may still lie (after V. Agafonkin's polylabel); what is long and thin
    /// is measured straight across at some hundred places instead. O(vertices), with a large factor.
    pub fn width(self, polygon: &Polygon) -> f64 {
        let extent = Extent::round(polygon.exterior().0.iter().copied());
        if extent.size() <= 0.0 {
            return 0.0;
        }
        let middle = Coord { x: 0.0, y: (extent.min.y + extent.max.y) / 2.0 };
        let scale = self.scale(middle.y);
        let flat = |c: &Coord| Coord { x: (c.x - extent.min.x) * scale.x, y: (c.y - extent.min.y) * scale.y };
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let edges: Vec<(Coord, Coord)> = rings
            .flat_map(|ring| ring.0.windows(2).map(|pair| (flat(&pair[0]), flat(&pair[1]))))
            .filter(|(a, b)| a != b)
            .collect();
        let around: f64 = edges.iter().map(|(a, b)| (a.x - b.x).hypot(a.y - b.y)).sum();
        let area: f64 = edges.iter().map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>().abs() / 2.0;
        let mean = 2.0 * area / around;
        if mean.is_nan() || mean <= 0.0 {
            return 0.0;
        }
        if around > mean * THIN { across(&edges).max(mean) } else { 2.0 * widest(&edges).max(mean / 2.0) }
    }
}

/// Area inside a ring on the ellipsoid, m²: what lies between its edges and the equator, summed. Short edges are
/// straight in the cylindrical map of equal areas (Snyder 1987, 3-12), a thirtieth of the time of geodesics.
fn strips(ring: &LineString) -> f64 {
    let mut before: Option<(Coord, f64)> = None;
    let mut sum = 0.0;
    for c in &ring.0 {
        let height = equal_area(c.y);
        if let Some((last, last_height)) = before.replace((*c, height)) {
            sum += if (c.x - last.x).abs() < SHORT {
                (c.x - last.x).to_radians() * (height + last_height) * (A * A / 4.0)
            } else {
                Ellipsoid::cgcs2000().under_m2(last, *c)
            };
        }
    }
    sum.abs()
}

/// Height in the cylindrical map of equal areas: q of Snyder's 3-12, by latitude in degrees. The inverse hyperbolic
/// tangent as a series: its argument is below 0.082.
fn equal_area(latitude: f64) -> f64 {
    let sin = latitude.to_radians().sin();
    let t = E2 * sin * sin;
    let series =
        1.0 + t * (1.0 / 3.0 + t * (0.2 + t * (1.0 / 7.0 + t * (1.0 / 9.0 + t * (1.0 / 11.0 + t / 13.0)))));
    (1.0 - E2) * sin * (1.0 / (1.0 - t) + series)
}

/// A square that may hold the middle of a larger circle.
struct Cell {
    at: Coord,
    half: f64,
    /// the most that a circle in it can have
    most: f64,
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Cell {}
impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Cell {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.most.total_cmp(&other.most)
    }
}

/// Distance to the nearest edge.
fn nearest(edges: &[(Coord, Coord)], at: Coord) -> f64 {
    edges.iter().map(|(a, b)| plane::distance2(at, *a, *b).0).fold(f64::INFINITY, f64::min).sqrt()
}

/// The same, negative outside.
fn depth(edges: &[(Coord, Coord)], at: Coord) -> f64 {
    let nearest = nearest(edges, at);
    if plane::place_in(edges.iter().copied(), at) == Place::Outside { -nearest } else { nearest }
}

/// Radius of the largest circle inside.
fn widest(edges: &[(Coord, Coord)]) -> f64 {
    let extent = Extent::round(edges.iter().map(|(a, _)| *a));
    let middle = (extent.min + extent.max) / 2.0;
    let half = extent.size() / 2.0;
    let reach = |half: f64| half * std::f64::consts::SQRT_2;
    let mut best = depth(edges, middle);
    let mut open = BinaryHeap::from([Cell { at: middle, half, most: best + reach(half) }]);
    let mut looked = 0;
    while let Some(Cell { at, half, most }) = open.pop() {
        if most <= best * 1.02 || looked > CELLS {
            break;
        }
        let half = half / 2.0;
        for (x, y) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            let at = at + Coord { x, y };
            looked += 1;
            let mut depth = nearest(edges, at);
            // Whether inside or outside: no larger circle lies in this cell.
            if depth + reach(half) <= best * 1.02 {
                continue;
            }
            if plane::place_in(edges.iter().copied(), at) == Place::Outside {
                depth = -depth;
            }
            best = best.max(depth);
            open.push(Cell { at, half, most: depth + reach(half) });
        }
    }
    best.max(0.0)
}

/// The greatest width straight across, from the middles of some edges.
fn across(edges: &[(Coord, Coord)]) -> f64 {
    let step = edges.len().div_ceil(SAMPLES);
    let mut widest = 0.0_f64;
    for (a, b) in edges.iter().step_by(step) {
        let (middle, way) = ((*a + *b) / 2.0, *b - *a);
        // Polygons run either way round: look to both sides, and take the one that is inside.
        for normal in [Coord { x: -way.y, y: way.x }, Coord { x: way.y, y: -way.x }] {
            let Some(distance) = first_hit(edges, (*a, *b), middle, normal) else { continue };
            let length = normal.x.hypot(normal.y);
            // At a blunt end this runs along the polygon: what counts is the circle that fits there.
            if distance > widest {
                widest = widest.max(2.0 * depth(edges, middle + normal * (distance / 2.0 / length)));
            }
        }
    }
    widest
}

/// How far a ray goes before it meets an edge.
fn first_hit(edges: &[(Coord, Coord)], own: (Coord, Coord), from: Coord, way: Coord) -> Option<f64> {
    let length = way.x.hypot(way.y);
    let hit = |(a, b): &(Coord, Coord)| {
        if (*a, *b) == own {
            return None;
        }
        let (edge, start) = (*b - *a, *a - from);
        let cross = way.x * edge.y - way.y * edge.x;
        let along = (start.x * edge.y - start.y * edge.x) / cross;
        let on = (start.x * way.y - start.y * way.x) / cross;
        (along > 0.0 && (0.0..=1.0).contains(&on)).then_some(along * length)
    };
    edges.iter().filter_map(hit).min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(points: &[(f64, f64)]) -> Polygon {
        Polygon::new(LineString::from(points.to_vec()), vec![])
    }

    #[test]
    fn widths_are_those_of_the_largest_circle() {
        let near = |points: &[(f64, f64)], expected: f64| {
            let width = Metric::Plane.width(&polygon(points));
            assert!((width / expected - 1.0).abs() < 0.04, "{width} {expected}");
        };
        near(&[(0., 0.), (10., 0.), (10., 10.), (0., 10.)], 10.0);
        near(&[(0., 0.), (6., 0.), (6., 2.), (0., 2.)], 2.0);
        near(&[(0., 0.), (1000., 0.), (1000., 0.5), (0., 0.5)], 0.5);
        let spike = Metric::Plane.width(&polygon(&[(5., 1.), (5., 5.), (5.03, 5.)]));
        assert!(spike < 0.031, "{spike}");
        near(&[(0., 0.), (700., 700.), (700., 701.), (0., 1.)], std::f64::consts::FRAC_1_SQRT_2);
        assert_eq!(Metric::Plane.width(&polygon(&[(0., 0.), (1., 1.), (2., 2.)])), 0.0);
    }

    #[test]
    fn degrees_are_metres() {
        let d = 1e-4;
        let small = polygon(&[(116., 40.), (116. + d, 40.), (116. + d, 40. + d), (116., 40. + d)]);
        let (area, exact) =
            (Metric::Degrees.ground(&small), crate::crs::geodesic::area_m2(&small.clone().into()));
        assert!((area / exact - 1.0).abs() < 1e-4, "{area} {exact}");
        let winding: Vec<(f64, f64)> = (0..600)
            .map(|k| f64::from(k) / 600.0 * std::f64::consts::TAU)
            .map(|t| (116.0 + 0.3 * t.cos() * (1.0 + 0.1 * (9.0 * t).sin()), 40.0 + 0.2 * t.sin()))
            .collect();
        let county = polygon(&winding);
        let (area, exact) =
            (Metric::Degrees.ground(&county), crate::crs::geodesic::area_m2(&county.clone().into()));
        assert!((area / exact - 1.0).abs() < 1e-7, "{area} {exact}");
        let width = Metric::Degrees.width(&small);
        assert!((width - 8.54).abs() < 0.2, "{width}");
    }
}
