//! Which reader a file is for: by its extension, and by its first bytes where that says nothing.

use std::path::Path;

use super::{FormatError, bytes};
use crate::model::Bilingual;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// GeoJSON, one object or one per line, gzip or not
    GeoJson,
    /// text table: commas, tabs, semicolons or bars, gzip or not
    Csv,
    /// XLSX, XLS, XLSB or ODS
    Sheet,
    /// .shp with its companions
    Shapefile,
    /// .dbf alone
    Dbf,
    /// zip archive with one or several shapefiles
    ShapefileZip,
    /// a folder or zip archive with a table and media files beside it
    Census,
    /// OpenStreetMap PBF
    OsmPbf,
    /// OpenStreetMap XML, gzip or not
    OsmXml,
    /// anything else, for GDAL
    Ogr,
}

impl Kind {
    /// Looks at name and first bytes.
    ///
    /// # Errors
    /// The file is not there, or nobody knows its format.
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let meta = std::fs::metadata(path).map_err(|e| FormatError::read(path, e))?;
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        Ok(match extension {
            "gdb" if meta.is_dir() => Self::Ogr,
            _ if meta.is_dir() => Self::Census,
            "geojson" | "geojsonl" | "geojsons" | "ndjson" | "json" => Self::GeoJson,
            "csv" | "tsv" | "tab" if !mapinfo_tab(path, extension) => Self::Csv,
            "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Self::Sheet,
            "shp" | "shx" => Self::Shapefile,
            "dbf" if path.with_extension("shp").is_file() => Self::Shapefile,
            "dbf" => Self::Dbf,
            "pbf" => Self::OsmPbf,
            "osm" => Self::OsmXml,
            "gpkg" | "fgb" | "kml" | "kmz" | "dxf" | "gml" | "gpx" | "mif" | "tab" | "sqlite"
            | "geojsonseq" => Self::Ogr,
            "zip" => Self::in_zip(path)?,
            "dwg" => return Err(dwg(path)),
            "mdb" | "accdb" => return Err(access(path)),
            _ => Self::by_magic(path)?,
        })
    }

    /// The format in a word, such as `shapefile`, `xlsx`, `dxf` or, of a geodatabase, `gdb`; `extension` is what
    /// the file's name ends in, in small letters.
    pub fn word(self, path: &Path, extension: &str) -> String {
        let word = match self {
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::Shapefile | Self::ShapefileZip => "shapefile",
            Self::Dbf => "dbf",
            Self::Census => "census",
            Self::OsmPbf | Self::OsmXml => "osm",
            Self::Ogr if extension == "zip" => zipped(path),
            Self::Sheet | Self::Ogr => extension,
        };
        word.to_owned()
    }

    fn in_zip(path: &Path) -> Result<Self, FormatError> {
        let names = super::archive::names(path)?;
        let has = |ends: &[&str]| {
            names.iter().any(|name| ends.iter().any(|end| name.to_lowercase().ends_with(&format!(".{end}"))))
        };
        if has(&["shp"]) {
            Ok(Self::ShapefileZip)
        } else if has(&["gdbtable", "kml", "gpkg", "gml", "tab", "mif"]) {
            Ok(Self::Ogr)
        } else if has(&["dbf"]) {
            Ok(Self::ShapefileZip)
        } else if super::census::has_table(&names) {
            Ok(Self::Census)
        } else if has(super::ogr::IN_ZIP) {
            Ok(Self::Ogr)
        } else if has(&["dwg"]) {
            Err(dwg(path))
        } else if has(&["mdb", "accdb"]) {
            Err(access(path))
        } else if names.is_empty() {
            Err(FormatError::broken(path, "压缩包是空的", "the archive is empty"))
        } else {
            let list = names.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
            Err(FormatError::broken(
                path,
                format!("压缩包里没有本程序能读取的文件：{list}"),
                format!("nothing in the archive that this program reads: {list}"),
            ))
        }
    }

    fn by_magic(path: &Path) -> Result<Self, FormatError> {
        let head = bytes::head(path, 4096)?;
        let text = String::from_utf8_lossy(&head);
        let start = text.trim_start_matches('\u{feff}').trim_start();
        if head.starts_with(b"SQLite format 3\0") || head.starts_with(b"fgb\x03") {
            return Ok(Self::Ogr);
        }
        if head.starts_with(&[0, 0, 0x27, 0x0a]) {
            return Ok(Self::Shapefile);
        }
        if start.starts_with('{') || start.starts_with('[') {
            return Ok(Self::GeoJson);
        }
        if start.starts_with('<') {
            return Ok(if text.contains("<osm") { Self::OsmXml } else { Self::Ogr });
        }
        // What receivers write is called .txt or .dat; without a heading only such lists of points are known.
        let named = ["txt", "dat", "asc"]
            .iter()
            .any(|ending| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending)));
        if super::table::is_list_of_points(&head, named) {
            return Ok(Self::Csv);
        }
        Err(FormatError::UnknownFormat { path: path.into() })
    }
}

fn convert(path: &Path, zh: &str, en: &str) -> FormatError {
    FormatError::Convert { path: path.into(), how: Bilingual::new(zh, en) }
}

fn dwg(path: &Path) -> FormatError {
    convert(
        path,
        "DWG 是 AutoCAD 的专有格式。请在 CAD 中另存为 DXF（2018 或更早版本）后导入",
        "DWG is AutoCAD's own format: save it as DXF (2018 or older) in the CAD program and import that",
    )
}

fn access(path: &Path) -> FormatError {
    convert(
        path,
        "Access 数据库请先转换：普通表在 Access 中导出为 Excel（.xlsx）；个人地理数据库在 ArcGIS 或 QGIS 中导出为 GeoPackage 或 shapefile",
        "convert the Access database first: plain tables to Excel (.xlsx) in Access, a personal geodatabase to GeoPackage or shapefile in ArcGIS or QGIS",
    )
}

/// `.tab` is MapInfo's as well as a table with tabs.
fn mapinfo_tab(path: &Path, extension: &str) -> bool {
    extension == "tab"
        && bytes::head(path, 64)
            .is_ok_and(|head| head.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"!table")))
}

/// Name of a file without folders and extensions: the name of its only layer.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem).to_owned()
}

/// What a zip archive that GDAL reads holds.
fn zipped(path: &Path) -> &'static str {
    let names = super::archive::names(path).unwrap_or_default();
    let ends = |end: &str| names.iter().any(|name| name.to_lowercase().ends_with(end));
    let found = ["gdbtable", "tab", "mif", "kml", "gpkg", "gml", "dxf", "fgb", "gpx"]
        .into_iter()
        .find(|end| ends(end));
    found.map_or("zip", |end| if end == "gdbtable" { "gdb" } else { end })
}
