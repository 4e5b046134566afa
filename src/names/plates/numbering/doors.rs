//! The doors along a street or in a compound: what is there already.

use std::collections::HashSet;

use geo_types::{Coord, Rect};

use super::Course;
use crate::model::{Layer, Record, RecordId, geometry};
use crate::names::plates::number::{counts, number};
use crate::names::plates::streets::{DEGREE_M, Street, Streets, point, project};

/// What a door is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// a door of its own
    #[default]
    Door,
    /// the main gate of a compound: one number for all
    Compound,
    /// a further gate of a compound
    Gate,
}

/// A door that is to have a number.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// what it is called here
    pub id: Option<String>,
    /// where
    pub at: Coord,
    /// what it is
    pub kind: Kind,
    /// the compound that it belongs to
    pub compound: Option<String>,
    /// its plate, with the number and sub-number on it
    pub plate: Option<(RecordId, u32, Option<u32>)>,
    /// whether the plate is issued, and not only reserved
    pub issued: bool,
}

/// The plates of a street that count.
pub fn plates(street: &Street<'_>) -> Vec<Door> {
    let own = street.plates.iter().filter(|plate| counts(plate));
    own.filter_map(|plate| {
        let (at, text) = (point(plate)?, plate.text("plate_no")?);
        let sub = plate.text("sub_no").and_then(number);
        Some(Door {
            at,
            plate: Some((plate.id, number(text)?, sub)),
            issued: plate.text("status") != Some("reserved"),
            ..Door::default()
        })
    })
    .collect()
}

/// The plates of a street; where it has none, the gates of compounds and the buildings beside it.
pub fn beside(streets: &Streets<'_>, street: &Street<'_>, course: &Course, reach_m: f64) -> Vec<Door> {
    let own = plates(street);
    if !own.is_empty() {
        return own;
    }
    let Some(window) = window(&course.line, reach_m) else { return Vec::new() };
    let near = |layer: Layer| {
        let records = streets.snapshot.layer(layer).window(window).into_iter();
        records.filter(|record| record.valid.contains(streets.day)).filter_map(|record| {
            let at = point(record)?;
            let (along, _, aside) = project(&course.line, at)?;
            (aside <= reach_m).then_some((record, at, along))
        })
    };
    let mut gates: Vec<_> =
        near(Layer::Gate).filter(|(gate, ..)| gate.text("compound_id").is_some()).collect();
    gates.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.id.cmp(&b.0.id)));
    // The main gate of a compound comes first, else the first from the origin.
    gates.sort_by_key(|(gate, ..)| gate.text("kind") != Some("main"));
    let mut seen: HashSet<&str> = HashSet::new();
    let mut doors: Vec<Door> = Vec::new();
    for (gate, at, _) in gates {
        let compound = gate.text("compound_id").unwrap_or_default();
        let kind = if seen.insert(compound) { Kind::Compound } else { Kind::Gate };
        let id = Some(gate.id.to_string());
        doors.push(Door { id, at, kind, compound: Some(compound.to_owned()), ..Door::default() });
    }
    let alone = near(Layer::Building).filter(|(building, ..)| building.text("compound_id").is_none());
    doors.extend(alone.map(|(building, at, _)| Door {
        id: Some(building.id.to_string()),
        at,
        ..Door::default()
    }));
    doors
}

/// The buildings of a compound.
pub fn buildings(streets: &Streets<'_>, compound: &Record) -> Vec<Door> {
    let id = compound.id.to_string();
    let Some(window) = compound.geometry.as_deref().and_then(geometry::bounds) else { return Vec::new() };
    let all = streets.snapshot.layer(Layer::Building).window(window).into_iter();
    let own = all.filter(|building| {
        building.valid.contains(streets.day) && building.text("compound_id") == Some(id.as_str())
    });
    own.filter_map(|building| {
        Some(Door { id: Some(building.id.to_string()), at: point(building)?, ..Door::default() })
    })
    .collect()
}

fn window(line: &[Coord], reach_m: f64) -> Option<Rect> {
    let shape = geo_types::LineString(line.to_vec()).into();
    let bounds = geometry::bounds(&shape)?;
    let north = reach_m / DEGREE_M;
    let east = north / bounds.center().y.to_radians().cos().max(0.01);
    let by = Coord { x: east, y: north };
    Some(Rect::new(bounds.min() - by, bounds.max() + by))
}
