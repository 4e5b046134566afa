//! `POST /api/v1/borders`: a border of divisions changed for all that lie along it; `…/preview`: what it would do.
//!
//! Coordinates are CGCS2000 longitude and latitude (CRS84 order), rounded to 1e-9° as the register keeps them:
//! points of borders are found by being equal.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::border_actions::{BorderAction, actions, misshapen};
use super::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::{Act, check_reach, check_writable};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Route, Verb};
use crate::api::view::View;
use crate::api::wire::geometry_json;
use crate::boundary::editing::{self, Asked, LineChange, Outcome, Planned, Refused};
use crate::findings::CheckFinding;
use crate::model::{Date, Header, IdSource, Record, Revision, SetKind, Value};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route {
        method: Verb::Post,
        body: Some("BorderQuestion"),
        ..Route::get(
            "/api/v1/borders/preview",
            "boundary",
            "试改界线：两侧区划的新图形与面积 · what a change of a border would do to both sides",
            preview,
        )
        .answers("Borders")
    },
    Route {
        method: Verb::Post,
        body: Some("BorderChange"),
        ..Route::get(
            "/api/v1/borders",
            "boundary",
            "改动区划界线，两侧一起改 · a border changed on both of its sides",
            change,
        )
        .answers("Borders")
    },
];

/// Findings in an answer at most.
const MOST_FINDINGS: usize = 200;

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<BorderQuestion>(named);
    add::<BorderChange>(named);
    add::<Borders>(named);
}

/// A change of a border.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct BorderQuestion {
    /// what is to be done, one after another; what an action makes is there for the next
    actions: Vec<BorderAction>,
    /// the day whose divisions are meant, today if absent
    #[serde(default)]
    day: Option<String>,
    /// from this day on things are so in law: the versions that hold end then. Absent: a mistake is corrected
    #[serde(default)]
    from: Option<String>,
    /// whether a preview is to say what the checks would find new
    #[serde(default)]
    checks: bool,
}

/// A change of a border, by whom and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct BorderChange {
    #[serde(flatten)]
    question: BorderQuestion,
    /// tags of the divisions that change, by id, as the preview gave them
    held: BTreeMap<String, String>,
    #[serde(flatten)]
    act: Act,
}

/// What becomes of the divisions.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Borders {
    /// the revision looked at, or in which it now stands
    revision: u64,
    /// the highest level first
    divisions: Vec<BorderSide>,
    /// records of boundary lines that follow; those above the class that is shown are left out
    lines: Vec<BorderLineChange>,
    /// what the checks would find that they do not find now, where it was asked for
    findings: Vec<CheckFinding>,
}

/// What becomes of one division.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderSide {
    id: String,
    label: Option<String>,
    code: Option<String>,
    level: Option<String>,
    /// for a new division the place of the action that makes it: later actions name it `new:<place>`
    made: Option<usize>,
    /// tag to send with the change; none for a new division
    etag: Option<String>,
    /// m², geodesic
    area_before_m2: f64,
    /// m², geodesic
    area_after_m2: f64,
    /// GeoJSON; null for a new division
    #[schema(value_type = Object)]
    before: Json,
    /// GeoJSON; null for a division that ends
    #[schema(value_type = Object)]
    after: Json,
}

/// What becomes of the record of a boundary line.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderLineChange {
    id: String,
    label: Option<String>,
    code: Option<String>,
    level: Option<String>,
    /// new, changed, or ended: its two divisions border no more
    #[schema(value_type = String)]
    outcome: &'static str,
    /// m, geodesic
    length_before_m: f64,
    /// m, geodesic
    length_after_m: f64,
    /// how far it lies from where it lay, m; null for a line that is new or ends
    moved_m: Option<f64>,
    /// whether it is surveyed: such a line may get points, and never moves
    surveyed: bool,
}

impl From<&LineChange> for BorderLineChange {
    fn from(line: &LineChange) -> Self {
        let either = line.after.as_ref().or(line.before.as_deref());
        Self {
            id: either.map(|record| record.id.to_string()).unwrap_or_default(),
            label: either.and_then(|record| record.label()).map(str::to_owned),
            code: either.and_then(|record| record.code.as_deref()).map(str::to_owned),
            level: either.and_then(|record| record.text("level")).map(str::to_owned),
            outcome: match (&line.before, &line.after) {
                (None, _) => "new",
                (_, None) => "ended",
                _ => "changed",
            },
            length_before_m: line.length_before_m,
            length_after_m: line.length_after_m,
            moved_m: line.moved_m,
            surveyed: either.and_then(|record| record.get("surveyed")) == Some(Value::Bool(true)),
        }
    }
}

impl From<&Outcome> for BorderSide {
    fn from(outcome: &Outcome) -> Self {
        let Outcome { before, after, area_before_m2, area_after_m2, made } = outcome;
        let shape = |record: Option<&Record>| {
            record.and_then(|record| record.geometry.as_deref()).map_or(Json::Null, geometry_json)
        };
        let either = before.as_deref().or(after.as_ref());
        let word = |name: &str| either.and_then(|record| record.text(name)).map(str::to_owned);
        Self {
            id: either.map(|record| record.id.to_string()).unwrap_or_default(),
            label: either.and_then(|record| record.label()).map(str::to_owned),
            code: either.and_then(|record| record.code.as_deref()).map(str::to_owned),
            level: word("level"),
            made: *made,
            etag: before.as_deref().map(|record| format!("\"{}\"", content_tag(record))),
            area_before_m2: *area_before_m2,
            area_after_m2: *area_after_m2,
            before: shape(before.as_deref()),
            after: shape(after.as_ref()),
        }
    }
}

fn preview(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let question = ask.json::<BorderQuestion>()?;
    let checks = question.checks;
    let asked = read(app, question)?;
    let mut view = View::now(app);
    view.as_of = asked.from.unwrap_or(asked.day);
    let mut ids = IdSource::new(app.now_ms(), rand::random());
    let planned = editing::plan(&view.snapshot, &asked, &mut ids).map_err(|why| refusal(&why))?;
    check_shown(app, &planned)?;
    let findings = if checks { news(app, &view, &planned)? } else { Vec::new() };
    Answer::json(&Borders { findings, ..answer(app, view.revision().0, &planned) })
}

/// What the checks would find in the register as it would be, and do not find now.
fn news(app: &App, view: &View, planned: &Planned) -> Result<Vec<CheckFinding>, Problem> {
    let before = &view.snapshot;
    let failed = |error: &dyn std::fmt::Display| Problem::internal(error);
    let after =
        before.apply(Revision(before.revision().0 + 1), &planned.changes).map_err(|error| failed(&error))?;
    let (board, rules) = (app.boards.of(&app.register, view)?, &app.boards.rules);
    let next =
        board.after((before, &after), &planned.changes, rules, view.as_of).map_err(|error| failed(&error))?;
    let known: HashSet<&str> =
        board.findings().into_iter().map(|noticed| noticed.finding.id.as_str()).collect();
    let new = next.findings().into_iter().filter(|noticed| !known.contains(noticed.finding.id.as_str()));
    let shown = new.filter(|noticed| noticed.is_shown(&after, view.show));
    let said = |noticed| Some(CheckFinding::of(noticed, rules.on(&noticed.finding.rule, view.as_of)?));
    Ok(shown.filter_map(said).take(MOST_FINDINGS).collect())
}

fn change(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let BorderChange { question, held, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    carry_out(app, header, &read(app, question)?, &held)
}

/// Does what is asked, where all divisions concerned are as they were held.
pub(super) fn carry_out(
    app: &Arc<App>,
    header: Header,
    asked: &Asked,
    held: &BTreeMap<String, String>,
) -> Result<Answer, Problem> {
    let mut done = None;
    let head = app.register.commit(header, |snapshot| {
        let mut ids = IdSource::new(app.now_ms(), rand::random());
        let planned = editing::plan(snapshot, asked, &mut ids).map_err(|why| refusal(&why))?;
        check_shown(app, &planned)?;
        check_held(held, &planned)?;
        let changes = planned.changes.clone();
        check_reach(app, snapshot, &changes)?;
        done = Some(planned);
        Ok(changes)
    })?;
    // A request that was carried out before is not planned again.
    Answer::json(&answer(app, head.revision.0, &done.unwrap_or_default()))
}

pub(super) fn answer(app: &App, revision: u64, planned: &Planned) -> Borders {
    let divisions = planned.outcomes.iter().map(BorderSide::from).collect();
    let shown = |line: &&LineChange| line.secrecy() <= app.options.show;
    let lines = planned.lines.iter().filter(shown).map(BorderLineChange::from).collect();
    Borders { revision, divisions, lines, findings: Vec::new() }
}

/// What is not shown cannot be changed, and nothing is said of it.
pub(super) fn check_shown(app: &App, planned: &Planned) -> Result<(), Problem> {
    let hidden =
        |outcome: &Outcome| outcome.before.as_deref().is_some_and(|record| record.secrecy > app.options.show);
    if planned.outcomes.iter().any(hidden) { Err(unknown_record()) } else { Ok(()) }
}

/// That every division is as the person saw it who decided.
fn check_held(held: &BTreeMap<String, String>, planned: &Planned) -> Result<(), Problem> {
    for record in planned.outcomes.iter().filter_map(|outcome| outcome.before.as_deref()) {
        let now = format!("\"{}\"", content_tag(record));
        match held.get(&record.id.to_string()) {
            Some(tag) if *tag == now => {}
            Some(_) => {
                return Err(Problem::new(
                    StatusCode::PRECONDITION_FAILED,
                    "edit.overtaken",
                    format!("“{}”已被别人修改，本次修改未生效。", record.label().unwrap_or_default()),
                    "A division was changed after you looked; your change was not made.",
                )
                .then(
                    "请重新试改，核对两侧后再提交。",
                    "Preview again, look at both sides, and send anew.",
                ));
            }
            None => {
                return Err(Problem::new(
                    StatusCode::PRECONDITION_REQUIRED,
                    "edit.unseen",
                    format!("改动还涉及“{}”，held 中没有它。", record.label().unwrap_or_default()),
                    "The change touches a division that is not in held.",
                )
                .then(
                    "请先试改（preview），再带着其中的 etag 提交。",
                    "Preview first and send the tags it gives.",
                ));
            }
        }
    }
    Ok(())
}

pub(super) fn refusal(why: &Refused) -> Problem {
    match why {
        Refused::NoDivision(_) => unknown_record(),
        why => Problem::findings(&[why.finding()]),
    }
}

fn read(app: &App, question: BorderQuestion) -> Result<Asked, Problem> {
    let day = |text: Option<String>, field: &'static str| {
        let read = |text: String| text.parse::<Date>();
        text.map(read)
            .transpose()
            .map_err(|_| misshapen(field, "日期应写作 2026-01-31", "write days as 2026-01-31"))
    };
    let from = day(question.from, "from")?;
    let today = day(question.day, "day")?.unwrap_or_else(|| app.today());
    if question.actions.is_empty() {
        return Err(misshapen("actions", "没有要做的改动", "there is nothing to be done"));
    }
    Ok(Asked { day: today, from, actions: actions(question.actions)? })
}
