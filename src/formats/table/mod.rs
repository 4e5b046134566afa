//! Tables: rows under a heading, from text or a spreadsheet, with coordinates in columns, as text, or none.

mod angle;
mod columns;
mod csv;
mod heading;
mod objects;
mod ods;
mod points;
mod sheet;
pub(crate) mod wkt;
mod write_book;
mod write_csv;
mod write_sheet;

use std::collections::VecDeque;
use std::path::Path;

use geo_types::{Geometry, Point};
use serde_json::Value as Json;

use self::columns::{Axis, Located};
use super::report::{Noticed, Report};
use super::{DeclaredCrs, FeatureSource, FormatError, ReadOptions, SourceFeature};
use crate::crs::Crs;
use crate::model::{Finding, Severity};

pub(crate) use self::csv::open as open_csv;
pub(crate) use self::heading::unique as unique_headings;
pub(crate) use self::objects::{Object, table as of_objects};
pub(crate) use self::points::is_list as is_list_of_points;
pub(crate) use self::sheet::{layers as sheet_layers, open as open_sheet};

pub use self::write_book::{BookSheet, write_book};
pub(crate) use self::write_csv::CsvSink;
pub use self::write_sheet::SheetLook;
pub(crate) use self::write_sheet::SheetSink;

/// Cells of a row that hold something, by column.
pub(crate) type Cells = Vec<(usize, Json)>;

/// Rows below the heading, each with its number as a person counts it.
pub(crate) trait Rows: Send {
    /// The next row that is not empty.
    fn next_row(&mut self, report: &mut Report) -> Option<Result<(u64, Cells), Finding>>;

    /// How many there probably are.
    fn count_hint(&self) -> Option<u64>;
}

/// Rows looked at before the first is given away, to tell northing from easting and what the text is.
const SAMPLE: usize = 50;

/// A table being read.
pub(crate) struct TableSource {
    rows: Box<dyn Rows>,
    sampled: VecDeque<Result<(u64, Cells), Finding>>,
    columns: Vec<String>,
    located: Located,
    geometry_columns: Vec<usize>,
    crs: DeclaredCrs,
    report: Report,
}

impl TableSource {
    /// Takes up the rows below a heading.
    pub fn new(headings: Vec<String>, mut rows: Box<dyn Rows>, mut report: Report) -> Self {
        let columns = heading::unique(headings);
        let sampled: VecDeque<_> = std::iter::from_fn(|| rows.next_row(&mut report)).take(SAMPLE).collect();
        let mut located = columns::locate(&columns);
        let cells = || sampled.iter().flatten().map(|(_, cells)| cells);
        if let Located::Point { x, y, plain: true, .. } = &mut located {
            let points: Vec<_> =
                cells().filter_map(|row| value(x, row).ok()?.zip(value(y, row).ok()?)).collect();
            if columns::swapped(&points) {
                std::mem::swap(x, y);
                report_swap(&mut report);
            }
        }
        // Coordinate columns that are empty, beside one of well-known text: lines or areas.
        if let (Located::Point { x, y, .. }, Some(at)) = (&located, columns::wkt(&columns)) {
            let placed =
                |row| value(x, row).ok().flatten().is_some() && value(y, row).ok().flatten().is_some();
            let drawn = |row: &Cells| {
                cell(row, at).and_then(Json::as_str).is_some_and(|text| wkt::parse(text).is_ok())
            };
            if !cells().any(placed) && cells().any(drawn) {
                located = Located::Wkt(at);
            }
        }
        let srid = match &located {
            Located::Wkt(at) => cells().find_map(|row| wkt::srid(cell(row, *at)?.as_str()?)),
            _ => None,
        };
        // A column called `shape` or `geom` may hold anything.
        if let Located::Wkt(at) = located {
            let mut texts = cells().filter_map(|row| cell(row, at)?.as_str()).peekable();
            if texts.peek().is_some() && !texts.any(|text| wkt::parse(text).is_ok()) {
                located = Located::Nowhere;
            }
        }
        let crs = match &located {
            Located::Nowhere => DeclaredCrs::NoGeometry,
            Located::Wkt(_) => {
                srid.map_or(DeclaredCrs::Undeclared, |code| DeclaredCrs::Known(Crs::Epsg(code)))
            }
            Located::Point { crs, .. } => crs.clone().map_or(DeclaredCrs::Undeclared, DeclaredCrs::Known),
        };
        let geometry_columns = located.columns();
        Self { rows, sampled, columns, located, geometry_columns, crs, report }
    }

    fn geometry(&mut self, row: u64, cells: &Cells) -> Option<Geometry> {
        match &self.located {
            Located::Nowhere => None,
            Located::Wkt(at) => {
                let text = cell(cells, *at)?.as_str()?;
                wkt::parse(text)
                    .map_err(|why| {
                        let field = self.columns.get(*at).map(String::as_str);
                        self.report.geometry(row, field, text, "不是正确的 WKT 文字", &why);
                    })
                    .ok()
            }
            Located::Point { x, y, .. } => {
                let (lon, lat) = (value(x, cells), value(y, cells));
                let (axis, text) = match (lon, lat) {
                    (Ok(Some(x)), Ok(Some(y))) => return Some(Point::new(x, y).into()),
                    (Ok(None), Ok(None)) => return None,
                    (Err(text), _) => (x, text),
                    (_, Err(text)) => (y, text),
                    (Ok(None), _) => (x, String::new()),
                    (_, Ok(None)) => (y, String::new()),
                };
                let at = axis.columns()[0];
                let field = self.columns.get(at).map(String::as_str);
                self.report.geometry(row, field, &text, "不是坐标", "not a coordinate");
                None
            }
        }
    }
}

fn report_swap(report: &mut Report) {
    report.file(Noticed {
        rule: "import.axes",
        severity: Severity::Note,
        what: (
            "X 列是纵坐标（北），Y 列是横坐标（东），合于测量习惯".into(),
            "column X is the northing (or latitude) and Y the easting, as surveyors write".into(),
        ),
        done: ("已按此读取", "read as such"),
    });
}

fn cell(cells: &Cells, column: usize) -> Option<&Json> {
    cells.binary_search_by_key(&column, |(at, _)| *at).ok().map(|at| &cells[at].1)
}

fn value(axis: &Axis, cells: &Cells) -> Result<Option<f64>, String> {
    axis.value(|column| cell(cells, column))
}

impl FeatureSource for TableSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn geometry_columns(&self) -> &[usize] {
        &self.geometry_columns
    }

    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }

    fn count_hint(&self) -> Option<u64> {
        self.rows.count_hint()
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let row = match self.sampled.pop_front() {
            Some(row) => row,
            None => self.rows.next_row(&mut self.report)?,
        };
        Some(row.map(|(row, values)| SourceFeature { row, geometry: self.geometry(row, &values), values }))
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        self.report.take()
    }
}

/// Opens nothing: says that a table has no heading.
fn no_heading(path: &Path) -> FormatError {
    FormatError::broken(path, "表格是空的，没有表头", "the table is empty and has no heading")
}

/// The encoding a person gave.
fn given(options: &ReadOptions) -> Result<Option<&'static encoding_rs::Encoding>, FormatError> {
    options.encoding.as_deref().map(super::encoding::required).transpose()
}
