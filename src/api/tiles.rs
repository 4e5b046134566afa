//! Vector tiles and their TileJSON.

use std::io::Read as _;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Serialize;

use super::answer::{Answer, holds, not_modified};
use super::app::App;
use super::ask::Ask;
use super::ogc::origin;
use super::problem::Problem;
use super::route::{Param, Route};
use super::v1::{AS_OF, REVISION, around, figures, opening};
use super::view::View;
use super::wire::bbox_of;
use crate::model::Layer;
use crate::tiles::{MAX_ZOOM, Selection, TileCoord, VectorLayer, vector_layers};

const MVT: &str = "application/vnd.mapbox-vector-tile";
const WHEN: &[Param] = &[AS_OF, REVISION];
/// `v` stands in the address so that a browser's own cache is passed by; it means nothing here.
const OF_TILE: &[Param] =
    &[AS_OF, REVISION, Param { name: "v", shape: "string", about: "不起作用 · has no meaning" }];

/// The routes of the tiles.
pub const ROUTES: &[Route] = &[
    Route::get("/tiles.json", "tiles", "全部图层的 TileJSON · TileJSON of all layers", all)
        .query(WHEN)
        .answers("TileJson"),
    // The last part is `LAYER.json`: the router takes whole parts only.
    Route::get("/tiles/{layer}", "tiles", "{layer}.json：一个图层的 TileJSON · TileJSON of one layer", one)
        .query(WHEN)
        .answers("TileJson"),
    Route {
        media: &[MVT],
        ..Route::get("/tiles/{z}/{x}/{y}", "tiles", "矢量瓦片 · vector tile", tile).query(OF_TILE)
    },
    Route {
        media: &[MVT],
        ..Route::get(
            "/tiles/{layer}/{z}/{x}/{y}",
            "tiles",
            "一个图层的矢量瓦片 · vector tile of one layer",
            layer_tile,
        )
        .query(OF_TILE)
    },
];

/// TileJSON 3.
#[derive(Serialize)]
struct TileJson {
    tilejson: &'static str,
    name: String,
    description: &'static str,
    scheme: &'static str,
    tiles: [String; 1],
    minzoom: u8,
    maxzoom: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    vector_layers: Vec<VectorLayer>,
}

/// A page asks for no more tiles than these when it opens.
const OPENING: u32 = 16;

/// Makes what a page asks for when it opens: figures, and the tiles over the working district or all divisions,
/// from zoom 0 on as long as they are few. Before anybody asks, so that the first page need not wait for what
/// all pages share.
pub fn warm(app: &App) {
    let view = View::now(app);
    let divisions = figures(app, &view, Layer::Division).bounds;
    let Some(bounds) = opening(app, &view).bounds().or(divisions) else { return };
    for z in 0..=MAX_ZOOM {
        let (west, east) = (TileCoord::at(bounds.min(), z), TileCoord::at(bounds.max(), z));
        let (columns, rows) = (west.x()..=east.x(), east.y()..=west.y());
        if columns.clone().count() as u32 * rows.clone().count() as u32 > OPENING {
            break;
        }
        for coord in columns.flat_map(|x| rows.clone().filter_map(move |y| TileCoord::new(z, x, y))) {
            view.tile(app, coord, Selection::All);
        }
    }
    for layer in Layer::ALL {
        figures(app, &view, *layer);
    }
}

fn tile_json(app: &App, ask: &Ask, only: Option<Layer>) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let of_layers = Layer::ALL.iter().filter(|layer| only.is_none_or(|only| only == **layer));
    let bounds = of_layers.filter_map(|layer| figures(app, &view, *layer).bounds).reduce(around);
    let part = only.map(|layer| format!("/{layer}")).unwrap_or_default();
    let mut query = format!("?v={}", view.newest.0);
    for name in ["as_of", "revision"] {
        if ask.param(name).is_some() {
            let value = if name == "as_of" { view.as_of.to_string() } else { view.revision().0.to_string() };
            query.push_str(&format!("&{name}={value}"));
        }
    }
    let layers = vector_layers(only);
    Answer::json(&TileJson {
        tilejson: "3.0.0",
        name: app.info.title.clone(),
        description: "界碑 Boundstone",
        scheme: "xyz",
        tiles: [format!("{}/tiles{part}/{{z}}/{{x}}/{{y}}{query}", origin(app, ask))],
        minzoom: layers.iter().map(|layer| layer.minzoom).min().unwrap_or(0),
        maxzoom: MAX_ZOOM,
        bounds: bounds.map(bbox_of),
        vector_layers: layers,
    })
}

fn all(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    tile_json(app, ask, None)
}

fn one(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let name = ask.segment("layer").strip_suffix(".json").unwrap_or_default();
    let layer = Layer::ALL.iter().copied().find(|layer| layer.name() == name);
    tile_json(app, ask, Some(layer.ok_or_else(unknown_tile)?))
}

fn unknown_tile() -> Problem {
    Problem::unknown("tile.unknown", "没有这块瓦片。", "There is no such tile.")
}

fn tile(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    send(app, ask, Selection::All)
}

fn layer_tile(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let layer = ask.layer()?;
    send(app, ask, Selection::One(layer))
}

fn send(app: &App, ask: &Ask, selection: Selection) -> Result<Answer, Problem> {
    let z = ask.segment("z").parse().map_err(|_| unknown_tile())?;
    let x = ask.segment("x").parse().map_err(|_| unknown_tile())?;
    let y = ask.segment("y");
    let y = y.strip_suffix(".mvt").or_else(|| y.strip_suffix(".pbf")).unwrap_or(y);
    let y = y.parse().map_err(|_| unknown_tile())?;
    let coord = TileCoord::new(z, x, y).ok_or_else(unknown_tile)?;
    let tile = View::of(app, ask)?.tile(app, coord, selection);
    if holds(ask, tile.etag()) {
        return Ok(not_modified(tile.etag()));
    }
    if tile.is_empty() {
        return Ok(Answer::empty(StatusCode::NO_CONTENT).with(header::ETAG, tile.etag()));
    }
    let answer = if takes_gzip(ask) {
        Answer::bytes(MVT, tile.gzip()).with(header::CONTENT_ENCODING, "gzip")
    } else {
        let mut plain = Vec::new();
        let read = flate2::read::GzDecoder::new(&tile.gzip()[..]).read_to_end(&mut plain);
        read.map_err(|error| Problem::internal(&error))?;
        Answer::bytes(MVT, plain)
    };
    Ok(answer.with(header::ETAG, tile.etag()).with(header::VARY, "accept-encoding"))
}

/// Tiles are kept compressed; whoever says that it cannot take them so gets them plain.
fn takes_gzip(ask: &Ask) -> bool {
    let Some(list) = ask.header(header::ACCEPT_ENCODING) else { return true };
    list.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        matches!(parts.next(), Some("gzip" | "*")) && parts.all(|part| part != "q=0")
    })
}
