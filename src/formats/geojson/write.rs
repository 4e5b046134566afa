//! Writes GeoJSON: RFC 7946, outer rings counter-clockwise, features in the order they come.
//!
//! RFC 7946 knows longitude and latitude on WGS 84 only and forbids a `crs` member. CGCS2000 is the same numbers
//! (`Crs::is_register`), so such files have none; which of the two it was stands in a member of our own, as the
//! standard allows, so that nobody is asked when the file comes back. Any other system needs the older `crs`.

use geo_types::{Coord, Geometry, LineString, Polygon};
use serde_json::Value as Json;

use super::super::neighbour::Neighbour;
use super::super::report::{Noticed, Report};
use super::super::{FeatureSink, FormatError, OutFeature, OutSchema, rings};
use super::OWN_MEMBER;
use crate::crs::Crs;
use crate::model::{Finding, Severity};

/// A GeoJSON file being written.
pub(crate) struct GeoJsonSink {
    file: Neighbour,
    /// names as JSON strings with colon
    keys: Vec<String>,
    buffer: Vec<u8>,
    first: bool,
    report: Report,
}

impl GeoJsonSink {
    /// Begins the file.
    pub fn create(path: &std::path::Path, schema: &OutSchema) -> Result<Self, FormatError> {
        let mut file = Neighbour::new(path)?;
        let mut report = Report::new(path);
        let name = Json::from(schema.name.as_str());
        let mut head = format!("{{\"type\":\"FeatureCollection\",\"name\":{name},");
        match &schema.crs {
            None => {}
            Some(crs) if crs.is_register() => {
                head += &format!("\"{OWN_MEMBER}\":{{\"crs\":{}}},", Json::from(crs.to_string()));
            }
            Some(crs) => {
                let said = match crs {
                    Crs::Epsg(code) => format!("urn:ogc:def:crs:EPSG::{code}"),
                    other => other.to_string(),
                };
                let said = Json::from(said);
                head += &format!("\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":{said}}}}},");
                report.file(not_wgs84());
            }
        }
        file.write(head.as_bytes())?;
        file.write(b"\"features\":[")?;
        let keys = schema.columns.iter().map(|c| format!("{}:", Json::from(c.name.as_str()))).collect();
        Ok(Self { file, keys, buffer: Vec::new(), first: true, report })
    }
}

fn not_wgs84() -> Noticed<'static> {
    Noticed {
        rule: "export.crs",
        severity: Severity::Note,
        what: (
            "GeoJSON 标准（RFC 7946）只用 WGS 84 经纬度，本文件用其他坐标系".into(),
            "the standard (RFC 7946) knows WGS 84 longitude and latitude only; this file is in another system".into(),
        ),
        done: ("以旧式 crs 成员注明", "said so in the older `crs` member"),
    }
}

impl FeatureSink for GeoJsonSink {
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError> {
        let out = &mut self.buffer;
        out.clear();
        out.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        out.extend_from_slice(b"{\"type\":\"Feature\",\"properties\":{");
        for (at, (key, value)) in self.keys.iter().zip(&feature.values).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(key.as_bytes());
            let written = serde_json::to_writer(&mut *out, value);
            written.map_err(|e| FormatError::write(self.file.path(), e.into()))?;
        }
        out.extend_from_slice(b"},\"geometry\":");
        match &feature.geometry {
            Some(geometry) => geometry_text(geometry, out),
            None => out.extend_from_slice(b"null"),
        }
        out.push(b'}');
        self.file.write(&self.buffer)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<Finding>, FormatError> {
        self.file.write(b"\n]}\n")?;
        self.file.finish()?;
        Ok(self.report.take())
    }
}

fn geometry_text(geometry: &Geometry, out: &mut Vec<u8>) {
    let open = |kind: &str, out: &mut Vec<u8>| {
        out.extend_from_slice(b"{\"type\":\"");
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(b"\",\"coordinates\":");
    };
    match geometry {
        Geometry::Point(p) => {
            open("Point", out);
            position(&p.0, out);
        }
        Geometry::MultiPoint(points) => {
            open("MultiPoint", out);
            list(&points.0, out, |p, out| position(&p.0, out));
        }
        Geometry::LineString(line) => {
            open("LineString", out);
            list(&line.0, out, position);
        }
        Geometry::MultiLineString(lines) => {
            open("MultiLineString", out);
            list(&lines.0, out, |line, out| list(&line.0, out, position));
        }
        Geometry::Polygon(polygon) => {
            open("Polygon", out);
            polygon_text(polygon, out);
        }
        Geometry::MultiPolygon(polygons) => {
            open("MultiPolygon", out);
            list(&polygons.0, out, polygon_text);
        }
        Geometry::GeometryCollection(parts) => {
            out.extend_from_slice(b"{\"type\":\"GeometryCollection\",\"geometries\":");
            list(&parts.0, out, geometry_text);
        }
        Geometry::Line(line) => return geometry_text(&LineString(vec![line.start, line.end]).into(), out),
        Geometry::Rect(rect) => return geometry_text(&rect.to_polygon().into(), out),
        Geometry::Triangle(triangle) => return geometry_text(&triangle.to_polygon().into(), out),
    }
    out.push(b'}');
}

fn polygon_text(polygon: &Polygon, out: &mut Vec<u8>) {
    out.push(b'[');
    ring(polygon.exterior(), true, out);
    for hole in polygon.interiors() {
        out.push(b',');
        ring(hole, false, out);
    }
    out.push(b']');
}

fn ring(ring: &LineString, counter_clockwise: bool, out: &mut Vec<u8>) {
    let area = rings::signed_area2(ring);
    if area != 0.0 && (area > 0.0) != counter_clockwise {
        let turned: Vec<Coord> = ring.0.iter().rev().copied().collect();
        list(&turned, out, position);
    } else {
        list(&ring.0, out, position);
    }
}

fn list<T>(items: &[T], out: &mut Vec<u8>, each: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        each(item, out);
    }
    out.push(b']');
}

fn position(c: &Coord, out: &mut Vec<u8>) {
    let mut digits = ryu_js::Buffer::new();
    out.push(b'[');
    for (at, number) in [c.x, c.y].into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let text = if number.is_finite() { digits.format_finite(number) } else { "null" };
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b']');
}
