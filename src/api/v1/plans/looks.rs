//! Plans looked at: the list, one of them, its blocks.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::super::id_of;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::problem::Problem;
use crate::api::wire::geometry_json;
use crate::jobs::{Certified, Desk, Head, JobError, PlanScope};
use crate::model::{Bilingual, RecordId};
use crate::topology::Metric;
use crate::zoning::{Kind, Piece, figures};

/// Plans.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanList {
    /// newest first
    plans: Vec<PlanHead>,
}

/// A plan in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanHead {
    id: String,
    title: String,
    kind: Kind,
    scope: PlanScope,
    profile: String,
    /// when it was asked
    at: String,
    by: String,
    /// `running`, `found`, `impossible`, `not_found` or `accepted`
    status: String,
    /// the revision that its blocks are from
    revision: u64,
    /// whether its divisions changed since: it can no longer be accepted
    stale: bool,
    /// the revision by which it was accepted
    accepted: Option<u64>,
}

/// A plan.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanDoc {
    #[serde(flatten)]
    head: PlanHead,
    /// what was asked
    #[schema(value_type = Object)]
    parameters: Json,
    /// which households, counted when, seed and revision
    definition: Bilingual,
    /// why nothing within the band is possible
    #[schema(value_type = Option<Object>)]
    certificate: Option<Certified>,
    /// lower bound of cut edges
    #[schema(value_type = Object)]
    bound: Json,
    /// (value − bound) / value
    gap: f64,
    /// how many zones there can be, from and to
    zones_possible: [usize; 2],
    /// `time` or `budget`
    ended_by: String,
    /// today's communities: assignment and figures
    #[schema(value_type = Object)]
    present: Json,
    /// codes and names of the communities that `present` numbers
    #[schema(value_type = Vec<Object>)]
    communities: Vec<Json>,
    /// divisions that the solver made, the best first
    #[schema(value_type = Vec<Object>)]
    alternatives: Vec<Json>,
    /// saved versions
    #[schema(value_type = Vec<Object>)]
    versions: Vec<Json>,
}

/// Blocks of a plan.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanUnits {
    #[serde(rename = "type")]
    kind: &'static str,
    /// feature i is unit i
    #[schema(value_type = Vec<Object>)]
    features: Vec<Json>,
    /// their common borders: a FeatureCollection of lines
    #[schema(value_type = Object)]
    borders: Json,
}

/// The plan named in the path, where it was made from no more than is shown.
pub(super) fn head_of(app: &App, ask: &Ask) -> Result<Head, Problem> {
    check_writable(app)?;
    let id = id_of(ask).map_err(|_| unknown())?;
    let head = app.jobs.plan_head(id).map_err(problem)?;
    if head.params.show > app.options.show { Err(unknown()) } else { Ok(head) }
}

/// The plan's ground.
pub(super) fn desk_of(app: &App, id: RecordId) -> Result<Arc<Desk>, Problem> {
    app.jobs.desk(id).map_err(problem)
}

pub(super) fn problem(error: JobError) -> Problem {
    match error {
        JobError::Unknown => unknown(),
        other => other.into(),
    }
}

pub(super) fn unknown() -> Problem {
    Problem::unknown(
        "zoning.unknown",
        "没有这个方案，可能已删除。",
        "There is no such plan; it may have been taken away.",
    )
}

fn shown(app: &App, head: &Head) -> PlanHead {
    let stale = head.is_stale(&app.register.snapshot());
    // Where its divisions are as they were, what was accepted was taken back.
    let accepted = head.accepted.filter(|_| stale);
    let taken_back = head.accepted.is_some() && accepted.is_none();
    PlanHead {
        id: head.id.to_string(),
        title: head.params.title.clone(),
        kind: head.params.kind,
        scope: head.params.scope.clone(),
        profile: head.params.profile.clone(),
        at: head.at.clone(),
        by: head.params.by.clone(),
        status: if taken_back { "found".to_owned() } else { head.status.clone() },
        revision: head.revision,
        stale,
        accepted,
    }
}

pub(super) fn list(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let mut heads = app.jobs.plans()?;
    heads.retain(|head| head.params.show <= app.options.show);
    Answer::json(&PlanList { plans: heads.iter().map(|head| shown(app, head)).collect() })
}

pub(super) fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let desk = desk_of(app, head.id)?;
    let (made, versions) = app.jobs.plan_body(head.id).map_err(problem)?;
    let communities = desk.blocks.communities.iter();
    let communities = communities.map(|place| json!({ "code": place.code, "name": place.name })).collect();
    Answer::json(&PlanDoc {
        parameters: json!(head.params),
        definition: with_seed(&head),
        certificate: made.certificate,
        bound: made.bound,
        gap: made.gap,
        zones_possible: [made.zones_possible.0, made.zones_possible.1],
        ended_by: made.ended_by,
        present: json!({
            "assignment": desk.present,
            "figures": figures(&desk.blocks, &desk.task, &desk.present, desk.limits),
        }),
        communities,
        alternatives: made.alternatives.iter().map(|one| json!(one)).collect(),
        versions: versions.iter().map(|one| json!(one)).collect(),
        head: shown(app, &head),
    })
}

fn with_seed(head: &Head) -> Bilingual {
    let seed = head.params.seed;
    Bilingual::new(
        format!("{}随机种子 {seed}。", head.definition.zh),
        format!("{} Seed {seed}.", head.definition.en),
    )
}

pub(super) fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    app.jobs.remove_plan(head.id).map_err(problem)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn units(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let desk = desk_of(app, head.id)?;
    let features = (0..desk.blocks.blocks.len()).map(|unit| feature(&desk, unit)).collect();
    let units = &desk.blocks.units;
    let lines = units.borders.iter().zip(&units.pieces).map(|(border, pieces)| {
        json!({
            "type": "Feature",
            "properties": {
                "a": border.a, "b": border.b, "class": border.class.word(),
                "length_m": border.length_mm as f64 / 1000.0, "crossings": border.crossings,
            },
            "geometry": { "type": "MultiLineString", "coordinates": lines(pieces, units.latitude) },
        })
    });
    let borders = json!({ "type": "FeatureCollection", "features": lines.collect::<Vec<_>>() });
    Answer::json(&PlanUnits { kind: "FeatureCollection", features, borders })
}

/// Consecutive pieces in one line, to a centimetre.
fn lines(pieces: &[Piece], latitude: f64) -> Vec<Vec<[f64; 2]>> {
    let at = |c| {
        let c = Metric::Degrees.coordinate(c, latitude);
        [c.x, c.y].map(|v| (v * 1e7).round() / 1e7)
    };
    let mut all: Vec<Vec<[f64; 2]>> = Vec::new();
    for piece in pieces {
        let (from, to) = (at(piece.from), at(piece.to));
        match all.last_mut() {
            Some(line) if line.last() == Some(&from) => line.push(to),
            _ => all.push(vec![from, to]),
        }
    }
    all
}

pub(super) fn feature(desk: &Desk, unit: usize) -> Json {
    let block = &desk.blocks.blocks[unit];
    let code = |places: &[crate::zoning::Place], at: Option<usize>| {
        at.and_then(|at| places.get(at)).map(|place| place.code.clone())
    };
    let compounds: Vec<&str> = block.compounds.iter().map(|(_, name)| name.as_str()).collect();
    json!({
        "type": "Feature",
        "id": unit,
        "properties": {
            "index": unit,
            "households": block.households,
            // by the number of the community they live in today
            "shares": block.shares,
            "buildings": block.buildings,
            "kind": desk.task.problem.kind_of(unit as u32).word(),
            // the site that it is, or the village that has its ground
            "site": block.site,
            "compounds": compounds,
            "community": code(&desk.blocks.communities, block.community),
            "street": code(&desk.blocks.streets, Some(block.street)),
            "area_m2": desk.blocks.units.area[unit] as f64 / 100.0,
            // One compound and nothing else, or united so that a compound stays whole.
            "sealed": block.over_limits || compounds.len() == 1,
        },
        "geometry": geometry_json(&desk.blocks.shapes[unit]),
    })
}
