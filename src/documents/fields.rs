//! What a form is filled with: texts, rows and pictures under the names that templates use for them, in Chinese as
//! the forms are; and what came of it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::DocumentsError;
use super::docx;
use super::fonts::Fonts;
use super::templates::Templates;
use super::typeset::Paper;

/// A text by the name of its field; an empty text is a field that the register says nothing about.
pub type Texts = BTreeMap<&'static str, String>;

/// A drawing, in millimetres.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// the drawing
    pub svg: String,
    /// its width
    pub width_mm: f64,
    /// its height
    pub height_mm: f64,
}

/// All that a form may ask for.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// single texts
    pub texts: Texts,
    /// repeated rows
    pub rows: BTreeMap<&'static str, Vec<Texts>>,
    /// drawings
    pub drawings: BTreeMap<&'static str, Drawing>,
    /// beginnings of names whose fields are rightly blank here: nothing is lacking
    pub may_lack: Vec<&'static str>,
}

/// A form that was filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// the file
    pub bytes: Vec<u8>,
    /// fields of the template that the record says nothing about: left blank, to be written in by hand
    pub empty: Vec<String>,
    /// fields of the template that there are not: left blank too
    pub unknown: Vec<String>,
}

/// How a template names a drawing: `{{图:位置略图}}`.
pub(super) const DRAWING: &str = "图:";

/// What a template asks for by a name.
pub(super) enum Asked<'f> {
    /// a text
    Text(&'f str),
    /// a drawing
    Drawing(&'static str),
    /// nothing of ours
    Unknown,
}

impl Fields {
    /// What a name stands for; within a row its own texts come first, as `方位物.名称`.
    pub(super) fn asked<'f>(&'f self, name: &str, row: Option<(&str, &'f Texts)>) -> Asked<'f> {
        if let Some(drawing) = name.strip_prefix(DRAWING).or_else(|| name.strip_prefix("图：")) {
            let found = self.drawings.keys().find(|own| **own == drawing.trim());
            return found.map_or(Asked::Unknown, |own| Asked::Drawing(own));
        }
        let of_row = row.and_then(|(list, texts)| texts.get(name.strip_prefix(list)?.strip_prefix('.')?));
        match of_row.or_else(|| self.texts.get(name)) {
            Some(text) => Asked::Text(text),
            None => Asked::Unknown,
        }
    }

    /// Whether a field without a text is worth saying.
    pub(super) fn lacks(&self, name: &str) -> bool {
        !self.may_lack.iter().any(|beginning| name.starts_with(beginning))
    }

    /// The list whose rows a name belongs to.
    pub(super) fn list_of(&self, name: &str) -> Option<&'static str> {
        let list = name.split_once('.')?.0;
        self.rows.keys().find(|own| **own == list).copied()
    }

    /// Whether there is a field of that name in any row of a list, or the list has no rows to tell by.
    fn is_row_field(&self, name: &str) -> bool {
        let Some((list, field)) = name.split_once('.') else { return false };
        self.rows.get(list).is_some_and(|rows| rows.first().is_none_or(|row| row.contains_key(field)))
    }

    /// Fills a docx template.
    ///
    /// # Errors
    /// The template cannot be read, or a drawing cannot be made.
    pub fn docx(&self, templates: &Templates, name: &str) -> Result<Filled, DocumentsError> {
        let draw = |name: &'static str| {
            let drawing = self.drawings.get(name).ok_or_else(|| DocumentsError::NoShape(name.to_owned()))?;
            Ok((png(drawing)?, drawing.width_mm, drawing.height_mm))
        };
        docx::fill(name, &templates.bytes(name), self, &draw)
    }

    /// Sets a Typst template: it reads texts and rows from `data.json`, drawings by their names with `.svg`.
    ///
    /// # Errors
    /// No Chinese font, or the template cannot be set.
    pub fn pdf(&self, templates: &Templates, name: &str, title: &str) -> Result<Filled, DocumentsError> {
        let template = templates.text(name)?;
        let mut data = json!(self.texts);
        for (list, rows) in &self.rows {
            data[*list] = json!(rows);
        }
        let drawings: Vec<(String, Vec<u8>)> = self
            .drawings
            .iter()
            .map(|(name, drawing)| (format!("{name}.svg"), drawing.svg.clone().into_bytes()))
            .collect();
        let (mut empty, mut unknown) = (Vec::new(), Vec::new());
        for name in asked_by_typst(&template) {
            match self.asked(&name, None) {
                Asked::Text("") if self.lacks(&name) => empty.push(name),
                Asked::Unknown if !self.is_row_field(&name) => unknown.push(name),
                Asked::Text(_) | Asked::Drawing(_) | Asked::Unknown => {}
            }
        }
        let pictures = drawings.iter().map(|(name, svg)| (name.as_str(), svg.clone())).collect();
        let paper = Paper { name, template: &template, data: &data, pictures, title };
        Ok(Filled { bytes: paper.pdf()?, empty, unknown })
    }
}

/// A drawing as a picture for docx, about 300 dots to an inch.
fn png(drawing: &Drawing) -> Result<Vec<u8>, DocumentsError> {
    let (w, h) = (drawing.width_mm, drawing.height_mm);
    let template = format!(
        "#set page(width: {w}mm, height: {h}mm, margin: 0mm)\n#image(\"drawing.svg\", width: {w}mm, height: {h}mm)"
    );
    let pictures = vec![("drawing.svg", drawing.svg.clone().into_bytes())];
    Paper {
        name: "drawing",
        template: &template,
        data: &Json::from(serde_json::Map::new()),
        pictures,
        title: "",
    }
    .png(12.0)
}

/// The names in `f("…")` of a Typst template, each once.
fn asked_by_typst(template: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, _) in template.match_indices("f(\"") {
        let before = template[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            continue;
        }
        let rest = &template[at + 3..];
        let Some(end) = rest.find('"') else { continue };
        let name = rest[..end].to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The families of the fonts that drawings name.
pub(super) fn families() -> Result<(&'static str, &'static str), DocumentsError> {
    let fonts = Fonts::shared()?;
    Ok((fonts.family("sans"), fonts.family("song")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_typst_sources() {
        let source = "#let f(name) = data.at(name)\n#f(\"东经\") #cell(f(\"北纬\"), f(\"东经\")) #elf(\"x\")";
        assert_eq!(asked_by_typst(source), ["东经", "北纬"]);
    }

    #[test]
    fn rows_come_before_single_texts() {
        let row = Texts::from([("名称", "电杆".to_owned())]);
        let fields = Fields {
            texts: Texts::from([("东经", "102°".to_owned()), ("高程", String::new())]),
            rows: BTreeMap::from([("方位物", vec![row.clone()])]),
            drawings: BTreeMap::new(),
            may_lack: Vec::new(),
        };
        let text = |name: &str| match fields.asked(name, Some(("方位物", &row))) {
            Asked::Text(text) => Some(text.to_owned()),
            _ => None,
        };
        assert_eq!(text("方位物.名称").as_deref(), Some("电杆"));
        assert_eq!(text("东经").as_deref(), Some("102°"));
        assert_eq!(text("高程").as_deref(), Some(""));
        assert_eq!(text("方位物.颜色"), None);
        assert_eq!(fields.list_of("方位物.名称"), Some("方位物"));
        assert!(matches!(fields.asked("图:位置略图", None), Asked::Unknown));
    }
}
