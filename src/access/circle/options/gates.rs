//! Gates that are opened, and new ones.

use std::collections::HashSet;

use geo_types::Coord;

use super::{Asking, Choice, Gain, MOST, choice};
use crate::access::circle::question::{Change, Misshapen};
use crate::access::circle::times::Sources;
use crate::access::coverage::within;
use crate::access::ground::{Costs, Passing, along, defaults};
use crate::model::Bilingual;
use crate::network::{Metric, Reached};

/// Compounds in which a facility stands that counts: a gate of theirs is a way in for everybody.
fn with_facility(asking: &Asking<'_>) -> HashSet<u32> {
    asking.reach.situation.sites[0].counting.iter().filter_map(|site| site.yard).collect()
}

/// What was reached by those who walk to what counts.
struct Found<'a> {
    asking: &'a Asking<'a>,
    reached: &'a Reached<'a>,
    sources: &'a Sources,
}

impl Found<'_> {
    /// Households of a compound that a way out gains: `seconds` on the street outside, `leg` metres from each home.
    /// Where the gate was assumed until now, nobody takes that one any longer.
    fn gain(&self, yard: u32, seconds: f64, leg: &dyn Fn(usize) -> f64) -> f64 {
        let (asking, paced) = (self.asking, self.asking.paced);
        let own = &asking.ground.yards.yards[yard as usize];
        let was_assumed = own.assumed.is_some() && !paced.is_opened(yard);
        let times = &asking.reach.times[0];
        let mut gain = 0.0;
        for home in paced.walked.by_street.homes(yard).iter().map(|home| *home as usize) {
            let before = if was_assumed {
                let street = paced.walked.homes[home].as_ref();
                let street = street.map(|spot| self.sources.time(self.reached, spot).seconds);
                street.unwrap_or(f64::INFINITY).min(times.inside[home].seconds)
            } else {
                times.homes[home].seconds
            };
            let now = within(before.min(seconds + paced.seconds_of(leg(home))), asking.limit_s());
            let households = asking.ground.homes.all[home].households;
            gain += households * (f64::from(u8::from(now)) - f64::from(u8::from(asking.reach.covered[home])));
        }
        gain
    }
}

/// Households beyond reach by compound, those with most first.
fn lacking(asking: &Asking<'_>) -> Vec<(u32, f64)> {
    let yards = 0..asking.ground.yards.yards.len() as u32;
    let of = |yard: u32| asking.beyond(asking.paced.walked.by_street.homes(yard).iter().copied());
    let mut lacking: Vec<(u32, f64)> =
        yards.map(|yard| (yard, of(yard))).filter(|(_, households)| *households > 0.0).collect();
    lacking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    lacking
}

/// Mapped gates that are shut.
pub fn shut(asking: &Asking<'_>, costs: &Costs) -> Result<Vec<Choice>, Misshapen> {
    let (ground, paced) = (asking.ground, asking.paced);
    let (mut sources, _) = paced.sources(&asking.reach.situation.sites[0].counting);
    let inside = with_facility(asking);
    let doors: Vec<usize> = (0..ground.yards.doors.len())
        .filter(|door| {
            let own = &ground.yards.doors[*door];
            own.gate.is_some() && own.passing == Passing::Shut && !paced.ways.opened.contains(door)
        })
        .collect();
    let mut choices = Vec::new();
    let mut in_full = Vec::new();
    paced.search(&mut sources, f64::INFINITY, |reached, sources| {
        let found = Found { asking, reached, sources };
        for door in doors {
            let own = &ground.yards.doors[door];
            let (Some(gate), true) = (own.gate, (asking.go_on)()) else { continue };
            let name = &ground.yards.yards[own.yard as usize].name;
            let title = Bilingual::new(format!("{name}开放一处出入口"), format!("open a gate of {name}"));
            let change = Change::OpenGate { gate: gate.to_string() };
            if inside.contains(&own.yard) {
                in_full.push((title, own.at, change));
                continue;
            }
            let seconds = asking.reach.times[0].doors.get(door).map_or(f64::INFINITY, |time| time.seconds);
            let gains = found.gain(own.yard, seconds, &|home| paced.leg(home, door));
            choices.push(choice(
                ("open_gate", Gain::Reached),
                title,
                own.at,
                (gains, costs.open_gate),
                change,
            ));
        }
    });
    for (title, at, change) in in_full {
        if !(asking.go_on)() {
            break;
        }
        let gains = asking.in_full(&change)?;
        choices.push(choice(("open_gate", Gain::Reached), title, at, (gains, costs.open_gate), change));
    }
    Ok(choices)
}

/// For the compounds with most households beyond reach, the place of a new gate that brings most of them within it.
pub fn new(asking: &Asking<'_>, costs: &Costs) -> Result<Vec<Choice>, Misshapen> {
    let (ground, paced, limit_s) = (asking.ground, asking.paced, asking.limit_s());
    let (mut sources, _) = paced.sources(&asking.reach.situation.sites[0].counting);
    let inside = with_facility(asking);
    let mut choices = Vec::new();
    paced.search(&mut sources, limit_s, |reached, sources| {
        let found = Found { asking, reached, sources };
        for (yard, _) in lacking(asking).into_iter().filter(|(yard, _)| !inside.contains(yard)) {
            let own = &ground.yards.yards[yard as usize];
            let Some(shape) = own.shape.as_deref().filter(|_| !own.unwalled) else { continue };
            if choices.len() >= 2 * MOST || !(asking.go_on)() {
                break;
            }
            let mut best: Option<(f64, Coord)> = None;
            for at in along(shape, defaults().gate_every_m) {
                let (walk, locator) = (&paced.walked.walk, &paced.walked.locator);
                let near = locator.find(paced.network, walk, at, defaults().gate_street_m);
                let Some(spot) = near.spot() else { continue };
                let seconds = sources.time(reached, spot).seconds;
                if !within(seconds, limit_s) {
                    continue;
                }
                let leg = |home: usize| Metric::Degrees.distance_m(ground.homes.all[home].at, at);
                let gain = found.gain(yard, seconds, &leg);
                if gain > best.map_or(0.0, |(most, _)| most) {
                    best = Some((gain, at));
                }
            }
            let Some((gains, at)) = best else { continue };
            let name = &own.name;
            let title = Bilingual::new(format!("{name}新开一处出入口"), format!("a new gate of {name}"));
            let change = Change::AddGate { compound: own.id.to_string(), place: [at.x, at.y] };
            choices.push(choice(("add_gate", Gain::Reached), title, at, (gains, costs.add_gate), change));
        }
    });
    Ok(choices)
}
