//! The parts of a docx: a zip of XML files and pictures, read within bounds and written again.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A part's name and bytes, in the order of the file.
pub(super) type Part = (String, Vec<u8>);

const MOST_PARTS: usize = 1_000;
/// Bytes of all parts, unpacked.
const MOST_BYTES: u64 = 100 << 20;

/// All parts.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Part>, String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if zip.len() > MOST_PARTS {
        return Err(format!("{} parts", zip.len()));
    }
    let mut left = MOST_BYTES;
    let mut parts = Vec::with_capacity(zip.len());
    for at in 0..zip.len() {
        let file = zip.by_index(at).map_err(|error| error.to_string())?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().map_err(|error| error.to_string())?.into_owned();
        let mut bytes = Vec::new();
        file.take(left + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        left = left.checked_sub(bytes.len() as u64).ok_or("more than 100 MB")?;
        parts.push((name, bytes));
    }
    if !parts.iter().any(|(name, _)| name == "word/document.xml") {
        return Err("no word/document.xml".to_owned());
    }
    Ok(parts)
}

/// The file; the time of its parts is always the same, so that equal forms are equal files.
pub(super) fn write(parts: &[Part]) -> Result<Vec<u8>, String> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        zip.start_file(name.as_str(), options).map_err(|error| error.to_string())?;
        zip.write_all(bytes).map_err(|error| error.to_string())?;
    }
    zip.finish().map(Cursor::into_inner).map_err(|error| error.to_string())
}

/// The relation by which the text names its n-th picture.
pub(super) fn relation(number: usize) -> String {
    format!("rIdBoundstone{number}")
}

const RELATIONS: &str = "word/_rels/document.xml.rels";
const TYPES: &str = "[Content_Types].xml";
const NO_RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

/// Adds a picture, its relation and its media type.
pub(super) fn add_picture(parts: &mut Vec<Part>, number: usize, png: Vec<u8>) -> Result<(), String> {
    let id = relation(number);
    parts.push((format!("word/media/boundstone{number}.png"), png));
    if !parts.iter().any(|(name, _)| name == RELATIONS) {
        parts.push((RELATIONS.to_owned(), NO_RELATIONS.into()));
    }
    let relation = format!(
        "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" Target=\"media/boundstone{number}.png\"/>"
    );
    insert(parts, RELATIONS, "</Relationships>", &relation)?;
    let known = parts.iter().any(|(name, bytes)| {
        name == TYPES && String::from_utf8_lossy(bytes).to_lowercase().contains("extension=\"png\"")
    });
    if !known {
        insert(parts, TYPES, "</Types>", "<Default Extension=\"png\" ContentType=\"image/png\"/>")?;
    }
    Ok(())
}

fn insert(parts: &mut [Part], name: &str, before: &str, what: &str) -> Result<(), String> {
    let part = parts.iter_mut().find(|(own, _)| own == name).ok_or_else(|| format!("no {name}"))?;
    let text = String::from_utf8(std::mem::take(&mut part.1)).map_err(|_| format!("{name}: UTF-8"))?;
    let at = text.rfind(before).ok_or_else(|| format!("{name}: no {before}"))?;
    part.1 = format!("{}{what}{}", &text[..at], &text[at..]).into_bytes();
    Ok(())
}
