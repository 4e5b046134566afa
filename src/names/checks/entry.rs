//! The names that records have and had, as the inventory keeps them.

use geo_types::Rect;

use super::class::NameClass;
use crate::model::{Date, Layer, Period, Record, RecordId, Value, geometry};
use crate::names::NamesError;
use crate::names::reading::{Readings, readings};
use crate::names::spelling::{Terms, terms};
use crate::snapshot::Snapshot;

use super::text::{compared, slurred, sounds};

/// What a name is in law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// in use, or approved
    Current,
    /// applied for
    Proposed,
    /// another name of what has a standard one
    Alias,
    /// what it was called
    Former,
    /// a name of history
    Historic,
    /// cancelled: no longer of anything
    Cancelled,
}

impl Standing {
    /// Whether a new name must not be like it.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Current | Self::Proposed)
    }
}

/// One name of a record.
#[derive(Clone, Debug)]
pub struct Entry {
    /// layer of the record
    pub layer: Layer,
    /// the record
    pub id: RecordId,
    /// its version
    pub version: u32,
    /// the place that a name is of, the record itself otherwise
    pub owner: RecordId,
    /// the name
    pub name: Box<str>,
    /// as it is compared
    pub compared: Box<str>,
    /// class
    pub class: NameClass,
    /// standing, by its record
    pub standing: Standing,
    /// when the record holds
    pub valid: Period,
    /// the box round it
    pub bounds: Option<[f32; 4]>,
    /// the code of the county, or of the division itself: its first six digits; 0 where it is not known
    pub county: u32,
    /// township code, the next three digits, where known
    pub township: u16,
    /// hash of each way in which it sounds, and of it slurred
    pub(super) sounds: Box<[(u64, u64)]>,
}

impl Entry {
    /// Its standing on a day: what has ended is former.
    pub fn standing_on(&self, day: Date) -> Standing {
        match self.valid.to() {
            Some(to) if to <= day && self.standing.counts() => Standing::Former,
            _ => self.standing,
        }
    }

    /// The middle of its box.
    pub fn at(&self) -> Option<geo_types::Coord> {
        self.bounds.map(|[west, south, east, north]| geo_types::Coord {
            x: (f64::from(west) + f64::from(east)) / 2.0,
            y: (f64::from(south) + f64::from(north)) / 2.0,
        })
    }
}

/// The hash by which names are looked up.
pub fn hashed(text: &str) -> u64 {
    use std::hash::BuildHasher as _;
    foldhash::quality::FixedState::with_seed(17).hash_one(text)
}

/// The hashes of each way in which a name may be said, and of it slurred.
pub fn sound_keys(compared: &str, readings: &Readings) -> Box<[(u64, u64)]> {
    let heard = sounds(compared, readings).into_iter();
    heard.map(|one| (hashed(&one.plain), hashed(&slurred(&one.plain)))).collect()
}

/// What reads the names of records.
pub struct Reader<'a> {
    snapshot: &'a Snapshot,
    readings: &'static Readings,
    terms: &'static Terms,
    day: Date,
}

impl<'a> Reader<'a> {
    /// With the lists that are compiled in; divisions round a place are looked for on a day.
    pub fn new(snapshot: &'a Snapshot, day: Date) -> Result<Self, NamesError> {
        Ok(Self { snapshot, readings: readings()?, terms: terms()?, day })
    }

    /// The layers whose records have names that the law is about.
    pub const LAYERS: [Layer; 9] = [
        Layer::Name,
        Layer::Division,
        Layer::Place,
        Layer::Road,
        Layer::Water,
        Layer::Compound,
        Layer::Building,
        Layer::Facility,
        Layer::ClosedOrGreenArea,
    ];

    /// The names of one version of a record; none where its class is not known.
    pub fn entries(&self, record: &Record) -> Vec<Entry> {
        let place = (record.layer == Layer::Name).then(|| place_of(self.snapshot, record)).flatten();
        let Some(class) = NameClass::of(record, place, self.terms) else { return Vec::new() };
        let bearer = place.unwrap_or(record);
        let bounds = bearer.geometry.as_deref().and_then(geometry::bounds);
        let (county, township) = self.divisions(bearer, bounds);
        let one = |name: &str, standing| {
            let compared = compared(name, class);
            Entry {
                layer: record.layer,
                id: record.id,
                version: record.version,
                owner: bearer.id,
                name: name.into(),
                class,
                standing,
                valid: record.valid,
                bounds: bounds.map(boxed),
                county,
                township,
                sounds: sound_keys(&compared, self.readings),
                compared: compared.into(),
            }
        };
        let own = record.label().filter(|name| record.code.as_deref() != Some(*name));
        let standing = standing(record);
        let mut all: Vec<Entry> =
            own.into_iter().filter_map(|name| Some(one(name.trim(), standing?))).collect();
        all.extend(former(record).iter().map(|name| one(name, Standing::Former)));
        all.retain(|entry| !entry.compared.is_empty() && entry.compared.chars().count() <= 60);
        all
    }

    /// County and township of what has a name: by its code, the codes it lists, or where it lies.
    fn divisions(&self, bearer: &Record, bounds: Option<Rect>) -> (u32, u16) {
        if bearer.layer == Layer::Division {
            return split(bearer.code.as_deref().unwrap_or_default());
        }
        let listed = match bearer.get("division_codes") {
            Some(Value::List(json)) => {
                json.as_array().and_then(|codes| codes.iter().find_map(|code| code.as_str().map(split)))
            }
            _ => None,
        };
        let community = || bearer.text("community_code").map(split);
        let located = || {
            let middle = bounds?.center();
            let chain = self.snapshot.locate(middle, self.day);
            chain.last().and_then(|lowest| lowest.code.as_deref()).map(split)
        };
        listed.or_else(community).filter(|(county, _)| *county > 0).or_else(located).unwrap_or_default()
    }
}

/// The place that a name is of.
pub fn place_of<'a>(snapshot: &'a Snapshot, name: &Record) -> Option<&'a Record> {
    let id: RecordId = name.text("place_id")?.parse().ok()?;
    snapshot.layer(Layer::Place).versions(id).last().map(|record| &**record)
}

/// The first six digits of a division's code and the next three.
pub fn split(code: &str) -> (u32, u16) {
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    if digits < 6 {
        return (0, 0);
    }
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    (number(code.get(..6)), number(code.get(6..9)) as u16)
}

fn boxed(bounds: Rect) -> [f32; 4] {
    [bounds.min().x as f32, bounds.min().y as f32, bounds.max().x as f32, bounds.max().y as f32]
}

/// What a record's name is; `None` for one that was never given.
fn standing(record: &Record) -> Option<Standing> {
    if record.layer != Layer::Name {
        return Some(match record.get("planned") {
            Some(Value::Bool(true)) => Standing::Proposed,
            _ => Standing::Current,
        });
    }
    Some(match record.text("status").or_else(|| record.text("kind")) {
        Some("rejected") => return None,
        Some("proposed") => Standing::Proposed,
        Some("alias" | "short" | "colloquial" | "planned" | "map" | "other") => Standing::Alias,
        Some("former") => Standing::Former,
        Some("historic") => Standing::Historic,
        Some("abolished") => Standing::Cancelled,
        _ => Standing::Current,
    })
}

/// The former names that a division lists.
fn former(record: &Record) -> Vec<String> {
    let Some(Value::List(list)) = record.get("former_names") else { return Vec::new() };
    list.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}
