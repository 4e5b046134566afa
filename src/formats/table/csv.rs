//! Text tables: separator and encoding found out, cells decoded one by one so that a bad byte costs one cell.

use std::io::{BufRead, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde_json::Value as Json;

use super::super::report::{Noticed, Report};
use super::super::{FormatError, ReadOptions, bytes, encoding};
use super::{Cells, Rows, TableSource, given, no_heading, points};
use crate::model::{Finding, Severity};

/// Bytes from which encoding and separator are told.
const SAMPLE: u64 = 1 << 20;
/// Bytes of one row: a quote that is never closed swallows the rest of a file.
const MAX_ROW: u64 = 64 << 20;

/// Opens a text table.
pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<TableSource, FormatError> {
    let mut report = Report::new(path);
    let given = given(options)?;
    let sample = bytes::head(path, SAMPLE)?;
    let (mut encoding, guessed) = match (Encoding::for_bom(&sample), given) {
        (Some((marked, _)), _) => (marked, false),
        (None, Some(given)) => (given, false),
        (None, None) => {
            let (encoding, certain) = encoding::guess(&sample);
            (encoding, !certain)
        }
    };
    if guessed {
        encoding::report_guess(&mut report, encoding);
    }
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    let beginning = encoding::decode(encoding, &sample).0;
    let (first_rows, spaced) = points::rows(beginning.trim_start_matches('\u{feff}'));
    let without_heading = points::headings(&first_rows);
    let spaced = spaced && without_heading.is_some();
    let source: Box<dyn BufRead + Send> = if wide || spaced {
        let mut text = encoding::whole(bytes::all(path, bytes::MAX_TEXT)?.0, Some(encoding), &mut report);
        encoding = UTF_8;
        if spaced {
            text = text
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join("\t") + "\n")
                .collect();
        }
        Box::new(Cursor::new(text.into_bytes()))
    } else {
        bytes::reader(path)?
    };
    let separator = if spaced {
        b'\t'
    } else if wide {
        separator(encoding::decode(UTF_16LE, &sample).0.as_bytes(), path)
    } else {
        separator(&sample, path)
    };
    let since = Arc::new(AtomicU64::new(0));
    let bounded = Bounded { source, since: Arc::clone(&since) };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(Box::new(bounded) as _);
    let mut record = ByteRecord::new();
    let mut number = 0;
    // A row of separators only above the heading is stepped over.
    while record.iter().all(|cell| cell.trim_ascii().is_empty()) {
        match reader.read_byte_record(&mut record) {
            Ok(true) => number += 1,
            Ok(false) => return Err(no_heading(path)),
            Err(e) => return Err(FormatError::read(path, e.into())),
        }
        since.store(0, Ordering::Relaxed);
    }
    let headings: Vec<String> = record
        .iter()
        .map(|cell| encoding::decode(encoding, cell).0.trim().trim_matches('\u{feff}').to_owned())
        .collect();
    let headings_are_data = without_heading.is_some();
    let headings = match without_heading {
        None => headings,
        Some(known) => {
            report_points(&mut report, &known);
            known
        }
    };
    let again = headings_are_data;
    let rows =
        CsvRows { reader, record, number, width: headings.len(), encoding, since, again, ended: false };
    Ok(TableSource::new(headings, Box::new(rows), report))
}

fn report_points(report: &mut Report, headings: &[String]) {
    let named: Vec<&str> = headings.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let named = named.join("、");
    report.file(Noticed {
        rule: "import.points",
        severity: Severity::Note,
        what: (
            format!("没有表头，像是测量仪器输出的点：{named}"),
            format!("it has no heading and looks like a receiver's list of points: {named}"),
        ),
        done: ("已按此读取，请核对", "read as such; check it"),
    });
}

/// The separator that divides the first lines most evenly.
fn separator(sample: &[u8], path: &Path) -> u8 {
    let name = path.to_string_lossy().to_lowercase();
    if name.contains(".tsv") || name.ends_with(".tab") {
        return b'\t';
    }
    let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for &byte in sample {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && counts.iter().any(|(_, n)| *n > 0) => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(s, _)| *s == byte).for_each(|(_, n)| *n += 1),
        }
    }
    // `max_by_key` takes the last of equals, the comma is to win.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(s, _)| *s)
}

/// Counts bytes since the last row and ends a row that has no end.
struct Bounded {
    source: Box<dyn BufRead + Send>,
    since: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        if self.since.fetch_add(count as u64, Ordering::Relaxed) > MAX_ROW {
            return Err(std::io::Error::other("a row of more than 64 MB; a quote may not be closed"));
        }
        Ok(count)
    }
}

struct CsvRows {
    reader: ::csv::Reader<Box<dyn Read + Send>>,
    record: ByteRecord,
    number: u64,
    width: usize,
    encoding: &'static Encoding,
    since: Arc<AtomicU64>,
    /// the record that is there is a row and has not been given away
    again: bool,
    ended: bool,
}

impl CsvRows {
    fn cells(&self, report: &mut Report) -> Cells {
        let mut cells = Vec::with_capacity(self.record.len().min(self.width));
        for (at, bytes) in self.record.iter().enumerate() {
            let bytes = bytes.trim_ascii();
            if bytes.is_empty() {
                continue;
            }
            if at >= self.width {
                self.report_extra(report);
                break;
            }
            let (text, bad) = encoding::decode(self.encoding, bytes);
            if bad {
                self.report_bad_text(at, &text, report);
            }
            cells.push((at, Json::String(text.into_owned())));
        }
        cells
    }

    fn report_bad_text(&self, at: usize, text: &str, report: &mut Report) {
        let (number, name) = (self.number, self.encoding.name());
        report.value(
            number,
            None,
            text,
            Noticed {
                rule: "import.encoding",
                severity: Severity::Warning,
                what: (
                    format!("第 {number} 行第 {} 列有的字节不是 {name} 文字", at + 1),
                    format!("row {number}, column {}: some bytes are not {name} text", at + 1),
                ),
                done: ("以 \u{fffd} 代替", "replaced by \u{fffd}"),
            },
        );
    }

    fn report_extra(&self, report: &mut Report) {
        let (number, count, width) = (self.number, self.record.len(), self.width);
        report.value(
            number,
            None,
            &count.to_string(),
            Noticed {
                rule: "import.columns",
                severity: Severity::Warning,
                what: (
                    format!("第 {number} 行有 {count} 格，表头只有 {width} 格"),
                    format!("row {number} has {count} cells, the heading {width}"),
                ),
                done: ("多出的格未读取", "the cells beyond the heading were not read"),
            },
        );
    }
}

impl Rows for CsvRows {
    fn next_row(&mut self, report: &mut Report) -> Option<Result<(u64, Cells), Finding>> {
        if std::mem::take(&mut self.again) {
            return Some(Ok((self.number, self.cells(report))));
        }
        while !self.ended {
            self.since.store(0, Ordering::Relaxed);
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {
                    self.number += 1;
                    let cells = self.cells(report);
                    if !cells.is_empty() {
                        return Some(Ok((self.number, cells)));
                    }
                }
                Ok(false) => self.ended = true,
                Err(e) => {
                    self.ended = true;
                    let zh = format!("文件到此读不下去（{e}）");
                    return Some(Err(report.refused(self.number + 1, "", &zh, &e.to_string())));
                }
            }
        }
        None
    }

    fn count_hint(&self) -> Option<u64> {
        None
    }
}
