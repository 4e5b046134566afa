//! Pictures under the data: `/api/v1/underlays`, their tiles, and the maps of others that are configured.

use std::sync::Arc;

use axum::http::header;
use serde::Serialize;

use super::answer::Answer;
use super::app::App;
use super::ask::Ask;
use super::openapi::schemas::{Named, add};
use super::problem::Problem;
use super::route::Route;
use super::wire::bbox_of;
use crate::model::RecordId;
use crate::underlays::{Basemap, Shown, Underlay};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/underlays",
        "map",
        "底图：影像、扫描图与外部地图 · pictures and maps under the data",
        list,
    )
    .answers("UnderlaysDoc"),
    Route {
        media: &["image/png", "image/jpeg", "image/webp"],
        ..Route::get(
            "/tiles/underlay/{id}/{z}/{x}/{y}",
            "tiles",
            "底图瓦片；没有的地方是透明的 · tile of a picture, transparent where there is none",
            tile,
        )
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<UnderlaysDoc>(named);
}

/// What can be laid under the data.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UnderlaysDoc {
    /// pictures kept beside the register, the lowest first
    underlays: Vec<UnderlayDoc>,
    /// maps of others, which the page itself asks for
    basemaps: Vec<Basemap>,
}

/// A picture.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UnderlayDoc {
    id: String,
    /// what it is called
    title: String,
    /// the file it was made from
    file: String,
    /// public, internal or secret
    secrecy: &'static str,
    /// when it was added, RFC 3339
    made: String,
    /// west, south, east, north
    bbox: [f64; 4],
    /// the lowest zoom with tiles
    min_zoom: u8,
    /// the highest zoom with tiles
    max_zoom: u8,
    /// address of a tile, with {z}, {x}, {y}
    tiles: String,
    /// how the office has it shown; a person's own browser may choose otherwise
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
}

impl From<Underlay> for UnderlayDoc {
    fn from(underlay: Underlay) -> Self {
        Self {
            id: underlay.id.to_string(),
            bbox: bbox_of(underlay.bounds),
            secrecy: underlay.secrecy.code(),
            min_zoom: underlay.zooms.0,
            max_zoom: underlay.zooms.1,
            tiles: format!("/tiles/underlay/{}/{{z}}/{{x}}/{{y}}", underlay.id),
            shown: underlay.shown,
            title: underlay.title,
            file: underlay.file,
            made: underlay.made,
        }
    }
}

fn list(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let shown = app.options.underlays.list().into_iter().filter(|one| one.secrecy <= app.options.show);
    let basemaps = app.options.basemaps.all.clone();
    Answer::json(&UnderlaysDoc { underlays: shown.map(UnderlayDoc::from).collect(), basemaps })
}

/// One transparent pixel: a page that asks beyond the picture's edge has nothing to complain of.
const NOTHING: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31,
    21, 196, 137, 0, 0, 0, 11, 73, 68, 65, 84, 120, 218, 99, 96, 0, 2, 0, 0, 5, 0, 1, 233, 250, 220, 216, 0,
    0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

/// What a tile's first bytes say it is.
fn media(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "image/png",
    }
}

/// The refusal for one that is not there or not to be seen.
pub fn unknown() -> Problem {
    Problem::unknown("underlay.unknown", "没有这张底图。", "There is no such underlay.")
}

fn tile(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let id: RecordId = ask.segment("id").parse().map_err(|_| unknown())?;
    let number = |name: &str| ask.segment(name).parse::<u32>().map_err(|_| unknown());
    let (z, x, y) = (number("z")?, number("x")?, number("y")?);
    let zoom = u8::try_from(z).ok().filter(|zoom| *zoom <= 30).ok_or_else(unknown)?;
    let underlays = &app.options.underlays;
    let seen = underlays.get(id).is_some_and(|underlay| underlay.secrecy <= app.options.show);
    if !seen {
        return Err(unknown());
    }
    let bytes = underlays.tile(id, zoom, x, y)?.unwrap_or_else(|| NOTHING.to_vec());
    // The picture of an id never changes.
    Ok(Answer::bytes(media(&bytes), bytes).with(header::CACHE_CONTROL, "private, max-age=86400"))
}
