//! The ground for one profile: where doors, homes and facilities are joined to the streets.

use std::collections::HashMap;

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::Coord;
use rayon::prelude::*;

use super::Ground;
use super::defaults::{Defaults, Passing};
use super::facilities::off_m;
use super::yards::{Near, Yard};
use crate::model::geometry;
use crate::network::{Locator, Network, Profile, Spot, Walk};
use crate::topology::{BoxTree, Extent};

/// The ground for one profile.
pub struct Walked {
    /// times along the streets
    pub walk: Walk,
    /// the nearest street
    pub locator: Locator,
    /// by door, the place on the street; nothing where none is near
    pub doors: Vec<Option<Spot>>,
    /// by home that does not go through a door
    pub homes: Vec<Option<Spot>>,
    /// by facility, all places where people enter, but doors of its compound
    pub facilities: Vec<Vec<Spot>>,
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
    pub fn of(ground: &Ground, network: &Network, profile: Profile, defaults: &Defaults) -> Self {
        let walk = Walk::new(network, profile);
        let locator = Locator::new(network, &walk);
        let near = Near { network, walk: &walk, locator: &locator };
        let find = |at: Coord, limit: f64| locator.find(network, &walk, at, limit).spot().copied();
        let doors = ground.yards.doors.par_iter().map(|door| find(door.at, defaults.snap_m)).collect();
        let inside = InsidePaths::of(&ground.yards.yards, &near, defaults);
        let home = |home: &super::Home| {
            let yard = home.yard.map(|yard| (yard, &ground.yards.yards[yard as usize]));
            match yard {
                Some((number, _)) if inside.locators.contains_key(&number) => inside.locators[&number]
                    .find(network, &walk, home.at, defaults.snap_m)
                    .spot()
                    .copied()
                    .filter(|spot| walk.component(spot.nodes[0]) == 0),
                Some((_, yard)) if !yard.unwalled => None,
                _ => find(home.at, defaults.snap_m),
            }
        };
        let homes = ground.homes.all.par_iter().map(home).collect();
        let entries = |facility: &super::Facility| -> Vec<Spot> {
            match (&facility.edge, facility.yard.map(|yard| &ground.yards.yards[yard as usize])) {
                (_, Some(yard)) if !yard.unwalled => Vec::new(),
                (Some(edge), _) => edge.iter().filter_map(|at| find(*at, defaults.snap_m)).collect(),
                _ => find(facility.at, defaults.snap_m).into_iter().collect(),
            }
        };
        let facilities = ground.facilities.par_iter().map(entries).collect();
        Self { walk, locator, doors, homes, facilities }
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

/// Compounds that have paths drawn inside, each with the nearest of these.
struct InsidePaths {
    locators: HashMap<u32, Locator>,
}

impl InsidePaths {
    fn of(yards: &[Yard], near: &Near<'_>, defaults: &Defaults) -> Self {
        let extent = |yard: &Yard| {
            let bounds = yard.shape.as_deref().and_then(geometry::bounds);
            bounds.map_or(Extent::EMPTY, |bounds| Extent::round([bounds.min(), bounds.max()]))
        };
        let tree = BoxTree::build(&yards.iter().map(extent).collect::<Vec<_>>());
        let inside = |edge: usize| {
            let mut found: Vec<u32> = Vec::new();
            let shape = near.network.shape(edge);
            let middles = shape.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
            for at in shape.iter().copied().chain(middles) {
                tree.visit(&Extent::round([at]), |number| {
                    let Some(ground) = yards[number as usize].shape.as_deref() else { return };
                    let deep = ground.coordinate_position(&at) == CoordPos::Inside
                        && off_m(ground, at) > defaults.inside_m;
                    if deep && !found.contains(&number) {
                        found.push(number);
                    }
                });
            }
            found.into_iter().map(move |yard| (yard, edge)).collect::<Vec<_>>()
        };
        let pairs: Vec<(u32, usize)> =
            (0..near.network.edge_count()).into_par_iter().flat_map_iter(inside).collect();
        let mut of_yard: HashMap<u32, Vec<usize>> = HashMap::new();
        for (yard, edge) in pairs {
            of_yard.entry(yard).or_default().push(edge);
        }
        let locator =
            |(yard, edges): (u32, Vec<usize>)| (yard, Locator::of_edges(near.network, near.walk, &edges));
        Self { locators: of_yard.into_iter().map(locator).collect() }
    }
}
