//! The ground for one profile: where doors, homes and facilities are joined to the streets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::Coord;
use rayon::prelude::*;

use super::Ground;
use super::by_street::ByStreet;
use super::defaults::{Defaults, Passing};
use super::facilities::off_m;
use super::yards::Yard;
use crate::model::geometry;
use crate::network::{Locator, Network, Search, Spot, Walk};
use crate::topology::{BoxTree, Extent};

/// The ground for one profile.
pub struct Walked {
    /// times along the streets
    pub walk: Walk,
    /// the nearest street
    pub locator: Arc<Locator>,
    /// by door, the place on the street; nothing where none is near
    pub doors: Vec<Option<Spot>>,
    /// by home that does not go through a door
    pub homes: Vec<Option<Spot>>,
    /// by facility, all places where people enter, but doors of its compound
    pub facilities: Vec<Vec<Spot>>,
    /// homes and doors by street
    pub by_street: ByStreet,
    /// memory of searches that are over, for the next ones
    searches: Mutex<Vec<Search>>,
}

/// How people come out of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// straight to the nearest street, or by a path inside the compound
    Street,
    /// through mapped gates
    Gates,
    /// through the gate that is assumed
    Assumed,
}

impl Walked {
    /// Joins everything of a ground to its streets.
    pub fn of(ground: &Ground, network: &Network, walk: Walk, defaults: &Defaults) -> Self {
        // The streets of everybody were indexed when the ground was made.
        let known = ground.everybody.as_ref().filter(|(all, _)| walk.uses_the_same(network, all));
        let locator =
            known.map_or_else(|| Arc::new(Locator::new(network, &walk)), |(_, known)| known.clone());
        let find = |at: Coord, limit: f64| locator.find(network, &walk, at, limit).spot().copied();
        let doors: Vec<Option<Spot>> =
            ground.yards.doors.par_iter().map(|door| find(door.at, defaults.snap_m)).collect();
        let inside: HashMap<u32, Locator> = ground
            .inside_paths(network)
            .iter()
            .map(|(yard, edges)| (*yard, Locator::of_edges(network, &walk, edges)))
            .collect();
        let home = |home: &super::Home| {
            let yard = home.yard.map(|yard| (yard, &ground.yards.yards[yard as usize]));
            match yard {
                Some((number, _)) if inside.contains_key(&number) => inside[&number]
                    .find(network, &walk, home.at, defaults.snap_m)
                    .spot()
                    .copied()
                    .filter(|spot| walk.component(spot.nodes[0]) == 0),
                Some((_, yard)) if !yard.unwalled => None,
                _ => find(home.at, defaults.snap_m),
            }
        };
        let homes: Vec<Option<Spot>> = ground.homes.all.par_iter().map(home).collect();
        let entries = |facility: &super::Facility| -> Vec<Spot> {
            match (&facility.edge, facility.yard.map(|yard| &ground.yards.yards[yard as usize])) {
                (_, Some(yard)) if !yard.unwalled => Vec::new(),
                (Some(edge), _) => edge.iter().filter_map(|at| find(*at, defaults.snap_m)).collect(),
                _ => find(facility.at, defaults.snap_m).into_iter().collect(),
            }
        };
        let facilities = ground.facilities.par_iter().map(entries).collect();
        let by_street = ByStreet::of(ground, network.edge_count(), &homes, &doors);
        Self { walk, locator, doors, homes, facilities, by_street, searches: Mutex::default() }
    }

    /// The same for another profile that can use the same streets: all is joined where it was.
    pub fn like(&self, network: &Network, walk: Walk) -> Self {
        let same = |spot: &Spot| spot.for_walk(network, &walk);
        let all = |spots: &[Option<Spot>]| spots.iter().map(|spot| spot.as_ref().map(same)).collect();
        let entries = |spots: &Vec<Spot>| spots.iter().map(same).collect();
        Self {
            locator: self.locator.clone(),
            doors: all(&self.doors),
            homes: all(&self.homes),
            facilities: self.facilities.iter().map(entries).collect(),
            by_street: self.by_street.clone(),
            searches: Mutex::default(),
            walk,
        }
    }

    /// Does something with the memory of a search, a used one where there is one.
    pub fn with_search<T>(&self, network: &Network, does: impl FnOnce(&mut Search) -> T) -> T {
        let known = self.searches.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut search = known.unwrap_or_else(|| Search::new(&self.walk, network.node_count()));
        let found = does(&mut search);
        self.searches.lock().unwrap_or_else(PoisonError::into_inner).push(search);
        found
    }

    /// How people come out of a home.
    pub fn way(&self, ground: &Ground, home: usize) -> Way {
        if self.homes[home].is_some() {
            return Way::Street;
        }
        match ground.homes.all[home].yard.map(|yard| &ground.yards.yards[yard as usize]) {
            Some(yard) if yard.assumed.is_some() => Way::Assumed,
            Some(yard) if !yard.unwalled => Way::Gates,
            _ => Way::Street,
        }
    }

    /// Metres a second.
    pub fn speed(&self) -> f64 {
        self.walk.profile().speed_m_per_s
    }
}

/// Whether those who live behind a door get through it.
pub fn lets_out(passing: Passing) -> bool {
    passing != Passing::Shut
}

/// The streets that lie deep inside a compound, by its number.
pub(super) fn inside_paths(
    yards: &[Yard],
    network: &Network,
    defaults: &Defaults,
) -> HashMap<u32, Vec<usize>> {
    let extent = |yard: &Yard| {
        let bounds = yard.shape.as_deref().and_then(geometry::bounds);
        bounds.map_or(Extent::EMPTY, |bounds| Extent::round([bounds.min(), bounds.max()]))
    };
    let tree = BoxTree::build(&yards.iter().map(extent).collect::<Vec<_>>());
    let inside = |edge: usize| {
        let mut found: Vec<u32> = Vec::new();
        let shape = network.shape(edge);
        let middles = shape.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
        for at in shape.iter().copied().chain(middles) {
            tree.visit(&Extent::round([at]), |number| {
                let Some(ground) = yards[number as usize].shape.as_deref() else { return };
                if found.contains(&number) {
                    return;
                }
                let deep = ground.coordinate_position(&at) == CoordPos::Inside
                    && off_m(ground, at) > defaults.inside_m;
                if deep {
                    found.push(number);
                }
            });
        }
        found.into_iter().map(move |yard| (yard, edge)).collect::<Vec<_>>()
    };
    let pairs: Vec<(u32, usize)> = (0..network.edge_count()).into_par_iter().flat_map_iter(inside).collect();
    let mut of_yard: HashMap<u32, Vec<usize>> = HashMap::new();
    for (yard, edge) in pairs {
        of_yard.entry(yard).or_default().push(edge);
    }
    of_yard
}
