//! `GET /api/v1/search` and `/api/v1/reverse`: records by name, and names by place, as GeocodeJSON.

use std::sync::Arc;

use geo_types::{Coord, Geometry};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Layer, Record, geometry};
use crate::names::search::{self, Found};

/// What was found: a GeoJSON FeatureCollection after GeocodeJSON 0.1.0.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Geocoded {
    /// always `FeatureCollection`
    #[serde(rename = "type")]
    kind: &'static str,
    geocoding: Geocoding,
    /// how many hits there are in all; null where there are more than were looked for
    total: Option<usize>,
    /// the first of them, the best first
    features: Vec<Hit>,
}

/// What the answer is.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Geocoding {
    /// of GeocodeJSON
    version: &'static str,
}

/// One record found.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Hit {
    /// always `Feature`
    #[serde(rename = "type")]
    kind: &'static str,
    /// a point of it; null where it has no geometry
    #[schema(value_type = Option<Object>)]
    geometry: Option<Json>,
    properties: HitProperties,
}

/// What it is.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HitProperties {
    geocoding: HitGeocoding,
    record: HitRecord,
}

/// As GeocodeJSON has it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HitGeocoding {
    /// house, street, locality, district, county, city, state or other
    #[serde(rename = "type")]
    kind: &'static str,
    /// name and the divisions round it, the lowest first
    label: String,
    name: Option<String>,
    /// names of the divisions round it by their level: level4 province, level5 prefecture, level6 county,
    /// level8 township, level10 community
    #[schema(value_type = Object)]
    admin: Map<String, Json>,
    /// metres from the point asked for, in an answer to a place
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
}

/// As the register has it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HitRecord {
    layer: &'static str,
    layer_title: Bilingual,
    id: String,
    code: Option<String>,
    /// names of the divisions round it, the highest first; of a division only those above it
    context: String,
    /// how it was found, better ones first: code, exact, suffix, prefix, within, pinyin, infix, initials,
    /// pinyin_prefix, mixed, homophone, alike, slip, pinyin_slip, initials_prefix, pinyin_infix, loose
    #[serde(rename = "match")]
    #[schema(value_type = Option<String>)]
    kind: Option<search::Kind>,
    /// the name that was found, where it is not what the record is called now
    matched: Option<String>,
    /// whether that is a name that it had before
    former: bool,
    /// 1 for the best there can be
    score: Option<f32>,
    /// how many records the hit stands for: signs, pieces of roads and of water with the same label are one
    /// hit, with the id of the first
    count: usize,
}

/// A point of a geometry to go to on the map.
pub fn anchor(geometry: &Geometry) -> Option<Coord> {
    use geo::InteriorPoint as _;
    match geometry {
        Geometry::Point(point) => Some(point.0),
        area @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_)) => area.interior_point().map(|p| p.0),
        other => geometry::bounds(other).map(|b| b.center()),
    }
}

/// The level of a division; `None` for anything else.
fn level(record: &Record) -> Option<DivisionLevel> {
    (record.layer == Layer::Division)
        .then(|| record.text("level"))
        .flatten()
        .and_then(DivisionLevel::from_code)
}

/// What GeocodeJSON calls a record.
fn kind(record: &Record) -> &'static str {
    match record.layer {
        Layer::Division => match level(record) {
            Some(DivisionLevel::Province) => "state",
            Some(DivisionLevel::Prefecture) => "city",
            Some(DivisionLevel::County) => "county",
            Some(DivisionLevel::Township) => "district",
            _ => "locality",
        },
        Layer::Road => "street",
        Layer::Place if record.text("category").is_some_and(|category| category.starts_with("23")) => {
            "street"
        }
        Layer::DoorPlate | Layer::Building | Layer::Gate | Layer::Compound => "house",
        _ => "other",
    }
}

/// GeocodeJSON's word for the place of a level.
const fn admin(level: DivisionLevel) -> &'static str {
    match level {
        DivisionLevel::Province => "level4",
        DivisionLevel::Prefecture => "level5",
        DivisionLevel::County => "level6",
        DivisionLevel::Township => "level8",
        DivisionLevel::Community => "level10",
        _ => "level11",
    }
}

fn hit(view: &View, record: &Record) -> Hit {
    let own = level(record);
    let at = record.geometry.as_deref().and_then(anchor);
    let round: Vec<&Arc<Record>> = at
        .map(|at| view.snapshot.locate(at, view.as_of))
        .unwrap_or_default()
        .into_iter()
        .filter(|division| own.is_none() || level(division) < own)
        .filter(|division| division.id != record.id && view.sees(division))
        .collect();
    let names: Vec<&str> = round.iter().filter_map(|division| division.label()).collect();
    let label: Vec<&str> = record.label().into_iter().chain(names.iter().rev().copied()).collect();
    let levels = round.iter().filter_map(|one| Some((admin(level(one)?).to_owned(), json!(one.label()?))));
    Hit {
        kind: "Feature",
        geometry: at.map(|at| json!({"type": "Point", "coordinates": [at.x, at.y]})),
        properties: HitProperties {
            geocoding: HitGeocoding {
                kind: kind(record),
                label: label.join(", "),
                name: record.label().map(str::to_owned),
                admin: levels.collect(),
                distance: None,
            },
            record: HitRecord {
                layer: record.layer.name(),
                layer_title: record.layer.def().title(),
                id: record.id.to_string(),
                code: record.code.as_deref().map(str::to_owned),
                context: names.join(" · "),
                kind: None,
                matched: None,
                former: false,
                score: None,
                count: 1,
            },
        },
    }
}

/// A record found by its name.
fn named(view: &View, found: &Found<'_>) -> Hit {
    let mut hit = hit(view, found.record);
    let record = &mut hit.properties.record;
    record.kind = Some(found.kind);
    record.matched = (found.record.label() != Some(&found.matched)).then(|| found.matched.clone());
    (record.former, record.score, record.count) = (found.former, Some(found.score), found.same);
    hit
}

fn answer(total: Option<usize>, features: Vec<Hit>) -> Result<Answer, Problem> {
    let geocoding = Geocoding { version: "0.1.0" };
    Answer::json(&Geocoded { kind: "FeatureCollection", geocoding, total, features })
}

/// The layers asked for.
fn layers(ask: &Ask) -> Result<Option<Layer>, Problem> {
    ask.param("layer")
        .map(str::parse::<Layer>)
        .transpose()
        .map_err(|_| Problem::parameter("layer", "没有这个图层", "there is no such layer"))
}

/// Where the one who asks is: `near=lon,lat`.
fn near(ask: &Ask) -> Result<Option<Coord>, Problem> {
    let Some(text) = ask.param("near") else { return Ok(None) };
    let point = text.split_once(',').and_then(|(x, y)| {
        let at = Coord { x: x.trim().parse::<f64>().ok()?, y: y.trim().parse::<f64>().ok()? };
        (at.x.abs() <= 180.0 && at.y.abs() <= 90.0).then_some(at)
    });
    let wrong =
        || Problem::parameter("near", "应为 经度,纬度", "it must be a longitude and a latitude: lon,lat");
    point.map(Some).ok_or_else(wrong)
}

/// Records by name.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (view, limit) = (View::of(app, ask)?, ask.limit(20, 200)?);
    let wanted = ask.param("q").unwrap_or_default();
    if wanted.chars().count() > 100 {
        return Err(Problem::parameter("q", "超过 100 字", "it is longer than 100 characters"));
    }
    let layers = layers(ask)?.map_or_else(|| Layer::ALL.to_vec(), |only| vec![only]);
    let directory = app.directories.of(&app.register, &view)?;
    // One more than is wanted says whether these are all.
    let asked =
        search::Ask { text: wanted, near: near(ask)?, limit: limit + 1, as_of: view.as_of, layers: &layers };
    let mut found = directory
        .search(&view.snapshot, asked, |record| view.sees(record))
        .map_err(|error| Problem::internal(&error))?;
    let total = (found.len() <= limit).then_some(found.len());
    found.truncate(limit);
    answer(total, found.iter().map(|found| named(&view, found)).collect())
}

/// What is looked for round a point, and how far, in metres.
const ROUND: [(Layer, f64); 6] = [
    (Layer::DoorPlate, 100.0),
    (Layer::Gate, 100.0),
    (Layer::Compound, 200.0),
    (Layer::Facility, 200.0),
    (Layer::Place, 200.0),
    (Layer::Road, 200.0),
];

/// Names by place: what is nearest of each layer, and the lowest division round the point.
pub fn reverse(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (view, limit) = (View::of(app, ask)?, ask.limit(10, 50)?);
    let at = Coord { x: ask.real("lon")?, y: ask.real("lat")? };
    if !(at.x.abs() <= 180.0 && at.y.abs() <= 90.0) {
        return Err(Problem::parameter(
            "lon",
            "经度应在 ±180、纬度在 ±90 之间",
            "they must be within ±180 and ±90",
        ));
    }
    let only = layers(ask)?;
    let mut near: Vec<(f64, &Arc<Record>)> = Vec::new();
    for (layer, most) in ROUND.into_iter().filter(|(layer, _)| only.is_none_or(|only| only == *layer)) {
        let found = view.snapshot.layer(layer).nearest(at, limit, view.as_of);
        near.extend(found.into_iter().filter(|(metres, record)| *metres <= most && view.sees(record)));
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(limit);
    let mut hits: Vec<Hit> = near
        .into_iter()
        .map(|(metres, record)| {
            let mut hit = hit(&view, record);
            hit.properties.geocoding.distance = Some((metres * 10.0).round() / 10.0);
            hit
        })
        .collect();
    let chain = view.snapshot.locate(at, view.as_of);
    let lowest = chain.into_iter().rfind(|division| view.sees(division));
    if let Some(division) = lowest.filter(|_| only.is_none_or(|only| only == Layer::Division)) {
        hits.push(hit(&view, division));
    }
    let total = Some(hits.len());
    answer(total, hits)
}
