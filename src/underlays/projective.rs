//! The projective map of least squares from a picture to the ground: a flat map photographed aslant.
//!
//! Direct linear transformation on centred and scaled coordinates (Hartley 1997); exact for four points.
//! It minimises the algebraic error, which for the slight slants of a photographed sheet is that on the ground.

use super::fit::{DEGREE_M, Fit, FitError};
use crate::formats::ogr::{Bending, GroundPoint};

/// The smallest divisor at a corner, of 1 in the middle: what is beyond it is taken from near the horizon.
const FLATTEST: f64 = 0.1;
/// How small a pivot is against the largest number of the equations where they say nothing.
const NOTHING: f64 = 1e-9;

type Matrix = [[f64; 3]; 3];

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|r| std::array::from_fn(|c| (0..3).map(|k| a[r][k] * b[k][c]).sum()))
}

/// Where a place lies under a map.
fn map(m: &Matrix, x: f64, y: f64) -> (f64, f64, f64) {
    let [a, b, divisor] = m.map(|row| row[0] * x + row[1] * y + row[2]);
    (a / divisor, b / divisor, divisor)
}

/// Centre and half the spread of some numbers.
fn frame(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    (low.midpoint(high), ((high - low) / 2.0).max(f64::MIN_POSITIVE))
}

/// Fits at least four points, which lie on no one line.
pub(super) fn fit(
    points: &[GroundPoint],
    (width, height): (u64, u64),
    affine: &Fit,
) -> Result<Fit, FitError> {
    let (width, height) = (width as f64, height as f64);
    let (u0, v0) = (width / 2.0, height / 2.0);
    let scale = u0.max(v0).max(1.0);
    let (lon0, lons) = frame(points.iter().map(|p| p.lon));
    let (lat0, lats) = frame(points.iter().map(|p| p.lat));
    let small: Vec<[f64; 4]> = points
        .iter()
        .map(|p| {
            [(p.column - u0) / scale, (p.line - v0) / scale, (p.lon - lon0) / lons, (p.lat - lat0) / lats]
        })
        .collect();
    let h = solve(normal(&small)).ok_or(FitError::OnOneLine)?;
    let small_map: Matrix = [[h[0], h[1], h[2]], [h[3], h[4], h[5]], [h[6], h[7], 1.0]];
    let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
    let divisor = |(x, y): (f64, f64)| map(&small_map, (x - u0) / scale, (y - v0) / scale).2;
    if corners.into_iter().map(divisor).any(|divisor| divisor < FLATTEST) {
        return Err(FitError::Folded);
    }
    let shrink: Matrix = [[1.0 / scale, 0.0, -u0 / scale], [0.0, 1.0 / scale, -v0 / scale], [0.0, 0.0, 1.0]];
    let back: Matrix = [[lons, 0.0, lon0], [0.0, lats, lat0], [0.0, 0.0, 1.0]];
    let to_ground = times(&back, &times(&small_map, &shrink));
    let narrow = lat0.to_radians().cos();
    let off = |p: &GroundPoint| {
        let (lon, lat, _) = map(&to_ground, p.column, p.line);
        ((lon - p.lon) * DEGREE_M * narrow).hypot((lat - p.lat) * DEGREE_M)
    };
    let pixel = [affine.pixel_m / DEGREE_M / narrow, affine.pixel_m / DEGREE_M];
    Ok(Fit {
        metres: points.iter().map(off).collect(),
        to_ground,
        bending: Some(Bending { to_ground, pixel }),
        ..affine.clone()
    })
}

/// The normal equations of all points, the right side last.
fn normal(points: &[[f64; 4]]) -> [[f64; 9]; 8] {
    let mut all = [[0.0; 9]; 8];
    let mut take = |row: [f64; 9]| {
        for (r, line) in all.iter_mut().enumerate() {
            for (c, cell) in line.iter_mut().enumerate() {
                *cell += row[r] * row[c];
            }
        }
    };
    for [u, v, x, y] in points {
        take([*u, *v, 1.0, 0.0, 0.0, 0.0, -u * x, -v * x, *x]);
        take([0.0, 0.0, 0.0, *u, *v, 1.0, -u * y, -v * y, *y]);
    }
    all
}

/// Elimination with the largest pivot; `None` where the equations do not say.
fn solve(mut rows: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    let largest = rows.iter().flatten().fold(0.0, |most: f64, cell| most.max(cell.abs()));
    for at in 0..8 {
        let best = (at..8).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, best);
        let pivot = rows[at];
        if pivot[at].abs() <= NOTHING * largest {
            return None;
        }
        for row in rows.iter_mut().skip(at + 1) {
            let share = row[at] / pivot[at];
            row.iter_mut().zip(pivot).skip(at).for_each(|(cell, above)| *cell -= share * above);
        }
    }
    let mut found = [0.0; 8];
    for at in (0..8).rev() {
        let known: f64 = (at + 1..8).map(|other| rows[at][other] * found[other]).sum();
        found[at] = (rows[at][8] - known) / rows[at][at];
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::super::fit::Bend;
    use super::*;

    /// A sheet photographed aslant: known map, points on it.
    fn slanted(column: f64, line: f64) -> GroundPoint {
        let divisor = 1.0 + 4e-5 * column - 2e-5 * line;
        let lon = 102.6 + (2.0e-5 * column + 3.0e-6 * line) / divisor;
        let lat = 25.1 + (1.0e-6 * column - 1.8e-5 * line) / divisor;
        GroundPoint { column, line, lon, lat }
    }

    #[test]
    fn a_known_slant_is_found_again() {
        let size = (4000, 3000);
        let mut points: Vec<GroundPoint> = [
            (100.0, 80.0),
            (3900.0, 60.0),
            (3950.0, 2900.0),
            (70.0, 2950.0),
            (2000.0, 1400.0),
            (900.0, 2100.0),
        ]
        .map(|(column, line)| slanted(column, line))
        .into();
        let fit = Fit::of(&points, Bend::Projective, size).unwrap();
        assert!(fit.worst_m() < 1e-3, "{fit:?}");
        let (lon, lat, _) = map(&fit.bending.unwrap().to_ground, 3000.0, 500.0);
        let wanted = slanted(3000.0, 500.0);
        assert!((lon - wanted.lon).abs() < 1e-9 && (lat - wanted.lat).abs() < 1e-9);
        // Straight through, the same points are far off.
        let straight = Fit::of(&points, Bend::Affine, size).unwrap();
        assert!(straight.worst_m() > 50.0 && straight.bending.is_none(), "{straight:?}");
        // Four points fit exactly.
        assert!(Fit::of(&points[..4], Bend::Projective, size).unwrap().worst_m() < 1e-3);
        // A point misplaced by 200 m shows, and most at itself or near.
        points[4].lat += 0.0018;
        let fit = Fit::of(&points, Bend::Projective, size).unwrap();
        assert!(fit.worst_m() > 50.0 && fit.is_doubtful(), "{fit:?}");
    }

    #[test]
    fn points_that_fold_or_say_nothing_are_refused() {
        let size = (4000, 3000);
        let corners =
            [(0.0, 0.0), (4000.0, 0.0), (4000.0, 3000.0), (0.0, 3000.0)].map(|(c, l)| slanted(c, l));
        // Two neighbours swapped: the picture crosses itself.
        let mut swapped = corners;
        (swapped[0].lon, swapped[0].lat, swapped[1].lon, swapped[1].lat) =
            (corners[1].lon, corners[1].lat, corners[0].lon, corners[0].lat);
        assert!(matches!(
            Fit::of(&swapped, Bend::Projective, size),
            Err(FitError::Folded | FitError::OnOneLine)
        ));
        // Three on one line and one beside it.
        let three = [(0.0, 0.0), (2000.0, 0.0), (4000.0, 0.0), (2000.0, 3000.0)].map(|(c, l)| slanted(c, l));
        assert_eq!(Fit::of(&three, Bend::Projective, size), Err(FitError::OnOneLine));
    }
}
