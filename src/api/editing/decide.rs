//! From tasks and a snapshot to changes, or to what does not fit.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value as Json};

use super::bonds;
use super::shape::shape_of;
use super::{Content, Deed, Task};
use crate::api::app::App;
use crate::api::ask::unknown_record;
use crate::api::problem::Problem;
use crate::api::v1::{content_tag, matches};
use crate::model::{
    Bilingual, Change, Date, FieldDef, Fields, Finding, Layer, LayerDef, Period, Record, RecordKey, Secrecy,
    Severity, Spot, Value, guard, vocab,
};
use crate::names::life;
use crate::snapshot::Snapshot;

/// Why one task is not done.
enum Refusal {
    Problem(Problem),
    Findings(Vec<Finding>),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// The changes that the tasks make; those that change nothing make none.
pub fn decide(app: &App, snapshot: &Snapshot, tasks: &[Task]) -> Result<Vec<Change>, Problem> {
    let (mut changes, mut findings, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (at, task) in tasks.iter().enumerate() {
        let notes = Notes::new(task, (tasks.len() > 1).then_some(at));
        match one(app, snapshot, task, notes) {
            Ok(Some(change)) if seen.insert((change.layer(), change.key())) => {
                changes.push((change, (tasks.len() > 1).then_some(at as u64 + 1)));
            }
            Ok(Some(_)) => {
                let what = Bilingual::new(
                    "同一条记录在一次提交中出现了两次。",
                    "The same record stands twice in one change set.",
                );
                let mut notes = Notes::new(task, Some(at));
                notes.add("edit.twice", "id", what);
                findings.extend(notes.findings);
            }
            Ok(None) => {}
            Err(Refusal::Findings(more)) => findings.extend(more),
            Err(Refusal::Problem(problem)) => return Err(of_item(problem, at, tasks.len())),
        }
    }
    if !findings.is_empty() {
        return Err(Problem::findings(&findings));
    }
    let broken = bonds::check(app, snapshot, &changes);
    if broken.findings.is_empty() {
        return Ok(changes.into_iter().map(|(change, _)| change).collect());
    }
    let problem = Problem::findings(&broken.findings);
    Err(if broken.referrers.is_empty() { problem } else { problem.with("referrers", broken.referrers) })
}

/// The problem of one of several items, with its place among them.
pub fn of_item(problem: Problem, at: usize, of: usize) -> Problem {
    if of > 1 { problem.with("item", at) } else { problem }
}

/// The refusal of a change that does not say what it was decided on, or says that it does not matter.
pub fn no_precondition(held: Option<&str>) -> Option<Problem> {
    let Some(held) = held else { return Some(untagged()) };
    if held.split(',').all(|tag| tag.trim().trim_matches('"') != "*") {
        return None;
    }
    let problem = Problem::new(
        StatusCode::PRECONDITION_REQUIRED,
        "edit.any_version",
        "If-Match 须写明所依据的 etag，不能用 *：否则会覆盖没看过的修改。",
        "If-Match must name the tag that the change was decided on; with * it could overwrite unseen work.",
    );
    Some(problem.then("请先读取记录，把其 etag 放入 If-Match。", "Read the record first and send its etag."))
}

fn untagged() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_REQUIRED,
        "edit.no_precondition",
        "修改记录须带 If-Match，说明是在哪个版本上改的。",
        "A change needs If-Match with the tag of the record it was decided on.",
    )
    .then("请先读取记录，把其 etag 放入 If-Match。", "Read the record first and send its etag.")
}

/// Whether a tag is that of a record, as it is or as whoever asks sees it.
pub fn holds(app: &App, held: &str, record: &Record) -> bool {
    let seen = guard::shown(record, app.options.show);
    matches(held, &content_tag(&seen)) || matches!(seen, Cow::Owned(_)) && matches(held, &content_tag(record))
}

fn one(app: &App, snapshot: &Snapshot, task: &Task, notes: Notes) -> Result<Option<Change>, Refusal> {
    let versions = snapshot.layer(task.layer);
    if let Deed::Create(content) = &task.deed {
        if versions.versions(task.id).next().is_some() {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "record.exists",
                "这个 ID 已有记录。",
                "There is a record of that id already.",
            )
            .then("请换一个新的 ULID，或不给 ID。", "Choose a new ULID, or give none.")
            .into());
        }
        let base = Record::new(task.layer, task.id, Fields::default());
        return revised(snapshot, base, None, content, notes).map(|record| Some(Change::insert(record)));
    }
    let before = versions.get(task.id, task.as_of).filter(|record| record.secrecy <= app.options.show);
    let before = before.ok_or_else(unknown_record)?;
    let content_now = content_tag(&guard::shown(before, app.options.show));
    if !task.held.as_deref().is_some_and(|held| holds(app, held, before)) {
        return Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "edit.overtaken",
            "打开之后这条记录已被别人修改，本次修改未生效。",
            "The record was changed after you read it; your change was not made.",
        )
        .then("请重新打开记录，核对后再改。", "Read it again, compare, and change it anew.")
        .with("etag", format!("\"{content_now}\""))
        .into());
    }
    let mut after = match &task.deed {
        Deed::Delete => return Ok(Some(Change::delete((**before).clone()))),
        Deed::Replace(content) => {
            let mut base = Record::new(task.layer, task.id, Fields::default());
            base.version = before.version;
            // Who may see it is not lifted by being forgotten.
            base.secrecy = before.secrecy;
            revised(snapshot, base, Some(before), content, notes)?
        }
        Deed::Patch(content) | Deed::Create(content) => {
            revised(snapshot, (**before).clone(), Some(before), content, notes)?
        }
    };
    guard::restore(before, &mut after, app.options.show);
    Ok((after != **before).then(|| Change::update((**before).clone(), after)))
}

/// What was noticed about one task.
struct Notes {
    record: String,
    row: Option<u64>,
    findings: Vec<Finding>,
}

impl Notes {
    fn new(task: &Task, at: Option<usize>) -> Self {
        let row = at.map(|at| at as u64 + 1);
        Self { record: format!("{}/{}", task.layer, task.id), row, findings: Vec::new() }
    }

    fn add(&mut self, rule: &str, field: &str, what: Bilingual) {
        self.add_at(rule, field, None, what);
    }

    fn add_at(&mut self, rule: &str, field: &str, at: Option<[f64; 2]>, what: Bilingual) {
        let field = field.chars().take(60).collect();
        let record = Some(self.record.clone());
        let spot = Spot { field: Some(field), record, row: self.row, at, ..Spot::default() };
        let done = Bilingual::new("未修改。", "Nothing was changed.");
        self.findings.push(Finding::new(rule, Severity::Error, spot, what, done));
    }
}

/// The record after the edit, or the findings that say what does not fit.
fn revised(
    snapshot: &Snapshot,
    base: Record,
    before: Option<&Arc<Record>>,
    content: &Content,
    mut notes: Notes,
) -> Result<Record, Refusal> {
    let replaced = before.is_none_or(|before| before.fields != base.fields || before.valid != base.valid);
    let mut after = base;
    let mut period = (after.valid.from(), after.valid.to());
    for (name, json) in &content.set {
        if let Err(what) = set_field(&mut after, &mut period, name, json, content.merge) {
            notes.add("edit.field", name, what);
        }
    }
    check_period(snapshot, &mut after, period, before, &mut notes);
    if after.layer == Layer::Name {
        follow_events(&mut after, before, content, &mut notes);
    }
    let def = after.layer.def();
    for (at, field) in def.fields.iter().enumerate().filter(|(_, field)| field.required && replaced) {
        let told = notes.findings.iter().any(|f| f.spot.field.as_deref() == Some(field.name));
        if after.fields.get(at).is_none() && !told {
            let title = def.field_title(field.name);
            let what = Bilingual::new(format!("“{}”必填。", title.zh), format!("{} is required.", title.en));
            notes.add("edit.required", field.name, what);
        }
    }
    let there = before.and_then(|before| before.geometry.as_ref());
    // Absent leaves the geometry; but a new content without geometry has none, except a division's.
    if content.geometry.is_some() {
        match shape_of(after.layer, content, there) {
            Ok(geometry) => after.geometry = geometry,
            Err(misfit) => notes.add_at(misfit.rule, "geometry", misfit.at, misfit.what),
        }
    } else if after.layer == Layer::Division {
        after.geometry = there.cloned();
    }
    if notes.findings.is_empty() { Ok(after) } else { Err(Refusal::Findings(notes.findings)) }
}

/// The status of a name follows from its events in law: it is never set by hand where there are any.
fn follow_events(after: &mut Record, before: Option<&Arc<Record>>, content: &Content, notes: &mut Notes) {
    let Some(status) = life::life().ok().and_then(|life| life.status_of(after)) else { return };
    let own = after.text("status");
    if own == Some(status.as_str()) {
        return;
    }
    let untouched = before.is_some_and(|before| before.text("status") == own);
    if content.set.contains_key("status") && own.is_some() && !untouched {
        let title = life::title("name_status", &status);
        let what = Bilingual::new(
            format!("法定状态由法定事项而定，现为“{}”，不能直接改。请登记相应的事项。", title.zh),
            format!(
                "The status follows from the events in law: it is {}. Enter the event instead.",
                title.en
            ),
        );
        notes.add("name.status_follows", "status", what);
    } else if (before.is_none() || content.set.contains_key("events") || content.set.contains_key("status"))
        && let Some(at) = after.layer.def().index_of("status")
    {
        after.fields = after.fields.with(at, Some(Value::Text(status.into())));
    }
}

fn check_period(
    snapshot: &Snapshot,
    after: &mut Record,
    (from, to): (Option<Date>, Option<Date>),
    before: Option<&Arc<Record>>,
    notes: &mut Notes,
) {
    match Period::new(from, to) {
        Ok(valid) => after.valid = valid,
        Err(_) => {
            let what = Bilingual::new("失效日期须晚于生效日期。", "The last day must come after the first.");
            notes.add("edit.period", "valid_to", what);
        }
    }
    let key: RecordKey = after.key();
    let mut others = snapshot.layer(after.layer).versions(key.id).filter(|r| r.version != key.version);
    let moved = before.is_some_and(|before| before.valid != after.valid);
    if moved && others.any(|other| overlap(other.valid, after.valid)) {
        let what = Bilingual::new(
            "该期间与这一对象的另一个版本重叠。",
            "The period overlaps that of another version of the same fact.",
        );
        notes.add("edit.period", "valid_from", what);
    }
}

/// Whether two periods have a day in common.
pub fn overlap(a: Period, b: Period) -> bool {
    let before = |end: Option<Date>, start: Option<Date>| match (end, start) {
        (Some(end), Some(start)) => end <= start,
        _ => false,
    };
    !before(a.to(), b.from()) && !before(b.to(), a.from())
}

fn set_field(
    record: &mut Record,
    period: &mut (Option<Date>, Option<Date>),
    name: &str,
    json: &Json,
    merge: bool,
) -> Result<(), Bilingual> {
    let def = record.layer.def();
    match (name, json) {
        ("extra", Json::Null) => {
            record.extra = None;
            return Ok(());
        }
        ("extra", Json::Object(members)) => {
            let mut extra = record.extra.take().filter(|_| merge).map(|extra| *extra).unwrap_or_default();
            if merge {
                merge_into(&mut extra, members)
            } else {
                extra.clone_from(members)
            }
            record.extra = Some(Box::new(extra)).filter(|extra| !extra.is_empty() || !merge);
            return Ok(());
        }
        ("extra", _) => return Err(Bilingual::new("extra 应为对象。", "extra must be an object.")),
        // A feature that is sent back has them among its properties.
        ("version", json) if json.is_null() || json.as_u64() == Some(record.version.into()) => return Ok(()),
        ("id", json) if json.is_null() || json.as_str() == Some(&record.id.to_string()) => return Ok(()),
        ("version" | "id", _) => {
            return Err(Bilingual::new(format!("{name} 不能修改。"), format!("{name} cannot be changed.")));
        }
        _ => {}
    }
    let Some(field) = def.field(name) else {
        let short: String = name.chars().take(60).collect();
        return Err(Bilingual::new(format!("没有字段“{short}”。"), format!("There is no field {short:?}.")));
    };
    let title = def.field_title(name);
    let value = read_value(field, &title, json)?;
    let text = |value: Option<Value>| match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    let date = |value: Option<Value>| match value {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    };
    match name {
        "code" => record.code = text(value),
        "source" => record.source = text(value).map(Arc::from),
        "remarks" => record.remarks = text(value),
        "secrecy" => record.secrecy = text(value).and_then(|t| Secrecy::from_code(&t)).unwrap_or_default(),
        "valid_from" => period.0 = date(value),
        "valid_to" => period.1 = date(value),
        _ => {
            if let Some(at) = def.index_of(name) {
                record.fields = record.fields.with(at, value);
            }
        }
    }
    Ok(())
}

/// RFC 7396.
fn merge_into(target: &mut Map<String, Json>, patch: &Map<String, Json>) {
    for (name, value) in patch {
        match (target.get_mut(name), value) {
            (_, Json::Null) => {
                target.shift_remove(name);
            }
            (Some(Json::Object(inner)), Json::Object(patch)) => merge_into(inner, patch),
            (_, Json::Object(patch)) => {
                let mut inner = Map::new();
                merge_into(&mut inner, patch);
                target.insert(name.clone(), Json::Object(inner));
            }
            (_, value) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

fn read_value(field: &FieldDef, title: &Bilingual, json: &Json) -> Result<Option<Value>, Bilingual> {
    let value = Value::from_json_whole(field.kind, json).map_err(|error| {
        let why = error.sentence();
        Bilingual::new(format!("“{}”：{}。", title.zh, why.zh), format!("{}: {}.", title.en, why.en))
    })?;
    match &value {
        None if field.required => Err(Bilingual::new(
            format!("“{}”必填，不能清空。", title.zh),
            format!("{} is required and cannot be taken away.", title.en),
        )),
        Some(value) if !LayerDef::admits(field, value) => {
            let list = field.list.unwrap_or_default();
            let words: Vec<&str> =
                vocab::list(list).values.iter().take(12).map(|v| v.code.as_str()).collect();
            Err(Bilingual::new(
                format!("“{}”的值不在代码表 {list} 中，可用：{}。", title.zh, words.join("、")),
                format!("{} is not in the code list {list}: {}.", title.en, words.join(", ")),
            ))
        }
        _ => Ok(value),
    }
}
