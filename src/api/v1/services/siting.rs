//! Siting asked for as a job, and its runs looked at.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::{id_of, job_answer};
use super::ask::{misshapen, single, unknown, usual_count, wrong};
use super::scenarios::word;
use crate::access::circle::{By, Candidates, Question};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::jobs::{JobError, SitingModel, SitingParams, SitingRun, Work};
use crate::model::vocab;

/// Seconds that the solver may take.
const USUAL_SECONDS: f64 = 20.0;
const MOST_SECONDS: f64 = 300.0;
/// Budgets and capacities at most.
const MOST_NUMBER: f64 = 1e9;
/// New sites at most.
const MOST_SITES: usize = 1_000;

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewSiting {
    /// about one class; of `lscp` and `mclp` also about several together: each new site has all of them
    question: Question,
    model: SitingModel,
    /// how many new sites; needed but for `lscp`, `options`, and `mclp` with a budget
    #[serde(default)]
    p: Option<usize>,
    /// share of households to be reached, of `lscp`; 1 if absent
    #[serde(default)]
    target: Option<f64>,
    /// most that may be spent, of `mclp`, in units of 10,000 yuan
    #[serde(default)]
    budget: Option<f64>,
    /// most households that a new facility can serve, of `mclp`
    #[serde(default)]
    capacity: Option<f64>,
    /// where new facilities may stand
    #[serde(default)]
    candidates: Candidates,
    /// how long it may take, 20 if absent, 300 at most
    #[serde(default)]
    seconds: Option<f64>,
    #[serde(default)]
    by: String,
    /// what it is called
    #[serde(default)]
    title: Option<String>,
}

/// Runs.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SitingList {
    /// newest first
    #[schema(value_type = Vec<Object>)]
    runs: Vec<Json>,
}

/// A run.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SitingDoc {
    /// its head, what was asked, and what came of it
    #[serde(flatten)]
    #[schema(value_type = Object)]
    all: Json,
}

pub(super) fn make(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let params = read(app, ask.json()?)?;
    job_answer(app, app.jobs.submit(Work::Siting(params), None)?, StatusCode::ACCEPTED)
}

fn read(app: &App, new: NewSiting) -> Result<SitingParams, Problem> {
    if !matches!(new.model, SitingModel::Lscp | SitingModel::Mclp) {
        single(&new.question)?;
    }
    let asked = new.question.settle().map_err(misshapen)?;
    if new.question.measure == By::Straight {
        return Err(wrong("measure", "选址按步行路网计算", "siting goes by the streets"));
    }
    let mclp = new.model == SitingModel::Mclp;
    let needs_count =
        mclp && new.budget.is_none() || matches!(new.model, SitingModel::PMedian | SitingModel::PCenter);
    let fits = |number: f64| number.is_finite() && number > 0.0 && number <= MOST_NUMBER;
    if new.budget.is_some_and(|budget| !mclp || !fits(budget)) {
        return Err(wrong("budget", "预算只用于 mclp，应大于 0", "a budget is for mclp and above 0"));
    }
    if new.capacity.is_some_and(|most| !mclp || asked.len() > 1 || !fits(most)) {
        let (zh, en) =
            ("容量只用于一类服务的 mclp，应大于 0", "a capacity is for mclp of one class and above 0");
        return Err(wrong("capacity", zh, en));
    }
    if new.p.is_some_and(|p| p == 0 || p > MOST_SITES) || needs_count && new.p.is_none() {
        return Err(wrong("p", "请给出新设个数，1 至 1000", "say how many new sites, 1 to 1,000"));
    }
    if new.target.is_some_and(|target| !(target > 0.0 && target <= 1.0)) {
        return Err(wrong("target", "目标应大于 0，不超过 1", "the target is above 0 and 1 at most"));
    }
    let seconds = new.seconds.unwrap_or(USUAL_SECONDS);
    if !(seconds.is_finite() && seconds > 0.0) {
        return Err(wrong("seconds", "时限应大于 0 秒", "the time is more than 0 seconds"));
    }
    let view = View::now(app);
    let count = new.question.count.clone().unwrap_or_else(|| usual_count(&view));
    if vocab::list("household_kind").get(&count).is_none() {
        return Err(wrong("count", "没有这种户数口径", "there is no such count of households"));
    }
    let title = new.title.map(|title| title.trim().chars().take(100).collect::<String>());
    let title = title.filter(|title| !title.is_empty());
    Ok(SitingParams {
        title: title.unwrap_or_else(|| format!("{}选址", new.question.title().zh)),
        by: word(app.who.name().unwrap_or(&new.by), "by")?,
        day: new.question.date.unwrap_or(view.as_of),
        question: new.question,
        model: new.model,
        p: new.p,
        target: new.target,
        budget: new.budget,
        capacity: new.capacity,
        candidates: new.candidates,
        seconds: seconds.min(MOST_SECONDS),
        count,
        show: app.options.show,
    })
}

fn problem(error: JobError) -> Problem {
    match error {
        JobError::Unknown => unknown(),
        other => other.into(),
    }
}

fn head(app: &App, run: &SitingRun) -> Json {
    json!({
        "id": run.id.to_string(), "title": run.params.title, "model": run.params.model, "at": run.at,
        "by": run.params.by, "status": run.status, "revision": run.revision,
        "stale": run.revision != app.register.snapshot().revision().0,
    })
}

fn all(app: &App) -> Result<Vec<SitingRun>, Problem> {
    let mut all = app.jobs.siting_runs().map_err(problem)?;
    all.retain(|run| run.params.show <= app.options.show);
    Ok(all)
}

fn of(app: &App, ask: &Ask) -> Result<SitingRun, Problem> {
    let id = id_of(ask).map_err(|_| unknown())?;
    all(app)?.into_iter().find(|run| run.id == id).ok_or_else(unknown)
}

pub(super) fn list(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    Answer::json(&SitingList { runs: all(app)?.iter().map(|run| head(app, run)).collect() })
}

pub(super) fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let run = of(app, ask)?;
    let mut doc = head(app, &run);
    doc["question"] = json!(run.params.question);
    doc["p"] = json!(run.params.p);
    doc["target"] = json!(run.params.target);
    doc["budget"] = json!(run.params.budget);
    doc["capacity"] = json!(run.params.capacity);
    for (name, value) in run.found.as_object().into_iter().flatten() {
        doc[name] = value.clone();
    }
    Answer::json(&SitingDoc { all: doc })
}

pub(super) fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let run = of(app, ask)?;
    app.jobs.remove_siting(run.id).map_err(problem)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
