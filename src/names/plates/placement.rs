//! Where signs belong on a street: at its start, its end and where it crosses other named streets; which of these
//! places have none.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo_types::Coord;
use serde::Deserialize;

use super::streets::{Street, Streets, point};
use crate::crs::geodesic::distance_m;
use crate::model::{Date, Layer};
use crate::names::life;

/// What local practice asks for.
#[derive(Clone, Debug, Deserialize)]
pub struct Practice {
    /// how far a sign may stand from its place
    pub near_m: f64,
    /// days that are allowed since the naming
    pub days: i32,
    /// classes of roads that are looked at
    pub classes: Vec<String>,
}

type Key = (u64, u64);

fn key(at: &Coord) -> Key {
    (at.x.to_bits(), at.y.to_bits())
}

/// What a sign stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// the end of the street that numbers begin at: the eastern or southern one
    Start,
    /// the other one
    End,
    /// where another street crosses
    Crossing,
}

impl Place {
    /// Its word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Crossing => "crossing",
        }
    }
}

/// A place where a sign belongs.
#[derive(Clone, Debug)]
pub struct Stand {
    /// where
    pub at: Coord,
    /// what it is
    pub place: Place,
    /// the street that crosses there, in [`Streets::all`]
    pub crossing: Option<usize>,
    /// the next point of the street, towards which it goes on
    pub toward: Coord,
}

/// A street that lacks signs.
pub struct Wanting {
    /// in [`Streets::all`]
    pub street: usize,
    /// how many places there are
    pub all: usize,
    /// those without a sign
    pub missing: Vec<Stand>,
}

/// The streets of the classes that are looked at which lack signs, in their order. O(vertices).
pub fn wanting(streets: &Streets<'_>, practice: &Practice) -> Vec<Wanting> {
    let wide = |street: &Street<'_>| {
        let class = street.pieces.first().and_then(|piece| piece.text("class"));
        class.is_some_and(|class| practice.classes.iter().any(|one| one == class))
    };
    let mut through: HashMap<Key, BTreeSet<usize>> = HashMap::new();
    for (nth, street) in streets.all.iter().enumerate() {
        for at in street.chains().into_iter().flat_map(|line| &line.0) {
            through.entry(key(at)).or_default().insert(nth);
        }
    }
    let named = named_lately(streets, practice.days);
    let looked_at = streets.all.iter().enumerate().filter(|(_, street)| wide(street));
    looked_at
        .filter(|(_, street)| !named.contains(street.name.as_str()))
        .filter_map(|(nth, street)| {
            let stands = stands((nth, street), &through, practice.near_m);
            let signs: Vec<Coord> = street.signs.iter().filter_map(|sign| point(sign)).collect();
            let signed =
                |stand: &Stand| signs.iter().any(|sign| distance_m(*sign, stand.at) <= practice.near_m);
            let all = stands.len();
            let missing: Vec<Stand> = stands.into_iter().filter(|stand| !signed(stand)).collect();
            (!missing.is_empty()).then_some(Wanting { street: nth, all, missing })
        })
        .collect()
}

/// Loose ends and crossings of a street, those close together once.
fn stands(
    (nth, street): (usize, &Street<'_>),
    through: &HashMap<Key, BTreeSet<usize>>,
    near_m: f64,
) -> Vec<Stand> {
    let chains = street.chains();
    let mut ends: BTreeMap<Key, usize> = BTreeMap::new();
    for end in chains.iter().flat_map(|line| [line.0.first(), line.0.last()]).flatten() {
        *ends.entry(key(end)).or_default() += 1;
    }
    let mut stands: Vec<Stand> = Vec::new();
    for line in &chains {
        for (place, at) in line.0.iter().enumerate() {
            let others = through.get(&key(at)).into_iter().flatten();
            let crossing = others.copied().find(|other| *other != nth);
            let loose = ends.get(&key(at)) == Some(&1) && (place == 0 || place + 1 == line.0.len());
            let close = |stand: &Stand| distance_m(stand.at, *at) <= near_m;
            if (crossing.is_some() || loose) && !stands.iter().any(close) {
                let next = line.0.get(place + 1).or_else(|| line.0.get(place.checked_sub(1)?));
                let kind = if loose { Place::End } else { Place::Crossing };
                stands.push(Stand { at: *at, place: kind, crossing, toward: next.copied().unwrap_or(*at) });
            }
        }
    }
    mark_start(&mut stands);
    stands
}

/// Of the loose ends the eastern one of a street that runs east and west is its start, else the southern one.
fn mark_start(stands: &mut [Stand]) {
    let ends: Vec<usize> = (0..stands.len()).filter(|at| stands[*at].place == Place::End).collect();
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else { return };
    let (a, b) = (stands[*first].at, stands[*last].at);
    let eastward = (a.x - b.x).abs() * a.y.to_radians().cos() >= (a.y - b.y).abs();
    let ahead = |at: &&usize| if eastward { stands[**at].at.x } else { -stands[**at].at.y };
    let start = ends.iter().max_by(|a, b| ahead(a).total_cmp(&ahead(b))).copied();
    if let Some(start) = start {
        stands[start].place = Place::Start;
    }
}

/// Names given so lately that the signs may still come.
fn named_lately<'a>(streets: &Streets<'a>, days: i32) -> BTreeSet<&'a str> {
    let names = streets.snapshot.layer(Layer::Name).iter().filter(|name| name.valid.contains(streets.day));
    names
        .filter_map(|record| {
            let events = life::events(record);
            let last = events.iter().filter(|event| event.kind == "approved");
            let last = last.filter_map(|event| event.date.parse().ok()).max()?;
            let late = streets.day.days() - Date::days(last);
            (late <= days).then(|| record.text("text")).flatten()
        })
        .collect()
}
