//! What may be chosen, and a plan asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::super::job_answer;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::crs::geodesic;
use crate::jobs::{PlanScope, PlanWishes, Work, ZoningParams};
use crate::model::{Layer, Record, Value};
use crate::rules::{GridRules, SizeProfile};
use crate::zoning::{Kind, Preset};

/// Codes in one scope at most.
const MOST_CODES: usize = 500;
/// Seconds that the solver may take at most.
const MOST_SECONDS: f64 = 300.0;

/// Profiles.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ZoningProfiles {
    profiles: Vec<SizeProfile>,
}

/// What may be chosen.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ZoningScope {
    /// subdistricts and towns, by code
    streets: Vec<ScopeStreet>,
}

/// One subdistrict.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScopeStreet {
    code: String,
    name: String,
    /// its communities, by code
    communities: Vec<ScopeCommunity>,
    /// rules that the checks found something of on its ground, such as gaps between its communities
    findings: Vec<String>,
}

/// One community.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScopeCommunity {
    code: String,
    name: String,
    /// null where none are known
    households: Option<i64>,
    /// which count
    count_kind: Option<String>,
    /// geodesic
    area_km2: f64,
    /// its premises; null where nobody entered them
    premises_m2: Option<f64>,
    /// rules that the checks found something of
    findings: Vec<String>,
}

/// What a plan is asked.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewPlan {
    scope: PlanScope,
    kind: Kind,
    /// word of a profile
    profile: String,
    /// households of a zone at least; the profile's if absent
    #[serde(default)]
    min: Option<f64>,
    /// and at most
    #[serde(default)]
    max: Option<f64>,
    /// best
    #[serde(default)]
    ideal: Option<f64>,
    /// at most for a zone with a compound that is above `max` by itself; the profile's if absent
    #[serde(default)]
    wide_max: Option<f64>,
    /// compounds that share a zone, that share none, that stay where they are
    #[serde(default)]
    wishes: PlanWishes,
    /// of grids: whether sites of the profile's kinds are exclusive grids; yes if absent
    #[serde(default)]
    exclusive: Option<bool>,
    /// of grids: from this area on, m²; the profile's if absent
    #[serde(default)]
    exclusive_least_m2: Option<f64>,
    /// of grids: whether grids of country communities are villages and groups; yes if absent
    #[serde(default)]
    rural: Option<bool>,
    /// how many zones, from and to: in all, or of each community that is split
    #[serde(default)]
    zones: Option<[usize; 2]>,
    /// which count of households: `registered`, `resident` or `dwelling`; the profile's if absent
    #[serde(default)]
    count: Option<String>,
    /// `least-change`, `barriers`, `compact` or `balanced`
    #[serde(default)]
    preset: Option<String>,
    /// how long the solver may take, 20 if absent, 300 at most
    #[serde(default)]
    seconds: Option<f64>,
    /// of all that is random, 1 if absent
    #[serde(default)]
    seed: Option<u64>,
    /// how many divisions at most, 3 if absent
    #[serde(default)]
    alternatives: Option<usize>,
    /// who asks; of whoever is logged in it is the account that counts
    #[serde(default)]
    by: String,
    /// what it is called
    #[serde(default)]
    title: Option<String>,
}

pub(super) fn profiles(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    Answer::json(&ZoningProfiles { profiles: app.boards.rules.profiles().to_vec() })
}

pub(super) fn scope(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::now(app);
    let street = ask.param("street").filter(|code| !code.is_empty());
    let wanted: Vec<&str> = match ask.param("count") {
        Some(kind) => vec![kind],
        None => vec!["registered", "resident", "dwelling"],
    };
    let counts = counts(&view, &wanted);
    let findings = findings(app, &view)?;
    let mut streets: BTreeMap<String, ScopeStreet> = BTreeMap::new();
    let text = |record: &Record, name: &str| record.text(name).unwrap_or_default().to_owned();
    let code_of = |record: &Record| record.code.as_deref().unwrap_or_default().to_owned();
    for record in view.records(Layer::Division).filter(|record| record.text("level") == Some("township")) {
        let code = code_of(record);
        if !code.is_empty() && street.is_none_or(|wanted| wanted == code) && record.geometry.is_some() {
            let found = findings.get(&code).cloned().unwrap_or_default();
            let name = text(record, "name");
            let one = ScopeStreet { code: code.clone(), name, communities: Vec::new(), findings: found };
            streets.insert(code, one);
        }
    }
    for record in view.records(Layer::Division).filter(|record| record.text("level") == Some("community")) {
        let parent = record.text("parent_code").and_then(|code| streets.get_mut(code));
        let (Some(parent), Some(ground)) = (parent, record.geometry.as_deref()) else { continue };
        let code = code_of(record);
        let count = counts.get(&code);
        parent.communities.push(ScopeCommunity {
            name: text(record, "name"),
            households: count.map(|(_, number, _)| *number),
            count_kind: count.map(|(_, _, kind)| kind.clone()),
            area_km2: geodesic::area_m2(ground) / 1e6,
            premises_m2: number(record, "premises_m2"),
            findings: findings.get(&code).cloned().unwrap_or_default(),
            code,
        });
    }
    let mut streets: Vec<ScopeStreet> = streets.into_values().collect();
    streets.iter_mut().for_each(|street| street.communities.sort_by(|a, b| a.code.cmp(&b.code)));
    Answer::json(&ZoningScope { streets })
}

/// Households by code of the community: the newest of the first kind that there is.
fn counts(view: &View, kinds: &[&str]) -> BTreeMap<String, (usize, i64, String)> {
    let mut counts: BTreeMap<String, (usize, i64, String)> = BTreeMap::new();
    let mut days: BTreeMap<String, Option<Value>> = BTreeMap::new();
    for record in view.records(Layer::HouseholdCount) {
        if record.text("subject_layer") != Some("division") {
            continue;
        }
        let (Some(code), Some(kind)) = (record.text("subject_code"), record.text("kind")) else { continue };
        let Some(rank) = kinds.iter().position(|known| *known == kind) else { continue };
        let Some(Value::Int(number)) = record.get("number") else { continue };
        let day = record.get("counted");
        let newer = |known: &(usize, i64, String)| {
            let old = days.get(code).cloned().flatten();
            rank < known.0 || rank == known.0 && date(&day) >= date(&old)
        };
        if counts.get(code).is_none_or(newer) {
            counts.insert(code.to_owned(), (rank, number, kind.to_owned()));
            days.insert(code.to_owned(), day);
        }
    }
    counts
}

fn number(record: &Record, field: &str) -> Option<f64> {
    match record.get(field)? {
        Value::Int(number) => Some(number as f64),
        Value::Real(number) => Some(number),
        _ => None,
    }
}

fn date(value: &Option<Value>) -> Option<crate::model::Date> {
    match value {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    }
}

/// Rules on communities that something is found of, by code of all divisions that it is about.
fn findings(app: &App, view: &View) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let board = app.boards.of(&app.register, view)?;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for noticed in board.findings() {
        let rule = &noticed.finding.rule;
        if !rule.starts_with('C') || !noticed.is_shown(&view.snapshot, view.show) {
            continue;
        }
        let others = noticed.others.iter().filter(|(layer, _)| *layer == Layer::Division);
        let others = others.flat_map(|(layer, id)| view.snapshot.layer(*layer).versions(*id));
        let others = others.filter(|record| view.holds(record)).filter_map(|record| record.code.as_deref());
        let own = noticed.code.as_deref().filter(|_| noticed.layer == Layer::Division);
        for code in own.into_iter().chain(others) {
            let rules = found.entry(code.to_owned()).or_default();
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
    }
    Ok(found)
}

pub(super) fn wrong(field: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "zoning.misshapen", zh, en).with("field", field)
}

pub(super) fn make(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let params = read(app, ask.json()?)?;
    job_answer(app, app.jobs.submit(Work::Zoning(params), None)?, StatusCode::ACCEPTED)
}

fn read(app: &App, new: NewPlan) -> Result<ZoningParams, Problem> {
    let mut scope = new.scope;
    for codes in [&mut scope.streets, &mut scope.communities] {
        codes.iter_mut().for_each(|code| *code = code.trim().to_owned());
        codes.retain(|code| !code.is_empty());
        codes.sort();
        codes.dedup();
    }
    let count = scope.streets.len() + scope.communities.len();
    if count == 0 || count > MOST_CODES {
        return Err(wrong(
            "scope",
            "请选择 1 至 500 个街道或社区",
            "choose 1 to 500 subdistricts or communities",
        ));
    }
    let rules = app.boards.rules.clone();
    let profile = rules
        .profile(&new.profile)
        .ok_or_else(|| wrong("profile", "没有这个规模标准", "there is no such profile"))?;
    let (min, max) = (new.min.unwrap_or(profile.min), new.max.unwrap_or(profile.max));
    if !(min.is_finite() && max.is_finite() && min >= 0.0 && max > 0.0 && min <= max && max <= 1e7) {
        return Err(wrong(
            "min",
            "户数下限应不大于上限",
            "the least number of households is not above the most",
        ));
    }
    let own_band = new.min.is_some() || new.max.is_some();
    let ideal = new.ideal.or(profile.ideal.filter(|_| !own_band));
    if ideal.is_some_and(|ideal| !(min..=max).contains(&ideal)) {
        return Err(wrong(
            "ideal",
            "理想户数应在上下限之间",
            "the best number lies between the least and the most",
        ));
    }
    let wide_max = new.wide_max.or(profile.wide_max.filter(|_| !own_band));
    if wide_max.is_some_and(|wide| !(wide >= max && wide <= 1e7)) {
        return Err(wrong(
            "wide_max",
            "密集小区的上限应不小于一般上限",
            "the most for dense compounds is not below the usual one",
        ));
    }
    let zones = new.zones.map(|[from, to]| (from, to));
    if zones.is_some_and(|(from, to)| from == 0 || from > to || to > 10_000) {
        return Err(wrong("zones", "区数应写作 [至少, 至多]", "zones are [at least, at most]"));
    }
    if new.preset.as_deref().is_some_and(|word| Preset::of(word).is_none()) {
        return Err(wrong("preset", "没有这种取舍", "there is no such preset"));
    }
    let count = new.count.or_else(|| profile.counts.first().cloned()).unwrap_or_default();
    if crate::model::vocab::list("household_kind").get(&count).is_none() {
        return Err(wrong("count", "没有这种户数口径", "there is no such count of households"));
    }
    let by = app.who.name().unwrap_or(&new.by).trim().to_owned();
    if by.is_empty() || by.chars().count() > 100 {
        return Err(wrong("by", "请写明谁做的，不超过 100 字", "say who asks, in 100 characters at most"));
    }
    let seconds = new.seconds.unwrap_or(20.0);
    if !(seconds.is_finite() && seconds > 0.0) {
        return Err(wrong("seconds", "时限应大于 0 秒", "the time is more than 0 seconds"));
    }
    let title = new.title.map(|title| title.trim().chars().take(100).collect::<String>());
    let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| usual_title(app, &scope, new.kind));
    Ok(ZoningParams {
        title,
        scope,
        kind: new.kind,
        profile: profile.id.clone(),
        min,
        max,
        ideal,
        wide_max,
        least_km2: profile.least_km2,
        grids: (new.kind == Kind::Grids)
            .then(|| grids(profile, new.exclusive, new.exclusive_least_m2, new.rural)),
        wishes: wishes(new.wishes)?,
        zones,
        count,
        preset: new.preset,
        seconds: seconds.min(MOST_SECONDS),
        seed: new.seed.unwrap_or(1),
        alternatives: new.alternatives.unwrap_or(3).clamp(1, 4),
        day: app.today(),
        by,
        show: app.options.show,
    })
}

/// What the profile says of grids, without what is not wanted.
fn grids(
    profile: &SizeProfile,
    exclusive: Option<bool>,
    least_m2: Option<f64>,
    rural: Option<bool>,
) -> GridRules {
    let mut rules = profile.grids.clone().unwrap_or_default();
    if let Some(least) = least_m2.filter(|least| least.is_finite() && *least >= 0.0) {
        rules.exclusive_least_m2 = least;
    }
    if exclusive == Some(false) {
        rules.exclusive_compounds.clear();
        rules.exclusive_areas.clear();
    }
    if rural == Some(false) {
        rules.rural_classes.clear();
    }
    rules
}

/// Groups of two compounds and more, each once, not too many.
fn wishes(mut asked: PlanWishes) -> Result<PlanWishes, Problem> {
    let tidy = |codes: &mut Vec<String>| {
        codes.iter_mut().for_each(|code| *code = code.trim().to_owned());
        codes.retain(|code| !code.is_empty());
        codes.sort();
        codes.dedup();
    };
    for groups in [&mut asked.together, &mut asked.apart] {
        groups.iter_mut().for_each(tidy);
        groups.retain(|codes| codes.len() > 1);
    }
    [&mut asked.locked, &mut asked.exclusive, &mut asked.ordinary].into_iter().for_each(tidy);
    let groups = asked.together.iter().chain(&asked.apart);
    let single = asked.locked.len() + asked.exclusive.len() + asked.ordinary.len();
    if groups.map(Vec::len).sum::<usize>() + single > MOST_CODES {
        return Err(wrong("wishes", "点名的小区应不超过 500 个", "500 compounds can be named at most"));
    }
    Ok(asked)
}

/// 华山街道重新划分.
fn usual_title(app: &App, scope: &PlanScope, kind: Kind) -> String {
    let view = View::now(app);
    let name = |code: &String| {
        let mut own = view.snapshot.layer(Layer::Division).by_code(code);
        let record = own.find(|record| view.holds(record))?;
        record.text("name").map(str::to_owned)
    };
    let codes = scope.streets.iter().chain(&scope.communities);
    let mut names: Vec<String> = codes.clone().take(3).filter_map(name).collect();
    if codes.count() > 3 {
        names.push("等".to_owned());
    }
    format!("{}{}", names.join("、"), kind.title().zh)
}
