//! B05 · GB/T 17796, position of a marker: three or more reference objects with azimuth and distance that
//! recompute to the stored coordinates.
//!
//! The azimuth of a marker register is the grid azimuth (坐标方位角): clockwise from the north of the plane
//! grid, not from true north. It is compared on the Gauss–Krüger plane of the marker's zone, where it differs
//! from the true azimuth by the convergence of meridians (up to 0.6° in China's 3° zones). An object has
//! coordinates where they were surveyed, or where it is itself a marker of the register.

use geo_types::Coord;
use serde::Deserialize;

use super::{Check, Found, Marker, Notice, Scene};
use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth, geodesic};
use crate::model::layers::MarkerReference;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B05", run };

#[derive(Deserialize)]
struct Parameters {
    least: usize,
    farthest_m: f64,
    tolerance_m: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for marker in scene.markers() {
        let Some(fields) = marker.fields() else { continue };
        let whole = fields.references.iter().filter(|reference| is_whole(reference)).count();
        if whole < wanted.least {
            let (zh, en) = (
                format!("方位物齐全的只有 {whole} 个，应有 {} 个以上", wanted.least),
                format!("{whole} reference objects are complete, {} or more are expected", wanted.least),
            );
            found.push(Notice::new(marker.record, zh, en).field("references").evidence(whole.to_string()));
        }
        for reference in &fields.references {
            plausible(marker, reference, &wanted, found);
            if let (Some(from), Some(to)) = (marker.at(), place(scene, reference)) {
                recompute(marker, (from, to), reference, &wanted, found);
            }
        }
    }
    Ok(())
}

/// Whether object, azimuth and distance are all there.
fn is_whole(reference: &MarkerReference) -> bool {
    !reference.object.trim().is_empty() && reference.azimuth_deg.is_some() && reference.distance_m.is_some()
}

fn plausible(marker: &Marker<'_>, reference: &MarkerReference, wanted: &Parameters, found: &mut Found) {
    let MarkerReference { object, azimuth_deg, distance_m, .. } = reference;
    if let Some(azimuth) = azimuth_deg.filter(|azimuth| !(0.0..360.0).contains(azimuth)) {
        let (zh, en) = (
            format!("方位物“{object}”的方位角 {azimuth}° 不在 0°～360° 之间"),
            format!("the azimuth of {object:?}, {azimuth}°, is not within 0° to 360°"),
        );
        let evidence = format!("{object} {azimuth}");
        found.push(Notice::new(marker.record, zh, en).field("references").evidence(evidence));
    }
    if let Some(distance) = distance_m.filter(|distance| !(*distance > 0.0 && *distance <= wanted.farthest_m))
    {
        let (zh, en) = (
            format!("方位物“{object}”的距离 {distance} 米不合理"),
            format!("the distance of {object:?}, {distance} m, is not plausible"),
        );
        let evidence = format!("{object} {distance}");
        found.push(Notice::new(marker.record, zh, en).field("references").evidence(evidence));
    }
}

/// Where the object stands: its own coordinates, or those of the marker that it is.
fn place(scene: &Scene<'_>, reference: &MarkerReference) -> Option<Coord> {
    match (reference.lon, reference.lat) {
        (Some(x), Some(y)) if x.abs() <= 180.0 && y.abs() <= 90.0 => Some(Coord { x, y }),
        _ => scene.numbered(reference.object.trim()).next()?.at(),
    }
}

/// The object by azimuth and distance against where it stands.
fn recompute(
    marker: &Marker<'_>,
    (from, to): (Coord, Coord),
    reference: &MarkerReference,
    wanted: &Parameters,
    found: &mut Found,
) {
    let (Some(azimuth), Some(distance)) = (reference.azimuth_deg, reference.distance_m) else { return };
    let Some((grid_azimuth, metres)) = grid(from, to) else { return };
    let apart = |said: f64, drawn: f64| {
        let turn = (said - drawn).to_radians();
        (distance * distance + metres * metres - 2.0 * distance * metres * turn.cos()).max(0.0).sqrt()
    };
    let off = apart(azimuth, grid_azimuth);
    if off <= wanted.tolerance_m {
        return;
    }
    let object = &reference.object;
    let true_azimuth = geodesic::course(from, to).azimuth_deg;
    let is_true = apart(azimuth, true_azimuth) <= wanted.tolerance_m;
    let (hint_zh, hint_en) =
        if is_true { ("，似为真方位角", "; it seems to be the true azimuth") } else { ("", "") };
    let (zh, en) = (
        format!(
            "方位物“{object}”记为 {azimuth:.2}°、{distance:.1} 米，按坐标为 {grid_azimuth:.2}°、{metres:.1} 米，相差 {off:.1} 米{hint_zh}"
        ),
        format!(
            "{object:?} is given as {azimuth:.2}°, {distance:.1} m; by coordinates it is {grid_azimuth:.2}°, {metres:.1} m: {off:.1} m off{hint_en}"
        ),
    );
    let evidence = format!("{object} {azimuth} {distance} {grid_azimuth:.2} {metres:.1}");
    found.push(Notice::new(marker.record, zh, en).field("references").evidence(evidence));
}

/// Grid azimuth (degrees) and distance (metres on the ellipsoid) from one point to another, on the plane of the
/// first one's 3° zone; `None` outside of China's zones.
fn grid(from: Coord, to: Coord) -> Option<(f64, f64)> {
    let zone = GaussKruger::at(from.x, ZoneWidth::Three)?;
    let way = Transform::shared(&Crs::REGISTER, &Crs::Epsg(zone.epsg())).ok()?;
    let (a, b) = (way.coord(from).ok()?, way.coord(to).ok()?);
    let azimuth = (b.x - a.x).atan2(b.y - a.y).to_degrees().rem_euclid(360.0);
    Some((azimuth, geodesic::distance_m(from, to)))
}
