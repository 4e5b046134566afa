//! All names of a register, looked up by their characters, their specific part and their sound.
//!
//! Made beside the snapshot; after a change set only the names of the records that changed are read anew, and
//! the tables are sorted again. A look-up is a binary search, so that a proposal is compared with a million names
//! in less than a millisecond.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use geo_types::Coord;
use rayon::prelude::*;

use super::entry::{Entry, Reader, hashed};
use super::text::{further, parts};
use crate::model::{Change, Date, Layer, Record, RecordId, Revision};
use crate::names::NamesError;
use crate::names::spelling::terms;
use crate::snapshot::Snapshot;

/// Degrees of a cell of the grid over the names.
const CELL: f64 = 0.02;
/// Pieces and records of one name at most so far apart, in degrees, are one thing: half a kilometre.
const SAME_WITHIN: f32 = 0.005;
/// Names of one spelling beyond which pieces are put together by cities only, and not at all in a city that has
/// more.
const MOST_ALIKE: usize = 600;

/// A table from hashes to entries.
#[derive(Clone, Default)]
struct Table(Vec<(u64, u32)>);

impl Table {
    fn of(mut pairs: Vec<(u64, u32)>) -> Self {
        pairs.par_sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    fn get(&self, hash: u64) -> &[(u64, u32)] {
        let from = self.0.partition_point(|(other, _)| *other < hash);
        let length = self.0[from..].partition_point(|(other, _)| *other == hash);
        &self.0[from..from + length]
    }
}

/// All names of one revision.
#[derive(Clone)]
pub struct Inventory {
    revision: Revision,
    day: Date,
    entries: Vec<Arc<Entry>>,
    /// for each entry the first one that is of the same thing
    things: Vec<u32>,
    whole: Table,
    specific: Table,
    sound: Table,
    slurred: Table,
    cells: Table,
}

impl Inventory {
    /// Of a whole snapshot; where things lie is looked up on a day.
    pub fn build(snapshot: &Snapshot, day: Date) -> Result<Self, NamesError> {
        let reader = Reader::new(snapshot, day)?;
        let records: Vec<&Arc<Record>> =
            Reader::LAYERS.iter().flat_map(|layer| snapshot.layer(*layer).iter()).collect();
        let named = named_places(snapshot);
        let entries: Vec<Arc<Entry>> = records
            .par_iter()
            .filter(|record| speaks(record, &named))
            .flat_map_iter(|record| reader.entries(record).into_iter().map(Arc::new))
            .collect();
        Self::of(snapshot.revision(), day, entries)
    }

    /// After a change set: `snapshot` is the register with it.
    pub fn after(&self, snapshot: &Snapshot, changes: &[Change]) -> Result<Self, NamesError> {
        let mut changed: BTreeSet<(Layer, RecordId)> = BTreeSet::new();
        for change in changes {
            for record in [change.before(), change.after()].into_iter().flatten() {
                changed.insert((record.layer, record.id));
                if record.layer == Layer::Name
                    && let Some(place) = record.text("place_id").and_then(|id| id.parse().ok())
                {
                    changed.insert((Layer::Place, place));
                }
            }
        }
        let moved: HashSet<RecordId> =
            changed.iter().filter(|(layer, _)| *layer == Layer::Place).map(|(_, id)| *id).collect();
        // A name has the place and the class of its place.
        changed.extend(
            self.entries
                .iter()
                .filter(|entry| entry.layer == Layer::Name && moved.contains(&entry.owner))
                .map(|entry| (Layer::Name, entry.id)),
        );
        let reader = Reader::new(snapshot, self.day)?;
        let named = named_places(snapshot);
        let mut entries: Vec<Arc<Entry>> = self
            .entries
            .iter()
            .filter(|entry| !changed.contains(&(entry.layer, entry.id)))
            .cloned()
            .collect();
        for (layer, id) in changed.iter().filter(|(layer, _)| Reader::LAYERS.contains(layer)) {
            for record in snapshot.layer(*layer).versions(*id).filter(|record| speaks(record, &named)) {
                entries.extend(reader.entries(record).into_iter().map(Arc::new));
            }
        }
        Self::of(snapshot.revision(), self.day, entries)
    }

    fn of(revision: Revision, day: Date, mut entries: Vec<Arc<Entry>>) -> Result<Self, NamesError> {
        entries.par_sort_unstable_by(|a, b| {
            (a.layer, a.id, a.version, &a.name).cmp(&(b.layer, b.id, b.version, &b.name))
        });
        let (terms, further) = (terms()?, further());
        let nth = |of: &(dyn Fn(&Entry) -> u64 + Sync)| {
            Table::of(entries.par_iter().enumerate().map(|(nth, entry)| (of(entry), nth as u32)).collect())
        };
        let whole = nth(&|entry| hashed(&entry.compared));
        let specific = nth(&|entry| hashed(&parts(&entry.compared, entry.class, terms, further).0));
        let heard = |of: fn(&(u64, u64)) -> u64| {
            let each = entries.par_iter().enumerate();
            Table::of(
                each.flat_map_iter(|(nth, entry)| {
                    entry.sounds.iter().map(move |sound| (of(sound), nth as u32))
                })
                .collect(),
            )
        };
        let (sound, slurred) = (heard(|sound| sound.0), heard(|sound| sound.1));
        let placed = entries.iter().enumerate();
        let cells =
            Table::of(placed.filter_map(|(nth, entry)| Some((cell(entry.at()?), nth as u32))).collect());
        let things = things(&entries, &whole);
        Ok(Self { revision, day, entries, things, whole, specific, sound, slurred, cells })
    }

    /// Of which revision.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The day on which places were looked up.
    pub fn day(&self) -> Date {
        self.day
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All names, by layer and record.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The first entry of the thing that an entry is of.
    pub fn thing(&self, nth: u32) -> u32 {
        self.things[nth as usize]
    }

    /// An entry.
    pub fn entry(&self, nth: u32) -> &Entry {
        &self.entries[nth as usize]
    }

    /// The entries of a record.
    pub fn of_record(&self, layer: Layer, id: RecordId) -> std::ops::Range<u32> {
        let from = self.entries.partition_point(|entry| (entry.layer, entry.id) < (layer, id));
        let length = self.entries[from..].partition_point(|entry| (entry.layer, entry.id) == (layer, id));
        from as u32..(from + length) as u32
    }

    /// Names of the same characters, as they are compared.
    pub fn written<'a>(&'a self, compared: &'a str) -> impl Iterator<Item = u32> + 'a {
        let same = move |nth: &u32| *self.entry(*nth).compared == *compared;
        self.whole.get(hashed(compared)).iter().map(|(_, nth)| *nth).filter(same)
    }

    /// Names that have the same specific part, or almost surely so.
    pub fn specific(&self, specific: &str) -> impl Iterator<Item = u32> + '_ {
        self.specific.get(hashed(specific)).iter().map(|(_, nth)| *nth)
    }

    /// Names that may sound so.
    pub fn sounding(&self, plain: &str) -> impl Iterator<Item = u32> + '_ {
        self.sound.get(hashed(plain)).iter().map(|(_, nth)| *nth)
    }

    /// Names that may sound so in some dialect.
    pub fn slurring(&self, slurred: &str) -> impl Iterator<Item = u32> + '_ {
        self.slurred.get(hashed(slurred)).iter().map(|(_, nth)| *nth)
    }

    /// Names whose middle lies within so many metres, or little more.
    pub fn near(&self, at: Coord, metres: f64) -> impl Iterator<Item = u32> + '_ {
        let reach = (metres / 111_000.0 / CELL).ceil() as i64;
        let wide = (metres / 111_000.0 / at.y.to_radians().cos().max(0.1) / CELL).ceil() as i64;
        let (x, y) = ((at.x / CELL).floor() as i64, (at.y / CELL).floor() as i64);
        let cells = (y - reach..=y + reach).flat_map(move |y| (x - wide..=x + wide).map(move |x| (x, y)));
        cells.flat_map(|at| self.cells.get(packed(at)).iter().map(|(_, nth)| *nth))
    }
}

const fn packed((x, y): (i64, i64)) -> u64 {
    ((x + (1 << 31)) as u64) << 32 | (y + (1 << 31)) as u64
}

fn cell(at: Coord) -> u64 {
    packed(((at.x / CELL).floor() as i64, (at.y / CELL).floor() as i64))
}

/// Places that have names of their own, which speak for them.
fn named_places(snapshot: &Snapshot) -> HashSet<RecordId> {
    let names = snapshot.layer(Layer::Name).iter();
    names.filter_map(|name| name.text("place_id")?.parse().ok()).collect()
}

fn speaks(record: &Record, named: &HashSet<RecordId>) -> bool {
    record.layer != Layer::Place || !named.contains(&record.id)
}

/// Which entries are of one thing: versions of a record, records of several layers at one place, pieces of a
/// street or a river.
fn things(entries: &[Arc<Entry>], whole: &Table) -> Vec<u32> {
    let mut first: Vec<u32> = (0..entries.len() as u32).collect();
    for group in whole.0.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let group: Vec<u32> = group.iter().map(|(_, nth)| *nth).collect();
        if group.len() <= MOST_ALIKE {
            put_together(entries, &group, &mut first);
            continue;
        }
        let mut cities: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for nth in group {
            cities.entry(entries[nth as usize].county / 100).or_default().push(nth);
        }
        for alike in cities.values().filter(|alike| (2..=MOST_ALIKE).contains(&alike.len())) {
            put_together(entries, alike, &mut first);
        }
    }
    first
}

fn put_together(entries: &[Arc<Entry>], alike: &[u32], first: &mut [u32]) {
    for (at, a) in alike.iter().enumerate() {
        for b in &alike[at + 1..] {
            let (one, other) = (&entries[*a as usize], &entries[*b as usize]);
            if one.compared == other.compared && one.class.meets(other.class) && is_one(one, other) {
                let (a, b) = (root(first, *a), root(first, *b));
                first[a.max(b) as usize] = a.min(b);
            }
        }
    }
    for nth in alike {
        first[*nth as usize] = root(first, *nth);
    }
}

fn root(first: &[u32], mut nth: u32) -> u32 {
    while first[nth as usize] != nth {
        nth = first[nth as usize];
    }
    nth
}

/// Whether two entries of one spelling are of one thing.
fn is_one(a: &Entry, b: &Entry) -> bool {
    if a.owner == b.owner {
        return true;
    }
    let pieces = matches!(a.layer, Layer::Road | Layer::Water);
    if a.layer == b.layer && !pieces {
        return false;
    }
    match (a.bounds, b.bounds) {
        (Some(a), Some(b)) => {
            let apart = |low: usize| (a[low] - b[low + 2]).max(b[low] - a[low + 2]).max(0.0);
            apart(0).max(apart(1)) <= SAME_WITHIN
        }
        _ => !pieces && (a.county, a.township) == (b.county, b.township),
    }
}
