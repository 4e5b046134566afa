//! How well points on a scan and on the ground agree: the affine map of least squares, as GDAL takes it for
//! fewer than six points, and how far each point is from it.

use crate::formats::ogr::GroundPoint;
use crate::model::Bilingual;

/// How well points fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// by point: how far it is from where the others put it, metres on the ground
    pub metres: Vec<f64>,
    /// metres on the ground of one pixel
    pub pixel_m: f64,
}

/// Why points are of no use.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// too few
    #[error("at least three points are needed, four are better; there are {0}")]
    TooFew(usize),
    /// they lie on one line, or at one place
    #[error("the points lie on one line")]
    OnOneLine,
    /// one is not a place on the earth or far outside the picture
    #[error("point {0} is not within the picture, or not a place on the earth")]
    Outside(usize),
}

impl FitError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::TooFew(count) => format!("至少要三个点，最好四个；现有 {count} 个"),
            Self::OnOneLine => "几个点在一条直线上".to_owned(),
            Self::Outside(number) => format!("第 {number} 个点不在图片内，或者经纬度不对"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_320.0;

impl Fit {
    /// Of at least three points of a picture.
    pub fn of(points: &[GroundPoint], width: u64, height: u64) -> Result<Self, FitError> {
        if points.len() < 3 {
            return Err(FitError::TooFew(points.len()));
        }
        let (width, height) = (width as f64, height as f64);
        let near = |value: f64, size: f64| (-size..=2.0 * size).contains(&value);
        let sound = |p: &GroundPoint| {
            near(p.column, width) && near(p.line, height) && p.lon.abs() <= 180.0 && p.lat.abs() <= 85.0
        };
        if let Some(at) = points.iter().position(|point| !sound(point)) {
            return Err(FitError::Outside(at + 1));
        }
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
        Ok(Self { metres: rows.iter().map(off).collect(), pixel_m: size.abs().sqrt() })
    }

    /// The largest distance, metres.
    pub fn worst_m(&self) -> f64 {
        self.metres.iter().copied().fold(0.0, f64::max)
    }

    /// Whether the points disagree by more than clicking on a scan explains: eight pixels.
    pub fn is_doubtful(&self) -> bool {
        self.worst_m() > 8.0 * self.pixel_m
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
        let fit = Fit::of(&points, 1000, 1000).unwrap();
        assert!(fit.worst_m() < 1e-6 && !fit.is_doubtful());
        // A degree of longitude there is 100.8 km: a pixel is 10.1 by 11.1 m.
        assert!((fit.pixel_m - 10.6).abs() < 0.1, "{}", fit.pixel_m);
        points[2].lat = 25.01;
        let fit = Fit::of(&points, 1000, 1000).unwrap();
        // One of four corners is off by 1.1 km: a quarter stays at each.
        assert!((fit.worst_m() - 278.3).abs() < 1.0 && fit.is_doubtful(), "{fit:?}");
        assert_eq!(Fit::of(&points[..2], 1000, 1000), Err(FitError::TooFew(2)));
        points[3] = point(5000.0, 0.0, 102.6, 25.0);
        assert_eq!(Fit::of(&points, 1000, 1000), Err(FitError::Outside(4)));
        let line: Vec<_> =
            (0..4).map(|n| point(100.0 * f64::from(n), 50.0, 102.0 + f64::from(n), 25.0)).collect();
        assert_eq!(Fit::of(&line, 1000, 1000), Err(FitError::OnOneLine));
    }
}
