//! `POST /api/v1/inspections/{id}/records`: what a side found at a marker or along a segment.
//!
//! One change set: the record, the marker's condition as the record leaves it, and the round's stage where
//! field work begins with it. A side has one record of a task; sent again it is changed.

use std::collections::HashSet;
use std::sync::Arc;

use axum::http::StatusCode;
use geo_types::Coord;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::{Act, Content, Deed, Task, check_writable, commit_made, new_id};
use crate::api::problem::Problem;
use crate::api::v1::content_tag;
use crate::boundary::checks::{self, Inspected, Round, Scene, Scope};
use crate::boundary::inspection::{self, Subject};
use crate::crs::{Crs, geodesic};
use crate::findings::CheckFinding;
use crate::model::{Date, Layer, Record, RecordId, SetKind, vocab};
use crate::snapshot::Snapshot;

/// A record of a side.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Inspect {
    /// marker or segment
    subject: String,
    /// code of the line
    line: String,
    /// full number of the marker, or number of the segment
    key: String,
    /// a, b, c or joint
    side: String,
    /// tag of the side's record that is changed; absent where it has none yet
    #[serde(default)]
    etag: Option<String>,
    /// its fields by name; null takes a value away
    #[serde(default)]
    #[schema(value_type = Object)]
    set: Map<String, Json>,
    /// where the marker was found: longitude and latitude (CGCS2000); null takes it away, absent leaves it
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<f64>>)]
    at: Option<Option<[f64; 2]>>,
    #[serde(flatten)]
    act: Act,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<[f64; 2]>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What was recorded.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// the revision in which it stands
    revision: u64,
    /// id of the record
    record: String,
    /// its tag as it is now
    etag: Option<String>,
    /// the marker's condition in the register now
    condition: Option<String>,
    /// what the rules say of the record (B11, B14)
    checks: Vec<CheckFinding>,
}

/// The handler.
pub fn save(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let round = ask.record_id()?;
    let mut wanted: Inspect = ask.json()?;
    let subject = wanted.check()?;
    let act = wanted.act.clone();
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    // A record that is made anew keeps its id when the decision is made again.
    let fresh = new_id(app);
    let day = app.today();
    let done = commit_made(app, header, |snapshot| {
        let scene = Scene::new(snapshot, day, Scope::All);
        Saving { app, snapshot, scene: &scene, day, subject, wanted: &wanted }.tasks(round, fresh)
    })?;
    let record = done.one(|outcome| outcome.layer == Layer::InspectionRecord)?;
    let snapshot = app.register.snapshot();
    let marker = (subject == Subject::Marker).then(|| {
        let mut found = snapshot.layer(Layer::BoundaryMarker).by_code(&wanted.key);
        found.find(|marker| marker.valid.contains(day)).and_then(|marker| marker.text("condition"))
    });
    Answer::json(&Recorded {
        revision: done.revision.0,
        record: record.id.to_string(),
        etag: record.etag.clone(),
        condition: marker.flatten().map(str::to_owned),
        checks: said_by_rules(app, &snapshot, record.id, day)?,
    })
}

impl Inspect {
    /// Refuses what no record can say; removes fields that are not for the client to set.
    fn check(&mut self) -> Result<Subject, Problem> {
        let unfit = |field: &str, zh: &str, en: &str| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "inspection.unfit", zh, en).with("field", field)
        };
        let subject = Subject::from_word(&self.subject).ok_or_else(|| {
            unfit("subject", "对象应为 marker 或 segment。", "The subject is marker or segment.")
        })?;
        if !["a", "b", "c", "joint"].contains(&self.side.as_str()) {
            let (zh, en) = ("一方应为 a、b、c 或 joint。", "The side is a, b, c or joint.");
            return Err(unfit("side", zh, en));
        }
        let inside = |[x, y]: &[f64; 2]| x.abs() <= 180.0 && y.abs() <= 90.0;
        if let Some(Some(at)) = &self.at
            && !inside(at)
        {
            let (zh, en) =
                ("经度在 ±180、纬度在 ±90 之间。", "A longitude is within ±180, a latitude within ±90.");
            return Err(unfit("at", zh, en));
        }
        for field in Layer::InspectionRecord.def().fields {
            let (Some(list), Some(value)) = (field.list.map(vocab::list), self.set.get(field.name)) else {
                continue;
            };
            let known = |word: &str| list.open || list.values.iter().any(|value| value.code == word);
            if !value.is_null() && !value.as_str().is_some_and(known) {
                let (zh, en) = ("取值不在代码表中。", "The value is not in the code list.");
                return Err(unfit(field.name, zh, en));
            }
        }
        for own in ["round_code", "subject", "line_code", "marker_code", "segment", "side", "offset_m"] {
            self.set.remove(own);
        }
        Ok(subject)
    }
}

/// What a decision needs.
struct Saving<'s, 'a> {
    app: &'s App,
    snapshot: &'a Snapshot,
    scene: &'s Scene<'a>,
    day: Date,
    subject: Subject,
    wanted: &'s Inspect,
}

impl<'a> Saving<'_, 'a> {
    fn tasks(&self, round: RecordId, fresh: RecordId) -> Result<Vec<Task>, Problem> {
        let shown = |record: &Record| record.secrecy <= self.app.options.show;
        let mut rounds = self.scene.all_rounds();
        let round = rounds.find(|own| own.record.id == round && shown(own.record));
        let round = round.ok_or_else(unknown_record)?;
        if round.record.text("stage") == Some("closed") {
            return Err(closed());
        }
        let (line, key) = (self.wanted.line.as_str(), self.wanted.key.as_str());
        let task = inspection::task(self.scene, round, self.subject, (line, key))
            .filter(|task| inspection::is_shown(self.scene, task, self.app.options.show))
            .ok_or_else(no_task)?;
        let before = self.own_record(round);
        let mut set = self.fields(round, &task, before.map(|own| &**own.record));
        let archive = task.at.map(|[x, y]| Coord { x, y });
        if let Some(at) = self.wanted.at {
            let off = at.zip(archive).map(|([x, y], archive)| geodesic::distance_m(Coord { x, y }, archive));
            set.insert("offset_m".into(), json!(off.map(|metres| (metres * 100.0).round() / 100.0)));
        }
        let geometry = self.wanted.at.map(|at| {
            at.map_or(Json::Null, |coordinates| json!({ "type": "Point", "coordinates": coordinates }))
        });
        let content = Content { set, geometry, crs: Crs::Crs84, merge: false };
        let (id, held, deed) = match before {
            None if self.wanted.etag.is_some() => return Err(gone()),
            None => (fresh, None, Deed::Create(content)),
            Some(own) => {
                let held = self.wanted.etag.clone();
                (own.record.id, Some(held.ok_or_else(|| recorded(own))?), Deed::Patch(content))
            }
        };
        let inspected = self.inspected(before);
        let mut tasks = vec![Task { layer: Layer::InspectionRecord, id, as_of: self.day, held, deed }];
        tasks.extend(self.marker(&task, before, id, inspected));
        tasks.extend(self.field_work(round, inspected));
        Ok(tasks)
    }

    /// The side's record of the task, where there is one.
    fn own_record(&self, round: &Round<'_>) -> Option<&Inspected<'a>> {
        self.scene.inspected_in(round.code()).find(|inspected| {
            let record = inspected.record;
            let about = match self.subject {
                Subject::Marker => record.text("marker_code") == Some(&self.wanted.key),
                Subject::Segment => {
                    record.text("line_code") == Some(&self.wanted.line)
                        && record.text("segment") == Some(&self.wanted.key)
                }
            };
            about
                && record.text("subject") == Some(self.subject.word())
                && record.text("side") == Some(&self.wanted.side)
        })
    }

    fn fields(
        &self,
        round: &Round<'_>,
        task: &inspection::Task,
        before: Option<&Record>,
    ) -> Map<String, Json> {
        let mut set = self.wanted.set.clone();
        let mut put = |name: &str, value: Json| set.insert(name.to_owned(), value);
        put("round_code", json!(round.code()));
        put("subject", json!(self.subject.word()));
        put("line_code", json!(self.wanted.line));
        put("side", json!(self.wanted.side));
        match self.subject {
            Subject::Marker => put("marker_code", json!(self.wanted.key)),
            Subject::Segment => put("segment", json!(self.wanted.key)),
        };
        if let Some(segment) = &task.segment {
            put("from_marker", json!(segment.from_marker));
            put("to_marker", json!(segment.to_marker));
        }
        if before.is_none() {
            set.entry("inspected").or_insert_with(|| json!(self.day.to_string()));
        }
        set
    }

    /// A field as it will be.
    fn value<'v>(&'v self, before: Option<&'v Inspected<'a>>, name: &str) -> Option<&'v str> {
        match self.wanted.set.get(name) {
            Some(value) => value.as_str(),
            None => before.and_then(|own| own.record.text(name)),
        }
    }

    fn inspected(&self, before: Option<&Inspected<'a>>) -> Date {
        let given = self.wanted.set.get("inspected").and_then(Json::as_str).and_then(|day| day.parse().ok());
        let own = || before.and_then(|own| own.fields()).and_then(|fields| fields.inspected);
        given.or_else(own).unwrap_or(self.day)
    }

    /// The marker's condition as the record leaves it, unless a later record of it tells otherwise.
    fn marker(
        &self,
        task: &inspection::Task,
        before: Option<&Inspected<'a>>,
        own: RecordId,
        inspected: Date,
    ) -> Option<Task> {
        let marker = self.snapshot.layer(Layer::BoundaryMarker).get(task.marker?, self.day)?;
        let found = match self.wanted.set.get("found") {
            Some(value) => value.as_bool(),
            None => before.and_then(|own| own.fields()).and_then(|fields| fields.found),
        };
        let left = inspection::condition_after(
            found,
            self.value(before, "condition"),
            self.value(before, "action"),
        )?;
        let later = self.scene.inspected().any(|other| {
            other.record.id != own
                && other.record.text("marker_code") == Some(&self.wanted.key)
                && other.fields().and_then(|fields| fields.inspected).is_some_and(|day| day > inspected)
        });
        if later || marker.text("condition") == Some(left) {
            return None;
        }
        let mut set = Map::new();
        set.insert("condition".into(), json!(left));
        Some(self.patch(marker, set))
    }

    /// With its first record a round that was being prepared is in the field.
    fn field_work(&self, round: &Round<'_>, inspected: Date) -> Option<Task> {
        let stage = round.record.text("stage").unwrap_or("plan");
        if !["plan", "desk"].contains(&stage) {
            return None;
        }
        let mut set = Map::new();
        set.insert("stage".into(), json!("field"));
        if round.fields().is_some_and(|fields| fields.begun.is_none()) {
            set.insert("begun".into(), json!(inspected.to_string()));
        }
        Some(self.patch(round.record, set))
    }

    fn patch(&self, record: &Record, set: Map<String, Json>) -> Task {
        Task {
            layer: record.layer,
            id: record.id,
            as_of: self.day,
            held: Some(format!("\"{}\"", content_tag(record))),
            deed: Deed::Patch(Content { set, geometry: None, crs: Crs::Crs84, merge: false }),
        }
    }
}

fn said_by_rules(
    app: &App,
    snapshot: &Snapshot,
    record: RecordId,
    day: Date,
) -> Result<Vec<CheckFinding>, Problem> {
    let scope = Scope::Only(HashSet::from([(Layer::InspectionRecord, record)]), Vec::new());
    let scene = Scene::new(snapshot, day, scope);
    let rules = &app.boards.rules;
    let found = checks::run_some(&scene, rules, &|rule| ["B11", "B14"].contains(&rule));
    let found = found.map_err(|error| Problem::internal(&error))?;
    let shown = found.iter().filter(|noticed| noticed.is_shown(snapshot, app.options.show));
    let told =
        shown.filter_map(|noticed| Some(CheckFinding::of(noticed, rules.on(&noticed.finding.rule, day)?)));
    Ok(told.collect())
}

fn closed() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "round.closed",
        "这轮联检已办结，不能再记录。",
        "The round is closed; nothing can be recorded.",
    )
    .then("确需补记的，先把它退回外业阶段。", "If something must be added, lead it back to field work first.")
}

fn no_task() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "inspection.no_task",
        "这轮联检没有这项任务。",
        "The round has no such task.",
    )
    .then(
        "请刷新任务清单：界桩或分段可能已改。",
        "Read the list of tasks again: markers or segments may have changed.",
    )
}

fn recorded(own: &Inspected<'_>) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "inspection.recorded",
        "这一方已有人记录了这项任务，本次未保存。",
        "This side has a record of the task already; nothing was saved.",
    )
    .then("请刷新后在已有记录上补充。", "Read it again and add to the record that is there.")
    .with("record", own.record.id.to_string())
    .with("etag", format!("\"{}\"", content_tag(own.record)))
}

fn gone() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "inspection.gone",
        "要修改的记录已被撤销或删除，本次未保存。",
        "The record to be changed is gone; nothing was saved.",
    )
    .then("请刷新后重新记录。", "Read the task again and record it anew.")
}
