//! Compounds with gates and buildings, closed and green areas, standing water.

use std::collections::{BTreeMap, VecDeque};

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::buildings;
use super::defects::Defects;
use super::facts::{self, NameFact, toneless};
use super::landuse::{Block, Plot, opens_on};
use super::ledger::{Entry, Ledger, area, line, point};
use super::mesh::{Side, points_between};
use super::plane::{P, area_and_centroid, sides};
use super::random::Dice;
use super::streets::Street;
use super::town::Town;
use crate::model::RecordId;
use crate::model::layers::{ClosedOrGreenArea, Compound, Gate, Road, Water};

/// A compound that people live in.
pub(super) struct Home {
    pub(super) id: RecordId,
    pub(super) code: String,
    pub(super) name: String,
    /// its name if it is one of the list of estates or villages
    pub(super) fact: Option<NameFact>,
    pub(super) kind: &'static str,
    /// place in [`Town::communities`]; `None` in the gap
    pub(super) community: Option<usize>,
    pub(super) centre: P,
    /// how many households it would like, against others
    pub(super) weight: f64,
    pub(super) gates: Vec<Coord>,
}

/// A closed or green area, for the facilities in it.
pub(super) struct Land {
    pub(super) kind: &'static str,
    pub(super) name: Option<String>,
    pub(super) centre: P,
    pub(super) community: Option<usize>,
}

/// What stands in the blocks.
#[derive(Default)]
pub(super) struct Built {
    pub(super) homes: Vec<Home>,
    pub(super) lands: Vec<Land>,
}

/// What is needed while building.
struct Yard<'a> {
    town: &'a Town,
    streets: &'a [Street],
    by_edge: BTreeMap<usize, usize>,
    estates: VecDeque<NameFact>,
    villages: VecDeque<NameFact>,
    /// next number of a courtyard on each street
    numbers: BTreeMap<usize, usize>,
    /// how many of a kind are named after each community
    named: BTreeMap<(Option<usize>, &'static str), usize>,
    dice: Dice,
    serial: usize,
}

/// What small parks, units behind walls and works are called after their community's name.
const PARKS: &[&str] = &[
    "樱花游园",
    "银杏游园",
    "海棠游园",
    "玉兰游园",
    "紫薇游园",
    "茶花游园",
    "丁香游园",
    "竹影游园",
    "石榴游园",
];
const OFFICES: &[&str] =
    &["设计院大院", "地质队大院", "水文站大院", "供电所大院", "粮站大院", "测绘队大院", "气象站大院"];
const FACTORIES: &[&str] = &["印刷厂", "电缆厂", "纺织厂", "食品厂", "铸造厂", "塑料厂", "汽修厂", "制药厂"];

/// A number in Chinese, as names have it.
fn numeral(number: usize) -> String {
    const DIGITS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match number {
        1..=10 => DIGITS[number - 1].to_owned(),
        11..=19 => format!("十{}", DIGITS[number - 11]),
        _ => number.to_string(),
    }
}

/// One in so many closed compounds has no gate in the register yet.
const UNSURVEYED: usize = 61;
/// One in so many side and back gates of closed compounds is kept shut.
const SHUT: usize = 4;

/// Whether compounds of a kind have a wall.
fn is_closed(kind: &str) -> bool {
    matches!(kind, "estate" | "work_unit" | "resettlement" | "apartment")
}

/// A gate: where in the plane, where on earth, the street's place it leads to, the street.
struct Opening {
    at: P,
    street_place: Coord,
    street: usize,
}

/// Writes all that stands in the blocks.
pub(super) fn write(
    town: &Town,
    streets: &[Street],
    blocks: Vec<Block>,
    ledger: &mut Ledger,
    defects: &mut Defects,
) -> Built {
    let mut yard = Yard {
        town,
        streets,
        by_edge: super::landuse::streets_by_edge(streets),
        estates: facts::names("estate"),
        villages: facts::names("village"),
        numbers: BTreeMap::new(),
        named: BTreeMap::new(),
        dice: Dice::new(town.seed, "compounds"),
        serial: 0,
    };
    let mut built = Built::default();
    for block in blocks {
        let community = town.mesh.faces[block.face].community;
        for plot in block.plots {
            match plot {
                Plot::Homes { ring, kind } => {
                    built.homes.push(yard.write_home(block.face, community, (ring, kind), ledger, defects));
                }
                Plot::Land { ring, kind, name, walkable } => {
                    built.lands.push(yard.write_land(community, &ring, (kind, name, walkable), ledger));
                }
                Plot::Water { ring, kind, name } => yard.write_water(&ring, kind, name, ledger),
            }
        }
    }
    built
}

/// A ring drawn on the land: long sides bend with it.
fn drawn(town: &Town, ring: &[P]) -> MultiPolygon {
    let mut line = Vec::new();
    for (a, b) in sides(ring) {
        let points: Vec<P> = points_between(&town.terrain, a, b).collect();
        line.extend(points[..points.len() - 1].iter().map(|&q| town.terrain.place(q)));
    }
    MultiPolygon(vec![Polygon::new(LineString(line), Vec::new())])
}

impl Yard<'_> {
    fn next_code(&mut self, letter: char) -> String {
        self.serial += 1;
        format!("{}{letter}{:05}", self.town.county, self.serial)
    }

    fn write_land(
        &mut self,
        community: Option<usize>,
        ring: &[P],
        (kind, name, walkable): (&'static str, Option<&'static str>, bool),
        ledger: &mut Ledger,
    ) -> Land {
        let name = name.map(Into::into).or_else(|| self.land_name(kind, community));
        let (_, centre) = area_and_centroid(ring);
        let record = ClosedOrGreenArea {
            name: name.clone(),
            kind: Some(kind.into()),
            walkable: Some(walkable),
            opening_hours: (kind == "park").then(|| "06:00-22:00".into()),
            operator: None,
        };
        let code = self.next_code('A');
        ledger.add(record, Entry::at(code, area(drawn(self.town, ring))));
        Land { kind, name, centre, community }
    }

    /// A name for land that has none of its own, after its community.
    fn land_name(&mut self, kind: &str, community: Option<usize>) -> Option<String> {
        let words: &[&str] = match kind {
            "park" => PARKS,
            "school" => &["学校"],
            "office" => OFFICES,
            "factory" => FACTORIES,
            "construction" => &["在建地块"],
            "square" => &["广场", "文化广场", "中心广场"],
            _ => return None,
        };
        Some(self.after_community(words, community?))
    }

    /// The community's name and one of some words, each once before a second round.
    fn after_community(&mut self, words: &[&'static str], community: usize) -> String {
        let nth = self.nth(Some(community), words[0]);
        let stem = self.town.communities[community].short.trim_end_matches("社区");
        let word = words[(5 * community + nth) % words.len()];
        match nth / words.len() {
            0 => format!("{stem}{word}"),
            round => format!("{stem}第{}{word}", numeral(round + 1)),
        }
    }

    /// How many of a kind the community already had; this is one more.
    fn nth(&mut self, community: Option<usize>, kind: &'static str) -> usize {
        let count = self.named.entry((community, kind)).or_insert(0);
        *count += 1;
        *count - 1
    }

    fn write_water(&mut self, ring: &[P], kind: &str, name: Option<&'static str>, ledger: &mut Ledger) {
        let record = Water {
            name: name.map(Into::into),
            roman: None,
            kind: Some(kind.into()),
            width_m: None,
            intermittent: None,
            tunnel: None,
        };
        let code = self.next_code('S');
        ledger.add(record, Entry::at(code, area(drawn(self.town, ring))));
    }

    fn write_home(
        &mut self,
        face: usize,
        community: Option<usize>,
        (mut ring, kind): (Vec<P>, &'static str),
        ledger: &mut Ledger,
        defects: &mut Defects,
    ) -> Home {
        let (size, centre) = area_and_centroid(&ring);
        let id = ledger.next_id();
        let code = self.next_code('X');
        let openings = self.open_gates(face, &mut ring, size, kind);
        let street = openings.first().map(|opening| opening.street);
        let address =
            street.and_then(|at| Some(format!("{}{}号", self.streets[at].name?.name, self.number(at))));
        let (name, fact) = self.home_name(kind, address.as_deref(), community);
        let buildings = buildings::place(self.town, &ring, kind, centre, &mut self.dice);
        let old =
            matches!(kind, "old_estate" | "courtyard" | "work_unit" | "urban_village" | "natural_village");
        let built_year = 1978 + self.dice.below(22) as i64 + if old { 0 } else { 22 };
        let record = Compound {
            name: Some(name.clone()),
            kind: Some(kind.into()),
            community_code: community.map(|at| self.town.communities[at].code.clone()),
            address: address.clone(),
            closed: Some(is_closed(kind)),
            built_year: Some(built_year),
            building_count: i64::try_from(buildings.len()).ok(),
            manager: (!old).then(|| "演示物业公司".into()),
        };
        ledger.add_as(id, record, Entry::at(code.clone(), area(drawn(self.town, &ring))));
        let gates = if is_closed(kind) && self.serial.is_multiple_of(UNSURVEYED) {
            defects.gateless_compounds.push(code.clone());
            openings.iter().map(|opening| self.town.terrain.place(opening.at)).collect()
        } else {
            self.write_gates(id, (&code, &name, kind), openings, ledger)
        };
        buildings::write(self.town, id, &buildings, built_year, ledger);
        let crowd = match kind {
            "commercial" => 0.25,
            "natural_village" => 0.35,
            "apartment" => 1.5,
            "courtyard" => 0.8,
            _ => 1.0,
        };
        let weight =
            size / 10_000.0 * self.town.terrain.density(centre) * crowd * self.dice.between(0.7, 1.3);
        Home { id, code, name, fact, kind, community, centre, weight, gates }
    }

    /// The next number of a street, odd ones.
    fn number(&mut self, street: usize) -> usize {
        let next = self.numbers.entry(street).or_insert(1);
        *next += 2;
        *next - 2
    }

    /// A name from the lists, else by the address, else after the community.
    fn home_name(
        &mut self,
        kind: &str,
        address: Option<&str>,
        community: Option<usize>,
    ) -> (String, Option<NameFact>) {
        let fact = match kind {
            "estate" | "resettlement" => self.estates.pop_front(),
            "urban_village" | "natural_village" => self.villages.pop_front(),
            _ => None,
        };
        if let Some(fact) = fact {
            return (fact.name.into(), Some(fact));
        }
        let word = match kind {
            "work_unit" => "单位宿舍",
            "commercial" => "商场",
            "apartment" => "公寓",
            "natural_village" | "urban_village" => "居民点",
            _ => "院",
        };
        let name = match (address, community) {
            (Some(address), _) => format!("{address}{word}"),
            (None, Some(community)) if word != "院" => self.after_community(&[word], community),
            // The whole name of the community: some are called after a street, and so are other courtyards.
            _ => {
                let whole = community.map_or("边角", |at| self.town.communities[at].short);
                format!("{whole}{}号{word}", self.nth(community, word) + 1)
            }
        };
        (name, None)
    }

    /// Opens one to three gates towards streets: each at a place that the street has, straight across the verge.
    fn open_gates(&mut self, face: usize, ring: &mut Vec<P>, size: f64, kind: &str) -> Vec<Opening> {
        let wanted = match size {
            _ if kind == "natural_village" => 1,
            s if s < 9_000.0 => 1,
            s if s < 24_000.0 => 2,
            _ => 3,
        };
        let mesh = &self.town.mesh;
        let mut street_sides: Vec<Side> = mesh.ring(face);
        street_sides.retain(|side| opens_on(mesh.edges[side.edge].kind));
        let turn = self.dice.below(street_sides.len());
        street_sides.rotate_left(turn);
        let mut openings: Vec<Opening> = Vec::new();
        for side in street_sides {
            if openings.len() == wanted {
                break;
            }
            let Some(opening) = self.open_gate(side, ring) else { continue };
            if openings.iter().all(|other| other.at.to(opening.at) > 40.0) {
                insert_corner(ring, opening.at);
                openings.push(opening);
            }
        }
        openings
    }

    fn open_gate(&mut self, side: Side, ring: &[P]) -> Option<Opening> {
        let mesh = &self.town.mesh;
        let edge = &mesh.edges[side.edge];
        let street = *self.by_edge.get(&side.edge)?;
        let points: Vec<P> =
            points_between(&self.town.terrain, mesh.nodes[edge.from], mesh.nodes[edge.to]).collect();
        let along = (mesh.nodes[mesh.end(side)] - mesh.nodes[mesh.start(side)]).unit();
        let first = 1 + self.dice.below(points.len().saturating_sub(2));
        let order =
            (first..points.len().saturating_sub(1)).chain(1..first.min(points.len().saturating_sub(1)));
        order.into_iter().find_map(|k| {
            let at = ray_into(ring, points[k], along.left(), 75.0)?;
            Some(Opening { at, street_place: mesh.arc(side.edge)[k], street })
        })
    }

    fn write_gates(
        &mut self,
        compound: RecordId,
        (code, name, kind_of_compound): (&str, &str, &str),
        openings: Vec<Opening>,
        ledger: &mut Ledger,
    ) -> Vec<Coord> {
        let mut gates = Vec::new();
        for (at, opening) in openings.into_iter().enumerate() {
            let place = self.town.terrain.place(opening.at);
            let (kind, word) = match at {
                0 => ("main", "大门"),
                1 => ("both", "侧门"),
                _ => ("foot", "后门"),
            };
            let shut = at > 0 && is_closed(kind_of_compound) && (self.serial + at).is_multiple_of(SHUT);
            let foot = match (shut, at) {
                (true, _) => "no",
                (false, 2) => "private",
                (false, _) => "yes",
            };
            let gate = Gate {
                name: Some(format!("{name}{word}")),
                compound_id: Some(compound.to_string()),
                kind: Some(kind.into()),
                foot: Some(foot.into()),
                opening_hours: (at == 2 && !shut).then(|| "06:00-23:00".into()),
            };
            ledger.add(gate, Entry::at(format!("{code}M{}", at + 1), point(place)));
            let way = LineString(vec![opening.street_place, place]);
            ledger.add(gate_way(), Entry::at(format!("{code}T{}", at + 1), line(way)));
            gates.push(place);
        }
        gates
    }
}

/// The first point of a ring on a ray, not too near a corner and at most so far away.
fn ray_into(ring: &[P], from: P, direction: P, reach: f64) -> Option<P> {
    let hit = |(a, b): (P, P)| {
        let along = b - a;
        let cross = direction.cross(along);
        if cross.abs() < 1e-9 {
            return None;
        }
        let t = (a - from).cross(along) / cross;
        let s = (a - from).cross(direction) / cross;
        let room = 4.0 / along.length().max(8.1);
        (t > 0.0 && t < reach && s > room && s < 1.0 - room).then_some((t, a + along * s))
    };
    sides(ring).filter_map(hit).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
}

/// Makes a point of a ring's side one of its corners.
fn insert_corner(ring: &mut Vec<P>, at: P) {
    let off = |(a, b): (P, P)| super::plane::distance_to_segment(at, a, b);
    let nearest = (0..ring.len()).min_by(|&i, &j| {
        let side = |k: usize| off((ring[k], ring[(k + 1) % ring.len()]));
        side(i).total_cmp(&side(j))
    });
    if let Some(side) = nearest {
        ring.insert(side + 1, at);
    }
}

/// The few metres from a street to a gate.
fn gate_way() -> Road {
    Road {
        name: None,
        roman: None,
        class: Some("service".into()),
        foot: Some("yes".into()),
        sidewalk: Some("no".into()),
        one_way: None,
        foot_one_way: None,
        bridge: None,
        tunnel: None,
        level: None,
        steps: None,
        step_count: None,
        incline: None,
        surface: Some("水泥".into()),
        width_m: Some(5.0),
        lanes: None,
        crossing: None,
    }
}

/// Pinyin of a home's name, if its name has any.
pub(super) fn roman(home: &Home) -> Option<String> {
    home.fact.map(|fact| toneless(fact.pinyin))
}
