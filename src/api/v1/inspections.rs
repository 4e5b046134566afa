//! `/api/v1/inspections`: how far the rounds are, which lines are due, and what a round has to look at.

use std::sync::Arc;

use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::route::Route;
use crate::api::view::View;
use crate::boundary::checks::{Scene, Scope};
use crate::boundary::inspection::{self, LineDue, Progress, Task};
use crate::model::Layer;

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/inspections", "checks", "联检进度与到期界线 · rounds and lines that are due", board)
        .query(&[super::AS_OF, super::REVISION])
        .answers("InspectionBoard"),
    Route::get("/api/v1/inspections/{id}", "checks", "一轮联检的任务清单 · tasks of a round", round)
        .query(&[super::AS_OF, super::REVISION])
        .answers("RoundTasks"),
];

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
    #[serde(flatten)]
    progress: Progress,
    /// by line: markers, then segments
    tasks: Vec<Task>,
}

/// Whether a line may be shown.
fn sees_line(view: &View, scene: &Scene<'_>, code: &str) -> bool {
    scene.line(code).is_none_or(|line| view.sees(line.record))
}

/// `GET /api/v1/inspections`
fn board(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let shown = scene.all_rounds().filter(|round| {
        view.sees(round.record) && round.line_codes().all(|code| sees_line(&view, &scene, code))
    });
    let mut rounds: Vec<Progress> = shown.map(|round| inspection::progress(&scene, round)).collect();
    rounds.sort_by(|a, b| (&a.code, &a.id).cmp(&(&b.code, &b.id)));
    let mut due = inspection::due(&scene, &app.boards.rules).map_err(|error| Problem::internal(&error))?;
    due.retain(|line| sees_line(&view, &scene, &line.code));
    Answer::json(&InspectionBoard { revision: view.revision().0, as_of: view.as_of.to_string(), rounds, due })
}

/// `GET /api/v1/inspections/{id}`
fn round(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let record = view.record(Layer::InspectionRound, ask.record_id()?)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let found = scene.all_rounds().find(|round| round.record.id == record.id);
    let round = found.ok_or_else(crate::api::ask::unknown_record)?;
    let mut tasks = inspection::tasks(&scene, round);
    tasks.retain(|task| {
        sees_line(&view, &scene, &task.line)
            && scene.numbered(&task.key).all(|marker| view.sees(marker.record))
    });
    Answer::json(&RoundTasks { progress: inspection::progress(&scene, round), tasks })
}
