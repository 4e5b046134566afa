//! `GET /api/v1/search`: records by name and code.

use std::sync::Arc;

use geo_types::{Coord, Geometry};
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::model::{Bilingual, Layer, Record, geometry};
use crate::snapshot::HitKind;

/// What was found.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SearchDoc {
    /// how many there are in all; null where they are more than anybody would count
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
    /// names of the divisions round it
    context: String,
    /// a point of it, longitude and latitude
    at: Option<[f64; 2]>,
    /// code, exact, prefix or infix
    #[serde(rename = "match")]
    kind: &'static str,
}

const fn kind_word(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Code => "code",
        HitKind::Exact => "exact",
        HitKind::Prefix => "prefix",
        HitKind::Infix => "infix",
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

fn hit(view: &View, record: &Record, kind: HitKind) -> Hit {
    let at = record.geometry.as_deref().and_then(anchor);
    let round = at.map(|at| view.snapshot.locate(at, view.as_of)).unwrap_or_default();
    let names: Vec<&str> = round
        .into_iter()
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
        kind: kind_word(kind),
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
    let results = found.hits.iter().map(|found| hit(&view, found.record, found.kind)).collect();
    Answer::json(&SearchDoc { total: found.total, results })
}
