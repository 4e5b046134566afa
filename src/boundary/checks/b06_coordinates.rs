//! B06: longitude and latitude, plane coordinates and zone of a marker agree.
//!
//! X is the northing and Y the easting, as marker tables have them; an easting of eight digits begins with the
//! zone. Plane coordinates of an older datum (Xi'an 1980, Beijing 1954) are not compared: without the surveying
//! authority's parameters they differ by a hundred metres. Their zone is.

use geo_types::Coord;
use serde::Deserialize;

use super::{Check, Found, Marker, Notice, Scene};
use crate::crs::{Crs, Datum, GaussKruger, Transform, ZoneWidth, geodesic};
use crate::model::layers::BoundaryMarker;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B06", run };

#[derive(Deserialize)]
struct Parameters {
    tolerance_m: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for marker in scene.markers() {
        if let (Some(fields), Some(at)) = (marker.fields(), marker.at()) {
            zone(marker, fields, at, found);
            plane(marker, fields, at, &wanted, found);
        }
    }
    Ok(())
}

/// The number before an easting of eight digits.
fn prefix(easting: f64) -> Option<u8> {
    let zone = (easting / 1e6).floor();
    (1.0..=120.0).contains(&zone).then_some(zone as u8)
}

/// Zones that a longitude may be kept in: its own of 3° and of 6°, and the 3° zones beside it near their limit.
fn zones(longitude: f64) -> Vec<(ZoneWidth, u8)> {
    let about = [longitude, longitude - 0.5, longitude + 0.5];
    let of = |width: ZoneWidth| about.into_iter().filter_map(move |lon| Some((width, width.zone_of(lon)?)));
    ZoneWidth::ALL.into_iter().flat_map(of).collect()
}

fn zone(marker: &Marker<'_>, fields: &BoundaryMarker, at: Coord, found: &mut Found) {
    let said = fields.zone.and_then(|zone| u8::try_from(zone).ok());
    let before = fields.y_m.and_then(prefix);
    if let (Some(said), Some(before)) = (said, before)
        && said != before
    {
        let (zh, en) = (
            format!("横坐标前的带号 {before} 与所填带号 {said} 不一致"),
            format!("the easting begins with zone {before}, the zone given is {said}"),
        );
        found.push(Notice::new(marker.record, zh, en).field("zone").evidence(format!("{said} {before}")));
        return;
    }
    let Some(zone) = said.or(before) else { return };
    if fields.zone.is_some() && said.is_none() || !zones(at.x).iter().any(|(_, near)| *near == zone) {
        let right = ZoneWidth::Three.zone_of(at.x).map_or_else(|| "—".to_owned(), |zone| zone.to_string());
        let (zh, en) = (
            format!("带号 {zone} 与经度 {:.4}° 不符，3 度带应为 {right}", at.x),
            format!("zone {zone} does not fit longitude {:.4}°; the 3° zone is {right}", at.x),
        );
        found.push(Notice::new(marker.record, zh, en).field("zone").evidence(zone.to_string()));
    }
}

/// Whether the datum of plane coordinates is CGCS2000, or nothing is said of it.
fn is_cgcs2000(datum: Option<&str>) -> bool {
    datum.is_none_or(|datum| datum.contains("2000"))
}

fn plane(marker: &Marker<'_>, fields: &BoundaryMarker, at: Coord, wanted: &Parameters, found: &mut Found) {
    let (Some(x), Some(y)) = (fields.x_m, fields.y_m) else { return };
    if !is_cgcs2000(fields.datum.as_deref()) {
        return;
    }
    let said = fields.zone.and_then(|zone| u8::try_from(zone).ok()).or_else(|| prefix(y));
    let candidates = zones(at.x);
    let fitting: Vec<_> =
        candidates.iter().filter(|(_, zone)| said.is_none_or(|said| said == *zone)).collect();
    let place = |x: f64, y: f64| {
        let easting = if prefix(y).is_some() { y.rem_euclid(1e6) } else { y };
        let of = |zone: &&(ZoneWidth, u8)| degrees(**zone, Coord { x: easting, y: x });
        fitting.iter().filter_map(of).map(|place| geodesic::distance_m(at, place)).min_by(f64::total_cmp)
    };
    let Some(metres) = place(x, y).filter(|metres| *metres > wanted.tolerance_m) else { return };
    let swapped = place(y, x).is_some_and(|metres| metres <= wanted.tolerance_m);
    let (hint_zh, hint_en) =
        if swapped { ("（X 与 Y 对调了）", " (X and Y are swapped)") } else { ("", "") };
    let (zh, en) = (
        format!("平面坐标换算后与经纬度相差 {metres:.2} 米{hint_zh}"),
        format!("plane coordinates and longitude and latitude differ by {metres:.2} m{hint_en}"),
    );
    found.push(Notice::new(marker.record, zh, en).field("x_m").evidence(format!("{x} {y}")));
}

/// Longitude and latitude of a place in a zone.
fn degrees((width, zone): (ZoneWidth, u8), at: Coord) -> Option<Coord> {
    let zone = GaussKruger { datum: Datum::Cgcs2000, width, zone, prefix: false };
    Transform::shared(&Crs::Epsg(zone.epsg()), &Crs::REGISTER).ok()?.coord(at).ok()
}
