//! Streets with their signs and plates: where each stands along the centre line, and on which side.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString};

use super::number::{counts, number};
use crate::findings::Notice;
use crate::model::{Date, Layer, Record, geometry};
use crate::snapshot::Snapshot;

/// Metres of a degree of latitude, as the plane about a street has it.
pub const DEGREE_M: f64 = 111_000.0;

/// A plate beside the centre line of its street.
pub struct Plate<'a> {
    /// its record
    pub record: &'a Arc<Record>,
    /// its number
    pub number: u32,
    /// metres from the beginning of the centre line
    pub along: f64,
    /// whether it stands on the left
    pub left: bool,
}

/// One street.
#[derive(Default)]
pub struct Street<'a> {
    /// what it is called
    pub name: String,
    /// its pieces
    pub pieces: Vec<&'a Arc<Record>>,
    /// its plates, those that are cancelled too
    pub plates: Vec<&'a Arc<Record>>,
    /// its signs
    pub signs: Vec<&'a Arc<Record>>,
}

/// What holds on a day.
pub struct Streets<'a> {
    /// the register
    pub snapshot: &'a Snapshot,
    /// the day
    pub day: Date,
    /// by name, or by code where they have no name
    pub all: Vec<Street<'a>>,
    by_code: HashMap<&'a str, usize>,
    by_name: HashMap<&'a str, usize>,
}

impl<'a> Streets<'a> {
    /// All streets of a register. O(roads + signs + plates).
    pub fn of(snapshot: &'a Snapshot, day: Date) -> Self {
        let holding =
            move |layer| snapshot.layer(layer).iter().filter(move |record| record.valid.contains(day));
        let mut streets =
            Self { snapshot, day, all: Vec::new(), by_code: HashMap::new(), by_name: HashMap::new() };
        for road in holding(Layer::Road) {
            let Some(name) = road.text("name") else { continue };
            let next = streets.all.len();
            let at = *streets.by_name.entry(name).or_insert(next);
            if at == next {
                streets.all.push(Street { name: name.to_owned(), ..Street::default() });
            }
            streets.all[at].pieces.push(road);
            if let Some(code) = road.code.as_deref() {
                streets.by_code.insert(code, at);
            }
        }
        for plate in holding(Layer::DoorPlate) {
            if let Some(at) = streets.at(plate, "road") {
                streets.all[at].plates.push(plate);
            }
        }
        for sign in holding(Layer::Sign).filter(|sign| sign.get("retired").is_none()) {
            if let Some(at) = streets.at(sign, "text") {
                streets.all[at].signs.push(sign);
            }
        }
        streets
    }

    fn at(&self, record: &Record, field: &str) -> Option<usize> {
        let by_code = record.text("road_code").and_then(|code| self.by_code.get(code));
        let by_name = || record.text(field).and_then(|name| self.by_name.get(name));
        by_code.or_else(by_name).copied()
    }

    /// The street that a sign or plate names by its code.
    pub fn by_code(&self, code: &str) -> Option<&Street<'a>> {
        self.by_code.get(code).map(|at| &self.all[*at])
    }

    /// The street of a name.
    pub fn by_name(&self, name: &str) -> Option<&Street<'a>> {
        self.by_name.get(name).map(|at| &self.all[*at])
    }

    /// All plates that hold.
    pub fn plates(&self) -> impl Iterator<Item = &'a Arc<Record>> {
        let day = self.day;
        self.snapshot.layer(Layer::DoorPlate).iter().filter(move |record| record.valid.contains(day))
    }

    /// All signs that stand.
    pub fn signs(&self) -> impl Iterator<Item = &'a Arc<Record>> {
        let day = self.day;
        let signs = self.snapshot.layer(Layer::Sign).iter();
        signs.filter(move |record| record.valid.contains(day) && record.get("retired").is_none())
    }
}

impl<'a> Street<'a> {
    /// The plates with a number along the centre line, none where the pieces are no one line.
    pub fn placed(&self) -> Vec<Plate<'a>> {
        let Some(line) = self.centre_line() else { return Vec::new() };
        let mut placed: Vec<Plate<'a>> = self
            .plates
            .iter()
            .filter(|plate| counts(plate))
            .filter_map(|record| {
                let at = point(record)?;
                let number = number(record.text("plate_no")?)?;
                let (along, left, _) = project(&line, at)?;
                Some(Plate { record, number, along, left })
            })
            .collect();
        placed.sort_by(|a, b| a.along.total_cmp(&b.along).then(a.record.id.cmp(&b.record.id)));
        placed
    }

    /// A notice that says its name refers to it: whoever may not see the street may not see the finding.
    pub fn named_in<'n>(&self, notice: Notice<'n>) -> Notice<'n> {
        match self.pieces.first() {
            Some(piece) => notice.with(piece),
            None => notice,
        }
    }

    /// All chains of its pieces.
    pub fn chains(&self) -> Vec<&'a LineString> {
        let mut chains = Vec::new();
        for piece in &self.pieces {
            match piece.geometry.as_deref() {
                Some(Geometry::LineString(line)) => chains.push(line),
                Some(Geometry::MultiLineString(lines)) => chains.extend(&lines.0),
                _ => {}
            }
        }
        chains
    }

    /// Its pieces put together end to end; `None` where they branch or lie apart.
    pub fn centre_line(&self) -> Option<Vec<Coord>> {
        let mut chains: Vec<Vec<Coord>> =
            self.chains().into_iter().map(|line| line.0.clone()).filter(|line| line.len() > 1).collect();
        let key = |at: &Coord| (at.x.to_bits(), at.y.to_bits());
        let mut ends: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        for chain in &chains {
            for end in [chain.first(), chain.last()].into_iter().flatten() {
                *ends.entry(key(end)).or_default() += 1;
            }
        }
        if ends.values().any(|count| *count > 2) {
            return None;
        }
        // From a loose end on, so that the line has one direction.
        let begins = |chain: &Vec<Coord>| {
            [chain.first(), chain.last()].into_iter().flatten().any(|end| ends.get(&key(end)) == Some(&1))
        };
        let first = chains.iter().position(begins).unwrap_or(0);
        if chains.is_empty() {
            return None;
        }
        let mut line = chains.swap_remove(first);
        if line.first().is_some_and(|at| ends.get(&key(at)) != Some(&1)) {
            line.reverse();
        }
        while let Some(end) = line.last().copied() {
            let next = chains.iter().position(|chain| {
                [chain.first(), chain.last()].into_iter().flatten().any(|at| key(at) == key(&end))
            });
            let Some(next) = next else { break };
            let mut chain = chains.swap_remove(next);
            if chain.first().is_some_and(|at| key(at) != key(&end)) {
                chain.reverse();
            }
            line.extend(chain.into_iter().skip(1));
        }
        chains.is_empty().then_some(line)
    }
}

/// The point of a record.
pub fn point(record: &Record) -> Option<Coord> {
    record.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center())
}

/// How far along a line the nearest place to a point is, whether the point lies on its left, and how far from it.
pub fn project(line: &[Coord], at: Coord) -> Option<(f64, bool, f64)> {
    let stretch = at.y.to_radians().cos();
    let plane = |c: Coord| [(c.x - at.x) * stretch * DEGREE_M, (c.y - at.y) * DEGREE_M];
    let mut walked = 0.0;
    let mut best: Option<(f64, f64, bool)> = None;
    for pair in line.windows(2) {
        let (a, b) = (plane(pair[0]), plane(pair[1]));
        let to = [b[0] - a[0], b[1] - a[1]];
        let length = to[0].hypot(to[1]);
        if length == 0.0 {
            continue;
        }
        let share = (-(a[0] * to[0] + a[1] * to[1]) / (length * length)).clamp(0.0, 1.0);
        let off = [a[0] + share * to[0], a[1] + share * to[1]];
        let metres = off[0].hypot(off[1]);
        if best.is_none_or(|(least, _, _)| metres < least) {
            // The point is the origin: left of the line where it turns left towards it.
            best = Some((metres, walked + share * length, to[0] * -a[1] - to[1] * -a[0] > 0.0));
        }
        walked += length;
    }
    best.map(|(metres, along, left)| (along, left, metres))
}
