//! From Xi'an 1980 or Beijing 1954 to CGCS2000 with seven parameters that a surveying authority supplies.
//!
//! None are published for the whole country, so none are built in. The formula is the position-vector form of the
//! Helmert transformation (EPSG method 9606): X' = T + (1 + s)·R·X with small rotations.

use std::f64::consts::PI;
use std::str::FromStr;

use geo_types::Coord;

use super::{Crs, CrsError};

/// Seven parameters from another datum to CGCS2000, in the position-vector convention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatumShift {
    /// shifts along X, Y, Z, metres
    pub metres: [f64; 3],
    /// rotations about X, Y, Z, seconds of arc; the position vector is turned, not the frame
    pub seconds: [f64; 3],
    /// change of scale, millionths
    pub ppm: f64,
}

/// An ellipsoid of revolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    a: f64,
    f: f64,
}

impl Figure {
    /// Krasovsky 1940, of Beijing 1954.
    pub(super) const KRASOVSKY: Self = Self { a: 6_378_245.0, f: 1.0 / 298.3 };
    /// IAG 1975, of Xi'an 1980.
    pub(super) const IAG_1975: Self = Self { a: 6_378_140.0, f: 1.0 / 298.257 };
    /// CGCS2000.
    const CGCS2000: Self = Self { a: 6_378_137.0, f: 1.0 / 298.257_222_101 };

    /// Degrees on it, on no datum in particular.
    pub(super) fn degrees_on(self) -> Crs {
        Crs::Text(format!("+proj=longlat +a={} +rf={} +no_defs", self.a, 1.0 / self.f))
    }

    fn e2(self) -> f64 {
        self.f * (2.0 - self.f)
    }

    /// Earth-centred coordinates of a point on the ellipsoid, metres.
    fn centred(self, c: Coord) -> [f64; 3] {
        let (lon, lat) = (c.x.to_radians(), c.y.to_radians());
        let normal = self.a / (1.0 - self.e2() * lat.sin().powi(2)).sqrt();
        [
            normal * lat.cos() * lon.cos(),
            normal * lat.cos() * lon.sin(),
            normal * (1.0 - self.e2()) * lat.sin(),
        ]
    }

    /// Longitude and latitude, degrees; the height is left away. Iterates to 1e-13 radian, which takes few rounds
    /// near the ellipsoid.
    fn degrees(self, [x, y, z]: [f64; 3]) -> Coord {
        let flat = x.hypot(y);
        let mut lat = z.atan2(flat * (1.0 - self.e2()));
        for _ in 0..20 {
            let normal = self.a / (1.0 - self.e2() * lat.sin().powi(2)).sqrt();
            let next = (z + self.e2() * normal * lat.sin()).atan2(flat);
            let step = (next - lat).abs();
            lat = next;
            if step < 1e-13 {
                break;
            }
        }
        Coord { x: y.atan2(x).to_degrees(), y: lat.to_degrees() }
    }
}

impl DatumShift {
    /// Largest values that make sense: beyond them units or order were mistaken.
    const MOST: [f64; 3] = [5000.0, 120.0, 500.0];

    /// Degrees on another datum's ellipsoid to CGCS2000 degrees.
    pub(super) fn apply(&self, from: Figure, c: Coord) -> Coord {
        let [x, y, z] = from.centred(c);
        let [rx, ry, rz] = self.seconds.map(|seconds| seconds / 3600.0 * PI / 180.0);
        let [dx, dy, dz] = self.metres;
        let scale = 1.0 + self.ppm * 1e-6;
        Figure::CGCS2000.degrees([
            dx + scale * (x - rz * y + ry * z),
            dy + scale * (rz * x + y - rx * z),
            dz + scale * (-ry * x + rx * y + z),
        ])
    }

    /// The parameters in the order in which they are written: dx, dy, dz, rx, ry, rz, s.
    pub fn numbers(&self) -> [f64; 7] {
        let ([dx, dy, dz], [rx, ry, rz]) = (self.metres, self.seconds);
        [dx, dy, dz, rx, ry, rz, self.ppm]
    }

    fn of(n: [f64; 7]) -> Option<Self> {
        let shift = Self { metres: [n[0], n[1], n[2]], seconds: [n[3], n[4], n[5]], ppm: n[6] };
        let within = |values: &[f64], most: f64| values.iter().all(|v| v.is_finite() && v.abs() <= most);
        let [metres, seconds, ppm] = Self::MOST;
        (within(&shift.metres, metres) && within(&shift.seconds, seconds) && within(&[shift.ppm], ppm))
            .then_some(shift)
    }
}

impl FromStr for DatumShift {
    type Err = CrsError;

    /// Takes seven numbers with commas or spaces between them, or seven lines `dx = …`, `dy`, `dz` (metres),
    /// `rx`, `ry`, `rz` (seconds of arc), `s` (ppm) in any order; what follows a `#` is a remark.
    fn from_str(text: &str) -> Result<Self, CrsError> {
        let bad = || CrsError::Shift(text.chars().take(80).collect());
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let plain = lines.collect::<Vec<_>>().join("\n").replace(['，', '、', ';', '；'], ",");
        if text.len() > 10_000 {
            return Err(bad());
        }
        let named = plain.contains(['=', ':', '：']);
        let mut numbers = [None; 7];
        if named {
            for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
                let (name, value) = line.split_once(['=', ':', '：']).ok_or_else(bad)?;
                let names = ["dx", "dy", "dz", "rx", "ry", "rz", "s"];
                let name = name.trim().to_lowercase();
                let at = names.iter().position(|known| *known == name).ok_or_else(bad)?;
                let value = value.trim().trim_end_matches(',').parse().map_err(|_| bad())?;
                if numbers[at].replace(value).is_some() {
                    return Err(bad());
                }
            }
        } else {
            let parts = plain.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
            for (at, part) in parts.enumerate() {
                *numbers.get_mut(at).ok_or_else(bad)? = Some(part.parse().map_err(|_| bad())?);
            }
        }
        let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g)] = numbers else {
            return Err(bad());
        };
        Self::of([a, b, c, d, e, f, g]).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Transform;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_are_read_as_offices_write_them() {
        let wanted = DatumShift { metres: [15.8, -154.4, -82.3], seconds: [0.1, -0.2, 0.3], ppm: -1.5 };
        for text in [
            "15.8,-154.4,-82.3,0.1,-0.2,0.3,-1.5",
            "15.8 -154.4 -82.3\n0.1 -0.2 0.3 -1.5",
            "15.8，-154.4，-82.3，0.1，-0.2，0.3，-1.5",
            "# 西安80 转 2000，2019 年\ndx = 15.8\ndy=-154.4\ndz: -82.3\nrx = 0.1 # 秒\nry = -0.2\nrz = 0.3\ns = -1.5",
        ] {
            assert_eq!(text.parse(), Ok(wanted), "{text}");
        }
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5,6,7,8",
            "a,b,c,d,e,f,g",
            "9e9,0,0,0,0,0,0",
            "NaN,0,0,0,0,0,0",
            "dx=1\ndx=2",
            "0,0,0,500,0,0,0",
        ] {
            assert!(text.parse::<DatumShift>().is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_the_way_that_proj_goes() {
        let shift: DatumShift = "15.8,-154.4,-82.3,1.1,-2.2,3.3,-4.5".parse().unwrap();
        for (figure, ellipsoid) in
            [(Figure::KRASOVSKY, "+a=6378245 +rf=298.3"), (Figure::IAG_1975, "+a=6378140 +rf=298.257")]
        {
            let text =
                format!("+proj=longlat {ellipsoid} +towgs84=15.8,-154.4,-82.3,1.1,-2.2,3.3,-4.5 +no_defs");
            let way = Transform::new(&text.parse().unwrap(), &Crs::REGISTER).unwrap();
            for c in [Coord { x: 102.7, y: 25.04 }, Coord { x: 126.3, y: 41.8 }, Coord { x: 75.0, y: 4.0 }] {
                let (own, proj) = (shift.apply(figure, c), way.coord(c).unwrap());
                // PROJ ends on the ellipsoid of WGS 84, a tenth of a millimetre smaller in flattening.
                assert!((own.x - proj.x).abs() < 2e-9 && (own.y - proj.y).abs() < 2e-9, "{own:?} {proj:?}");
                assert!((own.x - c.x).abs() > 1e-4, "{own:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_parameters_move_only_from_one_ellipsoid_to_the_other(x in 73.0..136.0_f64, y in 3.0..54.0_f64) {
            let still = DatumShift { metres: [0.0; 3], seconds: [0.0; 3], ppm: 0.0 };
            let c = still.apply(Figure::CGCS2000, Coord { x, y });
            prop_assert!((c.x - x).abs() < 1e-11 && (c.y - y).abs() < 1e-11, "{:?}", c);
        }
    }
}
