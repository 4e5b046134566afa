//! `GET /api/v1/search`: records by name, pinyin and code.

use std::sync::Arc;

use geo_types::{Coord, Geometry};
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Layer, Record, geometry};
use crate::snapshot::{self, HitKind};

/// What was found.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SearchDoc {
    /// how many hits there are in all; null where they are more than anybody would count
    total: Option<usize>,
    /// the first of them
    results: Vec<Hit>,
}

/// One record found.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Hit {
    layer: &'static str,
    layer_title: Bilingual,
    id: String,
    label: Option<String>,
    code: Option<String>,
    /// names of the divisions round it; of a division only those above it
    context: String,
    /// a point of it, longitude and latitude
    at: Option<[f64; 2]>,
    /// how it was found, better ones first: code, exact, pinyin, prefix, pinyin_prefix, infix, pinyin_infix,
    /// or loose (all characters or syllables in order, others in between)
    #[serde(rename = "match")]
    kind: &'static str,
    /// how many records the hit stands for: signs, pieces of roads and of water with the same label are one
    /// hit, with the id of the first; null where `total` is null
    count: Option<usize>,
}

const fn kind_word(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Code => "code",
        HitKind::Exact => "exact",
        HitKind::Pinyin => "pinyin",
        HitKind::Prefix => "prefix",
        HitKind::PinyinPrefix => "pinyin_prefix",
        HitKind::Infix => "infix",
        HitKind::PinyinInfix => "pinyin_infix",
        HitKind::Loose => "loose",
    }
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

fn hit(view: &View, found: &snapshot::Hit) -> Hit {
    let record = found.record;
    let own = level(record);
    let at = record.geometry.as_deref().and_then(anchor);
    let round = at.map(|at| view.snapshot.locate(at, view.as_of)).unwrap_or_default();
    let names: Vec<&str> = round
        .into_iter()
        .filter(|division| own.is_none() || level(division) < own)
        .filter(|division| division.id != record.id && view.sees(division))
        .filter_map(|division| division.label())
        .collect();
    Hit {
        layer: record.layer.name(),
        layer_title: record.layer.def().title(),
        id: record.id.to_string(),
        label: record.label().map(str::to_owned),
        code: record.code.as_deref().map(str::to_owned),
        context: names.join(" · "),
        at: at.map(|at| [at.x, at.y]),
        kind: kind_word(found.kind),
        count: found.same,
    }
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (view, limit) = (View::of(app, ask)?, ask.limit(20, 200)?);
    let wanted = ask.param("q").unwrap_or_default();
    if wanted.chars().count() > 100 {
        return Err(Problem::parameter("q", "超过 100 字", "it is longer than 100 characters"));
    }
    let only = ask
        .param("layer")
        .map(str::parse::<Layer>)
        .transpose()
        .map_err(|_| Problem::parameter("layer", "没有这个图层", "there is no such layer"))?;
    let layers = only.map_or_else(|| Layer::ALL.to_vec(), |only| vec![only]);
    let found = view.snapshot.search(wanted, &layers, limit, |record| view.holds(record));
    let results = found.hits.iter().map(|found| hit(&view, found)).collect();
    Answer::json(&SearchDoc { total: found.total, results })
}
