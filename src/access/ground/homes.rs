//! Homes: where households live, one for each residential building, or for a compound whose buildings are not drawn.
//!
//! A compound's own count is shared among its buildings by floor area; without one, its buildings' counts stand. What
//! no count reaches gets its share of what its community has left over. People and elders of a community are shared
//! among its homes by households.

use std::collections::HashMap;
use std::sync::Arc;

use geo_types::Coord;

use super::units::Units;
use super::yards::Yards;
use crate::census::{Counts, Grounds, floor_area, is_residential, middle};
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Record, RecordId, Value};
use crate::network::Metric;
use crate::snapshot::Snapshot;

/// A home.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// where
    pub at: Coord,
    /// its compound, by number
    pub yard: Option<u32>,
    /// its community, by number
    pub community: Option<u32>,
    /// households
    pub households: f64,
    /// people, where its community's are known
    pub residents: f64,
    /// people of 60 and more, likewise
    pub elders: f64,
    /// buildings
    pub buildings: f64,
    /// floor area, m²
    pub area_m2: f64,
    /// first of its ways to the doors of its compound, in [`Homes::legs`]
    pub leg: usize,
}

/// All homes, and how their households are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Homes {
    /// by number
    pub all: Vec<Home>,
    /// metres in a straight line from a home to each door of its compound
    pub legs: Vec<f64>,
    /// days of the counts that are used, from and to
    pub counted: Option<(Date, Date)>,
    /// homes whose households are estimated
    pub estimated: usize,
    /// compounds and buildings with a count of their own
    pub by_count: [usize; 2],
}

/// What homes are made from.
pub struct Sources<'a> {
    /// the register
    pub snapshot: &'a Snapshot,
    /// the day
    pub day: Date,
    /// which count
    pub count: &'a str,
    /// compounds in the order of their numbers
    pub compounds: &'a [&'a Arc<Record>],
    /// buildings by id
    pub buildings: &'a [&'a Arc<Record>],
    /// compounds with their doors
    pub yards: &'a Yards,
    /// communities
    pub units: &'a Units,
    /// which records are seen
    pub sees: &'a dyn Fn(&Record) -> bool,
}

/// A building or a compound without buildings, before its households are known.
struct Place {
    at: Coord,
    /// where its community is looked up: a compound is never cut
    stands: Coord,
    yard: Option<u32>,
    households: Option<f64>,
    buildings: f64,
    area_m2: f64,
}

impl Homes {
    /// Of a register.
    pub fn of(sources: &Sources<'_>) -> Self {
        let counts = Counts::of(sources.snapshot, sources.count, sources.sees);
        let mut homes = Self::default();
        let places = homes.places(sources, &counts);
        let stands: Vec<Coord> = places.iter().map(|place| place.stands).collect();
        let found = sources.snapshot.locate_many(DivisionLevel::Community, &stands, sources.day);
        let communities: Vec<Option<u32>> =
            found.into_iter().map(|record| sources.units.community_of(record?.code.as_deref()?)).collect();
        let estimated = homes.estimate(sources, &counts, &places, &communities);
        for ((place, community), extra) in places.into_iter().zip(communities).zip(estimated) {
            let households = place.households.unwrap_or(0.0) + extra;
            if households > 0.0 {
                homes.push(sources.yards, &place, community, households);
            }
        }
        homes.share_people(sources.units);
        homes
    }

    fn push(&mut self, yards: &Yards, place: &Place, community: Option<u32>, households: f64) {
        let leg = self.legs.len();
        if let Some(yard) = place.yard {
            let doors = &yards.doors[yards.yards[yard as usize].doors.clone()];
            self.legs.extend(doors.iter().map(|door| Metric::Degrees.distance_m(place.at, door.at)));
        }
        self.all.push(Home {
            at: place.at,
            yard: place.yard,
            community,
            households,
            residents: 0.0,
            elders: 0.0,
            buildings: place.buildings,
            area_m2: place.area_m2,
            leg,
        });
    }

    /// Buildings with homes, and compounds without buildings; those with a count have their share of it.
    fn places(&mut self, sources: &Sources<'_>, counts: &Counts<'_>) -> Vec<Place> {
        let grounds = Grounds::of(sources.compounds.iter().map(|record| &***record));
        let mut of_yard: HashMap<u32, Vec<(&Record, Coord)>> = HashMap::new();
        let mut places: Vec<Place> = Vec::new();
        for record in sources.buildings {
            let Some(at) = middle(record) else { continue };
            let named = record.text("compound_id").and_then(|id| id.parse::<RecordId>().ok());
            let yard = named.or_else(|| grounds.at(at)).and_then(|id| sources.yards.number.get(&id).copied());
            match yard {
                Some(yard) => of_yard.entry(yard).or_default().push((record, at)),
                None => {
                    let stands = (at, None);
                    places.extend(self.building(record, counts, (at, stands)));
                }
            }
        }
        for (number, record) in sources.compounds.iter().enumerate() {
            let yard = number as u32;
            let Some(stands) = middle(record) else { continue };
            let buildings = of_yard.remove(&yard).unwrap_or_default();
            let Some((number, day)) = counts.get("compound", record.id, record.code.as_deref()) else {
                for (building, at) in buildings {
                    places.extend(self.building(building, counts, (at, (stands, Some(yard)))));
                }
                continue;
            };
            self.by_count[0] += 1;
            self.note(day);
            let households = number as f64;
            let mut own: Vec<&(&Record, Coord)> =
                buildings.iter().filter(|(b, _)| is_residential(b)).collect();
            if own.is_empty() {
                own = buildings.iter().collect();
            }
            let areas: Vec<f64> = own.iter().map(|(building, _)| floor_area(building)).collect();
            let whole: f64 = areas.iter().sum();
            let place = |at, households, buildings, area_m2| Place {
                at,
                stands,
                yard: Some(yard),
                households: Some(households),
                buildings,
                area_m2,
            };
            if whole > 0.0 {
                let each = own.iter().zip(&areas);
                places.extend(each.map(|((_, at), area)| place(*at, households * area / whole, 1.0, *area)));
            } else {
                let buildings = match record.get("building_count") {
                    Some(Value::Int(count)) => count.clamp(1, 10_000) as f64,
                    _ => 1.0,
                };
                places.push(place(stands, households, buildings, 0.0));
            }
        }
        places
    }

    /// A building that no compound's count stands for.
    fn building(
        &mut self,
        record: &Record,
        counts: &Counts<'_>,
        (at, (stands, yard)): (Coord, (Coord, Option<u32>)),
    ) -> Option<Place> {
        let count = counts.get("building", record.id, record.code.as_deref());
        if let Some((_, day)) = count {
            self.by_count[1] += 1;
            self.note(day);
        }
        let households = count.map(|(number, _)| number as f64);
        (count.is_some() || is_residential(record)).then(|| Place {
            at,
            stands,
            yard,
            households,
            buildings: 1.0,
            area_m2: floor_area(record),
        })
    }

    fn note(&mut self, day: Option<Date>) {
        if let Some(day) = day {
            let (from, to) = self.counted.unwrap_or((day, day));
            self.counted = Some((from.min(day), to.max(day)));
        }
    }

    /// Shares what communities have left over among places without a count, by floor area.
    fn estimate(
        &mut self,
        sources: &Sources<'_>,
        counts: &Counts<'_>,
        places: &[Place],
        communities: &[Option<u32>],
    ) -> Vec<f64> {
        let count = sources.units.communities.len();
        let (mut counted, mut open) = (vec![0.0; count], vec![0.0; count]);
        for (place, community) in places.iter().zip(communities) {
            let Some(community) = community.map(|at| at as usize) else { continue };
            match place.households {
                Some(households) => counted[community] += households,
                None => open[community] += place.area_m2,
            }
        }
        let left: Vec<f64> = (0..count)
            .map(|at| {
                let unit = &sources.units.communities[at];
                let total = counts.get("division", unit.id, Some(&unit.code)).map_or(0, |(number, _)| number);
                if open[at] > 0.0 { (total as f64 - counted[at]).max(0.0) / open[at] } else { 0.0 }
            })
            .collect();
        let of = |(place, community): (&Place, &Option<u32>)| match (place.households, community) {
            (None, Some(community)) => place.area_m2 * left[*community as usize],
            _ => 0.0,
        };
        let shares: Vec<f64> = places.iter().zip(communities).map(of).collect();
        self.estimated = shares.iter().filter(|share| **share > 0.0).count();
        shares
    }

    fn share_people(&mut self, units: &Units) {
        let mut households = vec![0.0; units.communities.len()];
        for home in &self.all {
            if let Some(community) = home.community {
                households[community as usize] += home.households;
            }
        }
        for home in &mut self.all {
            let Some(community) = home.community.map(|at| at as usize) else { continue };
            let share = home.households / households[community].max(f64::MIN_POSITIVE);
            home.residents = share * units.communities[community].residents.unwrap_or(0.0);
            home.elders = share * units.communities[community].elders.unwrap_or(0.0);
        }
    }
}
