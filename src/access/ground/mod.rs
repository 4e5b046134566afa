//! The ground of service circles from a register: streets, compounds with their gates, homes, facilities. Made for a
//! revision, a day and a count of households; for each profile joined to the streets when first asked for.

mod by_street;
mod defaults;
mod facilities;
mod homes;
mod kept;
mod streets;
mod units;
mod walked;
mod yards;

pub use by_street::{ByStreet, Joined};
pub use defaults::{Costs, Defaults, Passing, defaults};
pub use facilities::{Facility, nearest_on};
pub use homes::{Home, Homes};
pub use kept::Grounds;
pub use units::{Unit, Units};
pub use walked::{Walked, Way, lets_out};
pub use yards::{Door, Yard, Yards, along};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use geo_types::{Coord, Geometry};

use crate::access::circle::Times;
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Layer, Record, Revision, Secrecy};
use crate::network::{Locator, Network, NetworkError, OsmCounts, Profile, Walk};
use crate::snapshot::Snapshot;

use facilities::Among;
use homes::Sources;
use yards::Near;

/// Which ground.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// the day
    pub day: Date,
    /// the highest class of records that is read
    pub show: Secrecy,
    /// which count of households: a code of `household_kind`
    pub count: String,
}

/// The first count of households, in the data's order, that the records that are seen have; the first of all where
/// they have none.
pub fn usual_count(snapshot: &Snapshot, sees: &dyn Fn(&Record) -> bool) -> String {
    let order = &crate::access::services().counts;
    let there = |kind: &&String| {
        let mut counts = snapshot.layer(Layer::HouseholdCount).iter();
        counts.any(|one| one.text("kind") == Some(kind.as_str()) && sees(one))
    };
    order.iter().find(there).or(order.first()).cloned().unwrap_or_default()
}

impl Scope {
    fn sees(&self, record: &Record) -> bool {
        record.valid.contains(self.day) && record.secrecy <= self.show
    }
}

/// The ground of service circles.
pub struct Ground {
    /// the revision that it was made from
    pub revision: Revision,
    /// the day, who sees it, which count
    pub scope: Scope,
    /// streets; none where no road can be walked
    pub network: Option<Network>,
    /// roads that are walked, and that are not
    pub roads: OsmCounts,
    /// communities and subdistricts
    pub units: Units,
    /// compounds and their doors
    pub yards: Yards,
    /// homes
    pub homes: Homes,
    /// facilities of all kinds and states, by id
    pub facilities: Vec<Facility>,
    /// streets that anybody can use, indexed
    everybody: Option<(Walk, Arc<Locator>)>,
    walked: Mutex<HashMap<String, Arc<Walked>>>,
    inside: OnceLock<HashMap<u32, Vec<usize>>>,
    times: Mutex<Vec<(String, Arc<Times>)>>,
}

/// Times that are kept at most.
const KEPT_TIMES: usize = 32;

/// The coordinate of a point.
pub(super) fn point_of(geometry: &Geometry) -> Option<Coord> {
    match geometry {
        Geometry::Point(point) => Some(point.0),
        _ => None,
    }
}

impl Ground {
    /// Of a register.
    ///
    /// # Errors
    /// More vertices than can be numbered.
    pub fn of(snapshot: &Snapshot, scope: Scope) -> Result<Self, NetworkError> {
        let defaults = defaults();
        let records = |layer: Layer| -> Vec<&Arc<Record>> {
            snapshot.layer(layer).iter().filter(|record| scope.sees(record)).collect()
        };
        let (compounds, gates, areas) =
            (records(Layer::Compound), records(Layer::Gate), records(Layer::ClosedOrGreenArea));
        let roads = records(Layer::Road);
        let (network, counts) =
            streets::network(roads.iter().map(|r| &***r), gates.iter().map(|r| &***r), defaults)?;
        let walk = network.as_ref().map(|network| {
            let walk = Walk::new(network, Profile::plain(1.0)?);
            let locator = Arc::new(Locator::new(network, &walk));
            Ok::<_, NetworkError>((walk, locator))
        });
        let walk = walk.transpose()?;
        let near = network.as_ref().zip(walk.as_ref());
        let near = near.map(|(network, (walk, locator))| Near { network, walk, locator });
        let divisions = records(Layer::Division);
        let units = Units::of(divisions.iter().map(|r| &***r));
        let yards = Yards::of(&compounds, &gates, near.as_ref(), defaults);
        let buildings = records(Layer::Building);
        let homes = Homes::of(&Sources {
            snapshot,
            day: scope.day,
            count: &scope.count,
            compounds: &compounds,
            buildings: &buildings,
            yards: &yards,
            units: &units,
            sees: &|record| scope.sees(record),
        });
        let free_gates: Vec<&Arc<Record>> =
            gates.iter().copied().filter(|gate| gate.text("compound_id").is_none()).collect();
        let among = Among {
            yards: &yards,
            compounds: &compounds,
            areas: &areas,
            gates: &free_gates,
            units: &units,
            near: near.as_ref(),
        };
        let community = |at: &[Coord]| -> Vec<Option<String>> {
            let found = snapshot.locate_many(DivisionLevel::Community, at, scope.day);
            found.into_iter().map(|record| Some(record?.code.as_deref()?.to_owned())).collect()
        };
        let facilities = among.place(&records(Layer::Facility), &community, defaults);
        Ok(Self {
            revision: snapshot.revision(),
            scope,
            network,
            roads: counts,
            units,
            yards,
            homes,
            facilities,
            everybody: walk,
            walked: Mutex::default(),
            inside: OnceLock::new(),
            times: Mutex::default(),
        })
    }

    /// The ground joined to the streets for a profile; `None` where there is no street.
    pub fn walked(&self, profile: &Profile) -> Option<Arc<Walked>> {
        let network = self.network.as_ref()?;
        let mut known = self.walked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known.get(&profile.name) {
            return Some(made.clone());
        }
        let walk = Walk::new(network, profile.clone());
        let like = known.values().find(|other| walk.uses_the_same(network, &other.walk));
        let made = Arc::new(match like {
            Some(other) => other.like(network, walk),
            None => Walked::of(self, network, walk, defaults()),
        });
        known.insert(profile.name.clone(), made.clone());
        Some(made)
    }

    /// The streets that lie inside compounds, by their numbers.
    fn inside_paths(&self, network: &Network) -> &HashMap<u32, Vec<usize>> {
        self.inside.get_or_init(|| walked::inside_paths(&self.yards.yards, network, defaults()))
    }

    /// Times that nothing is tried out for: the kept ones of a key, else new ones. Two that ask at once may both make
    /// them.
    pub fn kept_times<E>(&self, key: &str, make: impl FnOnce() -> Result<Times, E>) -> Result<Arc<Times>, E> {
        let lock = || self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, times)) = lock().iter().find(|(known, _)| known == key) {
            return Ok(times.clone());
        }
        let made = Arc::new(make()?);
        let mut kept = lock();
        kept.insert(0, (key.to_owned(), made.clone()));
        kept.truncate(KEPT_TIMES);
        Ok(made)
    }

    /// All households.
    pub fn households(&self) -> f64 {
        self.homes.all.iter().map(|home| home.households).sum()
    }
}
