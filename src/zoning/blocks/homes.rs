//! Where households live: counts of compounds and buildings, and estimates where neither has one.
//!
//! The newest count of the kind that is asked counts. A compound's own count stands for all its buildings; without
//! one, its buildings' counts do. What no count reaches, a residential building with neither, gets its share of what
//! its community's count has left over, by floor area (footprint times floors). Nothing is taken from other kinds.

use std::collections::HashMap;

use geo::InteriorPoint as _;
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, Geometry};

use super::Scope;
use super::ground::Place;
use crate::crs::geodesic;
use crate::model::{Date, Layer, Record, RecordId, Value, geometry};
use crate::snapshot::Snapshot;
use crate::topology::{BoxTree, Extent};

/// Counts of one kind, by what they count: layer word, then id or code.
pub(super) struct Counts<'a> {
    by_id: HashMap<(&'a str, &'a str), &'a Record>,
    by_code: HashMap<(&'a str, &'a str), &'a Record>,
}

fn date(record: &Record) -> Option<Date> {
    match record.get("counted") {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    }
}

fn number(record: &Record) -> i64 {
    match record.get("number") {
        Some(Value::Int(number)) => number.clamp(0, 10_000_000),
        _ => 0,
    }
}

impl<'a> Counts<'a> {
    /// All of one kind that hold. O(counts).
    pub fn of(snapshot: &'a Snapshot, scope: &Scope<'_>) -> Self {
        let mut counts = Self { by_id: HashMap::new(), by_code: HashMap::new() };
        for record in snapshot.layer(Layer::HouseholdCount).iter() {
            if record.text("kind") != Some(scope.count) || !scope.sees(record) {
                continue;
            }
            let Some(layer) = record.text("subject_layer") else { continue };
            let newer = |known: &mut &'a Record| {
                if (date(record), record.id) > (date(known), known.id) {
                    *known = record;
                }
            };
            if let Some(id) = record.text("subject_id") {
                counts.by_id.entry((layer, id)).and_modify(newer).or_insert(record);
            } else if let Some(code) = record.text("subject_code") {
                counts.by_code.entry((layer, code)).and_modify(newer).or_insert(record);
            }
        }
        counts
    }

    fn get(&self, layer: &str, id: RecordId, code: Option<&str>) -> Option<(i64, Option<Date>)> {
        let text = id.to_string();
        let by_id = self.by_id.get(&(layer, text.as_str())).copied();
        let by_code = || code.and_then(|code| self.by_code.get(&(layer, code)).copied());
        by_id.or_else(by_code).map(|record| (number(record), date(record)))
    }
}

/// What a record adds to the cell it lies in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Home {
    pub households: i64,
    pub buildings: u32,
    pub compound: Option<(RecordId, String)>,
}

/// Households by cell, and how they are known.
#[derive(Default)]
pub(super) struct Homes {
    /// by cell
    pub at: Vec<Vec<Home>>,
    /// compounds and buildings with a count of their own
    pub compounds: usize,
    pub buildings: usize,
    /// buildings whose households are estimated, and how many households those are
    pub estimated: (usize, i64),
    /// days of the counts that are used, from and to
    pub counted: Option<(Date, Date)>,
}

/// The ground of a record: a point inside of it.
pub(super) fn middle(record: &Record) -> Option<Coord> {
    record.geometry.as_deref()?.interior_point().map(|point| point.0)
}

/// Compounds by place.
struct Grounds<'a> {
    shapes: Vec<(RecordId, &'a Geometry)>,
    tree: BoxTree,
}

impl Grounds<'_> {
    /// The first compound that a point lies in.
    fn at(&self, c: Coord) -> Option<RecordId> {
        let mut near = Vec::new();
        self.tree.visit(&Extent::round([c]), |number| near.push(number as usize));
        near.sort_unstable();
        let holds = |number: &usize| self.shapes[*number].1.coordinate_position(&c) != CoordPos::Outside;
        near.into_iter().find(holds).map(|number| self.shapes[number].0)
    }
}

/// What is located and counted.
pub(super) struct Census<'a> {
    pub snapshot: &'a Snapshot,
    pub scope: &'a Scope<'a>,
    pub window: geo_types::Rect,
    pub communities: &'a [Place],
}

impl<'a> Census<'a> {
    fn records(&self, layer: Layer) -> Vec<&'a Record> {
        let near = self.snapshot.layer(layer).window(self.window).into_iter();
        let mut records: Vec<&Record> =
            near.map(|record| &**record).filter(|record| self.scope.sees(record)).collect();
        records.sort_by_key(|record| record.key());
        records
    }

    /// Places of community halls that there are.
    pub fn halls(&self) -> Vec<Coord> {
        let is = |record: &&Record| {
            record.text("kind") == Some("community_hall")
                && !matches!(record.text("status"), Some("planned" | "closed"))
        };
        self.records(Layer::Facility).into_iter().filter(is).filter_map(middle).collect()
    }

    /// Compounds and buildings into cells; `cell` says in which a point lies, `community` to which a cell belongs.
    pub fn take(
        &self,
        cells: usize,
        cell: &dyn Fn(Coord) -> Option<usize>,
        community: &dyn Fn(usize) -> Option<usize>,
    ) -> Homes {
        let counts = Counts::of(self.snapshot, self.scope);
        let mut homes = Homes { at: vec![Vec::new(); cells], ..Homes::default() };
        let mut known: HashMap<String, (usize, bool)> = HashMap::new();
        let mut counted_in = vec![0_i64; self.communities.len()];
        let mut note = |homes: &mut Homes, at: usize, (number, day): (i64, Option<Date>)| {
            if let Some(own) = community(at) {
                counted_in[own] += number;
            }
            if let Some(day) = day {
                let (from, to) = homes.counted.unwrap_or((day, day));
                homes.counted = Some((from.min(day), to.max(day)));
            }
        };
        for record in self.records(Layer::Compound) {
            let Some(at) = middle(record).and_then(cell) else { continue };
            let count = counts.get("compound", record.id, record.code.as_deref());
            known.insert(record.id.to_string(), (at, count.is_some()));
            let name = record.label().unwrap_or_default().to_owned();
            let households = count.map_or(0, |(number, _)| number);
            if let Some(count) = count {
                homes.compounds += 1;
                note(&mut homes, at, count);
            }
            homes.at[at].push(Home { households, buildings: 0, compound: Some((record.id, name)) });
        }
        let mut open: Vec<(usize, f64)> = Vec::new();
        let grounds = self.grounds();
        for record in self.records(Layer::Building) {
            // One that does not say its compound belongs to the one it stands in.
            let named = record.text("compound_id").map(str::to_owned);
            let id = named.or_else(|| grounds.at(middle(record)?).map(|id| id.to_string()));
            let compound = id.and_then(|id| known.get(&id)).copied();
            let place = compound.map(|(at, _)| at).or_else(|| middle(record).and_then(cell));
            let Some(at) = place else { continue };
            let mut home = Home { buildings: 1, ..Home::default() };
            if !compound.is_some_and(|(_, counted)| counted) {
                match counts.get("building", record.id, record.code.as_deref()) {
                    Some(count) => {
                        home.households = count.0;
                        homes.buildings += 1;
                        note(&mut homes, at, count);
                    }
                    None if is_residential(record) => open.push((at, floor_area(record))),
                    None => {}
                }
            }
            homes.at[at].push(home);
        }
        self.estimate(&counts, &counted_in, &open, community, &mut homes);
        homes
    }

    fn grounds(&self) -> Grounds<'a> {
        let shapes: Vec<(RecordId, &Geometry)> = self
            .records(Layer::Compound)
            .into_iter()
            .filter_map(|record| Some((record.id, record.geometry.as_deref()?)))
            .collect();
        let extent = |(_, shape): &(RecordId, &Geometry)| {
            let bounds = geometry::bounds(shape);
            bounds.map_or(Extent::EMPTY, |bounds| Extent::round([bounds.min(), bounds.max()]))
        };
        let boxes: Vec<Extent> = shapes.iter().map(extent).collect();
        Grounds { tree: BoxTree::build(&boxes), shapes }
    }

    /// Shares what communities have left over among buildings without a count, in whole households.
    fn estimate(
        &self,
        counts: &Counts<'_>,
        counted_in: &[i64],
        open: &[(usize, f64)],
        community: &dyn Fn(usize) -> Option<usize>,
        homes: &mut Homes,
    ) {
        for (number, place) in self.communities.iter().enumerate() {
            let own: Vec<&(usize, f64)> =
                open.iter().filter(|(at, area)| community(*at) == Some(number) && *area > 0.0).collect();
            let Some((total, _)) = counts.get("division", place.id, Some(&place.code)) else { continue };
            let left = total - counted_in[number];
            if left <= 0 || own.is_empty() {
                continue;
            }
            let all: f64 = own.iter().map(|(_, area)| area).sum();
            let (mut given, mut so_far) = (0, 0.0);
            for (at, area) in own {
                so_far += area;
                let until = ((left as f64) * (so_far / all)).round() as i64;
                let households = (until - given).max(0);
                given += households;
                homes.estimated.0 += 1;
                homes.estimated.1 += households;
                homes.at[*at].push(Home { households, ..Home::default() });
            }
        }
    }
}

fn is_residential(record: &Record) -> bool {
    record.text("kind").is_none_or(|kind| matches!(kind, "residential" | "house" | "dormitory" | "mixed"))
}

fn floor_area(record: &Record) -> f64 {
    let floors = match record.get("floors") {
        Some(Value::Int(floors)) => floors.clamp(1, 200) as f64,
        _ => 1.0,
    };
    record.geometry.as_deref().map_or(0.0, geodesic::area_m2) * floors
}
