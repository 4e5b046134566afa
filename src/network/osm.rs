//! Streets from OpenStreetMap ways: where people may walk, steps, crossings, gates that are shut, squares.
//!
//! Ways are joined at the nodes that they share, so that a bridge is not joined to what runs under it. Tags are read
//! as the OpenStreetMap wiki has them (Key:foot, Key:access, Key:oneway:foot, Key:barrier); nothing is said there of
//! speed.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use geo_types::Coord;

use super::square;
use super::street::{Crossing, OneWay, Street, Streets, Tags};

/// Key and value.
pub type WayTags = [(String, String)];

/// A way with the places of its nodes.
#[derive(Clone, Debug)]
pub struct OsmWay {
    /// its id
    pub id: i64,
    /// ids of its nodes, those that are not in the file left out
    pub nodes: Vec<i64>,
    /// where they are
    pub line: Vec<Coord>,
    /// its tags
    pub tags: Vec<(String, String)>,
}

/// Ways being joined.
#[derive(Default)]
pub struct OsmStreets {
    ways: Vec<OsmWay>,
    squares: Vec<OsmWay>,
    /// nodes that nobody gets through
    shut: HashSet<i64, RandomState>,
    counts: OsmCounts,
}

/// What was done with the ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OsmCounts {
    /// ways that are walked
    pub walked: usize,
    /// ways that may not be walked: private, closed, motor roads
    pub closed: usize,
    /// squares that are crossed
    pub squares: usize,
    /// barriers that nobody gets through
    pub shut: usize,
}

const WALKED: &[&str] = &[
    "footway",
    "path",
    "pedestrian",
    "steps",
    "living_street",
    "residential",
    "service",
    "unclassified",
    "tertiary",
    "tertiary_link",
    "secondary",
    "secondary_link",
    "primary",
    "primary_link",
    "track",
    "cycleway",
    "bridleway",
    "corridor",
    "platform",
    "road",
    "crossing",
    "elevator",
    "via_ferrata",
];
/// Walked only where a tag says so.
const IF_ALLOWED: &[&str] = &["trunk", "trunk_link", "motorway", "motorway_link", "busway", "bus_guideway"];
const YES: &[&str] = &["yes", "designated", "permissive", "official", "destination", "customers", "public"];
const NO: &[&str] = &["no", "private", "use_sidepath", "military", "agricultural", "forestry", "delivery"];
/// Barriers on a way that stop those who walk unless a tag says otherwise.
const SHUT: &[&str] =
    &["wall", "fence", "hedge", "city_wall", "retaining_wall", "ditch", "jersey_barrier", "block_wall"];

fn get<'a>(tags: &'a WayTags, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
}

fn is(tags: &WayTags, key: &str, values: &[&str]) -> bool {
    get(tags, key).is_some_and(|value| values.contains(&value))
}

/// Whether people may walk along a way.
pub fn walkable(tags: &WayTags) -> bool {
    let platform = is(tags, "railway", &["platform"]) || is(tags, "public_transport", &["platform"]);
    let allowed = is(tags, "foot", YES);
    let Some(highway) = get(tags, "highway").or_else(|| platform.then_some("platform")) else { return false };
    if is(tags, "foot", NO) || is(tags, "access", NO) && !allowed {
        return false;
    }
    if is(tags, "motorroad", &["yes"]) && !allowed {
        return false;
    }
    let sidewalk = ["sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both"]
        .iter()
        .any(|key| is(tags, key, &["yes", "both", "left", "right"]));
    WALKED.contains(&highway) || IF_ALLOWED.contains(&highway) && (allowed || sidewalk)
}

/// What of a way makes a difference to those who walk.
fn read(tags: &WayTags) -> Tags {
    let one_way = match (get(tags, "oneway:foot"), get(tags, "conveying"), get(tags, "foot:backward")) {
        (Some("yes" | "1"), ..) | (_, Some("forward"), _) | (_, _, Some("no")) => OneWay::Forward,
        (Some("-1" | "reverse"), ..) | (_, Some("backward"), _) => OneWay::Backward,
        _ if is(tags, "foot:forward", &["no"]) => OneWay::Backward,
        _ => OneWay::Both,
    };
    let crossed = is(tags, "footway", &["crossing"])
        || is(tags, "path", &["crossing"])
        || is(tags, "highway", &["crossing"]);
    let crossing = match get(tags, "crossing") {
        _ if !crossed => Crossing::None,
        Some("traffic_signals") => Crossing::Signals,
        _ if is(tags, "crossing:signals", &["yes"]) => Crossing::Signals,
        _ => Crossing::Plain,
    };
    let not_no = |key: &str| get(tags, key).is_some_and(|value| value != "no");
    Tags {
        steps: is(tags, "highway", &["steps"]),
        level: not_no("bridge") || not_no("tunnel"),
        one_way,
        crossing,
    }
}

/// Whether a barrier on a way stops those who walk.
pub fn shut(tags: &WayTags) -> bool {
    let Some(barrier) = get(tags, "barrier") else { return false };
    if is(tags, "foot", YES) {
        return false;
    }
    SHUT.contains(&barrier)
        || is(tags, "foot", NO)
        || is(tags, "access", NO) && !is(tags, "foot", YES)
        || is(tags, "locked", &["yes"])
}

impl OsmStreets {
    /// Adds a way: whether it is walked.
    pub fn add_way(&mut self, way: OsmWay) -> bool {
        if way.line.len() < 2 || way.line.len() != way.nodes.len() || !walkable(&way.tags) {
            self.counts.closed += 1;
            return false;
        }
        self.counts.walked += 1;
        let closed = way.nodes.len() >= 4 && way.nodes.first() == way.nodes.last();
        let area = is(&way.tags, "area", &["yes"]) || get(&way.tags, "area:highway").is_some();
        if closed && area {
            self.counts.squares += 1;
            self.squares.push(way);
        } else {
            self.ways.push(way);
        }
        true
    }

    /// Adds a node with a barrier: whether nobody gets through.
    pub fn add_barrier(&mut self, id: i64, tags: &WayTags) -> bool {
        let stops = shut(tags);
        if stops && self.shut.insert(id) {
            self.counts.shut += 1;
        }
        stops
    }

    /// What was done so far.
    pub fn counts(&self) -> OsmCounts {
        self.counts
    }

    /// Cuts the ways where they meet.
    pub fn finish(self) -> Streets {
        let mut uses: HashMap<i64, u32, RandomState> = HashMap::default();
        for way in self.ways.iter().chain(&self.squares) {
            for (at, node) in way.nodes.iter().enumerate() {
                let end = at == 0 || at + 1 == way.nodes.len();
                *uses.entry(*node).or_default() += if end { 2 } else { 1 };
            }
        }
        let mut cut =
            Cutter { uses: &uses, shut: &self.shut, numbers: HashMap::default(), made: Streets::default() };
        for way in &self.ways {
            cut.way(way);
        }
        for way in &self.squares {
            cut.way(way);
            let tags = Tags { steps: false, ..read(&way.tags) };
            for (a, b) in square::across(&way.line, |at| uses[&way.nodes[at]] > 1) {
                let (from, to) = (cut.number(way.nodes[a]), cut.number(way.nodes[b]));
                let shape = vec![way.line[a], way.line[b]];
                cut.made.streets.push(Street { from, to, shape, tags, source: way.id });
            }
        }
        cut.made
    }
}

/// Ways being cut into streets.
struct Cutter<'a> {
    uses: &'a HashMap<i64, u32, RandomState>,
    shut: &'a HashSet<i64, RandomState>,
    numbers: HashMap<i64, u32, RandomState>,
    made: Streets,
}

impl Cutter<'_> {
    /// The number of a node; a node that nobody gets through has a new one each time.
    fn number(&mut self, node: i64) -> u32 {
        let next = self.made.nodes as u32;
        let number = if self.shut.contains(&node) { next } else { *self.numbers.entry(node).or_insert(next) };
        if number == next {
            self.made.nodes += 1;
        }
        number
    }

    fn way(&mut self, way: &OsmWay) {
        let tags = read(&way.tags);
        let last = way.nodes.len() - 1;
        let mut begin = 0;
        let mut from = self.number(way.nodes[0]);
        for at in 1..=last {
            let node = way.nodes[at];
            if at < last && self.uses[&node] < 2 && !self.shut.contains(&node) {
                continue;
            }
            let to = self.number(node);
            let shape = way.line[begin..=at].to_vec();
            self.made.streets.push(Street { from, to, shape, tags, source: way.id });
            begin = at;
            from = if self.shut.contains(&node) { self.number(node) } else { to };
        }
    }
}
