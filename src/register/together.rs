//! Several registers read as one: which of them a record or a change set is from, and where they disagree.
//!
//! The view itself is `store::Union`; merging them into one is `merge`.

use std::collections::{BTreeMap, HashMap};

use super::{Head, Member, Register, StoreError};
use crate::model::{
    Bilingual, Finding, Findings, Layer, Period, Record, RecordId, Revision, Severity, Spot, geometry,
};
use crate::snapshot::Snapshot;

/// Two records of two registers that cannot both be right, or are one fact kept twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    /// their layer
    pub layer: Layer,
    /// the record of the register named first
    pub kept: RecordId,
    /// the other: the same id, or another one with the same code
    pub other: RecordId,
    /// the places of the two registers
    pub members: (usize, usize),
    /// the business code that both have; `None` where it is the id
    pub code: Option<Box<str>>,
    /// what the first is called
    pub label: Option<Box<str>>,
    /// a point of the first
    pub at: Option<[f64; 2]>,
    /// whether both say the same, their source aside
    pub same: bool,
}

/// Where several registers disagree.
#[derive(Clone, Debug, Default)]
pub struct Clashes {
    /// one for each fact of a later register, in the order of layer and code
    pub all: Vec<Clash>,
    /// rows that are in two registers and the same, id and all: by the places of the two
    pub copies: BTreeMap<(usize, usize), u64>,
}

/// What becomes of what clashes: said in the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// both are shown, but of records with the same id the first
    Shown,
    /// nothing is merged
    Refused,
    /// the first is kept, the other left out
    KeptFirst,
}

impl Clashes {
    /// How many say different things.
    pub fn different(&self) -> usize {
        self.all.iter().filter(|clash| !clash.same).count()
    }

    /// For people.
    pub fn findings(&self, members: &[Member], outcome: Outcome) -> Findings {
        let mut findings = Findings::default();
        let label = |at: usize| members.get(at).map_or("", |member| member.label.as_str());
        for (&(first, second), count) in &self.copies {
            let what = Bilingual::new(
                format!("“{}”与“{}”有相同的记录（编号与内容都相同）", label(first), label(second)),
                format!("{} and {} hold the same records, id and all", label(first), label(second)),
            );
            let done = Bilingual::new("只取一份", "taken once");
            let file = members.get(second).map(|member| member.file.clone());
            let spot = Spot { file, ..Spot::default() };
            let finding = Finding::new("registers.copy", Severity::Note, spot, what, done);
            findings.push(Finding { count: *count, ..finding });
        }
        for clash in &self.all {
            findings.push(clash.finding(label(clash.members.0), label(clash.members.1), outcome));
        }
        findings
    }
}

impl Clash {
    fn finding(&self, first: &str, second: &str, outcome: Outcome) -> Finding {
        let title = self.layer.def().title();
        let called = self.label.as_deref().unwrap_or_default();
        let (rule, zh, en) = match (&self.code, self.same) {
            (None, _) => ("registers.id", format!("编号 {}", self.kept), format!("the id {}", self.kept)),
            (Some(code), true) => ("registers.same", format!("代码 {code}"), format!("the code {code}")),
            (Some(code), false) => ("registers.code", format!("代码 {code}"), format!("the code {code}")),
        };
        let (and_zh, and_en) = match self.same {
            true => ("内容相同", "and say the same"),
            false => ("内容不同", "and differ"),
        };
        let what = Bilingual::new(
            format!("{}“{called}”：“{first}”与“{second}”都有{zh}，{and_zh}", title.zh),
            format!("{} {called:?}: {first} and {second} both have {en} {and_en}", title.en),
        );
        let by_id = self.code.is_none();
        let done = match outcome {
            Outcome::Shown if by_id => {
                Bilingual::new(format!("按“{first}”显示"), format!("{first}'s is shown"))
            }
            Outcome::Shown => Bilingual::new("两份都显示", "both are shown"),
            _ if self.same => Bilingual::new("只取一份", "taken once"),
            Outcome::Refused => Bilingual::new(
                "请核定归属后再合并，或用 --on-clash keep-first 以排在前面的为准",
                "settle which is right and merge again, or take the first with --on-clash keep-first",
            ),
            Outcome::KeptFirst => Bilingual::new(
                format!("以“{first}”的为准，另一条未并入"),
                format!("{first}'s is kept, the other left out"),
            ),
        };
        let severity = match (self.same, outcome) {
            (true, _) => Severity::Note,
            (false, Outcome::Refused) => Severity::Error,
            (false, _) => Severity::Warning,
        };
        let record = Some(format!("{}/{}", self.layer, self.other));
        let spot = Spot { record, at: self.at, ..Spot::default() };
        let finding = Finding::new(rule, severity, spot, what, done);
        match &self.code {
            Some(code) => finding.with_evidence(code),
            None => finding,
        }
    }
}

impl Register {
    /// The registers that this is a view over, in order; none for a register of its own.
    pub fn members(&self) -> Vec<Member> {
        self.store.union().map(|union| union.members().cloned().collect()).unwrap_or_default()
    }

    /// The newest change set of a member, by its own numbers.
    pub fn head_of_member(&self, member: usize) -> Result<Head, StoreError> {
        self.store.union().map_or_else(|| Ok(Head::default()), |union| union.head_of(member))
    }

    /// The member that a record is from; `None` in a register of its own.
    pub fn member_of(&self, layer: Layer, id: RecordId) -> Result<Option<usize>, StoreError> {
        self.store.union().map_or(Ok(None), |union| union.owner(layer, id))
    }

    /// The member that a change set is from, and its number there; `None` in a register of its own.
    pub fn origin_of(&self, revision: Revision) -> Option<(usize, Revision)> {
        self.store.union()?.origin(revision)
    }

    /// Where the members disagree: the same id with different contents, the same code in the same layer at
    /// the same time for different facts. Costs a sort of all records that have a code, and a second
    /// reading of the members where some of their ids are the same.
    pub fn clashes(&self) -> Result<Clashes, StoreError> {
        let Some(union) = self.store.union() else { return Ok(Clashes::default()) };
        let snapshot = self.snapshot();
        let mut clashes = Clashes::default();
        let mut differing: BTreeMap<(Layer, RecordId, usize), Record> = BTreeMap::new();
        let mut copied: Vec<(Layer, RecordId, usize)> = Vec::new();
        union.others(&mut |member, record| {
            let shown = snapshot.layer(record.layer).version(record.key());
            let fact = (record.layer, record.id, member);
            match shown.is_some_and(|shown| **shown == record) {
                true => copied.push(fact),
                false => drop(differing.insert(fact, record)),
            }
        })?;
        for (layer, id, member) in copied {
            // All of one member are copies of the same other one, as a rule: found once for each pair.
            let owner = union.owner(layer, id)?.unwrap_or_default();
            *clashes.copies.entry((owner, member)).or_default() += 1;
        }
        for ((layer, id, member), record) in differing {
            let owner = union.owner(layer, id)?.unwrap_or_default();
            clashes.all.push(clash(&record, id, (owner, member), None, false));
        }
        for layer in Layer::ALL {
            self.code_clashes(&snapshot, *layer, &mut clashes)?;
        }
        Ok(clashes)
    }

    fn code_clashes(
        &self,
        snapshot: &Snapshot,
        layer: Layer,
        clashes: &mut Clashes,
    ) -> Result<(), StoreError> {
        let mut by_code: HashMap<&str, Vec<&Record>> = HashMap::new();
        for record in snapshot.layer(layer).iter() {
            if let Some(code) = record.code.as_deref() {
                by_code.entry(code).or_default().push(record);
            }
        }
        let mut repeated: Vec<_> = by_code.into_iter().filter(|(_, rows)| two_facts(rows)).collect();
        repeated.sort_unstable_by_key(|(code, _)| *code);
        for (code, rows) in repeated {
            let mut owned = Vec::with_capacity(rows.len());
            for record in rows {
                owned.push((self.member_of(layer, record.id)?.unwrap_or_default(), record));
            }
            owned.sort_by_key(|(member, record)| (*member, record.key()));
            let mut told: Vec<RecordId> = Vec::new();
            for (member, record) in &owned {
                let rival = |(other, earlier): &&(usize, &Record)| {
                    other < member && earlier.id != record.id && overlap(earlier.valid, record.valid)
                };
                let rivals: Vec<_> = owned.iter().filter(rival).collect();
                let equal = rivals.iter().find(|(_, earlier)| same(snapshot, earlier, record));
                let Some((first, earlier)) = equal.or(rivals.first()) else { continue };
                if !told.contains(&record.id) {
                    told.push(record.id);
                    let members = (*first, *member);
                    clashes.all.push(clash(earlier, record.id, members, Some(code), equal.is_some()));
                }
            }
        }
        Ok(())
    }
}

fn clash(first: &Record, other: RecordId, members: (usize, usize), code: Option<&str>, same: bool) -> Clash {
    let middle = first.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center());
    Clash {
        layer: first.layer,
        kept: first.id,
        other,
        members,
        code: code.map(Into::into),
        label: first.label().map(Into::into),
        at: middle.map(|at| [at.x, at.y]),
        same,
    }
}

fn two_facts(rows: &[&Record]) -> bool {
    rows.iter().any(|record| record.id != rows[0].id)
}

fn overlap(a: Period, b: Period) -> bool {
    let before = |first: Period, second: Period| {
        first.to().is_some_and(|to| second.from().is_some_and(|from| to <= from))
    };
    !before(a, b) && !before(b, a)
}

/// Whether two facts say the same in all their lawful versions; where they come from may differ.
fn same(snapshot: &Snapshot, a: &Record, b: &Record) -> bool {
    let versions = |id| snapshot.layer(a.layer).versions(id);
    let alike = |a: &Record, b: &Record| {
        let plain = Record { id: a.id, version: a.version, source: a.source.clone(), ..b.clone() };
        plain == *a
    };
    versions(a.id).count() == versions(b.id).count()
        && versions(a.id).zip(versions(b.id)).all(|(a, b)| alike(a, b))
}
