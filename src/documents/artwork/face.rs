//! A face as svg: texts as large as their boxes let them be, figures, the matrix code.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use super::design::{Design, Part, What, colour};
use crate::documents::DocumentsError;
use crate::model::{Layer, Record};

/// What a face says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// name in characters
    pub text: String,
    /// spelling
    pub roman: String,
    /// name in a minority script
    pub minority: String,
    /// number, as 12号
    pub number: String,
    /// sub-number, as 附1号
    pub sub: String,
    /// postcode
    pub postcode: String,
    /// what the matrix code says; none is drawn if empty
    pub qr: String,
}

impl Face {
    /// Of a sign or a door plate.
    pub fn of(record: &Record) -> Self {
        let text = |field: &str| record.text(field).unwrap_or_default().to_owned();
        match record.layer {
            Layer::Sign => Self {
                text: text("text"),
                roman: text("roman"),
                minority: text("minority_text"),
                qr: text("qr"),
                ..Self::default()
            },
            _ => Self {
                text: text("road"),
                number: if record.text("building_no").is_some() {
                    text("building_no")
                } else {
                    text("plate_no")
                },
                sub: text("sub_no"),
                postcode: text("postcode"),
                qr: text("qr"),
                ..Self::default()
            },
        }
    }

    fn of_part(&self, part: &Part) -> String {
        let text = match part.what {
            What::Text => &self.text,
            What::Roman => &self.roman,
            What::Minority => &self.minority,
            What::Number => &self.number,
            What::Sub => &self.sub,
            What::Postcode => &self.postcode,
            What::Qr => &self.qr,
        };
        let text = text.trim();
        let text = if part.figures { text.trim_end_matches(['号', '幢', '栋']) } else { text };
        text.chars().filter(|c| !c.is_control()).collect()
    }
}

/// How wide a letter is, in parts of its height.
fn wide(c: char) -> f64 {
    match c {
        ' ' => 0.3,
        'i' | 'j' | 'l' | 'I' | '’' | '\'' | '.' | '-' => 0.35,
        'M' | 'W' | 'm' | 'w' => 0.9,
        c if c.is_ascii_uppercase() => 0.68,
        c if c.is_ascii() => 0.58,
        _ => 1.0,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;")
}

/// The drawing.
pub fn svg(design: &Design, face: &Face, sans: &str) -> Result<String, DocumentsError> {
    let [width, height] = design.size;
    let (ground, ink) = (colour(&design.ground), colour(&design.ink));
    let mut body = format!("<rect width='{width}' height='{height}' fill='{ground}'/>");
    for panel in &design.panels {
        let [x, y, w, h] = panel.place;
        let _ =
            write!(body, "<rect x='{x}' y='{y}' width='{w}' height='{h}' fill='{}'/>", colour(&panel.fill));
    }
    let line = design.border;
    let _ = write!(
        body,
        "<rect x='{line}' y='{line}' width='{}' height='{}' fill='none' stroke='{ink}' stroke-width='{}'/>",
        width - 2.0 * line,
        height - 2.0 * line,
        line / 2.0
    );
    for part in &design.parts {
        let text = face.of_part(part);
        if text.is_empty() {
            continue;
        }
        if part.what == What::Qr {
            body += &matrix(&text, part.place)?;
        } else {
            body += &written(&text, part, part.ink.as_deref().map_or(ink, colour), sans);
        }
    }
    Ok(format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}mm' height='{height}mm' viewBox='0 0 {width} {height}'>{body}</svg>"
    ))
}

fn written(text: &str, part: &Part, ink: &str, sans: &str) -> String {
    let [x, y, w, h] = part.place;
    let letters: f64 = text.chars().map(wide).sum();
    // Characters fill their square, figures and capitals three quarters of it.
    let tall = if !text.is_ascii() { 0.92 } else { 0.74 };
    let size = (h / tall).min(w / letters.max(0.5));
    let (middle, base) = (x + w / 2.0, y + h / 2.0 + size * tall * if tall > 0.8 { 0.4 } else { 0.5 });
    format!(
        "<text x='{middle:.2}' y='{base:.2}' font-family='{}' font-weight='bold' font-size='{size:.2}' \
         text-anchor='middle' fill='{ink}'>{}</text>",
        escaped(sans),
        escaped(text)
    )
}

/// A matrix code on white, with a quiet edge of two modules.
fn matrix(text: &str, [x, y, w, h]: [f64; 4]) -> Result<String, DocumentsError> {
    const QUIET: usize = 2;
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
        .map_err(|error| DocumentsError::Typeset { name: "QR".to_owned(), why: error.to_string() })?;
    let side = code.width();
    let module = w.min(h) / (side + 2 * QUIET) as f64;
    let mut path = String::new();
    for (at, cell) in code.to_colors().iter().enumerate() {
        if *cell == Color::Dark {
            let place = |n: usize| (n + QUIET) as f64 * module;
            let (px, py) = (x + place(at % side), y + place(at / side));
            let _ = write!(path, "M{px:.3} {py:.3}h{module:.3}v{module:.3}h-{module:.3}z");
        }
    }
    Ok(format!(
        "<rect x='{x}' y='{y}' width='{w}' height='{h}' fill='#ffffff'/><path d='{path}' fill='#000000'/>"
    ))
}
