//! The workbook that goes back: the rows as they were, a column that says why, refused rows in colour.

use std::collections::HashMap;
use std::io;

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::upload::{self, write_whole};
use super::{Draft, PreviewParams};
use crate::formats::{FeatureSource, ReadOptions};
use crate::jobs::{JobError, Jobs, Work};
use crate::model::RecordId;

/// Heading of the column that says why; a column of that name is not read when the file comes back.
pub const MARK: &str = "未导入原因";

const BOOK: &str = "refused.xlsx";
/// Rows up to which all go back; of larger tables only the refused ones.
const MOST_WHOLE: u64 = 100_000;
/// Rows of a sheet below its heading.
const MOST_ROWS: u32 = 1_048_575;
/// Characters of a cell.
const MOST_TEXT: usize = 32_767;
/// Columns of a sheet, one left for the reason.
const MOST_COLUMNS: usize = 16_383;
/// The colour of refused rows.
const TINT: u32 = 0x00FF_E3E0;

impl Jobs {
    /// The workbook of a draft, made when it is first asked for.
    pub fn refused_book(&self, id: RecordId) -> Result<Vec<u8>, JobError> {
        let (job, draft) = self.draft(id)?;
        let Work::ImportPreview(params) = &job.work else { return Err(JobError::Unknown) };
        if draft.counts.is_none() {
            return Err(JobError::NotReady);
        }
        let kept = self.inner().folder.of(id)?.join(BOOK);
        if let Ok(bytes) = std::fs::read(&kept) {
            return Ok(bytes);
        }
        let bytes = self.make_book(id, params, &draft)?;
        write_whole(&kept, &bytes)?;
        Ok(bytes)
    }

    fn make_book(&self, id: RecordId, params: &PreviewParams, draft: &Draft) -> Result<Vec<u8>, JobError> {
        let mut why: HashMap<u64, String> = HashMap::new();
        for refused in self.draft_refused(id)? {
            let said = why.entry(refused.row).or_default();
            if !said.is_empty() {
                said.push('；');
            }
            said.push_str(&refused.why.zh);
        }
        let path = self.inner().uploaded(params.upload, &params.file)?;
        let reading = ReadOptions { layer: params.source_layer.clone(), encoding: params.encoding.clone() };
        let opened = upload::open(&path, &params.file, &reading).map_err(|why| JobError::Kept(why.en))?;
        let counts = draft.counts.unwrap_or_default();
        let rows = counts.new + counts.changed + counts.unchanged + counts.refused;
        let failed = |error: XlsxError| JobError::Disk(io::Error::other(error.to_string()));
        let mut book = Book::new(why, rows <= MOST_WHOLE);
        book.fill(opened.source).map_err(failed)?;
        book.finish().map_err(failed)
    }
}

struct Book {
    sheet: Worksheet,
    why: HashMap<u64, String>,
    whole: bool,
    tint: Format,
    row: u32,
}

impl Book {
    fn new(why: HashMap<u64, String>, whole: bool) -> Self {
        let tint = Format::new().set_background_color(Color::RGB(TINT));
        Self { sheet: Worksheet::new(), why, whole, tint, row: 0 }
    }

    /// The rows in the order of the file. The heading comes last: some formats know all columns only then.
    fn fill(&mut self, mut source: Box<dyn FeatureSource>) -> Result<(), XlsxError> {
        let mut left: Vec<(u32, String)> = Vec::new();
        while let Some(feature) = source.next_feature() {
            if self.row >= MOST_ROWS {
                break;
            }
            let (row, values) = match feature {
                Ok(feature) => (Some(feature.row), feature.values),
                Err(finding) => (finding.spot.row, Vec::new()),
            };
            let why = row.and_then(|row| self.why.remove(&row));
            if !self.whole && why.is_none() {
                continue;
            }
            self.row += 1;
            for (at, value) in values {
                let marked = source.columns().get(at).is_some_and(|name| name == MARK);
                if !marked
                    && let Ok(column) = u16::try_from(at)
                    && at < MOST_COLUMNS
                {
                    self.cell(column, &value, why.is_some())?;
                }
            }
            left.extend(why.map(|why| (self.row, why)));
        }
        self.heading(source.columns(), &left)
    }

    fn cell(&mut self, column: u16, value: &Json, refused: bool) -> Result<(), XlsxError> {
        let plain = Format::default();
        let format = if refused { &self.tint } else { &plain };
        match value {
            Json::Null => {}
            Json::Bool(b) => {
                self.sheet.write_boolean_with_format(self.row, column, *b, format)?;
            }
            Json::Number(n) if n.as_f64().is_some_and(|x| x.abs() < 9e15) => {
                self.sheet.write_number_with_format(
                    self.row,
                    column,
                    n.as_f64().unwrap_or_default(),
                    format,
                )?;
            }
            other => {
                let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
                let text: String = text.chars().take(MOST_TEXT).collect();
                // Written as a string, never as a formula.
                self.sheet.write_string_with_format(self.row, column, text, format)?;
            }
        }
        Ok(())
    }

    fn heading(&mut self, columns: &[String], left: &[(u32, String)]) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        let columns: Vec<&String> = columns.iter().take(MOST_COLUMNS).collect();
        let known = columns.iter().position(|name| *name == MARK);
        let last = u16::try_from(known.unwrap_or(columns.len())).unwrap_or(u16::MAX - 1);
        for (at, name) in (0_u16..).zip(&columns) {
            let name: String = name.chars().take(MOST_TEXT).collect();
            let width = 6.0 + name.chars().count().min(40) as f64 * 2.0;
            self.sheet.write_string_with_format(0, at, name, &bold)?;
            self.sheet.set_column_width(at, width)?;
        }
        self.sheet.write_string_with_format(0, last, MARK, &bold)?;
        self.sheet.set_column_width(last, 48.0)?;
        for (row, why) in left {
            let why: String = why.chars().take(MOST_TEXT).collect();
            self.sheet.write_string_with_format(*row, last, why, &self.tint)?;
        }
        self.sheet.set_freeze_panes(1, 0)?;
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.push_worksheet(self.sheet);
        book.save_to_buffer()
    }
}
