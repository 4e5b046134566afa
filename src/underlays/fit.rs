//! How well points on a scan and on the ground agree: the affine map of least squares, as GDAL takes it for
//! fewer than six points, or the projective one for a picture taken aslant, and how far each point is from it.

use serde::{Deserialize, Serialize};

use super::projective;
use crate::formats::ogr::{Bending, GroundPoint};
use crate::model::Bilingual;

/// How a picture may be bent so that its points fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Bend {
    /// turned, stretched and slanted: at least three points. For scans.
    #[default]
    Affine,
    /// also taken aslant: at least four points. For photographs of maps.
    Projective,
}

/// How well points fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// by point: how far it is from where the others put it, metres on the ground
    pub metres: Vec<f64>,
    /// metres on the ground of one pixel
    pub pixel_m: f64,
    /// whether the points put the picture on the ground with its back up
    pub mirrored: bool,
    /// three rows: column and line of the picture to longitude, latitude and their divisor
    pub to_ground: [[f64; 3]; 3],
    /// the same for a picture taken aslant
    pub bending: Option<Bending>,
}

/// Why points are of no use.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// too few
    #[error("at least {needed} points are needed; there are {found}")]
    TooFew {
        /// how many there are
        found: usize,
        /// how many there must be
        needed: usize,
    },
    /// they lie on one line, or at one place
    #[error("the points lie on one line")]
    OnOneLine,
    /// they would fold the picture, or bend it beyond all measure
    #[error("the points bend the picture over: one of them is probably misplaced")]
    Folded,
    /// one is not a place on the earth or far outside the picture
    #[error("point {0} is not within the picture, or not a place on the earth")]
    Outside(usize),
}

impl FitError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::TooFew { found, needed } => format!("至少要 {needed} 个点；现有 {found} 个"),
            Self::Folded => "这些点会把图片折过来，可能有点错了".to_owned(),
            Self::OnOneLine => "几个点在一条直线上".to_owned(),
            Self::Outside(number) => format!("第 {number} 个点不在图片内，或者经纬度不对"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// Metres of one degree of latitude.
pub(super) const DEGREE_M: f64 = 111_320.0;

impl Fit {
    /// Of the points of a picture.
    pub fn of(points: &[GroundPoint], bend: Bend, (width, height): (u64, u64)) -> Result<Self, FitError> {
        let needed = if bend == Bend::Affine { 3 } else { 4 };
        if points.len() < needed {
            return Err(FitError::TooFew { found: points.len(), needed });
        }
        let (columns, lines) = (width as f64, height as f64);
        let near = |value: f64, size: f64| (-size..=2.0 * size).contains(&value);
        let sound = |p: &GroundPoint| {
            near(p.column, columns) && near(p.line, lines) && p.lon.abs() <= 180.0 && p.lat.abs() <= 85.0
        };
        if let Some(at) = points.iter().position(|point| !sound(point)) {
            return Err(FitError::Outside(at + 1));
        }
        let affine = Self::affine(points)?;
        match bend {
            Bend::Affine => Ok(affine),
            Bend::Projective => projective::fit(points, (width, height), &affine),
        }
    }

    fn affine(points: &[GroundPoint]) -> Result<Self, FitError> {
        let count = points.len() as f64;
        let mean = |of: &dyn Fn(&GroundPoint) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (column, line) = (mean(&|p| p.column), mean(&|p| p.line));
        let (lon, lat) = (mean(&|p| p.lon), mean(&|p| p.lat));
        let shrink = lat.to_radians().cos();
        // Pixels and metres round the middle.
        let rows: Vec<[f64; 4]> = points
            .iter()
            .map(|p| {
                let (x, y) = ((p.lon - lon) * DEGREE_M * shrink, (p.lat - lat) * DEGREE_M);
                [p.column - column, p.line - line, x, y]
            })
            .collect();
        let sum = |a: usize, b: usize| rows.iter().map(|row| row[a] * row[b]).sum::<f64>();
        let (cc, cl, ll) = (sum(0, 0), sum(0, 1), sum(1, 1));
        let spread = cc * ll - cl * cl;
        // Against the square of the spread that a compact picture has.
        if spread <= 1e-6 * (cc + ll) * (cc + ll) {
            return Err(FitError::OnOneLine);
        }
        let solve = |axis: usize| {
            let (c, l) = (sum(0, axis), sum(1, axis));
            ((c * ll - l * cl) / spread, (l * cc - c * cl) / spread)
        };
        let (east, north) = (solve(2), solve(3));
        let size = east.0 * north.1 - east.1 * north.0;
        if size == 0.0 || !size.is_finite() {
            return Err(FitError::OnOneLine);
        }
        let off = |row: &[f64; 4]| {
            let dx = row[0] * east.0 + row[1] * east.1 - row[2];
            let dy = row[0] * north.0 + row[1] * north.1 - row[3];
            dx.hypot(dy)
        };
        let metres = rows.iter().map(off).collect();
        let row = |(c, l): (f64, f64), metres: f64, middle: f64| {
            let (c, l) = (c / metres, l / metres);
            [c, l, middle - c * column - l * line]
        };
        let to_ground = [row(east, DEGREE_M * shrink, lon), row(north, DEGREE_M, lat), [0.0, 0.0, 1.0]];
        // Lines are counted downwards.
        Ok(Self { metres, pixel_m: size.abs().sqrt(), mirrored: size > 0.0, to_ground, bending: None })
    }

    /// Longitude and latitude of a place in the picture.
    pub fn place(&self, column: f64, line: f64) -> [f64; 2] {
        let [lon, lat, divisor] = self.to_ground.map(|row| row[0] * column + row[1] * line + row[2]);
        [lon / divisor, lat / divisor]
    }

    /// The largest distance, metres.
    pub fn worst_m(&self) -> f64 {
        self.metres.iter().copied().fold(0.0, f64::max)
    }

    /// Whether the points disagree by more than clicking on a scan explains (eight pixels), or turn it over.
    pub fn is_doubtful(&self) -> bool {
        self.mirrored || self.worst_m() > 8.0 * self.pixel_m
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(column: f64, line: f64, lon: f64, lat: f64) -> GroundPoint {
        GroundPoint { column, line, lon, lat }
    }

    #[test]
    fn points_that_agree_fit_and_a_wrong_one_shows() {
        let mut points = vec![
            point(0.0, 0.0, 102.6, 25.1),
            point(1000.0, 0.0, 102.7, 25.1),
            point(1000.0, 1000.0, 102.7, 25.0),
            point(0.0, 1000.0, 102.6, 25.0),
        ];
        let size = (1000, 1000);
        let fit = Fit::of(&points, Bend::Affine, size).unwrap();
        assert!(fit.worst_m() < 1e-6 && !fit.is_doubtful());
        // A degree of longitude there is 100.8 km: a pixel is 10.1 by 11.1 m.
        assert!((fit.pixel_m - 10.6).abs() < 0.1, "{}", fit.pixel_m);
        let [lon, lat] = fit.place(500.0, 250.0);
        assert!((lon - 102.65).abs() < 1e-9 && (lat - 25.075).abs() < 1e-9);
        points[2].lat = 25.01;
        let fit = Fit::of(&points, Bend::Affine, size).unwrap();
        // One of four corners is off by 1.1 km: a quarter stays at each.
        assert!((fit.worst_m() - 278.3).abs() < 1.0 && fit.is_doubtful(), "{fit:?}");
        let too_few = |found, needed| Err(FitError::TooFew { found, needed });
        assert_eq!(Fit::of(&points[..2], Bend::Affine, size), too_few(2, 3));
        assert_eq!(Fit::of(&points[..3], Bend::Projective, size), too_few(3, 4));
        points[3] = point(5000.0, 0.0, 102.6, 25.0);
        assert_eq!(Fit::of(&points, Bend::Affine, size), Err(FitError::Outside(4)));
        let line: Vec<_> =
            (0..4).map(|n| point(100.0 * f64::from(n), 50.0, 102.0 + f64::from(n), 25.0)).collect();
        assert_eq!(Fit::of(&line, Bend::Affine, size), Err(FitError::OnOneLine));
        let turned = |p: &GroundPoint| point(p.column, 1000.0 - p.line, p.lon, p.lat);
        let turned: Vec<_> = points[..3].iter().map(turned).collect();
        let fit = Fit::of(&turned, Bend::Affine, size).unwrap();
        assert!(fit.mirrored && fit.is_doubtful());
    }
}
