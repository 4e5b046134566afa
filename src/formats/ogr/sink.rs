//! GeoPackage, FlatGeobuf, KML and DXF written by the child. Features are kept in a file first: what kind of geometry a layer
//! has is known only when all were seen, and the child then lives no longer than it works.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use geo_types::{Geometry, MultiLineString, MultiPolygon};
use geozero::{CoordDimensions, ToWkb};
use serde_json::Value as Json;
use tempfile::TempDir;

use super::super::report::{Noticed, Report};
use super::super::{FeatureSink, FormatError, OutFeature, OutFormat, OutSchema, neighbour};
use super::frame::{Answer, Column, Output, Shape, Work, receive, send};
use super::parent::Running;
use super::{Worker, words};
use crate::crs::Crs;
use crate::model::{Bilingual, FieldKind, Finding, Severity};

/// A file that the child is to write.
pub(crate) struct OgrSink {
    path: PathBuf,
    folder: TempDir,
    spool: BufWriter<File>,
    count: u64,
    output: Output,
    kinds: Vec<FieldKind>,
    /// for a drawing: the column whose values name its layers
    drawn_by: Option<usize>,
    worker: Worker,
    report: Report,
}

impl OgrSink {
    /// Begins the file.
    pub fn create(
        path: &Path,
        format: OutFormat,
        schema: &OutSchema,
        worker: &Worker,
    ) -> Result<Self, FormatError> {
        let (driver, extension) = match format {
            OutFormat::GeoPackage => ("GPKG", "gpkg"),
            OutFormat::FlatGeobuf => ("FlatGeobuf", "fgb"),
            OutFormat::Kml => ("LIBKML", "kml"),
            OutFormat::Dxf => ("DXF", "dxf"),
            _ => return Err(FormatError::NotWritten { path: path.into() }),
        };
        let drawing = format == OutFormat::Dxf;
        let cannot = |zh: &str, en: &str| {
            Err(FormatError::CannotHold { path: path.into(), what: Bilingual::new(zh, en) })
        };
        match &schema.crs {
            None if drawing || format == OutFormat::Kml => {
                return cannot(
                    "该格式只存图形，此图层没有图形；请导出为表格",
                    "the format holds shapes and the layer has none: export a table",
                );
            }
            Some(crs) if format == OutFormat::Kml && !crs.same_numbers(&Crs::REGISTER) => {
                return cannot(
                    "KML 只用经纬度（EPSG:4490、4326）",
                    "KML is in longitude and latitude only (EPSG:4490, 4326)",
                );
            }
            _ => {}
        }
        let folder = neighbour::folder_beside(path)?;
        let spool = File::options().read(true).write(true).create_new(true).open(folder.path().join("spool"));
        let spool = BufWriter::with_capacity(1 << 17, spool.map_err(|e| FormatError::write(path, e))?);
        let mut report = Report::new(path);
        let crs = schema.crs.as_ref().and_then(words);
        if drawing {
            report.file(Noticed {
                rule: "export.attributes",
                severity: Severity::Note,
                what: ("DXF 只存图形和图层名".into(), "DXF holds shapes and names of layers".into()),
                done: ("属性没有写出；需要时另导表格", "attributes were left out; export a table beside it"),
            });
        }
        if let (Some(given), None) = (&schema.crs, &crs) {
            report.file(Noticed {
                rule: "export.crs",
                severity: Severity::Warning,
                what: (format!("此格式没有 {given} 的写法"), format!("the format has no way to say {given}")),
                done: (
                    "没有注明坐标系；交付时请说明",
                    "the file does not say its system; say it when handing the file over",
                ),
            });
        }
        let target = std::path::absolute(folder.path().join(format!("out.{extension}")));
        let target = target.map_err(|e| FormatError::write(path, e))?.to_string_lossy().into_owned();
        let columns = schema.columns.iter().map(|column| {
            let kind = match column.kind {
                FieldKind::Int | FieldKind::Bool => Column::Int,
                FieldKind::Real => Column::Real,
                FieldKind::Date => Column::Date,
                FieldKind::Text | FieldKind::List(_) => Column::Text,
            };
            // KML is read by people: its balloons show the columns.
            let title = column.title.as_ref().filter(|_| format == OutFormat::Kml);
            (title.unwrap_or(&column.name).clone(), kind)
        });
        let at = |names: &[&str]| {
            names.iter().find_map(|name| schema.columns.iter().position(|column| column.name == *name))
        };
        let output = Output {
            target,
            driver: driver.into(),
            layer: schema.name.clone(),
            crs,
            geometry: None,
            columns: if drawing { vec![("Layer".into(), Column::Text)] } else { columns.collect() },
            label: at(&["name", "number", "code"]),
        };
        let kinds = schema.columns.iter().map(|column| column.kind).collect();
        let mut sink = Self {
            path: path.into(),
            folder,
            spool,
            count: 0,
            output,
            kinds,
            drawn_by: at(&["level", "class", "kind", "category"]).filter(|_| drawing),
            worker: worker.clone(),
            report,
        };
        if schema.crs.is_some() {
            sink.output.geometry = Some(Shape::Any);
        }
        Ok(sink)
    }

    /// A value of a kind that GDAL would not take as it is goes as text.
    fn values(&self, values: Vec<Json>) -> Vec<(usize, Json)> {
        if self.output.driver == "DXF" {
            let class = self.drawn_by.and_then(|at| values.get(at)?.as_str());
            let layer = &self.output.layer;
            return vec![(0, class.map_or(layer.clone(), |class| format!("{layer}_{class}")).into())];
        }
        let mut kept = Vec::with_capacity(values.len());
        for (at, value) in values.into_iter().enumerate().take(self.kinds.len()) {
            let value = match (self.kinds[at], value) {
                (_, Json::Null) => continue,
                (FieldKind::Text | FieldKind::List(_), value @ (Json::Number(_) | Json::Bool(_))) => {
                    value.to_string().into()
                }
                (FieldKind::Real, Json::Number(n)) => n.as_f64().map_or(Json::Null, Json::from),
                (_, value) => value,
            };
            kept.push((at, value));
        }
        kept
    }
}

fn shape(geometry: &Geometry) -> Shape {
    match geometry {
        Geometry::Point(_) => Shape::Point,
        Geometry::LineString(_) | Geometry::MultiLineString(_) | Geometry::Line(_) => Shape::Line,
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => {
            Shape::Area
        }
        _ => Shape::Any,
    }
}

/// Lines and areas as multi geometries, so that a layer is of one type.
fn multi(geometry: Geometry) -> Geometry {
    match geometry {
        Geometry::LineString(line) => MultiLineString(vec![line]).into(),
        Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]).into(),
        Geometry::Rect(rect) => MultiPolygon(vec![rect.to_polygon()]).into(),
        Geometry::Triangle(triangle) => MultiPolygon(vec![triangle.to_polygon()]).into(),
        other => other,
    }
}

/// What the kinds seen so far and one more make together. `Any` before anything was seen is given by the first.
fn together(so_far: Option<Shape>, first: bool, next: Shape) -> Option<Shape> {
    match so_far {
        None => None,
        Some(_) if first => Some(next),
        Some(shape) if shape == next => Some(shape),
        Some(_) => Some(Shape::Any),
    }
}

impl FeatureSink for OgrSink {
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError> {
        let values = self.values(feature.values);
        let mut body = Vec::new();
        if let (Some(geometry), true) = (feature.geometry, self.output.geometry.is_some()) {
            self.output.geometry = together(self.output.geometry, self.count == 0, shape(&geometry));
            self.count += 1;
            body = multi(geometry)
                .to_wkb(CoordDimensions::xy())
                .map_err(|e| FormatError::write(&self.path, std::io::Error::other(e.to_string())))?;
        }
        send(&mut self.spool, &Answer::Feature(values), &body).map_err(|e| FormatError::write(&self.path, e))
    }

    fn finish(self: Box<Self>) -> Result<Vec<Finding>, FormatError> {
        let Self { path, folder, mut spool, output, worker, mut report, .. } = *self;
        let failed = |e: std::io::Error| FormatError::write(&path, e);
        send(&mut spool, &Answer::End, &[]).and_then(|()| spool.flush()).map_err(failed)?;
        let mut spool = spool.into_inner().map_err(|e| failed(e.into_error()))?;
        spool.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut spool = BufReader::with_capacity(1 << 17, spool);
        let target = output.target.clone();
        let mut running = Running::start(&path, Work::Write(output), &worker)?;
        loop {
            let (message, body) = receive::<Answer>(&mut spool).map_err(failed)?;
            let end = matches!(message, Answer::End);
            running.say(&message, &body)?;
            if end {
                break;
            }
        }
        running.close_input()?;
        match running.next()?.0 {
            Answer::End => {}
            answer => return Err(running.refused(answer)),
        }
        drop(running);
        neighbour::put(Path::new(&target), &path)?;
        drop(folder);
        Ok(report.take())
    }
}
