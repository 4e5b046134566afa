//! `GET /api/v1/search`: records by name and code.

use std::sync::Arc;

use geo_types::{Coord, Geometry};
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::api::wire::Text;
use crate::model::{Layer, Record, geometry};

/// What was found.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SearchDoc {
    /// how many there are in all
    total: usize,
    /// the first of them
    results: Vec<Hit>,
}

/// One record found.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Hit {
    layer: &'static str,
    layer_title: Text,
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

const KINDS: [&str; 4] = ["code", "exact", "prefix", "infix"];

fn matched(record: &Record, wanted: &str) -> Option<usize> {
    if record.code.as_deref() == Some(wanted) {
        return Some(0);
    }
    let label = record.label()?.to_lowercase();
    match label.find(wanted)? {
        0 if label.len() == wanted.len() => Some(1),
        0 => Some(2),
        _ => Some(3),
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

fn hit(view: &View, record: &Record, kind: usize) -> Hit {
    let at = record.geometry.as_deref().and_then(anchor);
    let round = at.map(|at| view.snapshot.locate(at, view.as_of)).unwrap_or_default();
    let names: Vec<&str> = round
        .into_iter()
        .filter(|division| division.id != record.id && view.sees(division))
        .filter_map(|division| division.label())
        .collect();
    Hit {
        layer: record.layer.name(),
        layer_title: record.layer.def().title().into(),
        id: record.id.to_string(),
        label: record.label().map(str::to_owned),
        code: record.code.as_deref().map(str::to_owned),
        context: names.join(" · "),
        at: at.map(|at| [at.x, at.y]),
        kind: KINDS[kind],
    }
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (view, limit) = (View::of(app, ask)?, ask.limit(20, 200)?);
    let wanted = ask.param("q").unwrap_or_default().to_lowercase();
    if wanted.chars().count() > 100 {
        return Err(Problem::parameter("q", "超过 100 字", "it is longer than 100 characters"));
    }
    let only = ask
        .param("layer")
        .map(str::parse::<Layer>)
        .transpose()
        .map_err(|_| Problem::parameter("layer", "没有这个图层", "there is no such layer"))?;
    let layers = Layer::ALL.iter().copied().filter(|layer| only.is_none_or(|only| only == *layer));
    let mut found: Vec<(usize, Layer, usize, &Arc<Record>)> = Vec::new();
    if !wanted.is_empty() {
        for layer in layers {
            let hits = view.records(layer).filter_map(|record| {
                let kind = matched(record, &wanted)?;
                Some((kind, layer, record.label().map_or(0, str::len), record))
            });
            found.extend(hits);
        }
    }
    found.sort_by_key(|(kind, layer, length, record)| (*kind, *layer, *length, record.key()));
    let results = found.iter().take(limit).map(|(kind, _, _, record)| hit(&view, record, *kind)).collect();
    Answer::json(&SearchDoc { total: found.len(), results })
}
