//! Where new facilities belong, as a job: a model solved with its bound, or options ranked by what they cost.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::pool::NoOutcome;
use super::super::running::Running;
use super::super::{Failure, JobError, Jobs};
use super::kept::text;
use crate::access::circle::{
    Candidates, Definition, NotSited, Order, Question, Reach, Sited, candidates, figures, is_few, options,
    site, tenth, with_changes,
};
use crate::access::ground::{Ground, Scope};
use crate::access::siting::Model;
use crate::model::{Bilingual, Date, RecordId, Secrecy};

/// The group of the settings.
const RUNS: &str = "circles/siting";
/// Runs that are kept at most; a new one takes the oldest away.
const MOST_RUNS: usize = 100;
/// Homes that no candidate reaches, listed at most.
const MOST_LISTED: usize = 200;

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SitingModel)]
pub enum SitingModel {
    /// the fewest sites for the target
    Lscp,
    /// the most households by so many sites
    Mclp,
    /// the least walking
    PMedian,
    /// the shortest longest walk
    PCenter,
    /// options of all kinds, by households gained for their cost
    Options,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SitingParams {
    /// what it is called
    pub title: String,
    /// who asked
    pub by: String,
    /// class, limit, changes …
    pub question: Question,
    /// which model
    pub model: SitingModel,
    /// how many new sites
    pub p: Option<usize>,
    /// share of households that is to be reached, of LSCP
    pub target: Option<f64>,
    /// most that may be spent, of MCLP, in units of 10,000 yuan
    #[serde(default)]
    pub budget: Option<f64>,
    /// most households that a new facility can serve, of MCLP
    #[serde(default)]
    pub capacity: Option<f64>,
    /// where new facilities may stand
    pub candidates: Candidates,
    /// how long the solver may take
    pub seconds: f64,
    /// the day
    pub day: Date,
    /// which count of households
    pub count: String,
    /// the highest class of records that is read
    pub show: Secrecy,
}

/// A run that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SitingRun {
    /// the id of its job
    pub id: RecordId,
    /// what was asked
    pub params: SitingParams,
    /// when
    pub at: String,
    /// the revision that it was worked out on
    pub revision: u64,
    /// `proved`, `gap` or `options`
    pub status: String,
    /// what came of it
    pub found: Json,
}

fn failed(code: &str, what: Bilingual) -> NoOutcome {
    NoOutcome::Failed(Failure::new(code, what))
}

fn not_sited(error: &NotSited) -> NoOutcome {
    failed("services.siting", error.sentence())
}

/// Carries it out.
pub(in crate::jobs) fn siting(running: &Running<'_>, params: &SitingParams) -> Result<Json, NoOutcome> {
    let begun = Instant::now();
    running.stage("整理路网和需求点", "reading streets and homes")?;
    let snapshot = running.inner.register.snapshot();
    let scope = Scope { day: params.day, show: params.show, count: params.count.clone() };
    let ground = running
        .inner
        .circles
        .of(&snapshot, scope)
        .map_err(|error| failed("services.no_network", error.sentence()))?;
    let reach =
        Reach::of(&ground, &params.question).map_err(|wrong| not_sited(&NotSited::Misshapen(wrong)))?;
    if ground.network.is_none() {
        let what = Bilingual::new("登记册里没有可步行的道路", "the register has no street to walk on");
        return Err(failed("services.no_network", what));
    }
    running.stage("计算候选点到需求点的时间", "working out times to candidates")?;
    let base = json!({
        "definition": Definition::of(&ground, &params.question, &reach),
        "before": figures(&ground, &reach),
    });
    let (status, mut found) = if params.model == SitingModel::Options {
        let go_on = || running.check().is_ok() && begun.elapsed().as_secs_f64() < params.seconds;
        let options = options(&ground, &params.question, &reach, &go_on)
            .map_err(|wrong| not_sited(&NotSited::Misshapen(wrong)))?;
        running.check()?;
        let ranked: Vec<Json> = options
            .ranked
            .iter()
            .enumerate()
            .map(|(at, option)| {
                let mut one = json!(option);
                one["rank"] = json!(at + 1);
                one["cost_basis"] = json!("assumed");
                one
            })
            .collect();
        let found = json!({
            "options": ranked, "unfinished": options.unfinished, "chosen": [], "changes": [],
        });
        ("options", found)
    } else {
        let all = candidates(&ground, &reach, &params.candidates)
            .map_err(|wrong| not_sited(&NotSited::Misshapen(wrong)))?;
        running.stage("求解", "solving")?;
        let left_s = || {
            let left = params.seconds - begun.elapsed().as_secs_f64();
            if running.check().is_ok() { left } else { f64::NEG_INFINITY }
        };
        let order = Order {
            model: model(params),
            count: params.p,
            budget: params.budget,
            capacity: params.capacity,
            left_s: &left_s,
        };
        let sited = site(&ground, &reach, all, &order).map_err(|error| not_sited(&error))?;
        running.check()?;
        let status = if sited.answer.proved { "proved" } else { "gap" };
        (status, made(&ground, params, &sited).map_err(|error| not_sited(&error))?)
    };
    for (name, value) in base.as_object().into_iter().flatten() {
        found[name] = value.clone();
    }
    found["seconds"] = json!(tenth(begun.elapsed().as_secs_f64()));
    let run = SitingRun {
        id: running.id(),
        params: params.clone(),
        at: running.job.created.clone(),
        revision: ground.revision.0,
        status: status.to_owned(),
        found,
    };
    let settings = running.inner.register.settings();
    let known = settings.settings(RUNS).map_err(JobError::from)?;
    if known.len() >= MOST_RUNS {
        // Ids grow with time.
        if let Some((oldest, _)) = known.iter().min_by(|a, b| a.0.cmp(&b.0)) {
            settings.set_setting(RUNS, oldest, None).map_err(JobError::from)?;
        }
    }
    settings.set_setting(RUNS, &run.id.to_string(), Some(&text(&run)?)).map_err(JobError::from)?;
    Ok(json!({ "siting": run.id.to_string(), "status": status }))
}

fn model(params: &SitingParams) -> Model {
    match params.model {
        SitingModel::Lscp | SitingModel::Options => Model::Lscp { target: params.target.unwrap_or(1.0) },
        SitingModel::Mclp => Model::Mclp,
        SitingModel::PMedian => Model::PMedian,
        SitingModel::PCenter => Model::PCentre,
    }
}

fn unit(by_cost: bool, model: SitingModel) -> Bilingual {
    match model {
        SitingModel::Lscp if by_cost => Bilingual::new("万元", "10,000 yuan"),
        SitingModel::Lscp | SitingModel::Options => Bilingual::new("处", "sites"),
        SitingModel::Mclp => Bilingual::new("户", "households"),
        SitingModel::PMedian => Bilingual::new("户·秒", "household seconds"),
        SitingModel::PCenter => Bilingual::new("秒", "seconds"),
    }
}

fn made(ground: &Ground, params: &SitingParams, sited: &Sited) -> Result<Json, NotSited> {
    let with = with_changes(&params.question, &sited.changes);
    let after = Reach::of(ground, &with)?;
    let chosen: Vec<Json> = sited
        .chosen
        .iter()
        .zip(&sited.gains)
        .map(|(candidate, gains)| {
            let at = candidate.site.at;
            json!({
                "place": [at.x, at.y], "name": candidate.site.name, "compound": candidate.compound,
                "gains": tenth(*gains), "cost": candidate.cost,
            })
        })
        .collect();
    let answer = &sited.answer;
    let row = |home: &usize| {
        let own = &ground.homes.all[*home];
        let few = is_few(own.households, ground.scope.show);
        let compound = own.yard.map(|yard| ground.yards.yards[yard as usize].name.clone());
        json!({
            "home": home, "place": [own.at.x, own.at.y], "compound": compound, "few": few,
            "households": (!few).then(|| tenth(own.households)),
        })
    };
    let households: f64 = answer.unreachable.iter().map(|home| ground.homes.all[*home].households).sum();
    Ok(json!({
        "objective": answer.objective, "bound": answer.bound, "gap": answer.gap(), "proved": answer.proved,
        "objective_unit": unit(sited.by_cost, params.model), "candidates": sited.candidates, "after": figures(ground, &after),
        "chosen": chosen, "changes": sited.changes, "options": [],
        "cost": sited.chosen.iter().map(|candidate| candidate.cost).sum::<f64>(), "cost_basis": "assumed",
        "unreachable": {
            "homes": answer.unreachable.len(), "households": tenth(households),
            "rows": answer.unreachable.iter().take(MOST_LISTED).map(row).collect::<Vec<_>>(),
        },
    }))
}

impl Jobs {
    /// All runs, newest first.
    pub fn siting_runs(&self) -> Result<Vec<SitingRun>, JobError> {
        let rows = self.inner().register.settings().settings(RUNS)?;
        let read = |(_, value): &(String, String)| {
            serde_json::from_str::<SitingRun>(value).map_err(|error| JobError::Kept(error.to_string()))
        };
        let mut all: Vec<SitingRun> = rows.iter().map(read).collect::<Result<_, JobError>>()?;
        all.sort_by_key(|run| std::cmp::Reverse(run.id));
        Ok(all)
    }

    /// Takes a run away; its job stays.
    pub fn remove_siting(&self, id: RecordId) -> Result<(), JobError> {
        let was = self.inner().register.settings().set_setting(RUNS, &id.to_string(), None)?;
        if was { Ok(()) } else { Err(JobError::Unknown) }
    }
}
