//! Writes a workbook of several sheets: tables that an office keeps and prints, not layers. Not for a layer's
//! records (see `write_sheet`).

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::super::FormatError;
use super::super::neighbour::Neighbour;
use crate::model::FieldKind;

/// A sheet of a workbook.
#[derive(Clone, Debug)]
pub struct BookSheet {
    /// what it is called; characters that a sheet's name cannot have are left out
    pub name: String,
    /// headings with the kind of what stands below
    pub columns: Vec<(String, FieldKind)>,
    /// rows, cells in the order of the columns; absent ones are null
    pub rows: Vec<Vec<Json>>,
}

/// Characters of a sheet's name, and of a cell.
const MAX_NAME: usize = 31;
const MAX_TEXT: usize = 32_767;
/// Rows below the heading.
const MAX_ROWS: usize = 1_048_575;
/// Characters that a column is wide at most.
const MAX_WIDTH: usize = 48;

/// Writes the sheets as one workbook. Nothing stands under the name until all is written.
///
/// # Errors
/// The place cannot be written to. Rows beyond what a sheet holds and ends of texts longer than a cell are cut.
pub fn write_book(path: &Path, sheets: &[BookSheet]) -> Result<(), FormatError> {
    let failed = |e: XlsxError| FormatError::write(path, std::io::Error::other(e.to_string()));
    let mut book = Workbook::new();
    for sheet in sheets {
        book.push_worksheet(written(sheet).map_err(failed)?);
    }
    let bytes = book.save_to_buffer().map_err(failed)?;
    let mut file = Neighbour::new(path)?;
    file.write(&bytes)?;
    file.finish()?;
    Ok(())
}

fn written(from: &BookSheet) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    let name: String = from.name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(MAX_NAME).collect();
    sheet.set_name(if name.is_empty() { "Sheet" } else { &name })?;
    let (bold, day) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
    for (at, (title, _)) in (0_u16..).zip(&from.columns) {
        sheet.write_string_with_format(0, at, title, &bold)?;
        let cells = from.rows.iter().filter_map(|row| row.get(usize::from(at)));
        let widest = cells.map(|cell| cell.as_str().map_or(10, wide)).chain([wide(title)]).max();
        sheet.set_column_width(at, widest.unwrap_or_default().min(MAX_WIDTH) as f64 + 2.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1_u32..).zip(from.rows.iter().take(MAX_ROWS)) {
        for ((at, value), (_, kind)) in (0_u16..).zip(row).zip(&from.columns) {
            match value {
                Json::Null => {}
                Json::Number(number) => {
                    sheet.write_number(line, at, number.as_f64().unwrap_or_default())?;
                }
                Json::Bool(yes) => {
                    sheet.write_boolean(line, at, *yes)?;
                }
                Json::String(text) => match ExcelDateTime::parse_from_str(text) {
                    Ok(date) if *kind == FieldKind::Date => {
                        sheet.write_datetime_with_format(line, at, &date, &day)?;
                    }
                    // Written as a string, never as a formula.
                    _ => {
                        sheet.write_string(line, at, cut(text))?;
                    }
                },
                other => {
                    sheet.write_string(line, at, cut(&other.to_string()))?;
                }
            }
        }
    }
    Ok(sheet)
}

/// How wide a text stands: a Chinese character takes the room of two letters.
fn wide(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_TEXT).map_or(text, |(at, _)| &text[..at])
}
