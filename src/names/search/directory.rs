//! The search over a register: every name that its records have or had, kept up to date with each change set.
//!
//! A large index of one revision stays as it is; what has changed since is in a small one beside it, made anew
//! with every change set, until it is so large that both are made one.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use geo_types::Coord;

use super::find::Query;
use super::fold::fold;
use super::kind::Kind;
use super::letters::Alphabet;
use super::owners::{Owner, Part, facts, further, place_of};
use super::rank::{Hit, Owners};
use crate::model::{Change, Date, Layer, Record, Revision, geometry};
use crate::names::NamesError;
use crate::names::reading::readings;
use crate::snapshot::Snapshot;

/// Facts changed since the large index was made, beyond which it is made anew.
const MOST_CHANGED: usize = 5_000;

/// All names of one revision.
#[derive(Clone)]
pub struct Directory {
    revision: Revision,
    base: Arc<Part>,
    recent: Arc<Part>,
    /// what the base no longer speaks for
    changed: Arc<BTreeSet<Owner>>,
}

/// A question.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// a name, a part of one, pinyin, initials, a code, or a division and a name in it
    pub text: &'a str,
    /// near ones come first among equals: longitude and latitude
    pub near: Option<Coord>,
    /// how many are wanted
    pub limit: usize,
    /// what holds on this day is found; names of other days lead there
    pub as_of: Date,
    /// only of these layers
    pub layers: &'a [Layer],
}

/// A record found.
#[derive(Clone, Debug)]
pub struct Found<'s> {
    /// the record as it is on the day
    pub record: &'s Arc<Record>,
    /// how it was found
    pub kind: Kind,
    /// 1 for the best there can be
    pub score: f32,
    /// the name that was found
    pub matched: String,
    /// whether that is a name that it no longer has, or of what it came from
    pub former: bool,
    /// signs and pieces of roads and water with the same name are found once: how many they are
    pub same: usize,
}

/// A part with what is asked of it.
struct Asked<'a, F> {
    part: &'a Part,
    parts: [(&'a Part, Option<&'a BTreeSet<Owner>>); 2],
    snapshot: &'a Snapshot,
    ask: Ask<'a>,
    without: Option<&'a BTreeSet<Owner>>,
    filter: F,
}

impl Directory {
    /// Of a whole snapshot.
    pub fn build(snapshot: &Snapshot) -> Result<Self, NamesError> {
        let alphabet = Alphabet::new(readings()?);
        let base = Arc::new(Part::build(facts(snapshot), alphabet));
        Ok(Self { revision: snapshot.revision(), base, recent: Arc::default(), changed: Arc::default() })
    }

    /// After a change set: `snapshot` is the register with it.
    pub fn after(&self, snapshot: &Snapshot, changes: &[Change]) -> Result<Self, NamesError> {
        let mut changed = (*self.changed).clone();
        for change in changes {
            for record in [change.before(), change.after()].into_iter().flatten() {
                changed.insert((record.layer, record.id));
                // A name is found with its place, so that both move together.
                changed.extend(place_of(record).map(|place| (Layer::Place, place)));
            }
        }
        if changed.len() > MOST_CHANGED {
            return Self::build(snapshot);
        }
        let touches = |owner: &Owner| owner.0 == Layer::Place && changed.contains(owner);
        let names = snapshot.layer(Layer::Name).iter().filter(|name| {
            changed.iter().any(|(layer, _)| *layer == Layer::Place)
                && place_of(name).is_some_and(|place| touches(&(Layer::Place, place)))
        });
        let all: BTreeSet<Owner> =
            names.map(|name| (Layer::Name, name.id)).chain(changed.iter().copied()).collect();
        let facts = all.iter().map(|(layer, id)| snapshot.layer(*layer).versions(*id).collect());
        let recent = Arc::new(Part::build(facts, Alphabet::new(readings()?)));
        Ok(Self {
            revision: snapshot.revision(),
            base: self.base.clone(),
            recent,
            changed: Arc::new(changed),
        })
    }

    /// Of which revision.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.base.index.len() + self.recent.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.base.bytes() + self.recent.bytes()
    }

    /// The best `limit` records that the filter takes (it should look at secrecy).
    pub fn search<'s>(
        &self,
        snapshot: &'s Snapshot,
        ask: Ask<'_>,
        filter: impl Fn(&Record) -> bool,
    ) -> Result<Vec<Found<'s>>, NamesError> {
        let alphabet = Alphabet::new(readings()?);
        let mut all: Vec<(Hit, Found<'s>)> = Vec::new();
        let parts = [(&*self.base, Some(&*self.changed)), (&*self.recent, None)];
        for (part, without) in parts {
            let asked = Asked { part, parts, snapshot, ask, without, filter: &filter };
            for hit in asked.hits(alphabet) {
                all.extend(found(snapshot, &asked, &hit).map(|found| (hit, found)));
            }
        }
        all.sort_by(|(a, x), (b, y)| (a.order().0, key(x)).cmp(&(b.order().0, key(y))));
        let mut seen = HashSet::new();
        let new = |found: &Found| {
            seen.insert(match grouped(found.record.layer) {
                true => (found.record.layer, found.record.label().unwrap_or_default().to_owned()),
                false => (found.record.layer, found.record.id.to_string()),
            })
        };
        let mut found: Vec<Found<'s>> = all.into_iter().map(|(_, found)| found).collect();
        let mut new = new;
        found.retain(|one| new(one));
        found.truncate(ask.limit);
        Ok(found)
    }
}

/// Equals are ordered by layer and code.
fn key<'a>(found: &'a Found<'_>) -> (Layer, Option<&'a str>) {
    (found.record.layer, found.record.code.as_deref())
}

/// Of what many pieces have the same name.
const fn grouped(layer: Layer) -> bool {
    matches!(layer, Layer::Sign | Layer::Road | Layer::Water)
}

/// The record that a hit leads to.
fn found<'s, F: Fn(&Record) -> bool>(
    snapshot: &'s Snapshot,
    asked: &Asked<'_, F>,
    hit: &Hit,
) -> Option<Found<'s>> {
    let owner = asked.part.owners[hit.owner as usize];
    let record = today(snapshot, owner, asked.ask.as_of)?;
    let label = record.label().unwrap_or_default();
    let name = asked.part.index.name(hit);
    let current = name.as_ref().is_none_or(|name| *name == fold(label));
    let (matched, former) = match name {
        Some(name) if !current => asked.written(owner, record, &name)?,
        _ => (label.to_owned(), false),
    };
    let same = match grouped(record.layer) {
        true => asked.part.index.same(hit).filter(|other| asked.takes(*other)).count(),
        false => 1,
    };
    Some(Found { record, kind: hit.kind, score: hit.score, matched, former, same: same.max(1) })
}

/// The record of a fact on a day; of a division that is no more, what it became.
fn today(snapshot: &Snapshot, (layer, id): Owner, as_of: Date) -> Option<&Arc<Record>> {
    let view = snapshot.layer(layer);
    if let Some(record) = view.get(id, as_of) {
        return Some(record);
    }
    let last = view.versions(id).filter(|record| record.valid.to().is_some_and(|to| to <= as_of)).last()?;
    let successors = last.get("successors")?;
    let crate::model::Value::List(codes) = successors else { return None };
    let codes = codes.as_array()?.iter().filter_map(|code| code.as_str());
    codes.flat_map(|code| view.by_code(code)).find(|record| record.valid.contains(as_of))
}

impl<F: Fn(&Record) -> bool> Asked<'_, F> {
    /// A name as it is written, of a record that is called otherwise, and whether it is a former one; `None`
    /// where only records have it that are not to be seen.
    fn written(&self, (layer, id): Owner, now: &Record, name: &str) -> Option<(String, bool)> {
        let is = |text: &str| fold(text) == name;
        let seen = |record: &&Arc<Record>| (self.filter)(record);
        if layer == Layer::Place {
            let names = self.snapshot.layer(Layer::Name).iter().filter(|one| place_of(one) == Some(id));
            let mut names = names.filter(|one| one.label().is_some_and(is)).filter(seen);
            if let Some(found) = names.next() {
                let old = |field| matches!(found.text(field), Some("former" | "historic" | "abolished"));
                let over = found.valid.to().is_some_and(|to| to <= self.ask.as_of);
                let former = old("status") || old("kind") || over;
                return Some((found.label().unwrap_or_default().to_owned(), former));
            }
        }
        if let Some(short) = now.text("short_name").filter(|short| is(short)) {
            return Some((short.to_owned(), false));
        }
        let versions = self.snapshot.layer(layer).versions(id).filter(seen);
        let mut names =
            versions.flat_map(|record| further(record).into_iter().chain(record.label().map(str::to_owned)));
        names.find(|text| is(text)).map(|text| (text, true))
    }

    fn hits(&self, alphabet: Alphabet<'_>) -> Vec<Hit> {
        if self.part.owners.is_empty() {
            return Vec::new();
        }
        let near = self.ask.near.map(|at| [at.x as f32, at.y as f32]);
        let query = Query { text: self.ask.text, near, limit: self.ask.limit };
        let mut hits = self.part.index.find(query, alphabet, self);
        hits.extend(self.by_code());
        hits.sort_unstable_by_key(Hit::order);
        hits.truncate(self.ask.limit);
        hits
    }

    /// What the query is the code of, or a part of it.
    fn by_code(&self) -> Vec<Hit> {
        let text: String = fold(self.ask.text).chars().filter(|c| *c != ' ').take(60).collect();
        if !text.bytes().any(|byte| byte.is_ascii_digit()) || !text.is_ascii() {
            return Vec::new();
        }
        let begins = self.part.coded(&text, true);
        let code = |(owner, length): (u32, usize)| {
            let kind = if length == text.len() { Kind::Code } else { Kind::Prefix };
            Hit::by_code(kind, owner, length)
        };
        let mut hits: Vec<Hit> = begins.into_iter().map(code).filter(|hit| self.takes(hit.owner)).collect();
        if hits.len() < self.ask.limit && text.len() > 2 {
            let inside = self.part.coded(&text, false).into_iter();
            let inside = inside.map(|(owner, length)| Hit::by_code(Kind::Infix, owner, length));
            let more: Vec<Hit> = inside
                .filter(|hit| hits.iter().all(|other| other.owner != hit.owner) && self.takes(hit.owner))
                .collect();
            hits.extend(more);
        }
        hits
    }

    fn record(&self, owner: u32) -> Option<&Arc<Record>> {
        today(self.snapshot, self.part.owners[owner as usize], self.ask.as_of)
    }
}

impl<F: Fn(&Record) -> bool> Owners for Asked<'_, F> {
    fn takes(&self, owner: u32) -> bool {
        let known = self.part.owners[owner as usize];
        let layer = self.ask.layers.contains(&known.0);
        layer
            && self.without.is_none_or(|without| !without.contains(&known))
            && self.record(owner).is_some_and(|record| (self.filter)(record))
    }

    type Division = Arc<Record>;

    fn divisions(&self, name: &str) -> Vec<Arc<Record>> {
        let mut all: Vec<(u8, Arc<Record>)> = Vec::new();
        for (part, without) in self.parts {
            for (weight, owner) in part.index.divisions(name) {
                let owner = part.owners[owner as usize];
                let speaks =
                    owner.0 == Layer::Division && without.is_none_or(|without| !without.contains(&owner));
                let record =
                    today(self.snapshot, owner, self.ask.as_of).filter(|record| (self.filter)(record));
                all.extend(record.filter(|_| speaks).map(|record| (weight, record.clone())));
            }
        }
        all.sort_by(|a, b| (a.0, &a.1.code).cmp(&(b.0, &b.1.code)));
        all.into_iter().map(|(_, record)| record).collect()
    }

    fn inside(&self, owner: u32, division: &Arc<Record>) -> bool {
        let Some(record) = self.record(owner).filter(|record| record.id != division.id) else { return false };
        if record.layer == Layer::Division {
            return self.below(record, division);
        }
        let middle = record.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center());
        let chain = middle.map(|at| self.snapshot.locate(at, self.ask.as_of));
        chain.is_some_and(|chain| chain.iter().any(|one| one.id == division.id))
    }

    fn below(&self, division: &Arc<Record>, above: &Arc<Record>) -> bool {
        let Some(code) = above.code.as_deref() else { return false };
        let mut at = division.clone();
        for _ in 0..8 {
            if at.code.as_deref().is_some_and(|own| under(own, code)) {
                return true;
            }
            let Some(parent) = at.text("parent_code") else { return false };
            if parent == code {
                return true;
            }
            let found = self.snapshot.layer(Layer::Division).by_code(parent).next().cloned();
            match found {
                Some(found) => at = found,
                None => return false,
            }
        }
        false
    }
}

/// Whether a division code is one below another: 530102002001 below 530102 and 530000.
fn under(code: &str, above: &str) -> bool {
    let significant = match above.len() {
        6 if above.ends_with("0000") => 2,
        6 if above.ends_with("00") => 4,
        12 if above.ends_with("000000") => return under(code, &above[..6]),
        12 if above.ends_with("000") => 9,
        length => length,
    };
    above.is_ascii() && code != above && code.starts_with(&above[..significant])
}
