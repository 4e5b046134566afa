//! Findings on service circles: F01 to F03.

use std::sync::Arc;

use serde::Serialize;

use super::ask::ground;
use crate::access::checks::{Scene, run};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::findings::CheckFinding;

/// Findings.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ServiceFindings {
    revision: u64,
    date: String,
    /// by rule; of F03 those with most people of 60 and more first
    findings: Vec<CheckFinding>,
}

pub(super) fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::now(app);
    let ground = ground(app, ask.param("count"), ask.date("date")?)?;
    let (rules, day) = (&app.boards.rules, ground.scope.day);
    let scene = Scene { snapshot: &view.snapshot, ground: &ground };
    let found = run(&scene, rules, &|_| true).map_err(|error| Problem::internal(&error))?;
    let shown = found.iter().filter(|one| one.is_shown(&view.snapshot, view.show));
    let described = shown.filter_map(|one| Some(CheckFinding::of(one, rules.on(&one.finding.rule, day)?)));
    Answer::json(&ServiceFindings {
        revision: ground.revision.0,
        date: day.to_string(),
        findings: described.collect(),
    })
}
