//! In the child: a small JPEG of a picture, for people to point at places in it.

use std::path::Path;

use gdal::DriverManager;
use gdal::raster::{Buffer, RasterCreationOptions};

use super::child::ChildError;
use super::raster::{Inks, open};

/// Writes the JPEG; what is transparent becomes white.
pub(super) fn reduce(target: &str, out: &Path, most: usize) -> Result<(), ChildError> {
    let source = open(target)?;
    let (width, height) = source.raster_size();
    let scale = (most as f64 / width.max(height).max(1) as f64).min(1.0);
    let small = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    let pixels = (small(width), small(height));
    let [red, green, blue, opaque] = Inks::of(&source)?.part(&source, ((0, 0), (width, height)), pixels)?;
    let driver = |name: &str| DriverManager::get_driver_by_name(name);
    let picture = driver("MEM")?.create_with_band_type::<u8, _>("", pixels.0, pixels.1, 3)?;
    for (at, ink) in [red, green, blue].into_iter().enumerate() {
        let over_white = |(ink, opaque): (u8, &u8)| {
            let seen = u16::from(*opaque);
            ((u16::from(ink) * seen + 255 * (255 - seen)) / 255) as u8
        };
        let mut bytes = Buffer::new(pixels, ink.into_iter().zip(&opaque).map(over_white).collect());
        picture.rasterband(at + 1)?.write((0, 0), pixels, &mut bytes)?;
    }
    let options = RasterCreationOptions::from_iter(["QUALITY=82"]);
    Ok(picture.create_copy(&driver("JPEG")?, out, &options)?.close()?)
}
