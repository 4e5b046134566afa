//! Whose the names are: the records of a snapshot, with all the names that each has or had.

use std::collections::HashMap;
use std::sync::Arc;

use super::fold::fold;
use super::index::{Index, Item};
use super::letters::Alphabet;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RecordId, Value, geometry};
use crate::snapshot::Snapshot;

/// A fact that has names.
pub(super) type Owner = (Layer, RecordId);

/// Some records' names, indexed.
#[derive(Default)]
pub(super) struct Part {
    pub(super) index: Index,
    pub(super) owners: Vec<Owner>,
    /// codes, folded, one after the other with a line end behind each, rising
    codes: String,
    codes_at: Vec<u32>,
    coded: Vec<u32>,
}

/// What comes first among records found in the same way: divisions from the highest level down, then what
/// people look for, then roads, lanes, and what stands at them.
fn weight(record: &Record) -> u8 {
    const LANES: &[&str] = &["巷", "弄", "里", "条", "胡同"];
    let name = record.label();
    match record.layer {
        Layer::Division => {
            let level = record.text("level").and_then(DivisionLevel::from_code);
            level.map_or(DivisionLevel::ALL.len() as u8, |level| level as u8)
        }
        Layer::Place | Layer::Name => {
            let street = record.text("category").is_some_and(|category| category.starts_with("23"));
            let lane = street && name.is_some_and(|name| LANES.iter().any(|end| name.ends_with(end)));
            if lane { 15 } else { 8 }
        }
        Layer::Facility => 9,
        Layer::Compound => 10,
        Layer::ClosedOrGreenArea => 11,
        Layer::Water => 12,
        Layer::Road => match record.text("class") {
            Some("lane" | "service" | "footway" | "path" | "steps" | "track" | "other") => 16,
            _ => 13,
        },
        Layer::BoundaryLine | Layer::BoundaryMarker => 14,
        Layer::Building => 18,
        Layer::Gate => 19,
        Layer::Sign => 20,
        Layer::DoorPlate => 21,
        _ => 23,
    }
}

/// The names of records, as they come in.
#[derive(Default)]
struct Gathered<'a> {
    owners: Vec<Owner>,
    items: Vec<Item<'a>>,
    codes: Vec<(String, u32)>,
}

/// Names of a division besides its own.
fn others(record: &Record) -> Vec<String> {
    let Some(Value::List(list)) = record.get("former_names") else { return Vec::new() };
    list.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Former and short names of a record, besides what it is called now.
pub(super) fn further(record: &Record) -> Vec<String> {
    let short = record.text("short_name").map(str::to_owned);
    others(record).into_iter().chain(short).collect()
}

/// The place that a name is of.
pub(super) fn place_of(record: &Record) -> Option<RecordId> {
    (record.layer == Layer::Name).then(|| record.text("place_id")?.parse().ok()).flatten()
}

impl Part {
    /// From all versions of some facts.
    pub(super) fn build<'a>(
        facts: impl IntoIterator<Item = Vec<&'a Arc<Record>>>,
        alphabet: Alphabet<'_>,
    ) -> Self {
        let facts: Vec<Vec<&Arc<Record>>> = facts.into_iter().collect();
        let more: Vec<Vec<String>> = facts
            .iter()
            .map(|versions| versions.iter().flat_map(|record| further(record)).collect())
            .collect();
        let mut gathered = Gathered::default();
        let mut places: HashMap<RecordId, u32> = HashMap::new();
        for (versions, more) in facts.iter().zip(&more) {
            gathered.take(versions, more, &mut places);
        }
        gathered.indexed(alphabet)
    }

    /// Owners whose code is, begins with, or has a text in it.
    pub(super) fn coded(&self, text: &str, whole: bool) -> Vec<(u32, usize)> {
        let line = |nth: usize| -> &str {
            let to = self.codes_at.get(nth + 1).map_or(self.codes.len(), |next| *next as usize);
            self.codes.get(self.codes_at[nth] as usize..to - 1).unwrap_or_default()
        };
        const MOST: usize = 2_000;
        let count = self.codes_at.len();
        let (mut from, mut to) = (0, count);
        while from < to {
            let middle = from.midpoint(to);
            if line(middle) < text { from = middle + 1 } else { to = middle }
        }
        let begins = (from..count).take_while(|nth| line(*nth).starts_with(text)).take(MOST);
        if whole {
            return begins.map(|nth| (self.coded[nth], line(nth).len())).collect();
        }
        let inside = memchr::memmem::find_iter(self.codes.as_bytes(), text.as_bytes()).take(MOST);
        let mut found: Vec<usize> = inside
            .map(|at| self.codes_at.partition_point(|start| *start as usize <= at).saturating_sub(1))
            .collect();
        found.dedup();
        found.into_iter().map(|nth| (self.coded[nth], line(nth).len())).collect()
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.index.bytes()
            + self.owners.capacity() * size_of::<Owner>()
            + self.codes.capacity()
            + (self.codes_at.capacity() + self.coded.capacity()) * 4
    }
}

impl<'a> Gathered<'a> {
    fn owner(&mut self, owner: Owner, places: &mut HashMap<RecordId, u32>) -> u32 {
        let next = self.owners.len() as u32;
        if owner.0 == Layer::Place {
            let known = *places.entry(owner.1).or_insert(next);
            if known < next {
                return known;
            }
        }
        self.owners.push(owner);
        next
    }

    /// All names of a fact in all its versions.
    fn take(
        &mut self,
        versions: &[&'a Arc<Record>],
        more: &'a [String],
        places: &mut HashMap<RecordId, u32>,
    ) {
        let Some(last) = versions.last() else { return };
        let owner = place_of(last).map_or((last.layer, last.id), |place| (Layer::Place, place));
        let owner = self.owner(owner, places);
        let from = self.items.len();
        let weight = weight(last);
        let middle = last.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center());
        let at = middle.map(|at| [at.x as f32, at.y as f32]);
        for record in versions {
            let code = record.code.as_deref();
            if let Some(code) = code {
                self.codes.push((fold(code), owner));
            }
            if record.text("status") == Some("rejected") {
                continue;
            }
            let name = record.label().filter(|name| code != Some(*name));
            let roman = record.text("pinyin_toned").or_else(|| record.text("roman"));
            for name in name.into_iter() {
                self.name(Item { owner, name, roman, weight, at }, from);
            }
        }
        for name in more {
            self.name(Item { owner, name, roman: None, weight, at }, from);
        }
    }

    /// A name that the owner did not have yet.
    fn name(&mut self, item: Item<'a>, from: usize) {
        if !self.items[from..].iter().any(|other| other.name == item.name) {
            self.items.push(item);
        }
    }

    fn indexed(mut self, alphabet: Alphabet<'_>) -> Part {
        self.codes.sort_unstable();
        self.codes.dedup();
        let mut part =
            Part { index: Index::build(&self.items, alphabet), owners: self.owners, ..Part::default() };
        for (code, owner) in self.codes {
            part.codes_at.push(part.codes.len() as u32);
            part.codes.push_str(&code);
            part.codes.push('\n');
            part.coded.push(owner);
        }
        part
    }
}

/// The facts of a snapshot with all their versions.
pub(super) fn facts(snapshot: &Snapshot) -> impl Iterator<Item = Vec<&Arc<Record>>> {
    Layer::ALL.iter().flat_map(|layer| {
        let rows: Vec<&Arc<Record>> = snapshot.layer(*layer).iter().collect();
        let facts: Vec<Vec<&Arc<Record>>> = rows.chunk_by(|a, b| a.id == b.id).map(<[_]>::to_vec).collect();
        facts
    })
}
