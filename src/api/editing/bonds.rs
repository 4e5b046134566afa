//! What binds records to one another: codes that are unique, references that lead somewhere.
//!
//! Only what a change set itself would break is refused: what was wrong before may stay as it is, so that
//! the rest of such a record can be put right. Looked at is the register as it would be afterwards, so
//! that records which need one another can come and go together.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::decide::overlap;
use crate::api::app::App;
use crate::api::v1::Incoming;
use crate::model::{
    Bilingual, Change, FieldDef, Finding, Layer, Period, Record, RecordKey, RefBy, Reference, Severity, Spot,
    Value,
};
use crate::snapshot::Snapshot;

/// A change and its place among several, counted from 1.
pub type Placed = (Change, Option<u64>);

/// What a change set would break.
#[derive(Default)]
pub struct Broken {
    /// one for each fault
    pub findings: Vec<Finding>,
    /// records that refer to what would go, as far as they are shown: layer, id, label, field
    pub referrers: Vec<Json>,
}

/// The most referrers that are named of one record.
const NAMED: usize = 20;
/// The most referrers of one answer.
const LISTED: usize = 200;

/// Looks for what the changes would break.
pub fn check(app: &App, snapshot: &Snapshot, changes: &[Placed]) -> Broken {
    let after = After::of(app, snapshot, changes);
    let mut broken = Broken::default();
    for (change, row) in changes {
        if let Some(record) = change.after() {
            broken.findings.extend(after.code_taken(change.before(), record, *row));
            after.lost_references(change.before(), record, *row, &mut broken.findings);
        }
        if let Some(before) = change.before() {
            after.left_behind(before, change.after(), *row, &mut broken);
            broken.findings.extend(hole(before, change.after(), *row));
        }
    }
    broken
}

/// The register as it would be.
struct After<'a> {
    app: &'a App,
    snapshot: &'a Snapshot,
    changed: HashMap<(Layer, RecordKey), Option<&'a Record>>,
    by_code: HashMap<(Layer, &'a str), Vec<&'a Record>>,
    by_id: HashMap<(Layer, crate::model::RecordId), Vec<&'a Record>>,
}

impl<'a> After<'a> {
    fn of(app: &'a App, snapshot: &'a Snapshot, changes: &'a [Placed]) -> Self {
        let mut after =
            Self { app, snapshot, changed: HashMap::new(), by_code: HashMap::new(), by_id: HashMap::new() };
        for (change, _) in changes {
            after.changed.insert((change.layer(), change.key()), change.after());
            let Some(record) = change.after() else { continue };
            after.by_id.entry((record.layer, record.id)).or_default().push(record);
            if let Some(code) = record.code.as_deref() {
                after.by_code.entry((record.layer, code)).or_default().push(record);
            }
        }
        after
    }

    fn stays(&self, record: &Record) -> bool {
        !self.changed.contains_key(&(record.layer, record.key()))
    }

    /// Whether one of that code holds on a day of the period; those that `fits` leaves out do not count.
    fn of_code(
        &self,
        layer: Layer,
        code: &str,
        period: Period,
        fits: impl Fn(&Record) -> bool,
    ) -> Option<&Record> {
        let kept = self.snapshot.layer(layer).by_code(code).map(Arc::as_ref).filter(|r| self.stays(r));
        let new = self.by_code.get(&(layer, code)).into_iter().flatten().copied();
        kept.chain(new).find(|record| overlap(record.valid, period) && fits(record))
    }

    fn of_id(&self, layer: Layer, id: &str, period: Period, fits: impl Fn(&Record) -> bool) -> bool {
        let Ok(id) = id.parse() else { return false };
        let kept = self.snapshot.layer(layer).versions(id).map(Arc::as_ref).filter(|r| self.stays(r));
        let new = self.by_id.get(&(layer, id)).into_iter().flatten().copied();
        kept.chain(new).any(|record| overlap(record.valid, period) && fits(record))
    }

    fn leads_somewhere(&self, to: Reference, value: &str, period: Period) -> bool {
        // What is not shown cannot be referred to: the answer would tell that it is there.
        let seen = |record: &Record| record.secrecy <= self.app.options.show;
        match to.by {
            RefBy::Code => self.of_code(to.layer, value, period, seen).is_some(),
            RefBy::Id => self.of_id(to.layer, value, period, seen),
        }
    }

    /// Another record of the layer with the same code on a common day.
    fn code_taken(&self, before: Option<&Record>, record: &Record, row: Option<u64>) -> Option<Finding> {
        let code = record.code.as_deref()?;
        if before.is_some_and(|before| before.code == record.code && before.valid == record.valid) {
            return None;
        }
        let other = self.of_code(record.layer, code, record.valid, |other| other.id != record.id)?;
        let what = if other.secrecy <= self.app.options.show {
            let called = other.label().unwrap_or(code);
            Bilingual::new(
                format!("代码 {code} 在同一时期已由“{called}”（{}）使用。", other.id),
                format!("Code {code} is already that of {called:?} ({}) at the same time.", other.id),
            )
        } else {
            Bilingual::new(
                format!("代码 {code} 在同一时期已被使用。"),
                format!("Code {code} is already in use at the same time."),
            )
        };
        Some(finding("edit.code_taken", record, "code", row, what).with_evidence(code))
    }

    /// References of a record that are new and lead nowhere.
    fn lost_references(
        &self,
        before: Option<&Record>,
        record: &Record,
        row: Option<u64>,
        findings: &mut Vec<Finding>,
    ) {
        for (field, to, value) in references(record) {
            let same = |before: &Record| before.text(field.name) == Some(value);
            if before.is_some_and(same) || self.leads_somewhere(to, value, record.valid) {
                continue;
            }
            let (title, layer) = (record.layer.def().field_title(field.name), to.layer.def().title());
            let short: String = value.chars().take(60).collect();
            let what = Bilingual::new(
                format!("“{}”所指的 {short} 在“{}”中没有。", title.zh, layer.zh),
                format!("{}: there is no {short:?} in {}.", title.en, layer.en),
            );
            findings.push(finding("edit.reference", record, field.name, row, what).with_evidence(value));
        }
    }

    /// Records that refer to what goes, or to the code that it had.
    fn left_behind(&self, before: &Record, now: Option<&Record>, row: Option<u64>, broken: &mut Broken) {
        if now.is_some_and(|now| now.code == before.code) {
            return;
        }
        let incoming = self.app.incoming_to(self.snapshot, before.layer);
        let left: Vec<(&Record, &'static str)> = incoming
            .to(before)
            .filter(|(pointing, field)| self.is_left(before, pointing, field))
            .map(|(pointing, field)| (&**pointing, *field))
            .collect();
        if left.is_empty() {
            return;
        }
        let shown: Vec<_> =
            left.iter().filter(|(pointing, _)| pointing.secrecy <= self.app.options.show).collect();
        let names: Vec<&str> =
            shown.iter().take(NAMED).filter_map(|(pointing, _)| pointing.label()).collect();
        let (zh, en) = match now {
            None => ("不能删除", "It cannot be deleted"),
            Some(_) => ("不能改代码", "Its code cannot be changed"),
        };
        let what = Bilingual::new(
            format!("{zh}：还有 {} 条记录引用它：{}。", left.len(), names.join("、")),
            format!("{en}: {} records refer to it: {}.", left.len(), names.join(", ")),
        );
        let field = if now.is_some() { "code" } else { "id" };
        broken.findings.push(finding("edit.referred", before, field, row, what));
        let room = LISTED.saturating_sub(broken.referrers.len());
        broken.referrers.extend(shown.into_iter().take(room).map(|(pointing, field)| {
            json!({
                "layer": pointing.layer.name(),
                "id": pointing.id.to_string(),
                "label": pointing.label(),
                "field": field,
                "refers_to": before.id.to_string(),
            })
        }));
    }

    /// Whether a reference that led to a record would lead nowhere.
    fn is_left(&self, before: &Record, pointing: &Record, field: &str) -> bool {
        if pointing.id == before.id || !overlap(pointing.valid, before.valid) {
            return false;
        }
        let pointing = match self.changed.get(&(pointing.layer, pointing.key())) {
            Some(Some(changed)) => changed,
            // It goes too.
            Some(None) => return false,
            None => pointing,
        };
        let Some((_, to, value)) = references(pointing).find(|(known, ..)| known.name == field) else {
            return false;
        };
        let led = match to.by {
            RefBy::Code => before.code.as_deref() == Some(value),
            RefBy::Id => before.id.to_string() == value,
        };
        // One that is not shown holds a reference as well as any other.
        led && !match to.by {
            RefBy::Code => self.of_code(to.layer, value, pointing.valid, |_| true).is_some(),
            RefBy::Id => self.of_id(to.layer, value, pointing.valid, |_| true),
        }
    }
}

/// A division with a polygon is not taken away by hand: its neighbours share its borders, a hole would be left.
fn hole(before: &Record, now: Option<&Record>, row: Option<u64>) -> Option<Finding> {
    if before.layer != Layer::Division || before.geometry.is_none() || now.is_some() {
        return None;
    }
    let what = Bilingual::new(
        "不能删除：这个区划有边界，与邻区共用，单独删除会留下空洞。撤销、合并请填失效日期；范围调整请把改好的整片区划从文件导入。",
        "It cannot be deleted: the division has borders, which it shares with its neighbours, and would leave a hole. \
         Where it is abolished or merged, enter the day on which it ends; a new extent comes in with a whole import.",
    );
    Some(finding("edit.division_deletion", before, "geometry", row, what))
}

/// The fields of a record that refer to others, with what they say.
fn references(record: &Record) -> impl Iterator<Item = (&'static FieldDef, Reference, &str)> {
    record.layer.def().fields.iter().enumerate().filter_map(|(at, field)| {
        Some((field, field.refers?, record.fields.get(at).and_then(Value::as_text)?))
    })
}

fn finding(rule: &str, record: &Record, field: &str, row: Option<u64>, what: Bilingual) -> Finding {
    let name = Some(format!("{}/{}", record.layer, record.id));
    let spot = Spot { field: Some(field.to_owned()), record: name, row, ..Spot::default() };
    let done = Bilingual::new("未修改。", "Nothing was changed.");
    Finding::new(rule, Severity::Error, spot, what, done)
}

impl App {
    /// Who points at a layer's records at the newest revision.
    fn incoming_to(&self, snapshot: &Snapshot, layer: Layer) -> Arc<Incoming> {
        let at = snapshot.revision();
        self.incoming.get_with((layer, at, at), || Arc::new(Incoming::of(snapshot, layer)))
    }
}
