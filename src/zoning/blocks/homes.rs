//! Where households live: counts of compounds and buildings, and estimates where neither has one.
//!
//! The newest count of the kind that is asked counts. A compound's own count stands for all its buildings; without
//! one, its buildings' counts do. What no count reaches, a residential building with neither, gets its share of what
//! its community's count has left over, by floor area (footprint times floors). Nothing is taken from other kinds.

use std::collections::{HashMap, HashSet};

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::Coord;

use super::Scope;
use super::ground::{Place, area_of};
use crate::census::{Counts, Grounds, floor_area, is_residential, middle};
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Layer, Record, RecordId};
use crate::snapshot::Snapshot;
use crate::topology::{BoxTree, Extent};

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

    /// Places of door plates that name their community.
    pub fn plates(&self) -> Vec<Coord> {
        let is = |record: &&Record| record.text("community").is_some_and(|name| !name.is_empty());
        self.records(Layer::DoorPlate).into_iter().filter(is).filter_map(middle).collect()
    }

    /// The units whose middles lie in each grid that there is.
    pub fn grids(&self, middles: &[Option<Coord>]) -> Vec<Vec<u32>> {
        let codes: HashSet<&str> = self.communities.iter().map(|place| place.code.as_str()).collect();
        let is = |record: &&Record| {
            record.text("level") == Some(DivisionLevel::Grid.code())
                && record.text("parent_code").is_some_and(|code| codes.contains(code))
        };
        let boxes: Vec<Extent> =
            middles.iter().map(|at| at.map_or(Extent::EMPTY, |at| Extent::round([at]))).collect();
        let tree = BoxTree::build(&boxes);
        let within = |record: &Record| {
            let area = area_of(record)?;
            let outline = area.0.iter().flat_map(|part| part.exterior().0.iter().copied());
            let mut units = Vec::new();
            tree.visit(&Extent::round(outline), |unit| {
                let at = middles[unit as usize];
                if at.is_some_and(|at| area.coordinate_position(&at) == CoordPos::Inside) {
                    units.push(unit);
                }
            });
            units.sort_unstable();
            Some(units)
        };
        self.records(Layer::Division).into_iter().filter(is).filter_map(within).collect()
    }

    /// Compounds and buildings into cells; `cell` says in which a point lies, `community` to which a cell belongs.
    pub fn take(
        &self,
        cells: usize,
        cell: &dyn Fn(Coord) -> Option<usize>,
        community: &dyn Fn(usize) -> Option<usize>,
    ) -> Homes {
        let counts = Counts::of(self.snapshot, self.scope.count, &|record| self.scope.sees(record));
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
        let grounds = Grounds::of(self.records(Layer::Compound));
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
