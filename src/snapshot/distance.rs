//! Geodesic distances from a point: exact to a geometry's nearest point, and a lower bound to a box.

use geo::{Distance as _, Geodesic};
use geo_types::{Coord, Geometry, LineString, Point, Polygon};

use super::bounds::Bounds;
use super::ring;

/// Not above the smallest radius of curvature of the CGCS2000 ellipsoid (6,335,439 m, of the meridian at
/// the equator): distances on a sphere of this radius, with the same latitudes, never exceed geodesic ones.
const LEAST_RADIUS: f64 = 6_335_400.0;

/// Square of the eccentricity of the CGCS2000 ellipsoid.
const ECCENTRICITY2: f64 = 0.006_694_380_022_90;

/// A place to measure from.
pub(super) struct From {
    at: Coord,
    sin: f64,
    cos: f64,
    /// metres of a degree of longitude here for each of a degree of latitude
    stretch: f64,
}

impl From {
    pub fn new(at: Coord) -> Self {
        let latitude = at.y.to_radians();
        let (sin, cos) = latitude.sin_cos();
        // Radii of curvature: across the meridian over along it.
        let stretch = cos * (1.0 - ECCENTRICITY2 * sin * sin) / (1.0 - ECCENTRICITY2);
        Self { at, sin, cos, stretch }
    }

    /// No point of the box is nearer than this, in metres: at most about 1.5 times too small where that
    /// matters, and without a single sine.
    ///
    /// By latitude alone; and by longitude alone, as the way to a meridian x radians away is
    /// asin(cos φ sin x) ≥ cos φ · x (1 − x²/6) up to a quarter turn, and is longer beyond.
    pub fn glance(&self, bounds: &Bounds) -> f64 {
        let (min, max) = (bounds.lower(), bounds.upper());
        let north = (min.y - self.at.y).max(self.at.y - max.y).max(0.0).to_radians();
        let (west, east) = (min.x - self.at.x, self.at.x - max.x);
        if west <= 0.0 && east <= 0.0 {
            return LEAST_RADIUS * north;
        }
        // The shorter way round the earth, to the nearer side.
        let round = |apart: f64| if apart < 0.0 { apart + 360.0 } else { apart };
        let apart = round(west).min(round(east)).to_radians().min(std::f64::consts::FRAC_PI_2);
        LEAST_RADIUS * north.max(self.cos * apart * (1.0 - apart * apart / 6.0))
    }

    /// No point of the box is nearer than this, in metres.
    pub fn bound(&self, bounds: &Bounds) -> f64 {
        let (min, max) = (bounds.lower(), bounds.upper());
        let (west, east) = (min.x - self.at.x, self.at.x - max.x);
        let (south, north) = (min.y.to_radians(), max.y.to_radians());
        if west <= 0.0 && east <= 0.0 {
            let latitude = self.at.y.to_radians();
            return LEAST_RADIUS * (south - latitude).max(latitude - north).max(0.0);
        }
        // The nearest point lies on the nearer meridian side: where the great circle from here meets it
        // at a right angle, or at a corner.
        let apart = west.rem_euclid(360.0).min(east.rem_euclid(360.0)).to_radians();
        let foot = self.sin.atan2(self.cos * apart.cos()).clamp(south, north);
        let half = (apart / 2.0).sin();
        let arc = |latitude: f64| {
            let rise = ((latitude - self.at.y.to_radians()) / 2.0).sin();
            let haversine = rise * rise + self.cos * latitude.cos() * half * half;
            2.0 * haversine.clamp(0.0, 1.0).sqrt().asin()
        };
        LEAST_RADIUS * arc(foot).min(arc(south)).min(arc(north))
    }

    /// Metres to the nearest point of a geometry, 0 inside an area; `None` for an empty one.
    ///
    /// The nearest point is sought on the plane that touches the ellipsoid here and then measured on the
    /// ellipsoid: exact for points; for lines and areas the point found is the nearest one as long as they
    /// are within some ten kilometres, and a point of theirs in any case.
    pub fn metres(&self, geometry: &Geometry) -> Option<f64> {
        let mut nearest = Nearest { from: self, squared: f64::INFINITY, at: self.at };
        nearest.geometry(geometry);
        if nearest.squared == 0.0 {
            return Some(0.0);
        }
        nearest.squared.is_finite().then(|| Geodesic.distance(Point(self.at), Point(nearest.at)))
    }
}

/// The nearest point so far.
struct Nearest<'a> {
    from: &'a From,
    squared: f64,
    at: Coord,
}

impl Nearest<'_> {
    fn geometry(&mut self, geometry: &Geometry) {
        match geometry {
            Geometry::Point(p) => self.segment(p.0, p.0),
            Geometry::Line(l) => self.segment(l.start, l.end),
            Geometry::LineString(l) => self.line(l),
            Geometry::Polygon(p) => self.polygon(p),
            Geometry::MultiPoint(points) => points.0.iter().for_each(|p| self.segment(p.0, p.0)),
            Geometry::MultiLineString(lines) => lines.0.iter().for_each(|l| self.line(l)),
            Geometry::MultiPolygon(polygons) => polygons.0.iter().for_each(|p| self.polygon(p)),
            Geometry::GeometryCollection(parts) => parts.0.iter().for_each(|g| self.geometry(g)),
            Geometry::Rect(r) => self.polygon(&r.to_polygon()),
            Geometry::Triangle(t) => self.polygon(&t.to_polygon()),
        }
    }

    fn polygon(&mut self, polygon: &Polygon) {
        if self.squared == 0.0 {
            return;
        }
        if ring::contains(polygon, self.from.at) {
            self.squared = 0.0;
            return;
        }
        self.line(polygon.exterior());
        polygon.interiors().iter().for_each(|ring| self.line(ring));
    }

    fn line(&mut self, line: &LineString) {
        match line.0.as_slice() {
            [only] => self.segment(*only, *only),
            coords => coords.windows(2).for_each(|pair| self.segment(pair[0], pair[1])),
        }
    }

    fn segment(&mut self, a: Coord, b: Coord) {
        let flat = |c: Coord| ((c.x - self.from.at.x) * self.from.stretch, c.y - self.from.at.y);
        let ((ax, ay), (bx, by)) = (flat(a), flat(b));
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let along = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (ax + along * dx, ay + along * dy);
        let squared = x * x + y * y;
        if squared < self.squared {
            self.squared = squared;
            self.at = match along {
                0.0 => a,
                1.0 => b,
                _ => Coord { x: a.x + along * (b.x - a.x), y: a.y + along * (b.y - a.y) },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn no_point_of_a_box_is_nearer_than_the_bound(
            at in (-180.0..180.0f64, -90.0..90.0f64),
            corner in (-180.0..180.0f64, -90.0..90.0f64),
            size in (0.0..60.0f64, 0.0..60.0f64),
            inside in (0.0..=1.0f64, 0.0..=1.0f64),
        ) {
            let min = Coord { x: corner.0, y: corner.1 };
            let max = Coord { x: (min.x + size.0).min(180.0), y: (min.y + size.1).min(90.0) };
            let at = Coord { x: at.0, y: at.1 };
            let point = Coord {
                x: min.x + inside.0 * (max.x - min.x),
                y: min.y + inside.1 * (max.y - min.y),
            };
            let metres = Geodesic.distance(Point(at), Point(point));
            let bound = From::new(at).bound(&Bounds::from_corners(min, max));
            prop_assert!(bound <= metres + 1e-6, "{bound} > {metres}");
            let glance = From::new(at).glance(&Bounds::from_corners(min, max));
            prop_assert!(glance <= bound + 1e-6, "{glance} > {bound}");
            // and on a point it is tight
            let bound = From::new(at).bound(&Bounds::from_point(point));
            prop_assert!(bound >= metres * 0.985 - 1e-6, "{bound} << {metres}");
        }
    }

    #[test]
    fn the_distance_to_a_side_is_measured_at_its_foot() {
        let at = Coord { x: 102.7, y: 25.0 };
        let side = geo_types::Line::new((102.71, 24.9), (102.71, 25.1));
        let metres = From::new(at).metres(&side.into()).unwrap();
        let foot = Geodesic.distance(Point(at), Point::new(102.71, 25.0));
        assert!((metres - foot).abs() < 0.05, "{metres} {foot}");
    }
}
