//! Templates of papers: those that come with the program, and an office's own in a folder of its, under the same
//! file names. The folder is read once, when the program starts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::DocumentsError;

/// Those of ours.
const OURS: &[(&str, &[u8])] = &[
    ("line-sheet.typ", include_bytes!("../../data/documents/line-sheet.typ")),
    ("marker-card.docx", include_bytes!("../../data/documents/marker-card.docx")),
    ("marker-card.typ", include_bytes!("../../data/documents/marker-card.typ")),
    ("plate.typ", include_bytes!("../../data/documents/plate.typ")),
];

/// Bytes of one template.
const MOST: u64 = 20 << 20;

/// The templates in use.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    own: BTreeMap<&'static str, Vec<u8>>,
}

impl Templates {
    /// With an office's own; other files in the folder are none of ours and are left alone.
    ///
    /// # Errors
    /// One of them cannot be read, or is larger than 20 MB.
    pub fn with_folder(folder: &Path) -> Result<Self, DocumentsError> {
        let mut own = BTreeMap::new();
        for (name, _) in OURS {
            let path = folder.join(name);
            if !path.is_file() {
                continue;
            }
            let failed = |why: String| DocumentsError::Template { name: (*name).to_owned(), why };
            let mut bytes = Vec::new();
            let file = fs::File::open(&path).map_err(|error| failed(error.to_string()))?;
            file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
            if bytes.len() as u64 > MOST {
                return Err(failed("20 MB".to_owned()));
            }
            own.insert(*name, bytes);
        }
        Ok(Self { own })
    }

    /// File names of all templates.
    pub fn names() -> impl Iterator<Item = &'static str> {
        OURS.iter().map(|(name, _)| *name)
    }

    /// A template of ours, as it comes with the program, for an office to begin with.
    pub fn ours(name: &str) -> Option<&'static [u8]> {
        OURS.iter().find(|(own, _)| *own == name).map(|(_, bytes)| *bytes)
    }

    /// The template in use under a name; empty where there is none of it.
    pub(super) fn bytes(&self, name: &str) -> Cow<'_, [u8]> {
        match self.own.get(name) {
            Some(own) => Cow::Borrowed(own.as_slice()),
            None => Cow::Borrowed(Self::ours(name).unwrap_or_default()),
        }
    }

    /// The same as text.
    pub(super) fn text(&self, name: &str) -> Result<String, DocumentsError> {
        String::from_utf8(self.bytes(name).into_owned())
            .map_err(|_| DocumentsError::Template { name: name.to_owned(), why: "UTF-8".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_may_replace_one_template() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("marker-card.typ"), "自己的").unwrap();
        fs::write(folder.path().join("别的.txt"), "x").unwrap();
        let templates = Templates::with_folder(folder.path()).unwrap();
        assert_eq!(templates.text("marker-card.typ").unwrap(), "自己的");
        assert!(templates.text("line-sheet.typ").unwrap().contains("data.json"));
        assert!(Templates::names().count() == OURS.len() && Templates::ours("x").is_none());
        fs::write(folder.path().join("marker-card.typ"), [0xff, 0xfe]).unwrap();
        let broken = Templates::with_folder(folder.path()).unwrap();
        assert!(matches!(broken.text("marker-card.typ"), Err(DocumentsError::Template { .. })));
    }
}
