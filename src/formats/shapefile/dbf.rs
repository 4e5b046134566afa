//! The .dbf: rows of fixed width. Read here and not by a crate, because a bad value is to cost itself and not its
//! row, and texts in GBK or Big5 are to be decoded whatever the header says of them.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, IBM866, SHIFT_JIS, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};
use serde_json::Value as Json;

use super::super::report::{Noticed, Report};
use super::super::{FormatError, encoding};
use super::companions::Bytes;
use crate::model::Severity;

/// Bytes of text from which the encoding is told.
const SAMPLE: usize = 256 << 10;

/// A row as it stands.
pub(super) enum Row {
    /// marked as deleted
    Deleted,
    /// its values, without the empty ones
    Values(Vec<(usize, Json)>),
    /// there is no such row
    Beyond,
}

struct Field {
    name: String,
    kind: u8,
    start: usize,
    width: usize,
}

/// A table being read.
pub(super) struct Dbf {
    source: Box<dyn Bytes>,
    fields: Vec<Field>,
    rows: u64,
    first: u64,
    buffer: Vec<u8>,
    /// the row that a plain read gives next
    next: u64,
    encoding: &'static Encoding,
}

impl Dbf {
    /// Reads the header and settles the encoding.
    pub fn open(
        path: &Path,
        mut source: Box<dyn Bytes>,
        given: Option<&'static Encoding>,
        cpg: Option<&str>,
        report: &mut Report,
    ) -> Result<Self, FormatError> {
        let broken = || FormatError::broken(path, "不是完好的 .dbf 表", "not a sound .dbf table");
        let size = source.seek(SeekFrom::End(0)).map_err(|e| FormatError::read(path, e))?;
        source.seek(SeekFrom::Start(0)).map_err(|e| FormatError::read(path, e))?;
        let mut header = [0; 32];
        source.read_exact(&mut header).map_err(|_| broken())?;
        let declared = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        let first = u64::from(u16::from_le_bytes([header[8], header[9]]));
        let width = usize::from(u16::from_le_bytes([header[10], header[11]]));
        if first < 33 || first > size || width == 0 {
            return Err(broken());
        }
        let mut descriptors = vec![0; first as usize - 32];
        source.read_exact(&mut descriptors).map_err(|_| broken())?;
        let raw = fields(&descriptors, width);
        if raw.is_empty() && declared > 0 {
            return Err(broken());
        }
        let there = (size - first) / width as u64;
        // The last row may lack its padding; the end mark 0x1a is no row.
        let rows = declared.min(there);
        if rows < declared {
            report.file(short(declared, rows));
        }
        let mut table = Self {
            source,
            fields: Vec::new(),
            rows,
            first,
            buffer: vec![0; width],
            next: 0,
            encoding: UTF_8,
        };
        let sample = table.sample(&raw);
        table.encoding = settle(given, cpg, header[29], &sample, report);
        let decode = |name: &[u8]| encoding::decode(table.encoding, name).0.trim().to_owned();
        table.fields = raw.into_iter().map(|(name, field)| Field { name: decode(&name), ..field }).collect();
        Ok(table)
    }

    /// Names of the columns, all different.
    pub fn columns(&self) -> Vec<String> {
        super::super::table::unique_headings(self.fields.iter().map(|f| f.name.clone()).collect())
    }

    /// How many rows there are, deleted ones included.
    pub fn count(&self) -> u64 {
        self.rows
    }

    /// One row, counted from 1.
    pub fn row(&mut self, number: u64, report: &mut Report) -> Row {
        if number == 0 || number > self.rows || !self.load(number - 1) {
            return Row::Beyond;
        }
        if self.buffer[0] == b'*' {
            return Row::Deleted;
        }
        let mut values = Vec::with_capacity(self.fields.len());
        for (at, field) in self.fields.iter().enumerate() {
            let bytes = &self.buffer[field.start..field.start + field.width];
            if let Some(value) = self.value(field, bytes, number, report) {
                values.push((at, value));
            }
        }
        Row::Values(values)
    }

    fn load(&mut self, row: u64) -> bool {
        let width = self.buffer.len() as u64;
        if self.next != row && self.source.seek(SeekFrom::Start(self.first + row * width)).is_err() {
            return false;
        }
        self.next = row + 1;
        self.source.read_exact(&mut self.buffer).is_ok()
    }

    /// Texts and field names of the first rows.
    fn sample(&mut self, fields: &[(Vec<u8>, Field)]) -> Vec<u8> {
        let mut sample = Vec::new();
        for (name, _) in fields {
            sample.extend_from_slice(name);
            sample.push(b'\n');
        }
        for row in 0..self.rows {
            if sample.len() > SAMPLE || !self.load(row) {
                break;
            }
            for (_, field) in fields.iter().filter(|(_, f)| f.kind == b'C') {
                let text = until_nul(&self.buffer[field.start..field.start + field.width]).trim_ascii();
                // A text that fills its field may be cut within a character.
                if !text.is_ascii() && text.len() < field.width {
                    sample.extend_from_slice(text);
                    sample.push(b'\n');
                }
            }
        }
        self.next = u64::MAX;
        sample
    }

    fn value(&self, field: &Field, bytes: &[u8], row: u64, report: &mut Report) -> Option<Json> {
        match field.kind {
            b'N' | b'F' => {
                let text = until_nul(bytes).trim_ascii();
                if text.is_empty() || text.iter().all(|b| *b == b'*') {
                    return None;
                }
                let text = String::from_utf8_lossy(text);
                number(&text).or_else(|| {
                    self.bad_number(field, &text, row, report);
                    Some(text.into_owned().into())
                })
            }
            b'D' => {
                let text = String::from_utf8_lossy(until_nul(bytes).trim_ascii()).into_owned();
                let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
                match digits {
                    true if text == "00000000" => None,
                    true => Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]).into()),
                    false => (!text.is_empty()).then(|| text.into()),
                }
            }
            b'L' => match bytes.first() {
                Some(b'T' | b't' | b'Y' | b'y') => Some(true.into()),
                Some(b'F' | b'f' | b'N' | b'n') => Some(false.into()),
                _ => None,
            },
            b'I' | b'+' => Some(i32::from_le_bytes(bytes.try_into().ok()?).into()),
            b'B' | b'O' => {
                Some(f64::from_le_bytes(bytes.try_into().ok()?).into()).filter(|v: &Json| !v.is_null())
            }
            b'Y' => Some((i64::from_le_bytes(bytes.try_into().ok()?) as f64 / 1e4).into()),
            b'T' | b'@' => date_time(bytes),
            // Memos stand in another file, null flags are for the database.
            b'M' | b'G' | b'P' | b'0' => None,
            _ => self.text(field, bytes, row, report),
        }
    }

    fn text(&self, field: &Field, bytes: &[u8], row: u64, report: &mut Report) -> Option<Json> {
        let text = until_nul(bytes).trim_ascii();
        if text.is_empty() {
            return None;
        }
        let (decoded, bad) = encoding::decode(self.encoding, text);
        let decoded = decoded.trim();
        let cut = decoded.trim_end_matches('\u{fffd}');
        if bad {
            let full = text.len() + 2 >= field.width && !cut.contains('\u{fffd}');
            let noticed = if full { cut_text(field.width) } else { bad_text(self.encoding) };
            report.value(row, Some(&field.name), cut, noticed);
            return Some(if full { cut } else { decoded }.to_owned().into());
        }
        (!decoded.is_empty()).then(|| decoded.to_owned().into())
    }

    fn bad_number(&self, field: &Field, text: &str, row: u64, report: &mut Report) {
        report.value(
            row,
            Some(&field.name),
            text,
            Noticed {
                rule: "import.number",
                severity: Severity::Warning,
                what: ("数字列里不是数字".into(), "not a number in a column of numbers".into()),
                done: ("作为文字保留", "kept as text"),
            },
        );
    }
}

/// Descriptors of 32 bytes until the mark 0x0d; what does not fit the width of a row is left out.
fn fields(descriptors: &[u8], width: usize) -> Vec<(Vec<u8>, Field)> {
    let mut found = Vec::new();
    let mut start = 1;
    for descriptor in descriptors.chunks_exact(32).take_while(|d| d[0] != 0x0d && d[0] != 0) {
        let kind = descriptor[11].to_ascii_uppercase();
        // Texts of FoxPro and Clipper may be longer than 255: the decimals are the high byte.
        let high = if kind == b'C' { usize::from(descriptor[17]) << 8 } else { 0 };
        let length = usize::from(descriptor[16]) + high;
        if start + length > width {
            break;
        }
        let name = until_nul(&descriptor[..11]).to_vec();
        found.push((name, Field { name: String::new(), kind, start, width: length }));
        start += length;
    }
    found
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    &bytes[..end]
}

/// A number as text: whole ones without a point, codes of any length without loss.
fn number(text: &str) -> Option<Json> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.into());
    }
    let number: f64 = text.replace(',', ".").parse().ok()?;
    serde_json::Number::from_f64(number).map(Json::Number)
}

/// Julian day and milliseconds of the day.
fn date_time(bytes: &[u8]) -> Option<Json> {
    let day = i64::from(i32::from_le_bytes(bytes.get(..4)?.try_into().ok()?));
    let ms = i64::from(i32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?));
    if !(1_721_426..=5_373_484).contains(&day) || !(0..=86_400_000).contains(&ms) {
        return None;
    }
    // Fliegel and Van Flandern, Communications of the ACM 11 (1968) 657.
    let l = day + 68_569;
    let n = 4 * l / 146_097;
    let l = l - (146_097 * n + 3) / 4;
    let i = 4000 * (l + 1) / 1_461_001;
    let l = l - 1461 * i / 4 + 31;
    let j = 80 * l / 2447;
    let (d, l) = (l - 2447 * j / 80, j / 11);
    let (m, y) = (j + 2 - 12 * l, 100 * (n - 49) + i + l);
    let s = ms / 1000;
    Some(format!("{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60).into())
}

/// The encoding: as given, by the .cpg, by the language mark in the header, by the texts themselves.
fn settle(
    given: Option<&'static Encoding>,
    cpg: Option<&str>,
    language: u8,
    sample: &[u8],
    report: &mut Report,
) -> &'static Encoding {
    if let Some(given) = given {
        return given;
    }
    let (guessed, certain) = encoding::guess(sample);
    if sample.is_ascii() {
        return UTF_8;
    }
    let says = cpg
        .and_then(encoding::by_name)
        .map(|e| (e, ".cpg"))
        .or_else(|| by_language(language).map(|e| (e, "LDID")));
    match says {
        // Text in several bytes that is valid UTF-8 is UTF-8, whatever was written on it.
        Some((says, by)) if says != UTF_8 && certain => {
            report.file_with(UTF_8.name(), contradicted(says, by, UTF_8));
            UTF_8
        }
        Some((says, by)) if says == UTF_8 && !certain => {
            report.file_with(guessed.name(), contradicted(UTF_8, by, guessed));
            guessed
        }
        Some((says, _)) => says,
        None => {
            if !certain {
                encoding::report_guess(report, guessed);
            }
            guessed
        }
    }
}

/// What the language mark (LDID) of the header means, as far as it means anything certain.
fn by_language(mark: u8) -> Option<&'static Encoding> {
    Some(match mark {
        0x4d | 0x7a => GB18030,
        0x4f | 0x78 => BIG5,
        0x4e | 0x79 => EUC_KR,
        0x13 | 0x7b => SHIFT_JIS,
        0x03 => WINDOWS_1252,
        0xc8 => WINDOWS_1250,
        0xc9 => WINDOWS_1251,
        0x26 | 0x65 => IBM866,
        // DOS pages of western Europe: read as Windows', which agree on ASCII only.
        0x01 | 0x02 | 0x09..=0x0b | 0x0d..=0x12 => WINDOWS_1252,
        _ => return None,
    })
}

fn contradicted(says: &'static Encoding, by: &str, is: &'static Encoding) -> Noticed<'static> {
    let (says, is) = (says.name(), is.name());
    Noticed {
        rule: "import.encoding",
        severity: Severity::Warning,
        what: (
            format!("{by} 注明文字编码为 {says}，内容却是 {is}"),
            format!("the {by} says the text is {says}, but it is {is}"),
        ),
        done: (
            "按内容的编码读取；如文字不对，请指定编码后再读一次",
            "read as what it is; if texts look wrong, name the encoding and read it again",
        ),
    }
}

fn bad_text(encoding: &'static Encoding) -> Noticed<'static> {
    let name = encoding.name();
    Noticed {
        rule: "import.encoding",
        severity: Severity::Warning,
        what: (format!("有的字节不是 {name} 文字"), format!("some bytes are not {name} text")),
        done: ("以 \u{fffd} 代替", "replaced by \u{fffd}"),
    }
}

fn cut_text(width: usize) -> Noticed<'static> {
    Noticed {
        rule: "import.text",
        severity: Severity::Warning,
        what: (
            format!("文字占满字段的 {width} 字节，末尾的字被截断"),
            format!("the text fills the {width} bytes of its field; its last character is cut"),
        ),
        done: ("去掉半个字", "the half character was dropped"),
    }
}

fn short(declared: u64, rows: u64) -> Noticed<'static> {
    Noticed {
        rule: "import.dbf",
        severity: Severity::Warning,
        what: (
            format!(".dbf 应有 {declared} 行，实有 {rows} 行"),
            format!("the .dbf should have {declared} rows and has {rows}"),
        ),
        done: ("读取现有的行", "the rows that are there were read"),
    }
}
