//! Bytes to features and features to bytes. Readers keep what can be read and report the rest as findings.
//!
//! A source gives features in the file's own coordinates and columns; what they mean is for `intake`.
//! GDAL, which reads what we do not read ourselves, only ever runs in a child process (`ogr`).

mod ahead;
mod archive;
mod bytes;
mod census;
mod csdm;
mod declared;
mod encoding;
mod error;
mod geojson;
mod kind;
mod layout;
pub mod media;
mod neighbour;
pub mod ogr;
mod osm;
mod outgoing;
mod parts;
mod report;
mod rings;
mod shapefile;
mod table;
mod texts;

use std::path::Path;

use geo_types::Geometry;
use serde_json::Value as Json;

use crate::crs::Crs;
use crate::model::{FieldKind, Finding};

pub use census::Media;
pub use error::FormatError;
pub use kind::Kind;
pub use layout::Layout;
pub use ogr::Heights;
pub use osm::{StreetFile, StreetWay, streets};
pub use outgoing::{OUT_KINDS, OutError, OutKind, OutPlan, OutRequest, Written};
pub use table::{BookSheet, SheetLook, write_book};
pub use texts::{TextRow, text_rows};

/// One feature or row as a file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFeature {
    /// row in the file, counted as a person would (a table's heading is row 1, a first feature is 1)
    pub row: u64,
    /// geometry in the file's coordinates
    pub geometry: Option<Geometry>,
    /// values by column, see [`FeatureSource::columns`]; columns without a value are left out
    pub values: Vec<(usize, Json)>,
}

/// What a file says of its coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum DeclaredCrs {
    /// a table without geometry
    NoGeometry,
    /// nothing
    Undeclared,
    /// a system we know
    Known(Crs),
    /// a system we cannot read, as the file has it
    Unknown(String),
}

/// A file being read, feature by feature.
pub trait FeatureSource: Send {
    /// Columns seen so far; grows while reading where a format has no heading (GeoJSON).
    fn columns(&self) -> &[String];

    /// Columns the geometry was made from (`lon`, `lat`, `wkt`): they are among [`Self::columns`] and keep
    /// their values, but say nothing the geometry does not say.
    fn geometry_columns(&self) -> &[usize] {
        &[]
    }

    /// What the file says of its coordinates.
    fn crs(&self) -> &DeclaredCrs;

    /// How many features there probably are, for progress.
    fn count_hint(&self) -> Option<u64>;

    /// The next feature, or a finding for a row that cannot be read, or the end.
    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>>;

    /// Photos, sounds and papers beside the table: their names say by a code which row they belong to.
    fn media(&self) -> &[Media] {
        &[]
    }

    /// The bytes of one of them; `None` where there are more than `most`.
    ///
    /// # Errors
    /// It cannot be read.
    fn media_bytes(&mut self, media: &Media, most: u64) -> Result<Option<Vec<u8>>, FormatError> {
        let (path, _) = (std::path::PathBuf::from(&media.path), most);
        Err(FormatError::UnknownFormat { path })
    }

    /// Findings on the file as a whole so far (encoding guessed, missing .shx, …); taken, not repeated.
    fn take_findings(&mut self) -> Vec<Finding>;
}

/// How to read a file where it does not say itself.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// layer of a file with several, by name
    pub layer: Option<String>,
    /// text encoding, e.g. `GBK`
    pub encoding: Option<String>,
}

/// A layer of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// name, to be given as [`ReadOptions::layer`]
    pub name: String,
    /// how many features it has, where the file says so cheaply
    pub count: Option<u64>,
}

/// Opens a file by its content and extension.
///
/// # Errors
/// What stops reading altogether: no such file, a format nobody knows, several layers and none chosen.
/// Whatever can be read around is a finding of the source instead.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Box<dyn FeatureSource>, FormatError> {
    let source: Box<dyn FeatureSource> = match Kind::of(path)? {
        // The table within is read ahead already.
        Kind::Census => return Ok(Box::new(census::open(path, options)?)),
        Kind::GeoJson if csdm::is_plan(&bytes::head(path, 4096)?) => Box::new(csdm::open(path)?),
        Kind::GeoJson => geojson::open(path, options)?,
        Kind::Csv => Box::new(table::open_csv(path, options)?),
        Kind::Sheet => Box::new(table::open_sheet(path, options)?),
        Kind::Shapefile => Box::new(shapefile::ShapefileSource::open(path, options)?),
        Kind::Dbf => Box::new(shapefile::ShapefileSource::open_dbf(path, options)?),
        Kind::ShapefileZip => Box::new(shapefile::ShapefileSource::open_zip(path, options)?),
        Kind::OsmPbf | Kind::OsmXml => osm::open(path, options)?,
        Kind::Ogr => ogr::Worker::default().open(path, options.layer.as_deref())?,
    };
    Ok(Box::new(ahead::ReadAhead::new(source)))
}

/// The layers of a file; one, named after the file, where the format knows no layers.
///
/// # Errors
/// As [`open`].
pub fn list_layers(path: &Path, _options: &ReadOptions) -> Result<Vec<LayerInfo>, FormatError> {
    match Kind::of(path)? {
        Kind::Census => census::layers(path),
        Kind::Sheet => table::sheet_layers(path),
        Kind::ShapefileZip => shapefile::zip_layers(path),
        Kind::Ogr => ogr::Worker::default().layers(path),
        Kind::OsmPbf | Kind::OsmXml => Ok(osm::layers()),
        Kind::GeoJson | Kind::Csv | Kind::Shapefile | Kind::Dbf => {
            Ok(vec![LayerInfo { name: kind::stem(path), count: None }])
        }
    }
}

/// One column of a file being written.
#[derive(Clone, Debug, PartialEq)]
pub struct OutColumn {
    /// its name
    pub name: String,
    /// title for people, where the format has room for one
    pub title: Option<String>,
    /// kind of its values
    pub kind: FieldKind,
}

/// What a file being written is to hold.
#[derive(Clone, Debug)]
pub struct OutSchema {
    /// name of the layer
    pub name: String,
    /// its columns
    pub columns: Vec<OutColumn>,
    /// the coordinate system of what is written; `None` for a table without geometry
    pub crs: Option<Crs>,
    /// text encoding where the format leaves a choice (shapefile); UTF-8 by default
    pub encoding: Option<String>,
}

/// One feature to be written: values in the order of the columns, `Json::Null` where absent.
#[derive(Clone, Debug, PartialEq)]
pub struct OutFeature {
    /// geometry in the schema's system
    pub geometry: Option<Geometry>,
    /// values
    pub values: Vec<Json>,
}

/// A file being written. Nothing stands under the final name until `finish` (a failed export leaves nothing half).
pub trait FeatureSink {
    /// Writes the next feature.
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError>;
    /// Closes the file and puts it in place; findings such as names cut to ten letters.
    fn finish(self: Box<Self>) -> Result<Vec<Finding>, FormatError>;
    /// The same, asking `go_on` several times a second where closing takes long. Told not to, it leaves no file
    /// behind, and what it gives means nothing.
    fn finish_while(self: Box<Self>, go_on: &mut dyn FnMut() -> bool) -> Result<Vec<Finding>, FormatError> {
        let _ = go_on;
        self.finish()
    }
}

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutFormat {
    /// RFC 7946
    GeoJson,
    /// text table, commas or (as .tsv) tabs
    Csv,
    /// Excel workbook
    Xlsx,
    /// .shp with its companions
    Shapefile,
    /// .gpkg
    GeoPackage,
    /// .fgb
    FlatGeobuf,
    /// .kml
    Kml,
    /// .dxf
    Dxf,
}

impl OutFormat {
    /// The format that a file's extension stands for.
    ///
    /// # Errors
    /// Nothing is written under that extension.
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        Ok(match extension.as_str() {
            "geojson" | "json" => Self::GeoJson,
            "csv" | "tsv" => Self::Csv,
            "xlsx" => Self::Xlsx,
            "shp" => Self::Shapefile,
            "gpkg" => Self::GeoPackage,
            "fgb" => Self::FlatGeobuf,
            "kml" => Self::Kml,
            "dxf" => Self::Dxf,
            _ => return Err(FormatError::NotWritten { path: path.into() }),
        })
    }
}

/// Begins a file of the format its extension stands for.
///
/// # Errors
/// Nothing is written under that extension, or not in that folder.
pub fn create(path: &Path, schema: &OutSchema) -> Result<Box<dyn FeatureSink>, FormatError> {
    Ok(match OutFormat::of(path)? {
        OutFormat::GeoJson => return create_geojson(path, schema),
        OutFormat::Csv => Box::new(table::CsvSink::create(path, schema)?),
        OutFormat::Xlsx => Box::new(table::SheetSink::create(path, schema)?),
        OutFormat::Shapefile => Box::new(shapefile::ShapefileSink::create(path, schema)?),
        format => Box::new(ogr::OgrSink::create(path, format, schema, &ogr::Worker::default())?),
    })
}

/// Begins a workbook that is to be filled in by people and read again.
///
/// # Errors
/// As [`create`].
pub fn create_sheet(
    path: &Path,
    schema: &OutSchema,
    look: SheetLook,
) -> Result<Box<dyn FeatureSink>, FormatError> {
    Ok(Box::new(table::SheetSink::create(path, schema)?.with(schema, look)?))
}

/// Begins a GeoJSON file under whatever name.
///
/// # Errors
/// The folder cannot be written to.
pub fn create_geojson(path: &Path, schema: &OutSchema) -> Result<Box<dyn FeatureSink>, FormatError> {
    Ok(Box::new(geojson::GeoJsonSink::create(path, schema)?))
}
