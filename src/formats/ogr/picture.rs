//! Pictures with a position (GeoTIFF, JPEG or PNG with a world file, scans with points), cut into tiles by
//! the child: a GeoPackage with the tile matrix that web maps use, so that QGIS opens it, too.

use std::path::Path;

use super::super::{DeclaredCrs, FormatError, declared};
use super::frame::{Answer, Bent, Picture, Tiling, Work};
use super::parent::Running;
use super::{Worker, words};
use crate::crs::Crs;
use crate::model::Bilingual;

/// Most pixels of a picture: 40,000 by 40,000.
const MOST_PIXELS: u64 = 1_600_000_000;

/// What a picture is.
#[derive(Clone, Debug)]
pub struct PictureInfo {
    /// columns
    pub width: u64,
    /// lines
    pub height: u64,
    /// what the file says of its coordinates
    pub crs: DeclaredCrs,
    /// from column and line to coordinates: x = p\[0\] + column·p\[1\] + line·p\[2\], y = p\[3\] + column·p\[4\] + line·p\[5\]
    pub position: Option<[f64; 6]>,
    /// whether points in the file say where it lies
    pub points: bool,
}

/// A point of the picture whose place on the ground is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroundPoint {
    /// column, from the left edge
    pub column: f64,
    /// line, from the upper edge
    pub line: f64,
    /// longitude, EPSG:4490
    pub lon: f64,
    /// latitude, EPSG:4490
    pub lat: f64,
}

/// How a picture is cut into tiles.
#[derive(Clone, Debug, Default)]
pub struct PictureTiling {
    /// its coordinates, where they are not as the file says
    pub crs: Option<Crs>,
    /// where it lies, instead of what the file says
    pub points: Vec<GroundPoint>,
    /// instead of points: how a picture that was taken aslant is bent straight
    pub bending: Option<Bending>,
    /// what it is called
    pub title: String,
    /// what else is to be known of it
    pub about: String,
}

/// How a picture that was taken aslant is bent straight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bending {
    /// three rows: column and line of the picture to longitude, latitude (EPSG:4490) and their divisor
    pub to_ground: [[f64; 3]; 3],
    /// degrees of longitude and of latitude of a pixel
    pub pixel: [f64; 2],
}

impl Worker {
    /// Looks at a picture.
    ///
    /// # Errors
    /// No picture of a known kind, or one that is too large.
    pub fn picture(&self, path: &Path) -> Result<PictureInfo, FormatError> {
        let target = plain_file(path)?;
        let mut running = Running::start(path, Work::Picture { target }, self)?;
        let picture = match running.next()?.0 {
            Answer::Picture(picture) => picture,
            answer => return Err(running.refused(answer)),
        };
        let Picture { width, height, crs, position, points } = picture;
        if width.saturating_mul(height) > MOST_PIXELS {
            let what = Bilingual::new("像素数", "its number of pixels");
            return Err(FormatError::TooLarge { path: path.into(), what, limit: MOST_PIXELS });
        }
        let crs = crs.map_or(DeclaredCrs::Undeclared, |crs| declared::read(&crs));
        Ok(PictureInfo { width, height, crs, position, points })
    }

    /// Cuts a picture into tiles: a new GeoPackage with PNG and JPEG tiles, all zoom levels.
    ///
    /// `go_on` is asked several times a second whether to.
    ///
    /// # Errors
    /// The picture cannot be read or placed, time or memory are over, or `go_on` says no.
    pub fn tile_picture(
        &self,
        path: &Path,
        out: &Path,
        how: &PictureTiling,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), FormatError> {
        let target = plain_file(path)?;
        let out = std::path::absolute(out).map_err(|e| FormatError::write(out, e))?;
        let tiling = Tiling {
            target,
            out: out.to_string_lossy().into_owned(),
            crs: how.crs.as_ref().and_then(words),
            points: how.points.iter().map(|p| [p.column, p.line, p.lon, p.lat]).collect(),
            bent: how.bending.map(|bending| Bent { to_ground: bending.to_ground, pixel: bending.pixel }),
            title: how.title.clone(),
            about: how.about.clone(),
        };
        let mut running = Running::start(path, Work::Tile(tiling), self)?;
        match running.next_while(go_on)?.0 {
            Answer::End => Ok(()),
            answer => Err(running.refused(answer)),
        }
    }

    /// Makes a JPEG of a picture whose longer side has at most so many pixels, to be looked at.
    ///
    /// # Errors
    /// The picture cannot be read, or time or memory are over.
    pub fn reduce_picture(&self, path: &Path, out: &Path, most: usize) -> Result<(), FormatError> {
        let target = plain_file(path)?;
        let out = std::path::absolute(out).map_err(|e| FormatError::write(out, e))?;
        let work = Work::Reduce { target, out: out.to_string_lossy().into_owned(), most };
        let mut running = Running::start(path, work, self)?;
        match running.next()?.0 {
            Answer::End => Ok(()),
            answer => Err(running.refused(answer)),
        }
    }
}

fn plain_file(path: &Path) -> Result<String, FormatError> {
    let full = std::fs::canonicalize(path).map_err(|e| FormatError::read(path, e))?;
    let not_text = || FormatError::broken(path, "文件名不是 UTF-8 文字", "the file's name is not UTF-8");
    full.to_str().map(str::to_owned).ok_or_else(not_text)
}
