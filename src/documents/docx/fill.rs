//! Names in the paragraphs of a docx replaced by what they stand for.

use super::archive::relation;
use super::tree::{Element, Node};
use crate::documents::fields::{Asked, Fields, Texts};

/// Stands for the n-th picture in a text until it is put there.
const PICTURE: char = '\u{f0000}';
/// Stands for a new line in a text.
const BREAK: char = '\u{e000}';

/// A form being filled.
pub(super) struct Filling<'f> {
    fields: &'f Fields,
    /// whether pictures may stand in this part
    pub pictures_wanted: bool,
    /// names of the pictures that are needed, in their order
    pub drawings: Vec<&'static str>,
    /// fields without a text
    pub empty: Vec<String>,
    /// fields that there are not
    pub unknown: Vec<String>,
    placed: usize,
}

/// The row that is being written.
type Row<'a> = Option<(&'static str, &'a Texts)>;

impl<'f> Filling<'f> {
    /// With what there is.
    pub fn new(fields: &'f Fields) -> Self {
        Self {
            fields,
            pictures_wanted: true,
            drawings: Vec::new(),
            empty: Vec::new(),
            unknown: Vec::new(),
            placed: 0,
        }
    }

    /// Fills a part.
    pub fn fill(&mut self, root: &mut Element) {
        self.element(root, None);
    }

    fn element(&mut self, element: &mut Element, row: Row<'_>) {
        if element.name == "w:p" {
            self.paragraph(element, row);
            return;
        }
        let children = std::mem::take(&mut element.children);
        for child in children {
            match child {
                Node::Element(own) if own.name == "w:tr" && row.is_none() => {
                    self.table_row(own, &mut element.children)
                }
                Node::Element(mut own) => {
                    self.element(&mut own, row);
                    element.children.push(Node::Element(own));
                }
                other => element.children.push(other),
            }
        }
    }

    /// A table row: as often as its list has rows, once and blank where it has none.
    fn table_row(&mut self, mut row: Element, into: &mut Vec<Node>) {
        let mut texts = Vec::new();
        row.texts("w:t", &mut texts);
        let list = names(&texts.concat()).into_iter().find_map(|name| self.fields.list_of(&name));
        let rows = list.and_then(|list| Some((list, self.fields.rows.get(list)?)));
        // A row that holds a table of its own is no repeated row: the inner one is.
        let holds_table = has(&row, "w:tbl");
        let Some((list, rows)) = rows.filter(|_| !holds_table) else {
            self.element(&mut row, None);
            into.push(Node::Element(row));
            return;
        };
        let blank = Texts::new();
        for texts in if rows.is_empty() { std::slice::from_ref(&blank) } else { rows.as_slice() } {
            let mut copy = row.clone();
            self.element(&mut copy, Some((list, texts)));
            into.push(Node::Element(copy));
        }
    }

    fn paragraph(&mut self, paragraph: &mut Element, row: Row<'_>) {
        let mut texts = Vec::new();
        paragraph.texts("w:t", &mut texts);
        if !texts.concat().contains("{{") {
            return;
        }
        let mut filled = self.replaced(&texts, row).into_iter();
        self.put(paragraph, &mut filled);
    }

    /// The texts with their names replaced; what a name stood for is in the text where it began.
    fn replaced(&mut self, texts: &[String], row: Row<'_>) -> Vec<String> {
        let mut out: Vec<String> = vec![String::new(); texts.len()];
        let all: Vec<(usize, char)> =
            texts.iter().enumerate().flat_map(|(at, text)| text.chars().map(move |c| (at, c))).collect();
        let mut at = 0;
        while at < all.len() {
            let (run, c) = all[at];
            if !(c == '{' && all.get(at + 1).is_some_and(|next| next.1 == '{')) {
                out[run].push(c);
                at += 1;
                continue;
            }
            let close =
                (at + 2..all.len().saturating_sub(1)).find(|n| all[*n].1 == '}' && all[n + 1].1 == '}');
            let Some(close) = close else {
                // Braces that are never closed are no field; they are not left standing.
                self.note_unknown("{{".to_owned());
                at += 2;
                continue;
            };
            let name: String = all[at + 2..close].iter().map(|(_, c)| *c).collect();
            let text = self.stands_for(name.trim(), row);
            out[run].push_str(&text);
            at = close + 2;
        }
        out
    }

    fn stands_for(&mut self, name: &str, row: Row<'_>) -> String {
        match self.fields.asked(name, row) {
            Asked::Text(text) => {
                if text.is_empty() && self.fields.lacks(name) {
                    note(&mut self.empty, name);
                }
                text.replace(['\r', PICTURE, BREAK], "").replace('\n', &BREAK.to_string())
            }
            Asked::Drawing(drawing) if self.pictures_wanted => {
                self.drawings.push(drawing);
                PICTURE.to_string()
            }
            Asked::Drawing(_) | Asked::Unknown => {
                // A blank row has no texts of its own; its fields are known all the same.
                let blank = row
                    .is_some_and(|(list, texts)| texts.is_empty() && self.fields.list_of(name) == Some(list));
                if !blank {
                    self.note_unknown(name.to_owned());
                }
                String::new()
            }
        }
    }

    fn note_unknown(&mut self, name: String) {
        note(&mut self.unknown, &name);
    }

    /// Puts the texts back in their order; lines and pictures become elements of their run.
    fn put(&mut self, element: &mut Element, filled: &mut std::vec::IntoIter<String>) {
        let children = std::mem::take(&mut element.children);
        for child in children {
            match child {
                Node::Element(own) if own.name == "w:t" => {
                    let text = filled.next().unwrap_or_default();
                    self.pieces(&text, &mut element.children);
                }
                Node::Element(mut own) => {
                    self.put(&mut own, filled);
                    element.children.push(Node::Element(own));
                }
                other => element.children.push(other),
            }
        }
    }

    fn pieces(&mut self, text: &str, into: &mut Vec<Node>) {
        let mut plain = String::new();
        let close = |plain: &mut String, into: &mut Vec<Node>| {
            if !plain.is_empty() {
                let text = Element::new("w:t xml:space=\"preserve\"").with_text(plain);
                into.push(Node::Element(text));
                plain.clear();
            }
        };
        for c in text.chars() {
            match c {
                BREAK => {
                    close(&mut plain, into);
                    into.push(Node::Element(Element::new("w:br")));
                }
                PICTURE => {
                    close(&mut plain, into);
                    into.extend(self.picture().map(Node::Raw));
                }
                c => plain.push(c),
            }
        }
        close(&mut plain, into);
    }

    /// The next picture, in the order in which they were asked for.
    fn picture(&mut self) -> Option<String> {
        let drawing = self.fields.drawings.get(self.drawings.get(self.placed)?)?;
        self.placed += 1;
        Some(drawing_ml(self.placed, drawing.width_mm, drawing.height_mm))
    }
}

/// A picture in a line of text (DrawingML), sizes in millimetres.
fn drawing_ml(number: usize, width: f64, height: f64) -> String {
    // 36,000 English metric units are a millimetre.
    let (cx, cy) = ((width * 36_000.0).round(), (height * 36_000.0).round());
    let id = 9_000 + number;
    let relation = relation(number);
    format!(
        "<w:drawing><wp:inline xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/><wp:docPr id=\"{id}\" name=\"picture {number}\"/><a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"picture {number}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:embed=\"{relation}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
}

fn note(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|own| own == name) {
        list.push(name.to_owned());
    }
}

fn has(element: &Element, name: &str) -> bool {
    element.elements().any(|child| child.name == name || has(child, name))
}

/// The names in a text.
fn names(text: &str) -> Vec<String> {
    let pieces = text.split("{{").skip(1);
    pieces.filter_map(|piece| Some(piece.split_once("}}")?.0.trim().to_owned())).collect()
}
