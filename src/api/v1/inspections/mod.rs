//! `/api/v1/inspections`: how far the rounds are, which lines are due, what a round has to look at and what was
//! found; rounds made and led from stage to stage; records of the sides.

mod book;
mod conditions;
mod record;
mod round;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::view::View;
use crate::boundary::checks::{Round, Scene, Scope, Tolerance};
use crate::boundary::inspection::{self, LineDue, Progress, Proposal, Task};
use crate::model::Layer;

const LINES: Param =
    Param {
        name: "lines", shape: "string", about: "界线代码，用逗号隔开 · codes of lines, by commas"
    };
const SPECIAL: Param =
    Param { name: "special", shape: "boolean", about: "专项联检 · a round for a cause of its own" };

const ALL: &str = "/api/v1/inspections";
const ONE: &str = "/api/v1/inspections/{id}";
const RECORDS: &str = "/api/v1/inspections/{id}/records";
const STAGE: &str = "/api/v1/inspections/{id}/stage";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(ALL, "checks", "联检进度与到期界线 · rounds and lines that are due", board)
        .query(&[super::AS_OF, super::REVISION])
        .answers("InspectionBoard"),
    Route {
        method: Verb::Post,
        body: Some("NewRound"),
        ..Route::get(ALL, "checks", "建立一轮联检 · make a round", round::make).answers("RoundMade")
    },
    Route::get(
        "/api/v1/inspections/proposal",
        "checks",
        "试排一轮联检：编号、名称、任务 · a round as it would be: code, name, tasks",
        proposal,
    )
    .query(&[super::AS_OF, super::REVISION, LINES, SPECIAL])
    .answers("RoundProposal"),
    Route::get(ONE, "checks", "一轮联检的任务与记录 · tasks of a round, with what was recorded", one)
        .query(&[super::AS_OF, super::REVISION])
        .answers("RoundTasks"),
    Route {
        method: Verb::Post,
        body: Some("Inspect"),
        ..Route::get(
            RECORDS,
            "checks",
            "一方的联检记录，连同界桩状态一次提交 · a side's record, with the marker's condition",
            record::save,
        )
        .answers("Recorded")
    },
    Route {
        method: Verb::Post,
        body: Some("NextStage"),
        ..Route::get(
            STAGE,
            "checks",
            "改变联检阶段，办结前检核 · lead a round to a stage; checked before it is closed",
            round::stage,
        )
        .answers("RoundMade")
    },
    Route {
        media: &[book::SHEET],
        ..Route::get(
            "/api/v1/inspections/{id}/round.xlsx",
            "checks",
            "一轮联检的工作簿 · a round as a workbook",
            book::get,
        )
        .query(&[super::AS_OF, super::REVISION])
    },
    Route::get(
        "/api/v1/inspections/markers/{id}",
        "checks",
        "界桩状态沿革 · the condition of a marker over time",
        conditions::get,
    )
    .query(&[super::AS_OF])
    .answers("MarkerConditions"),
];

/// Adds the schemas of what is sent and taken here.
pub fn add_schemas(named: &mut Named) {
    add::<InspectionBoard>(named);
    add::<RoundTasks>(named);
    add::<RoundProposal>(named);
    add::<round::NewRound>(named);
    add::<round::NextStage>(named);
    add::<round::RoundMade>(named);
    add::<record::Inspect>(named);
    add::<record::Recorded>(named);
    add::<conditions::MarkerConditions>(named);
}

/// All rounds and all lines of county level and up.
#[derive(Serialize, utoipa::ToSchema)]
pub struct InspectionBoard {
    revision: u64,
    as_of: String,
    /// by code
    rounds: Vec<Progress>,
    /// the earliest first
    due: Vec<LineDue>,
}

/// A round with its tasks.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RoundTasks {
    revision: u64,
    #[serde(flatten)]
    progress: Progress,
    /// by line: markers, then segments
    tasks: Vec<Task>,
    /// by id of a record its tag, for changing it
    tags: BTreeMap<String, String>,
    /// how far a position may lie from the archive, where there is a rule
    tolerance: Option<Tolerance>,
    /// actions that count as repair, for which the neighbour must be present
    repairs: Vec<String>,
}

/// A round as it would be.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RoundProposal {
    revision: u64,
    #[serde(flatten)]
    proposal: Proposal,
}

/// Whether a line may be shown.
fn sees_line(view: &View, scene: &Scene<'_>, code: &str) -> bool {
    scene.line(code).is_none_or(|line| view.sees(line.record))
}

/// The tasks of a round that may be shown.
fn shown_tasks(app: &App, view: &View, scene: &Scene<'_>, round: &Round<'_>) -> Result<Vec<Task>, Problem> {
    let tasks = inspection::tasks(scene, round, &app.boards.rules);
    let mut tasks = tasks.map_err(|error| Problem::internal(&error))?;
    tasks.retain(|task| inspection::is_shown(scene, task, view.show));
    let rows = view.snapshot.layer(Layer::InspectionRecord);
    for task in &mut tasks {
        task.records.retain(|said| rows.get(said.id, view.as_of).is_some_and(|record| view.sees(record)));
    }
    Ok(tasks)
}

/// `GET /api/v1/inspections`
fn board(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let shown = scene.all_rounds().filter(|round| {
        view.sees(round.record) && round.line_codes().all(|code| sees_line(&view, &scene, code))
    });
    let progress = |round: &Round<'_>| {
        Ok(inspection::progress_of(&scene, round, &shown_tasks(app, &view, &scene, round)?))
    };
    let mut rounds: Vec<Progress> = shown.map(progress).collect::<Result<_, Problem>>()?;
    rounds.sort_by(|a, b| (&a.code, &a.id).cmp(&(&b.code, &b.id)));
    let mut due = inspection::due(&scene, &app.boards.rules).map_err(|error| Problem::internal(&error))?;
    due.retain(|line| sees_line(&view, &scene, &line.code));
    Answer::json(&InspectionBoard { revision: view.revision().0, as_of: view.as_of.to_string(), rounds, due })
}

/// The round of the address.
fn asked_round<'s, 'a>(view: &View, scene: &'s Scene<'a>, ask: &Ask) -> Result<&'s Round<'a>, Problem> {
    let record = view.record(Layer::InspectionRound, ask.record_id()?)?;
    scene.all_rounds().find(|round| round.record.id == record.id).ok_or_else(unknown_record)
}

/// `GET /api/v1/inspections/{id}`
fn one(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let round = asked_round(&view, &scene, ask)?;
    let tasks = shown_tasks(app, &view, &scene, round)?;
    let rows = view.snapshot.layer(Layer::InspectionRecord);
    let records = tasks.iter().flat_map(|task| &task.records);
    let tags = records.filter_map(|said| {
        let record = rows.get(said.id, view.as_of)?;
        Some((said.id.to_string(), format!("\"{}\"", content_tag(record))))
    });
    let failed = |error| Problem::internal(&error);
    Answer::json(&RoundTasks {
        revision: view.revision().0,
        progress: inspection::progress_of(&scene, round, &tasks),
        tags: tags.collect(),
        tolerance: Tolerance::on(&app.boards.rules, view.as_of).map_err(failed)?,
        repairs: crate::boundary::checks::repairs(&app.boards.rules, view.as_of).map_err(failed)?,
        tasks,
    })
}

/// Lines that a question names at most.
const MOST_LINES: usize = 500;

/// `GET /api/v1/inspections/proposal`
fn proposal(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let codes: Vec<&str> = ask.param("lines").unwrap_or_default().split(',').map(str::trim).collect();
    if codes.len() > MOST_LINES {
        return Err(Problem::parameter("lines", "至多 500 条", "at most 500 lines"));
    }
    let seen: Vec<&str> = codes.into_iter().filter(|code| sees_line(&view, &scene, code)).collect();
    let special = ask.param("special") == Some("true");
    let mut proposal = inspection::propose(&scene, &seen, special);
    proposal.tasks.retain(|task| inspection::is_shown(&scene, task, view.show));
    Answer::json(&RoundProposal { revision: view.revision().0, proposal })
}
