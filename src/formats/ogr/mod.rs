//! GDAL in a child process, for GeoPackage, FlatGeobuf and whatever else it reads (FileGDB, KML, DXF, MapInfo, GML…).
//!
//! A crash, a memory bomb or an endless loop in there costs one import or export and ends in a sentence.

mod child;
mod frame;
mod heights;
mod kml;
mod parent;
mod picture;
mod raster;
mod rectify;
mod reduce;
mod sink;
mod source;
mod within;
mod wkb;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{FormatError, LayerInfo};
use crate::crs::Crs;

pub use child::ogr_worker_main;
pub use heights::Heights;
pub use picture::{Bending, GroundPoint, PictureInfo, PictureTiling};
pub(crate) use sink::OgrSink;
pub(crate) use source::OgrSource;
pub(crate) use within::IN_ZIP;

use frame::{Answer, Work};
use parent::Running;

/// The word by which the program is told to be the child.
pub const WORKER_COMMAND: &str = "ogr-worker";

/// How the child is run.
#[derive(Clone, Debug)]
pub struct Worker {
    /// the program; this one itself where absent
    pub executable: Option<PathBuf>,
    /// bytes of address space
    pub memory: u64,
    /// seconds of processor time
    pub cpu_s: u64,
    /// time from start to end
    pub wall: Duration,
}

impl Default for Worker {
    fn default() -> Self {
        Self { executable: None, memory: 4 << 30, cpu_s: 900, wall: Duration::from_secs(1800) }
    }
}

impl Worker {
    /// Opens a layer.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn open(
        &self,
        path: &Path,
        layer: Option<&str>,
    ) -> Result<Box<dyn super::FeatureSource>, FormatError> {
        Ok(Box::new(OgrSource::open(path, layer, self)?))
    }

    /// The layers of a file.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn layers(&self, path: &Path) -> Result<Vec<LayerInfo>, FormatError> {
        within::layers(&within::targets(path)?, |target| {
            let mut running = Running::start(path, Work::List { target: target.name.clone() }, self)?;
            match running.next()? {
                (Answer::Layers(layers), _) => {
                    Ok(layers.into_iter().map(|(name, count)| LayerInfo { name, count }).collect())
                }
                (answer, _) => Err(running.refused(answer)),
            }
        })
    }

    /// Begins a GeoPackage or FlatGeobuf file.
    ///
    /// # Errors
    /// As [`super::create`].
    pub fn create(
        &self,
        path: &Path,
        schema: &super::OutSchema,
    ) -> Result<Box<dyn super::FeatureSink>, FormatError> {
        Ok(Box::new(OgrSink::create(path, super::OutFormat::of(path)?, schema, self)?))
    }
}

/// A definition as Esri writes it in a .prj; `None` where GDAL cannot say it, or cannot be run.
pub(crate) fn esri_wkt(crs: &Crs) -> Option<String> {
    let crs = words(crs)?;
    let mut running = Running::start(Path::new("prj"), Work::EsriWkt { crs }, &Worker::default()).ok()?;
    match running.next().ok()? {
        (Answer::Text(text), _) => Some(text),
        _ => None,
    }
}

/// A system as GDAL takes it; it knows neither GCJ-02 nor BD-09.
fn words(crs: &Crs) -> Option<String> {
    match crs {
        Crs::Crs84 => Some("EPSG:4326".into()),
        Crs::Gcj02 | Crs::Bd09 => None,
        other => Some(other.to_string()),
    }
}
