//! Artwork of signs and door plates, of those that are entered and of drafts.

use std::sync::Arc;

use axum::http::header;
use serde::{Deserialize, Serialize};

use super::export::attached;
use super::ledger::no_paper;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::view::View;
use crate::documents::artwork::{Artwork, Design, Face, designs};
use crate::model::{Bilingual, Layer};

const SVG: &str = "image/svg+xml";
const PDF: &str = "application/pdf";
const FORMAT: Param =
    Param { name: "format", shape: "string", about: "svg（默认）或 pdf · svg (if absent) or pdf" };

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/artwork/designs",
        "names",
        "标志牌、门楼牌版式 · designs of signs and plates",
        design_list,
    )
    .answers("DesignList"),
    Route {
        media: &[SVG, PDF],
        ..Route::get(
            "/api/v1/artwork/{layer}/{id}",
            "names",
            "一块标志牌或门楼牌的版面，按实际尺寸 · the artwork of a sign or door plate, true to size",
            artwork_of,
        )
        .query(&[
            FORMAT,
            Param {
                name: "design",
                shape: "string",
                about: "版式，默认按种类 · design, by its kind if absent",
            },
            super::AS_OF,
            super::REVISION,
        ])
    },
    Route {
        method: Verb::Post,
        body: Some("ArtworkQuestion"),
        media: &[SVG, PDF],
        ..Route::get(
            "/api/v1/artwork",
            "names",
            "未入库的版面 · the artwork of what is not entered yet",
            artwork,
        )
        .query(&[FORMAT])
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<DesignList>(named);
    add::<ArtworkQuestion>(named);
}

/// Designs of signs and plates.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DesignList {
    designs: Vec<DesignDoc>,
}

/// A design.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DesignDoc {
    id: String,
    title: Bilingual,
    width_mm: f64,
    height_mm: f64,
    /// `read` or `assumed`
    evidence: String,
    source: Bilingual,
}

/// `GET /api/v1/artwork/designs`
fn design_list(_: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let one = |design: &Design| DesignDoc {
        id: design.id.clone(),
        title: design.title.clone(),
        width_mm: design.size[0],
        height_mm: design.size[1],
        evidence: design.evidence.clone(),
        source: design.source.clone(),
    };
    Answer::json(&DesignList { designs: designs().map_err(no_paper)?.iter().map(one).collect() })
}

/// A face that is not entered yet.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArtworkQuestion {
    /// word of a design
    design: String,
    text: String,
    #[serde(default)]
    roman: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    sub: String,
    #[serde(default)]
    postcode: String,
    #[serde(default)]
    minority: String,
    /// what the matrix code says; none is drawn if empty
    #[serde(default)]
    qr: String,
}

/// Characters of a face, and of its matrix code.
const LONGEST: usize = 100;
const LONGEST_CODE: usize = 500;

fn design_of(word: &str) -> Result<&'static Design, Problem> {
    let found = designs().map_err(no_paper)?.iter().find(|design| design.id == word);
    found.ok_or_else(|| Problem::parameter("design", "没有这种版式", "there is no such design"))
}

fn drawn(app: &App, ask: &Ask, artwork: &Artwork<'_>) -> Result<Answer, Problem> {
    match ask.param("format").unwrap_or("svg") {
        "svg" => Ok(Answer::bytes(SVG, artwork.svg().map_err(no_paper)?)),
        "pdf" => {
            let name = format!("{}{}.pdf", artwork.face.text, artwork.face.number);
            let pdf = artwork.pdf(&app.options.templates).map_err(no_paper)?;
            Ok(Answer::bytes(PDF, pdf).with(header::CONTENT_DISPOSITION, &attached("artwork", &name)))
        }
        _ => Err(Problem::parameter("format", "应为 svg 或 pdf", "svg or pdf is expected")),
    }
}

/// `GET /api/v1/artwork/{layer}/{id}`
fn artwork_of(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let record = view.record(ask.layer()?, ask.record_id()?)?;
    let design = match ask.param("design") {
        Some(word) => Some(design_of(word)?),
        None => Design::of(record).map_err(no_paper)?,
    };
    let design =
        design.filter(|_| matches!(record.layer, Layer::Sign | Layer::DoorPlate)).ok_or_else(|| {
            Problem::parameter("layer", "应为 sign 或 door_plate", "sign or door_plate is expected")
        })?;
    drawn(app, ask, &Artwork { design, face: Face::of(record) })
}

/// `POST /api/v1/artwork`
fn artwork(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let question: ArtworkQuestion = ask.json()?;
    let design = design_of(&question.design)?;
    let face = Face {
        text: question.text,
        roman: question.roman,
        minority: question.minority,
        number: question.number,
        sub: question.sub,
        postcode: question.postcode,
        qr: question.qr,
    };
    let texts = [&face.text, &face.roman, &face.minority, &face.number, &face.sub, &face.postcode];
    let long = texts.into_iter().any(|text| text.chars().count() > LONGEST);
    if long || face.qr.chars().count() > LONGEST_CODE {
        return Err(Problem::parameter("text", "文字过长", "a text is too long"));
    }
    drawn(app, ask, &Artwork { design, face })
}
