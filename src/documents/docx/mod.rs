//! Forms as docx: an office's own file with `{{名称}}` where something is to stand, filled. Word splits texts into
//! runs as it likes, so names are looked for across the runs of a paragraph; a table row that names fields of a
//! list (`{{方位物.名称}}`) is repeated for each of its rows.

mod archive;
mod fill;
mod tree;

use super::DocumentsError;
use super::fields::{Fields, Filled};

/// A picture for the file: png, width and height in millimetres.
pub(super) type Picture = (Vec<u8>, f64, f64);

/// Fills a template. Parts other than the text, its heads and feet stay as they are, bit for bit.
///
/// # Errors
/// It is no docx that can be read, or a picture cannot be made.
pub(super) fn fill(
    name: &str,
    template: &[u8],
    fields: &Fields,
    draw: &dyn Fn(&'static str) -> Result<Picture, DocumentsError>,
) -> Result<Filled, DocumentsError> {
    let failed = |why: String| DocumentsError::Template { name: name.to_owned(), why };
    let mut parts = archive::read(template).map_err(failed)?;
    let mut filling = fill::Filling::new(fields);
    for (part, bytes) in &mut parts {
        let is_body = part == "word/document.xml";
        let is_edge = part.starts_with("word/header") || part.starts_with("word/footer");
        if !(is_body || is_edge) || !part.ends_with(".xml") {
            continue;
        }
        let mut root = tree::read(bytes).map_err(|why| failed(format!("{part}: {why}")))?;
        filling.pictures_wanted = is_body;
        filling.fill(&mut root);
        *bytes = root.write();
    }
    for (number, drawing) in filling.drawings.iter().copied().enumerate() {
        let (png, ..) = draw(drawing)?;
        archive::add_picture(&mut parts, number + 1, png).map_err(failed)?;
    }
    let bytes = archive::write(&parts).map_err(failed)?;
    Ok(Filled { bytes, empty: filling.empty, unknown: filling.unknown })
}

#[cfg(test)]
mod tests;
