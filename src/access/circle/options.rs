//! What else closes the gap: a new facility, a planned one opened, a gate opened or made, a crossing; by households
//! gained for what each costs.

use geo_types::Coord;
use serde::Serialize;

use super::question::{Change, Misshapen, Question};
use super::reach::Reach;
use super::siting::{Candidate, Candidates, From, candidates, pairs};
use super::times::{Paced, Time};
use crate::access::coverage::within;
use crate::access::ground::{Costs, Ground, Passing, Walked, defaults};
use crate::model::Bilingual;
use crate::network::Metric;

/// Options of each kind that are worked out in full, and listed.
const MOST: usize = 30;
/// Seconds that a link must save where it stands to be looked at.
const SAVES_S: f64 = 120.0;
/// Links are looked for this far apart, metres.
const APART_M: f64 = 150.0;

/// One option.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// `add`, `run`, `open_gate`, `add_gate` or `link`
    pub kind: &'static str,
    /// what it is
    pub title: Bilingual,
    /// where
    pub place: [f64; 2],
    /// households that come within reach
    pub gains: f64,
    /// what it costs, in units of 10,000 yuan
    pub cost: f64,
    /// households gained for one of these
    pub per_cost: f64,
    /// as a change of the question
    pub change: Change,
}

/// Before it is worked out in full.
struct Rough {
    kind: &'static str,
    title: Bilingual,
    place: Coord,
    cost: f64,
    change: Change,
    /// at most, or about so many households
    about: f64,
}

/// All options of a question about one class, the best first.
///
/// # Errors
/// The question is none.
pub fn options(
    ground: &Ground,
    question: &Question,
    (reach, walked): (&Reach, &Walked),
    go_on: &dyn Fn() -> bool,
) -> Result<Vec<Choice>, Misshapen> {
    let Some(network) = ground.network.as_ref() else { return Ok(Vec::new()) };
    let paced = Paced::new(ground, network, walked, &reach.situation.ways)?;
    let costs = &defaults().costs;
    let mut rough = Vec::new();
    for from in [From::Compounds, From::Planned] {
        let wanted = Candidates { from, points: Vec::new() };
        // No candidate of a kind is no error here.
        let found = candidates(ground, reach, &wanted).unwrap_or_default();
        rough.extend(best(facilities(ground, reach, &paced, (found, from), costs)));
    }
    rough.extend(best(shut_gates(ground, reach, &paced, costs)));
    rough.extend(best(new_gates(ground, reach, &paced, costs)?));
    rough.extend(best(links(reach, &paced, costs)));
    let now = reach.households(ground);
    let mut choices = Vec::new();
    for one in rough {
        if !go_on() {
            break;
        }
        let mut with = question.clone();
        with.changes.push(one.change.clone());
        let gains = Reach::of(ground, &with)?.households(ground) - now;
        if gains > 0.5 {
            choices.push(Choice {
                kind: one.kind,
                title: one.title,
                place: [one.place.x, one.place.y],
                gains,
                cost: one.cost,
                per_cost: gains / one.cost.max(f64::MIN_POSITIVE),
                change: one.change,
            });
        }
    }
    choices.sort_by(|a, b| b.per_cost.total_cmp(&a.per_cost).then(b.gains.total_cmp(&a.gains)));
    Ok(choices)
}

fn best(mut rough: Vec<Rough>) -> Vec<Rough> {
    rough.retain(|one| one.about > 0.5);
    rough.sort_by(|a, b| b.about.total_cmp(&a.about));
    rough.truncate(MOST);
    rough
}

fn facilities(
    ground: &Ground,
    reach: &Reach,
    paced: &Paced<'_>,
    (found, from): (Vec<Candidate>, From),
    costs: &Costs,
) -> Vec<Rough> {
    let times = pairs(paced, &found, reach.asked[0].limit_s());
    let title = &reach.asked[0].service.title;
    let one = |(candidate, near): (Candidate, &Vec<(u32, f32)>)| {
        let out = near.iter().filter(|(home, _)| !reach.covered[*home as usize]);
        let about = out.map(|(home, _)| ground.homes.all[*home as usize].households).sum();
        let (kind, cost, said) = match from {
            From::Planned => ("run", costs.run, ("启用", "open")),
            _ => ("add", costs.add, ("新设", "new")),
        };
        let name = &candidate.site.name;
        Rough {
            kind,
            title: Bilingual::new(
                format!("{}{}（{name}）", said.0, title.zh),
                format!("{} {} ({name})", said.1, title.en.to_lowercase()),
            ),
            place: candidate.site.at,
            cost,
            change: candidate.change,
            about,
        }
    };
    found.into_iter().zip(&times.of).map(one).collect()
}

/// Homes beyond reach by compound.
fn beyond(ground: &Ground, reach: &Reach) -> Vec<Vec<usize>> {
    let mut beyond = vec![Vec::new(); ground.yards.yards.len()];
    for (number, home) in ground.homes.all.iter().enumerate().filter(|(number, _)| !reach.covered[*number]) {
        if let Some(yard) = home.yard {
            beyond[yard as usize].push(number);
        }
    }
    beyond
}

fn shut_gates(ground: &Ground, reach: &Reach, paced: &Paced<'_>, costs: &Costs) -> Vec<Rough> {
    let (beyond, limit_s) = (beyond(ground, reach), reach.asked[0].limit_s());
    let mut rough = Vec::new();
    for (number, door) in ground.yards.doors.iter().enumerate() {
        let Some(gate) = door.gate.filter(|_| door.passing == Passing::Shut) else { continue };
        let Some(time) = reach.times[0].doors.get(number).filter(|time| time.seconds.is_finite()) else {
            continue;
        };
        let reaches = |home: &&usize| {
            let leg_s = paced.leg(**home, number) / paced.walked.speed();
            within(time.seconds + leg_s, limit_s)
        };
        let out = beyond[door.yard as usize].iter().filter(reaches);
        let name = &ground.yards.yards[door.yard as usize].name;
        rough.push(Rough {
            kind: "open_gate",
            title: Bilingual::new(format!("{name}开放一处出入口"), format!("open a gate of {name}")),
            place: door.at,
            cost: costs.open_gate,
            change: Change::OpenGate { gate: gate.to_string() },
            about: out.map(|home| ground.homes.all[*home].households).sum(),
        });
    }
    rough
}

/// For each compound with homes beyond reach, the place of a new gate that brings most of them within it.
fn new_gates(
    ground: &Ground,
    reach: &Reach,
    paced: &Paced<'_>,
    costs: &Costs,
) -> Result<Vec<Rough>, Misshapen> {
    let (beyond, limit_s) = (beyond(ground, reach), reach.asked[0].limit_s());
    let (mut sources, _) = paced.sources(&reach.situation.sites[0].counting);
    if sources.spots.is_empty() {
        return Ok(Vec::new());
    }
    let mut rough = Vec::new();
    paced.search(&mut sources, limit_s, |reached, sources| {
        for (yard, homes) in
            ground.yards.yards.iter().zip(&beyond).filter(|(yard, homes)| !homes.is_empty() && !yard.unwalled)
        {
            let Some(shape) = yard.shape.as_deref() else { continue };
            let mut found: Option<(f64, Coord)> = None;
            for at in crate::access::ground::along(shape, defaults().gate_every_m) {
                let walk = &paced.walked.walk;
                let near = paced.walked.locator.find(paced.network, walk, at, defaults().gate_street_m);
                let Some(spot) = near.spot() else { continue };
                let Time { seconds, .. } = sources.time(reached, spot);
                let reaches = |home: &&usize| {
                    let metres = Metric::Degrees.distance_m(ground.homes.all[**home].at, at);
                    within(seconds + metres / paced.walked.speed(), limit_s)
                };
                let gain: f64 =
                    homes.iter().filter(reaches).map(|home| ground.homes.all[*home].households).sum();
                if gain > found.map_or(0.0, |(most, _)| most) {
                    found = Some((gain, at));
                }
            }
            if let Some((about, at)) = found {
                rough.push(Rough {
                    kind: "add_gate",
                    title: Bilingual::new(
                        format!("{}新开一处出入口", yard.name),
                        format!("a new gate of {}", yard.name),
                    ),
                    place: at,
                    cost: costs.add_gate,
                    change: Change::AddGate { compound: yard.id.to_string(), place: [at.x, at.y] },
                    about,
                });
            }
        }
    });
    Ok(rough)
}

/// Short links between streets that are far apart on foot: crossings, footbridges.
fn links(reach: &Reach, paced: &Paced<'_>, costs: &Costs) -> Vec<Rough> {
    let limit_s = reach.asked[0].limit_s();
    let (mut sources, _) = paced.sources(&reach.situation.sites[0].counting);
    if sources.spots.is_empty() {
        return Vec::new();
    }
    let nodes = paced.network.nodes();
    let tree = rstar::RTree::bulk_load(
        nodes
            .iter()
            .enumerate()
            .map(|(number, at)| rstar::primitives::GeomWithData::new([at.x, at.y], number))
            .collect::<Vec<_>>(),
    );
    let most_m = defaults().link_m;
    let mut rough: Vec<Rough> = Vec::new();
    paced.search(&mut sources, f64::INFINITY, |reached, _| {
        let mut pairs: Vec<(f64, usize, usize, f64)> = Vec::new();
        for (far, at) in nodes.iter().enumerate() {
            let late = reached.node(far as u32).seconds;
            if within(late, limit_s) {
                continue;
            }
            let (sx, sy) = Metric::Degrees.scale(at.y);
            let box_of = rstar::AABB::from_corners(
                [at.x - most_m / sx, at.y - most_m / sy],
                [at.x + most_m / sx, at.y + most_m / sy],
            );
            let near = tree.locate_in_envelope(&box_of).filter_map(|node| {
                let metres = Metric::Degrees.distance_m(*at, nodes[node.data]);
                let by_link = reached.node(node.data as u32).seconds + metres / paced.walked.speed();
                let saves = late.min(2.0 * limit_s) - by_link;
                (metres <= most_m && within(by_link, limit_s) && saves > SAVES_S)
                    .then_some((saves, node.data, metres))
            });
            if let Some((saves, to, metres)) = near.max_by(|a, b| a.0.total_cmp(&b.0)) {
                pairs.push((saves, far, to, metres));
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (saves, from, to, metres) in pairs {
            if rough.len() >= MOST {
                break;
            }
            let (a, b) = (nodes[from], nodes[to]);
            if rough.iter().any(|known| Metric::Degrees.distance_m(known.place, a) < APART_M) {
                continue;
            }
            let crossing = metres <= costs.crossing_m;
            rough.push(Rough {
                kind: "link",
                title: if crossing {
                    Bilingual::new("新设一处过街人行道", "a new crossing")
                } else {
                    Bilingual::new("新设一处人行天桥或通道", "a new footbridge or passage")
                },
                place: a,
                cost: if crossing { costs.crossing } else { costs.footbridge },
                change: Change::Link { line: vec![[a.x, a.y], [b.x, b.y]] },
                about: saves,
            });
        }
    });
    rough
}
