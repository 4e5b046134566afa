//! Facilities, and where people enter them: by the gates of their compound, at the edge of their park or school, or
//! from the street.

use std::collections::HashMap;
use std::sync::Arc;

use geo_types::Coord;

use super::defaults::{Defaults, Passing};
use super::point_of;
use super::units::Units;
use super::yards::{Near, Yards, assumed_gates};
use crate::census::{Grounds, middle};
use crate::model::{Record, RecordId, Value, geometry};
use crate::network::Metric;

/// A facility.
#[derive(Clone, Debug)]
pub struct Facility {
    /// its record
    pub record: Arc<Record>,
    /// where
    pub at: Coord,
    /// its state; one that does not say it runs
    pub status: String,
    /// the compound that it stands in, by number
    pub yard: Option<u32>,
    /// places at the edge of the park, school … that it stands in, where people enter
    pub edge: Option<Arc<Vec<Coord>>>,
    /// its community, by number
    pub community: Option<u32>,
}

impl Facility {
    /// Its id.
    pub fn id(&self) -> RecordId {
        self.record.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.record.label().unwrap_or_default()
    }

    /// A number that it has.
    pub fn number(&self, field: &str) -> Option<f64> {
        match self.record.get(field) {
            Some(Value::Int(number)) => Some(number as f64),
            Some(Value::Real(number)) if number.is_finite() => Some(number),
            _ => None,
        }
    }
}

/// What facilities are placed among.
pub struct Among<'a> {
    /// compounds
    pub yards: &'a Yards,
    /// records of the compounds, in the order of their numbers
    pub compounds: &'a [&'a Arc<Record>],
    /// parks, schools and the like
    pub areas: &'a [&'a Arc<Record>],
    /// gates of no compound
    pub gates: &'a [&'a Arc<Record>],
    /// divisions
    pub units: &'a Units,
    /// streets
    pub near: Option<&'a Near<'a>>,
}

impl Among<'_> {
    /// Facilities of records, by id; `community` finds the community's code of a place.
    pub fn place(
        &self,
        records: &[&Arc<Record>],
        community: &dyn Fn(&[Coord]) -> Vec<Option<String>>,
        defaults: &Defaults,
    ) -> Vec<Facility> {
        let placed: Vec<(&Arc<Record>, Coord)> =
            records.iter().filter_map(|record| Some((*record, middle(record)?))).collect();
        let at: Vec<Coord> = placed.iter().map(|(_, at)| *at).collect();
        let codes = community(&at);
        let grounds = Grounds::of(self.compounds.iter().map(|record| &***record));
        let areas = Grounds::of(self.areas.iter().map(|record| &***record));
        let by_id: HashMap<RecordId, &Arc<Record>> =
            self.areas.iter().map(|record| (record.id, *record)).collect();
        let mut edges: HashMap<RecordId, Arc<Vec<Coord>>> = HashMap::new();
        let one = |((record, at), code): ((&Arc<Record>, Coord), Option<String>)| {
            let yard = grounds.at(at).and_then(|id| self.yards.number.get(&id).copied());
            let area = if yard.is_none() { areas.at(at) } else { None };
            let edge = area.and_then(|id| {
                let record = by_id.get(&id)?;
                Some(edges.entry(id).or_insert_with(|| Arc::new(self.edge(record, defaults))).clone())
            });
            let named = record.text("community_code").and_then(|code| self.units.community_of(code));
            Facility {
                record: record.clone(),
                at,
                status: record.text("status").unwrap_or("running").to_owned(),
                yard,
                edge: edge.filter(|places| !places.is_empty()),
                community: code.and_then(|code| self.units.community_of(&code)).or(named),
            }
        };
        placed.into_iter().zip(codes).map(one).collect()
    }

    /// Where people enter an area: its gates, else where streets come near.
    fn edge(&self, area: &Record, defaults: &Defaults) -> Vec<Coord> {
        let (Some(shape), Some(near)) = (area.geometry.as_deref(), self.near) else { return Vec::new() };
        let mut gates: Vec<Coord> = Vec::new();
        for gate in self.gates {
            let open = defaults.passing(gate.text("kind"), gate.text("foot")) == Passing::Open;
            let at = gate.geometry.as_deref().and_then(point_of).filter(|_| open);
            gates.extend(at.filter(|at| off_m(shape, *at) <= defaults.area_gate_m));
        }
        if gates.is_empty() {
            gates = assumed_gates(shape, near, defaults).into_iter().map(|(at, _)| at).collect();
        }
        gates
    }
}

/// Metres between a place and the outline of an area, for places near to it; infinite for others.
pub fn off_m(shape: &geo_types::Geometry, at: Coord) -> f64 {
    nearest_on(shape, at).map_or(f64::INFINITY, |on| Metric::Degrees.distance_m(on, at))
}

/// The place of an outline that is nearest to a place; nothing where the place is not even near its box.
pub fn nearest_on(shape: &geo_types::Geometry, at: Coord) -> Option<Coord> {
    let (sx, sy) = Metric::Degrees.scale(at.y);
    let bounds = geometry::bounds(shape)?;
    let room = 500.0;
    let inside = at.x >= bounds.min().x - room / sx
        && at.x <= bounds.max().x + room / sx
        && at.y >= bounds.min().y - room / sy
        && at.y <= bounds.max().y + room / sy;
    if !inside {
        return None;
    }
    let mut best: Option<(f64, Coord)> = None;
    geometry::for_each_line(shape, &mut |line| {
        for pair in line.0.windows(2) {
            let (ax, ay) = ((pair[0].x - at.x) * sx, (pair[0].y - at.y) * sy);
            let (dx, dy) = ((pair[1].x - pair[0].x) * sx, (pair[1].y - pair[0].y) * sy);
            let length2 = dx * dx + dy * dy;
            let share = if length2 > 0.0 { (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
            let (x, y) = (ax + share * dx, ay + share * dy);
            let d2 = x * x + y * y;
            if best.is_none_or(|(least, _)| d2 < least) {
                best = Some((d2, pair[0] + (pair[1] - pair[0]) * share));
            }
        }
    });
    best.map(|(_, on)| on)
}
