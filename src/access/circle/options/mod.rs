//! What else closes the gap: a new facility, a planned one opened, a gate opened or made, a crossing, a facility that
//! is full extended; in one ranking, by households gained for what each costs.
//!
//! Only what an option touches is reckoned anew: the streets around a new site, the homes of a compound whose gate is
//! opened, the streets behind a new link. What can touch more (a gate of a compound that a facility stands in) is
//! reckoned in full. A test compares all with the whole reckoned anew.

mod extensions;
mod gates;
mod links;
mod sites;

use geo_types::Coord;
use serde::Serialize;

use super::question::{Change, Misshapen, Question};
use super::reach::Reach;
use super::times::Paced;
use crate::access::ground::{Ground, defaults};
use crate::model::Bilingual;

/// Options of each kind that are listed.
const MOST: usize = 30;
/// Households that are no gain.
const NOTHING: f64 = 0.5;

/// What is gained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gain {
    /// households that come within reach
    Reached,
    /// households within reach for whom there is a place
    Served,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// `add`, `run`, `open_gate`, `add_gate`, `link` or `extend`
    pub kind: &'static str,
    /// what it is
    pub title: Bilingual,
    /// where
    pub place: [f64; 2],
    /// households gained
    pub gains: f64,
    /// of which kind
    pub gain: Gain,
    /// what it costs, in units of 10,000 yuan
    pub cost: f64,
    /// households gained for one of these
    pub per_cost: f64,
    /// as a change of the question
    pub change: Change,
}

/// All options of a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// the best first
    pub ranked: Vec<Choice>,
    /// kinds that were not looked at to the end: the time was over
    pub unfinished: Vec<&'static str>,
}

/// What options are looked for in.
struct Asking<'a> {
    ground: &'a Ground,
    question: &'a Question,
    reach: &'a Reach,
    paced: &'a Paced<'a>,
    go_on: &'a (dyn Fn() -> bool + Sync),
}

impl Asking<'_> {
    fn limit_s(&self) -> f64 {
        self.reach.asked[0].limit_s()
    }

    /// Households of homes that are beyond reach.
    fn beyond(&self, homes: impl Iterator<Item = u32>) -> f64 {
        homes
            .filter(|home| !self.reach.covered[*home as usize])
            .map(|home| self.ground.homes.all[home as usize].households)
            .sum()
    }

    /// Households that a change brings within reach, with everything reckoned anew.
    fn in_full(&self, change: &Change) -> Result<f64, Misshapen> {
        let mut with = self.question.clone();
        with.changes.push(change.clone());
        Ok(Reach::of(self.ground, &with)?.households(self.ground) - self.reach.households(self.ground))
    }
}

/// An option with what it gains.
fn choice(
    (kind, gain): (&'static str, Gain),
    title: Bilingual,
    at: Coord,
    (gains, cost): (f64, f64),
    change: Change,
) -> Choice {
    let per_cost = gains / cost.max(f64::MIN_POSITIVE);
    Choice { kind, title, place: [at.x, at.y], gains, gain, cost, per_cost, change }
}

/// All options of a question about one class.
///
/// # Errors
/// The question is none.
pub fn options(
    ground: &Ground,
    question: &Question,
    reach: &Reach,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Options, Misshapen> {
    let walked = reach.asked.first().and_then(|asked| ground.walked(&asked.pace()));
    let (Some(network), Some(walked), 1) = (ground.network.as_ref(), walked, reach.asked.len()) else {
        return Ok(Options::default());
    };
    let paced = Paced::new(ground, network, &walked, &reach.situation.ways)?;
    let asking = Asking { ground, question, reach, paced: &paced, go_on };
    let costs = &defaults().costs;
    let mut all = Options::default();
    type Kind = fn(&Asking<'_>, &crate::access::ground::Costs) -> Result<Vec<Choice>, Misshapen>;
    let kinds: [(&'static str, Kind); 6] = [
        ("extend", extensions::all),
        ("run", sites::planned),
        ("open_gate", gates::shut),
        ("add", sites::new),
        ("add_gate", gates::new),
        ("link", links::all),
    ];
    for (kind, find) in kinds {
        let mut found = find(&asking, costs)?;
        found.retain(|one| one.gains > NOTHING);
        sort(&mut found);
        found.truncate(MOST);
        all.ranked.extend(found);
        if !go_on() {
            all.unfinished.push(kind);
        }
    }
    sort(&mut all.ranked);
    Ok(all)
}

fn sort(choices: &mut [Choice]) {
    choices.sort_by(|a, b| {
        let by_place = a.place[0].total_cmp(&b.place[0]).then(a.place[1].total_cmp(&b.place[1]));
        b.per_cost.total_cmp(&a.per_cost).then(b.gains.total_cmp(&a.gains)).then(by_place)
    });
}
