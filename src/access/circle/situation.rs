//! The register with what is tried out: which facilities count, which gates are open, which links are new.

use std::collections::{HashMap, HashSet};

use geo_types::Coord;

use super::question::{Asked, Change, Misshapen, Question, extension, id, line, place};
use crate::access::ground::{Ground, nearest_on};
use crate::access::{Service, services};
use crate::model::RecordId;
use crate::topology::Extent;

/// What a change makes of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Touched {
    /// it is new
    Added,
    /// it is elsewhere
    Moved,
    /// it no longer counts
    Closed,
    /// it counts, whatever its state
    Run,
}

/// A facility that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// the facility's number; none for a new one
    pub facility: Option<usize>,
    /// its name
    pub name: String,
    /// where it is
    pub at: Coord,
    /// the compound that it stands in, by number
    pub yard: Option<u32>,
    /// its community, by number
    pub community: Option<u32>,
    /// what a change made of it
    pub touched: Option<Touched>,
    /// the change that added it, by number
    pub change: Option<usize>,
    /// by how much it is extended
    pub more: f64,
}

/// The facilities of one class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sites {
    /// those that count
    pub counting: Vec<Site>,
    /// those that do not: in another state, or closed for the question
    pub idle: Vec<Site>,
}

/// What is tried out beside facilities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ways {
    /// doors that are opened, by number
    pub opened: HashSet<usize>,
    /// new gates: compound and place
    pub gates: Vec<(u32, Coord)>,
    /// new links
    pub links: Vec<Vec<Coord>>,
}

impl Ways {
    /// Whether nothing is tried out.
    pub fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.gates.is_empty() && self.links.is_empty()
    }
}

impl Sites {
    /// Whether a change made something of one of them.
    pub fn are_touched(&self) -> bool {
        self.counting.iter().chain(&self.idle).any(|site| site.touched.is_some())
    }
}

/// The register with what is tried out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Situation {
    /// facilities, class by class as they are asked for
    pub sites: Vec<Sites>,
    /// gates and links
    pub ways: Ways,
}

fn gives(service: &Service, kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| service.kinds.iter().any(|own| own == kind))
}

impl Situation {
    /// The facilities that count for each class, with the changes of a question.
    ///
    /// # Errors
    /// A change names what is not there, or cannot be read.
    pub fn of(ground: &Ground, question: &Question, asked: &[Asked]) -> Result<Self, Misshapen> {
        let numbers: HashMap<RecordId, usize> =
            ground.facilities.iter().enumerate().map(|(at, facility)| (facility.id(), at)).collect();
        let mut touched: HashMap<usize, (Touched, Option<Coord>)> = HashMap::new();
        let mut added: Vec<(usize, Coord, &'static Service, String)> = Vec::new();
        let mut ways = Ways::default();
        let mut more: HashMap<usize, f64> = HashMap::new();
        for (number, change) in question.changes.iter().enumerate() {
            let facility = |text: &str| {
                numbers
                    .get(&id(text, "facility")?)
                    .copied()
                    .ok_or_else(|| Misshapen::new("facility", "没有这处设施", "there is no such facility"))
            };
            match change {
                Change::Close { facility: of } => {
                    touched.insert(facility(of)?, (Touched::Closed, None));
                }
                Change::Run { facility: of } => {
                    touched.insert(facility(of)?, (Touched::Run, None));
                }
                Change::Move { facility: of, place: to } => {
                    touched.insert(facility(of)?, (Touched::Moved, Some(place(*to)?)));
                }
                Change::Add { place: at, class, name } => {
                    let service = class_of(class.as_deref(), question)?;
                    let short = name.as_deref().map(|name| name.trim().chars().take(100).collect());
                    let name: Option<String> = short.filter(|name: &String| !name.is_empty());
                    let name = name.unwrap_or_else(|| format!("新设{}", service.title.zh));
                    added.push((number, place(*at)?, service, name));
                }
                Change::Extend { facility: of, by } => {
                    *more.entry(facility(of)?).or_default() += extension(*by)?;
                }
                Change::OpenGate { gate } => {
                    ways.opened.insert(door_of(ground, gate)?);
                }
                Change::AddGate { compound, place: at } => ways.gates.push(new_gate(ground, compound, *at)?),
                Change::Link { line: of } => ways.links.push(line(of)?),
            }
        }
        let sites = asked.iter().map(|class| sites(ground, class, (&touched, &more), &added)).collect();
        Ok(Self { sites, ways })
    }
}

/// The class of a new facility.
fn class_of(named: Option<&str>, question: &Question) -> Result<&'static Service, Misshapen> {
    let class = named.unwrap_or(&question.class);
    services()
        .class(class)
        .ok_or_else(|| Misshapen::new("class", "新增设施须写明类别", "a new facility names its class"))
}

fn door_of(ground: &Ground, gate: &str) -> Result<usize, Misshapen> {
    let gate = id(gate, "gate")?;
    let found = ground.yards.doors.iter().position(|door| door.gate == Some(gate));
    found.ok_or_else(|| Misshapen::new("gate", "没有这个小区出入口", "there is no such gate of a compound"))
}

fn new_gate(ground: &Ground, compound: &str, at: [f64; 2]) -> Result<(u32, Coord), Misshapen> {
    let unknown = || Misshapen::new("compound", "没有这个小区", "there is no such compound");
    let yard = *ground.yards.number.get(&id(compound, "compound")?).ok_or_else(unknown)?;
    let at = place(at)?;
    let shape = ground.yards.yards[yard as usize].shape.as_deref().ok_or_else(unknown)?;
    let on = nearest_on(shape, at)
        .ok_or_else(|| Misshapen::new("place", "离该小区太远", "too far from that compound"))?;
    Ok((yard, on))
}

fn sites(
    ground: &Ground,
    class: &Asked,
    (touched, more): (&HashMap<usize, (Touched, Option<Coord>)>, &HashMap<usize, f64>),
    added: &[(usize, Coord, &'static Service, String)],
) -> Sites {
    let mut sites = Sites::default();
    for (number, facility) in ground.facilities.iter().enumerate() {
        if !gives(class.service, facility.record.text("kind")) {
            continue;
        }
        let change = touched.get(&number);
        let counts = class.states.contains(&facility.status);
        let mut site = Site {
            facility: Some(number),
            name: facility.name().to_owned(),
            at: facility.at,
            yard: facility.yard,
            community: facility.community,
            touched: change.map(|(what, _)| *what),
            change: None,
            more: more.get(&number).copied().unwrap_or(0.0),
        };
        match change {
            Some((Touched::Closed, _)) => {
                sites.idle.push(site);
                continue;
            }
            Some((Touched::Moved, Some(to))) => {
                site.at = *to;
                site.yard = yard_at(ground, *to);
                site.community = community_at(ground, *to);
            }
            _ => {}
        }
        if counts || change.is_some() {
            sites.counting.push(site);
        } else {
            sites.idle.push(site);
        }
    }
    for (change, at, _, name) in added.iter().filter(|(_, _, service, _)| service.id == class.service.id) {
        sites.counting.push(Site {
            facility: None,
            name: name.clone(),
            at: *at,
            yard: yard_at(ground, *at),
            community: community_at(ground, *at),
            touched: Some(Touched::Added),
            change: Some(*change),
            more: 0.0,
        });
    }
    sites
}

/// The compound that a place lies in.
pub fn yard_at(ground: &Ground, at: Coord) -> Option<u32> {
    use geo::Intersects as _;
    let holds = |shape: &geo_types::Geometry| {
        crate::model::geometry::bounds(shape)
            .is_some_and(|bounds| Extent::round([bounds.min(), bounds.max()]).holds(at))
            && shape.intersects(&at)
    };
    let mut yards = ground.yards.yards.iter();
    yards.position(|yard| yard.shape.as_deref().is_some_and(holds)).map(|at| at as u32)
}

/// The community of the home that is nearest to a place: what a new facility counts for.
fn community_at(ground: &Ground, at: Coord) -> Option<u32> {
    let (sx, sy) = crate::network::Metric::Degrees.scale(at.y);
    let d2 = |c: Coord| ((c.x - at.x) * sx).powi(2) + ((c.y - at.y) * sy).powi(2);
    let homes = ground.homes.all.iter().filter(|home| home.community.is_some());
    homes.min_by(|a, b| d2(a.at).total_cmp(&d2(b.at)))?.community
}
