//! What lengths and areas of coordinates mean: degrees or a plane.

use geo_types::Coord;

/// What lengths and areas of coordinates mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// coordinates of a plane, in metres or whatever they are
    Plane,
    /// longitude and latitude in degrees; lengths in metres
    Degrees,
}

/// Metres of a degree of latitude on the mean sphere: 0.5 % at most from the ellipsoid's.
const METRES_PER_DEGREE: f64 = 111_195.08;

impl Metric {
    /// Area of a triangle.
    pub fn area(&self, [a, b, c]: [Coord; 3]) -> f64 {
        let area = ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).abs() / 2.0;
        match self {
            Self::Plane => area,
            Self::Degrees => area * METRES_PER_DEGREE * METRES_PER_DEGREE * b.y.to_radians().cos(),
        }
    }

    /// A coordinate in metres; degrees of longitude are as long as at the latitude given.
    pub fn metres(&self, c: Coord, latitude: f64) -> Coord {
        match self {
            Self::Plane => c,
            Self::Degrees => {
                Coord { x: c.x * METRES_PER_DEGREE * latitude.to_radians().cos(), y: c.y * METRES_PER_DEGREE }
            }
        }
    }

    /// The other way round.
    pub fn coordinate(&self, metres: Coord, latitude: f64) -> Coord {
        match self {
            Self::Plane => metres,
            Self::Degrees => Coord {
                x: metres.x / (METRES_PER_DEGREE * latitude.to_radians().cos()),
                y: metres.y / METRES_PER_DEGREE,
            },
        }
    }
}
