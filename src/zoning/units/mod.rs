//! Units as they come from polygons: area, outline, and which have a border in common, how long.
//!
//! Two units border on each other along at least [`LEAST_BORDER_M`], bit-equal or within [`TOLERANCE_M`]: what was
//! digitised twice, or has a vertex on one side only, still is one border. Knows nothing of households.

mod near;
mod overlay;

use std::collections::HashMap;

use geo_types::{Coord, Geometry};
use rayon::prelude::*;

pub use overlay::{Line, classify};

use super::barrier::Barrier;
use super::graph::Border;
use crate::crs::geodesic;
use crate::topology::{Coverage, CoverageError, Metric, OUTSIDE};

/// Shorter common borders make no neighbours, metres.
pub const LEAST_BORDER_M: f64 = 1.0;
/// Borders this near to each other are one, metres.
pub const TOLERANCE_M: f64 = 0.2;

/// A straight piece of the border between two units, in metres of a local plane.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// from
    pub from: Coord,
    /// to
    pub to: Coord,
    /// its length, metres
    pub length_m: f64,
}

/// What polygons say.
#[derive(Clone, Debug, Default)]
pub struct Units {
    /// square decimetres
    pub area: Vec<i64>,
    /// length of the whole outline, millimetres
    pub outline: Vec<i64>,
    /// common borders
    pub borders: Vec<Border>,
    /// the pieces of each, in the same order
    pub pieces: Vec<Vec<Piece>>,
    /// the latitude of the local plane
    pub latitude: f64,
}

impl Units {
    /// Measures polygons; others have no area and border on nothing. O(vertices · log vertices), in part parallel.
    ///
    /// # Errors
    /// More vertices than can be numbered.
    pub fn measure(shapes: &[Geometry], metric: Metric) -> Result<Self, CoverageError> {
        let coverage = Coverage::build(shapes.iter().map(Some))?;
        let area = shapes.par_iter().map(|shape| area(shape, metric)).collect();
        let measure = Measure::new(&coverage, metric);
        let mut outline = vec![0.0; shapes.len()];
        let mut common: HashMap<(u32, u32), Vec<Piece>> = HashMap::new();
        let mut open = Vec::new();
        for arc in 0..coverage.arcs() {
            let pieces = measure.pieces(&coverage, arc);
            let length: f64 = pieces.iter().map(|piece| piece.length_m).sum();
            for (ring, _) in coverage.uses(arc) {
                outline[coverage.feature_of(ring)] += length;
            }
            let sides = coverage.sides(arc);
            match (sides.left, sides.right) {
                (left, right) if left == right => {}
                (left, right) if left != OUTSIDE && right != OUTSIDE => {
                    common.entry((left.min(right), left.max(right))).or_default().extend(pieces);
                }
                (OUTSIDE, own) | (own, OUTSIDE) if own != OUTSIDE => {
                    open.extend(pieces.into_iter().map(|piece| (own, piece)));
                }
                _ => {}
            }
        }
        for (pair, piece) in near::meetings(&open) {
            common.entry(pair).or_default().push(piece);
        }
        let mut pairs: Vec<((u32, u32), Vec<Piece>)> = common.into_iter().collect();
        pairs.sort_unstable_by_key(|(pair, _)| *pair);
        let (mut borders, mut kept) = (Vec::new(), Vec::new());
        for ((a, b), pieces) in pairs {
            let length: f64 = pieces.iter().map(|piece| piece.length_m).sum();
            if length >= LEAST_BORDER_M - 1e-6 {
                let length_mm = millimetres(length);
                borders.push(Border { a, b, pairs: 1, length_mm, class: Barrier::None, crossings: None });
                kept.push(pieces);
            }
        }
        let outline = outline.into_iter().map(millimetres).collect();
        Ok(Self { area, outline, borders, pieces: kept, latitude: measure.latitude })
    }
}

fn millimetres(metres: f64) -> i64 {
    (metres * 1000.0).round() as i64
}

/// Square decimetres: of the ellipsoid for degrees.
fn area(shape: &Geometry, metric: Metric) -> i64 {
    use geo::Area as _;
    let square = match metric {
        Metric::Degrees => geodesic::area_m2(shape),
        Metric::Plane => shape.unsigned_area(),
    };
    if square.is_finite() { (square * 100.0).round() as i64 } else { 0 }
}

/// Lengths of segments, and the plane in which borders are compared.
struct Measure {
    metric: Metric,
    latitude: f64,
}

impl Measure {
    fn new(coverage: &Coverage, metric: Metric) -> Self {
        let ys = coverage.points().iter().map(|c| c.y);
        let (low, high) =
            ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        let latitude = if low <= high { (low + high) / 2.0 } else { 0.0 };
        Self { metric, latitude }
    }

    fn pieces(&self, coverage: &Coverage, arc: usize) -> Vec<Piece> {
        let vertices = coverage.arc(arc);
        vertices
            .windows(2)
            .map(|pair| {
                let (a, b) = (coverage.point(pair[0]), coverage.point(pair[1]));
                let (from, to) = (self.metric.metres(a, self.latitude), self.metric.metres(b, self.latitude));
                Piece { from, to, length_m: self.length(a, b) }
            })
            .collect()
    }

    fn length(&self, a: Coord, b: Coord) -> f64 {
        match self.metric {
            Metric::Plane => (b.x - a.x).hypot(b.y - a.y),
            Metric::Degrees => geodesic_length(a, b),
        }
    }
}

/// By the radii of curvature at the middle for what is short (errors below 1e-7), else by the geodesic.
fn geodesic_length(a: Coord, b: Coord) -> f64 {
    const AXIS: f64 = 6_378_137.0;
    const SQUARE: f64 = 0.006_694_380_022_900_8;
    let (dx, dy) = ((b.x - a.x).to_radians(), (b.y - a.y).to_radians());
    if dx.abs().max(dy.abs()) > 2e-4 {
        return geodesic::distance_m(a, b);
    }
    let (sin, cos) = ((a.y + b.y) / 2.0).to_radians().sin_cos();
    let root = (1.0 - SQUARE * sin * sin).sqrt();
    let (meridian, normal) = (AXIS * (1.0 - SQUARE) / (root * root * root), AXIS / root);
    (meridian * dy).hypot(normal * cos * dx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Rect, coord};

    fn cell(x: f64, y: f64, w: f64, h: f64) -> Geometry {
        Geometry::Polygon(Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon())
    }

    #[test]
    fn a_short_way_is_as_long_as_the_geodesic() {
        for latitude in [0.0, 25.0, 45.0, 70.0] {
            let (a, b) = (coord! { x: 102.0, y: latitude }, coord! { x: 102.003, y: latitude + 0.004 });
            let (one, other) = (geodesic_length(a, b), geodesic::distance_m(a, b));
            assert!((one / other - 1.0).abs() < 1e-7, "{latitude}: {one} {other}");
        }
    }

    #[test]
    fn corners_make_no_neighbours_and_a_metre_does() {
        let shapes = [
            cell(0.0, 0.0, 10.0, 10.0),
            cell(10.0, 10.0, 10.0, 10.0),
            cell(10.0, 0.0, 10.0, 10.0),
            // Beside the first on 0.9 m only.
            cell(-10.0, 9.1, 10.0, 10.0),
            // Beside the first along a metre, with no vertex in common.
            cell(-10.0, -9.0, 10.0, 10.0),
        ];
        let units = Units::measure(&shapes, Metric::Plane).unwrap();
        let pairs: Vec<(u32, u32, i64)> = units.borders.iter().map(|b| (b.a, b.b, b.length_mm)).collect();
        assert_eq!(pairs, [(0, 2, 10_000), (0, 4, 1_000), (1, 2, 10_000)]);
        assert_eq!((units.area[0], units.outline[0]), (10_000, 40_000));
    }

    #[test]
    fn what_was_digitised_twice_is_one_border_within_the_tolerance() {
        let far = |gap: f64| {
            let shapes = [cell(0.0, 0.0, 10.0, 10.0), cell(10.0 + gap, 1.0, 10.0, 7.0)];
            Units::measure(&shapes, Metric::Plane).unwrap().borders
        };
        let border = far(0.15);
        assert_eq!(border.len(), 1);
        assert!((border[0].length_mm - 7_000).abs() < 50, "{border:?}");
        assert!(far(0.25).is_empty());
        // The other overlaps it a little.
        assert_eq!(far(-0.15).len(), 1);
    }
}
