//! Artwork of signs and door plates (标志牌、门楼牌版面), true to size in millimetres, as svg and pdf: a design of
//! `data/documents/plates.toml` filled with what the face says, with its matrix code.

mod design;
mod face;

pub use design::{Design, designs};
pub use face::Face;

use serde_json::json;

use super::typeset::Paper;
use super::{DocumentsError, Templates};

const TEMPLATE: &str = "plate.typ";

/// A face on a design.
pub struct Artwork<'d> {
    /// the design
    pub design: &'d Design,
    /// what it says
    pub face: Face,
}

impl Artwork<'_> {
    /// As svg, in millimetres.
    ///
    /// # Errors
    /// No Chinese font, or the code's text is too long.
    pub fn svg(&self) -> Result<String, DocumentsError> {
        let (sans, _) = super::fields::families()?;
        face::svg(self.design, &self.face, sans)
    }

    /// As a pdf of one page of the plate's size.
    ///
    /// # Errors
    /// As [`Self::svg`]; the template cannot be set.
    pub fn pdf(&self, templates: &Templates) -> Result<Vec<u8>, DocumentsError> {
        let template = templates.text(TEMPLATE)?;
        let [width, height] = self.design.size;
        let title = format!("{}{}", self.face.text, self.face.number);
        let data = json!({ "width": width, "height": height, "title": title });
        let pictures = vec![("plate.svg", self.svg()?.into_bytes())];
        Paper { name: TEMPLATE, template: &template, data: &data, pictures, title: &title }.pdf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face() -> Face {
        Face {
            text: "文林街".into(),
            roman: "WENLIN JIE".into(),
            number: "12号".into(),
            sub: "附1号".into(),
            postcode: "650031".into(),
            qr: "DM530102L0007-12".into(),
            ..Face::default()
        }
    }

    #[test]
    fn every_design_is_drawn_at_its_size_and_stays_in_it() {
        let ids: std::collections::BTreeSet<&str> =
            designs().unwrap().iter().map(|design| design.id.as_str()).collect();
        assert_eq!(ids.len(), designs().unwrap().len());
        for design in designs().unwrap() {
            let [width, height] = design.size;
            for part in &design.parts {
                let [x, y, w, h] = part.place;
                assert!(
                    x >= 0.0 && y >= 0.0 && x + w <= width && y + h <= height,
                    "{} {:?}",
                    design.id,
                    part.place
                );
            }
            let svg = face::svg(design, &face(), "Noto Sans CJK SC").unwrap();
            assert!(svg.contains(&format!("width='{width}mm' height='{height}mm'")), "{}", design.id);
            assert!(svg.contains("文林街") && svg.contains("<path"), "{}", design.id);
        }
    }

    #[test]
    fn the_matrix_code_can_be_left_out_and_texts_are_escaped() {
        let design = designs().unwrap().iter().find(|design| design.id == "door_small").unwrap();
        let plain = Face { qr: String::new(), text: "<街&>".into(), ..face() };
        let svg = face::svg(design, &plain, "x").unwrap();
        assert!(!svg.contains("<path") && svg.contains("&lt;街&amp;&gt;"));
        let long = Face { qr: "长".repeat(4_000), ..face() };
        assert!(face::svg(design, &long, "x").is_err());
    }

    #[test]
    fn a_pdf_has_one_page_of_the_plates_size() {
        let design = designs().unwrap().iter().find(|design| design.id == "door_medium").unwrap();
        let artwork = Artwork { design, face: face() };
        match artwork.pdf(&Templates::default()) {
            Ok(pdf) => assert!(pdf.starts_with(b"%PDF-")),
            Err(DocumentsError::NoFont) => println!("skipped: no Chinese font"),
            Err(error) => panic!("{error}"),
        }
    }
}
