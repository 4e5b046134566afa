//! The demo district: a seeded generator of a district modelled on 五华区, from the facts in data/sample.
//!
//! Names and codes of divisions are real; every line, area and number is made up and says so
//! (`source` = 演示合成数据). A pure function of seed and scale: no clock, no disk, no library sine,
//! so the same bytes come out on every machine, for ever.

mod borders;
mod buildings;
mod compounds;
mod defects;
mod divisions;
mod facilities;
mod facts;
mod history;
mod households;
mod landuse;
mod ledger;
mod lines;
mod mesh;
mod names;
mod pictures;
mod plane;
mod plates;
mod random;
mod renaming;
mod rounds;
mod signs;
mod skeleton;
mod streets;
mod subdivide;
mod terrain;
mod town;

pub use defects::Defects;
pub use pictures::Picture;

use crate::model::{Change, ChangeSet, Header, Record, SetKind};

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleOptions {
    /// chooses among all possible districts
    pub seed: u64,
    /// how many districts stand side by side, each with about as many records (1 to 400)
    pub scale: usize,
}

impl Default for SampleOptions {
    fn default() -> Self {
        Self { seed: 1, scale: 1 }
    }
}

/// A demo district as a series of acts, in the order in which they are recorded.
#[derive(Clone, Debug)]
pub struct Sample {
    /// first all that there is, by subject; then a few later edits
    pub steps: Vec<Step>,
    /// what is wrong on purpose
    pub defects: Defects,
    /// the pictures that its records list
    pub pictures: Vec<Picture>,
}

/// One act: what a change set needs but the time of recording.
#[derive(Clone, Debug)]
pub struct Step {
    /// kind of act
    pub kind: SetKind,
    /// who
    pub by: &'static str,
    /// why
    pub reason: String,
    /// number of the document
    pub document: Option<String>,
    /// what
    pub changes: Vec<Change>,
}

impl Step {
    /// As a change set recorded at an instant (RFC 3339, UTC, milliseconds).
    pub fn into_change_set(self, at: impl Into<String>) -> ChangeSet {
        let header = Header {
            kind: self.kind,
            by: self.by.into(),
            verified: false,
            reason: self.reason,
            document: self.document,
            at: at.into(),
            undoes: None,
            idempotency_key: None,
            origin: None,
        };
        ChangeSet { header, changes: self.changes }
    }
}

impl Sample {
    /// All records as they stand after the last step, in the order in which they came to be.
    pub fn into_records(self) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        let mut changed = std::collections::BTreeMap::new();
        for change in self.steps.into_iter().flat_map(|step| step.changes) {
            match change.0 {
                crate::model::State::Inserted(record) => records.push(record),
                crate::model::State::Updated { after, .. } => {
                    changed.insert((after.layer, after.key()), *after);
                }
                crate::model::State::Deleted(_) => {}
            }
        }
        for record in &mut records {
            if let Some(after) = changed.remove(&(record.layer, record.key())) {
                *record = after;
            }
        }
        records
    }
}

/// Makes the demo district; `progress` hears how far it is, from 0 to 1.
pub fn generate(options: SampleOptions, mut progress: impl FnMut(f64)) -> Sample {
    let mut ledger = ledger::Ledger::new(options.seed);
    let mut sample = Sample { steps: Vec::new(), defects: Defects::default(), pictures: Vec::new() };
    let scale = options.scale.clamp(1, 400);
    for tile in 0..scale {
        let town = town::Town::build(options.seed, tile);
        write_district(&town, &mut ledger, &mut sample);
        progress((tile + 1) as f64 / scale as f64);
    }
    sample
}

/// Writes one district, in steps by subject; the first of them with its later history.
fn write_district(town: &town::Town, ledger: &mut ledger::Ledger, sample: &mut Sample) {
    let mut streets = streets::trace(town);
    // Copies have the plain state of affairs and none of the lists of what is wrong.
    let mut own = Defects::default();
    let renamings = if town.tile == 0 { renaming::choose(&mut streets, &mut own) } else { Vec::new() };
    divisions::write(town, ledger);
    lines::write(town, ledger, &mut own);
    sample.pictures.extend(ledger.take_pictures());
    let built_blocks = landuse::plan(town);
    // Homes are made out before the first step is closed: communities carry their population.
    let closed = ledger.take();
    streets::write(town, &streets, ledger);
    let roads = ledger.take();
    let built = compounds::write(town, &streets, built_blocks, ledger, &mut own);
    let buildings = ledger.take();
    ledger.put_back(closed);
    let first = ledger.len();
    households::write(town, &built.homes, ledger, &mut own);
    let households = ledger.take_from(first);
    let divisions = ledger.take();
    facilities::write(town, &streets, &built, ledger, &mut own);
    let facilities = ledger.take();
    names::write(town, &streets, &built.homes, &renamings, ledger);
    signs::write(town, &streets, &renamings, ledger, &mut own);
    plates::write(town, &streets, ledger, &mut own);
    let names = ledger.take();
    let parts = [
        ("行政区划、界线、界桩", divisions),
        ("道路、水系", roads),
        ("小区、出入口、建筑、绿地", buildings),
        ("户数", households),
        ("服务设施", facilities),
        ("地名、标志、门牌", names),
    ];
    let copy = if town.tile == 0 { String::new() } else { format!("（第{}份）", town.tile + 1) };
    let mut all: Vec<Record> = Vec::new();
    for (subject, records) in parts {
        if town.tile == 0 {
            all.extend(records.iter().cloned());
        }
        sample.steps.push(Step {
            kind: SetKind::Demo,
            by: "演示",
            reason: format!("演示数据（合成几何）{copy}：{subject}"),
            document: None,
            changes: records.into_iter().map(Change::insert).collect(),
        });
    }
    if town.tile == 0 {
        own.gap_between = town.gap_between();
        sample.steps.extend(history::edits(&all, &renamings, ledger));
        sample.steps.extend(rounds::steps(&all, town.seed, ledger, &mut own));
        sample.defects = own;
    }
}
