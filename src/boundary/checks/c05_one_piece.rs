//! C05 · principles of setting communities: a community is one piece and encloses no other's land.

use geo::InteriorPoint as _;
use geo_types::{Geometry, Polygon};
use serde::Deserialize;

use super::{Check, Found, Notice, Scene};
use crate::crs::geodesic;
use crate::model::Record;
use crate::model::layers::DivisionLevel;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C05", run };

#[derive(Deserialize)]
struct Parameters {
    piece_m2: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let community = DivisionLevel::Community.code();
    for record in scene.divisions().filter(|record| record.text("level") == Some(community)) {
        if let Some(Geometry::MultiPolygon(parts)) = record.geometry.as_deref() {
            pieces(record, &parts.0, &wanted, found);
            parts.0.iter().for_each(|part| enclosed(scene, record, part, &wanted, found));
        }
    }
    Ok(())
}

fn square_metres(polygon: &Polygon) -> f64 {
    geodesic::area_m2(&Geometry::Polygon(polygon.clone()))
}

fn pieces(record: &Record, parts: &[Polygon], wanted: &Parameters, found: &mut Found) {
    if parts.len() < 2 {
        return;
    }
    let mut sized: Vec<(f64, &Polygon)> = parts.iter().map(|part| (square_metres(part), part)).collect();
    sized.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (area, part) in sized.into_iter().skip(1).filter(|(area, _)| *area >= wanted.piece_m2) {
        let (zh, en) = (
            format!("辖区不连片，另有一块 {area:.0} 平方米与主体分离"),
            format!("it is not in one piece: {area:.0} m² lie apart"),
        );
        let notice = Notice::new(record, zh, en).evidence(format!("{area:.1}"));
        found.push(match part.interior_point() {
            Some(at) => notice.at(at.0),
            None => notice,
        });
    }
}

fn enclosed(scene: &Scene<'_>, record: &Record, part: &Polygon, wanted: &Parameters, found: &mut Found) {
    for ring in part.interiors() {
        let hole = Polygon::new(ring.clone(), Vec::new());
        let area = square_metres(&hole);
        let Some(at) = hole.interior_point().filter(|_| area >= wanted.piece_m2) else { continue };
        let inside = scene.snapshot().locate(at.0, scene.day());
        // A hole that nobody has is a gap: C04 tells it.
        let own = inside.into_iter().find(|other| other.text("level") == record.text("level"));
        let Some(other) = own else { continue };
        let name = other.label().unwrap_or_default();
        let (zh, en) = (
            format!("辖区内有 {name} 的飞地，{area:.0} 平方米"),
            format!("{area:.0} m² of {name} lie inside it"),
        );
        found.push(Notice::new(record, zh, en).at(at.0).evidence(format!("{area:.1}")).with(other));
    }
}
