//! All names of a register, looked up by their characters, their specific part and their sound.
//!
//! Made beside the snapshot; after a change set only the names of the records that changed are read anew, and
//! put into the tables in one pass. A look-up is a binary search, by hash and then by county, so that neither a
//! proposal nor a whole register looks at names outside of the bounds that it is compared within.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use geo_types::Coord;
use rayon::prelude::*;

use super::entry::{Entry, Reader, hashed};
use super::text::{further, parts};
use crate::model::{Change, Date, Layer, Record, RecordId, Revision};
use crate::names::NamesError;
use crate::names::spelling::{Terms, terms};
use crate::snapshot::Snapshot;

/// Degrees of a cell of the grid over the names.
const CELL: f64 = 0.02;
/// Pieces and records of one name at most so far apart, in degrees, are one thing: half a kilometre.
const SAME_WITHIN: f32 = 0.005;
/// Names of one spelling that are looked at to either side of one, in the order of their western ends.
const MOST_BESIDE: usize = 600;

/// Hash, county and entry.
type Row = (u64, u32, u32);

/// A table from hashes to entries, those of one hash by county.
#[derive(Clone, Default)]
struct Table(Vec<Row>);

impl Table {
    fn of(mut rows: Vec<Row>) -> Self {
        rows.par_sort_unstable();
        rows.dedup();
        Self(rows)
    }

    fn get(&self, hash: u64) -> &[Row] {
        let from = self.0.partition_point(|row| row.0 < hash);
        let length = self.0[from..].partition_point(|row| row.0 == hash);
        &self.0[from..from + length]
    }

    /// Those of some counties, and those whose county is not known.
    fn within(&self, hash: u64, counties: &Range<u32>) -> impl Iterator<Item = u32> + '_ {
        let rows = self.get(hash);
        let at = |county: u32| rows.partition_point(|row| row.1 < county);
        let unknown = at(1);
        let (from, to) = (at(counties.start).max(unknown), at(counties.end));
        let known = rows.get(from..to).unwrap_or_default();
        rows[..unknown].iter().chain(known).map(|row| row.2)
    }

    /// The table after some entries have gone, moved and come; `places` says where each stands now. O(rows).
    fn after(&self, places: &[u32], new: Vec<Row>) -> Self {
        let new = Self::of(new).0;
        let mut rows = Vec::with_capacity(self.0.len() + new.len());
        let mut next = new.into_iter().peekable();
        for (hash, county, nth) in &self.0 {
            let place = places[*nth as usize];
            if place == GONE {
                continue;
            }
            let row = (*hash, *county, place);
            while let Some(before) = next.next_if(|other| *other < row) {
                rows.push(before);
            }
            rows.push(row);
        }
        rows.extend(next);
        Self(rows)
    }
}

/// The place of an entry that is no more.
const GONE: u32 = u32::MAX;

/// The tables by which entries are found.
#[derive(Clone, Default)]
struct Tables {
    whole: Table,
    specific: Table,
    sound: Table,
    slurred: Table,
    cells: Table,
}

/// The rows of some entries in each table.
#[derive(Default)]
struct Rows {
    whole: Vec<Row>,
    specific: Vec<Row>,
    sound: Vec<Row>,
    slurred: Vec<Row>,
    cells: Vec<Row>,
}

impl Rows {
    fn add(&mut self, nth: u32, entry: &Entry, terms: &Terms) {
        let row = |hash| (hash, entry.county, nth);
        self.whole.push(row(hashed(&entry.compared)));
        self.specific.push(row(hashed(&parts(&entry.compared, entry.class, terms, further()).0)));
        self.sound.extend(entry.sounds.iter().map(|sound| row(sound.0)));
        self.slurred.extend(entry.sounds.iter().map(|sound| row(sound.1)));
        self.cells.extend(entry.at().map(|at| row(cell(at))));
    }

    fn and(mut self, other: Self) -> Self {
        self.whole.extend(other.whole);
        self.specific.extend(other.specific);
        self.sound.extend(other.sound);
        self.slurred.extend(other.slurred);
        self.cells.extend(other.cells);
        self
    }

    fn of<'e>(entries: impl ParallelIterator<Item = (u32, &'e Arc<Entry>)>, terms: &Terms) -> Self {
        let added = |mut rows: Self, (nth, entry): (u32, &'e Arc<Entry>)| {
            rows.add(nth, entry, terms);
            rows
        };
        entries.fold(Self::default, added).reduce(Self::default, Self::and)
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
    tables: Tables,
    only_county: Option<u32>,
}

impl Inventory {
    /// Of a whole snapshot; where things lie is looked up on a day. O(n log n).
    pub fn build(snapshot: &Snapshot, day: Date) -> Result<Self, NamesError> {
        let reader = Reader::new(snapshot, day)?;
        let records: Vec<&Arc<Record>> =
            Reader::LAYERS.iter().flat_map(|layer| snapshot.layer(*layer).iter()).collect();
        let named = named_places(snapshot);
        let mut entries: Vec<Arc<Entry>> = records
            .par_iter()
            .filter(|record| speaks(record, &named))
            .flat_map_iter(|record| reader.entries(record).into_iter().map(Arc::new))
            .collect();
        entries.par_sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        let numbered = entries.par_iter().enumerate().map(|(nth, entry)| (nth as u32, entry));
        let rows = Rows::of(numbered, terms()?);
        let tables = Tables {
            whole: Table::of(rows.whole),
            specific: Table::of(rows.specific),
            sound: Table::of(rows.sound),
            slurred: Table::of(rows.slurred),
            cells: Table::of(rows.cells),
        };
        let mut things: Vec<u32> = (0..entries.len() as u32).collect();
        for group in tables.whole.0.chunk_by(|a, b| a.0 == b.0) {
            put_together(&entries, group, &mut things);
        }
        let only_county = only_county(&entries);
        Ok(Self { revision: snapshot.revision(), day, entries, things, tables, only_county })
    }

    /// After a change set: `snapshot` is the register with it. Only the names of what changed are read; the rest is
    /// one pass over the tables.
    pub fn after(&self, snapshot: &Snapshot, changes: &[Change]) -> Result<Self, NamesError> {
        let changed = self.changed(changes);
        let reader = Reader::new(snapshot, self.day)?;
        let named = named_places(snapshot);
        let mut new: Vec<Arc<Entry>> = Vec::new();
        for (layer, id) in changed.iter().filter(|(layer, _)| Reader::LAYERS.contains(layer)) {
            for record in snapshot.layer(*layer).versions(*id).filter(|record| speaks(record, &named)) {
                new.extend(reader.entries(record).into_iter().map(Arc::new));
            }
        }
        new.sort_by(|a, b| order(a).cmp(&order(b)));
        let gone: Vec<u32> =
            changed.iter().flat_map(|(layer, id)| self.of_record(*layer, *id)).collect::<Vec<_>>();
        let touched: HashSet<u64> = new
            .iter()
            .map(|entry| hashed(&entry.compared))
            .chain(gone.iter().map(|nth| hashed(&self.entry(*nth).compared)))
            .collect();
        let (entries, places, fresh) = self.merged(new, gone.into_iter().collect());
        let rows = Rows::of(fresh.par_iter().map(|nth| (*nth, &entries[*nth as usize])), terms()?);
        let tables = Tables {
            whole: self.tables.whole.after(&places, rows.whole),
            specific: self.tables.specific.after(&places, rows.specific),
            sound: self.tables.sound.after(&places, rows.sound),
            slurred: self.tables.slurred.after(&places, rows.slurred),
            cells: self.tables.cells.after(&places, rows.cells),
        };
        let mut things: Vec<u32> = (0..entries.len() as u32).collect();
        for (nth, thing) in self.things.iter().enumerate() {
            let (place, first) = (places[nth], places[*thing as usize]);
            if place != GONE && first != GONE {
                things[place as usize] = first;
            }
        }
        for hash in touched {
            let group = tables.whole.get(hash);
            group.iter().for_each(|row| things[row.2 as usize] = row.2);
            put_together(&entries, group, &mut things);
        }
        let only_county = only_county(&entries);
        Ok(Self { revision: snapshot.revision(), day: self.day, entries, things, tables, only_county })
    }

    /// The records whose names are read anew after some changes.
    fn changed(&self, changes: &[Change]) -> BTreeSet<(Layer, RecordId)> {
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
        if !moved.is_empty() {
            let names = self.entries.iter().filter(|entry| entry.layer == Layer::Name);
            changed.extend(
                names.filter(|entry| moved.contains(&entry.owner)).map(|entry| (Layer::Name, entry.id)),
            );
        }
        changed
    }

    /// The entries that stay and those that are new, in order; where each of the old ones is now; which are new.
    fn merged(&self, new: Vec<Arc<Entry>>, gone: HashSet<u32>) -> (Vec<Arc<Entry>>, Vec<u32>, Vec<u32>) {
        let mut entries = Vec::with_capacity(self.entries.len() + new.len());
        let (mut places, mut fresh) = (vec![GONE; self.entries.len()], Vec::with_capacity(new.len()));
        let mut next = new.into_iter().peekable();
        for (nth, entry) in self.entries.iter().enumerate() {
            if gone.contains(&(nth as u32)) {
                continue;
            }
            while let Some(before) = next.next_if(|other| order(other) < order(entry)) {
                fresh.push(entries.len() as u32);
                entries.push(before);
            }
            places[nth] = entries.len() as u32;
            entries.push(entry.clone());
        }
        for last in next {
            fresh.push(entries.len() as u32);
            entries.push(last);
        }
        (entries, places, fresh)
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

    /// The county of all names, where they are of one only.
    pub fn only_county(&self) -> Option<u32> {
        self.only_county
    }

    /// Names of the same characters, as they are compared.
    pub fn written<'a>(&'a self, compared: &'a str) -> impl Iterator<Item = u32> + 'a {
        self.written_in(compared, &EVERYWHERE)
    }

    /// The same in some counties, or where the county is not known.
    pub fn written_in<'a>(
        &'a self,
        compared: &'a str,
        counties: &Range<u32>,
    ) -> impl Iterator<Item = u32> + 'a {
        let same = move |nth: &u32| *self.entry(*nth).compared == *compared;
        self.tables.whole.within(hashed(compared), counties).filter(same)
    }

    /// Names that have the same specific part, or almost surely so, in some counties.
    pub fn specific_in(&self, specific: &str, counties: &Range<u32>) -> impl Iterator<Item = u32> + '_ {
        self.tables.specific.within(hashed(specific), counties)
    }

    /// Names that may sound so, in some counties, by the hash of the sound.
    pub fn sounding_in(&self, sound: u64, counties: &Range<u32>) -> impl Iterator<Item = u32> + '_ {
        self.tables.sound.within(sound, counties)
    }

    /// Names that may sound so in some dialect, likewise.
    pub fn slurring_in(&self, slurred: u64, counties: &Range<u32>) -> impl Iterator<Item = u32> + '_ {
        self.tables.slurred.within(slurred, counties)
    }

    /// Names whose middle lies within so many metres, or little more.
    pub fn near(&self, at: Coord, metres: f64) -> impl Iterator<Item = u32> + '_ {
        let reach = (metres / 111_000.0 / CELL).ceil() as i64;
        let wide = (metres / 111_000.0 / at.y.to_radians().cos().max(0.1) / CELL).ceil() as i64;
        let (x, y) = ((at.x / CELL).floor() as i64, (at.y / CELL).floor() as i64);
        let cells = (y - reach..=y + reach).flat_map(move |y| (x - wide..=x + wide).map(move |x| (x, y)));
        cells.flat_map(|at| self.tables.cells.get(packed(at)).iter().map(|row| row.2))
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

/// All counties, known or not.
pub const EVERYWHERE: Range<u32> = 0..u32::MAX;

/// By record, its version and the name.
fn order(entry: &Entry) -> impl Ord + '_ {
    (entry.layer, entry.id, entry.version, &entry.name)
}

fn only_county(entries: &[Arc<Entry>]) -> Option<u32> {
    let mut counties = entries.iter().map(|entry| entry.county).filter(|county| *county > 0);
    let first = counties.next()?;
    counties.all(|county| county == first).then_some(first)
}

/// Which entries of one spelling are of one thing: versions of a record, records of several layers at one place,
/// pieces of a street or a river.
fn put_together(entries: &[Arc<Entry>], group: &[Row], first: &mut [u32]) {
    if group.len() < 2 {
        return;
    }
    let entry = |nth: u32| &*entries[nth as usize];
    let mut owners: HashMap<RecordId, u32> = HashMap::new();
    for (_, _, nth) in group {
        let other = *owners.entry(entry(*nth).owner).or_insert(*nth);
        join(entries, first, *nth, other);
    }
    let layer = entry(group[0].2).layer;
    // Records of one layer are as many things, pieces aside.
    if is_pieces(layer) || group.iter().any(|row| entry(row.2).layer != layer) {
        put_near_together(entries, group, first);
        put_unplaced_together(entries, group, first);
    }
    for (_, _, nth) in group {
        first[*nth as usize] = root(first, *nth);
    }
}

/// Those that lie close together.
fn put_near_together(entries: &[Arc<Entry>], group: &[Row], first: &mut [u32]) {
    let entry = |nth: u32| &*entries[nth as usize];
    let placed = group.iter().filter_map(|row| Some((entry(row.2).bounds?, row.2)));
    let mut placed: Vec<([f32; 4], u32)> = placed.collect();
    placed.sort_unstable_by(|(a, nth), (b, other)| a[0].total_cmp(&b[0]).then(nth.cmp(other)));
    for (at, (own, nth)) in placed.iter().enumerate() {
        for (bounds, other) in placed[at + 1..].iter().take(MOST_BESIDE) {
            if bounds[0] - own[2] > SAME_WITHIN {
                break;
            }
            let (one, two) = (entry(*nth).layer, entry(*other).layer);
            let apart = (own[1] - bounds[3]).max(bounds[1] - own[3]);
            if apart <= SAME_WITHIN && (one != two || is_pieces(one)) {
                join(entries, first, *nth, *other);
            }
        }
    }
}

/// Those without a place, with what is called so in their township: a name with its division or its street, but no
/// two pieces, which may lie anywhere.
fn put_unplaced_together(entries: &[Arc<Entry>], group: &[Row], first: &mut [u32]) {
    let entry = |nth: u32| &*entries[nth as usize];
    let mut townships: BTreeMap<(u32, u16), BTreeMap<Layer, Vec<u32>>> = BTreeMap::new();
    for (_, county, nth) in group {
        let layers = townships.entry((*county, entry(*nth).township)).or_default();
        layers.entry(entry(*nth).layer).or_default().push(*nth);
    }
    for layers in townships.values().filter(|layers| layers.len() > 1) {
        for (layer, own) in layers {
            let mut unplaced = own.iter().filter(|nth| entry(**nth).bounds.is_none()).peekable();
            let Some(one) = unplaced.peek().map(|nth| **nth) else { continue };
            let others = layers.iter().filter(|(other, _)| *other != layer && !is_pieces(*layer.min(other)));
            let others: Vec<u32> = others.flat_map(|(_, all)| all).copied().collect();
            let Some(other) = others.first() else { continue };
            unplaced.for_each(|nth| join(entries, first, *nth, *other));
            others.iter().for_each(|other| join(entries, first, one, *other));
        }
    }
}

/// Takes two entries as one thing, if their names and classes allow it.
fn join(entries: &[Arc<Entry>], first: &mut [u32], a: u32, b: u32) {
    let (one, other) = (&entries[a as usize], &entries[b as usize]);
    if a != b && one.compared == other.compared && one.class.meets(other.class) {
        let (a, b) = (root(first, a), root(first, b));
        first[a.max(b) as usize] = a.min(b);
    }
}

fn root(first: &[u32], mut nth: u32) -> u32 {
    while first[nth as usize] != nth {
        nth = first[nth as usize];
    }
    nth
}

/// Whether its records are pieces of a street or a river.
const fn is_pieces(layer: Layer) -> bool {
    matches!(layer, Layer::Road | Layer::Water)
}
