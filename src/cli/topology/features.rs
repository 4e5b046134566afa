//! Any readable file as polygons with their columns, and back.

use std::path::Path;

use clap::Args;
use geo_types::{Coord, Geometry, MultiPolygon};
use serde_json::Value as Json;

use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::t;
use crate::crs::Crs;
use crate::formats::{self, DeclaredCrs, OutColumn, OutFeature, OutSchema, ReadOptions};
use crate::model::{Bilingual, FieldKind, Finding, Findings, Severity, Spot, geometry};
use crate::topology::Metric;

/// How the file is to be read.
#[derive(Args, Clone, Debug, Default)]
pub struct Reading {
    #[arg(long, value_name = "L", help = t("文件内的图层", "layer within the file"))]
    source_layer: Option<String>,
    #[arg(long, value_name = "E", help = t("文字编码", "text encoding"))]
    encoding: Option<String>,
    #[arg(long, value_name = "C", help = t("文件的坐标系，文件未注明时用", "the file's coordinates, where it does not say"))]
    crs: Option<Crs>,
    #[arg(long, help = t("坐标是平面坐标（文件未注明时，经纬度范围内的数按度计）", "coordinates are plane ones (where the file does not say, numbers that can be degrees are)"))]
    plane: bool,
}

/// The polygons of a file.
pub struct Features {
    /// columns of the file
    pub columns: Vec<String>,
    /// one geometry to a row: polygons, or an empty multipolygon where it has none
    pub shapes: Vec<Geometry>,
    /// values of each row by column
    pub values: Vec<Vec<Json>>,
    /// what the coordinates are
    pub metric: Metric,
    /// the file's system, where it says
    pub crs: Option<Crs>,
    /// rows that cannot be read, rows without area
    pub findings: Findings,
}

impl Features {
    /// Reads a file whole.
    pub fn read(path: &Path, reading: &Reading) -> Result<Self, Failure> {
        let options = ReadOptions { layer: reading.source_layer.clone(), encoding: reading.encoding.clone() };
        let mut source = formats::open(path, &options)?;
        let (mut findings, mut shapes, mut rows) = (Findings::default(), Vec::new(), Vec::new());
        while let Some(next) = source.next_feature() {
            stop::check()?;
            match next {
                Err(finding) => findings.push(finding),
                Ok(feature) => {
                    let shape = match feature.geometry {
                        Some(shape @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_))) => shape,
                        _ => {
                            findings.push(without_area(path, feature.row));
                            Geometry::MultiPolygon(MultiPolygon(Vec::new()))
                        }
                    };
                    shapes.push(shape);
                    rows.push(feature.values);
                }
            }
        }
        source.take_findings().into_iter().for_each(|finding| findings.push(finding));
        let crs = match (&reading.crs, source.crs()) {
            (Some(crs), _) | (None, DeclaredCrs::Known(crs)) => Some(crs.clone()),
            _ => None,
        };
        let metric = match (reading.plane, crs.as_ref().and_then(Crs::is_geographic)) {
            (true, _) | (false, Some(false)) => Metric::Plane,
            (false, Some(true)) => Metric::Degrees,
            (false, None) if shapes.iter().all(can_be_degrees) => Metric::Degrees,
            (false, None) => Metric::Plane,
        };
        if crs.is_none() {
            findings.push(assumed(path, metric));
        }
        let columns = source.columns().to_vec();
        let values = rows.into_iter().map(|row| filled(row, columns.len())).collect();
        Ok(Self { columns, shapes, values, metric, crs, findings })
    }

    /// The place of a column by its name, whatever its case.
    pub fn column(&self, name: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|column| column == name);
        exact.or_else(|| self.columns.iter().position(|column| column.eq_ignore_ascii_case(name)))
    }

    /// The same; a failure that names the columns there are where it is not one.
    pub fn wanted_column(&self, name: &str) -> Result<usize, Failure> {
        self.column(name).ok_or_else(|| {
            let list = self.columns.join("、");
            Failure::Usage(Bilingual::new(
                format!("文件没有“{name}”这一列；有：{list}"),
                format!("the file has no column {name:?}; there are: {}", self.columns.join(", ")),
            ))
        })
    }

    /// A row's value as text; empty where it has none.
    pub fn text(&self, row: usize, column: usize) -> String {
        match &self.values[row][column] {
            Json::Null => String::new(),
            Json::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        }
    }
}

/// Rows to be written.
pub struct Output {
    /// columns with the kind of their values
    pub columns: Vec<OutColumn>,
    /// the coordinates' system
    pub crs: Option<Crs>,
    /// geometries and values
    pub rows: Vec<(Geometry, Vec<Json>)>,
}

impl Output {
    /// Writes a file of the format that its extension stands for.
    pub fn write(self, path: &Path) -> Result<Vec<Finding>, Failure> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let schema = OutSchema { name, columns: self.columns, crs: self.crs, encoding: None };
        let mut sink = formats::create(path, &schema)?;
        for (geometry, values) in self.rows {
            stop::check()?;
            let empty = matches!(&geometry, Geometry::MultiPolygon(parts) if parts.0.is_empty());
            sink.write(OutFeature { geometry: (!empty).then_some(geometry), values })?;
        }
        stop::check()?;
        Ok(sink.finish()?)
    }
}

/// A column whose kind is that of its values.
pub fn column<'a>(name: &str, values: impl Iterator<Item = &'a Json>) -> OutColumn {
    let mut kind = None;
    for value in values {
        let one = match value {
            Json::Null => continue,
            Json::Bool(_) => FieldKind::Bool,
            Json::Number(number) if number.is_f64() => FieldKind::Real,
            Json::Number(_) => FieldKind::Int,
            _ => FieldKind::Text,
        };
        kind = match (kind, one) {
            (None, one) => Some(one),
            (Some(seen), one) if seen == one => Some(seen),
            (Some(FieldKind::Int | FieldKind::Real), FieldKind::Int | FieldKind::Real) => {
                Some(FieldKind::Real)
            }
            _ => Some(FieldKind::Text),
        };
    }
    OutColumn { name: name.to_owned(), title: None, kind: kind.unwrap_or(FieldKind::Text) }
}

fn filled(values: Vec<(usize, Json)>, columns: usize) -> Vec<Json> {
    let mut row = vec![Json::Null; columns];
    for (at, value) in values {
        if let Some(place) = row.get_mut(at) {
            *place = value;
        }
    }
    row
}

fn can_be_degrees(shape: &Geometry) -> bool {
    let mut fits = true;
    geometry::for_each_coord(shape, &mut |c: Coord| fits &= c.x.abs() <= 180.0 && c.y.abs() <= 90.0);
    fits
}

fn without_area(path: &Path, row: u64) -> Finding {
    let spot = Spot { file: Some(path.display().to_string()), row: Some(row), ..Spot::default() };
    let what = Bilingual::new("没有面", "no polygon");
    let done = Bilingual::new("该行照留，不参与计算", "the row is kept and left out of the work");
    Finding::new("topology.no_area", Severity::Warning, spot, what, done)
}

fn assumed(path: &Path, metric: Metric) -> Finding {
    let spot = Spot { file: Some(path.display().to_string()), ..Spot::default() };
    let what = Bilingual::new("文件没有注明坐标系", "the file does not say its coordinates");
    let done = match metric {
        Metric::Degrees => Bilingual::new(
            "按经纬度计，长度以米计；如是平面坐标请加 --plane",
            "taken as degrees, lengths in metres; give --plane if they are plane ones",
        ),
        Metric::Plane => {
            Bilingual::new("按平面坐标计，长度以其单位计", "taken as plane ones, lengths in their unit")
        }
    };
    Finding::new("topology.crs", Severity::Note, spot, what, done)
}
