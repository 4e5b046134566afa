//! `POST /api/v1/inspections`: a round is made; `POST /api/v1/inspections/{id}/stage`: it goes on to a stage.

use std::collections::HashSet;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::{Act, Content, Deed, Task, check_writable, commit, commit_made, new_id};
use crate::api::problem::Problem;
use crate::api::v1::content_tag;
use crate::boundary::checks::{self, Period, Scene, Scope};
use crate::crs::Crs;
use crate::findings::CheckFinding;
use crate::model::{Change, Date, Layer, Record, RecordId, Secrecy, SetKind, Severity, Value};
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// A round to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NewRound {
    /// its fields by name: code, name, line_codes, cause, lead_side, planned_from, planned_to, …
    #[schema(value_type = Object)]
    set: Map<String, Json>,
    #[serde(flatten)]
    act: Act,
}

/// A stage that a round goes on to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NextStage {
    /// word of the list `inspection_stage`
    stage: String,
    /// what is written down with it: ended, signed_a, signed_a_date, filing_no, …
    #[serde(default)]
    #[schema(value_type = Object)]
    set: Map<String, Json>,
    #[serde(flatten)]
    act: Act,
}

/// A round that was made or changed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RoundMade {
    /// the revision in which it stands
    revision: u64,
    /// its id
    id: String,
    /// its tag as it is now
    etag: Option<String>,
}

fn content(set: Map<String, Json>) -> Content {
    Content { set, geometry: None, crs: Crs::Crs84, merge: false }
}

/// Makes a round, at the stage `plan` where none is given.
pub fn make(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let NewRound { mut set, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    set.entry("stage").or_insert_with(|| json!("plan"));
    let missing = |name: &str| match set.get(name) {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.trim().is_empty(),
        Some(Json::Array(items)) => items.is_empty(),
        Some(_) => false,
    };
    // Records name the round by its code, and it is about its lines.
    for (name, zh, en) in [("code", "编号", "its code"), ("line_codes", "所查界线", "its lines")] {
        if missing(name) {
            let problem = Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "round.incomplete",
                format!("建立联检须写明{zh}。"),
                format!("A round needs {en}."),
            );
            return Err(problem.with("field", name));
        }
    }
    let day = app.today();
    known_lines(&app.register.snapshot(), app, &set, day)?;
    let task = Task {
        layer: Layer::InspectionRound,
        id: new_id(app),
        as_of: day,
        held: None,
        deed: Deed::Create(content(set)),
    };
    let done = commit(app, header, &[task])?;
    let made = done.one(|outcome| outcome.layer == Layer::InspectionRound)?;
    Answer::json(&RoundMade { revision: done.revision.0, id: made.id.to_string(), etag: made.etag.clone() })
}

/// Refuses lines that the register does not have; the field is a list and no reference that is kept.
fn known_lines(snapshot: &Snapshot, app: &App, set: &Map<String, Json>, day: Date) -> Result<(), Problem> {
    let codes = set.get("line_codes").and_then(Json::as_array).into_iter().flatten();
    let lines = snapshot.layer(Layer::BoundaryLine);
    let known = |code: &str| {
        lines.by_code(code).any(|line| line.valid.contains(day) && line.secrecy <= app.options.show)
    };
    let unknown = codes.filter_map(Json::as_str).find(|code| !known(code));
    unknown.map_or(Ok(()), |code| {
        let code: String = code.chars().take(60).collect();
        Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "round.unknown_line",
            format!("没有代码为“{code}”的界线。"),
            format!("There is no line {code:?}."),
        )
        .with("field", "line_codes"))
    })
}

/// Stages from which on a round stands by what it has found: the rules about it must hold.
const SETTLED: &[&str] = &["report", "filing", "closed"];
/// The rules that must hold then.
const MUST_HOLD: &[&str] = &["B10", "B11", "B13"];

/// Leads a round to a stage.
pub fn stage(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let id = ask.record_id()?;
    let NextStage { stage, mut set, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    set.insert("stage".into(), json!(stage));
    if stage == "closed" {
        set.entry("ended").or_insert_with(|| json!(app.today().to_string()));
    }
    let done = commit_made(app, header, |snapshot| tasks_of(app, snapshot, id, &set))?;
    let round = done.one(|outcome| (outcome.layer, outcome.id) == (Layer::InspectionRound, id))?;
    Answer::json(&RoundMade { revision: done.revision.0, id: id.to_string(), etag: round.etag.clone() })
}

/// The round with its stage and, once it is closed, its lines with the day from which their period runs.
fn tasks_of(
    app: &App,
    snapshot: &Snapshot,
    id: RecordId,
    set: &Map<String, Json>,
) -> Result<Vec<Task>, Problem> {
    let day = app.today();
    let found = snapshot.layer(Layer::InspectionRound).get(id, day);
    let round = found.filter(|round| round.secrecy <= app.options.show).ok_or_else(unknown_record)?;
    let after = with_fields(round, set);
    let stage = set.get("stage").and_then(Json::as_str).unwrap_or_default();
    if SETTLED.contains(&stage) {
        let findings = standing(snapshot, round, &after, &app.boards.rules, day)?;
        if !findings.is_empty() {
            let shown = findings.iter().filter(|(class, _)| *class <= app.options.show);
            return Err(not_yet(&shown.map(|(_, finding)| finding).collect::<Vec<_>>()));
        }
    }
    let mut tasks = vec![patch(round, day, set.clone())];
    if stage == "closed" {
        tasks.extend(lines_of(app, snapshot, &after, day)?);
    }
    Ok(tasks)
}

fn patch(record: &Record, as_of: Date, set: Map<String, Json>) -> Task {
    let held = Some(format!("\"{}\"", content_tag(record)));
    Task { layer: record.layer, id: record.id, as_of, held, deed: Deed::Patch(content(set)) }
}

/// A copy with fields set; those that do not fit are left for the commit to refuse.
fn with_fields(record: &Record, set: &Map<String, Json>) -> Record {
    let mut record = record.clone();
    let def = record.layer.def();
    for (name, json) in set {
        if let (Some(at), Some(field)) = (def.index_of(name), def.field(name))
            && let Ok(value) = Value::from_json(field.kind, json)
        {
            record.fields = record.fields.with(at, value);
        }
    }
    record
}

/// What stands against the round as it would be, each with the class of the record that it is about.
fn standing(
    snapshot: &Snapshot,
    before: &Record,
    after: &Record,
    rules: &Rules,
    day: Date,
) -> Result<Vec<(Secrecy, CheckFinding)>, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::internal(error);
    let change = Change::update(before.clone(), after.clone());
    let next = crate::model::Revision(snapshot.revision().0 + 1);
    let then = match before == after {
        true => snapshot.clone(),
        false => snapshot.apply(next, &[change]).map_err(|error| failed(&format!("{error:?}")))?,
    };
    let code = after.code.as_deref().unwrap_or_default();
    let records = then.layer(Layer::InspectionRecord).iter();
    let own = records.filter(|record| record.text("round_code") == Some(code));
    let mut about: HashSet<(Layer, RecordId)> =
        own.map(|record| (Layer::InspectionRecord, record.id)).collect();
    about.insert((Layer::InspectionRound, after.id));
    let scene = Scene::new(&then, day, Scope::Only(about, Vec::new()));
    let found = checks::run_some(&scene, rules, &|rule| MUST_HOLD.contains(&rule));
    let mut standing = Vec::new();
    for noticed in found.map_err(|error| failed(&error))? {
        if noticed.finding.severity != Severity::Error {
            continue;
        }
        if let Some(rule) = rules.on(&noticed.finding.rule, day) {
            let finding = CheckFinding::of(&noticed, rule);
            let class = then.layer(noticed.layer).get(noticed.id, day).map(|record| record.secrecy);
            standing.push((class.unwrap_or_default(), finding));
        }
    }
    Ok(standing)
}

fn not_yet(findings: &[&CheckFinding]) -> Problem {
    let count = findings.len();
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "round.not_settled",
        format!("还不能进入这一阶段：有 {count} 个必须先解决的问题。未作任何修改。"),
        format!(
            "The round cannot go on to this stage: {count} findings stand against it. Nothing was changed."
        ),
    )
    .then("请按所列问题逐项办理后再试。", "Settle what is listed and try again.")
    .with("checks", serde_json::to_value(findings).unwrap_or_default())
}

/// The lines of a closed round with the days of their last and next inspection, where its cause counts.
fn lines_of(app: &App, snapshot: &Snapshot, round: &Record, day: Date) -> Result<Vec<Task>, Problem> {
    let Some(rule) = app.boards.rules.on("B09", day) else { return Ok(Vec::new()) };
    let period: Period = rule.parameters().map_err(|error| Problem::internal(&error))?;
    let Ok(fields) = round.read::<crate::model::layers::InspectionRound>() else { return Ok(Vec::new()) };
    if fields.cause.as_deref().is_some_and(|cause| !period.counts(cause)) {
        return Ok(Vec::new());
    }
    let Some(ended) = fields.ended else { return Ok(Vec::new()) };
    let mut tasks = Vec::new();
    let mut seen = HashSet::new();
    for code in &fields.line_codes {
        let mut lines = snapshot.layer(Layer::BoundaryLine).by_code(code);
        let line = lines.find(|line| line.valid.contains(day) && line.secrecy <= app.options.show);
        let newer = |line: &Record| match line.get("last_inspection") {
            Some(Value::Date(last)) => last >= ended,
            _ => false,
        };
        if let Some(line) = line.filter(|line| !newer(line) && seen.insert(line.id)) {
            let mut set = Map::new();
            set.insert("last_inspection".into(), json!(ended.to_string()));
            set.insert("next_inspection".into(), json!(period.next(ended).to_string()));
            tasks.push(patch(line, day, set));
        }
    }
    Ok(tasks)
}
