//! Scenarios: a question with its changes, saved, compared, written to a file.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::id_of;
use super::ask::{misshapen, reach_of, unknown, wrong};
use super::export;
use crate::access::circle::{Definition, Figures, Level, Question, Reach, UnitFigures, by_unit, figures};
use crate::access::ground::Ground;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::ogc::encode;
use crate::api::problem::Problem;
use crate::jobs::{JobError, Scenario};
use crate::model::{Bilingual, RecordId};

/// Scenarios that are compared at once.
const MOST_COMPARED: usize = 6;

/// A scenario to be saved.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewScenario {
    /// the one that is replaced
    #[serde(default)]
    id: Option<String>,
    title: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    note: Option<String>,
    question: Question,
}

/// A scenario.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScenarioDoc {
    id: String,
    title: String,
    by: String,
    note: String,
    /// when it was saved
    at: String,
    question: Question,
    /// the revision that its figures are from
    revision: u64,
    #[schema(value_type = Object)]
    definition: Json,
    /// figures with the changes
    #[schema(value_type = Object)]
    whole: Json,
    /// and without
    #[schema(value_type = Object)]
    before: Json,
    /// whether the register has moved on since
    stale: bool,
}

/// Scenarios.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScenarioList {
    /// newest first
    scenarios: Vec<ScenarioDoc>,
}

/// Which scenarios are compared.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct ScenariosCompared {
    /// ids, six at most
    scenarios: Vec<String>,
}

/// Scenarios worked out anew on today's register, beside how things stand.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScenarioComparison {
    /// the first is how things stand
    rows: Vec<ComparedRow>,
    /// whether all have the same definition
    comparable: bool,
    /// why not
    why: Option<Bilingual>,
}

/// One scenario compared.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ComparedRow {
    /// null: as things stand
    id: Option<String>,
    title: Bilingual,
    /// how many changes
    changes: usize,
    definition: Definition,
    whole: Figures,
    streets: Vec<UnitFigures>,
}

fn problem(error: JobError) -> Problem {
    match error {
        JobError::Unknown => unknown(),
        other => other.into(),
    }
}

fn shown(app: &App, scenario: Scenario) -> ScenarioDoc {
    ScenarioDoc {
        id: scenario.id.to_string(),
        title: scenario.title,
        by: scenario.by,
        note: scenario.note,
        at: scenario.at,
        question: scenario.question,
        stale: scenario.revision != app.register.snapshot().revision().0,
        revision: scenario.revision,
        definition: scenario.definition,
        whole: scenario.whole,
        before: scenario.before,
    }
}

/// Scenarios that may be shown.
fn all(app: &App) -> Result<Vec<Scenario>, Problem> {
    let mut all = app.jobs.scenarios().map_err(problem)?;
    all.retain(|scenario| scenario.show <= app.options.show);
    Ok(all)
}

fn of(app: &App, ask: &Ask) -> Result<Scenario, Problem> {
    let id = id_of(ask).map_err(|_| unknown())?;
    all(app)?.into_iter().find(|scenario| scenario.id == id).ok_or_else(unknown)
}

pub(super) fn list(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let scenarios = all(app)?.into_iter().map(|scenario| shown(app, scenario)).collect();
    Answer::json(&ScenarioList { scenarios })
}

/// A name that a person writes.
pub(super) fn word(text: &str, field: &'static str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 {
        return Err(wrong(field, "必填，不超过 100 字", "needed, 100 characters at most"));
    }
    Ok(text.to_owned())
}

pub(super) fn save(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let new: NewScenario = ask.json()?;
    let (title, by) = (word(&new.title, "title")?, word(app.who.name().unwrap_or(&new.by), "by")?);
    let known: Option<RecordId> = match &new.id {
        Some(id) => Some(id.parse().map_err(|_| unknown())?),
        None => None,
    };
    if known.is_some_and(|id| all(app).is_ok_and(|all| all.iter().all(|other| other.id != id))) {
        return Err(unknown());
    }
    let (ground, reach) = reach_of(app, &new.question)?;
    let before = Reach::of(&ground, &new.question.unchanged()).map_err(misshapen)?;
    let scenario = Scenario {
        id: RecordId::from_bits(0),
        title,
        by,
        note: new.note.unwrap_or_default().chars().take(2_000).collect(),
        at: String::new(),
        revision: ground.revision.0,
        definition: json!(Definition::of(&ground, &new.question, &reach)),
        whole: json!(figures(&ground, &reach)),
        before: json!(figures(&ground, &before)),
        show: app.options.show,
        question: new.question,
    };
    match app.jobs.save_scenario(known, scenario).map_err(problem)? {
        Some(scenario) => Answer::json(&shown(app, scenario)),
        None => Err(Problem::new(
            StatusCode::CONFLICT,
            "services.scenarios",
            "保存的方案已满 200 个。",
            "There are 200 scenarios already.",
        )
        .then("请先删除不用的方案。", "Take some away first.")),
    }
}

pub(super) fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let scenario = of(app, ask)?;
    app.jobs.remove_scenario(scenario.id).map_err(problem)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn row(
    ground: &Ground,
    (id, title): (Option<String>, Bilingual),
    question: &Question,
    reach: &Reach,
) -> ComparedRow {
    ComparedRow {
        id,
        title,
        changes: question.changes.len(),
        definition: Definition::of(ground, question, reach),
        whole: figures(ground, reach),
        streets: by_unit(ground, reach, None, Level::Street),
    }
}

pub(super) fn compare(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let ScenariosCompared { scenarios } = ask.json()?;
    if scenarios.is_empty() || scenarios.len() > MOST_COMPARED {
        return Err(wrong("scenarios", "请选 1 至 6 个方案", "choose one to six scenarios"));
    }
    let known = all(app)?;
    let mut rows: Vec<ComparedRow> = Vec::new();
    for wanted in &scenarios {
        let found = known.iter().find(|one| one.id.to_string() == *wanted).ok_or_else(unknown)?;
        let (ground, reach) = reach_of(app, &found.question)?;
        if rows.is_empty() {
            let now = found.question.unchanged();
            let reach = Reach::of(&ground, &now).map_err(misshapen)?;
            rows.push(row(&ground, (None, Bilingual::new("现状", "as things stand")), &now, &reach));
        }
        let title = Bilingual::new(found.title.clone(), found.title.clone());
        rows.push(row(&ground, (Some(wanted.clone()), title), &found.question, &reach));
    }
    let comparable = rows.iter().all(|row| row.definition.key == rows[0].definition.key);
    let why = (!comparable).then(|| {
        Bilingual::new(
            "这些方案的口径不同（类别、人群、时限、设施状态或户数），数字不能直接比较",
            "the definitions differ (class, profile, limit, states or count): the figures do not compare",
        )
    });
    Answer::json(&ScenarioComparison { rows, comparable, why })
}

pub(super) fn export(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let scenario = of(app, ask)?;
    let (ground, reach) = reach_of(app, &scenario.question)?;
    let before = Reach::of(&ground, &scenario.question.unchanged()).map_err(misshapen)?;
    let both = (&reach, &before);
    let (media, word, bytes) = match ask.param("format").unwrap_or("xlsx") {
        "geojson" => (export::GEOJSON, "geojson", export::map(&ground, both)?),
        "xlsx" => (export::SHEET, "xlsx", export::book(&ground, &scenario.question, both, ask.language)?),
        _ => return Err(Problem::parameter("format", "应为 geojson 或 xlsx", "geojson or xlsx")),
    };
    let name = encode(&format!("{}.{word}", scenario.title));
    let disposition = format!("attachment; filename=\"circles.{word}\"; filename*=UTF-8''{name}");
    Ok(Answer::bytes(media, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}
