//! The geometry of a change: read, brought into the register's coordinates, compared with what is there.

use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString};
use serde_json::Value as Json;

use super::Content;
use crate::model::{Bilingual, Layer, geometry};

/// Degrees within which coordinates are the same: what a projected system's digits lose on the way.
const SAME: f64 = 1e-8;

/// Why a geometry is refused: rule, place and sentence.
pub struct Misfit {
    /// which rule
    pub rule: &'static str,
    /// longitude and latitude, where one place is wrong
    pub at: Option<[f64; 2]>,
    /// the sentence
    pub what: Bilingual,
}

/// The geometry that a record is to have. A geometry that is the one that is there, but for the
/// direction of rings and the last digits, leaves it as it is, bit for bit.
pub fn shape_of(
    layer: Layer,
    content: &Content,
    before: Option<&Arc<Geometry>>,
) -> Result<Option<Arc<Geometry>>, Misfit> {
    let wanted = match &content.geometry {
        None | Some(Json::Null) => None,
        Some(json) => Some(read(layer, json, content, before).map_err(|what| {
            // A division's shape is no matter here, however it is wrong.
            if layer == Layer::Division { shared_border(None) } else { misfit("edit.geometry", None, what) }
        })?),
    };
    if let (Some(wanted), Some(before)) = (&wanted, before)
        && first_difference(wanted, before).is_none()
    {
        return Ok(Some(before.clone()));
    }
    if layer == Layer::Division && (wanted.is_some() || before.is_some()) {
        let both = wanted.as_ref().zip(before);
        return Err(shared_border(both.and_then(|(wanted, before)| first_difference(wanted, before)?)));
    }
    Ok(wanted.map(Arc::new))
}

fn misfit(rule: &'static str, at: Option<Coord>, what: Bilingual) -> Misfit {
    Misfit { rule, at: at.map(|c| [c.x, c.y]), what }
}

fn shared_border(at: Option<Coord>) -> Misfit {
    let what = Bilingual::new(
        "行政区划的界线与邻区共用，不能在这里单独修改。",
        "A division's border is shared with its neighbours and cannot be changed here.",
    );
    misfit("edit.division_geometry", at, what)
}

fn read(
    layer: Layer,
    json: &Json,
    content: &Content,
    before: Option<&Arc<Geometry>>,
) -> Result<Geometry, Bilingual> {
    let bad = |error: &dyn std::fmt::Display| {
        Bilingual::new(format!("图形不合要求：{error}"), format!("The geometry does not fit: {error}"))
    };
    let mut json = json.clone();
    // A merge patch of coordinates alone keeps the type that is there.
    if let (true, Json::Object(members), Some(before)) = (content.merge, &mut json, before) {
        members.entry("type").or_insert_with(|| geometry::kind_name(before).into());
    }
    let read = serde_json::from_value::<geojson::Geometry>(json).map_err(|error| bad(&error))?;
    let plain = Geometry::try_from(read).map_err(|error| bad(&error))?;
    let moved = content.crs.place(plain).map_err(|error| bad(&error))?;
    geometry::settle(moved, layer.def().geometry).map_err(|error| bad(&error))
}

/// Where two geometries begin to differ: `None` where they do not, `Some(None)` where no place can be named.
fn first_difference(a: &Geometry, b: &Geometry) -> Option<Option<Coord>> {
    let ((areas_a, a), (areas_b, b)) = (lines(a), lines(b));
    if areas_a != areas_b {
        return Some(None);
    }
    let close = |a: &Coord, b: &Coord| (a.x - b.x).abs() <= SAME && (a.y - b.y).abs() <= SAME;
    for (a, b) in a.iter().zip(&b) {
        let forward = || a.iter().zip(b).find(|(a, b)| !close(a, b)).map(|(a, _)| *a);
        let backward = areas_a.is_some() && a.iter().zip(b.iter().rev()).all(|(a, b)| close(a, b));
        if a.len() == b.len() && backward {
            continue;
        }
        if let Some(place) = forward() {
            return Some(Some(place));
        }
        if a.len() != b.len() {
            return Some(a.get(b.len()).or(b.get(a.len())).copied());
        }
    }
    (a.len() != b.len()).then_some(None)
}

/// Rings per area, if these are areas, and all lines.
fn lines(geometry: &Geometry) -> (Option<Vec<usize>>, Vec<Vec<Coord>>) {
    let of = |line: &LineString| line.0.clone();
    let polygons = match geometry {
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        Geometry::MultiPolygon(polygons) => &polygons.0,
        Geometry::MultiLineString(lines) => return (None, lines.0.iter().map(of).collect()),
        Geometry::LineString(line) => return (None, vec![of(line)]),
        other => {
            let mut points = Vec::new();
            geometry::for_each_coord(other, &mut |c| points.push(c));
            return (None, vec![points]);
        }
    };
    let rings = polygons.iter().map(|polygon| 1 + polygon.interiors().len()).collect();
    let all = polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    (Some(rings), all.map(of).collect())
}
