//! In the child: pictures are looked at and cut into tiles.

use std::io::Write;
use std::path::Path;

use gdal::raster::{GdalDataType, RasterBand, RasterCreationOptions, ResampleAlg};
use gdal::{Dataset, DatasetOptions, DriverManager, Gcp, GdalOpenFlags};

use super::child::{ChildError, of_this_machine, srs_of, words};
use super::frame::{Answer, Picture, Tiling, send};
use super::rectify::rectified;

/// Drivers that pictures are opened with: none follows names written in a file.
const DRIVERS: &[&str] = &["GTiff", "JPEG", "PNG", "BMP", "WEBP", "JP2OpenJPEG", "HFA"];
/// Lines that are taken at once where a picture is copied.
const LINES: usize = 64;
/// Most pixels of a picture that must be copied first.
pub(super) const MOST_COPIED: usize = 500_000_000;
/// Metres of a pixel at zoom 0, where the world is one tile of 256 pixels.
const WORLD_PIXEL_M: f64 = 156_543.033_928_040_97;
/// How small a picture becomes at its lowest zoom, pixels: farther off nobody misses it.
const SMALLEST: usize = 64;

pub(super) fn open(target: &str) -> Result<Dataset, ChildError> {
    of_this_machine(target)?;
    open_with(target, DRIVERS)
}

/// Opens a raster whose name was looked at before.
pub(super) fn open_with(target: &str, drivers: &[&str]) -> Result<Dataset, ChildError> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
        allowed_drivers: Some(drivers),
        ..DatasetOptions::default()
    };
    let dataset = Dataset::open_ex(target, options)?;
    match dataset.raster_count() {
        0 => Err(ChildError::Said("there is no picture in the file".into())),
        _ => Ok(dataset),
    }
}

/// Six numbers, unless they are those of a file that does not say its position.
pub(super) fn position(dataset: &Dataset) -> Option<[f64; 6]> {
    let found = dataset.geo_transform().ok()?;
    let says = found != [0.0, 1.0, 0.0, 0.0, 0.0, 1.0] && found.iter().all(|number| number.is_finite());
    (says && found[1] * found[5] - found[2] * found[4] != 0.0).then_some(found)
}

/// Says what a picture is.
pub(super) fn describe(target: &str, output: &mut impl Write) -> Result<(), ChildError> {
    let dataset = open(target)?;
    let (width, height) = dataset.raster_size();
    let points = dataset.gcps().len() >= 3;
    let own = || dataset.spatial_ref().ok().and_then(|srs| words(&srs));
    let of_points = || dataset.gcp_spatial_ref().and_then(|srs| words(&srs));
    let picture = Picture {
        width: width as u64,
        height: height as u64,
        crs: own().or_else(of_points),
        position: position(&dataset),
        points,
    };
    Ok(send(output, &Answer::Picture(picture), &[])?)
}

/// Cuts a picture into tiles, and makes the smaller zoom levels from the largest.
pub(super) fn tile(wanted: &Tiling) -> Result<(), ChildError> {
    let source = open(&wanted.target)?;
    let copy = Path::new(&wanted.out).with_extension("copy.tif");
    if let Some(bent) = &wanted.bent {
        let straight = Path::new(&wanted.out).with_extension("straight.tif");
        let done = coloured(&source, &copy, false)
            .and_then(|picture| rectified(&picture, &straight, bent))
            .and_then(|picture| cut(picture, wanted));
        // Gone already where they were never made.
        let _ = std::fs::remove_file(&copy).and_then(|()| std::fs::remove_file(&straight));
        return done;
    }
    // Points count instead of a position that the file has: only a copy can be without one.
    let placed_otherwise =
        !wanted.points.is_empty() && (position(&source).is_some() || !source.gcps().is_empty());
    let done = if plain(&source)? && !placed_otherwise {
        let driver = DriverManager::get_driver_by_name("VRT")?;
        let picture = source.create_copy(&driver, "", &RasterCreationOptions::new())?;
        cut(picture, wanted)
    } else {
        coloured(&source, &copy, wanted.points.is_empty()).and_then(|picture| cut(picture, wanted))
    };
    // Gone already where it was never made.
    let _ = std::fs::remove_file(&copy);
    done
}

fn cut(mut picture: Dataset, wanted: &Tiling) -> Result<(), ChildError> {
    if !wanted.points.is_empty() {
        let point = |(at, p): (usize, &[f64; 4])| Gcp {
            id: at.to_string(),
            info: String::new(),
            pixel: p[0],
            line: p[1],
            x: p[2],
            y: p[3],
            z: 0.0,
        };
        picture.set_gcps(wanted.points.iter().enumerate().map(point).collect(), &srs_of("EPSG:4490")?)?;
    } else if let Some(crs) = &wanted.crs {
        picture.set_spatial_ref(&srs_of(crs)?)?;
    }
    let options = [
        "TILING_SCHEME=GoogleMapsCompatible".to_owned(),
        "RASTER_TABLE=underlay".to_owned(),
        format!("RASTER_IDENTIFIER={}", wanted.title),
        format!("RASTER_DESCRIPTION={}", wanted.about),
        "RESAMPLING=BILINEAR".to_owned(),
        "TILE_FORMAT=AUTO".to_owned(),
        "QUALITY=80".to_owned(),
    ];
    let options = RasterCreationOptions::from_iter(options.iter().map(String::as_str));
    let driver = DriverManager::get_driver_by_name("GPKG")?;
    let mut tiles = picture.create_copy(&driver, &wanted.out, &options)?;
    let (width, height) = tiles.raster_size();
    let side = width.max(height);
    // The file says its zoom only when it is opened again; it follows from the metres of a pixel.
    let zoom = (WORLD_PIXEL_M / tiles.geo_transform()?[1]).log2().round().max(0.0) as u32;
    let far = |power: &u32| *power <= zoom && side >> (power - 1) > SMALLEST;
    let factors: Vec<i32> = (1..24u32).take_while(far).map(|power| 1 << power).collect();
    if !factors.is_empty() {
        tiles.build_overviews("AVERAGE", &factors, &[])?;
    }
    Ok(tiles.close()?)
}

/// Whether the tiles can be made from the file as it is: bytes, grey or colour.
fn plain(source: &Dataset) -> Result<bool, ChildError> {
    for at in 1..=source.raster_count() {
        let band = source.rasterband(at)?;
        let bytes = band.band_type() == GdalDataType::UInt8;
        if !bytes || band.color_table().is_some() || band.no_data_value().is_some() {
            return Ok(false);
        }
    }
    Ok(matches!(source.raster_count(), 1 | 3 | 4))
}

/// A copy in bytes of red, green, blue and how opaque: what has a palette, more than a byte, or a value
/// that means nothing.
fn coloured(source: &Dataset, path: &Path, placed: bool) -> Result<Dataset, ChildError> {
    let (width, height) = source.raster_size();
    if width.saturating_mul(height) > MOST_COPIED {
        return Err(ChildError::Said("the picture is too large for its kind of colours".into()));
    }
    let mut copy = new_copy(path, width, height)?;
    if placed {
        if let Some(position) = position(source) {
            copy.set_geo_transform(&position)?;
        }
        if let Ok(srs) = source.spatial_ref() {
            copy.set_spatial_ref(&srs)?;
        }
        if let Some(srs) = source.gcp_spatial_ref().filter(|_| position(source).is_none()) {
            copy.set_gcps(source.gcps().iter().map(Gcp::from).collect(), &srs)?;
        }
    }
    let inks = Inks::of(source)?;
    for top in (0..height).step_by(LINES) {
        let lines = LINES.min(height - top);
        for (at, bytes) in inks.lines(source, top, width, lines)?.into_iter().enumerate() {
            let mut buffer = gdal::raster::Buffer::new((width, lines), bytes);
            let mut band = copy.rasterband(at + 1)?;
            band.write((0, top as isize), (width, lines), &mut buffer)?;
        }
    }
    copy.flush_cache()?;
    Ok(copy)
}

/// A file of red, green, blue and how opaque, in squares: it is read in any order.
pub(super) fn new_copy(path: &Path, width: usize, height: usize) -> Result<Dataset, ChildError> {
    let driver = DriverManager::get_driver_by_name("GTiff")?;
    let options = RasterCreationOptions::from_iter([
        "PHOTOMETRIC=RGB",
        "ALPHA=YES",
        "COMPRESS=LZW",
        "TILED=YES",
        "BIGTIFF=IF_SAFER",
    ]);
    Ok(driver.create_with_band_type_with_options::<u8, _>(path, width, height, 4, &options)?)
}

/// How the bands become colours.
pub(super) struct Inks {
    /// colours of a palette
    palette: Vec<[u8; 4]>,
    /// the bands that are red, green, blue
    bands: [usize; 3],
    /// by band: lowest value and range that becomes 0 to 255
    scales: [(f64, f64); 3],
    /// the value that means nothing
    nothing: Option<f64>,
    /// the band that says how opaque
    alpha: Option<usize>,
}

impl Inks {
    pub(super) fn of(source: &Dataset) -> Result<Self, ChildError> {
        let count = source.raster_count();
        let bands = if count >= 3 { [1, 2, 3] } else { [1, 1, 1] };
        let first = source.rasterband(1)?;
        let palette = first.color_table().map(|table| {
            let entry = |at: usize| table.entry_as_rgb(at).map(|c| [c.r, c.g, c.b, c.a]);
            let byte = |value: i16| u8::try_from(value.clamp(0, 255)).unwrap_or_default();
            (0..table.entry_count()).map(|at| entry(at).unwrap_or_default().map(byte)).collect()
        });
        let mut scales = [(0.0, 255.0); 3];
        for (scale, at) in scales.iter_mut().zip(bands) {
            let band = source.rasterband(at)?;
            if band.band_type() != GdalDataType::UInt8 {
                let found = band.compute_raster_min_max(true)?;
                *scale = (found.min, (found.max - found.min).max(f64::MIN_POSITIVE));
            }
        }
        let bytes = first.band_type() == GdalDataType::UInt8;
        let alpha = match count {
            2 | 4 if bytes => Some(count),
            _ => None,
        };
        Ok(Self {
            palette: palette.unwrap_or_default(),
            bands,
            scales,
            nothing: first.no_data_value(),
            alpha,
        })
    }

    /// Some lines as red, green, blue and opaqueness.
    fn lines(
        &self,
        source: &Dataset,
        top: usize,
        width: usize,
        lines: usize,
    ) -> Result<[Vec<u8>; 4], ChildError> {
        self.part(source, ((0, top as isize), (width, lines)), (width, lines))
    }

    /// A part of the picture, where it begins and how large it is, in so many pixels.
    pub(super) fn part(
        &self,
        source: &Dataset,
        (at, size): ((isize, isize), (usize, usize)),
        pixels: (usize, usize),
    ) -> Result<[Vec<u8>; 4], ChildError> {
        // Numbers of a palette have no mean.
        let mean = (size != pixels && self.palette.is_empty()).then_some(ResampleAlg::Average);
        let read = |band: &RasterBand<'_>| -> Result<Vec<f64>, ChildError> {
            Ok(band.read_as::<f64>(at, size, pixels, mean)?.into_shape_and_vec().1)
        };
        let first = read(&source.rasterband(1)?)?;
        let is_nothing = |value: &f64| {
            value.is_nan() || self.nothing.is_some_and(|nothing| (value - nothing).abs() < f64::EPSILON)
        };
        let seen: Vec<u8> = match self.alpha {
            Some(at) => read(&source.rasterband(at)?)?.into_iter().map(|value| value as u8).collect(),
            None => first.iter().map(|value| if is_nothing(value) { 0 } else { 255 }).collect(),
        };
        if !self.palette.is_empty() {
            let entry = |value: &f64| self.palette.get(*value as usize).copied().unwrap_or_default();
            let ink = |at: usize| -> Vec<u8> { first.iter().map(|value| entry(value)[at]).collect() };
            let opaque = first.iter().zip(seen).map(|(value, seen)| seen.min(entry(value)[3])).collect();
            return Ok([ink(0), ink(1), ink(2), opaque]);
        }
        let mut inks = [Vec::new(), Vec::new(), Vec::new(), seen];
        for (at, (band, (lowest, range))) in self.bands.into_iter().zip(self.scales).enumerate() {
            let values = if band == 1 { first.clone() } else { read(&source.rasterband(band)?)? };
            inks[at] =
                values.into_iter().map(|value| ((value - lowest) / range * 255.0).round() as u8).collect();
        }
        Ok(inks)
    }
}
