//! What checks look at: the names of a register that hold on a day, or one that is proposed, beside all others.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Geometry};
use serde::{Deserialize, Serialize};

use super::class::NameClass;
use super::entry::{Entry, Standing, place_of, sound_keys, split};
use super::inventory::Inventory;
use super::n02_duplicate::scopes;
use super::text::{Sound, compared, further, parts, sounds};
use crate::model::layers::{LayerStruct as _, Name, NameEvent};
use crate::model::{Date, Layer, Record, RecordId, Value, geometry};
use crate::names::NamesError;
use crate::names::reading::{Readings, readings};
use crate::names::spelling::{Terms, terms};
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// A person's decision on a finding: there is no specific link, history has it so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decision {
    /// the rule that it settles
    pub rule: String,
    /// why
    pub reason: String,
    /// who decided
    pub by: String,
    /// when
    #[serde(default)]
    pub date: Option<String>,
}

/// How large the thing is, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Measures {
    /// storeys
    pub floors: Option<f64>,
    /// site, m²
    pub site_m2: Option<f64>,
    /// floor area, m²
    pub floor_m2: Option<f64>,
    /// share of green, per cent
    pub green_percent: Option<f64>,
    /// share of open ground, per cent
    pub open_percent: Option<f64>,
}

/// A name that is proposed.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// the name
    pub name: String,
    /// what it is of; by its generic term if absent
    pub class: Option<NameClass>,
    /// where it is
    pub geometry: Option<Geometry>,
    /// code of the division that it lies in; by its place if absent
    pub division: Option<String>,
    /// the record that is to be called so, where it has a name already
    pub renames: Option<(Layer, RecordId)>,
    /// how large
    pub measures: Measures,
    /// papers that are there; not looked at if absent
    pub papers: Option<Vec<String>>,
    /// who is to approve; not looked at if absent
    pub approver: Option<String>,
    /// its spelling; not looked at if absent
    pub roman: Option<String>,
    /// what people have decided
    pub decisions: Vec<Decision>,
}

/// A name that is looked at.
pub struct Subject<'a> {
    /// the record that findings are about
    pub record: &'a Record,
    /// the record whose place it has
    pub bearer: &'a Record,
    /// the name
    pub name: &'a str,
    /// as it is compared
    pub compared: Cow<'a, str>,
    /// its class
    pub class: NameClass,
    /// its specific part
    pub specific: String,
    /// its generic part, empty where it has none of its class
    pub generic: String,
    /// county and township that it lies in, 0 where not known
    pub county: u32,
    /// the township, likewise
    pub township: u16,
    /// the thing in the inventory; `None` for one that is not there yet
    pub thing: Option<u32>,
    /// its own entry, where it is there already
    pub nth: Option<u32>,
    /// what is proposed
    pub proposal: Option<&'a Proposal>,
    /// current or proposed
    pub standing: Standing,
}

impl Subject<'_> {
    /// Its geometry.
    pub fn geometry(&self) -> Option<&Geometry> {
        self.bearer.geometry.as_deref()
    }

    /// The middle of its box.
    pub fn at(&self) -> Option<Coord> {
        self.geometry().and_then(geometry::bounds).map(|bounds| bounds.center())
    }

    /// How it may be said.
    pub fn sounds(&self, readings: &Readings) -> Vec<Sound> {
        sounds(&self.compared, readings)
    }

    /// The hashes of each way in which it may be said, and of it slurred.
    pub fn sound_keys(&self, scene: &Scene<'_>) -> Box<[(u64, u64)]> {
        match self.nth {
            Some(nth) => scene.inventory.entry(nth).sounds.clone(),
            None => sound_keys(&self.compared, scene.readings),
        }
    }

    /// What happened to the name in law.
    pub fn events(&self) -> Vec<NameEvent> {
        Name::from_fields(&self.record.fields).map(|name| name.events).unwrap_or_default()
    }

    /// What people have decided about it: with the record, or with the proposal.
    pub fn decisions(&self) -> Vec<Decision> {
        let kept = decisions(self.record);
        kept.into_iter()
            .chain(self.proposal.map(|proposal| proposal.decisions.clone()).unwrap_or_default())
            .collect()
    }

    /// A number of the record or the proposal.
    pub fn measures(&self) -> Measures {
        if let Some(proposal) = self.proposal {
            return proposal.measures;
        }
        let number = |field: &str| match self.bearer.get(field) {
            Some(Value::Real(number)) => Some(number),
            Some(Value::Int(number)) => Some(number as f64),
            _ => None,
        };
        Measures {
            floors: number("floors"),
            site_m2: number("site_area_m2").or_else(|| {
                let area = self.geometry().filter(|_| self.bearer.layer == Layer::Compound)?;
                Some(crate::crs::geodesic::area_m2(area))
            }),
            floor_m2: number("floor_area_m2"),
            green_percent: None,
            open_percent: None,
        }
    }
}

/// The decisions that are kept with a record (`extra.decisions`); only those with a reason and a person count.
pub fn decisions(record: &Record) -> Vec<Decision> {
    let kept = record.extra.as_ref().and_then(|extra| extra.get("decisions"));
    let all: Vec<Decision> =
        kept.and_then(|json| serde_json::from_value(json.clone()).ok()).unwrap_or_default();
    all.into_iter().filter(Decision::is_whole).collect()
}

impl Decision {
    /// Whether it says why and who.
    pub fn is_whole(&self) -> bool {
        !self.reason.trim().is_empty() && !self.by.trim().is_empty()
    }
}

/// What holds on a day.
pub struct Scene<'a> {
    /// the register
    pub snapshot: &'a Snapshot,
    /// its names
    pub inventory: &'a Inventory,
    /// the day
    pub day: Date,
    /// generic terms
    pub terms: &'static Terms,
    /// how characters are read
    pub readings: &'static Readings,
    /// the names that are looked at
    pub subjects: Vec<Subject<'a>>,
    /// whether only one that is proposed is looked at
    pub proposed: bool,
    /// within which names of each class are compared, by the rule on duplicates
    pub scopes: Vec<String>,
}

/// A name that another meets.
#[derive(Clone, Copy, Debug)]
pub struct Conflict {
    /// its entry
    pub nth: u32,
    /// metres from the subject, where both places are known
    pub metres: Option<f64>,
}

impl<'a> Scene<'a> {
    /// Of a register, compared within the bounds that the rules have.
    pub fn of(
        (snapshot, inventory): (&'a Snapshot, &'a Inventory),
        day: Date,
        rules: &Rules,
    ) -> Result<Self, NamesError> {
        let mut scene = Self::empty((snapshot, inventory), day, rules)?;
        scene.subjects = scene.holding();
        Ok(scene)
    }

    /// Of a proposal; `record` is made by `record_of`.
    pub fn proposing(
        (snapshot, inventory): (&'a Snapshot, &'a Inventory),
        day: Date,
        rules: &Rules,
        (proposal, record): (&'a Proposal, &'a Record),
    ) -> Result<Self, NamesError> {
        let mut scene = Self::empty((snapshot, inventory), day, rules)?;
        let class = proposal.class.or_else(|| NameClass::guess(&proposal.name, scene.terms));
        let name = record.label().unwrap_or_default();
        let class = class.unwrap_or(NameClass::Facility);
        let located = || {
            let middle = record.geometry.as_deref().and_then(geometry::bounds)?.center();
            snapshot.locate(middle, day).last().and_then(|lowest| lowest.code.clone())
        };
        let division = proposal.division.clone().or_else(|| located().map(String::from));
        let division = division.or_else(|| inventory.only_county().map(|county| county.to_string()));
        let (county, township) = split(division.as_deref().unwrap_or_default());
        let (specific, generic) = parts(name, class, scene.terms, further());
        let renamed = proposal.renames.map(|(layer, id)| inventory.of_record(layer, id));
        scene.subjects.push(Subject {
            record,
            bearer: record,
            name,
            compared: compared(name, class).into(),
            class,
            specific,
            generic,
            county,
            township,
            thing: renamed.filter(|range| !range.is_empty()).map(|range| inventory.thing(range.start)),
            nth: None,
            proposal: Some(proposal),
            standing: Standing::Proposed,
        });
        scene.proposed = true;
        Ok(scene)
    }

    fn empty(
        (snapshot, inventory): (&'a Snapshot, &'a Inventory),
        day: Date,
        rules: &Rules,
    ) -> Result<Self, NamesError> {
        Ok(Self {
            snapshot,
            inventory,
            day,
            terms: terms()?,
            readings: readings()?,
            subjects: Vec::new(),
            proposed: false,
            scopes: rules.on("N02", day).map(|rule| scopes(rule).to_vec()).unwrap_or_default(),
        })
    }

    /// The names that hold on the day, one for each thing: that of its name record where it has one.
    fn holding(&self) -> Vec<Subject<'a>> {
        let inventory = self.inventory;
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        for (nth, entry) in inventory.entries().iter().enumerate() {
            let nth = nth as u32;
            // A shop or a clinic has a name of its own kind, which others are compared with at most.
            let named = entry.layer != Layer::Facility;
            if named && entry.standing.counts() && entry.valid.contains(self.day) {
                let held = first.entry(inventory.thing(nth)).or_insert(nth);
                if rank(entry) < rank(inventory.entry(*held)) {
                    *held = nth;
                }
            }
        }
        first.into_values().filter_map(|nth| self.subject(nth)).collect()
    }

    fn subject(&self, nth: u32) -> Option<Subject<'a>> {
        let entry: &'a Arc<Entry> = self.inventory.entries().get(nth as usize)?;
        let key = crate::model::RecordKey { id: entry.id, version: entry.version };
        let record: &'a Record = self.snapshot.layer(entry.layer).version(key)?;
        let place = (record.layer == Layer::Name).then(|| place_of(self.snapshot, record)).flatten();
        let (specific, generic) = parts(&entry.name, entry.class, self.terms, further());
        Some(Subject {
            record,
            bearer: place.unwrap_or(record),
            name: &entry.name,
            compared: Cow::Borrowed(&entry.compared),
            class: entry.class,
            specific,
            generic,
            county: entry.county,
            township: entry.township,
            thing: Some(self.inventory.thing(nth)),
            nth: Some(nth),
            proposal: None,
            standing: entry.standing,
        })
    }

    /// The record of an entry.
    pub fn record(&self, nth: u32) -> Option<&'a Arc<Record>> {
        let entry: &'a Arc<Entry> = self.inventory.entries().get(nth as usize)?;
        let key = crate::model::RecordKey { id: entry.id, version: entry.version };
        self.snapshot.layer(entry.layer).version(key)
    }

    /// Of some entries those that a subject meets: of other things, each thing once, the nearest first.
    pub fn conflicts(
        &self,
        subject: &Subject<'_>,
        candidates: impl Iterator<Item = u32>,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Vec<Conflict> {
        let mut things: BTreeMap<u32, u32> = BTreeMap::new();
        for nth in candidates {
            let thing = self.inventory.thing(nth);
            if Some(thing) == subject.thing || !wanted(self.inventory.entry(nth)) {
                continue;
            }
            let held = things.entry(thing).or_insert(nth);
            if rank(self.inventory.entry(nth)) < rank(self.inventory.entry(*held)) {
                *held = nth;
            }
        }
        let at = subject.at();
        let mut all: Vec<Conflict> = things
            .into_values()
            .map(|nth| Conflict {
                nth,
                metres: at
                    .zip(self.inventory.entry(nth).at())
                    .map(|(a, b)| crate::crs::geodesic::distance_m(a, b)),
            })
            .collect();
        all.sort_by(|a, b| {
            let key = |one: &Conflict| one.metres.unwrap_or(f64::INFINITY);
            key(a).total_cmp(&key(b)).then(a.nth.cmp(&b.nth))
        });
        all
    }
}

/// Which of several records of one thing speaks for it.
const fn rank(entry: &Entry) -> u8 {
    match entry.layer {
        Layer::Division => 0,
        Layer::Name => 1,
        Layer::Place => 2,
        _ => 3,
    }
}

/// The record that stands for a proposal.
pub fn record_of(proposal: &Proposal) -> Record {
    let text: String = proposal.name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    let name = Name {
        kind: Some("standard".into()),
        status: Some("proposed".into()),
        roman: proposal.roman.clone(),
        ..Name::of(&text)
    };
    let mut record = Record::of(RecordId::from_bits(0), name);
    record.geometry = proposal.geometry.clone().map(Arc::new);
    record
}
