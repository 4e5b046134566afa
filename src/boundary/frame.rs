//! Metres on the plane that touches the ellipsoid at a place: for finding the nearest point and which side
//! something lies on, within some tens of kilometres. Lengths that are written down are geodesic instead.

use geo_types::Coord;

/// Half the great axis of the CGCS2000 ellipsoid in metres, and the square of its eccentricity.
const A: f64 = 6_378_137.0;
const E2: f64 = 0.006_694_380_022_90;

/// A plane about a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    at: Coord,
    /// metres of a degree of longitude and of latitude
    scale: [f64; 2],
}

/// A point or a vector on the plane: metres east and north.
pub(super) type Plane = [f64; 2];

impl Frame {
    /// About a place, longitude and latitude in degrees.
    pub fn at(at: Coord) -> Self {
        let (sin, cos) = at.y.to_radians().sin_cos();
        let w2 = 1.0 - E2 * sin * sin;
        let (n, m) = (A / w2.sqrt(), A * (1.0 - E2) / (w2 * w2.sqrt()));
        Self { at, scale: [n * cos * 1f64.to_radians(), m * 1f64.to_radians()] }
    }

    /// Onto the plane.
    pub fn to(&self, c: Coord) -> Plane {
        [(c.x - self.at.x) * self.scale[0], (c.y - self.at.y) * self.scale[1]]
    }

    /// Degrees of longitude and latitude that so many metres are.
    pub fn degrees(&self, metres: f64) -> Coord {
        Coord { x: metres / self.scale[0].max(1.0), y: metres / self.scale[1] }
    }
}

/// Length of a vector.
pub(super) fn length(v: Plane) -> f64 {
    v[0].hypot(v[1])
}

/// From one point to another.
pub(super) fn minus(a: Plane, b: Plane) -> Plane {
    [a[0] - b[0], a[1] - b[1]]
}

/// The place on a stretch nearest to a point: how far along it (0 to 1), and the distance.
pub(super) fn nearest(point: Plane, a: Plane, b: Plane) -> (f64, f64) {
    let (along, off) = (minus(b, a), minus(point, a));
    let squared = along[0] * along[0] + along[1] * along[1];
    let share = if squared > 0.0 { (off[0] * along[0] + off[1] * along[1]) / squared } else { 0.0 };
    let share = share.clamp(0.0, 1.0);
    (share, length([off[0] - share * along[0], off[1] - share * along[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::geodesic;

    #[test]
    fn metres_agree_with_the_ellipsoid_within_some_kilometres() {
        let at = Coord { x: 102.7, y: 25.0 };
        let frame = Frame::at(at);
        for (dx, dy) in [(0.02, 0.0), (0.0, 0.02), (-0.015, 0.01)] {
            let to = Coord { x: at.x + dx, y: at.y + dy };
            let (plane, true_m) = (length(frame.to(to)), geodesic::distance_m(at, to));
            assert!((plane - true_m).abs() < 0.001 * true_m, "{plane} {true_m}");
        }
    }

    #[test]
    fn the_nearest_place_stays_on_the_stretch() {
        let (a, b) = ([0.0, 0.0], [10.0, 0.0]);
        assert_eq!(nearest([4.0, 3.0], a, b), (0.4, 3.0));
        assert_eq!(nearest([-4.0, 3.0], a, b), (0.0, 5.0));
        assert_eq!(nearest([3.0, 4.0], a, a), (0.0, 5.0));
    }
}
