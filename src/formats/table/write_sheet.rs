//! Writes XLSX: one sheet, titles for people in the heading, codes as text, points as longitude and latitude.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use geo_types::Geometry;
use geozero::ToWkt;
use rust_xlsxwriter::{Color, DataValidation, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::super::neighbour::Neighbour;
use super::super::report::{Noticed, Report};
use super::super::{FeatureSink, FormatError, OutFeature, OutSchema};
use crate::model::{Bilingual, FieldKind, Finding, Severity};

/// Rows of a sheet, the heading included.
const MAX_ROWS: u32 = 1_048_576;
/// Characters of a cell.
const MAX_TEXT: usize = 32_767;

/// Bytes of a drop-down's words together.
const MAX_CHOICES: usize = 255;

/// How often the one who waits for a workbook is asked whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How a sheet that people fill in looks.
#[derive(Clone, Debug, Default)]
pub struct SheetLook {
    /// by column: the words to choose from, and whether others may be written
    pub choices: Vec<Option<(Vec<String>, bool)>>,
    /// columns by which rows are known again: grey, not to be written into
    pub marks: usize,
}

/// A workbook being written; held in memory until it is finished.
pub(crate) struct SheetSink {
    path: PathBuf,
    sheet: Worksheet,
    width: u16,
    row: u32,
    located: bool,
    /// whether geometry goes into two columns, once the first one was seen
    lonlat: Option<bool>,
    /// columns of days, written as days rather than as text
    days: Vec<u16>,
    day: Format,
    /// how many columns are marks, and how they look
    marks: (u16, Format),
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
        Ok(Self {
            path: path.into(),
            sheet,
            width,
            row: 0,
            located,
            lonlat: None,
            days: Vec::new(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            marks: (0, Format::new().set_font_color(Color::RGB(0x80_80_80))),
            report: Report::new(path),
        })
    }

    /// The same for people to fill in: days as days, drop-downs of the words of a code list.
    pub fn with(mut self, schema: &OutSchema, look: SheetLook) -> Result<Self, FormatError> {
        let kinds = schema.columns.iter().enumerate();
        self.days = kinds.filter(|(_, c)| c.kind == FieldKind::Date).map(|(at, _)| at as u16).collect();
        self.marks.0 = look.marks as u16;
        for (at, choices) in look.choices.into_iter().enumerate() {
            let Some((words, open)) = choices else { continue };
            // A longer list would need a second sheet, which readers take for a second table.
            let bytes: usize = words.iter().map(|word| word.len() + 1).sum();
            if bytes > MAX_CHOICES || words.iter().any(|word| word.contains(',')) {
                continue;
            }
            let rule = DataValidation::new().allow_list_strings(&words);
            let rule = rule.map(|rule| rule.show_error_message(!open));
            let set = rule.and_then(|rule| {
                self.sheet.add_data_validation(1, at as u16, MAX_ROWS - 1, at as u16, &rule).map(|_| ())
            });
            set.map_err(|e| failed(&self.path, &e))?;
        }
        Ok(self)
    }

    /// Writes a day as a day where a spreadsheet knows it (from 1900 on), else as text.
    fn day(&mut self, column: u16, text: &str) -> Result<(), FormatError> {
        match ExcelDateTime::parse_from_str(text) {
            Ok(day) => {
                let written = self.sheet.write_datetime_with_format(self.row, column, &day, &self.day);
                written.map(|_| ()).map_err(|e| failed(&self.path, &e))
            }
            Err(_) => self.text(column, text),
        }
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
                Json::String(text) if self.days.contains(&at) => self.day(at, text)?,
                Json::String(text) if at < self.marks.0 => {
                    let written = self.sheet.write_string_with_format(self.row, at, text, &self.marks.1);
                    written.map_err(|e| failed(&self.path, &e))?;
                }
                Json::String(text) => self.text(at, text)?,
                other => self.text(at, &other.to_string())?,
            }
        }
        match &feature.geometry {
            Some(geometry) if self.located => self.geometry(geometry),
            _ => Ok(()),
        }
    }

    fn finish(self: Box<Self>) -> Result<Vec<Finding>, FormatError> {
        self.finish_while(&mut || true)
    }

    /// Packed in a thread of its own: of a million rows that takes many seconds, in which its maker asks nobody.
    fn finish_while(self: Box<Self>, go_on: &mut dyn FnMut() -> bool) -> Result<Vec<Finding>, FormatError> {
        let Self { path, sheet, mut report, .. } = *self;
        let (packed, waited) = mpsc::channel();
        std::thread::spawn(move || {
            let mut book = Workbook::new();
            book.push_worksheet(sheet);
            // Nobody waits any more where it was stopped.
            let _ = packed.send(book.save_to_buffer());
        });
        let bytes = loop {
            match waited.recv_timeout(ASK_EVERY) {
                Ok(bytes) => break bytes.map_err(|e| failed(&path, &e))?,
                Err(RecvTimeoutError::Timeout) if go_on() => {}
                Err(RecvTimeoutError::Timeout) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(FormatError::write(
                        &path,
                        std::io::Error::other("the workbook's thread ended"),
                    ));
                }
            }
        };
        let mut file = Neighbour::new(&path)?;
        file.write(&bytes)?;
        file.finish()?;
        Ok(report.take())
    }
}
