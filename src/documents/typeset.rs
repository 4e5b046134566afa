//! Templates set into pages: a Typst source, its data, its pictures → pdf or png. It sees nothing but what it is
//! given: no file of the computer, no clock, no network.

use std::collections::HashMap;

use serde_json::Value as Json;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};

use super::DocumentsError;
use super::fonts::Fonts;

/// A template with what it is to be filled with.
pub(super) struct Paper<'a> {
    /// the template's file name, for messages
    pub name: &'a str,
    /// its source
    pub template: &'a str,
    /// what it reads as `data.json`
    pub data: &'a Json,
    /// pictures (svg or png) by the names that it reads them by
    pub pictures: Vec<(&'a str, Vec<u8>)>,
    /// title of the document
    pub title: &'a str,
}

/// What a template may see.
struct Desk {
    library: LazyHash<Library>,
    fonts: &'static Fonts,
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.store.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(unknown(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| unknown(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.store.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn unknown(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}

impl Paper<'_> {
    /// As a pdf.
    ///
    /// # Errors
    /// No Chinese font, or the template cannot be set.
    pub fn pdf(self) -> Result<Vec<u8>, DocumentsError> {
        let (name, title) = (self.name.to_owned(), self.title.to_owned());
        let desk = self.desk()?;
        let document = typst::compile(&desk).output.map_err(|all| desk.failure(&name, &all))?;
        let options = typst_pdf::PdfOptions {
            ident: Smart::Custom(title),
            creator: Smart::Custom(Some("Boundstone".to_owned())),
            ..typst_pdf::PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|all| desk.failure(&name, &all));
        // What the typesetter remembers between papers is of no use to another one, and large.
        comemo::evict(0);
        pdf
    }

    /// The first page as a png, so many pixels to a millimetre, with its width and height in pixels.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    pub fn png(self, pixels_per_mm: f64) -> Result<Vec<u8>, DocumentsError> {
        let name = self.name.to_owned();
        let desk = self.desk()?;
        let document: typst_layout::PagedDocument =
            typst::compile(&desk).output.map_err(|all| desk.failure(&name, &all))?;
        let failed = |why: String| DocumentsError::Typeset { name: name.clone(), why };
        let page = document.pages().first().ok_or_else(|| failed("no page".into()))?;
        let points = 72.0 / 25.4;
        let options = typst_render::RenderOptions {
            pixel_per_pt: (pixels_per_mm / points).into(),
            ..typst_render::RenderOptions::default()
        };
        let picture = typst_render::render(page, &options);
        let png = picture.encode_png().map_err(|error| failed(error.to_string()));
        comemo::evict(0);
        png
    }

    fn desk(self) -> Result<Desk, DocumentsError> {
        let fonts = Fonts::shared()?;
        let failed = |why: String| DocumentsError::Typeset { name: self.name.to_owned(), why };
        let id = |name: &str| {
            VirtualPath::new(name)
                .map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
                .map_err(|error| failed(format!("{name}: {error:?}")))
        };
        let mut data = self.data.clone();
        data["fonts"] = fonts.families();
        let mut files = HashMap::from([(id("data.json")?, Bytes::from_string(data.to_string()))]);
        for (name, bytes) in self.pictures {
            files.insert(id(name)?, Bytes::new(bytes));
        }
        let main = Source::new(id("main.typ")?, self.template.to_owned());
        Ok(Desk { library: LazyHash::new(Library::builder().build()), fonts, main, files })
    }
}

impl Desk {
    /// What the typesetter found wrong, with the line of the template.
    fn failure(&self, name: &str, all: &[SourceDiagnostic]) -> DocumentsError {
        let said = all.iter().take(3).map(|one| {
            let line = self
                .range(one.span)
                .and_then(|range| self.main.lines().byte_to_line(range.start))
                .map(|line| format!("{}: ", line + 1));
            format!("{}{}", line.unwrap_or_default(), one.message)
        });
        DocumentsError::Typeset { name: name.to_owned(), why: said.collect::<Vec<_>>().join("; ") }
    }
}
