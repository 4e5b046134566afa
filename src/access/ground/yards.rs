//! Compounds with the gates by which people come out: mapped ones, else assumed ones along the outline.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use geo_types::{Coord, Geometry};

use super::defaults::{Defaults, Passing};
use super::point_of;
use crate::model::{Record, RecordId, Value, geometry};
use crate::network::{Locator, Metric, Network, Walk};

/// Assumed gates of one compound at most.
const MOST_ASSUMED: usize = 400;

/// A gate, or a place where one is assumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Door {
    /// where
    pub at: Coord,
    /// its record; none where it is assumed
    pub gate: Option<RecordId>,
    /// its name
    pub name: Option<String>,
    /// who gets through
    pub passing: Passing,
    /// its compound, by number
    pub yard: u32,
}

/// A compound.
#[derive(Clone, Debug, PartialEq)]
pub struct Yard {
    /// its record
    pub id: RecordId,
    /// its name
    pub name: String,
    /// whether it is a natural village
    pub village: bool,
    /// its ground
    pub shape: Option<Arc<Geometry>>,
    /// its doors, by number: mapped ones, then assumed ones
    pub doors: Range<usize>,
    /// the door that is assumed to be used, where no mapped one can be: the one nearest to a street
    pub assumed: Option<usize>,
    /// whether it has no wall and no mapped gate: its homes lie on the nearest street
    pub unwalled: bool,
}

/// All compounds of a register, their doors, and which is which.
#[derive(Debug, Default)]
pub struct Yards {
    /// by number
    pub yards: Vec<Yard>,
    /// by number
    pub doors: Vec<Door>,
    /// numbers by record
    pub number: HashMap<RecordId, u32>,
}

/// What assumed gates are looked for on.
pub struct Near<'a> {
    /// streets
    pub network: &'a Network,
    /// ways along them
    pub walk: &'a Walk,
    /// the nearest of them
    pub locator: &'a Locator,
}

impl Yards {
    /// Of compounds in their order, with their gates.
    pub fn of(
        compounds: &[&Arc<Record>],
        gates: &[&Arc<Record>],
        near: Option<&Near<'_>>,
        defaults: &Defaults,
    ) -> Self {
        let mut of_compound: HashMap<&str, Vec<&Record>> = HashMap::new();
        for gate in gates {
            if let Some(id) = gate.text("compound_id") {
                of_compound.entry(id).or_default().push(gate);
            }
        }
        let mut all = Self::default();
        for record in compounds {
            let number = all.yards.len() as u32;
            let first = all.doors.len();
            let id = record.id.to_string();
            for gate in of_compound.get(id.as_str()).into_iter().flatten() {
                let Some(at) = gate.geometry.as_deref().and_then(point_of) else { continue };
                let passing = defaults.passing(gate.text("kind"), gate.text("foot"));
                let name = gate.label().map(str::to_owned);
                all.doors.push(Door { at, gate: Some(gate.id), name, passing, yard: number });
            }
            let walled = !matches!(record.get("closed"), Some(Value::Bool(false)));
            let unwalled = !walled && all.doors.len() == first;
            let usable = all.doors[first..].iter().any(|door| door.passing != Passing::Shut);
            let mut assumed = None;
            if let (false, false, Some(near), Some(shape)) =
                (unwalled, usable, near, record.geometry.as_deref())
            {
                let places = assumed_gates(shape, near, defaults);
                let chosen = (0..places.len()).min_by(|a, b| places[*a].1.total_cmp(&places[*b].1));
                assumed = chosen.map(|at| all.doors.len() + at);
                let door =
                    |(at, _)| Door { at, gate: None, name: None, passing: Passing::Private, yard: number };
                all.doors.extend(places.into_iter().map(door));
            }
            all.number.insert(record.id, number);
            all.yards.push(Yard {
                id: record.id,
                name: record.label().unwrap_or_default().to_owned(),
                village: record
                    .text("kind")
                    .is_some_and(|kind| defaults.villages.iter().any(|word| word == kind)),
                shape: record.geometry.clone(),
                doors: first..all.doors.len(),
                assumed,
                unwalled,
            });
        }
        all
    }

    /// Compounds whose gate is assumed.
    pub fn gateless(&self) -> usize {
        self.yards.iter().filter(|yard| yard.assumed.is_some()).count()
    }
}

/// Places along an outline where a gate may stand, with the metres to the nearest street.
pub fn assumed_gates(shape: &Geometry, near: &Near<'_>, defaults: &Defaults) -> Vec<(Coord, f64)> {
    let mut found: Vec<(Coord, f64)> = Vec::new();
    let mut nearest: Option<(Coord, f64)> = None;
    for at in along(shape, defaults.gate_every_m) {
        if let Some(spot) = near.locator.find(near.network, near.walk, at, defaults.snap_m).spot() {
            if nearest.is_none_or(|(_, metres)| spot.off_m < metres) {
                nearest = Some((at, spot.off_m));
            }
            if spot.off_m <= defaults.gate_street_m && found.len() < MOST_ASSUMED {
                found.push((at, spot.off_m));
            }
        }
    }
    if found.is_empty() {
        found.extend(nearest);
    }
    found
}

/// Points along all outlines, so many metres apart at most, vertices among them only where they come to be.
pub fn along(shape: &Geometry, every_m: f64) -> Vec<Coord> {
    let mut points = Vec::new();
    geometry::for_each_line(shape, &mut |line| {
        for pair in line.0.windows(2) {
            let length = Metric::Degrees.distance_m(pair[0], pair[1]);
            let steps = (length / every_m).ceil().clamp(1.0, 1e4);
            for step in 0..steps as usize {
                let share = step as f64 / steps;
                points.push(pair[0] + (pair[1] - pair[0]) * share);
            }
        }
    });
    points
}
