//! Writes shapefiles: UTF-8 or as asked, with .cpg, .prj, one kind of geometry; what the format cannot hold is cut and reported.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use dbase::encoding::EncodingRs;
use encoding_rs::Encoding;
use geo_types::{Geometry, LineString, MultiLineString, MultiPolygon};
use serde_json::Value as Json;
use shapefile::dbase::{FieldName, FieldValue, Record, TableWriter, TableWriterBuilder};
use shapefile::{Multipoint, Point, Polygon, Polyline, ShapeWriter, Writer};
use tempfile::TempDir;

use super::super::report::{Noticed, Report};
use super::super::{FeatureSink, FormatError, OutColumn, OutFeature, OutSchema, neighbour};
use super::prj;
use super::text::{self, fitting};
use crate::crs::Crs;
use crate::model::{Bilingual, FieldKind, Finding, Severity};

/// Bytes of a text field.
const TEXT: usize = 254;
/// Bytes of a field name.
const NAME: usize = 10;

/// The one kind of geometry a shapefile holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Point,
    Multipoint,
    Line,
    Area,
}

/// A shapefile being written, in a folder beside its place.
pub(crate) struct ShapefileSink {
    path: PathBuf,
    folder: TempDir,
    writer: Writer<BufWriter<File>>,
    columns: Vec<(String, OutColumn)>,
    kind: Option<Kind>,
    crs: Option<Crs>,
    text: &'static Encoding,
    row: u64,
    report: Report,
}

impl ShapefileSink {
    /// Begins the files.
    pub fn create(path: &Path, schema: &OutSchema) -> Result<Self, FormatError> {
        let folder = neighbour::folder_beside(path)?;
        let mut report = Report::new(path);
        let columns = names(&schema.columns, &mut report);
        let text = text::wanted(schema.encoding.as_deref())?;
        let make = |extension: &str| {
            let file = File::create(folder.path().join(format!("out.{extension}")));
            file.map(BufWriter::new).map_err(|e| FormatError::write(path, e))
        };
        let shapes = ShapeWriter::with_shx(make("shp")?, make("shx")?);
        let writer = Writer::new(shapes, table(path, &columns, text, make("dbf")?)?);
        let (path, crs) = (path.with_extension("shp"), schema.crs.clone());
        Ok(Self { path, folder, writer, columns, kind: None, crs, text, row: 0, report })
    }

    fn record(&mut self, values: &[Json]) -> Record {
        let mut record = Record::default();
        for (at, (name, column)) in self.columns.iter().enumerate() {
            let value = values.get(at).unwrap_or(&Json::Null);
            let field = match column.kind {
                FieldKind::Int => FieldValue::Numeric(value.as_f64()),
                FieldKind::Real => FieldValue::Numeric(value.as_f64().filter(|x| x.abs() < 1e12)),
                FieldKind::Bool => FieldValue::Logical(value.as_bool()),
                _ => {
                    let text = match value {
                        Json::Null => None,
                        Json::String(text) => Some(text.clone()),
                        other => Some(other.to_string()),
                    };
                    let text = text.map(|text| fitting(&text, self.text, TEXT));
                    if text.as_ref().is_some_and(|text| text.cut) {
                        self.report.value(self.row, Some(&column.name), name, cut_text());
                    }
                    if let Some(missing) = text.as_ref().and_then(|text| text.missing) {
                        self.report.value(
                            self.row,
                            Some(&column.name),
                            &missing.to_string(),
                            no_letter(self.text),
                        );
                    }
                    FieldValue::Character(text.map(|text| text.kept))
                }
            };
            record.insert(name.clone(), field);
        }
        record
    }

    fn refuse(&self, zh: &str, en: &str) -> FormatError {
        FormatError::CannotHold { path: self.path.clone(), what: Bilingual::new(zh, en) }
    }
}

/// At most so many bytes, never within a character.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Field names of at most ten bytes, all different.
fn names(columns: &[OutColumn], report: &mut Report) -> Vec<(String, OutColumn)> {
    let mut seen = HashSet::new();
    let mut named = Vec::with_capacity(columns.len());
    for column in columns {
        let mut name = cut(&column.name, NAME).to_owned();
        let mut number = 1;
        while !seen.insert(name.to_lowercase()) {
            let tail = format!("_{number}");
            name = format!("{}{tail}", cut(&column.name, NAME - tail.len()));
            number += 1;
        }
        if name != column.name {
            let (old, new) = (&column.name, &name);
            report.file(Noticed {
                rule: "export.name",
                severity: Severity::Note,
                what: (
                    format!("shapefile 的字段名最多 10 字节，“{old}”太长"),
                    format!("field names of a shapefile have at most 10 bytes, `{old}` is too long"),
                ),
                done: (&format!("写作“{new}”"), &format!("written as `{new}`")),
            });
        }
        named.push((name, column.clone()));
    }
    named
}

fn table(
    path: &Path,
    columns: &[(String, OutColumn)],
    text: &'static Encoding,
    file: BufWriter<File>,
) -> Result<TableWriter<BufWriter<File>>, FormatError> {
    let mut table = TableWriterBuilder::with_encoding(EncodingRs::from(text));
    // A .dbf has at least one field.
    if columns.is_empty() {
        table = table.add_numeric_field(field_name(path, "fid")?, 10, 0);
    }
    for (name, column) in columns {
        let name = field_name(path, name)?;
        table = match column.kind {
            FieldKind::Int => table.add_numeric_field(name, 18, 0),
            FieldKind::Real => table.add_numeric_field(name, 24, 10),
            FieldKind::Bool => table.add_logical_field(name),
            FieldKind::Date => table.add_character_field(name, 10),
            _ => table.add_character_field(name, TEXT as u8),
        };
    }
    Ok(table.build_with_dest(file))
}

fn field_name(path: &Path, name: &str) -> Result<FieldName, FormatError> {
    FieldName::try_from(name).map_err(|e| FormatError::write(path, std::io::Error::other(e.to_string())))
}

fn cut_text() -> Noticed<'static> {
    Noticed {
        rule: "export.text",
        severity: Severity::Warning,
        what: (
            format!("shapefile 的文字最多 {TEXT} 字节"),
            format!("texts in a shapefile have at most {TEXT} bytes"),
        ),
        done: ("已截断；完整的请导出为 GeoPackage", "cut; export a GeoPackage for all of it"),
    }
}

fn no_letter(text: &'static Encoding) -> Noticed<'static> {
    let name = text.name();
    Noticed {
        rule: "export.encoding",
        severity: Severity::Warning,
        what: (format!("{name} 没有这个字"), format!("{name} does not have this character")),
        done: ("写作“?”；要完整请用 UTF-8 或 GB18030", "written as `?`; use UTF-8 or GB18030 for all of it"),
    }
}

fn no_geometry() -> Noticed<'static> {
    Noticed {
        rule: "export.geometry",
        severity: Severity::Error,
        what: (
            "该条没有图形，shapefile 写不下".into(),
            "the record has no geometry, a shapefile cannot hold it".into(),
        ),
        done: ("未写出；完整的请导出为 GeoPackage", "left out; export a GeoPackage for all of it"),
    }
}

fn no_prj(crs: &Crs) -> Noticed<'static> {
    Noticed {
        rule: "export.crs",
        severity: Severity::Warning,
        what: (format!("坐标系 {crs} 在 .prj 中没有写法"), format!("there is no .prj for {crs}")),
        done: (
            "没有写 .prj；交付时请注明坐标系",
            "no .prj was written; say the system when handing the file over",
        ),
    }
}

impl FeatureSink for ShapefileSink {
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError> {
        self.row += 1;
        let mut record = self.record(&feature.values);
        if self.columns.is_empty() {
            record.insert("fid".into(), FieldValue::Numeric(Some(self.row as f64)));
        }
        let kind = match &feature.geometry {
            None => None,
            Some(Geometry::Point(_)) => Some(Kind::Point),
            Some(Geometry::MultiPoint(_)) => Some(Kind::Multipoint),
            Some(Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_)) => {
                Some(Kind::Line)
            }
            Some(Geometry::GeometryCollection(_)) => {
                return Err(
                    self.refuse("shapefile 不能存放几何集合", "a shapefile holds no geometry collections")
                );
            }
            Some(_) => Some(Kind::Area),
        };
        if kind.is_some() && self.kind.is_some() && kind != self.kind {
            return Err(self.refuse(
                "shapefile 只能存放一种图形，点、线、面混在一起",
                "a shapefile holds one kind of geometry; points, lines and areas are mixed",
            ));
        }
        self.kind = self.kind.or(kind);
        let Some(geometry) = feature.geometry else {
            self.report.value(self.row, None, "", no_geometry());
            return Ok(());
        };
        let written = match geometry {
            Geometry::Point(p) => self.writer.write_shape_and_record(&Point::new(p.x(), p.y()), &record),
            Geometry::MultiPoint(points) => {
                self.writer.write_shape_and_record(&Multipoint::from(points), &record)
            }
            Geometry::Line(line) => {
                let lines = MultiLineString(vec![LineString(vec![line.start, line.end])]);
                self.writer.write_shape_and_record(&Polyline::from(lines), &record)
            }
            Geometry::LineString(line) => {
                self.writer.write_shape_and_record(&Polyline::from(MultiLineString(vec![line])), &record)
            }
            Geometry::MultiLineString(lines) => {
                self.writer.write_shape_and_record(&Polyline::from(lines), &record)
            }
            Geometry::MultiPolygon(polygons) => {
                self.writer.write_shape_and_record(&Polygon::from(polygons), &record)
            }
            Geometry::Polygon(polygon) => {
                self.writer.write_shape_and_record(&Polygon::from(polygon), &record)
            }
            Geometry::Rect(rect) => {
                self.writer.write_shape_and_record(&Polygon::from(rect.to_polygon()), &record)
            }
            Geometry::Triangle(triangle) => {
                let polygons = MultiPolygon(vec![triangle.to_polygon()]);
                self.writer.write_shape_and_record(&Polygon::from(polygons), &record)
            }
            Geometry::GeometryCollection(_) => Ok(()),
        };
        written.map_err(|e| FormatError::write(&self.path, std::io::Error::other(e.to_string())))
    }

    fn finish(self: Box<Self>) -> Result<Vec<Finding>, FormatError> {
        // Dropping the writer completes headers and index.
        let Self { path, folder, writer, crs, text, mut report, .. } = *self;
        drop(writer);
        let write = |extension: &str, text: &str| {
            let file = folder.path().join(format!("out.{extension}"));
            std::fs::write(file, text).map_err(|e| FormatError::write(&path, e))
        };
        write("cpg", text.name())?;
        match crs.as_ref().map(|crs| (crs, prj::text(crs))) {
            None => {}
            Some((_, Some(prj))) => write("prj", &prj)?,
            Some((crs, None)) => match super::super::ogr::esri_wkt(crs) {
                Some(prj) => write("prj", &prj)?,
                None => report.file(no_prj(crs)),
            },
        }
        // The .shp comes last: while it is missing nobody takes the others for a shapefile.
        for extension in ["dbf", "shx", "cpg", "prj", "shp"] {
            let from = folder.path().join(format!("out.{extension}"));
            if from.exists() {
                neighbour::put(&from, &path.with_extension(extension))?;
            } else {
                // One left from an earlier export would belie the coordinates.
                let _ = std::fs::remove_file(path.with_extension(extension));
            }
        }
        Ok(report.take())
    }
}
