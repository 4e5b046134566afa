//! What happened after the demo district was made: renamings, a meal hall opened. Inspections are told in `rounds`.

use super::Step;
use super::facts::toneless;
use super::ledger::Ledger;
use super::renaming::Renaming;
use crate::model::layers::{Name, NameEvent};
use crate::model::{Change, Date, Layer, Period, Record, SetKind, Value};

/// The later edits, in order, on records as they stand after the first steps.
pub(super) fn edits(records: &[Record], renamings: &[Renaming], ledger: &mut Ledger) -> Vec<Step> {
    let mut steps = Vec::new();
    for (nth, renaming) in renamings.iter().filter(|renaming| renaming.versioned).enumerate() {
        let changes = rename(records, renaming, ledger);
        steps.push(Step {
            kind: SetKind::Edit,
            by: "演示：地名科",
            reason: format!("{}更名为{}", renaming.old.name, renaming.new.name),
            document: Some(format!("演示政复〔{}〕{}号", 2025 + nth, 12 + nth)),
            changes,
        });
    }
    steps.push(Step {
        kind: SetKind::Edit,
        by: "演示：社区科",
        reason: "规划的老年食堂建成开放".into(),
        document: None,
        changes: open_meal_halls(records),
    });
    steps.retain(|step| !step.changes.is_empty());
    steps
}

/// A copy of a record with one of its own fields set.
fn with(record: &Record, field: &str, value: Value) -> Record {
    let mut record = record.clone();
    if let Some(at) = record.layer.def().index_of(field) {
        record.fields = record.fields.with(at, Some(value));
    }
    record
}

/// Closes a version before a day and opens the next with another name.
fn new_version(record: &Record, renaming: &Renaming, day: Date) -> Option<[Change; 2]> {
    let mut closed = record.clone();
    closed.valid = Period::new(record.valid.from(), Some(day)).ok()?;
    let mut next = with(record, "name", Value::Text(renaming.new.name.into()));
    next = with(&next, "roman", Value::Text(toneless(renaming.new.pinyin).into()));
    next.version = record.version + 1;
    next.valid = Period::new(Some(day), record.valid.to()).ok()?;
    Some([Change::update(record.clone(), closed), Change::insert(next)])
}

fn rename(records: &[Record], renaming: &Renaming, ledger: &mut Ledger) -> Vec<Change> {
    let Some(day) = renaming.from else { return Vec::new() };
    let place_code = super::names::place_code(&renaming.street_code);
    let mut changes = Vec::new();
    for record in records {
        let code = record.code.as_deref().unwrap_or_default();
        let part = code.strip_prefix(renaming.street_code.as_str());
        let road = record.layer == Layer::Road
            && part.is_some_and(|rest| rest.is_empty() || rest.starts_with(['Q', '-']));
        if road || (record.layer == Layer::Place && code == place_code) {
            changes.extend(new_version(record, renaming, day).into_iter().flatten());
        }
        if record.layer == Layer::Name && code == format!("{place_code}-N1") {
            changes.extend(replace_name(record, renaming, day, &place_code, ledger));
        }
    }
    changes
}

/// The old name becomes a former one on that day; the new name is a record of its own.
fn replace_name(
    record: &Record,
    renaming: &Renaming,
    day: Date,
    place_code: &str,
    ledger: &mut Ledger,
) -> Vec<Change> {
    let Ok(old) = record.read::<Name>() else { return Vec::new() };
    let event = |kind: &str, date: Date, document: &str| NameEvent {
        kind: kind.into(),
        date: date.to_string(),
        authority: "五华区人民政府（演示）".into(),
        document: document.into(),
        ..NameEvent::default()
    };
    let mut former = old.clone();
    former.kind = Some("former".into());
    former.status = Some("former".into());
    former.events.push(event("cancelled", day, "演示更名批复"));
    let mut closed = record.clone();
    let Ok(until) = Period::new(record.valid.from(), Some(day)) else { return Vec::new() };
    closed.valid = until;
    let mut as_former = Record::of(record.id, former);
    as_former.version = record.version + 1;
    let new = Name {
        text: renaming.new.name.into(),
        specific: Some(renaming.new.specific.into()),
        generic: Some(renaming.new.generic.into()),
        roman: Some(toneless(renaming.new.pinyin)),
        pinyin_toned: Some(renaming.new.pinyin.into()),
        events: vec![
            event("approved", day.plus_days(-20), "演示更名批复"),
            event("announced", day.plus_days(-10), "演示公告"),
            event("filed", day.plus_days(-8), "演示备案"),
        ],
        ..old
    };
    let mut new = Record::of(ledger.next_id(), new);
    let Ok(from) = Period::new(Some(day), None) else { return Vec::new() };
    for (next, code) in
        [(&mut as_former, record.code.clone()), (&mut new, Some(format!("{place_code}-N3").into()))]
    {
        next.valid = from;
        next.code = code;
        next.source = record.source.clone();
    }
    vec![Change::update(record.clone(), closed), Change::insert(as_former), Change::insert(new)]
}

fn open_meal_halls(records: &[Record]) -> Vec<Change> {
    let planned = records.iter().filter(|record| {
        record.layer == Layer::Facility
            && record.text("kind") == Some("meal_hall")
            && record.text("status") == Some("planned")
    });
    planned
        .take(2)
        .map(|record| Change::update(record.clone(), with(record, "status", Value::Text("running".into()))))
        .collect()
}
