//! Communities and grids drawn anew, as a job: blocks from the register, divisions by the solver, a draft that people
//! look at, change and accept. A plan has the id of the job that made it, and stays when the job is cleared away.

mod desk;
mod kept;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::pool::NoOutcome;
use super::running::Running;
use super::{Failure, JobError};
use crate::model::{Bilingual, Date, Secrecy};
use crate::rules::GridRules;
use crate::zoning::{
    Answer, BlocksError, Kind, Order, Preset, Proof, Status, Watch, certificate, figures, solve,
};

pub use desk::Desk;
pub(super) use desk::Desks;
pub use kept::{Alternative, Certified, Head, Made, Version};

/// Which ground a plan is about: codes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanScope)]
pub struct PlanScope {
    /// subdistricts, whole
    #[serde(default)]
    pub streets: Vec<String>,
    /// single communities
    #[serde(default)]
    pub communities: Vec<String>,
}

/// Compounds that planners will not have parted, joined or moved: codes or ids of compounds in scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanWishes)]
pub struct PlanWishes {
    /// groups that share one zone
    #[serde(default)]
    pub together: Vec<Vec<String>>,
    /// groups no two of which share a zone
    #[serde(default)]
    pub apart: Vec<Vec<String>>,
    /// those that stay in their present community
    #[serde(default)]
    pub locked: Vec<String>,
    /// of grids: compounds and areas (用地) that are an exclusive grid each, whatever they are
    #[serde(default)]
    pub exclusive: Vec<String>,
    /// of grids: those that are none, though the profile would have them so
    #[serde(default)]
    pub ordinary: Vec<String>,
}

/// What a plan is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoningParams {
    /// what it is called
    pub title: String,
    /// which ground
    pub scope: PlanScope,
    /// what is to be done with it
    pub kind: Kind,
    /// word of the profile
    pub profile: String,
    /// households of a zone at least
    pub min: f64,
    /// and at most
    pub max: f64,
    /// best
    pub ideal: Option<f64>,
    /// at most for a zone with a block above `max`
    #[serde(default)]
    pub wide_max: Option<f64>,
    /// area of a zone at least, km²
    #[serde(default)]
    pub least_km2: Option<f64>,
    /// compounds that share a zone, that share none, and those that stay in their present community
    #[serde(default)]
    pub wishes: PlanWishes,
    /// of grids: what is one by itself, and where they are villages
    #[serde(default)]
    pub grids: Option<GridRules>,
    /// how many zones, from and to
    pub zones: Option<(usize, usize)>,
    /// which count of households
    pub count: String,
    /// what counts first
    pub preset: Option<String>,
    /// how long the solver may take
    pub seconds: f64,
    /// of all that is random
    pub seed: u64,
    /// how many divisions at most
    pub alternatives: usize,
    /// the day whose divisions are meant
    pub day: Date,
    /// who asked
    pub by: String,
    /// the highest class of records that is read
    pub show: Secrecy,
}

/// Elementary steps a second that two slow cores do together.
const STEPS_A_SECOND: f64 = 40e6;
/// The solver's rounds: shares of time and budget. What the first find is shown while the last works.
const ROUNDS: [f64; 3] = [0.05, 0.2, 0.75];

impl ZoningParams {
    /// As the solver takes it.
    pub fn order(&self) -> Order {
        let preset = self.preset.as_deref().and_then(Preset::of);
        Order {
            kind: self.kind,
            band: (self.min, self.max, self.ideal),
            wide_max: self.wide_max,
            zones: self.zones.map(|(from, to)| from..=to),
            preset: preset.unwrap_or_else(|| self.kind.usual_preset()),
            seed: self.seed,
            alternatives: self.alternatives,
        }
    }
}

fn failed(code: &str, what: Bilingual) -> NoOutcome {
    NoOutcome::Failed(Failure::new(code, what))
}

impl From<BlocksError> for NoOutcome {
    fn from(error: BlocksError) -> Self {
        let zh = match &error {
            BlocksError::Street(code) => format!("没有代码为 {code} 的街道（乡镇）"),
            BlocksError::Community(code) => format!("没有代码为 {code} 的社区（村）"),
            BlocksError::Compound(code) => format!("所选范围里没有代码为 {code} 的小区（院落）或用地"),
            BlocksError::Nothing => "所选范围里没有面".to_owned(),
            BlocksError::TooMany(count) => format!("街区太多（{count} 个），请缩小范围"),
            BlocksError::Coverage(_) => "图形太大".to_owned(),
        };
        failed("zoning.scope", Bilingual::new(zh, error.to_string()))
    }
}

/// Carries it out.
pub(super) fn zoning(running: &Running<'_>, params: &ZoningParams) -> Result<Json, NoOutcome> {
    let begun = Instant::now();
    running.stage("切分街区", "cutting the ground into blocks")?;
    let snapshot = running.inner.register.snapshot();
    let desk = Desk::of(&snapshot, params)?;
    if desk.blocks.households() == 0 {
        return Err(failed(
            "zoning.no_households",
            Bilingual::new(
                "所选范围里没有这种口径的户数，请换一种口径或先录入",
                "there are no households of this count in scope: choose another count, or enter them first",
            ),
        ));
    }
    let mut head = Head::new(running.job, params, &desk, &snapshot);
    let plan = running.inner.keep_plan(&head, &Made::default())?;
    let desk = running.inner.keep_desk(plan, desk);
    running.best(json!({
        "serial": 0, "assignment": desk.present, "out_of_band": null, "cut": null,
    }));
    running.stage("寻找方案", "looking for divisions")?;
    let answer = rounds(running, params, &desk, begun)?;
    running.stage("整理方案", "writing the plans")?;
    let made = Made::of(&desk, &answer);
    head.status = word(answer.status).to_owned();
    running.inner.keep_plan(&head, &made)?;
    Ok(json!({ "plan": plan.to_string(), "status": head.status, "alternatives": made.alternatives.len() }))
}

/// `found`, `impossible` or `not_found`.
fn word(status: Status) -> &'static str {
    match status {
        Status::InBand => "found",
        Status::Impossible => "impossible",
        Status::NotFound => "not_found",
    }
}

/// A short search first, then longer ones; each that is better is shown at once.
fn rounds(
    running: &Running<'_>,
    params: &ZoningParams,
    desk: &Desk,
    begun: Instant,
) -> Result<Answer, NoOutcome> {
    let mut best: Option<Answer> = None;
    let (mut share_done, mut serial) = (0.0, 0);
    for share in ROUNDS {
        share_done += share;
        let until = begun + Duration::from_secs_f64(params.seconds * share_done);
        let go_on = || running.check().is_ok() && Instant::now() < until;
        let mut task = desk.task.clone();
        task.work = (params.seconds * STEPS_A_SECOND * share) as u64;
        let answer = solve(&task, &Watch::new(&go_on).until(until));
        running.check()?;
        let miss = |answer: &Answer| {
            answer.plans.first().map_or(f64::INFINITY, |plan| plan.scores.households_out_of_band)
        };
        if best.as_ref().is_none_or(|known| miss(&answer) <= miss(known)) {
            serial += 1;
            if let Some(plan) = answer.plans.first() {
                let zone: Vec<u32> = plan.zone.iter().map(|zone| zone - 1).collect();
                running.best(json!({
                    "serial": serial,
                    "assignment": zone,
                    "out_of_band": plan.scores.zones_out_of_band,
                    "cut": plan.scores.cut_edges,
                }));
            }
            best = Some(answer);
        }
        running.step((share_done * 100.0) as u64, Some(100))?;
    }
    best.ok_or_else(|| NoOutcome::from(JobError::NotReady))
}

impl Made {
    fn of(desk: &Desk, answer: &Answer) -> Self {
        let alternatives = answer.plans.iter().map(|plan| {
            let zone: Vec<Option<u32>> = plan.zone.iter().map(|zone| Some(zone - 1)).collect();
            Alternative {
                title: title(plan.preset),
                preset: plan.preset.word().to_owned(),
                figures: json!(figures(&desk.blocks, &desk.task, &zone, desk.limits)),
                assignment: zone,
            }
        });
        let cut = answer.plans.first().map_or(0, |plan| plan.scores.cut_edges);
        let gap = if cut > 0 { (cut.saturating_sub(answer.cut_bound)) as f64 / cut as f64 } else { 0.0 };
        Self {
            alternatives: alternatives.collect(),
            certificate: certified(desk, answer),
            bound: json!({
                "objective": "cut_edges", "value": cut, "lower": answer.cut_bound, "proved_by": answer.bound_by,
            }),
            gap,
            zones_possible: answer.counts,
            ended_by: if answer.cut_short { "time" } else { "budget" }.to_owned(),
        }
    }
}

fn title(preset: Preset) -> Bilingual {
    match preset {
        Preset::LeastChange => Bilingual::new("变动最少", "least change"),
        Preset::Barriers => Bilingual::new("道路河流优先", "roads and rivers first"),
        Preset::Compact => Bilingual::new("形状最紧凑", "most compact"),
        Preset::Balanced => Bilingual::new("规模均衡", "most balanced"),
    }
}

/// The proofs that it is impossible, in one: the first sentence, all blocks named, all that would help.
fn certified(desk: &Desk, answer: &Answer) -> Option<Certified> {
    let name = |unit: u32| desk.unit_name(unit);
    let band = &desk.task.problem.band;
    let mut all: Option<Certified> = None;
    // That a number of zones cannot be mostly follows from the others.
    let (counts, others): (Vec<&Proof>, Vec<&Proof>) =
        answer.proofs.iter().partition(|proof| matches!(proof, Proof::Zones { .. }));
    for proof in others.into_iter().chain(counts) {
        let one = certificate(proof, band, &name);
        let units: &[u32] = match proof {
            Proof::Island { units, .. } | Proof::Torn { units } | Proof::Contradiction { units } => units,
            Proof::Zones { .. } => &[],
        };
        let known = all.get_or_insert_with(|| Certified {
            zh: one.why.zh.clone(),
            en: one.why.en.clone(),
            units: Vec::new(),
            proofs: Vec::new(),
        });
        known.units.extend_from_slice(units);
        let mut one = json!(one);
        one["at"] = json!(units);
        known.proofs.push(one);
    }
    all
}
