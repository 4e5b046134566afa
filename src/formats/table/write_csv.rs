//! Writes text tables: UTF-8 with a byte-order mark, so that spreadsheets show Chinese; safe against formulas.

use std::path::Path;

use geo_types::Geometry;
use geozero::ToWkt;
use serde_json::Value as Json;

use super::super::neighbour::Neighbour;
use super::super::{FeatureSink, FormatError, OutFeature, OutSchema};
use super::heading;
use crate::model::{Bilingual, Finding};

/// Features without geometry held back until one with geometry says how it is written.
const HELD_BACK: usize = 100_000;

/// How geometry is written.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Unknown,
    None,
    LonLat,
    Wkt,
}

/// A text table being written.
pub(crate) struct CsvSink {
    file: Neighbour,
    columns: Vec<String>,
    place: Place,
    held: Vec<OutFeature>,
    separator: u8,
    line: Vec<u8>,
}

impl CsvSink {
    /// Begins the file; the heading is written once it is known how geometry is.
    pub fn create(path: &Path, schema: &OutSchema) -> Result<Self, FormatError> {
        let mut file = Neighbour::new(path)?;
        file.write("\u{feff}".as_bytes())?;
        let tabs = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv"));
        Ok(Self {
            file,
            columns: schema.columns.iter().map(|c| c.name.clone()).collect(),
            place: if schema.crs.is_some() { Place::Unknown } else { Place::None },
            held: Vec::new(),
            separator: if tabs { b'\t' } else { b',' },
            line: Vec::new(),
        })
    }

    fn settle(&mut self, place: Place) -> Result<(), FormatError> {
        self.place = place;
        let mut names = self.columns.clone();
        match place {
            Place::LonLat => names.extend(["lon".to_owned(), "lat".to_owned()]),
            Place::Wkt => names.push("wkt".to_owned()),
            _ => {}
        }
        // Columns read from such a file may be called so already.
        let names = heading::unique(names);
        self.line.clear();
        for name in &names {
            self.cell(name);
        }
        self.end_line()?;
        for feature in std::mem::take(&mut self.held) {
            self.row(&feature)?;
        }
        Ok(())
    }

    fn row(&mut self, feature: &OutFeature) -> Result<(), FormatError> {
        self.line.clear();
        for at in 0..self.columns.len() {
            match feature.values.get(at) {
                None | Some(Json::Null) => self.cell(""),
                Some(Json::String(text)) => self.cell(&safe(text)),
                Some(other) => self.cell(&other.to_string()),
            }
        }
        match (self.place, &feature.geometry) {
            (Place::LonLat, Some(Geometry::Point(p))) => {
                self.cell(ryu_js::Buffer::new().format(p.x()));
                self.cell(ryu_js::Buffer::new().format(p.y()));
            }
            (Place::LonLat, None) => {
                self.cell("");
                self.cell("");
            }
            (Place::LonLat, Some(_)) => {
                let what = Bilingual::new(
                    "点与其他图形混在一起，不能写成经纬度两列",
                    "points and other geometry are mixed",
                );
                return Err(FormatError::CannotHold { path: self.file.path().into(), what });
            }
            (Place::Wkt, Some(geometry)) => {
                let wkt = geometry.to_wkt().map_err(|e| {
                    FormatError::write(self.file.path(), std::io::Error::other(e.to_string()))
                })?;
                self.cell(&wkt);
            }
            (Place::Wkt, None) => self.cell(""),
            _ => {}
        }
        self.end_line()
    }

    fn cell(&mut self, text: &str) {
        let quoted = text.bytes().any(|b| matches!(b, b'"' | b'\n' | b'\r') || b == self.separator)
            || text.starts_with(' ')
            || text.ends_with(' ');
        if quoted {
            self.line.push(b'"');
            self.line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.line.push(b'"');
        } else {
            self.line.extend_from_slice(text.as_bytes());
        }
        self.line.push(self.separator);
    }

    fn end_line(&mut self) -> Result<(), FormatError> {
        self.line.pop();
        self.line.extend_from_slice(b"\r\n");
        self.file.write(&self.line)
    }
}

/// A text that a spreadsheet would run as a formula, made harmless by an apostrophe; numbers stay as they are.
pub(super) fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if risky && text.parse::<f64>().is_err() { format!("'{text}").into() } else { text.into() }
}

impl FeatureSink for CsvSink {
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError> {
        if self.place == Place::Unknown {
            match &feature.geometry {
                None if self.held.len() < HELD_BACK => {
                    self.held.push(feature);
                    return Ok(());
                }
                Some(Geometry::Point(_)) => self.settle(Place::LonLat)?,
                _ => self.settle(Place::Wkt)?,
            }
        } else if self.place == Place::None && self.line.is_empty() {
            self.settle(Place::None)?;
        }
        self.row(&feature)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<Finding>, FormatError> {
        if self.line.is_empty() {
            self.settle(Place::None)?;
        }
        self.file.finish()?;
        Ok(vec![])
    }
}
