//! Whether the register is whole: hash chain, replay of the log = tables = snapshot.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::{Register, StoreError};
use crate::model::{
    Bilingual, Change, Finding, Findings, Layer, Record, RecordKey, Revision, Severity, Spot, write_canonical,
};

/// What is being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyStage {
    /// the store's own structure, its log's hash chain, its indexes
    Store,
    /// the current tables
    Tables,
    /// the log from its beginning
    Replay,
    /// the snapshot in memory
    Snapshot,
}

/// What was looked at and what was found.
#[derive(Clone, Debug)]
pub struct VerifyReport {
    /// the revision that the tables are at
    pub revision: Revision,
    /// rows of the current tables
    pub rows: u64,
    /// changes of the log
    pub changes: u64,
    /// what is wrong; nothing where all is well
    pub findings: Findings,
}

/// Which row.
type Key = (Layer, RecordKey);

/// First half of the SHA-256 of a row's canonical bytes: a million rows stay in tens of megabytes.
type Mark = u128;

/// How often progress is told, in rows.
const STEP: u64 = 10_000;

impl Register {
    /// Checks the whole register against itself. `progress` hears stage, done and total (0: not known).
    ///
    /// Costs one reading of tables and log, and about 200 bytes of memory per row.
    pub fn verify(
        &self,
        progress: &mut dyn FnMut(VerifyStage, u64, u64),
    ) -> Result<VerifyReport, StoreError> {
        let mut findings = Findings::default();
        self.store.check(&mut |finding| findings.push(finding), &mut |done, total| {
            progress(VerifyStage::Store, done, total);
        })?;
        let mut marker = Marker::default();
        let mut tables = HashMap::new();
        let mut rows = 0u64;
        let loaded = self.store.load(&mut |record| {
            rows += 1;
            tables.insert((record.layer, record.key()), marker.mark(&record));
            if rows.is_multiple_of(STEP) {
                progress(VerifyStage::Tables, rows, 0);
            }
        });
        let revision = match loaded {
            Ok(head) => head.revision,
            Err(StoreError::Damaged { place, what }) => {
                findings.push(unreadable(&place, &what));
                return Ok(VerifyReport {
                    revision: self.store.head()?.revision,
                    rows,
                    changes: 0,
                    findings,
                });
            }
            Err(error) => return Err(error),
        };
        let mut replay = Replay { marker, rows: HashMap::with_capacity(tables.len()), changes: 0 };
        let replayed = self.replay(revision, &mut |revision, change| {
            replay.take(revision, &change, &mut findings);
            if replay.changes.is_multiple_of(STEP) {
                progress(VerifyStage::Replay, replay.changes, 0);
            }
        });
        match replayed {
            Ok(()) => compare(&replay.rows, &tables, &mut findings),
            Err(StoreError::Damaged { place, what }) => findings.push(unreadable(&place, &what)),
            Err(error) => return Err(error),
        }
        let Replay { marker, changes, rows: replayed } = replay;
        drop(replayed);
        self.verify_snapshot(revision, tables, marker, progress, &mut findings);
        Ok(VerifyReport { revision, rows, changes, findings })
    }

    /// Against the tables, where the snapshot is of the same revision; another program may just have written.
    fn verify_snapshot(
        &self,
        revision: Revision,
        mut tables: HashMap<Key, Mark>,
        mut marker: Marker,
        progress: &mut dyn FnMut(VerifyStage, u64, u64),
        findings: &mut Findings,
    ) {
        let snapshot = self.snapshot();
        if snapshot.revision() != revision {
            return;
        }
        let (total, mut done) = (tables.len() as u64, 0u64);
        for layer in Layer::ALL {
            for record in snapshot.layer(*layer).iter() {
                let key = (*layer, record.key());
                let row = tables.remove(&key);
                if row != Some(marker.mark(record)) {
                    findings.push(disagreement(key, row.is_some(), true, Place::Snapshot));
                }
                done += 1;
                if done.is_multiple_of(STEP) {
                    progress(VerifyStage::Snapshot, done, total);
                }
            }
        }
        for key in tables.into_keys() {
            findings.push(disagreement(key, true, false, Place::Snapshot));
        }
    }
}

/// The rows as the log alone makes them.
struct Replay {
    marker: Marker,
    rows: HashMap<Key, Mark>,
    changes: u64,
}

impl Replay {
    fn take(&mut self, revision: Revision, change: &Change, findings: &mut Findings) {
        self.changes += 1;
        let key = (change.layer(), change.key());
        let before = change.before().map(|record| self.marker.mark(record));
        let present = match change.after() {
            Some(after) => self.rows.insert(key, self.marker.mark(after)),
            None => self.rows.remove(&key),
        };
        if present != before {
            let what = Bilingual::new(
                format!("第 {} 号变更所记的原值与此前日志得出的不一致", revision.0),
                format!("revision {} says of this row before it what the log before it does not", revision.0),
            );
            findings.push(finding("verify.replay", key, what).with_evidence(revision.0.to_string()));
        }
    }
}

/// Makes marks, with buffers that are used again.
#[derive(Default)]
struct Marker {
    json: Vec<u8>,
    wkb: Vec<u8>,
}

impl Marker {
    fn mark(&mut self, record: &Record) -> Mark {
        self.json.clear();
        self.wkb.clear();
        write_canonical(record, &mut self.json, &mut self.wkb);
        let mut hash = Sha256::new();
        hash.update((self.json.len() as u64).to_be_bytes());
        hash.update(&self.json);
        hash.update(&self.wkb);
        hash.finalize().iter().take(16).fold(0, |mark, byte| mark << 8 | Mark::from(*byte))
    }
}

/// What is held against the log.
#[derive(Clone, Copy)]
enum Place {
    Tables,
    Snapshot,
}

/// Names every row in which the tables disagree with the log's replay.
fn compare(expected: &HashMap<Key, Mark>, found: &HashMap<Key, Mark>, findings: &mut Findings) {
    for (key, mark) in expected {
        let other = found.get(key);
        if other != Some(mark) {
            findings.push(disagreement(*key, true, other.is_some(), Place::Tables));
        }
    }
    for key in found.keys().filter(|key| !expected.contains_key(key)) {
        findings.push(disagreement(*key, false, true, Place::Tables));
    }
}

/// A row that is not what it should be: expected or not, there or not.
fn disagreement(key: Key, expected: bool, there: bool, place: Place) -> Finding {
    let (zh, en) = match place {
        Place::Tables => ("数据表", "tables"),
        Place::Snapshot => ("内存快照", "snapshot"),
    };
    let (rule, zh, en) = match (expected, there) {
        (true, true) => ("verify.row.changed", format!("{zh}中这一行被改动"), format!("changed in the {en}")),
        (true, false) => ("verify.row.missing", format!("{zh}中缺这一行"), format!("missing from the {en}")),
        _ => ("verify.row.extra", format!("{zh}中多出这一行"), format!("not of the log, but in the {en}")),
    };
    finding(rule, key, Bilingual::new(zh, en))
}

fn finding(rule: &str, (layer, key): Key, what: Bilingual) -> Finding {
    let record = Some(format!("{layer}/{} version {}", key.id, key.version));
    let done = Bilingual::new(
        "日志与数据不一致:请从备份恢复,或联系管理员",
        "log and data disagree: restore a backup or ask the administrator",
    );
    Finding::new(rule, Severity::Error, Spot { record, ..Spot::default() }, what, done)
}

fn unreadable(place: &str, what: &str) -> Finding {
    let spot = Spot { record: Some(place.into()), ..Spot::default() };
    let done = Bilingual::new("核对到此为止:请从备份恢复", "the check ends here: restore a backup");
    let sentence = Bilingual::new(format!("无法读出:{what}"), format!("cannot be read: {what}"));
    Finding::new("verify.unreadable", Severity::Error, spot, sentence, done)
}
