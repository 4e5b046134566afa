//! Writes XLSX: one sheet, titles for people in the heading, codes as text, points as longitude and latitude.

use std::path::{Path, PathBuf};

use geo_types::Geometry;
use geozero::ToWkt;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::super::neighbour::Neighbour;
use super::super::report::{Noticed, Report};
use super::super::{FeatureSink, FormatError, OutFeature, OutSchema};
use crate::model::{Bilingual, Finding, Severity};

/// Rows of a sheet, the heading included.
const MAX_ROWS: u32 = 1_048_576;
/// Characters of a cell.
const MAX_TEXT: usize = 32_767;

/// A workbook being written; held in memory until it is finished.
pub(crate) struct SheetSink {
    path: PathBuf,
    sheet: Worksheet,
    width: u16,
    row: u32,
    located: bool,
    /// whether geometry goes into two columns, once the first one was seen
    lonlat: Option<bool>,
    report: Report,
}

impl SheetSink {
    /// Begins the sheet with its heading.
    pub fn create(path: &Path, schema: &OutSchema) -> Result<Self, FormatError> {
        let mut sheet = Worksheet::new();
        let failed = |e: XlsxError| failed(path, &e);
        let name: String = schema.name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
        sheet.set_name(if name.is_empty() { "Sheet1" } else { &name }).map_err(failed)?;
        let titles: Vec<&str> =
            schema.columns.iter().map(|c| c.title.as_deref().unwrap_or(&c.name)).collect();
        let located = schema.crs.is_some();
        for (at, title) in titles.iter().enumerate() {
            heading(&mut sheet, at as u16, title).map_err(failed)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        let width = schema.columns.len() as u16;
        let lonlat = None;
        Ok(Self { path: path.into(), sheet, width, row: 0, located, lonlat, report: Report::new(path) })
    }

    /// Points as two columns while nothing else came first, all else as text.
    fn geometry(&mut self, geometry: &Geometry) -> Result<(), FormatError> {
        let width = self.width;
        let points = match (self.lonlat, geometry) {
            (Some(points), _) => points,
            (None, first) => {
                let points = matches!(first, Geometry::Point(_));
                let titles: &[&str] = if points { &["经度", "纬度"] } else { &["WKT"] };
                for (at, title) in titles.iter().enumerate() {
                    heading(&mut self.sheet, width + at as u16, title).map_err(|e| failed(&self.path, &e))?;
                }
                self.lonlat = Some(points);
                points
            }
        };
        match (points, geometry) {
            (true, Geometry::Point(p)) => {
                for (at, number) in [(width, p.x()), (width + 1, p.y())] {
                    self.sheet.write_number(self.row, at, number).map_err(|e| failed(&self.path, &e))?;
                }
                Ok(())
            }
            (true, _) => {
                let what = Bilingual::new(
                    "点与其他图形混在一起，不能写成经纬度两列",
                    "points and other geometry are mixed",
                );
                Err(FormatError::CannotHold { path: self.path.clone(), what })
            }
            (false, other) => {
                let wkt = other.to_wkt();
                let wkt =
                    wkt.map_err(|e| FormatError::write(&self.path, std::io::Error::other(e.to_string())))?;
                self.text(width, &wkt)
            }
        }
    }

    fn text(&mut self, column: u16, text: &str) -> Result<(), FormatError> {
        let mut text = text;
        if text.chars().count() > MAX_TEXT {
            let end = text.char_indices().nth(MAX_TEXT).map_or(text.len(), |(at, _)| at);
            text = &text[..end];
            self.report.value(u64::from(self.row) + 1, None, &column.to_string(), cut());
        }
        // Written as a string, never as a formula.
        self.sheet.write_string(self.row, column, text).map_err(|e| failed(&self.path, &e))?;
        Ok(())
    }
}

fn heading(sheet: &mut Worksheet, at: u16, title: &str) -> Result<(), XlsxError> {
    sheet.write_string_with_format(0, at, title, &Format::new().set_bold())?;
    sheet.set_column_width(at, 8.0 + title.chars().count() as f64 * 2.0)?;
    Ok(())
}

fn failed(path: &Path, e: &XlsxError) -> FormatError {
    FormatError::write(path, std::io::Error::other(e.to_string()))
}

fn cut() -> Noticed<'static> {
    Noticed {
        rule: "export.text",
        severity: Severity::Warning,
        what: (
            format!("文字超过一格的 {MAX_TEXT} 字"),
            format!("a text is longer than the {MAX_TEXT} characters of a cell"),
        ),
        done: ("已截断；完整的请导出为 GeoPackage", "cut; export a GeoPackage for all of it"),
    }
}

impl FeatureSink for SheetSink {
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError> {
        self.row += 1;
        if self.row >= MAX_ROWS {
            let what = Bilingual::new("工作表最多 1,048,576 行", "a sheet has at most 1,048,576 rows");
            return Err(FormatError::CannotHold { path: self.path.clone(), what });
        }
        for (at, value) in feature.values.iter().enumerate() {
            let at = at as u16;
            match value {
                Json::Null => {}
                Json::Bool(b) => {
                    self.sheet.write_boolean(self.row, at, *b).map_err(|e| failed(&self.path, &e))?;
                }
                Json::Number(n) => match n.as_f64() {
                    Some(x) if x.abs() < 9e15 => {
                        self.sheet.write_number(self.row, at, x).map_err(|e| failed(&self.path, &e))?;
                    }
                    _ => self.text(at, &n.to_string())?,
                },
                Json::String(text) => self.text(at, text)?,
                other => self.text(at, &other.to_string())?,
            }
        }
        match &feature.geometry {
            Some(geometry) if self.located => self.geometry(geometry),
            _ => Ok(()),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<Finding>, FormatError> {
        let mut book = Workbook::new();
        book.push_worksheet(self.sheet);
        let bytes = book.save_to_buffer().map_err(|e| failed(&self.path, &e))?;
        let mut file = Neighbour::new(&self.path)?;
        file.write(&bytes)?;
        file.finish()?;
        Ok(self.report.take())
    }
}
