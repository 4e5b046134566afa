//! B14: a position measured at an inspection that departs from the archive by more than the tolerance: the marker
//! has moved.

use geo_types::{Coord, Geometry};
use serde::Deserialize;

use super::{Check, Found, Notice, Scene};
use crate::crs::geodesic;
use crate::model::Date;
use crate::model::layers::InspectionRecord;
use crate::rules::{Rule, Rules, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B14", run };

/// How far a position may lie from the archive.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize, utoipa::ToSchema)]
pub struct Tolerance {
    /// metres, measured with GNSS or a total station
    pub gnss_m: f64,
    /// metres, with a phone or a handheld receiver
    pub phone_m: f64,
}

impl Tolerance {
    /// As it holds on a day; `None` where the rule is not in force.
    pub fn on(rules: &Rules, day: Date) -> Result<Option<Self>, RulesError> {
        rules.on(CHECK.rule, day).map(Rule::parameters).transpose()
    }

    /// By the device; a fix that calls itself worse than that is not held against the marker.
    pub fn of(&self, fields: &InspectionRecord) -> f64 {
        let of_device = match fields.device.as_deref() {
            Some("phone" | "handheld") => self.phone_m,
            _ => self.gnss_m,
        };
        of_device.max(fields.accuracy_m.unwrap_or_default())
    }
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Tolerance = rule.parameters()?;
    for inspected in scene.inspected() {
        let Some(fields) = inspected.fields() else { continue };
        let Some(marker) = fields.marker_code.as_deref().and_then(|code| scene.numbered(code).next()) else {
            continue;
        };
        // It was put back.
        if fields.action.as_deref() == Some("moved_back") {
            continue;
        }
        let measured: Option<Coord> = match inspected.record.geometry.as_deref() {
            Some(Geometry::Point(point)) => Some(point.0),
            _ => None,
        };
        let by_place = measured.and_then(|at| Some(geodesic::distance_m(at, marker.at()?)));
        let Some(metres) = by_place.or(fields.offset_m) else { continue };
        let most = wanted.of(fields);
        if metres > most {
            let (zh, en) = (
                format!("界桩 {} 实测位置与档案相差 {metres:.2} 米，超过 {most:.1} 米", marker.number()),
                format!(
                    "marker {} was found {metres:.2} m from its archive position, more than {most:.1} m",
                    marker.number()
                ),
            );
            let evidence = format!("{} {metres:.2}", marker.number());
            let notice = Notice::new(inspected.record, zh, en).field("offset_m").evidence(evidence);
            let notice = notice.with(marker.record);
            found.push(match measured.or(marker.at()) {
                Some(at) => notice.at(at),
                None => notice,
            });
        }
    }
    Ok(())
}
