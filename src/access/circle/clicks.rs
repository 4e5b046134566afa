//! What a click asks: from a home to the nearest of each class, with the way; whom a facility serves.

use geo_types::Coord;
use serde::Serialize;

use super::question::{Asked, Change, Misshapen, Question};
use super::reach::Reach;
use super::situation::{Situation, yard_at};
use super::times::{FAR, Paced, Sources, Stands, Time, times};
use crate::access::coverage::within;
use crate::access::ground::{Ground, Way, defaults};
use crate::access::{Limit, services};
use crate::network::{Metric, Reached, Spot, route};

/// The nearest facility of one class.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleNearest)]
pub struct Nearest {
    /// the class
    pub class: String,
    /// id of the facility; none for a new one, or where none is reached
    pub facility: Option<String>,
    /// its name
    pub name: Option<String>,
    /// where it is
    pub place: Option<[f64; 2]>,
    /// minutes on foot
    pub minutes: Option<f64>,
    /// metres of the way
    pub metres: Option<f64>,
    /// what is within reach
    #[schema(value_type = Object)]
    pub limit: Limit,
    /// whether it is within reach
    pub covered: bool,
    /// vertices of the way, longitude and latitude
    pub route: Option<Vec<[f64; 2]>>,
}

/// Where one stands who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum From {
    /// at a home, by number
    Home(usize),
    /// anywhere
    Place(Coord),
}

/// A way out: where the street is met, what is walked before, where that leads through.
#[derive(Clone, Copy, Debug)]
struct Out {
    spot: Spot,
    before_m: f64,
    through: Option<Coord>,
}

fn outs(paced: &Paced<'_>, from: From, at: Coord) -> Vec<Out> {
    let ground = paced.ground;
    let street = |spot: &Spot| Out { spot: *spot, before_m: 0.0, through: None };
    let (yard, own, assumed) = match from {
        From::Home(home) => {
            let way = paced.way(home);
            (ground.homes.all[home].yard, paced.walked.homes[home].as_ref(), way == Way::Assumed)
        }
        From::Place(_) => {
            let yard = yard_at(ground, at);
            let number = yard.map(|yard| &ground.yards.yards[yard as usize]);
            let assumed = number.is_some_and(|yard| yard.assumed.is_some());
            (yard, None, assumed && !yard.is_some_and(|yard| paced.is_opened(yard)))
        }
    };
    let walled = yard.filter(|yard| !ground.yards.yards[*yard as usize].unwalled);
    let (Some(yard), None) = (walled, own) else {
        let found = paced.walked.locator.find(paced.network, &paced.walked.walk, at, defaults().snap_m);
        return own.or(found.spot()).map(street).into_iter().collect();
    };
    let doors = ground.yards.yards[yard as usize].doors.clone();
    let mapped = |door: &usize| {
        let own = &ground.yards.doors[*door];
        own.gate.is_some() && crate::access::ground::lets_out(own.passing) || paced.ways.opened.contains(door)
    };
    let wanted: Vec<usize> = if assumed {
        ground.yards.yards[yard as usize].assumed.into_iter().collect()
    } else {
        doors.filter(mapped).collect()
    };
    let through = |gate: Coord, spot: Spot| Out {
        spot,
        before_m: Metric::Degrees.distance_m(at, gate),
        through: Some(gate),
    };
    let mapped = wanted
        .into_iter()
        .filter_map(|door| Some(through(ground.yards.doors[door].at, *paced.walked.doors[door].as_ref()?)));
    let new = paced.gates.iter().filter(|gate| gate.0 == yard).map(|(_, gate, spot)| through(*gate, *spot));
    mapped.chain(new).collect()
}

/// The nearest facility of one class from a place, with the way there.
fn nearest(
    ground: &Ground,
    asked: &Asked,
    (situation, class): (&Situation, usize),
    from: From,
) -> Result<Nearest, Misshapen> {
    let sites = &situation.sites[class].counting;
    let none = Nearest {
        class: asked.service.id.clone(),
        facility: None,
        name: None,
        place: None,
        minutes: None,
        metres: None,
        limit: asked.limit,
        covered: false,
        route: None,
    };
    let walked = ground.walked(&asked.pace());
    let Some((network, walked)) = ground.network.as_ref().zip(walked.as_deref()) else { return Ok(none) };
    let paced = Paced::new(ground, network, walked, &situation.ways)?;
    let at = match from {
        From::Home(home) => ground.homes.all[home].at,
        From::Place(at) => at,
    };
    let (mut sources, _) = paced.sources(sites);
    let outs = outs(&paced, from, at);
    let speed = walked.speed();
    let (mut best, mut way): (Time, Option<(Vec<Coord>, f64)>) = (FAR, None);
    paced.search(&mut sources, f64::INFINITY, |reached, sources| {
        let mut chosen = None;
        for out in &outs {
            let time = sources.time(reached, &out.spot);
            let seconds = time.seconds + out.before_m / speed;
            if seconds < best.seconds {
                best = Time { seconds, site: time.site };
                chosen = Some(out);
            }
        }
        way =
            chosen.and_then(|out| walk_on(&paced, reached, sources, (at, out), sites[best.site as usize].at));
    });
    let yard = match from {
        From::Home(home) => ground.homes.all[home].yard,
        From::Place(at) => yard_at(ground, at),
    };
    for (number, site) in
        sites.iter().enumerate().filter(|(_, site)| site.yard.is_some() && site.yard == yard)
    {
        let metres = Metric::Degrees.distance_m(at, site.at);
        if metres / speed < best.seconds {
            best = Time { seconds: metres / speed, site: number as u32 };
            way = Some((vec![at, site.at], metres));
        }
    }
    let Some(site) = sites.get(best.site as usize) else { return Ok(none) };
    let tenth = super::lists::tenth;
    Ok(Nearest {
        facility: site.facility.map(|number| ground.facilities[number].id().to_string()),
        name: Some(site.name.clone()),
        place: Some([site.at.x, site.at.y]),
        minutes: Some(tenth(asked.minutes(best.seconds))),
        metres: way.as_ref().map(|(_, metres)| metres.round()),
        covered: within(best.seconds, asked.limit_s()),
        route: way.map(|(line, _)| line.into_iter().map(|c| [c.x, c.y]).collect()),
        ..none
    })
}

/// The whole way: out of the compound, along the streets and links, into the facility.
fn walk_on(
    paced: &Paced<'_>,
    reached: &Reached<'_>,
    sources: &Sources,
    (at, out): (Coord, &Out),
    site: Coord,
) -> Option<(Vec<Coord>, f64)> {
    let mut line = vec![at];
    line.extend(out.through);
    let mut metres = out.before_m + out.spot.off_m;
    let mut spot = out.spot;
    // Each link leads nearer to the site, so none is walked twice.
    for _ in 0..=paced.links.len() {
        let part = route(paced.network, reached, &spot)?;
        metres += part.metres;
        line.extend(part.line);
        match sources.stands.get(part.source as usize)? {
            Stands::Site(_) => {
                metres += sources.spots[part.source as usize].off_m;
                line.push(site);
                line.dedup();
                return Some((line, metres));
            }
            Stands::Link(link, end) => {
                let link = &paced.links[*link];
                metres += link.metres;
                let mut across = link.line.clone();
                if *end == 1 {
                    across.reverse();
                }
                line.extend(across);
                spot = link.ends[1 - end];
            }
        }
    }
    None
}

/// The nearest of every class from a place, in the order of classes.
///
/// # Errors
/// The question cannot be read.
pub fn nearest_of_each(ground: &Ground, question: &Question, from: From) -> Result<Vec<Nearest>, Misshapen> {
    services()
        .classes
        .iter()
        .map(|service| {
            // The question's own limit and states are its own class's.
            let own = question.class == service.id;
            let changes = question
                .changes
                .iter()
                .filter(|change| !matches!(change, Change::Add { class: None, .. }) || own);
            let one = Question {
                class: service.id.clone(),
                minutes: question.minutes.filter(|_| own),
                metres: question.metres.filter(|_| own),
                states: question.states.clone().filter(|_| own),
                profile: question.profile.clone(),
                changes: changes.cloned().collect(),
                ..Question::default()
            };
            let asked = one.settle()?;
            let situation = Situation::of(ground, &one, &asked)?;
            nearest(ground, &asked[0], (&situation, 0), from)
        })
        .collect()
}

/// Whom a facility serves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleServed)]
pub struct Served {
    /// households, people of 60 and more, homes
    pub households: f64,
    /// people of 60 and more
    pub elders: f64,
    /// homes
    pub homes: usize,
}

/// Whom one facility serves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Serves {
    /// all within its reach
    pub within: Served,
    /// those for whom it is the nearest
    pub nearest: Served,
    /// those whom no other reaches
    pub alone: Served,
    /// homes within its reach, with the minutes
    pub homes: Vec<(usize, f64)>,
}

/// Whom the site of a single class serves, by its number.
///
/// # Errors
/// A new gate or link is too far from every street.
pub fn serves(ground: &Ground, reach: &Reach, site: usize) -> Result<Serves, Misshapen> {
    let (asked, sites) = (&reach.asked[0], &reach.situation.sites[0].counting);
    let walked = ground.walked(&asked.pace());
    let with = |sites: &[super::Site]| {
        times(ground, (asked, reach.by, walked.as_deref()), sites, &reach.situation.ways)
    };
    let own = with(&sites[site..=site])?;
    let others: Vec<super::Site> =
        sites.iter().enumerate().filter(|(at, _)| *at != site).map(|(_, site)| site.clone()).collect();
    let others = with(&others)?;
    let mut serves = Serves::default();
    for (number, home) in ground.homes.all.iter().enumerate() {
        let seconds = own.homes[number].seconds;
        if !within(seconds, asked.limit_s()) {
            continue;
        }
        let add = |served: &mut Served| {
            served.households += home.households;
            served.elders += home.elders;
            served.homes += 1;
        };
        add(&mut serves.within);
        serves.homes.push((number, asked.minutes(seconds)));
        if seconds <= others.homes[number].seconds {
            add(&mut serves.nearest);
        }
        if !within(others.homes[number].seconds, asked.limit_s()) {
            add(&mut serves.alone);
        }
    }
    Ok(serves)
}
