//! In the child: a picture that was taken aslant is bent straight, block by block, each pixel from the four
//! nearest to where it lies in the picture.

use std::path::Path;

use gdal::Dataset;
use gdal::raster::Buffer;

use super::child::{ChildError, srs_of};
use super::frame::Bent;
use super::raster::{MOST_COPIED, new_copy};

/// Pixels of a block's side.
const BLOCK: usize = 128;
/// Pixels of the picture that one block may need.
const MOST_READ: usize = 64_000_000;

type Matrix = [[f64; 3]; 3];

/// Where a place lies under a mapping.
fn map(matrix: &Matrix, x: f64, y: f64) -> (f64, f64) {
    let [top, middle, bottom] = matrix.map(|row| row[0] * x + row[1] * y + row[2]);
    (top / bottom, middle / bottom)
}

/// The mapping back, by cofactors.
fn inverse(m: &Matrix) -> Option<Matrix> {
    let cofactor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let whole: f64 = (0..3).map(|c| m[0][c] * cofactor(0, c)).sum();
    let back: Matrix = std::array::from_fn(|r| std::array::from_fn(|c| cofactor(c, r) / whole));
    back.iter().flatten().all(|number| number.is_finite()).then_some(back)
}

/// A straight copy in longitude and latitude of a picture of four bands of bytes.
pub(super) fn rectified(source: &Dataset, path: &Path, bent: &Bent) -> Result<Dataset, ChildError> {
    let said = |what: &str| ChildError::Said(what.into());
    let back =
        inverse(&bent.to_ground).ok_or_else(|| said("the points do not say where the picture lies"))?;
    let (width, height) = source.raster_size();
    let ends = [(0.0, 0.0), (width as f64, 0.0), (0.0, height as f64), (width as f64, height as f64)];
    let corners = ends.map(|(column, line)| map(&bent.to_ground, column, line));
    let least = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    let (west, east, south, north) = (least(|c| c.0), most(|c| c.0), least(|c| c.1), most(|c| c.1));
    let [mut dx, mut dy] = bent.pixel;
    let sound = west.is_finite() && dx > 0.0 && dy > 0.0 && east - west < 90.0 && north - south < 90.0;
    if !sound {
        return Err(said("the points put the picture nowhere"));
    }
    let pixels = (east - west) / dx * ((north - south) / dy);
    // Coarser, where the slant would make it too large.
    let coarser = (pixels / MOST_COPIED as f64).sqrt().max(1.0);
    (dx, dy) = (dx * coarser, dy * coarser);
    let size = |span: f64, step: f64| ((span / step).ceil() as usize).max(1);
    let (columns, lines) = (size(east - west, dx), size(north - south, dy));
    let mut copy = new_copy(path, columns, lines)?;
    copy.set_geo_transform(&[west, dx, 0.0, north, 0.0, -dy])?;
    copy.set_spatial_ref(&srs_of("EPSG:4490")?)?;
    let place = |column: f64, line: f64| map(&back, west + column * dx, north - line * dy);
    for top in (0..lines).step_by(BLOCK) {
        for left in (0..columns).step_by(BLOCK) {
            let block = (left, top, BLOCK.min(columns - left), BLOCK.min(lines - top));
            fill(source, &copy, block, &place)?;
        }
    }
    copy.flush_cache()?;
    Ok(copy)
}

/// Fills one block of the copy: left, top, columns, lines.
fn fill(
    source: &Dataset,
    copy: &Dataset,
    (left, top, columns, lines): (usize, usize, usize, usize),
    place: &dyn Fn(f64, f64) -> (f64, f64),
) -> Result<(), ChildError> {
    let (width, height) = source.raster_size();
    let (l, t) = (left as f64, top as f64);
    let (r, b) = (l + columns as f64, t + lines as f64);
    // Straight lines stay straight: the corners bound the block.
    let corners = [place(l, t), place(r, t), place(l, b), place(r, b)];
    let low = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::INFINITY, f64::min).floor() - 1.0;
    let high =
        |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max).ceil() + 1.0;
    let within = |value: f64, side: usize| value.clamp(0.0, side as f64) as usize;
    let (x0, x1) = (within(low(|c| c.0), width), within(high(|c| c.0), width));
    let (y0, y1) = (within(low(|c| c.1), height), within(high(|c| c.1), height));
    if x1 <= x0 || y1 <= y0 {
        return Ok(());
    }
    let window = (x1 - x0, y1 - y0);
    if window.0.saturating_mul(window.1) > MOST_READ {
        return Err(ChildError::Said("the points bend the picture too much".into()));
    }
    let mut out = vec![[0u8; 4]; columns * lines];
    let bands: Vec<Vec<u8>> = (1..=4)
        .map(|band| -> Result<Vec<u8>, ChildError> {
            let part = source.rasterband(band)?;
            let read = part.read_as::<u8>((x0 as isize, y0 as isize), window, window, None)?;
            Ok(read.into_shape_and_vec().1)
        })
        .collect::<Result<_, _>>()?;
    for (at, pixel) in out.iter_mut().enumerate() {
        let (column, line) = (at % columns, at / columns);
        let (x, y) = place(l + column as f64 + 0.5, t + line as f64 + 0.5);
        let inside = (0.0..=width as f64).contains(&x) && (0.0..=height as f64).contains(&y);
        if inside {
            *pixel = mixed(&bands, window, (x - 0.5 - x0 as f64, y - 0.5 - y0 as f64));
        }
    }
    for band in 0..4 {
        let ink = out.iter().map(|pixel| pixel[band]).collect();
        let mut buffer = Buffer::new((columns, lines), ink);
        let mut target = copy.rasterband(band + 1)?;
        target.write((left as isize, top as isize), (columns, lines), &mut buffer)?;
    }
    Ok(())
}

/// The mean of the four nearest pixels, by how near they are.
fn mixed(bands: &[Vec<u8>], (width, height): (usize, usize), (x, y): (f64, f64)) -> [u8; 4] {
    let (x, y) = (x.clamp(0.0, (width - 1) as f64), y.clamp(0.0, (height - 1) as f64));
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(width - 1), (y0 + 1).min(height - 1));
    let (fx, fy) = (x - x0 as f64, y - y0 as f64);
    let mut pixel = [0; 4];
    for (ink, band) in pixel.iter_mut().zip(bands) {
        let at = |x: usize, y: usize| f64::from(band[y * width + x]);
        let upper = at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx;
        let lower = at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx;
        *ink = (upper * (1.0 - fy) + lower * fy).round() as u8;
    }
    pixel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_and_its_inverse_lead_back() {
        let slanted = [[2e-5, 3e-6, 102.6], [-1e-6, -2e-5, 25.1], [1e-5, 2e-5, 1.0]];
        // Longitude and latitude carry the divisor with them.
        let carried: Matrix = [0, 1, 2].map(|row| {
            std::array::from_fn(|at| {
                slanted[row][at] + [102.6, 25.1, 0.0][row] * slanted[2][at] * f64::from(u8::from(at < 2))
            })
        });
        let back = inverse(&carried).unwrap();
        for (column, line) in [(0.0, 0.0), (4000.0, 10.0), (123.0, 2999.5)] {
            let (lon, lat) = map(&carried, column, line);
            let (c, l) = map(&back, lon, lat);
            assert!((c - column).abs() < 1e-6 && (l - line).abs() < 1e-6, "{column} {line}: {c} {l}");
        }
        assert!(inverse(&[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 1.0]]).is_none());
    }
}
