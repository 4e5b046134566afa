//! C04 · local plans: the communities of a subdistrict or town cover it without gap or overlap.
//!
//! Communities whose edges cancel each other out up to the outline of what is above them are in order: that is
//! exact and fast. Only where edges are left over are unions and intersections computed.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::{BooleanOps as _, InteriorPoint as _, unary_union};
use geo_types::{Coord, Geometry, MultiPolygon, Polygon};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Deserialize;

use super::b16_shared_edge::{edge, rings};
use super::{Check, Found, Notice, Scene};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, geometry};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C04", run };

#[derive(Clone, Copy, Deserialize)]
struct Parameters {
    area_m2: f64,
    width_m: f64,
}

/// What is wrong at a place.
struct Fault {
    zh: &'static str,
    en: &'static str,
    area_m2: f64,
    at: Coord,
    between: Vec<Arc<Record>>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let mut below: BTreeMap<&str, Vec<&Arc<Record>>> = BTreeMap::new();
    let level = |record: &Record| record.text("level").and_then(DivisionLevel::from_code);
    for record in scene.snapshot().layer(Layer::Division).iter() {
        let is_part = record.valid.contains(scene.day()) && level(record) == Some(DivisionLevel::Community);
        if let Some(parent) = record.text("parent_code").filter(|_| is_part && record.geometry.is_some()) {
            below.entry(parent).or_default().push(record);
        }
    }
    let parents: Vec<_> = scene
        .divisions()
        .filter(|record| level(record) == Some(DivisionLevel::Township) && record.geometry.is_some())
        .filter_map(|record| Some((record, below.get(record.code.as_deref()?)?)))
        .collect();
    let faults: Vec<_> = parents
        .into_par_iter()
        .map(|(parent, parts)| {
            (parent, if is_tiled(parent, parts) { Vec::new() } else { faults(parent, parts, wanted) })
        })
        .collect();
    for (parent, faults) in faults {
        faults.into_iter().for_each(|fault| tell(parent, fault, found));
    }
    Ok(())
}

fn tell(parent: &Record, fault: Fault, found: &mut Found) {
    let Fault { zh, en, area_m2, at, between } = fault;
    let names: Vec<&str> = between.iter().filter_map(|record| record.label()).take(4).collect();
    let (beside_zh, beside_en) = match names.is_empty() {
        true => (String::new(), String::new()),
        false => (format!("（{}）", names.join("、")), format!(" ({})", names.join(", "))),
    };
    let (zh, en) =
        (format!("{zh} {area_m2:.0} 平方米{beside_zh}"), format!("{en} of {area_m2:.0} m²{beside_en}"));
    let codes: Vec<&str> = between.iter().filter_map(|record| record.code.as_deref()).collect();
    let notice = Notice::new(parent, zh, en).at(at).evidence(format!("{area_m2:.1} {}", codes.join(" ")));
    found.push(between.iter().fold(notice, |notice, other| notice.with(other)));
}

/// Whether every edge of the parts and of the whole is there exactly twice: then there is neither gap nor overlap.
fn is_tiled(parent: &Record, parts: &[&Arc<Record>]) -> bool {
    let mut seen = std::collections::HashMap::new();
    for record in parts.iter().map(|part| &***part).chain([parent]) {
        for pair in rings(record).flat_map(|ring| ring.0.windows(2)) {
            *seen.entry(edge(pair[0], pair[1])).or_insert(0u32) += 1;
        }
    }
    seen.values().all(|count| *count == 2)
}

fn area(record: &Record) -> MultiPolygon {
    match record.geometry.as_deref() {
        Some(Geometry::MultiPolygon(parts)) => parts.clone(),
        Some(Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon.clone()]),
        _ => MultiPolygon(Vec::new()),
    }
}

fn faults(parent: &Record, parts: &[&Arc<Record>], wanted: Parameters) -> Vec<Fault> {
    let whole = area(parent);
    let areas: Vec<MultiPolygon> = parts.iter().map(|part| area(part)).collect();
    let union = unary_union(areas.iter());
    let mut faults = Vec::new();
    let mut add = |zh, en, found: MultiPolygon, own: &[&Arc<Record>]| {
        for polygon in found.0.into_iter().filter(|polygon| counts(polygon, wanted)) {
            let Some(at) = polygon.interior_point() else { continue };
            let between = match own.is_empty() {
                true => beside(&polygon, parts),
                false => own.iter().map(|part| Arc::clone(part)).collect(),
            };
            let area_m2 = geodesic::area_m2(&Geometry::Polygon(polygon));
            faults.push(Fault { zh, en, area_m2, at: at.0, between });
        }
    };
    add("没有划归任何社区的空白", "a gap that no community has,", whole.difference(&union), &[]);
    add("社区超出上级范围", "communities beyond what is above them, an area", union.difference(&whole), &[]);
    let boxes: Vec<_> =
        parts.iter().map(|part| part.geometry.as_deref().and_then(geometry::bounds)).collect();
    for (at, own) in areas.iter().enumerate() {
        for (other_at, other) in areas.iter().enumerate().skip(at + 1) {
            let (Some(a), Some(b)) = (boxes[at], boxes[other_at]) else { continue };
            let apart = a.max().x < b.min().x
                || b.max().x < a.min().x
                || a.max().y < b.min().y
                || b.max().y < a.min().y;
            if !apart {
                add("社区相互重叠", "an overlap", own.intersection(other), &[parts[at], parts[other_at]]);
            }
        }
    }
    faults
}

/// Whether a place is large and wide enough to be told. Its width is taken as twice area by outline.
fn counts(polygon: &Polygon, wanted: Parameters) -> bool {
    let outline = geodesic::length_m(&Geometry::LineString(polygon.exterior().clone()));
    let area = geodesic::area_m2(&Geometry::Polygon(polygon.clone()));
    area >= wanted.area_m2 && outline > 0.0 && 2.0 * area / outline >= wanted.width_m
}

/// The parts that have an edge or a vertex of a place.
fn beside(place: &Polygon, parts: &[&Arc<Record>]) -> Vec<Arc<Record>> {
    let rings_of = std::iter::once(place.exterior()).chain(place.interiors());
    let near = |c: &Coord, other: &Coord| (c.x - other.x).abs() < 2e-9 && (c.y - other.y).abs() < 2e-9;
    let corners: Vec<Coord> = rings_of.flat_map(|ring| ring.0.iter().copied()).collect();
    let touches = |part: &&&Arc<Record>| {
        let shared =
            rings(part).flat_map(|ring| ring.0.iter()).filter(|c| corners.iter().any(|o| near(c, o)));
        shared.take(2).count() == 2
    };
    parts.iter().filter(touches).map(|part| Arc::clone(part)).collect()
}
