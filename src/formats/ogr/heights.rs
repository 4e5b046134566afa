//! Heights of an elevation raster (GeoTIFF, SRTM .hgt, ASCII grid …), read by the child: a window of it in memory.

use std::io::Write;
use std::path::Path;

use gdal::raster::ResampleAlg;
use gdal::spatial_ref::CoordTransform;
use geo_types::Coord;

use super::super::{DeclaredCrs, FormatError, archive, declared};
use super::child::{ChildError, of_this_machine, srs_of, words};
use super::frame::{Answer, Picture, Work, send};
use super::parent::Running;
use super::{Worker, raster};
use crate::crs::Crs;
use crate::model::Bilingual;

/// Drivers that heights are read with: none follows names written in a file.
const DRIVERS: &[&str] = &["GTiff", "SRTMHGT", "AAIGrid", "HFA", "DTED", "USGSDEM", "ENVI", "EHdr"];
/// Most cells of a window.
const MOST_CELLS: usize = 100_000_000;
/// Endings of rasters in an archive.
const ENDINGS: [&str; 4] = [".hgt", ".tif", ".tiff", ".asc"];
/// Lowest height on land and some more: what lies below is a void that the file does not declare.
const LOWEST_M: f32 = -12_000.0;

/// Heights in a grid.
#[derive(Clone, Debug)]
pub struct Heights {
    width: usize,
    height: usize,
    /// from column and line to coordinates, see `PictureInfo::position`
    position: [f64; 6],
    /// metres, line by line; NaN where there is a void
    values: Vec<f32>,
    /// the system of its coordinates
    pub crs: DeclaredCrs,
}

impl Heights {
    /// Height at a place in the raster's coordinates, between the middles of the four cells round it; nothing
    /// beyond the raster, or where one of them is a void.
    pub fn at(&self, place: Coord) -> Option<f64> {
        let p = &self.position;
        let determinant = p[1] * p[5] - p[2] * p[4];
        let (dx, dy) = (place.x - p[0], place.y - p[3]);
        let column = (dx * p[5] - dy * p[2]) / determinant - 0.5;
        let line = (dy * p[1] - dx * p[4]) / determinant - 0.5;
        // Half a cell beyond the outermost middles still lies in the raster.
        let inside = |value: f64, count: usize| (-0.5..=count as f64 - 0.5).contains(&value);
        if !inside(column, self.width) || !inside(line, self.height) {
            return None;
        }
        let split = |value: f64, count: usize| {
            let value = value.clamp(0.0, count as f64 - 1.0);
            let low = (value as usize).min(count.saturating_sub(2));
            (low, value - low as f64)
        };
        let ((x, sx), (y, sy)) = (split(column, self.width), split(line, self.height));
        let mut sum = 0.0;
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let share = |step: usize, share: f64| if step == 1 { share } else { 1.0 - share };
            let weight = share(dx, sx) * share(dy, sy);
            if weight > 0.0 {
                let value = *self.values.get((y + dy) * self.width + x + dx)?;
                if !value.is_finite() {
                    return None;
                }
                sum += weight * f64::from(value);
            }
        }
        Some(sum)
    }

    /// How many cells there are, and how many of them are voids.
    pub fn cells(&self) -> (usize, usize) {
        (self.values.len(), self.values.iter().filter(|value| !value.is_finite()).count())
    }
}

impl Worker {
    /// Reads the heights of a raster in a box: least and greatest x and y, in a system or in the raster's own.
    ///
    /// # Errors
    /// No raster with a position, nothing of it in the box, or more than a hundred million cells.
    pub fn heights(&self, path: &Path, within: [f64; 4], crs: Option<&Crs>) -> Result<Heights, FormatError> {
        let work = Work::Heights { target: target(path)?, within, crs: crs.and_then(super::words) };
        let mut running = Running::start(path, work, self)?;
        let (picture, body) = match running.next()? {
            (Answer::Heights(picture), body) => (picture, body),
            (answer, _) => return Err(running.refused(answer)),
        };
        let Picture { width, height, crs, position, .. } = picture;
        let values: Vec<f32> =
            body.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let position = position.filter(|_| values.len() as u64 == width.saturating_mul(height));
        let Some(position) = position else {
            let what = Bilingual::new("高程栅格没有位置", "the raster of heights has no position");
            return Err(FormatError::Broken { path: path.into(), what });
        };
        let crs = crs.map_or(DeclaredCrs::Undeclared, |crs| declared::read(&crs));
        Ok(Heights { width: width as usize, height: height as usize, position, values, crs })
    }
}

/// What GDAL is to open: the file, or the first raster in an archive.
fn target(path: &Path) -> Result<String, FormatError> {
    let full = std::fs::canonicalize(path).map_err(|e| FormatError::read(path, e))?;
    let Some(full) = full.to_str() else {
        return Err(FormatError::broken(path, "文件名不是 UTF-8 文字", "the file's name is not UTF-8"));
    };
    if !full.to_lowercase().ends_with(".zip") {
        return Ok(full.to_owned());
    }
    let names = archive::names(path)?;
    let inner = names.iter().find(|name| ENDINGS.iter().any(|ending| name.to_lowercase().ends_with(ending)));
    match inner {
        Some(inner) if !inner.split('/').any(|part| part == "..") => Ok(format!("/vsizip/{full}/{inner}")),
        _ => Err(FormatError::broken(
            path,
            "压缩包里没有高程栅格（.hgt、.tif、.asc）",
            "there is no raster of heights in the archive (.hgt, .tif, .asc)",
        )),
    }
}

/// In the child: the window of a raster that a box needs, a cell more on every side.
pub(super) fn send_heights(
    target: &str,
    within: [f64; 4],
    crs: Option<&str>,
    output: &mut impl Write,
) -> Result<(), ChildError> {
    of_this_machine(target.strip_prefix("/vsizip/").unwrap_or(target))?;
    let dataset = raster::open_with(target, DRIVERS)?;
    let position = raster::position(&dataset)
        .ok_or_else(|| ChildError::Said("the raster does not say where it lies".into()))?;
    let srs = dataset.spatial_ref().ok();
    let within = match (crs, &srs) {
        (Some(crs), Some(srs)) => {
            let mut own = srs.clone();
            own.set_axis_mapping_strategy(gdal::spatial_ref::AxisMappingStrategy::TraditionalGisOrder);
            CoordTransform::new(&srs_of(crs)?, &own)?.transform_bounds(&within, 21)?
        }
        _ => within,
    };
    let (columns, lines) = dataset.raster_size();
    let (x, width) = window([position[0], position[1]], [within[0], within[2]], columns);
    let (y, height) = window([position[3], position[5]], [within[1], within[3]], lines);
    if position[2] != 0.0 || position[4] != 0.0 {
        return Err(ChildError::Said("the raster is turned; heights are read of upright ones".into()));
    }
    if width == 0 || height == 0 {
        return Err(ChildError::Said("the raster holds no height where the streets are".into()));
    }
    if width.saturating_mul(height) > MOST_CELLS {
        return Err(ChildError::Said("the raster holds too many heights there".into()));
    }
    let band = dataset.rasterband(1)?;
    let void = band.no_data_value().map(|void| void as f32);
    let size = (width, height);
    let read = band.read_as::<f32>((x as isize, y as isize), size, size, None::<ResampleAlg>)?;
    let mut bytes = Vec::with_capacity(4 * width * height);
    for value in read.into_shape_and_vec().1 {
        let nothing = value <= LOWEST_M || void.is_some_and(|void| (value - void).abs() < f32::EPSILON);
        bytes.extend_from_slice(&if nothing { f32::NAN } else { value }.to_le_bytes());
    }
    let position = [
        position[0] + x as f64 * position[1],
        position[1],
        0.0,
        position[3] + y as f64 * position[5],
        0.0,
        position[5],
    ];
    let crs = srs.as_ref().and_then(words);
    let picture =
        Picture { width: width as u64, height: height as u64, crs, position: Some(position), points: false };
    Ok(send(output, &Answer::Heights(picture), &bytes)?)
}

/// First cell and number of cells of an axis (origin and step) that hold what lies between two values.
fn window([origin, step]: [f64; 2], between: [f64; 2], count: usize) -> (usize, usize) {
    let cell = |value: f64| (value - origin) / step;
    let (a, b) = (cell(between[0]), cell(between[1]));
    let first = (a.min(b) - 2.0).floor().clamp(0.0, count as f64) as usize;
    let end = (a.max(b) + 2.0).ceil().clamp(0.0, count as f64) as usize;
    (first, end.saturating_sub(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Heights {
        let values = (0..6).map(|at| if at == 5 { f32::NAN } else { at as f32 }).collect();
        let position = [10.0, 1.0, 0.0, 20.0, 0.0, -1.0];
        Heights { width: 3, height: 2, position, values, crs: DeclaredCrs::Undeclared }
    }

    #[test]
    fn heights_are_between_the_middles_of_cells() {
        let heights = ramp();
        let at = |x: f64, y: f64| heights.at(Coord { x, y });
        assert_eq!(at(10.5, 19.5), Some(0.0));
        assert_eq!(at(11.0, 19.0), Some(2.0));
        assert_eq!(at(10.1, 19.9), Some(0.0));
        assert_eq!(at(12.4, 18.6), None);
        assert_eq!(at(9.9, 19.5), None);
        assert_eq!(heights.cells(), (6, 1));
    }

    #[test]
    fn a_window_holds_a_cell_more_on_every_side() {
        assert_eq!(window([0.0, 1.0], [10.5, 12.5], 100), (8, 7));
        assert_eq!(window([100.0, -1.0], [10.5, 12.5], 100), (85, 7));
        assert_eq!(window([0.0, 1.0], [200.0, 300.0], 100).1, 0);
    }
}
