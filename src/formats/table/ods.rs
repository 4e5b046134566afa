//! ODS as GDAL and QGIS write it: laid out with white space between the cells, which the reader of spreadsheets
//! does not expect. Not a reader: the same file without that white space.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, Write as _};
use std::path::Path;

use calamine::{Ods, Reader as _};
use quick_xml::events::Event;
use quick_xml::{Reader, Writer};
use zip::write::SimpleFileOptions;

use super::super::archive;

/// The part of an ODS that holds the cells.
const CONTENT: &str = "content.xml";
/// The elements whose white space is text.
const TEXT: &[&str] = &["text:p", "text:h"];

/// The workbook without white space between its elements; nothing where that makes it no more readable.
pub(super) fn dense(path: &Path) -> Option<Ods<BufReader<File>>> {
    let mut packed = archive::open(path).ok()?;
    let at = packed.index_for_name(CONTENT)?;
    let content = without_layout(&archive::unpack(path, &mut packed, at).ok()?)?;
    let mut copy = zip::ZipWriter::new(BufWriter::new(tempfile::tempfile().ok()?));
    for other in (0..packed.len()).filter(|other| *other != at) {
        copy.raw_copy_file(packed.by_index_raw(other).ok()?).ok()?;
    }
    copy.start_file(CONTENT, SimpleFileOptions::default()).ok()?;
    copy.write_all(&content).ok()?;
    let mut file = copy.finish().ok()?.into_inner().ok()?;
    file.rewind().ok()?;
    Ods::new(BufReader::new(file)).ok()
}

fn without_layout(content: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::from_str(std::str::from_utf8(content).ok()?);
    let mut writer = Writer::new(Vec::with_capacity(content.len()));
    let mut within = 0_usize;
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Eof => return Some(writer.into_inner()),
            Event::Start(element) if TEXT.contains(&element.name().as_ref()) => within += 1,
            Event::End(element) if TEXT.contains(&element.name().as_ref()) => {
                within = within.saturating_sub(1)
            }
            Event::Text(text) if within == 0 && text.trim().is_empty() => continue,
            _ => {}
        }
        writer.write_event(event).ok()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_but_for_what_is_in_a_cell() {
        let laid_out = b"<a>\n  <b>\n <text:p> x <text:s/> </text:p>\n</b>\n</a>";
        assert_eq!(without_layout(laid_out).unwrap(), b"<a><b><text:p> x <text:s/> </text:p></b></a>");
        assert!(without_layout(b"<a></b>").is_none());
    }
}
