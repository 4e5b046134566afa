//! Spreadsheets: XLSX, XLSB, XLS and ODS. Each sheet with something in it is a layer.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, DataRef, Reader, Sheets, open_workbook_auto};
use serde_json::Value as Json;

use super::super::report::Report;
use super::super::{FormatError, LayerInfo, ReadOptions};
use super::{Cells, Rows, TableSource, heading, no_heading};
use crate::model::{Bilingual, Finding};

/// Cells that hold something in one sheet.
const MAX_CELLS: usize = 30_000_000;
/// Bytes of a workbook's file.
const MAX_FILE: u64 = 300 << 20;
/// Bytes of its parts together, unpacked: the reader keeps the shared texts in memory.
const MAX_UNPACKED: u64 = 4 << 30;

type Workbook = Sheets<BufReader<File>>;

/// Opens a sheet: the one chosen, or the only one that is not empty.
pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<TableSource, FormatError> {
    let mut book = workbook(path)?;
    let name = match &options.layer {
        Some(layer) if book.sheet_names().contains(layer) => layer.clone(),
        Some(layer) => {
            let layers = book.sheet_names();
            return Err(FormatError::NoSuchLayer { path: path.into(), layer: layer.clone(), layers });
        }
        None => {
            let mut filled = filled(&mut book);
            match filled.len() {
                0 => return Err(no_heading(path)),
                1 => filled.remove(0),
                _ => return Err(FormatError::ChooseLayer { path: path.into(), layers: filled }),
            }
        }
    };
    let mut rows = rows(path, &mut book, &name)?;
    let widths: Vec<usize> = rows.iter().take(heading::LOOKED_AT).map(|(_, cells)| cells.len()).collect();
    if rows.is_empty() {
        return Err(no_heading(path));
    }
    let mut rest = rows.split_off(heading::find(&widths));
    let (_, heading) = rest.remove(0);
    let width =
        rest.iter().chain([&(0, heading.clone())]).filter_map(|(_, c)| c.last()).map(|(at, _)| at + 1).max();
    let mut headings = vec![String::new(); width.unwrap_or(0)];
    for (at, value) in heading {
        headings[at] = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }
    let rows = SheetRows { total: rest.len() as u64, rows: rest.into_iter() };
    Ok(TableSource::new(headings, Box::new(rows), Report::new(path)))
}

/// The sheets with something in them.
pub(crate) fn layers(path: &Path) -> Result<Vec<LayerInfo>, FormatError> {
    let mut book = workbook(path)?;
    Ok(filled(&mut book).into_iter().map(|name| LayerInfo { name, count: None }).collect())
}

fn workbook(path: &Path) -> Result<Workbook, FormatError> {
    let size = std::fs::metadata(path).map_err(|e| FormatError::read(path, e))?.len();
    if size > MAX_FILE {
        let what = Bilingual::new("表格文件的字节数", "the workbook, in bytes,");
        return Err(FormatError::TooLarge { path: path.into(), what, limit: MAX_FILE });
    }
    if super::super::bytes::head(path, 4)?.starts_with(b"PK") {
        super::super::archive::check_unpacked(path, MAX_UNPACKED)?;
    }
    match open_workbook_auto(path) {
        Err(calamine::Error::Ods(e)) => super::ods::dense(path).map(Sheets::Ods).ok_or_else(|| bad(path, &e)),
        other => other.map_err(|e| bad(path, &e)),
    }
}

fn bad(path: &Path, e: &dyn std::fmt::Display) -> FormatError {
    FormatError::broken(path, format!("不是完好的表格文件（{e}）"), format!("not a sound workbook: {e}"))
}

fn filled(book: &mut Workbook) -> Vec<String> {
    let mut names = book.sheet_names();
    names.retain(|name| match &mut *book {
        Sheets::Xlsx(xlsx) => {
            xlsx.worksheet_cells_reader(name).is_ok_and(|mut r| matches!(r.next_cell(), Ok(Some(_))))
        }
        Sheets::Xlsb(xlsb) => {
            xlsb.worksheet_cells_reader(name).is_ok_and(|mut r| matches!(r.next_cell(), Ok(Some(_))))
        }
        other => other.worksheet_range(name).is_ok_and(|range| !range.is_empty()),
    });
    names
}

/// Rows that hold something, numbered from 1. XLSX and XLSB are read cell by cell: a range would be as large as
/// its farthest cell, which a hostile file puts in the last row and column.
fn rows(path: &Path, book: &mut Workbook, name: &str) -> Result<Vec<(u64, Cells)>, FormatError> {
    let mut rows = Gathered::default();
    match book {
        Sheets::Xlsx(xlsx) => {
            let mut reader = xlsx.worksheet_cells_reader(name).map_err(|e| bad(path, &e))?;
            while let Some(cell) = reader.next_cell().map_err(|e| bad(path, &e))? {
                rows.push(path, cell.get_position(), json(Data::from(cell.get_value().clone())))?;
            }
        }
        Sheets::Xlsb(xlsb) => {
            let mut reader = xlsb.worksheet_cells_reader(name).map_err(|e| bad(path, &e))?;
            while let Some(cell) = reader.next_cell().map_err(|e| bad(path, &e))? {
                rows.push(path, cell.get_position(), json(Data::from(DataRef::clone(cell.get_value()))))?;
            }
        }
        other => {
            let range = other.worksheet_range(name).map_err(|e| bad(path, &e))?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                rows.push(path, (top + row as u32, left + column as u32), json(value.clone()))?;
            }
        }
    }
    let mut rows = rows.rows;
    for (_, cells) in &mut rows {
        cells.sort_by_key(|(at, _)| *at);
        cells.dedup_by_key(|(at, _)| *at);
    }
    Ok(rows)
}

#[derive(Default)]
struct Gathered {
    rows: Vec<(u64, Cells)>,
    cells: usize,
}

impl Gathered {
    fn push(
        &mut self,
        path: &Path,
        (row, column): (u32, u32),
        value: Option<Json>,
    ) -> Result<(), FormatError> {
        let Some(value) = value else { return Ok(()) };
        self.cells += 1;
        if self.cells > MAX_CELLS {
            let what = Bilingual::new("表格的格数", "the number of cells");
            return Err(FormatError::TooLarge { path: path.into(), what, limit: MAX_CELLS as u64 });
        }
        let number = u64::from(row) + 1;
        match self.rows.last_mut() {
            Some((last, cells)) if *last == number => cells.push((column as usize, value)),
            _ => self.rows.push((number, vec![(column as usize, value)])),
        }
        Ok(())
    }
}

/// A cell's value; whole numbers without a point, days as `2024-05-01`.
fn json(data: Data) -> Option<Json> {
    match data {
        Data::Int(n) => Some(n.into()),
        Data::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some((x as i64).into()),
        Data::Float(x) => serde_json::Number::from_f64(x).map(Json::Number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| text.into())
        }
        Data::Bool(b) => Some(b.into()),
        Data::DateTime(when) if when.is_datetime() => {
            let (y, m, d, h, min, s, _) = when.to_ymd_hms_milli();
            let day = format!("{y:04}-{m:02}-{d:02}");
            Some(if (h, min, s) == (0, 0, 0) {
                day.into()
            } else {
                format!("{day}T{h:02}:{min:02}:{s:02}").into()
            })
        }
        Data::DateTime(when) => serde_json::Number::from_f64(when.as_f64()).map(Json::Number),
        _ => None,
    }
}

struct SheetRows {
    rows: std::vec::IntoIter<(u64, Cells)>,
    total: u64,
}

impl Rows for SheetRows {
    fn next_row(&mut self, _: &mut Report) -> Option<Result<(u64, Cells), Finding>> {
        self.rows.next().map(Ok)
    }

    fn count_hint(&self) -> Option<u64> {
        Some(self.total)
    }
}
