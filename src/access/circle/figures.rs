//! Figures of coverage in both meanings: units with a facility, and shares of what is within reach.

use serde::Serialize;

use super::reach::Reach;
use crate::access::Share;
use crate::access::ground::{Ground, Home};

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CirclePart)]
pub struct Part {
    /// what is covered
    pub covered: f64,
    /// of what
    pub of: f64,
    /// their share; null of nothing
    pub share: Option<f64>,
}

impl Part {
    /// A part of a whole.
    pub fn of(covered: f64, of: f64) -> Self {
        Self { covered, of, share: Share::of(covered, of).0 }
    }

    fn add(&mut self, amount: f64, covered: bool) {
        self.of += amount;
        if covered {
            self.covered += amount;
        }
    }

    fn done(self) -> Self {
        Self::of(self.covered, self.of)
    }
}

/// All figures of one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleFigures)]
pub struct Figures {
    /// (a) communities that have a facility, of each class that is asked for
    pub units: Part,
    /// (a) the same of subdistricts and towns
    pub streets: Part,
    /// (b) households within reach
    pub households: Part,
    /// (b) people within reach
    pub residents: Part,
    /// (b) people of 60 and more within reach
    pub elders: Part,
    /// (b) buildings within reach
    pub buildings: Part,
    /// (b) floor area of homes within reach, m²
    pub area_m2: Part,
}

/// Figures of a community or a subdistrict.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleUnit)]
pub struct UnitFigures {
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// a community's subdistrict
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// facilities in it; of several classes, how many of these it has
    pub has: usize,
    /// households within reach
    pub households: Part,
    /// people within reach
    pub residents: Part,
    /// people of 60 and more within reach
    pub elders: Part,
    /// share of households within reach before the changes
    pub before: Option<f64>,
}

/// Communities or subdistricts with what is in them, by number.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    households: Part,
    residents: Part,
    elders: Part,
}

impl Tally {
    fn add(&mut self, home: &Home, covered: bool) {
        self.households.add(home.households, covered);
        self.residents.add(home.residents, covered);
        self.elders.add(home.elders, covered);
    }
}

/// The level of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// communities
    Community,
    /// subdistricts and towns
    Street,
}

fn number(ground: &Ground, level: Level, community: Option<u32>) -> Option<usize> {
    let community = community?;
    match level {
        Level::Community => Some(community as usize),
        Level::Street => ground.units.communities[community as usize].street.map(|street| street as usize),
    }
}

fn units(ground: &Ground, level: Level) -> &[crate::access::ground::Unit] {
    match level {
        Level::Community => &ground.units.communities,
        Level::Street => &ground.units.streets,
    }
}

/// By unit, how many facilities lie in it; of several classes, how many of the classes it has.
fn had(ground: &Ground, reach: &Reach, level: Level) -> Vec<usize> {
    let mut had = vec![0; units(ground, level).len()];
    let single = reach.situation.sites.len() == 1;
    for class in &reach.situation.sites {
        let mut own = vec![0; had.len()];
        for site in &class.counting {
            if let Some(unit) = number(ground, level, site.community) {
                own[unit] += 1;
            }
        }
        for (all, own) in had.iter_mut().zip(own) {
            *all += if single { own } else { usize::from(own > 0) };
        }
    }
    had
}

/// All figures.
pub fn figures(ground: &Ground, reach: &Reach) -> Figures {
    let mut figures = Figures::default();
    for (home, covered) in ground.homes.all.iter().zip(&reach.covered) {
        figures.households.add(home.households, *covered);
        figures.residents.add(home.residents, *covered);
        figures.elders.add(home.elders, *covered);
        figures.buildings.add(home.buildings, *covered);
        figures.area_m2.add(home.area_m2, *covered);
    }
    let wanted = if reach.situation.sites.len() == 1 { 1 } else { reach.situation.sites.len() };
    let with = |level: Level| {
        let had = had(ground, reach, level);
        Part::of(had.iter().filter(|count| **count >= wanted).count() as f64, had.len() as f64)
    };
    Figures {
        units: with(Level::Community),
        streets: with(Level::Street),
        households: figures.households.done(),
        residents: figures.residents.done(),
        elders: figures.elders.done(),
        buildings: figures.buildings.done(),
        area_m2: figures.area_m2.done(),
    }
}

/// Figures by unit; `before` is the reach without changes.
pub fn by_unit(ground: &Ground, reach: &Reach, before: Option<&Reach>, level: Level) -> Vec<UnitFigures> {
    let tallies = |reach: &Reach| {
        let mut tallies = vec![Tally::default(); units(ground, level).len()];
        for (home, covered) in ground.homes.all.iter().zip(&reach.covered) {
            if let Some(unit) = number(ground, level, home.community) {
                tallies[unit].add(home, *covered);
            }
        }
        tallies
    };
    let (now, had, was) = (tallies(reach), had(ground, reach, level), before.map(tallies));
    let unit = |(at, unit): (usize, &crate::access::ground::Unit)| UnitFigures {
        code: unit.code.clone(),
        name: unit.name.clone(),
        street: unit.street.map(|street| ground.units.streets[street as usize].code.clone()),
        has: had[at],
        households: now[at].households.done(),
        residents: now[at].residents.done(),
        elders: now[at].elders.done(),
        before: was.as_ref().and_then(|was| was[at].households.done().share),
    };
    units(ground, level).iter().enumerate().map(unit).collect()
}
