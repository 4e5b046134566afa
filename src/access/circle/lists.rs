//! Lists behind the figures: homes beyond reach, villages beyond reach, what facilities can take.

use serde::Serialize;

use super::reach::Reach;
use crate::access::ground::{Ground, Home, defaults};
use crate::access::{Per, Standard};
use crate::model::{Bilingual, Secrecy};

/// A home beyond reach.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleUncovered)]
pub struct Uncovered {
    /// number of the home
    pub home: usize,
    /// name of its compound
    pub compound: Option<String>,
    /// code of its community
    pub community: Option<String>,
    /// longitude and latitude
    pub place: [f64; 2],
    /// people of 60 and more; null where too few to be named
    pub elders: Option<f64>,
    /// households, likewise
    pub households: Option<f64>,
    /// whether they are too few to be named
    pub few: bool,
    /// minutes to the nearest, or to the last of several classes; null beyond all reach
    pub minutes: Option<f64>,
    /// classes that are beyond reach
    pub lacking: Vec<&'static str>,
}

/// A natural village beyond reach.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleVillage)]
pub struct Village {
    /// id of the compound
    pub id: String,
    /// its name
    pub name: String,
    /// households beyond reach; null where too few to be named
    pub households: Option<f64>,
    /// minutes of the nearest of its homes
    pub minutes: Option<f64>,
}

/// Homes beyond reach: how many, and the first of them.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleUncoveredList)]
pub struct UncoveredList {
    /// how many homes
    pub total: usize,
    /// their households
    pub households: f64,
    /// their people of 60 and more
    pub elders: f64,
    /// those with most people of 60 and more first
    pub rows: Vec<Uncovered>,
    /// natural villages with homes beyond reach, for a service point there
    pub villages: Vec<Village>,
}

/// One decimal.
pub fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Whether a home's households are too few to be named to those who see a class of records.
pub fn is_few(households: f64, show: Secrecy) -> bool {
    show == Secrecy::Public && households < defaults().fewest
}

impl UncoveredList {
    /// Of what was reached.
    pub fn of(ground: &Ground, reach: &Reach, most: usize) -> Self {
        let mut out: Vec<(usize, &Home)> =
            ground.homes.all.iter().enumerate().filter(|(home, _)| !reach.covered[*home]).collect();
        out.sort_by(|(i, a), (j, b)| {
            b.elders.total_cmp(&a.elders).then(b.households.total_cmp(&a.households)).then(i.cmp(j))
        });
        let show = ground.scope.show;
        let row = |(number, home): &(usize, &Home)| {
            let few = is_few(home.households, show);
            let yard = home.yard.map(|yard| &ground.yards.yards[yard as usize]);
            let community = home.community.map(|at| &ground.units.communities[at as usize]);
            Uncovered {
                home: *number,
                compound: yard.map(|yard| yard.name.clone()).filter(|name| !name.is_empty()),
                community: community.map(|unit| unit.code.clone()),
                place: [home.at.x, home.at.y],
                elders: (!few).then_some(tenth(home.elders)),
                households: (!few).then_some(tenth(home.households)),
                few,
                minutes: reach.minutes(*number).map(tenth),
                lacking: reach.lacking(*number),
            }
        };
        Self {
            total: out.len(),
            households: out.iter().map(|(_, home)| home.households).sum(),
            elders: out.iter().map(|(_, home)| home.elders).sum(),
            rows: out.iter().take(most).map(row).collect(),
            villages: villages(ground, reach, &out, most),
        }
    }
}

fn villages(ground: &Ground, reach: &Reach, out: &[(usize, &Home)], most: usize) -> Vec<Village> {
    let mut of: std::collections::BTreeMap<u32, (f64, Option<f64>)> = Default::default();
    for (number, home) in out {
        let Some(yard) = home.yard.filter(|yard| ground.yards.yards[*yard as usize].village) else {
            continue;
        };
        let village = of.entry(yard).or_insert((0.0, None));
        village.0 += home.households;
        let minutes = reach.minutes(*number);
        village.1 = match (village.1, minutes) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    let mut all: Vec<(u32, (f64, Option<f64>))> = of.into_iter().collect();
    all.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then(a.0.cmp(&b.0)));
    let one = |(yard, (households, minutes)): (u32, (f64, Option<f64>))| {
        let yard = &ground.yards.yards[yard as usize];
        Village {
            id: yard.id.to_string(),
            name: yard.name.clone(),
            households: (!is_few(households, ground.scope.show)).then_some(tenth(households)),
            minutes: minutes.map(tenth),
        }
    };
    all.into_iter().take(most).map(one).collect()
}

/// What a facility is asked for, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// the site, by its number
    pub site: usize,
    /// what it takes
    pub capacity: f64,
    /// what those within reach need for whom it is the nearest
    pub needed: f64,
    /// their households
    pub households: f64,
    /// and those of them for whom there is no place
    pub short_households: f64,
}

/// By facility whose capacity is known, of a single class that says how much there should be: everybody within reach
/// goes to the nearest.
pub fn loads(ground: &Ground, reach: &Reach) -> Vec<Load> {
    let ([asked], [sites]) = (reach.asked.as_slice(), reach.situation.sites.as_slice()) else {
        return Vec::new();
    };
    let Some((measure, standard)) =
        asked.service.capacity.as_ref().and_then(|measure| Some((measure, measure.standard?)))
    else {
        return Vec::new();
    };
    let mut whom = vec![(0.0, 0.0); sites.counting.len()];
    for (number, home) in ground.homes.all.iter().enumerate().filter(|(number, _)| reach.covered[*number]) {
        if let Some(site) = reach.nearest(number) {
            whom[site].0 += of_whom(measure.per, home);
            whom[site].1 += home.households;
        }
    }
    let load = |(site, (whom, households)): (usize, (f64, f64))| {
        let facility = &ground.facilities[sites.counting[site].facility?];
        let capacity = facility.number(&measure.field)?.max(0.0) + sites.counting[site].more;
        let needed = whom / measure.per_number * standard.value;
        let short = if needed > capacity { 1.0 - capacity / needed } else { 0.0 };
        Some(Load { site, capacity, needed, households, short_households: households * short })
    };
    whom.into_iter().enumerate().filter_map(load).collect()
}

fn of_whom(per: Per, home: &Home) -> f64 {
    match per {
        Per::Households => home.households,
        Per::Residents => home.residents,
        Per::Elders => home.elders,
    }
}

/// What the facilities of a class can take.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleCapacity)]
pub struct Capacity {
    /// all together
    pub total: f64,
    /// facilities that say it, of all that count
    pub known: [usize; 2],
    /// by so many of whom; null where nobody is known
    pub per: Option<f64>,
    /// by how many
    pub per_number: f64,
    /// of whom: `households`, `residents` or `elders`
    #[schema(value_type = String)]
    pub of: Per,
    /// what is counted
    pub unit: Bilingual,
    /// the share of it for nursing
    pub nursing_share: Option<f64>,
    /// how much of it there should be by so many
    #[schema(value_type = Option<Object>)]
    pub standard: Option<Standard>,
    /// facilities that have less than those nearest to them need
    pub full: usize,
    /// households within reach for whom there is no place
    pub short_households: f64,
}

impl Capacity {
    /// Of a single class; `None` where it has no measure.
    pub fn of(ground: &Ground, reach: &Reach) -> Option<Self> {
        let ([asked], [sites]) = (reach.asked.as_slice(), reach.situation.sites.as_slice()) else {
            return None;
        };
        let measure = asked.service.capacity.as_ref()?;
        let facilities = || sites.counting.iter().filter_map(|site| Some(&ground.facilities[site.facility?]));
        let own =
            |site: &super::Site| Some(ground.facilities[site.facility?].number(&measure.field)? + site.more);
        let known: Vec<f64> = sites.counting.iter().filter_map(own).collect();
        let total: f64 = known.iter().sum();
        let nursing: Option<f64> = measure
            .nursing
            .as_ref()
            .map(|field| facilities().filter_map(|facility| facility.number(field)).sum());
        let whom: f64 = ground.homes.all.iter().map(|home| of_whom(measure.per, home)).sum();
        let loads = loads(ground, reach);
        Some(Self {
            total,
            known: [known.len(), sites.counting.len()],
            per: (whom > 0.0).then(|| total / whom * measure.per_number),
            per_number: measure.per_number,
            of: measure.per,
            unit: measure.unit.clone(),
            nursing_share: nursing.and_then(|nursing| crate::access::Share::of(nursing, total).0),
            standard: measure.standard,
            full: loads.iter().filter(|load| load.short_households > 0.0).count(),
            short_households: loads.iter().map(|load| load.short_households).sum(),
        })
    }
}
