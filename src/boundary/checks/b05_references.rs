//! B05 · GB/T 17796, position of a marker: three or more reference objects with azimuth and distance that
//! recompute to the stored coordinates.
//!
//! The azimuth of a marker register is the grid azimuth (坐标方位角): clockwise from the north of the plane
//! grid, not from true north. It is compared on the Gauss–Krüger plane of the marker's zone, where it differs
//! from the true azimuth by the convergence of meridians (up to 0.6° in China's 3° zones).

use serde::Deserialize;

use super::{Check, Found, Marker, Notice, Scene};
use crate::model::layers::MarkerReference;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B05", run };

#[derive(Deserialize)]
struct Parameters {
    least: usize,
    farthest_m: f64,
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
