//! A plan worked on by hand: figures at every stroke, the rest done by the solver, versions saved.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::looks::{desk_of, head_of, problem};
use super::make::wrong;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::jobs::{Desk, Version};
use crate::zoning::{Figures, Watch, figures, finish as finished};

/// The numbers of zones are below this.
const MOST_ZONES: u32 = 100_000;
/// Seconds of a finish at most.
const MOST_SECONDS: f64 = 20.0;
const STEPS_A_SECOND: f64 = 40e6;

/// A division.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct PlanAssignment {
    /// zone of every unit, null where there is none
    assignment: Vec<Option<u32>>,
}

/// A division that the solver is to end.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct PlanUnfinished {
    /// zone of every unit, null where it is free
    assignment: Vec<Option<u32>>,
    /// units that stay as they are
    #[serde(default)]
    locked: Vec<u32>,
    /// 3 if absent, 20 at most
    #[serde(default)]
    seconds: Option<f64>,
    /// of all that is random
    #[serde(default)]
    seed: Option<u64>,
}

/// What came of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanFinished {
    assignment: Vec<u32>,
    figures: Figures,
    /// `found`, or `not_found` where zones are out of band or in pieces
    status: &'static str,
    /// why it cannot be, where that is sure: what is locked is too much for a zone
    #[schema(value_type = Option<Object>)]
    certificate: Option<Json>,
}

/// A version to be saved.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewPlanVersion {
    title: String,
    assignment: Vec<Option<u32>>,
    #[serde(default)]
    locked: Vec<u32>,
    #[serde(default)]
    by: String,
}

/// A saved version.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanVersion {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    version: Version,
}

/// That it is one of this plan's units.
fn check(desk: &Desk, zone: &[Option<u32>], locked: &[u32]) -> Result<(), Problem> {
    let units = desk.blocks.blocks.len();
    if zone.len() != units {
        return Err(wrong(
            "assignment",
            "assignment 应为每个街区一项",
            "assignment has one entry for each unit",
        ));
    }
    if zone.iter().flatten().any(|zone| *zone >= MOST_ZONES) {
        return Err(wrong("assignment", "区号应小于 100000", "numbers of zones are below 100,000"));
    }
    if locked.len() > units || locked.iter().any(|unit| *unit as usize >= units) {
        return Err(wrong("locked", "locked 里有不存在的街区", "locked names units that are not there"));
    }
    Ok(())
}

pub(super) fn score(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let PlanAssignment { assignment } = ask.json()?;
    let desk = desk_of(app, head.id)?;
    check(&desk, &assignment, &[])?;
    Answer::json(&figures(&desk.blocks, &desk.task, &assignment, desk.limits))
}

pub(super) fn finish(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let PlanUnfinished { assignment, locked, seconds, seed } = ask.json()?;
    let desk = desk_of(app, head.id)?;
    check(&desk, &assignment, &locked)?;
    let seconds = seconds.unwrap_or(3.0).clamp(0.1, MOST_SECONDS);
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    let go_on = || Instant::now() < until && !ask.is_given_up();
    let mut task = desk.task.clone();
    task.work = (seconds * STEPS_A_SECOND) as u64;
    task.seed = seed.unwrap_or(head.params.seed);
    let zone = finished(&task, &assignment, &locked, &Watch::new(&go_on).until(until));
    let whole: Vec<Option<u32>> = zone.iter().copied().map(Some).collect();
    let figures = figures(&desk.blocks, &desk.task, &whole, desk.limits);
    let good = figures.objectives.out_of_band == 0 && figures.objectives.in_pieces == 0;
    let certificate = if good { None } else { too_much(&desk, &assignment, &locked) };
    let status = match (good, &certificate) {
        (true, _) => "found",
        (false, Some(_)) => "impossible",
        (false, None) => "not_found",
    };
    Answer::json(&PlanFinished { assignment: zone, figures, status, certificate })
}

/// A zone whose locked units alone are above the band.
fn too_much(desk: &Desk, zone: &[Option<u32>], locked: &[u32]) -> Option<Json> {
    let mut of: std::collections::BTreeMap<u32, (i64, Vec<u32>)> = Default::default();
    for unit in locked {
        let Some(zone) = zone[*unit as usize] else { continue };
        let own = of.entry(zone).or_default();
        own.0 += desk.blocks.blocks[*unit as usize].households;
        own.1.push(*unit);
    }
    let most = crate::zoning::households(desk.task.problem.band.max);
    let (zone, (households, units)) = of.into_iter().find(|(_, (sum, _))| *sum as f64 > most)?;
    Some(json!({
        "zh": format!("区 {zone} 中锁定的街区共 {households} 户，超过上限 {most} 户"),
        "en": format!("what is locked in zone {zone} has {households} households, more than {most}"),
        "units": units,
    }))
}

pub(super) fn save(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let NewPlanVersion { title, assignment, locked, by } = ask.json()?;
    let desk = desk_of(app, head.id)?;
    check(&desk, &assignment, &locked)?;
    let text = |text: &str, field: &'static str| {
        let text = text.trim().to_owned();
        let fits = !text.is_empty() && text.chars().count() <= 100;
        if fits {
            Ok(text)
        } else {
            Err(wrong(field, "必填，不超过 100 字", "needed, 100 characters at most"))
        }
    };
    let version = Version {
        n: 0,
        title: text(&title, "title")?,
        at: String::new(),
        by: text(app.who.name().unwrap_or(&by), "by")?,
        figures: json!(figures(&desk.blocks, &desk.task, &assignment, desk.limits)),
        assignment,
        locked,
    };
    match app.jobs.save_version(head.id, version).map_err(problem)? {
        Some(version) => Answer::json(&PlanVersion { version }),
        None => Err(Problem::new(
            StatusCode::CONFLICT,
            "zoning.versions",
            "这个方案的版本已满 50 个。",
            "This plan has 50 versions already.",
        )
        .then("请删除方案或另建一个。", "Take the plan away, or make another.")),
    }
}
